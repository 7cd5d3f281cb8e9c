"""Where on the picture the receptive field of a cell lies, and how it is said in words.

The field is a fact of the network, in pixels of its input; what the input covers of the picture
(cropped, padded or stretched) is a fact of the frame.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.values import Box

if TYPE_CHECKING:
    from engine.values import LayerCost, LayerKey, NetworkCost, ReceptiveField

__all__ = ["FieldPlace", "field_row", "field_size_text", "place_on_picture", "stride_text"]


@dataclass(frozen=True, slots=True)
class FieldPlace:
    """The part of the picture that a cell depends on.

    Attributes
    ----------
    box
        In picture pixels, within the picture; empty where the field lies in padding altogether.
    cut
        Whether the field reaches further at the left, top, right and bottom.
    """

    box: Box
    cut: tuple[bool, bool, bool, bool] = (False, False, False, False)

    @property
    def is_empty(self) -> bool:
        """Whether nothing of the field lies on the picture."""
        return self.box.width <= 0 or self.box.height <= 0

    @property
    def is_cut(self) -> bool:
        """Whether the field reaches beyond what the network sees of the picture."""
        return any(self.cut)


def place_on_picture(
    field: ReceptiveField,
    cell: tuple[int, int],
    input_size: tuple[int, int],
    input_box: Box,
    picture_size: tuple[int, int],
) -> FieldPlace:
    """Return where on the picture a cell's receptive field lies.

    Parameters
    ----------
    field
        Of the cell's map, in input pixels.
    cell
        Row and column.
    input_size
        Height and width of the network's input.
    input_box
        The part of the picture that the input covers; it may reach beyond the picture.
    picture_size
        Height and width of the picture.
    """
    rows = _ends(field, 0, cell[0], input_size[0])
    columns = _ends(field, 1, cell[1], input_size[1])
    top, bottom, is_above, is_below = _mapped(
        rows, input_size[0], (input_box.top, input_box.bottom), picture_size[0]
    )
    left, right, is_before, is_behind = _mapped(
        columns, input_size[1], (input_box.left, input_box.right), picture_size[1]
    )
    # Of a field that is all of the input there is no more to tell.
    cut = (
        (is_before and field.size[1] > 0),
        (is_above and field.size[0] > 0),
        (is_behind and field.size[1] > 0),
        (is_below and field.size[0] > 0),
    )
    return FieldPlace(Box(left, top, right, bottom), cut)


def _ends(field: ReceptiveField, axis: int, place: int, length: int) -> tuple[float, float]:
    """Return where the field begins and ends along an axis, in input pixels, end excluded."""
    size = field.size[axis]
    if not size:
        return 0.0, float(length)
    centre = field.start[axis] + place * field.stride[axis]
    return math.floor(centre - (size - 1) / 2), math.ceil(centre + (size - 1) / 2) + 1


def _mapped(
    ends: tuple[float, float], length: int, span: tuple[float, float], picture: int
) -> tuple[float, float, bool, bool]:
    """Bring two ends from the input to the picture; say whether each was cut off."""
    low, high = (min(max(end, 0.0), float(length)) for end in ends)
    scale = (span[1] - span[0]) / length
    first, last = span[0] + low * scale, span[0] + high * scale
    start, stop = (min(max(end, 0.0), float(picture)) for end in (first, last))
    return start, stop, low > ends[0] or start > first, high < ends[1] or stop < last


# ------------------------------------------------------------------------------------ the layer


def field_row(cost: NetworkCost, key: LayerKey, map_size: tuple[int, int]) -> LayerCost | None:
    """Return the operation whose receptive field a layer's map has, or None where none is known.

    Of a module that contains others it is the last operation in it. A map whose cells cannot be
    places of the input (a matrix of tokens that form no grid) has none.
    """
    row = next((layer for layer in cost.layers if layer.key == key), None) or _last_within(
        cost, key, map_size
    )
    if row is None or row.receptive_field is None:
        return None
    field, input_size = row.receptive_field, cost.input_shape[-2:]
    is_plausible = len(input_size) == 2 and all(
        not size or cells * stride <= 2 * length + stride
        for size, cells, stride, length in zip(
            field.size, map_size, field.stride, input_size, strict=True
        )
    )
    return row if is_plausible else None


def _last_within(cost: NetworkCost, key: LayerKey, map_size: tuple[int, int]) -> LayerCost | None:
    inside = (f"{key.name}.", f"{key.name}/")
    found = [layer for layer in cost.layers if layer.key.name.startswith(inside)]
    calls = [layer for layer in found if layer.key.call == key.call] or found
    sized = [layer for layer in calls if map_size in {layer.output_shape[-2:], (1, 1)}]
    rows = sized or calls
    return rows[-1] if rows else None


def field_size_text(size: tuple[float, float]) -> str:
    """Return height and width of a field as "99×99"."""
    return f"{size[0]:g}×{size[1]:g}"


def stride_text(field: ReceptiveField) -> str:
    """Return the distance of neighbouring fields as "16", or "16×8" where the axes differ."""
    height, width = field.stride
    return f"{height:g}" if height == width else f"{height:g}×{width:g}"
