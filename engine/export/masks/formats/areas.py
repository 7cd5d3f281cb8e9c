"""A table of areas: one line an object."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, ClassVar

import cv2
import numpy as np

from engine.export.masks.pieces import pieces_of
from engine.export.masks.registry import register_format
from engine.export.masks.writing import Output, Plan, Writer

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from engine.export.masks.contract import SegmentedPicture
    from engine.export.masks.pieces import Piece
    from engine.values import Region

__all__ = ["AreasWriter"]

_COLUMNS = (
    "image", "width", "height", "class", "instance", "score", "area_px", "area_pct",
    "bbox_x", "bbox_y", "bbox_width", "bbox_height", "centroid_x", "centroid_y", "perimeter_px",
)  # fmt: skip

_CROSS = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]], np.uint8)
_NEIGHBOURS = np.array([[10, 2, 10], [2, 1, 2], [10, 2, 10]], np.float32)


@register_format
@dataclass(slots=True)
class AreasWriter(Writer):
    """`areas.csv`: one line an object, or a category of a label map (`instance` is empty then).

    Lengths are in pixels, `area_pct` in percent of the picture; the centroid is the mean of the
    pixels' centres; the perimeter is that of scikit-image (Benkrid and Crookes, "Design and FPGA
    implementation of a perimeter estimator", 2000). A picture without an object has one line, with
    an area of 0.
    """

    name: ClassVar[str] = "csv"
    title: ClassVar[str] = "Table of areas (CSV)"

    def plan(self, picture: SegmentedPicture, stem: PurePosixPath) -> Plan:
        """See `Writer`."""
        del stem
        height, width = picture.segmentation.size
        rows = [_row(piece, height * width) for piece in pieces_of(picture)]
        rows = rows or [["", "", "", 0, "0", *[""] * 7]]
        return Plan(data={"width": width, "height": height, "rows": rows})

    def finals(self, suffix: str) -> tuple[Output, ...]:
        """See `Writer`."""
        return (Output(PurePosixPath(f"areas{suffix}.csv"), self._write_all),)

    def _write_all(self, path: Path) -> None:
        with path.open("w", encoding="utf-8", errors="backslashreplace", newline="") as file:
            table = csv.writer(file, lineterminator="\n")
            table.writerow(_COLUMNS)
            for record in self._journal.records():
                data = record["data"]
                for row in data["rows"]:
                    table.writerow([record["picture"], data["width"], data["height"], *row])


def _row(piece: Piece, pixels: int) -> list[object]:
    region, box = piece.region, piece.box
    centre = (
        region.left + _mean_place(np.count_nonzero(region.pixels, axis=0)),
        region.top + _mean_place(np.count_nonzero(region.pixels, axis=1)),
    )
    return [
        piece.category.name,
        piece.number or "",
        "" if piece.score is None else f"{piece.score:.6g}",
        region.area,
        f"{100 * region.area / pixels:.6g}",
        *(int(value) for value in (box.left, box.top, box.width, box.height)),
        *(f"{value:.3f}" for value in centre),
        f"{_perimeter(region):.3f}",
    ]


def _mean_place(counts: NDArray[np.intp]) -> float:
    return float(np.dot(counts, np.arange(len(counts)) + 0.5) / counts.sum())


def _perimeter(region: Region) -> float:
    """Return what scikit-image's `perimeter` does, in a twentieth of its time."""
    mask = np.pad(region.pixels.view(np.uint8), 1)
    border = mask - cv2.erode(mask, _CROSS)
    kinds = cv2.filter2D(border, cv2.CV_8U, _NEIGHBOURS, borderType=cv2.BORDER_CONSTANT)
    return float(_LENGTHS[np.asarray(kinds)[border > 0]].sum())


def _lengths() -> NDArray[np.float64]:
    """Return how long a border pixel is by what its neighbours add up to."""
    lengths = np.zeros(50)
    lengths[[5, 7, 15, 17, 25, 27]] = 1
    lengths[[21, 33]] = np.sqrt(2)
    lengths[[13, 23]] = (1 + np.sqrt(2)) / 2
    return lengths


_LENGTHS = _lengths()
