"""COCO: one `annotations.json` for all pictures."""

from __future__ import annotations

import enum
import time
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, ClassVar

from engine.export.masks.pieces import pieces_of
from engine.export.masks.registry import register_format
from engine.export.masks.rle import counts_of, to_text
from engine.export.masks.text import as_json
from engine.export.masks.writing import Output, Plan, Writer

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path
    from typing import TextIO

    from engine.export.masks.contract import SegmentedPicture
    from engine.export.masks.pieces import Piece

__all__ = ["CocoWriter", "MasksAs"]


class MasksAs(enum.StrEnum):
    """How masks stand in the file."""

    AUTO = "auto"
    """Polygons, but run lengths for what has holes."""
    POLYGONS = "polygons"
    """Always polygons; one with holes is cut open to them, which keeps its pixels."""
    RLE = "rle"
    """Always run lengths, compressed."""


@register_format
@dataclass(slots=True)
class CocoWriter(Writer):
    """`annotations.json` with images, categories and annotations.

    `area` counts the mask's pixels, `bbox` is [x, y, width, height] of the mask, `iscrowd` is 0
    for run lengths too, and each annotation has its `score`. Polygons run along the cracks between
    pixels (`engine/export/masks/rings.py`): COCO's own code gives the very same pixels back.

    Attributes
    ----------
    masks
        Polygons, run lengths, or whichever fits.
    """

    name: ClassVar[str] = "coco"
    title: ClassVar[str] = "COCO JSON"

    masks: MasksAs = MasksAs.AUTO

    def plan(self, picture: SegmentedPicture, stem: PurePosixPath) -> Plan:
        """See `Writer`."""
        del stem
        height, width = picture.segmentation.size
        annotations = [self._annotation(piece, (height, width)) for piece in pieces_of(picture)]
        size = {"height": height, "width": width}
        return Plan(data={**size, "annotations": annotations})

    def finals(self, suffix: str) -> tuple[Output, ...]:
        """See `Writer`."""
        return (Output(PurePosixPath(f"annotations{suffix}.json"), self._write_all),)

    def _annotation(self, piece: Piece, size: tuple[int, int]) -> dict[str, Any]:
        box = piece.box
        annotation: dict[str, Any] = {
            "category_id": piece.category.id,
            "segmentation": self._mask(piece, size),
            "area": piece.region.area,
            "bbox": [int(v) for v in (box.left, box.top, box.width, box.height)],
            "iscrowd": 0,
        }
        if piece.score is not None:
            annotation["score"] = round(piece.score, 6)
        return annotation

    def _mask(self, piece: Piece, size: tuple[int, int]) -> object:
        if self.masks is not MasksAs.RLE:
            parts = piece.parts
            if self.masks is MasksAs.POLYGONS or not any(part.holes for part in parts):
                return [part.ring.astype(int).ravel().tolist() for part in parts]
        return {"size": list(size), "counts": to_text(counts_of(piece.region, size))}

    def _write_all(self, path: Path) -> None:
        categories = [
            {"id": number, "name": name, "supercategory": ""}
            for number, name in sorted(self._journal.categories.items())
        ]
        with path.open("w", encoding="utf-8", newline="\n") as file:
            info = {"description": "Layerscope", "date_created": time.strftime("%Y-%m-%d")}
            file.write(f'{{"info":{as_json(info)},\n"licenses":[],\n')
            file.write(f'"categories":{as_json(categories)},\n"images":[')
            _write_list(file, self._images())
            file.write('],\n"annotations":[')
            _write_list(file, self._annotations())
            file.write("]}\n")

    def _images(self) -> Iterator[dict[str, Any]]:
        for number, record in enumerate(self._journal.records(), 1):
            size = {side: record["data"][side] for side in ("height", "width")}
            yield {"id": number, "file_name": record["picture"], **size}

    def _annotations(self) -> Iterator[dict[str, Any]]:
        place = 0
        for number, record in enumerate(self._journal.records(), 1):
            for annotation in record["data"]["annotations"]:
                place += 1
                yield {"id": place, "image_id": number, **annotation}


def _write_list(file: TextIO, items: Iterable[dict[str, Any]]) -> None:
    file.writelines(("," if n else "") + "\n" + as_json(item) for n, item in enumerate(items))
