"""Run TorchScript with modules that hooks can be put on.

A loaded ScriptModule runs inside TorchScript's interpreter: hooks can be put on the outermost
module alone ("register_forward_hook is not supported on ScriptModules"). So the modules are made
anew here as plain ones. Those with modules inside run their graph operation by operation
(`engine.models.user.script_graph`); the innermost ones call the scripted module.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from engine.models.user import script_source
from engine.models.user.errors import NeedsConsentError
from engine.models.user.script_graph import Place, Routine, compile_graph

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.models.user.archive import Archive

_logger = logging.getLogger(__name__)

__all__ = ["ScriptedNetwork", "load_script"]

WHOLE = (
    "This TorchScript network runs as a whole only: it answers, but its layers cannot be watched; "
    "save it with torch.export.save to see inside."
)


def load_script(archive: Archive, *, allow_code: bool) -> ScriptedNetwork:
    """Make the network of a TorchScript file.

    Raises
    ------
    NeedsConsentError
        Its code can reach beyond the network, and `allow_code` is False.
    ModelFileError
        The file is damaged.
    """
    script_source.weights(archive)
    why = script_source.objection(archive)
    if why and not allow_code:
        raise NeedsConsentError(why, str(archive.path))
    content = script_source.repacked(archive, is_vetted=not why)
    # What torch.jit.load does; the unit is what functions that are no methods are found in.
    unit = torch._C.CompilationUnit()  # noqa: SLF001 - torch.jit.load gives no way to it
    # torch's stubs of both are older than what they describe.
    load: Any = torch._C.import_ir_module_from_buffer  # noqa: SLF001 - likewise
    wrap: Any = torch.jit._recursive.wrap_cpp_module  # noqa: SLF001 - likewise
    script = wrap(load(unit, content, torch.device("cpu"), {}, False))
    return ScriptedNetwork(script.eval(), unit)


class ScriptPart(nn.Module):
    """A module of a TorchScript network; subclasses have the name of its class.

    Parameters
    ----------
    script
        The scripted module.
    unit
        Where its functions are.
    place
        On which device the network runs.
    """

    def __init__(self, script: Any, unit: Any, place: Place) -> None:
        super().__init__()
        self.scripted = (script,)  # in a tuple, so that it is no module of this one
        self._unit = unit
        self._place = place
        self.routines: dict[str, Routine] = {}
        for name, child in script.named_children():
            self.add_module(name, _part_class(child)(child, unit, place))
        self._share()

    @property
    def has_inside(self) -> bool:
        """Whether it has modules inside."""
        return bool(self._modules)

    def _share(self) -> None:
        """Show the scripted module's own tensors as this one's."""
        script = self.scripted[0]
        for name, parameter in script.named_parameters(recurse=False):
            self._parameters[name] = parameter
        for name, buffer in script.named_buffers(recurse=False):
            self._buffers[name] = buffer

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> ScriptPart:
        for child in self.children() if recurse else ():
            apply: Any = child._apply  # noqa: SLF001 - as torch's own does
            apply(fn)
        self.scripted[0]._apply(fn, recurse=False)  # noqa: SLF001 - likewise
        self._share()
        return self

    def compile_methods(self) -> None:
        """Make the graph of a module that has others inside ready to run.

        Raises
        ------
        UnsupportedError
            It uses what is not known here.
        """
        for child in self.children():
            if isinstance(child, ScriptPart) and child.has_inside:
                child.compile_methods()
        if self.scripted[0]._c._has_method("forward"):  # noqa: SLF001 - a list of modules has none
            self.routines["forward"] = self._compile("forward")

    def forget_methods(self) -> None:
        """Run as a whole from now on."""
        for part in self.modules():
            if isinstance(part, ScriptPart):
                part.routines.clear()

    def _compile(self, method: str) -> Routine:
        graph = self.scripted[0]._c._get_method(method).graph  # noqa: SLF001 - the only way to it
        return compile_graph(graph, self._unit.find_function, self._place)

    def forward(self, *inputs: Any, method: str = "forward") -> Any:
        """Run the graph, or the scripted module where there is none.

        Parameters
        ----------
        inputs
            Of the scripted method.
        method
            A traced module that is called again has a method for each call: "forward1".
        """
        if not self.routines:
            return getattr(self.scripted[0], method)(*inputs)
        return self.call_method(method, inputs)

    def call_method(self, name: str, inputs: tuple[Any, ...]) -> Any:
        """Run a method, without what a call of the module sets off."""
        if not self.has_inside:
            return getattr(self.scripted[0], name)(*inputs)
        if name not in self.routines:
            self.routines[name] = self._compile(name)
        return self.routines[name].run((self, *inputs))

    def attribute(self, name: str) -> Any:
        """Return a module, a tensor, or a constant of this module."""
        for own in (self._modules, self._parameters, self._buffers):
            if name in own:
                return own[name]
        return getattr(self.scripted[0], name)


class ScriptedNetwork(ScriptPart):
    """A network out of a TorchScript file.

    Parameters
    ----------
    script
        The scripted module.
    unit
        Where its functions are.
    """

    def __init__(self, script: Any, unit: Any) -> None:
        super().__init__(script, unit, Place())

    def forward(self, *inputs: Any, method: str = "forward") -> Any:
        """Run it on the device that the first input is on."""
        self._place.device = inputs[0].device
        return super().forward(*inputs, method=method)

    def open_up(self, example: Tensor) -> str:
        """Make the layers inside fire, where the answer stays the same.

        Parameters
        ----------
        example : Tensor, (1, C, H, W)
            An input that the network takes.

        Returns
        -------
        str
            The sentence why they do not; empty where they do.
        """
        if not self.has_inside:
            return ""
        with torch.inference_mode():
            expected = self(example.clone())
            try:
                self.compile_methods()
                answer = self(example.clone())
                if _same(expected, answer):
                    return ""
            except Exception as error:  # noqa: BLE001 - whatever it is, it runs as a whole then
                _logger.info("TorchScript is run as a whole: %s", error)
        self.forget_methods()
        return WHOLE


def _same(first: Any, second: Any) -> bool:
    if isinstance(first, Tensor):
        return isinstance(second, Tensor) and torch.allclose(
            first, second, rtol=1e-3, atol=1e-4, equal_nan=True
        )
    if isinstance(first, dict):
        return isinstance(second, dict) and _same(list(first.values()), list(second.values()))
    if isinstance(first, list | tuple):
        return len(first) == len(second) and all(map(_same, first, second))
    return bool(first == second)


def _part_class(script: Any) -> type[ScriptPart]:
    name = str(getattr(script, "original_name", ""))
    name = name if name.isidentifier() else "Module"
    return type(name, (ScriptPart,), {"__module__": __name__, "__doc__": f"A scripted {name}."})
