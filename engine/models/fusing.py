"""The same network in fewer operations, for where no layer is watched: a batch.

Batch norm follows a convolution as a scale and a shift, which the convolution's own weights and
bias can hold; an activation can be done while the convolution's results are still in the cache;
and weights can be put once, and not at each pass, into the order that oneDNN reads them in. What
changes of the answer is rounding.
"""

from __future__ import annotations

import copy
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, cast

import torch
from torch import nn
from torch.utils.weak import WeakIdKeyDictionary
from torchvision.ops import FrozenBatchNorm2d

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
}
"""What oneDNN calls them."""
_SHRUNK = 2
_GRID = 64
"""Of sides of inputs: whole multiples of it suit every stride."""
_NEAR = 1e-3
"""How far an answer may be off, as a share of the largest: rounding is a tenth of it at most."""


@dataclass(slots=True)
class _Step:
    """A convolution and what alone reads its answer, by name; empty where there is none."""

    conv: str
    input_shape: list[int]
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
    for is_packed in (torch.backends.mkldnn.is_available(), False):
        try:
            expected = list(_tensors(module(noise.clone())))
            faster = copy.deepcopy(module)
            for step in _steps(faster, noise.clone()):
                step.input_shape[2:] = [shrunk * side for side in step.input_shape[2:]]
                _fuse(faster, step, is_packed=is_packed)
            if _is_near(expected, list(_tensors(faster(noise.clone())))):
                return faster
        except Exception:  # whatever cannot be put together runs as it is
            _logger.info("a network cannot be fused", exc_info=True)
    return module


def _steps(module: nn.Module, example: Tensor) -> list[_Step]:
    """Run once and see which modules hand what they made to which."""
    made_by: MutableMapping[Tensor, _Step] = WeakIdKeyDictionary()
    steps: list[_Step] = []
    calls: dict[str, int] = {}

    def watch(name: str) -> Callable[[nn.Module, tuple[object, ...], object], None]:
        def note(layer: nn.Module, inputs: tuple[object, ...], output: object) -> None:
            calls[name] = calls.get(name, 0) + 1
            given = inputs[0] if inputs else None
            if not isinstance(given, torch.Tensor) or not isinstance(output, torch.Tensor):
                return
            if type(layer) is nn.Conv2d:
                step = _Step(name, list(given.shape))
                steps.append(step)
                made_by[output] = step
                return
            before = made_by.pop(given, None)
            if before is None:
                return
            if isinstance(layer, _NORMS) and not before.norm:
                before.norm = name
                made_by[output] = before
            elif type(layer) in _ACTIVATIONS:
                before.activation = name

        return note

    hooks = [
        layer.register_forward_hook(watch(name))
        for name, layer in module.named_modules()
        if type(layer) is nn.Conv2d or isinstance(layer, _NORMS) or type(layer) in _ACTIVATIONS
    ]
    try:
        module(example)
    finally:
        for hook in hooks:
            hook.remove()
    return [_once(step, calls) for step in steps if calls[step.conv] == 1]


def _once(step: _Step, calls: dict[str, int]) -> _Step:
    """Leave out what runs elsewhere too, and what comes after it."""
    if step.norm and calls[step.norm] > 1:
        step.norm = step.activation = ""
    if step.activation and calls[step.activation] > 1:
        step.activation = ""
    return step


def _fuse(module: nn.Module, step: _Step, *, is_packed: bool) -> None:
    conv = module.get_submodule(step.conv)
    if not isinstance(conv, nn.Conv2d):
        raise TypeError(f"{step.conv}: expected a convolution, got {type(conv).__name__}")
    if step.norm:
        _fold(conv, cast("Norm", module.get_submodule(step.norm)))
        _put(module, step.norm, nn.Identity())
    if is_packed and conv.padding_mode == "zeros" and not isinstance(conv.padding, str):
        activation = module.get_submodule(step.activation) if step.activation else None
        _put(module, step.conv, _Packed(conv, activation, step.input_shape))
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

    What is called here is what `torch.compile` makes of the same modules. It has no public name:
    where it is missing or differs, `fused` does without.
    """

    def __init__(
        self, conv: nn.Conv2d, activation: nn.Module | None, input_shape: list[int]
    ) -> None:
        super().__init__()
        how = (conv.padding, conv.stride, conv.dilation, conv.groups)
        # No parameters: whatever moves a network's parameters about cannot move these.
        reorder = torch.ops.mkldnn._reorder_convolution_weight  # noqa: SLF001 - see above
        self._weight = [reorder(conv.weight, *how, input_shape)]
        self._bias = [conv.bias]
        name = "none" if activation is None else _ACTIVATIONS[type(activation)]
        self._rest = (*how, name, [], "")

    def forward(self, x: Tensor) -> Tensor:
        """Return (B, channels, H', W')."""
        convolve = torch.ops.mkldnn._convolution_pointwise  # noqa: SLF001 - see above
        return cast("Tensor", convolve(x, self._weight[0], self._bias[0], *self._rest))


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
