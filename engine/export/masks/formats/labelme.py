"""labelme: one JSON a picture, to correct masks by hand."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from engine.export.masks.pieces import pieces_of
from engine.export.masks.registry import register_format
from engine.export.masks.rings import simplified
from engine.export.masks.text import as_json
from engine.export.masks.writing import Output, Plan, Writer

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import PurePosixPath

    from engine.export.masks.contract import SegmentedPicture

__all__ = ["LabelmeWriter"]

_VERSION = "5.5.0"


@register_format
@dataclass(slots=True)
class LabelmeWriter(Writer):
    """`<stem>.json`, with the way to the picture and no picture in it.

    A shape is a polygon; the parts of one object have the same `group_id`. A hole is opened by a
    cut of no width, since labelme's polygons have none.

    Attributes
    ----------
    tolerance
        Pixels that the outline may be off: a person who moves vertices wants few. 0 = exact.
    """

    name: ClassVar[str] = "labelme"
    title: ClassVar[str] = "labelme JSON"

    tolerance: float = 1.0

    def plan(self, picture: SegmentedPicture, stem: PurePosixPath) -> Plan:
        """See `Writer`."""
        path = stem.with_name(f"{stem.name}.json")

        def write(part: Path) -> None:
            height, width = picture.segmentation.size
            content: dict[str, Any] = {
                "version": _VERSION,
                "flags": {},
                "shapes": None,
                "imagePath": _way(picture, (self._folder / path).parent),
                "imageData": None,
                "imageHeight": height,
                "imageWidth": width,
            }
            texts = {key: as_json(value) for key, value in content.items()}
            # A line a shape: `json` takes ten times as long where it indents every number.
            texts["shapes"] = "[\n  " + ",\n  ".join(map(as_json, self._shapes(picture))) + "\n ]"
            lines = ",\n ".join(f'"{key}": {text}' for key, text in texts.items())
            part.write_text(f"{{\n {lines}\n}}\n", encoding="utf-8")

        return Plan((Output(path, write),))

    def _shapes(self, picture: SegmentedPicture) -> Iterator[dict[str, Any]]:
        for group, piece in enumerate(pieces_of(picture), 1):
            parts = simplified(piece.parts, piece.region, self.tolerance)
            score = "" if piece.score is None else f"score {piece.score:.3f}"
            for part in parts:
                yield {
                    "label": piece.category.name,
                    "points": part.ring.round(3).tolist(),
                    "group_id": group if len(parts) > 1 else None,
                    "description": score,
                    "shape_type": "polygon",
                    "flags": {},
                    "mask": None,
                }


def _way(picture: SegmentedPicture, folder: Path) -> str:
    """Return the way from the JSON to the picture; its bare name where there is no file."""
    if picture.source is None:
        return picture.name.name
    source = picture.source.absolute()
    try:
        return Path(os.path.relpath(source, folder.absolute())).as_posix()
    except ValueError:  # on another drive
        return source.as_posix()
