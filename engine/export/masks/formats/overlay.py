"""The picture with its masks drawn over it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from engine.export.masks.drawn import drawn
from engine.export.masks.pixels import save_jpeg, save_png
from engine.export.masks.registry import register_format
from engine.export.masks.writing import Output, Plan, Writer
from engine.overlay import draw_legend, legend, overlay_rgba

if TYPE_CHECKING:
    from pathlib import Path, PurePosixPath

    from numpy.typing import NDArray

    from engine.export.masks.contract import SegmentedPicture

__all__ = ["OverlayWriter"]


@register_format
@dataclass(slots=True)
class OverlayWriter(Writer):
    """`<stem>_overlay.png`, at the size of the source.

    Attributes
    ----------
    is_jpeg
        Whether as JPEG.
    has_legend
        Whether a legend is drawn into the emptiest corner.
    """

    name: ClassVar[str] = "overlay"
    title: ClassVar[str] = "Overlay pictures (PNG or JPEG)"

    is_jpeg: bool = False
    has_legend: bool = False

    def plan(self, picture: SegmentedPicture, stem: PurePosixPath) -> Plan:
        """See `Writer`."""
        save, suffix = (save_jpeg, ".jpg") if self.is_jpeg else (save_png, ".png")

        def write(path: Path) -> None:
            save(path, self._drawn(picture))

        return Plan((Output(stem.with_name(f"{stem.name}_overlay{suffix}"), write),))

    def _drawn(self, picture: SegmentedPicture) -> NDArray[np.uint8]:
        style = self._options.style
        overlay = drawn(picture, style)
        if not self.has_legend:
            return overlay
        rows = legend(picture.segmentation, style)
        shown = tuple(row for row in rows if row.category.id not in style.hidden)
        return draw_legend(overlay, shown, overlay_rgba(picture.segmentation, style)[:, :, 3])
