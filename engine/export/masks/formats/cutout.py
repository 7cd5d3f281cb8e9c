"""What was found, on a transparent ground."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import cv2
import numpy as np

from engine.export.masks.names import safe_name
from engine.export.masks.pieces import pieces_of
from engine.export.masks.pixels import save_png
from engine.export.masks.registry import register_format
from engine.export.masks.writing import Output, Plan, Writer
from engine.values import Region

if TYPE_CHECKING:
    from pathlib import Path, PurePosixPath

    from numpy.typing import NDArray

    from engine.export.masks.contract import SegmentedPicture

__all__ = ["CutBy", "CutoutWriter"]


class CutBy(enum.StrEnum):
    """What makes one cut-out."""

    PICTURE = "picture"
    INSTANCE = "instance"


@register_format
@dataclass(slots=True)
class CutoutWriter(Writer):
    """`<stem>_cutout.png`, or `<stem>_<class>_<k>_cutout.png`: RGBA.

    Where alpha is 0 the colour is 0 too: what was cut away is not in the file.

    Attributes
    ----------
    by
        All that was found in one picture, or each object in its own.
    is_soft
        Whether the edge fades over about two pixels.
    is_cropped
        Whether the picture is cut to what is in it.
    """

    name: ClassVar[str] = "cutout"
    title: ClassVar[str] = "Transparent cut-outs (PNG)"

    by: CutBy = CutBy.PICTURE
    is_soft: bool = False
    is_cropped: bool = False

    def plan(self, picture: SegmentedPicture, stem: PurePosixPath) -> Plan:
        """See `Writer`."""
        if self.by is CutBy.INSTANCE:
            found = {
                f"_{safe_name(piece.category.name)}_{place}": [piece.region]
                for place, piece in enumerate(pieces_of(picture), 1)
            }
        else:
            found = {"": [piece.region for piece in pieces_of(picture)]}
        note = "nothing was found: the cut-out is empty"
        notes = () if any(found.values()) else (note,)

        def output(key: str, regions: list[Region]) -> Output:
            def write(path: Path) -> None:
                save_png(path, self._cut(picture.image, regions))

            return Output(stem.with_name(f"{stem.name}{key}_cutout.png"), write)

        return Plan(tuple(output(*item) for item in found.items()), notes=notes)

    def _cut(self, image: NDArray[np.uint8], regions: list[Region]) -> NDArray[np.uint8]:
        alpha = np.zeros(image.shape[:2], np.uint8)
        for region in regions:
            np.copyto(alpha[region.rows, region.columns], 255, where=region.pixels)
        if self.is_soft:
            # Fades inwards alone: outside is what shall not be seen.
            soft = cv2.GaussianBlur(alpha, (5, 5), 0).astype(np.int16)
            inward = np.clip(2 * soft - 255, 1, 255).astype(np.uint8)
            alpha = np.where(alpha > 0, inward, 0).astype(np.uint8)
        cut = cv2.cvtColor(cv2.copyTo(image, alpha), cv2.COLOR_RGB2RGBA)
        cut[:, :, 3] = alpha
        if self.is_cropped and alpha.any():
            around = Region.of(alpha > 0)
            cut = cut[around.rows, around.columns]
        return np.ascontiguousarray(cut, np.uint8)
