"""What the decoder that comes with Layerscope tells apart. Nothing heavy is imported here."""

from __future__ import annotations

__all__ = ["NAMES", "STUFF", "VOC"]

VOC = (
    "airplane", "bicycle", "bird", "boat", "bottle", "bus", "car", "cat", "chair", "cow",
    "dining table", "dog", "horse", "motorcycle", "person", "potted plant", "sheep", "couch",
    "train", "tv",
)  # fmt: skip
"""PASCAL VOC's twenty, by their ids from 1; in COCO's words where they differ."""
_STUFF = ("building", "grass", "tree", "sky", "mountain", "water", "road", "flower", "sign", "book")

NAMES = ("background", *VOC, *_STUFF)
"""PASCAL VOC's, and ten more that fill pictures, by their ids."""
STUFF = frozenset(range(1 + len(VOC), len(NAMES)))
"""Ids of those ten: background where they are not marked."""
