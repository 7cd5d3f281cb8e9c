"""Run a network with other arithmetic: strides become dilation, and its head is asked everywhere.

The network is not touched. Each function that it calls is seen on its way (a
`TorchFunctionMode`, which counts for one thread and for the time of one pass) and done so that
the answer lies on a finer grid: where a convolution or a pooling would step over more cells than
the wanted output stride allows, it steps less, and whatever follows spreads its kernel by the
factor that was left out ("à trous"; Yu and Koltun, Multi-Scale Context Aggregation by Dilated
Convolutions, ICLR 2016; Chen et al., DeepLab, ICLR 2015). Every n-th cell of the finer grid is
then exactly what the network itself would have answered.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor
from torch.overrides import TorchFunctionMode

from engine.tasks.calls import Call, Window, averaged, bind, pair

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["FLATTENS", "Dilated", "Grid", "Head"]

_GRID = "_layerscope_grid"
FLATTENS = frozenset({"flatten", "view", "reshape", "squeeze", "getitem"})
_POOLS = frozenset({"adaptive_avg_pool2d", "adaptive_max_pool2d", "avg_pool2d", "mean"})
_ATTENTION = frozenset({
    "softmax", "scaled_dot_product_attention", "multi_head_attention_forward", "native_mha",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Grid:
    """How a tensor's cells lie on the input.

    Attributes
    ----------
    stride
        Pixels of the input from one cell to the next.
    rate
        How many times finer that is than in the network itself: kernels are spread by it.
    is_head
        Whether the tensor comes after the last pooling: it has one answer in each cell.
    """

    stride: int = 1
    rate: int = 1
    is_head: bool = False


class Head(NamedTuple):
    """Where a network's head begins.

    Attributes
    ----------
    name
        "pool" or "flatten".
    number
        Which call of that sort, from 0.
    size
        Height and width of the map there.
    kernel
        How much of it the head's first linear layer takes in: (1, 1) after global pooling.
    grid
        Of the map there.
    """

    name: str
    number: int
    size: tuple[int, int]
    kernel: tuple[int, int]
    grid: Grid


@dataclass(slots=True)
class Seen:
    """What one pass met.

    Attributes
    ----------
    macs
        Multiply-adds of convolutions and linear layers, as `engine.graph.macs` counts them.
    heads
        Each place where a head could begin, in order.
    head_calls
        What was called on the maps of the head.
    has_attention
        Whether there was attention before the head.
    """

    macs: int = 0
    heads: list[Head] = field(default_factory=list)
    head_calls: list[str] = field(default_factory=list)
    has_attention: bool = False


class Dilated(TorchFunctionMode):
    """One pass on a finer grid.

    Parameters
    ----------
    stride
        The output stride that is wanted: none above it is taken.
    head
        Where the head begins, as an earlier pass has found it; None = the network as it is.
    cells
        Height and width, in the network's own cells, of the window that the last pooling
        averages; (1, 1) = each cell is asked by itself.
    """

    def __init__(
        self,
        stride: int | None = None,
        head: Head | None = None,
        cells: tuple[int, int] = (1, 1),
    ) -> None:
        super().__init__()
        self._limit = stride
        self._head = head
        self._cells = cells
        self._numbers = {"pool": 0, "flatten": 0}
        self.seen = Seen()
        self._ways: dict[str, Callable[[Call], Any]] = {
            "conv2d": self._convolve,
            "max_pool2d": self._pool_most,
            "pad": self._pad,
            "linear": self._linear,
            **dict.fromkeys(_POOLS, self._pool),
            **dict.fromkeys(FLATTENS, self._flatten),
        }

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Iterable[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        """Do what was called, on the finer grid."""
        del types
        kwargs = kwargs or {}
        tensors = list(_tensors((*args, *kwargs.values())))
        grid = _joined(grid_of(tensor) for tensor in tensors)
        call = Call(_name_of(func), func, args, kwargs, grid)
        if grid.is_head:
            self.seen.head_calls.append(call.name)
        elif call.name in _ATTENTION:
            self.seen.has_attention = True
        result = self._ways.get(call.name, Call.run)(call)
        if grid != Grid():
            for tensor in _tensors((result,)):
                if not any(tensor is one for one in tensors):
                    mark(tensor, grid_of(tensor) if has_grid(tensor) else grid)
        return result

    # -------------------------------------------------------------------------- convolutions

    def _convolve(self, call: Call) -> Tensor:
        given = bind(call, ("input", "weight", "bias", "stride", "padding", "dilation", "groups"))
        x, weight = given["input"], given["weight"]
        window = Window.of(given, tuple(weight.shape[2:]))
        if x.ndim != 4 or not self._must_change(call.grid, window):
            result: Tensor = call.run()
            grid = replace(call.grid, stride=call.grid.stride * window.stride)
        else:
            x, step, grid = self._spread(x, call.grid, window, fill=0.0)
            result = F.conv2d(
                x,
                weight,
                given.get("bias"),
                stride=step,
                dilation=tuple(d * call.grid.rate for d in window.dilation),
                groups=given.get("groups") or 1,
            )
        self.seen.macs += result.numel() * math.prod(weight.shape[1:])
        return mark(result, grid)

    def _pool_most(self, call: Call) -> Any:
        names = ("input", "kernel_size", "stride", "padding", "dilation", "ceil_mode")
        given = bind(call, names)
        window = Window.of(given, pair(given["kernel_size"]))
        if not self._must_change(call.grid, window):
            grid = replace(call.grid, stride=call.grid.stride * window.stride)
            result = call.run()
            return mark(result, grid) if isinstance(result, Tensor) else result
        x, step, grid = self._spread(given["input"], call.grid, window, fill=-math.inf)
        dilation = tuple(d * call.grid.rate for d in window.dilation)
        return mark(F.max_pool2d(x, window.kernel, step, 0, dilation), grid)

    def _pad(self, call: Call) -> Tensor:
        given = bind(call, ("input", "pad", "mode", "value"))
        amounts = [int(amount) * call.grid.rate for amount in given["pad"]]
        value = given.get("value")
        return F.pad(given["input"], amounts, given.get("mode") or "constant", value)

    def _must_change(self, grid: Grid, window: Window) -> bool:
        return grid.rate > 1 or self._step(grid, window) != window.stride

    def _step(self, grid: Grid, window: Window) -> int:
        """Return how much of a stride may be taken."""
        if self._limit is None:
            return window.stride
        step = max(1, min(window.stride, self._limit // grid.stride))
        return step if window.stride % step == 0 else 1

    def _spread(
        self, x: Tensor, grid: Grid, window: Window, *, fill: float
    ) -> tuple[Tensor, int, Grid]:
        """Pad for a spread kernel; returns the padded map, the step, and the grid that follows.

        Of the network's own output, each cell becomes `left_out` x `left_out` ones, so that
        sizes stay whole multiples: the padding before is spread with the kernel, and behind
        there is as much as the last cell needs.
        """
        step = self._step(grid, window)
        left_out = window.stride // step
        amounts: list[int] = []
        for axis, size in enumerate(x.shape[2:]):
            before, behind = window.padding[axis]
            reach = (window.kernel[axis] - 1) * window.dilation[axis]
            room = size // grid.rate + before + behind - reach - 1
            own = (-(-room // window.stride) if window.is_ceiled else room // window.stride) + 1
            needed = (own * left_out * grid.rate - 1) * step + reach * grid.rate + 1
            amounts = [before * grid.rate, needed - size - before * grid.rate, *amounts]
        after = Grid(grid.stride * step, grid.rate * left_out, grid.is_head)
        return (F.pad(x, amounts, value=fill) if any(amounts) else x), step, after

    # -------------------------------------------------------------------------------- the head

    def _pool(self, call: Call) -> Any:
        x = call.args[0] if call.args else None
        if not isinstance(x, Tensor) or x.ndim != 4 or call.grid.is_head:
            return call.run()
        if call.name == "mean" and not _is_over_places(call):
            return call.run()
        number = self._numbers["pool"]
        self._numbers["pool"] += 1
        if self._head is not None and (self._head.name, self._head.number) == ("pool", number):
            grid = replace(call.grid, is_head=True)
            is_window = self._head.kernel == (1, 1) and self._cells != (1, 1)
            answer = averaged(x, self._cells, call.grid.rate) if is_window else x
            # What was given is marked as the head as well: nothing else asks it any more.
            return mark(answer if answer is not x else x.view_as(x), grid)
        if call.name == "avg_pool2d":
            return self._pool_mean(call, number)
        result = call.run()
        self._note("pool", number, x, result)
        # What has no places left (squeeze and excitation) has no grid either.
        return mark(result, Grid()) if result.numel() == result.shape[:2].numel() else result

    def _pool_mean(self, call: Call, number: int) -> Tensor:
        names = ("input", "kernel_size", "stride", "padding", "ceil_mode", "count_include_pad")
        given = bind(call, names)
        window = Window.of(given, pair(given["kernel_size"]))
        x: Tensor = given["input"]
        if not self._must_change(call.grid, window):
            result: Tensor = call.run()
            grid = replace(call.grid, stride=call.grid.stride * window.stride)
            self._note("pool", number, x, result)
            return mark(result, grid)
        padded, step, grid = self._spread(x, call.grid, window, fill=0.0)
        mean = averaged(padded, window.kernel, call.grid.rate, step)
        if given.get("count_include_pad") is False and any(map(any, window.padding)):
            ones, _, _ = self._spread(torch.ones_like(x[:1, :1]), call.grid, window, fill=0.0)
            mean = mean / averaged(ones, window.kernel, call.grid.rate, step)
        return mark(mean, grid)

    def _flatten(self, call: Call) -> Any:
        x = call.args[0] if call.args else None
        if not isinstance(x, Tensor) or x.ndim != 4:
            return call.run()
        if call.grid.is_head:
            return x
        if self._head is None:
            result = call.run()
            if isinstance(result, Tensor) and result.ndim == 2 and result.shape[0] == x.shape[0]:
                self._note("flatten", self._numbers["flatten"], x, x)
                self._numbers["flatten"] += 1
            return result
        if self._head.name == "flatten" and _is_flat(call, x):
            number = self._numbers["flatten"]
            self._numbers["flatten"] += 1
            if number == self._head.number:
                return mark(x.view_as(x), replace(call.grid, is_head=True))
        return call.run()

    def _note(self, name: str, number: int, x: Tensor, result: Tensor) -> None:
        """Write down where a head could begin."""
        size = (int(x.shape[2]), int(x.shape[3]))
        left = tuple(result.shape[2:]) or (1, 1)
        self.seen.heads.append(Head(name, number, size, (int(left[0]), int(left[1])), grid_of(x)))

    def _linear(self, call: Call) -> Tensor:
        given = bind(call, ("input", "weight", "bias"))
        x, weight, bias = given["input"], given["weight"], given.get("bias")
        if not call.grid.is_head or x.ndim != 4:
            result: Tensor = call.run()
            self.seen.macs += result.numel() * int(weight.shape[1])
            return result
        kernel = self._head.kernel if self._head and weight.shape[1] != x.shape[1] else (1, 1)
        filters = weight.view(weight.shape[0], -1, *kernel)
        result = F.conv2d(x, filters, bias, dilation=call.grid.rate)
        self.seen.macs += result.numel() * int(weight.shape[1])
        return result


# ------------------------------------------------------------------------------ tensors' grids


def grid_of(tensor: Tensor) -> Grid:
    """Return how the cells of a tensor lie on the input."""
    grid = getattr(tensor, _GRID, None)
    return grid if isinstance(grid, Grid) else Grid()


def has_grid(tensor: Tensor) -> bool:
    """Whether a tensor was marked."""
    return hasattr(tensor, _GRID)


def mark(tensor: Tensor, grid: Grid) -> Tensor:
    """Write down how the cells of a tensor lie on the input; returns the tensor."""
    setattr(tensor, _GRID, grid)
    return tensor


def _joined(grids: Iterable[Grid]) -> Grid:
    stride, rate, is_head = 1, 1, False
    for grid in grids:
        stride, rate = max(stride, grid.stride), max(rate, grid.rate)
        is_head = is_head or grid.is_head
    return Grid(stride, rate, is_head)


def _tensors(values: Iterable[Any]) -> Iterable[Tensor]:
    for value in values:
        if isinstance(value, Tensor):
            yield value
        elif isinstance(value, (tuple, list)):
            yield from _tensors(value)


def _name_of(func: Callable[..., Any]) -> str:
    return getattr(func, "__name__", "").strip("_")


def _is_over_places(call: Call) -> bool:
    """Whether a mean goes over height and width, and over nothing else."""
    given = bind(call, ("input", "dim"))
    dim = given.get("dim")
    if not isinstance(dim, (tuple, list)):
        return False
    return sorted(int(one) % 4 for one in dim) == [2, 3]


def _is_flat(call: Call, x: Tensor) -> bool:
    result = call.run()
    return isinstance(result, Tensor) and result.ndim == 2 and result.shape[0] == x.shape[0]
