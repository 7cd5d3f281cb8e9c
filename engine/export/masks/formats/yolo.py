"""YOLO segmentation: a text file of polygons a picture, and what a trainer reads."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from PIL import Image

from engine.export.masks.pieces import pieces
from engine.export.masks.pixels import save_png
from engine.export.masks.registry import register_format
from engine.export.masks.rings import joined, parts_of, simplified
from engine.export.masks.writing import Output, Plan, Writer

if TYPE_CHECKING:
    from pathlib import Path

    from engine.export.masks.contract import SegmentedPicture
    from engine.export.masks.pieces import Piece

__all__ = ["YoloWriter"]

_ORIENTATION = 274
_AS_THEY_ARE = {".jpg", ".jpeg", ".png"}


@register_format
@dataclass(slots=True)
class YoloWriter(Writer):
    """`labels/<stem>.txt`, `images/<stem>.*`, `data.yaml` and `train.txt`.

    A line is an object: the number of its category from 0 on in order of id, then x and y of each
    vertex as shares of the picture. The format knows one ring an object: parts are joined, and
    holes opened, by cuts of no width from the nearest vertices and back, so that nothing is lost
    and nothing becomes a box. A picture without an object has an empty file.

    Attributes
    ----------
    has_images
        Whether the pictures are written too; without them a trainer has to be given its own
        folder `images` beside `labels`.
    tolerance
        Pixels that the outline may be off, for fewer vertices; 0 = exact.
    """

    name: ClassVar[str] = "yolo"
    title: ClassVar[str] = "YOLO segmentation"

    has_images: bool = True
    tolerance: float = 0.5

    def plan(self, picture: SegmentedPicture, stem: PurePosixPath) -> Plan:
        """See `Writer`."""
        places = {category.id: n for n, category in enumerate(picture.segmentation.categories)}
        found = list(pieces(picture.segmentation))
        size = picture.segmentation.size

        def write_labels(path: Path) -> None:
            lines = [self._line(piece, places[piece.category.id], size) for piece in found]
            path.write_text("".join(lines), encoding="ascii")

        outputs = [Output(PurePosixPath("labels", f"{stem}.txt"), write_labels)]
        image = PurePosixPath("images", f"{stem}{_suffix(picture)}")
        if self.has_images:
            outputs.append(Output(image, lambda path: _write_image(path, picture)))
        return Plan(tuple(outputs), {"image": str(image)})

    def finals(self, suffix: str) -> tuple[Output, ...]:
        """See `Writer`."""
        train = f"train{suffix}.txt"
        return (
            Output(PurePosixPath(f"data{suffix}.yaml"), lambda path: self._write_data(path, train)),
            Output(PurePosixPath(train), self._write_train),
        )

    def _line(self, piece: Piece, place: int, size: tuple[int, int]) -> str:
        parts = simplified(parts_of(piece.region), piece.region, self.tolerance)
        ring = joined([part.ring for part in parts])
        shares = np.clip(ring / np.array([size[1], size[0]], np.float64), 0, 1)
        return f"{place} " + " ".join(f"{value:.6g}" for value in shares.ravel()) + "\n"

    def _write_data(self, path: Path, train: str) -> None:
        names = [name for _, name in sorted(self._journal.categories.items())]
        lines = [
            "path: .",
            f"train: {train}",
            f"val: {train}",
            f"nc: {len(names)}",
            "names:",
            # A JSON text is a YAML text, whatever is in the name.
            *(f"  {n}: {json.dumps(name, ensure_ascii=False)}" for n, name in enumerate(names)),
        ]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")

    def _write_train(self, path: Path) -> None:
        with path.open("w", encoding="utf-8", newline="\n") as file:
            for record in self._journal.records():
                file.write(f"./{record['data']['image']}\n")


def _suffix(picture: SegmentedPicture) -> str:
    return picture.name.suffix.lower() if _may_be_copied(picture) else ".png"


def _may_be_copied(picture: SegmentedPicture) -> bool:
    """Whether the file itself is in the masks' frame: upright, of their size, of a usual kind."""
    if picture.source is None or picture.name.suffix.lower() not in _AS_THEY_ARE:
        return False
    try:
        with Image.open(picture.source) as file:
            is_upright = file.getexif().get(_ORIENTATION, 1) == 1
            return is_upright and (file.height, file.width) == picture.segmentation.size
    except (OSError, ValueError):
        return False


def _write_image(path: Path, picture: SegmentedPicture) -> None:
    if picture.source is not None and _may_be_copied(picture):
        shutil.copyfile(picture.source, path)
    else:
        save_png(path, picture.image)
