"""YOLO segmentation: a text file of polygons a picture, and what a trainer reads."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from engine.export.masks.pieces import pieces_of
from engine.export.masks.pixels import save_png
from engine.export.masks.registry import register_format
from engine.export.masks.rings import joined, simplified
from engine.export.masks.source_file import is_turned, size_of
from engine.export.masks.writing import Output, Plan, Writer

if TYPE_CHECKING:
    from pathlib import Path

    from engine.export.masks.contract import SegmentedPicture
    from engine.export.masks.pieces import Piece

__all__ = ["YoloWriter"]

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
        found = pieces_of(picture)
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
        parts = simplified(piece.parts, piece.region, self.tolerance)
        ring = joined([part.ring for part in parts])
        shares = np.clip(ring / np.array([size[1], size[0]], np.float64), 0, 1)
        # One template for all numbers: a fifth of the time of formatting one by one.
        return f"{place}" + " %.6g" * shares.size % tuple(shares.ravel().tolist()) + "\n"

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
    source = _copied(picture)
    return source.suffix.lower() if source else ".png"


def _copied(picture: SegmentedPicture) -> Path | None:
    """Return the picture's file where it is in the masks' frame and of a kind trainers read."""
    return picture.once.get("copied", lambda: _copied_anew(picture))


def _copied_anew(picture: SegmentedPicture) -> Path | None:
    source = picture.source
    if source is None or source.suffix.lower() not in _AS_THEY_ARE or is_turned(source):
        return None
    return source if size_of(source) == picture.segmentation.size else None


def _write_image(path: Path, picture: SegmentedPicture) -> None:
    source = _copied(picture)
    if source:
        shutil.copyfile(source, path)
    else:
        save_png(path, picture.image)
