"""A small activation with known numbers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from engine.export.origin import Origin
from engine.values import Activation, ChannelStats, LayerKey, MapKind

MakeActivation = Callable[..., Activation]


def build(
    count: int = 5,
    height: int = 2,
    width: int = 3,
    columns: int = 3,
    *,
    is_signed: bool = False,
    order: tuple[int, ...] | None = None,
) -> Activation:
    """Channel k is filled with the byte 10 * k, the value k / 10."""
    rows = -(-count // columns)
    atlas = np.zeros((rows * height, columns * width), np.uint8)
    values = np.zeros((count, height, width), np.float32)
    places = order or tuple(range(count))
    for place, channel in enumerate(places):
        row, column = divmod(place, columns)
        tile = np.s_[row * height : (row + 1) * height, column * width : (column + 1) * width]
        atlas[tile] = 10 * channel
        values[channel] = channel / 10
    levels = values[:, 0, 0].copy()
    zeros = np.zeros(count, np.float32)
    return Activation(
        key=LayerKey("features.0"),
        layer_kind="Conv2d",
        shape=(count, height, width),
        kind=MapKind.MAPS,
        values=values,
        atlas=atlas,
        columns=columns,
        order=np.array(places, np.intp),
        low=np.full(count, -2.0 if is_signed else 0.0, np.float32),
        high=np.full(count, 2.0, np.float32),
        gamma=1.0,
        is_signed=is_signed,
        stats=ChannelStats(
            minimum=levels,
            maximum=levels,
            mean=levels,
            std=zeros,
            zeros=(levels == 0).astype(np.float32),
            dead=levels == 0,
        ),
    )


@pytest.fixture
def make_activation() -> MakeActivation:
    return build


@pytest.fixture
def activation() -> Activation:
    return build()


@pytest.fixture
def origin() -> Origin:
    return Origin("tiny_net", "cat.png")
