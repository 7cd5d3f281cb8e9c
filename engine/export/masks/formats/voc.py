"""PASCAL VOC: indexed pictures of categories and of objects."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, ClassVar

import cv2
import numpy as np

from engine.export.masks.pieces import Ids, categories_of, objects_of
from engine.export.masks.pixels import save_indexed
from engine.export.masks.registry import register_format
from engine.export.masks.writing import Output, Plan, Writer
from engine.overlay.palette import voc_colour, voc_palette
from engine.values import VOID, LabelMap

if TYPE_CHECKING:
    from pathlib import Path

    from engine.export.masks.contract import SegmentedPicture

__all__ = ["VocWriter"]

_WIDE_VOID = 65535
"""In object pictures of 16 bits, where 255 is an object."""


@register_format
@dataclass(slots=True)
class VocWriter(Writer):
    """`SegmentationClass/<stem>.png`, `SegmentationObject/<stem>.png`, `labelmap.txt`.

    A pixel's value is the id of its category, or the number of its object from 1 in order of
    score; 0 is the background, 255 the void (65535 in object
    pictures of 16 bits). Where objects overlap, the higher score wins. Ids
    beyond a byte make grey pictures of 16 bits. A label map has no objects, and so one picture.

    Attributes
    ----------
    void
        Width in pixels of the void along the borders between objects and around them, as VOC's
        own pictures have it; 0 = none, and every pixel says what it is.
    """

    name: ClassVar[str] = "voc"
    title: ClassVar[str] = "Pascal VOC label pictures"

    void: int = 0

    def plan(self, picture: SegmentedPicture, stem: PurePosixPath) -> Plan:
        """See `Writer`."""
        found = picture.segmentation
        file = f"{stem}.png"

        def write_classes(path: Path) -> None:
            objects = found.labels if isinstance(found, LabelMap) else objects_of(picture)
            save_indexed(path, self._bordered(categories_of(picture), objects, VOID), voc_palette())

        outputs = [Output(PurePosixPath("SegmentationClass", file), write_classes)]
        if isinstance(found, LabelMap):
            note = "a label map has no objects: SegmentationObject has no picture of it"
            return Plan(tuple(outputs), notes=(note,))

        def write_objects(path: Path) -> None:
            objects = objects_of(picture)
            void = VOID if objects.dtype == np.uint8 else _WIDE_VOID
            save_indexed(path, self._bordered(objects, objects, void), voc_palette())

        outputs.append(Output(PurePosixPath("SegmentationObject", file), write_objects))
        return Plan(tuple(outputs))

    def finals(self, suffix: str) -> tuple[Output, ...]:
        """See `Writer`."""
        index = PurePosixPath("ImageSets", "Segmentation", f"default{suffix}.txt")
        return (
            Output(PurePosixPath(f"labelmap{suffix}.txt"), self._write_labels),
            Output(index, self._write_index),
        )

    def _bordered(self, ids: Ids, objects: Ids, void: int) -> Ids:
        if not self.void:
            return ids
        kernel = np.ones((self.void + 1, self.void + 1), np.uint8)
        is_border = cv2.dilate(objects, kernel) != cv2.erode(objects, kernel)
        out = ids.copy()
        out[is_border] = void
        return out

    def _write_labels(self, path: Path) -> None:
        lines = ["# label:color_rgb:parts:actions", "background:0,0,0::"]
        for number, name in sorted(self._journal.categories.items()):
            colour = ",".join(map(str, voc_colour(number)))
            # Colons and line ends would end the name.
            plain = " ".join(name.replace(":", "_").split())
            lines.append(f"{plain}:{colour}::")
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def _write_index(self, path: Path) -> None:
        with path.open("w", encoding="utf-8", newline="\n") as file:
            for record in self._journal.records():
                file.write(record["stem"] + "\n")
