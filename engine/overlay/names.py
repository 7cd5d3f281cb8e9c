"""Where the names go: beside what they name, within the picture, not over each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from engine.overlay.lettering import is_writable
from engine.overlay.palette import Rgb, colour_of, colours_of
from engine.overlay.plates import plate, text_size
from engine.values import BACKGROUND, VOID, Box, Instances

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from engine.overlay.plates import Plate
    from engine.values import Instance, LabelMap, OverlayStyle, Segmentation

__all__ = ["draw_names"]

_CELL = 4
_COARSE = 160
_LEAST_SHARE = 0.002


def draw_names(out: NDArray[np.uint8], segmentation: Segmentation, style: OverlayStyle) -> None:
    """Draw the names into `out`, (H, W, 3) uint8.

    The most certain choose their place first. An object that is smaller than its name goes
    without, where no place is free: names over names say nothing.
    """
    if isinstance(segmentation, Instances):
        names = list(_of_objects(segmentation, style))
    else:
        names = list(_of_labels(segmentation, style))
    height, width = out.shape[:2]
    size = text_size((height, width))
    taken = _Taken(height, width)
    drawn: list[tuple[Plate, int, int]] = []
    for name in names:
        made = plate(name.text, size, name.colour, width)
        if made.size[0] > height or made.size[1] > width:
            continue
        place = taken.place(name, made.size)
        if place is not None:
            drawn.append((made, *place))
    for made, y, x in reversed(drawn):
        made.draw(out, y, x)


@dataclass(frozen=True, slots=True)
class _Name:
    """What is written, and where it would like to stand."""

    text: str
    colour: Rgb
    box: Box
    middle: float
    """Where its middle should be, from left to right."""
    is_inside: bool = False
    """Whether it stands on what it names rather than above it."""


def _of_objects(instances: Instances, style: OverlayStyle) -> Iterator[_Name]:
    words = _words(instances)
    for item, colour in zip(instances.items, colours_of(instances, style), strict=True):
        if item.category in style.hidden:
            continue
        text = words[item.category]
        if item.track:
            text += f" #{item.track}"
        if style.has_scores:
            text += f" {item.score:.2f}"
        yield _Name(text, colour, _extent(item, style), _middle(item, style))


def _words(segmentation: Segmentation) -> dict[int, str]:
    """Return what each category is called on a plate: its number where no font has its name."""
    return {
        category.id: category.name if is_writable(category.name) else str(category.id)
        for category in segmentation.categories
    }


def _extent(item: Instance, style: OverlayStyle) -> Box:
    is_box = style.has_boxes or not item.region.pixels.size
    return item.box if is_box else item.region.box


def _middle(item: Instance, style: OverlayStyle) -> float:
    """Return the middle of the object's top; that of the box's left where boxes are drawn."""
    pixels = item.region.pixels
    if style.has_boxes or not pixels.size:
        return -1.0
    top = np.flatnonzero(pixels[: max(1, len(pixels) // 16)].any(axis=0))
    return item.region.left + (float(top[0]) + float(top[-1]) + 1) / 2


def _of_labels(labelled: LabelMap, style: OverlayStyle) -> Iterator[_Name]:
    """Name the largest piece of each category, where it is widest."""
    step = max(1, max(labelled.size) // _COARSE)
    labels = np.ascontiguousarray(labelled.labels[step // 2 :: step, step // 2 :: step])
    words = _words(labelled)
    for category in np.flatnonzero(np.bincount(labels.ravel())).tolist():
        if category in {BACKGROUND, VOID, *style.hidden} or category not in words:
            continue
        mask = labels == category
        piece = _largest(mask)
        if np.count_nonzero(piece) < _LEAST_SHARE * mask.size:
            continue
        inner = cv2.distanceTransform(np.pad(piece, 1), cv2.DIST_L2, 3)[1:-1, 1:-1]
        y, x = np.unravel_index(int(inner.argmax()), inner.shape)
        text = words[category]
        if style.has_scores and labelled.confidence is not None:
            sure = labelled.confidence[step // 2 :: step, step // 2 :: step][mask]
            text += f" {float(sure.mean()) / 255:.2f}"
        room = float(inner[y, x]) * step
        left, top = (int(x) + 0.5) * step, (int(y) + 0.5) * step
        is_inside = room > text_size(labelled.size)
        box = Box(left - room, top - room, left + room, top + room)
        yield _Name(text, colour_of(category, style), box, left, is_inside=is_inside)


def _largest(mask: NDArray[np.bool_]) -> NDArray[np.uint8]:
    _, parts, stats, _ = cv2.connectedComponentsWithStats(mask.view(np.uint8), connectivity=4)
    largest = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
    return np.asarray(parts == largest, np.uint8)


class _Taken:
    """Which cells of the picture have a name on them."""

    def __init__(self, height: int, width: int) -> None:
        self._height, self._width = height, width
        self._cells = np.zeros((-(-height // _CELL), -(-width // _CELL)), np.bool_)

    def place(self, name: _Name, size: tuple[int, int]) -> tuple[int, int] | None:
        """Choose a corner (y, x) for a plate and take it; None = better none than this one."""
        first = None
        for y, x in _wishes(name, size):
            at = (
                min(max(0, round(y)), self._height - size[0]),
                min(max(0, round(x)), self._width - size[1]),
            )
            first = first or at
            cells = self._under(at, size)
            if not cells.any():
                cells[...] = True
                return at
        is_small = name.box.height < size[0] or name.box.width < size[1]
        if first is None or (is_small and not name.is_inside):
            return None
        self._under(first, size)[...] = True
        return first

    def _under(self, at: tuple[int, int], size: tuple[int, int]) -> NDArray[np.bool_]:
        (y, x), (height, width) = at, size
        rows = slice(y // _CELL, (y + height - 1) // _CELL + 1)
        return self._cells[rows, x // _CELL : (x + width - 1) // _CELL + 1]


def _wishes(name: _Name, size: tuple[int, int]) -> Iterator[tuple[float, float]]:
    """Yield places for a plate, the best first."""
    height, width = size
    box = name.box
    if name.is_inside:
        for step in (0, 1, -1, 2, -2):
            middle = (box.top + box.bottom) / 2
            yield middle - height / 2 + step * height, name.middle - width / 2
        return
    gap = max(2, height // 8)
    middle = name.middle - width / 2 if name.middle >= 0 else box.left
    above, below = box.top - height - gap, box.bottom + gap
    yield above, middle
    for y in (
        box.top + gap,
        above,
        (box.top + box.bottom - height) / 2,
        box.bottom - height,
        below,
    ):
        for x in (middle, box.left, box.right - width):
            yield y, x
