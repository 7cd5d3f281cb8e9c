"""What is kept about a layer from frame to frame: its sign, its order, its silence."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from engine.capture.fold import Folded
from engine.capture.statistics import DEAD_AFTER, measure
from engine.capture.watch import RESORT_EVERY_S, WatchedLayer
from engine.values import Activation, AtlasStyle, LayerKey, MapKind, ScaleMode, SortKey

NAN, INF = float("nan"), float("inf")


class Layer:
    """A watched layer with a clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 100.0
        self.watched = WatchedLayer(LayerKey("conv", 1), "Conv2d", lambda: self.now)

    def answer(
        self,
        maps: Tensor,
        frame: object = None,
        kind: MapKind = MapKind.MAPS,
        **style: Any,
    ) -> Activation:
        """Answer to a new frame where none is given."""
        folded = Folded(maps, kind)
        seen = object() if frame is None else frame
        return self.watched.answer(folded, tuple(maps.shape), AtlasStyle(**style), seen)


@pytest.fixture
def layer() -> Layer:
    return Layer()


def constant(*values: float) -> Tensor:
    """Return one map of 1 x 2 for each value."""
    return torch.tensor(values, dtype=torch.float32)[:, None, None].repeat(1, 1, 2)


def test_all_numbers_of_a_small_layer(layer: Layer) -> None:
    maps = torch.tensor([[[0.0, 2.0]], [[4.0, 1.0]], [[0.0, 0.0]]])
    got = layer.answer(maps, scale=ScaleMode.LAYER, aspect=2.0)
    assert (got.key, got.layer_kind, got.kind) == (LayerKey("conv", 1), "Conv2d", MapKind.MAPS)
    assert got.shape == (3, 1, 2)
    assert got.values.tolist() == maps.tolist()
    assert got.order.tolist() == [0, 1, 2]
    assert got.order.dtype == np.intp
    assert (got.low.tolist(), got.high.tolist()) == ([0, 0, 0], [4, 4, 4])
    assert (got.is_signed, got.has_nonfinite, got.gamma) == (False, False, 1.0)
    # 255 / 4 = 63.75 a unit, rounded; two tiles to a row, the fourth place blank
    assert got.columns == 2
    assert got.atlas.tolist() == [[0, 128, 255, 64], [0, 0, 0, 0]]
    stats = got.stats
    assert stats.minimum.tolist() == [0, 1, 0]
    assert stats.maximum.tolist() == [2, 4, 0]
    assert stats.mean.tolist() == [1, 2.5, 0]
    assert stats.std.tolist() == [1, 1.5, 0]
    assert stats.zeros.tolist() == [0.5, 0, 1]
    assert stats.dead.tolist() == [False, False, False]


def test_each_channel_may_have_its_own_scale(layer: Layer) -> None:
    got = layer.answer(torch.tensor([[[1.0, 3.0]], [[10.0, 30.0]]]), scale=ScaleMode.CHANNEL)
    assert (got.low.tolist(), got.high.tolist()) == ([1, 10], [3, 30])


def test_a_fixed_scale_is_kept(layer: Layer) -> None:
    style: dict[str, Any] = {"scale": ScaleMode.FIXED, "fixed_low": 1.0, "fixed_high": 9.0}
    got = layer.answer(constant(0, 5, 100), aspect=100.0, **style)
    assert (got.low.tolist(), got.high.tolist()) == ([1] * 3, [9] * 3)
    assert got.atlas.tolist() == [[0, 0, 128, 128, 255, 255]]


def test_signed_values_are_scaled_about_zero(layer: Layer) -> None:
    got = layer.answer(constant(-1, 0, 4), aspect=100.0)
    assert got.is_signed
    assert (got.low.tolist(), got.high.tolist()) == ([-4] * 3, [4] * 3)
    assert got.atlas.tolist() == [[96, 96, 128, 128, 255, 255]]


def test_a_sign_once_seen_stays(layer: Layer) -> None:
    """The colours must not flip from frame to frame."""
    assert not layer.answer(constant(0, 1)).is_signed
    assert layer.answer(constant(-1, 1)).is_signed
    after = layer.answer(constant(0, 1))
    assert after.is_signed
    assert after.low.tolist() == [-1, -1]


def test_the_input_is_a_picture_whatever_its_sign(layer: Layer) -> None:
    got = layer.answer(constant(-2, 0, 2), kind=MapKind.PICTURE, aspect=100.0)
    assert not got.is_signed
    assert (got.low.tolist(), got.high.tolist()) == ([-2] * 3, [2] * 3)
    assert got.atlas.tolist() == [[0, 0, 128, 128, 255, 255]]


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        (SortKey.INDEX, [0, 1, 2, 3]),
        (SortKey.MEAN, [2, 1, 0, 3]),  # means 1, 2, 2.5, 1: of equals the first comes first
        (SortKey.MAX, [1, 2, 0, 3]),  # maxima 2, 4, 3, 1
        (SortKey.SPARSITY, [0, 1, 2, 3]),  # zeros 1/2, 1/2, 0, 0
    ],
)
def test_channels_stand_in_order(layer: Layer, sort: SortKey, order: list[int]) -> None:
    maps = torch.tensor([[[0.0, 2.0]], [[0.0, 4.0]], [[2.0, 3.0]], [[1.0, 1.0]]])
    got = layer.answer(maps, sort=sort, aspect=100.0, scale=ScaleMode.FIXED, fixed_high=255.0)
    assert got.order.tolist() == order
    assert got.values.tolist() == maps.tolist()  # by channel, not by place
    assert got.atlas.tolist() == [[int(v) for c in order for v in maps[c, 0].tolist()]]


def test_the_order_is_put_right_once_a_second(layer: Layer) -> None:
    def order(*means: float) -> list[int]:
        return [int(n) for n in layer.answer(constant(*means), sort=SortKey.MEAN).order]

    assert order(1, 2, 3) == [2, 1, 0]
    layer.now += 0.99 * RESORT_EVERY_S
    assert order(3, 2, 1) == [2, 1, 0]
    layer.now += 0.02 * RESORT_EVERY_S
    assert order(3, 1, 2) == [0, 2, 1]
    layer.now += 0.99 * RESORT_EVERY_S
    assert order(1, 2, 3) == [0, 2, 1]


def test_another_way_to_sort_is_done_at_once(layer: Layer) -> None:
    maps = torch.tensor([[[0.0, 4.0]], [[3.0, 3.0]]])
    assert layer.answer(maps, sort=SortKey.MAX).order.tolist() == [0, 1]
    assert layer.answer(maps, sort=SortKey.MEAN).order.tolist() == [1, 0]
    assert layer.answer(maps, sort=SortKey.INDEX).order.tolist() == [0, 1]
    later = torch.tensor([[[5.0, 5.0]], [[0.0, 6.0]]])
    assert layer.answer(later, sort=SortKey.MEAN).order.tolist() == [0, 1]


def test_another_number_of_channels_is_sorted_at_once(layer: Layer) -> None:
    layer.answer(constant(1, 2), sort=SortKey.MEAN)
    assert layer.answer(constant(1, 2, 3), sort=SortKey.MEAN).order.tolist() == [2, 1, 0]


def test_an_order_is_not_carried_to_another_device(layer: Layer) -> None:
    """The CPU's maps cannot be put into an order that lies on a GPU."""
    elsewhere = measure(constant(1, 2).to("meta"))
    order = layer.watched._ordered(elsewhere, SortKey.MEAN)
    assert order is not None
    assert order.is_meta
    assert layer.answer(constant(1, 2), sort=SortKey.MEAN).order.tolist() == [1, 0]


def test_a_channel_is_dead_after_so_many_silent_frames(layer: Layer) -> None:
    for _ in range(DEAD_AFTER - 1):
        assert not layer.answer(constant(0, 1)).stats.dead.any()
    assert layer.answer(constant(0, 1)).stats.dead.tolist() == [True, False]
    assert layer.answer(constant(1, 0)).stats.dead.tolist() == [False, False]


def test_the_same_frame_is_counted_once(layer: Layer) -> None:
    frame = object()
    for _ in range(2 * DEAD_AFTER):
        assert not layer.answer(constant(0), frame).stats.dead.any()


def test_what_is_not_finite_is_told_and_drawn_as_zero(layer: Layer) -> None:
    maps = torch.tensor([[[NAN, 2.0]], [[INF, 1.0]], [[1.0, 1.0]]])
    got = layer.answer(maps, aspect=100.0, scale=ScaleMode.FIXED, fixed_high=2.0)
    assert got.has_nonfinite
    assert got.values.tolist() == [[[0, 2]], [[0, 1]], [[1, 1]]]
    assert got.atlas.tolist() == [[0, 255, 0, 128, 128, 128]]
    assert not layer.answer(constant(1, 1, 1)).has_nonfinite


def test_a_channel_of_nan_is_not_dead(layer: Layer) -> None:
    for _ in range(DEAD_AFTER + 1):
        dead = layer.answer(constant(NAN, 0, -INF)).stats.dead
    assert dead.tolist() == [False, True, False]


def test_the_maps_of_the_pass_are_left_alone(layer: Layer) -> None:
    """They are answered from again when only the style changes."""
    maps = torch.tensor([[[NAN, -2.0]]])
    layer.answer(maps, gamma=0.5)
    assert maps[0, 0, 1] == -2
    assert maps[0, 0, 0].isnan()


def test_maps_that_do_not_lie_in_order_are_read_right(layer: Layer) -> None:
    maps = torch.arange(6.0).reshape(1, 2, 3).permute(2, 0, 1)  # three channels of 1 x 2
    got = layer.answer(maps)
    assert got.values.tolist() == [[[0, 3]], [[1, 4]], [[2, 5]]]
