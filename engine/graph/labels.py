"""The words on an item of the graph, and how much room they take.

Sizes must be the same on every machine and need neither a window nor a font file: a string's
width is estimated from classes of letters, measured once on common sans-serif faces (Inter,
DejaVu Sans, Helvetica) and rounded up, so that a text is rarely wider than its item.
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from engine.values.graph import ItemKind, OpKind
from engine.values.models import LayerKey

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.values.graph import GraphItem, GraphNode, TensorInfo

__all__ = [
    "BADGE_WIDTH",
    "FRAME_SIZE",
    "LABEL_SIZE",
    "SUBTITLE_SIZE",
    "TITLE_SIZE",
    "clipped",
    "geometry",
    "has_sign",
    "item_size",
    "relative_path",
    "shape_label",
    "tensor_label",
    "text_width",
]

TITLE_SIZE = 12
SUBTITLE_SIZE = 10
LABEL_SIZE = 10
FRAME_SIZE = 11
"""Heights of letters in scene units: titles, subtitles, shapes on edges, titles of frames."""
BADGE_WIDTH = 34.0
"""Room at an item's right for "x12"."""

_PADDING = 14.0
_SIGN_WIDTH = 16.0
_MIN_WIDTH = 52.0
_MAX_WIDTH = 220.0
_ONE_LINE = 28.0
_TWO_LINES = 40.0
_GRID = 4.0

_NARROW = frozenset("iljtfrI.,:;|!'()[]/ ·")
_WIDE = frozenset("mwMW@%—…")
_SIGNS = frozenset("×≠→−")


def text_width(text: str, size: float) -> float:
    """Return about how wide `text` is, in scene units, in letters of `size` units."""
    ems = 0.0
    for letter in text:
        if letter in _NARROW:
            ems += 0.36
        elif letter in _WIDE:
            ems += 0.92
        elif letter in _SIGNS:
            ems += 0.84
        elif letter.isupper():
            ems += 0.70
        else:
            ems += 0.60
    return ems * size


def clipped(text: str, size: float, room: float) -> str:
    """Return `text`, cut with an ellipsis where it takes more than `room` units."""
    if text_width(text, size) <= room:
        return text
    room -= text_width("…", size)
    taken = 0.0
    for at, letter in enumerate(text):
        taken += text_width(letter, size)
        if taken > room:
            return text[:at].rstrip() + "…" if at else ""
    return text


def relative_path(path: str, scope: str) -> str:
    """Return a module's path as it is named inside the box `scope`: usually its last part.

    A list of modules that is not called itself is no box, so that its name is needed to tell
    its members from others': "downs.0".
    """
    return path.removeprefix(f"{LayerKey.parse(scope).name}.") if scope else path


def has_sign(item: GraphItem) -> bool:
    """Whether it is drawn as a round sign with its word: an addition or a concatenation."""
    return item.item is ItemKind.NODE and item.kind in {OpKind.ADD, OpKind.CONCATENATION}


def item_size(item: GraphItem) -> tuple[float, float]:
    """Return width and height of an item, in scene units."""
    inner = max(text_width(item.title, TITLE_SIZE), text_width(item.subtitle, SUBTITLE_SIZE))
    width = inner + 2 * _PADDING
    if item.count > 1:
        width += BADGE_WIDTH
    elif has_sign(item):
        width += _SIGN_WIDTH
    width = min(max(width, _MIN_WIDTH), _MAX_WIDTH)
    return math.ceil(width / _GRID) * _GRID, _TWO_LINES if item.subtitle else _ONE_LINE


def shape_label(shape: Sequence[int], batch: int = 1) -> str:
    """Return a shape without the batch, "64×56×56"; a lone number is told as it is."""
    dims = tuple(shape)
    if len(dims) > 1 and dims[0] == batch:
        dims = dims[1:]
    return "×".join(map(str, dims)) or "scalar"


def tensor_label(tensors: Sequence[TensorInfo], batch: int = 1) -> str:
    """Return the shape of what flows along an edge: the first, and how many others differ."""
    shapes = list(dict.fromkeys(shape_label(tensor.shape, batch) for tensor in tensors))
    if not shapes:
        return ""
    return shapes[0] if len(shapes) == 1 else f"{shapes[0]} +{len(shapes) - 1}"


_NUMBER = re.compile(r"\d+")


def _sizes(value: str) -> list[str]:
    return _NUMBER.findall(value)


def geometry(node: GraphNode) -> str:
    """Return what stands under a node's title: "Conv2d 3×3, stride 2, groups 32"."""
    attributes = dict(node.attributes)
    words: list[str] = []
    kernel = _sizes(attributes.get("kernel", attributes.get("kernel_size", "")))
    if kernel:
        words.append("×".join(kernel if len(kernel) > 1 else kernel * 2))
    for name, usual in (("stride", "1"), ("dilation", "1"), ("groups", "1")):
        sizes = _sizes(attributes.get(name, ""))
        if sizes and set(sizes) != {usual}:
            words.append(f"{name} " + "×".join(sizes if len(set(sizes)) > 1 else sizes[:1]))
    head = node.op if node.is_module else ""
    if head and words:
        return f"{head} " + ", ".join(words)
    return head or ", ".join(words)
