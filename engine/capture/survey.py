"""Sum up many nodes of a network on one frame, without keeping what they answered.

The graph is alive by this: each node's activity and a thumbnail of its strongest map. A survey
costs about a forward pass more than the pass it watches, so it is made now and then only.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.capture.fold import fold
from engine.capture.hooks import first_tensor
from engine.values import LayerKey, NodeSummary, SurveyRequest

if TYPE_CHECKING:
    from engine.graph.scopes import Call, Operation

__all__ = ["Budget", "Survey", "branch_shares", "summarise"]

THUMBNAIL_PX = 32
SAMPLED = 1 << 15
"""Means are taken over about this many values, evenly spaced."""
_EPS = 1e-12


class Budget:
    """Decides when a survey is due, so that the live loop keeps most of its pace.

    Parameters
    ----------
    least_s
        Never more often than this.
    share
        Most of the time that surveys may take, in 0..1.
    """

    def __init__(self, least_s: float = 0.1, share: float = 0.3) -> None:
        self._least_s = least_s
        self._share = share
        self._cost_s = 0.0
        self._made_at = float("-inf")

    def is_due(self, now: float) -> bool:
        """Whether a survey may be made at `now` seconds."""
        return now - self._made_at >= max(self._least_s, self._cost_s / self._share)

    def note(self, now: float, cost_s: float) -> None:
        """Take note of a survey that ended at `now` and cost `cost_s` over a plain pass."""
        self._made_at = now
        self._cost_s = max(0.0, cost_s)

    @property
    def cost_ms(self) -> float:
        """What the last survey cost over a plain pass."""
        return self._cost_s * 1e3


class Survey:
    """An observer of one pass (`engine.graph.scopes.Observer`) that sums up wanted nodes.

    Parameters
    ----------
    request
        Which nodes.
    input_size
        Height and width of the network's input.
    """

    def __init__(self, request: SurveyRequest, input_size: tuple[int, int]) -> None:
        self._request = request
        self._input_size = input_size
        self.found: dict[LayerKey, NodeSummary] = {}

    def enter(self, call: Call, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Nothing is noted when a module begins."""

    def leave(self, call: Call, output: Any) -> Any:
        """Sum up what a module answered."""
        self._note(call.key, output, ())

    def before(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Nothing is noted before an operation."""

    def after(self, operation: Operation, looked: Any, result: Any) -> Any:
        """Sum up what an operation gave, and of an addition where it came from."""
        del looked
        if operation.key in self._request.keys:
            shares = branch_shares(operation.args, result) if operation.op == "add" else ()
            self._note(operation.key, result, shares)
        return result

    def _note(self, key: LayerKey, output: object, shares: tuple[float, ...]) -> None:
        if key not in self._request.keys or key in self.found:
            return
        tensor = first_tensor(output)
        if tensor is None or tensor.numel() == 0 or not tensor.is_floating_point():
            return
        self.found[key] = summarise(
            key,
            tensor.detach(),
            self._input_size,
            shares=shares,
            has_thumbnail=self._request.has_thumbnails,
        )


def summarise(
    key: LayerKey,
    output: Tensor,
    input_size: tuple[int, int],
    *,
    shares: tuple[float, ...] = (),
    has_thumbnail: bool = False,
) -> NodeSummary:
    """Sum up one node's answer.

    Parameters
    ----------
    key
        Which node.
    output : Tensor, (1, ...)
        What it answered. Mean and zeros are taken over a sample of large maps, `dead` over all.
    input_size
        Height and width of the network's input.
    shares
        Passed through.
    has_thumbnail
        Whether a small picture of the strongest channel is made.
    """
    maps = fold(output, input_size).maps
    flat = maps.flatten(1)
    is_dead = (flat.amax(dim=1) == 0) & (flat.amin(dim=1) == 0)
    sample = _sample(maps).to(torch.float32)
    by_channel = sample.abs().mean(dim=(1, 2))
    zeros = (sample == 0).to(torch.float32).mean()
    dead = is_dead.to(torch.float32).mean()
    strongest = int(by_channel.nan_to_num(0.0).argmax())
    numbers = torch.stack((by_channel.mean(), zeros, dead)).tolist()
    thumbnail = _thumbnail(maps[strongest]) if has_thumbnail and maps[0].numel() > 1 else None
    mean, zero_share, dead_share = numbers
    return NodeSummary(
        key,
        mean=mean if mean == mean else 0.0,  # noqa: PLR0124 - NaN is not equal to itself
        zeros=zero_share,
        dead=dead_share,
        strongest=strongest,
        thumbnail=None if thumbnail is None else thumbnail.cpu().numpy(),
        shares=shares,
    )


def _sample(maps: Tensor) -> Tensor:
    """Return every n-th row and column, so that means take no longer for large maps."""
    step = math.isqrt(max(1, maps.numel() // SAMPLED))
    return maps[:, ::step, ::step] if step > 1 else maps


def _thumbnail(plane: Tensor) -> Tensor:
    """Return a map at most 32 on a side as bytes, from its smallest value to its greatest."""
    plane = plane.to(torch.float32)
    height, width = (int(n) for n in plane.shape)
    scale = min(1.0, THUMBNAIL_PX / max(height, width))
    if scale < 1.0:
        size = (max(1, round(height * scale)), max(1, round(width * scale)))
        plane = F.adaptive_avg_pool2d(plane[None, None], size)[0, 0]
    plane = plane.nan_to_num(0.0, 0.0, 0.0)
    low, high = plane.min(), plane.max()
    return ((plane - low) * (255.0 / (high - low).clamp_min(_EPS))).to(torch.uint8)


def branch_shares(args: tuple[Any, ...], result: object) -> tuple[float, ...]:
    """Return how much of an addition's energy came by each of its inputs.

    Parameters
    ----------
    args
        What was added: two tensors. An in-place addition has already written over the first,
        which is then found again as the difference.
    result
        The sum.

    Returns
    -------
    tuple of float
        Shares of the sums of squares, summing to 1; empty where no two tensors were added.
    """
    tensors = [arg for arg in args if isinstance(arg, Tensor)]
    if len(tensors) != 2 or not isinstance(result, Tensor):
        return ()
    first, second = (tensor.detach().to(torch.float32) for tensor in tensors)
    if tensors[0] is result or tensors[0].data_ptr() == result.data_ptr():
        first = result.detach().to(torch.float32) - second
    energies = torch.stack((first.square().sum(), second.square().sum()))
    total = energies.sum().clamp_min(_EPS)
    return tuple(float(share) for share in (energies / total).tolist())
