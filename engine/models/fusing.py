"""The same network in fewer operations, for where no layer is watched: a batch.

Batch norm follows a convolution as a scale and a shift, which the convolution's own weights and
bias can hold; an activation can be done while the convolution's results are still in the cache;
and weights can be put once, and not at each pass, into the order that oneDNN reads them in;
and a map that is enlarged only to be convolved need not be (`engine.models.polyphase`). What
changes of the answer is rounding.
"""

from __future__ import annotations

import copy
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import torch
from torch import nn
from torch.utils.weak import WeakIdKeyDictionary
from torchvision.ops import FrozenBatchNorm2d

from engine.models.polyphase import Interleaved, phases_of, raises
from engine.models.same_padding import SamePadded, evenly_padded, pads_itself

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, MutableMapping

    from torch import Tensor

    Norm: TypeAlias = nn.BatchNorm2d | FrozenBatchNorm2d

__all__ = ["fused"]

_logger = logging.getLogger(__name__)

_NORMS = (nn.BatchNorm2d, FrozenBatchNorm2d)
_ACTIVATIONS: dict[type[nn.Module], str] = {
    nn.SiLU: "swish",
    nn.ReLU: "relu",
    nn.Hardswish: "hardswish",
    nn.ReLU6: "hardtanh",
}
"""What oneDNN calls them."""
_LIMITS: dict[type, list[float]] = {nn.ReLU6: [0.0, 6.0]}
"""What it is told of them besides."""
_MOST_SHAPES = 64
"""Of inputs whose weights are put in order for them; others take the order of the first."""
_SHRUNK = 2
_GRID = 64
"""Of sides of inputs: whole multiples of it suit every stride."""
_NEAR = 1e-3
"""How far an answer may be off, as a share of the largest: rounding is a tenth of it at most."""


@dataclass(slots=True)
class _Step:
    """A convolution and what alone reads its answer, by name; empty where there is none."""

    conv: str
    upsample: str = ""
    norm: str = ""
    activation: str = ""


@torch.inference_mode()
def fused(module: nn.Module, size: tuple[int, int], *, has_any_size: bool = False) -> nn.Module:
    """Return a network for the CPU that answers as another does, in less time.

    Both are run on noise, and where the answers are not the same but for rounding, or anything
    fails, the network itself is returned.

    Parameters
    ----------
    module
        In evaluation mode, float32, on the CPU; it stays as it is.
    size
        Height and width of its usual input.
    has_any_size
        Whether it takes smaller inputs too: they are enough to see that both answer the same.
    """
    shrunk = _SHRUNK if has_any_size else 1
    sides = [max(_GRID, side // shrunk // _GRID * _GRID) if shrunk > 1 else side for side in size]
    noise = torch.rand(1, 3, *sides, generator=torch.Generator().manual_seed(0))
    has_onednn: bool = torch.backends.mkldnn.is_available()  # type: ignore[no-untyped-call]  # torch
    for is_packed, is_raised in ((has_onednn, has_onednn), (has_onednn, False), (False, False)):
        try:
            expected = list(_tensors(module(noise.clone())))
            faster = copy.deepcopy(module)
            for step in _steps(faster, noise.clone()):
                step.upsample = step.upsample if is_raised else ""
                _fuse(faster, step, is_packed=is_packed)
            if _is_near(expected, list(_tensors(faster(noise.clone())))):
                return faster
        except Exception:  # whatever cannot be put together runs as it is
            _logger.info("a network cannot be fused", exc_info=True)
    return module


def _steps(module: nn.Module, example: Tensor) -> list[_Step]:
    """Run once and see which modules hand what they made to which."""
    made_by: MutableMapping[Tensor, _Step] = WeakIdKeyDictionary()
    raised_by: MutableMapping[Tensor, str] = WeakIdKeyDictionary()
    steps: list[_Step] = []
    calls: dict[str, int] = {}

    def watch(name: str) -> Callable[[nn.Module, tuple[object, ...], object], None]:
        def note(layer: nn.Module, inputs: tuple[object, ...], output: object) -> None:
            calls[name] = calls.get(name, 0) + 1
            given = inputs[0] if inputs else None
            if not isinstance(given, torch.Tensor) or not isinstance(output, torch.Tensor):
                return
            if _is_plain(layer):
                step = _Step(name, raised_by.pop(given, ""))
                steps.append(step)
                made_by[output] = step
                return
            if isinstance(layer, nn.Upsample):
                raised_by[output] = name
            before = made_by.pop(given, None)
            if before is not None and _takes(before, name, layer):
                made_by[output] = before

        return note

    hooks = [
        layer.register_forward_hook(watch(name))
        for name, layer in module.named_modules()
        if _is_watched(layer)
    ]
    try:
        module(example)
    finally:
        for hook in hooks:
            hook.remove()
    return [_once(step, calls) for step in steps if calls[step.conv] == 1]


def _is_plain(layer: nn.Module) -> bool:
    return type(layer) is nn.Conv2d or pads_itself(layer)


def _is_watched(layer: nn.Module) -> bool:
    is_known = _is_plain(layer) or type(layer) in _ACTIVATIONS
    return is_known or isinstance(layer, (*_NORMS, nn.Upsample))


def _own_activation(norm: nn.Module) -> nn.Module:
    """Return what a norm does at its end: timm's have an activation in them."""
    own = getattr(norm, "act", None)
    return own if isinstance(own, nn.Module) else nn.Identity()


def _takes(step: _Step, name: str, layer: nn.Module) -> bool:
    """Add a norm or an activation to a step; tell whether an activation may follow."""
    if isinstance(layer, _NORMS) and not step.norm:
        step.norm, own = name, _own_activation(layer)
        if type(own) in _ACTIVATIONS:
            step.activation = name  # it will stand where the norm was
        return isinstance(own, nn.Identity)
    if type(layer) in _ACTIVATIONS:
        step.activation = name
    return False


def _once(step: _Step, calls: dict[str, int]) -> _Step:
    """Leave out what runs elsewhere too, and what comes after it."""
    if step.norm and calls[step.norm] > 1:
        step.norm = step.activation = ""
    if step.activation and calls[step.activation] > 1:
        step.activation = ""
    if step.upsample and calls[step.upsample] > 1:
        step.upsample = ""
    return step


def _fuse(module: nn.Module, step: _Step, *, is_packed: bool) -> None:
    conv = module.get_submodule(step.conv)
    if not isinstance(conv, nn.Conv2d):
        raise TypeError(f"{step.conv}: expected a convolution, got {type(conv).__name__}")
    if step.norm:
        norm = module.get_submodule(step.norm)
        _fold(conv, cast("Norm", norm))
        _put(module, step.norm, _own_activation(norm))
    if not is_packed or conv.padding_mode != "zeros" or isinstance(conv.padding, str):
        return
    upsample = module.get_submodule(step.upsample) if step.upsample else None
    activation = module.get_submodule(step.activation) if step.activation else None
    if upsample is not None and raises(upsample, conv):
        _put(module, step.upsample, nn.Identity())
        _put(module, step.conv, Interleaved(_Packed(phases_of(conv), activation)))
    elif pads_itself(conv):
        even = _Packed(evenly_padded(conv), activation)
        _put(module, step.conv, SamePadded(even, conv, activation))
    else:
        _put(module, step.conv, _Packed(conv, activation))
    if step.activation:
        _put(module, step.activation, nn.Identity())


def _fold(conv: nn.Conv2d, norm: Norm) -> None:
    """Let a convolution do what the batch norm behind it does."""
    mean, variance = cast("Tensor", norm.running_mean), cast("Tensor", norm.running_var)
    scale = torch.rsqrt(variance + norm.eps)
    if norm.weight is not None:
        scale = scale * norm.weight
    shift = -mean * scale if conv.bias is None else (conv.bias - mean) * scale
    if norm.bias is not None:
        shift = shift + norm.bias
    weight = (conv.weight * scale[:, None, None, None]).contiguous(
        memory_format=torch.channels_last
    )
    conv.weight = nn.Parameter(weight, requires_grad=False)
    conv.bias = nn.Parameter(shift, requires_grad=False)


class _Packed(nn.Module):
    """A convolution with an activation, its weights in the order that oneDNN wants them in.

    Which order that is depends on the size of the input and on the number of threads; in another
    one each pass would put them in order anew, in several times the time of the convolution. Most
    sizes want the same order, and share it.

    What is called here is what `torch.compile` makes of the same modules. It has no public name:
    where it is missing or differs, `fused` does without.
    """

    def __init__(self, conv: nn.Conv2d, activation: nn.Module | None) -> None:
        super().__init__()
        how = (conv.padding, conv.stride, conv.dilation, conv.groups)
        # No parameters: whatever moves a network's parameters about cannot move these.
        self._weight = [conv.weight]
        self._bias = [conv.bias]
        self._how: tuple[Any, ...] = how
        name = "none" if activation is None else _ACTIVATIONS[type(activation)]
        limits = _LIMITS.get(type(activation), [])
        self._rest: tuple[Any, ...] = (*how, name, limits, "")
        self._orders: dict[bytes, Tensor] = {}
        self._packed: dict[tuple[int, ...], Tensor] = {}

    def forward(self, x: Tensor) -> Tensor:
        """Return (B, channels, H', W')."""
        key = (*x.shape, torch.get_num_threads())
        weight = self._packed.get(key)
        if weight is None:
            weight = self._pack(key)
        convolve = torch.ops.mkldnn._convolution_pointwise  # noqa: SLF001 - see above
        return cast("Tensor", convolve(x, weight, self._bias[0], *self._rest))

    def _pack(self, key: tuple[int, ...]) -> Tensor:
        """Put the weights in order; any thread may."""
        if len(self._packed) >= _MOST_SHAPES:
            return next(iter(self._packed.values()))
        reorder = torch.ops.mkldnn._reorder_convolution_weight  # noqa: SLF001 - see above
        order_of = torch.ops.mkldnn._get_mkldnn_serialized_md  # noqa: SLF001 - see above
        made = reorder(self._weight[0], *self._how, list(key[:-1]))
        order = order_of(made).numpy().tobytes()
        self._packed[key] = self._orders.setdefault(order, made)
        return self._packed[key]


def _put(module: nn.Module, name: str, layer: nn.Module) -> None:
    parent, _, own = name.rpartition(".")
    setattr(module.get_submodule(parent), own, layer)


def _tensors(answer: object) -> Iterator[Tensor]:
    if isinstance(answer, torch.Tensor):
        yield answer
    elif isinstance(answer, dict):
        for value in answer.values():
            yield from _tensors(value)
    elif isinstance(answer, (list, tuple)):
        for value in answer:
            yield from _tensors(value)


def _is_near(expected: list[Tensor], got: list[Tensor]) -> bool:
    if not expected or [one.shape for one in expected] != [one.shape for one in got]:
        return False
    return all(
        float((one - other).abs().max()) <= _NEAR * max(1e-6, float(one.abs().max()))
        for one, other in zip(expected, got, strict=True)
        if one.numel()
    )
