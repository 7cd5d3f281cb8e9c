"""What a network calls, taken apart: the arguments by name, and the window that a kernel covers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from torch import Tensor

    from engine.tasks.dilation import Grid

__all__ = ["Call", "Window", "averaged", "bind", "pair"]


@dataclass(frozen=True, slots=True)
class Call:
    """A function that a network calls, with the grid of what it is called on."""

    name: str
    func: Callable[..., Any]
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    grid: Grid

    def run(self) -> Any:
        """Do what was called."""
        return self.func(*self.args, **self.kwargs)


def bind(call: Call, names: tuple[str, ...]) -> dict[str, Any]:
    """Return a call's arguments by name; what was not given is not there."""
    return dict(zip(names, call.args, strict=False)) | dict(call.kwargs)


def pair(value: Any) -> tuple[int, int]:
    """Return height and width of what may be one number for both."""
    if isinstance(value, (tuple, list)):
        return int(value[0]), int(value[-1])
    return int(value), int(value)


@dataclass(frozen=True, slots=True)
class Window:
    """What one output cell takes in.

    Attributes
    ----------
    kernel, dilation
        Of height and width.
    padding
        Cells before and behind, for height and width.
    stride
        The same for both.
    is_ceiled
        Whether a last window that reaches beyond the map counts.
    """

    kernel: tuple[int, int]
    stride: int
    padding: tuple[tuple[int, int], tuple[int, int]]
    dilation: tuple[int, int]
    is_ceiled: bool = False

    @classmethod
    def of(cls, given: Mapping[str, Any], kernel: tuple[int, ...]) -> Window:
        """Take a call's arguments apart."""
        sides = pair(kernel)
        is_pool = "kernel_size" in given
        stride = given.get("stride")
        if stride is None or stride == []:
            stride = sides if is_pool else 1
        spread = pair(given.get("dilation") or 1)
        padding = given.get("padding") or 0
        if isinstance(padding, str):
            whole = tuple((k - 1) * d if padding == "same" else 0 for k, d in zip(sides, spread))  # noqa: B905 - two and two
            around = tuple((one // 2, one - one // 2) for one in whole)
        else:
            around = tuple((one, one) for one in pair(padding))
        return cls(
            kernel=sides,
            stride=max(pair(stride)),
            padding=(around[0], around[1]),
            dilation=spread,
            is_ceiled=bool(given.get("ceil_mode", False)),
        )


def averaged(x: Tensor, kernel: tuple[int, int], rate: int = 1, step: int = 1) -> Tensor:
    """Return the mean over a window whose cells lie `rate` apart, without padding.

    Parameters
    ----------
    x : Tensor, (B, C, H, W)
    kernel
        Height and width of the window, in cells.
    rate, step
        From one cell of the window to the next, and from one window to the next.
    """
    for axis, cells in zip((2, 3), kernel, strict=True):
        last = x.shape[axis] - (cells - 1) * rate
        if last < 1:
            raise ValueError(f"expected at least {cells} cells, got {x.shape[axis]} at {rate}")
        parts = (x.narrow(axis, place * rate, last) for place in range(cells))
        total = next(parts).clone()
        for part in parts:
            total += part
        x = total.div_(cells)
        if step > 1:
            x = x.index_select(axis, torch.arange(0, last, step, device=x.device))
    return x
