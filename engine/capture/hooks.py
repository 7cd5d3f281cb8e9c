"""Take the output of chosen layers during a forward pass, and leave no hook behind."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from engine.capture.functional import FunctionalTaps, is_functional
from engine.values import LayerKey

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

INPUT = LayerKey("input")
"""The key under which the network's own input is watched."""


def first_tensor(output: object) -> Tensor | None:
    """Return the first tensor in a module's output: a tensor, or a tuple, list or dict of them."""
    if isinstance(output, Tensor):
        return output
    if isinstance(output, dict):
        output = tuple(output.values())
    if isinstance(output, (tuple, list)):
        return next((t for t in map(first_tensor, output) if t is not None), None)
    logits = getattr(output, "logits", None)
    return logits if isinstance(logits, Tensor) else None


def planar_copy(tensor: Tensor) -> Tensor:
    """Copy to contiguous float32 in one pass.

    The copy is what makes capture safe: an in-place layer behind the watched one (every
    `ReLU(inplace=True)`) writes over the map otherwise.
    """
    if tensor.is_complex():
        tensor = tensor.abs()
    copy = torch.empty(tensor.shape, dtype=torch.float32, device=tensor.device)
    return copy.copy_(tensor.detach())


class _Tap:
    """The hook of one module: counts its calls in a pass and copies those that are wanted."""

    def __init__(
        self, name: str, calls: set[int], take: Callable[[LayerKey, Tensor], None]
    ) -> None:
        self._name = name
        self._calls = calls
        self._take = take
        self._count = 0

    def __call__(self, _module: nn.Module, _inputs: Any, output: object) -> None:
        call, self._count = self._count, self._count + 1
        if call not in self._calls:
            return
        tensor = first_tensor(output)
        if tensor is not None:
            self._take(LayerKey(self._name, call), tensor)


@contextmanager
def capture(
    model: nn.Module,
    layers: Iterable[LayerKey],
    *,
    copy: Callable[[Tensor], Tensor] = planar_copy,
) -> Iterator[Mapping[LayerKey, Tensor]]:
    """Collect what `layers` answer while the block runs one forward pass.

    Parameters
    ----------
    model
        The network.
    layers
        Which calls of which modules, and which functional operations ("layer1.0/add", numbered
        as the tracer does). The key "input" is the caller's business and is passed over; a layer
        that is not reached in the pass is simply missing afterwards.

    Yields
    ------
    mapping of LayerKey to Tensor
        Filled during the pass; each a copy on the network's device, contiguous float32 unless
        `copy` says otherwise.

    Raises
    ------
    KeyError
        The network has no module of that name, or none that the operation could be in.
    """
    taken: dict[LayerKey, Tensor] = {}
    keys = [key for key in layers if key.name != INPUT.name]
    wanted: dict[str, set[int]] = {}
    for key in keys:
        if not is_functional(key):
            wanted.setdefault(key.name, set()).add(key.call)

    def find(name: str) -> nn.Module:
        return submodule(model, name)

    def take(key: LayerKey, tensor: Tensor) -> None:
        taken[key] = copy(tensor)

    taps = FunctionalTaps(filter(is_functional, keys), find, take)
    handles = taps.hook()
    try:
        for name, calls in wanted.items():
            handles.append(find(name).register_forward_hook(_Tap(name, calls, take)))
        yield taken
    finally:
        for handle in handles:
            handle.remove()
        taps.close()


def submodule(model: nn.Module, name: str) -> nn.Module:
    """Return the module at a dotted path; raise `KeyError` where there is none."""
    try:
        return model.get_submodule(name)
    except AttributeError:
        raise KeyError(name) from None
