"""A film of the pictures, one after the other."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from engine.export.masks.contract import Written
from engine.export.masks.drawn import drawn
from engine.export.masks.registry import register_format
from engine.export.masks.writing import Output, Plan, Writer
from engine.export.stills import StillEncoder, join
from engine.overlay import draw_overlay

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from engine.export.masks.contract import ExportOptions, SegmentedPicture

__all__ = ["FilmWriter"]

_FRAMES = PurePosixPath(".layerscope", "frames")


class _Encoding(Writer):
    """A format with an encoder, which is no setting of it."""

    _encoder: StillEncoder


@register_format
@dataclass(slots=True)
class FilmWriter(_Encoding):
    """`masks.mp4` (H.264), in the order of the pictures' names: `frame_2` before `frame_10`.

    The frames wait in files beside the journal until the end, encoded already, so that a film that
    was cut off can go on. All are fitted into the size of the first one.

    Attributes
    ----------
    fps
        Pictures a second.
    has_picture
        Whether the masks lie over the picture, or alone on black.
    """

    name: ClassVar[str] = "film"
    title: ClassVar[str] = "Film (MP4)"

    fps: float = 25.0
    has_picture: bool = True

    def begin(self, folder: Path, options: ExportOptions) -> None:
        """See `MaskWriter`."""
        self._encoder = StillEncoder()
        # Explicit, since `dataclass` with slots makes the class anew, which `super()` misses.
        Writer.begin(self, folder, options)

    def plan(self, picture: SegmentedPicture, stem: PurePosixPath) -> Plan:
        """See `Writer`."""
        path = _FRAMES / f"{stem}.frame"
        frame = Output(path, lambda part: self._encoder.write(part, self._drawn(picture)))
        return Plan((frame,), {"frame": str(path)})

    def finals(self, suffix: str) -> tuple[Output, ...]:
        """See `Writer`."""
        return (Output(PurePosixPath(f"masks{suffix}.mp4"), self._write_film),)

    def add(self, picture: SegmentedPicture) -> Written:
        """See `MaskWriter`."""
        return Written(notes=Writer.add(self, picture).notes)

    def write_all(self) -> tuple[Path, ...]:
        """See `MaskWriter`; without a picture there is no film."""
        if next(self._journal.records(), None) is None:
            return ()
        return Writer.write_all(self)

    def end(self) -> None:
        """See `MaskWriter`; the frames go, so a later film has none of them."""
        self._encoder.close()
        self._journal.clear()
        shutil.rmtree(self._folder / _FRAMES, ignore_errors=True)

    def _drawn(self, picture: SegmentedPicture) -> NDArray[np.uint8]:
        style = self._options.style
        if self.has_picture:
            return drawn(picture, style)
        bare = replace(style, opacity=1.0, contour=0, has_labels=False, has_boxes=False)
        return draw_overlay(np.zeros_like(picture.image), picture.segmentation, bare)

    def _write_film(self, path: Path) -> None:
        frames = (self._folder / record["data"]["frame"] for record in self._journal.records())
        join(path, frames, self.fps)
