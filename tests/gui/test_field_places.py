"""From a cell to the picture: the receptive field through crop, pad and stretch, by arithmetic."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.graph.receptive_field import field_box
from engine.models.preprocess import prepare
from engine.values import (
    Box,
    InputFit,
    LayerCost,
    LayerKey,
    NetworkCost,
    OpKind,
    ReceptiveField,
)
from gui.field_places import field_row, field_size_text, place_on_picture, stride_text
from tests.engine import tiny

FIELD = ReceptiveField((5, 5), (2, 2), (0, 0))
INPUT = (32, 32)


@pytest.mark.parametrize(
    ("fit", "cell", "expected", "cut"),
    [
        # rows 4..9 and columns 18..23 of the input
        (InputFit.CROP, (3, 10), Box(12 + 27, 6, 12 + 34.5, 13.5), (False,) * 4),
        (InputFit.PAD, (3, 10), Box(36, 0, 46, 10), (False,) * 4),
        (InputFit.STRETCH, (3, 10), Box(36, 6, 46, 13.5), (False,) * 4),
        # rows -2..3 and columns 28..33: beyond the input above and at the right
        (InputFit.CROP, (0, 15), Box(12 + 42, 0, 60, 4.5), (False, True, True, False)),
        (InputFit.STRETCH, (0, 15), Box(56, 0, 64, 4.5), (False, True, True, False)),
        # rows 2..7: the letterbox's border ends at row 4 of the input
        (InputFit.PAD, (2, 0), Box(0, 0, 6, 6), (True, True, False, False)),
    ],
)
def test_a_cells_field_on_the_picture(
    fit: InputFit, cell: tuple[int, int], expected: Box, cut: tuple[bool, ...]
) -> None:
    # Sizes that make whole pixels of all that is resized.
    picture = np.zeros((48, 72 if fit is InputFit.CROP else 64, 3), np.uint8)
    _, box = prepare(picture, tiny.preprocessing(32), fit, torch.device("cpu"))
    place = place_on_picture(FIELD, cell, INPUT, box, picture.shape[:2])
    assert place.box == expected
    assert place.cut == cut
    assert place.is_cut == any(cut)


def test_a_field_in_the_letterbox_alone_is_not_on_the_picture() -> None:
    place = place_on_picture(FIELD, (0, 5), INPUT, Box(0, -8, 64, 56), (48, 64))
    assert place.is_empty  # rows -2..3, the picture begins at row 4


def test_all_of_the_input_is_the_part_that_the_network_sees() -> None:
    whole = ReceptiveField((0, 0), (32, 32), (15.5, 15.5))
    place = place_on_picture(whole, (0, 0), INPUT, Box(8, 0, 56, 48), (48, 64))
    assert (place.box, place.is_cut) == (Box(8, 0, 56, 48), False)
    padded = place_on_picture(whole, (0, 0), INPUT, Box(0, -8, 64, 56), (48, 64))
    assert (padded.box, padded.is_cut) == (Box(0, 0, 64, 48), False)


@pytest.mark.parametrize(
    "field",
    [
        FIELD,
        ReceptiveField((4, 7.5), (2, 1.5), (0.5, -3)),
        ReceptiveField((0, 3), (1, 1), (0, 0)),
        ReceptiveField((61, 61), (4, 4), (1, 1)),
    ],
)
def test_on_the_input_itself_it_is_the_engines_own_box(field: ReceptiveField) -> None:
    for cell in ((0, 0), (3, 7), (15, 2)):
        place = place_on_picture(field, cell, INPUT, Box(0, 0, 32, 32), INPUT)
        box = place.box
        assert (box.top, box.left, box.bottom, box.right) == field_box(field, *cell, INPUT)


def row(name: str, shape: tuple[int, ...], field: ReceptiveField | None = FIELD) -> LayerCost:
    key = LayerKey.parse(name)
    return LayerCost(0, key, "x", OpKind.OTHER, shape, 1, 1.0, (), 0, 0, receptive_field=field)


COST = NetworkCost(
    "net",
    1,
    (3, 32, 32),
    (
        row("a.conv", (1, 4, 16, 16)),
        row("a.block/add", (1, 4, 16, 16)),
        row("a.block.relu", (1, 4, 16, 16)),
        row("ab.conv", (1, 4, 8, 8), ReceptiveField((9, 9), (4, 4), (0, 0))),
        row("tokens", (1, 65, 12)),
        row("looked_up", (1, 4, 8, 8), None),
    ),
    0,
    0,
    0.0,
)


@pytest.mark.parametrize(
    ("key", "map_size", "found"),
    [
        ("a.conv", (16, 16), "a.conv"),
        ("a.block/add", (16, 16), "a.block/add"),
        ("a.block", (16, 16), "a.block.relu"),  # its last operation
        ("a", (16, 16), "a.block.relu"),
        ("gone", (16, 16), None),
        ("looked_up", (8, 8), None),
        ("tokens", (65, 12), None),  # rows of tokens are no rows of the picture
        ("tokens", (8, 8), "tokens"),  # their grid is
    ],
)
def test_whose_field_a_layers_map_has(
    key: str, map_size: tuple[int, int], found: str | None
) -> None:
    layer = field_row(COST, LayerKey.parse(key), map_size)
    assert (str(layer.key) if layer is not None else None) == found


def test_in_words() -> None:
    assert field_size_text((99, 99)) == "99×99"
    assert stride_text(ReceptiveField((3, 3), (16, 16), (0, 0))) == "16"
    assert stride_text(ReceptiveField((3, 3), (16, 0.5), (0, 0))) == "16×0.5"
