"""A film of the pictures, one after the other."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from PIL import Image

from engine.export.masks.contract import Written
from engine.export.masks.drawn import drawn
from engine.export.masks.pixels import save_jpeg
from engine.export.masks.registry import register_format
from engine.export.masks.writing import Output, Plan, Writer
from engine.export.recording import Recorder
from engine.overlay import draw_overlay

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from engine.export.masks.contract import SegmentedPicture

__all__ = ["FilmWriter"]

_FRAMES = PurePosixPath(".layerscope", "frames")


@register_format
@dataclass(slots=True)
class FilmWriter(Writer):
    """`masks.mp4` (H.264), in the order of the pictures' names: `frame_2` before `frame_10`.

    The frames wait in files beside the journal until the end, so that a film that was cut off can
    go on. All are fitted into the size of the first one.

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

    def plan(self, picture: SegmentedPicture, stem: PurePosixPath) -> Plan:
        """See `Writer`."""
        path = _FRAMES / f"{stem}.jpg"
        frame = Output(path, lambda part: save_jpeg(part, self._drawn(picture)))
        return Plan((frame,), {"frame": str(path)})

    def finals(self, suffix: str) -> tuple[Output, ...]:
        """See `Writer`."""
        return (Output(PurePosixPath(f"masks{suffix}.mp4"), self._write_film),)

    def add(self, picture: SegmentedPicture) -> Written:
        """See `MaskWriter`."""
        # Explicit, since `dataclass` with slots makes the class anew, which `super()` misses.
        return Written(notes=Writer.add(self, picture).notes)

    def write_all(self) -> tuple[Path, ...]:
        """See `MaskWriter`; without a picture there is no film."""
        if next(self._journal.records(), None) is None:
            return ()
        return Writer.write_all(self)

    def end(self) -> None:
        """See `MaskWriter`; the frames go, so a later film has none of them."""
        self._journal.clear()
        shutil.rmtree(self._folder / _FRAMES, ignore_errors=True)

    def _drawn(self, picture: SegmentedPicture) -> NDArray[np.uint8]:
        style = self._options.style
        if self.has_picture:
            return drawn(picture, style)
        bare = replace(style, opacity=1.0, contour=0, has_labels=False, has_boxes=False)
        return draw_overlay(np.zeros_like(picture.image), picture.segmentation, bare)

    def _write_film(self, path: Path) -> None:
        recorder: Recorder | None = None
        try:
            for place, record in enumerate(self._journal.records()):
                with Image.open(self._folder / record["data"]["frame"]) as file:
                    frame = np.asarray(file.convert("RGB"))
                if recorder is None:
                    size = frame.shape[1], frame.shape[0]
                    recorder = Recorder(path, size, self.fps, overwrite=True)
                recorder.add(frame, place / self.fps, waits=True)
            if recorder is not None:
                recorder.close()
        except BaseException:
            if recorder is not None:
                recorder.abort()
            raise
