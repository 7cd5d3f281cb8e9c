"""What crosses the border is checked where it is made."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

import engine.values
from engine.values import (
    Activation,
    AtlasStyle,
    Box,
    ChannelStats,
    Classification,
    DeviceInfo,
    Frame,
    FrameResult,
    LayerKey,
    MapKind,
    ModelCard,
    ModelInfo,
    WeightsChoice,
)


def stats(channels: int = 3) -> ChannelStats:
    numbers = np.zeros(channels, np.float32)
    return ChannelStats(numbers, numbers, numbers, numbers, numbers, np.zeros(channels, bool))


def activation(**changes: Any) -> Activation:
    """Return three maps of 2 x 4, two to a row, in the order 2, 0, 1."""
    given: dict[str, Any] = {
        "key": LayerKey("conv"),
        "layer_kind": "Conv2d",
        "shape": (3, 2, 4),
        "kind": MapKind.MAPS,
        "values": np.zeros((3, 2, 4), np.float32),
        "atlas": np.zeros((4, 8), np.uint8),
        "columns": 2,
        "order": np.array([2, 0, 1]),
        "low": np.zeros(3, np.float32),
        "high": np.ones(3, np.float32),
        "gamma": 1.0,
        "is_signed": False,
        "stats": stats(),
    }
    return Activation(**given | changes)


def test_every_name_is_there_once() -> None:
    names = engine.values.__all__
    assert len(names) == len(set(names))
    assert all(hasattr(engine.values, name) for name in names)


@pytest.mark.parametrize(
    ("image", "sentence"),
    [
        (np.zeros((2, 2, 3), np.float32), "expected 3-d uint8, got shape (2, 2, 3), float32"),
        (np.zeros((2, 2), np.uint8), "expected 3-d uint8, got shape (2, 2), uint8"),
        (np.zeros((2, 2, 4), np.uint8), "expected (H, W, 3), got (2, 2, 4)"),
        (np.zeros((0, 2, 3), np.uint8), "expected (H, W, 3), got (0, 2, 3)"),
    ],
)
def test_a_frame_is_a_picture(image: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=r"^Frame\.image: ") as caught:
        Frame(image)
    assert str(caught.value) == f"Frame.image: {sentence}"


def test_a_frame_of_one_pixel() -> None:
    assert Frame(np.zeros((1, 1, 3), np.uint8)).image.shape == (1, 1, 3)


def test_records_do_not_change() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Box(0, 0, 1, 1).left = 3  # type: ignore[misc]  # what is tested


def test_a_box_has_a_size() -> None:
    box = Box(left=-3, top=2, right=7.5, bottom=4)
    assert (box.width, box.height) == (10.5, 2)


@pytest.mark.parametrize(
    ("key", "text"),
    [
        (LayerKey("conv"), "conv"),
        (LayerKey("layer1.0.relu", 1), "layer1.0.relu:1"),
        (LayerKey("a:b", 2), "a:b:2"),
        (LayerKey("a:b"), "a:b"),
        (LayerKey("a:"), "a:"),
    ],
)
def test_a_layer_key_is_written_and_read(key: LayerKey, text: str) -> None:
    assert str(key) == text
    assert LayerKey.parse(text) == key


def test_layer_keys_have_an_order() -> None:
    keys = [LayerKey("b"), LayerKey("a", 1), LayerKey("a")]
    assert sorted(keys) == [LayerKey("a"), LayerKey("a", 1), LayerKey("b")]


@pytest.mark.parametrize(
    "given",
    [
        {"gamma": 0},
        {"gamma": float("nan")},
        {"aspect": -1},
        {"fixed_low": 1.0, "fixed_high": 1.0},
        {"fixed_low": float("nan")},
    ],
)
def test_a_style_makes_sense(given: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"positive|empty"):
        AtlasStyle(**given)  # type: ignore[arg-type]  # floats by name


def test_numbers_of_channels_are_checked() -> None:
    good = np.zeros(3, np.float32)
    with pytest.raises(
        ValueError, match=r"ChannelStats\.std: expected 1-d float32, got .* float64"
    ):
        ChannelStats(good, good, good, np.zeros(3), good, stats().dead)  # type: ignore[arg-type]  # it is what is tested
    with pytest.raises(ValueError, match=r"ChannelStats\.dead: expected 1-d bool"):
        ChannelStats(good, good, good, good, good, good)  # type: ignore[arg-type]  # what is tested


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"values": np.zeros((3, 2, 4))}, "values: expected 3-d float32"),
        ({"atlas": np.zeros((4, 8, 3), np.uint8)}, "atlas: expected 2-d uint8"),
        ({"atlas": np.zeros((2, 8), np.uint8)}, r"atlas: expected \(4, 8\), got \(2, 8\)"),
        ({"columns": 3}, r"atlas: expected \(2, 12\), got \(4, 8\)"),
    ],
)
def test_an_activation_fits_together(changes: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        activation(**changes)


def test_where_a_channel_stands() -> None:
    one = activation()
    assert (one.channels, one.map_size) == (3, (2, 4))
    assert [one.place_of(channel) for channel in range(3)] == [(0, 1), (1, 0), (0, 0)]


def test_a_result_finds_its_layer() -> None:
    one = activation()
    frame = Frame(np.zeros((1, 1, 3), np.uint8))
    box = Box(0, 0, 1, 1)
    result = FrameResult(
        frame, "net", is_random=False, input_box=box, classification=None, activations=(one,)
    )
    assert result.activation(LayerKey("conv")) is one
    assert result.activation(LayerKey("conv", 1)) is None


def test_random_weights_are_marked() -> None:
    card = ModelCard("n", "N", "F", "classification", 1, (4, 4), 0, "", "", False, "")
    device = DeviceInfo("cpu", "CPU", "float32")
    for choice, is_random in ((WeightsChoice.RANDOM, True), (WeightsChoice.PUBLISHED, False)):
        assert ModelInfo(card, choice, device, (), ()).is_random is is_random


def test_an_answer_may_be_empty() -> None:
    assert Classification(()).entropy == 0.0
