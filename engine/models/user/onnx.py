"""Make a network of an ONNX file, by onnx2pytorch.

Of the converters, onnx2pytorch (0.6, 2026) is the one that knows today's operator sets; onnx2torch
(1.5.15, 2024) knows none of the operators that changed with set 18 and later, which is what
PyTorch exports. Bytes of tensors that lie in other files are read here and not by onnx, and only
from beside the file.
"""

from __future__ import annotations

import re
import warnings
from typing import TYPE_CHECKING, Any

from torch import nn

from engine.models.user.errors import ModelFileError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from torch import Tensor

__all__ = ["OnnxNetwork", "load_onnx"]

MAX_BYTES = 2 << 30
"""A protocol buffer is no larger."""
_EXTERNAL = 1
_PLAIN_DOMAINS = ("", "ai.onnx")


def load_onnx(path: Path) -> nn.Module:
    """Make the network of an ONNX file.

    Raises
    ------
    ModelFileError
        A package is missing, the file is damaged or reaches beyond its folder, or it uses an
        operator that cannot be converted.
    """
    try:
        import onnx  # noqa: PLC0415 - an extra
        import onnx.inliner  # noqa: PLC0415 - an extra
        import onnx2pytorch  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise ModelFileError(
            "ONNX files need two more packages; install them with: pip install layerscope[onnx]"
        ) from error
    if path.stat().st_size > MAX_BYTES:
        raise ModelFileError(f"“{path.name}” is larger than an ONNX file can be; get it again.")
    try:
        model = onnx.load_model(path, load_external_data=False)
    except Exception as error:  # the parser's own kinds of error differ by its version
        raise ModelFileError(f"“{path.name}” is no ONNX file, or a damaged one.") from error
    if not all(map(_is_internal, _tensors_in_nodes(model.graph))):
        raise ModelFileError(f"“{path.name}” keeps constants in other files; merge them into it.")
    for tensor in model.graph.initializer:
        _fetch(tensor, path)
    if model.functions:
        model = onnx.inliner.inline_local_functions(model)
    _simplify(model.graph, onnx)
    _check(model.graph, path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            converted = onnx2pytorch.ConvertModel(model)
        except NotImplementedError as error:
            raise ModelFileError(
                f"“{path.name}” uses an operator that cannot be converted ({error}); export the "
                "network to torch.export (.pt2) instead."
            ) from error
    # onnx2pytorch cuts tensors up in a way that torch 2.9 warns of, each time the network runs.
    warnings.filterwarnings("ignore", "Using a non-tuple sequence", UserWarning)
    return OnnxNetwork(converted, {node.output[0]: _path(node) for node in model.graph.node})


class OnnxNetwork(nn.Module):
    """A converted network whose layers stand where they stood in the network that was exported.

    Parameters
    ----------
    converted
        What onnx2pytorch made: a flat list of layers and a loop over them.
    paths
        The dotted path of each layer, by the name of its output.
    """

    def __init__(self, converted: Any, paths: dict[str, str]) -> None:
        super().__init__()
        self._converted = (converted,)  # in a tuple, so that it is no layer itself
        places = _Places()
        for output, own_name in converted.mapping.items():
            layer = getattr(converted, own_name)
            if isinstance(layer, nn.Module):
                self._seat(layer, places.take(paths.get(output, own_name)))

    def _seat(self, layer: nn.Module, path: str) -> None:
        owner: nn.Module = self
        *containers, name = path.split(".")
        for container in containers:
            if not hasattr(owner, container):
                owner.add_module(container, nn.Module())
            owner = getattr(owner, container)
        owner.add_module(name, layer)

    def _apply(self, fn: Callable[[Tensor], Tensor], recurse: bool = True) -> OnnxNetwork:
        apply: Any = self._converted[0]._apply  # noqa: SLF001 - its layers are this one's
        apply(fn, recurse)
        return self

    def train(self, mode: bool = True) -> OnnxNetwork:
        """Set the mode of all layers."""
        self._converted[0].train(mode)
        super().train(mode)
        return self

    def forward(self, *inputs: Tensor) -> Any:
        """Run all layers."""
        return self._converted[0](*inputs)


# -------------------------------------------------------------------------------------- names


def _path(node: Any) -> str:
    """Return a dotted path of "/layer1/layer1.0/conv1/Conv": "layer1.0.conv1.Conv"."""
    path: list[str] = []
    for part in (node.name or node.output[0]).strip("/").split("/"):
        whole = ".".join(path)
        for known in (whole, path[-1] if path else "", ".".join(path[-2:])):
            if known and part.startswith(f"{known}."):
                part = part.removeprefix(f"{known}.")  # noqa: PLW2901 - what is new in it
                break
        path += [re.sub(r"\W", "_", it) for it in part.split(".") if it]
    return ".".join(path) or str(node.op_type)


_PLAIN = nn.Module()


class _Places:
    """Gives each layer a path of its own: no layer stands inside another one."""

    def __init__(self) -> None:
        self._layers: set[str] = set()
        self._containers: set[str] = set()

    def take(self, path: str) -> str:
        """Return the path, changed where something else stands there."""
        *containers, name = path.split(".")
        place = ""
        for container in containers:
            place = self._free(f"{place}{container}", self._layers)
            self._containers.add(place)
            place += "."
        place = self._free(f"{place}{name}", self._layers | self._containers)
        self._layers.add(place)
        return place

    @staticmethod
    def _free(path: str, taken: set[str]) -> str:
        candidate, number = path, 1
        # What every module has, such as "forward", is no name for a part.
        while candidate in taken or hasattr(_PLAIN, candidate.rpartition(".")[2]):
            number += 1
            candidate = f"{path}_{number}"
        return candidate


# ----------------------------------------------------------------------------- bytes elsewhere


def _tensors_in_nodes(graph: Any) -> Iterator[Any]:
    for node in graph.node:
        for attribute in node.attribute:
            if attribute.HasField("t"):
                yield attribute.t
            yield from attribute.tensors
            for inner in ([attribute.g] if attribute.HasField("g") else []) + list(
                attribute.graphs
            ):
                yield from inner.initializer
                yield from _tensors_in_nodes(inner)
    for sparse in graph.sparse_initializer:
        yield sparse.values
        yield sparse.indices


def _is_internal(tensor: Any) -> bool:
    return tensor.data_location != _EXTERNAL and not tensor.external_data


def _fetch(tensor: Any, path: Path) -> None:
    """Read the bytes of a tensor that lie in another file, which must lie beside this one."""
    if _is_internal(tensor):
        return
    entry = {it.key: it.value for it in tensor.external_data}
    folder = path.parent.resolve()
    try:
        place = (folder / entry["location"]).resolve(strict=True)
        offset, size = int(entry.get("offset", 0)), place.stat().st_size
        length = int(entry.get("length", size - offset))
        is_inside = place.is_relative_to(folder) and place.is_file()
    except (KeyError, OSError, RuntimeError, ValueError) as error:
        raise ModelFileError(
            f"“{path.name}” keeps its weights in “{entry.get('location', '?')}”, which is not "
            "beside it; put both files into one folder."
        ) from error
    if not is_inside or entry["location"].startswith(("/", "\\")):
        raise ModelFileError(
            f"“{path.name}” is not opened because it asks for a file outside its folder "
            f"(“{entry['location']}”); get it from another source."
        )
    if min(offset, length) < 0 or offset + length > size:
        raise ModelFileError(f"“{place.name}” is incomplete; get the file again.")
    with place.open("rb") as file:
        file.seek(offset)
        tensor.raw_data = file.read(length)
    del tensor.external_data[:]
    tensor.data_location = 0


# ------------------------------------------------------------------------------------- the graph


def _simplify(graph: Any, onnx: Any) -> None:
    """Make initializers of constants, and of what only renames one.

    PyTorch's exporter writes a weight that occurs twice once and renames it for the second place;
    converters expect a layer's weights to be initializers.
    """
    known = {tensor.name for tensor in graph.initializer}
    results = {it.name for it in graph.output}
    renamed: dict[str, str] = {}
    kept = []
    for node in graph.node:
        for at, name in enumerate(node.input):
            node.input[at] = renamed.get(name, name)
        is_plain = node.domain in _PLAIN_DOMAINS and not results.intersection(node.output)
        if is_plain and node.op_type == "Identity" and node.input[0] in known:
            renamed[node.output[0]] = node.input[0]
        elif is_plain and node.op_type == "Constant" and _add_constant(graph, node, onnx):
            known.add(node.output[0])
        else:
            kept.append(node)
    del graph.node[:]
    graph.node.extend(kept)


def _add_constant(graph: Any, node: Any, onnx: Any) -> bool:
    for attribute in node.attribute:
        if attribute.name == "value":
            tensor = onnx.TensorProto()
            tensor.CopyFrom(attribute.t)
            tensor.name = node.output[0]
            graph.initializer.append(tensor)
            return True
    return False


def _check(graph: Any, path: Path) -> None:
    known = {tensor.name for tensor in graph.initializer}
    inputs = [it.name for it in graph.input if it.name not in known]
    if len(inputs) != 1:
        raise ModelFileError(
            f"“{path.name}” takes {len(inputs)} inputs ({', '.join(inputs[:4])}); Layerscope gives "
            "a network one picture."
        )
    strangers = {node.domain for node in graph.node} - set(_PLAIN_DOMAINS)
    if strangers:
        raise ModelFileError(
            f"“{path.name}” uses operators of “{', '.join(sorted(strangers))}”, which cannot be "
            "converted; export the network without them."
        )
