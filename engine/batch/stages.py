"""The stages of a batch with a real network and real files."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, ClassVar

from engine.batch.journal import DoneItem
from engine.export.masks.contract import Policy, SegmentedPicture, Written
from engine.export.masks.drawn import drawn
from engine.export.masks.journal import made
from engine.export.masks.names import safe_path
from engine.export.recording import Recorder
from engine.sources.clip import Clip
from engine.sources.decode import read_picture

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from engine.batch.inputs import BatchItem
    from engine.batch.request import BatchRequest
    from engine.batch.streams import Streams
    from engine.export.masks.contract import ExportOptions, MaskWriter
    from engine.export.masks.run import MaskExport
    from engine.values import Segmentation

__all__ = ["ApartFilm", "BatchStages", "StillsOnly"]


class _Wrapped:
    """A format that is another one but for a detail.

    Parameters
    ----------
    writer
        The format itself.
    """

    name: ClassVar[str]
    title: ClassVar[str]

    def __init__(self, writer: MaskWriter) -> None:
        self.wrapped = writer
        """Its settings are those that the manifest names."""

    def begin(self, folder: Path, options: ExportOptions) -> None:
        """See `MaskWriter`."""
        self.wrapped.begin(folder, options)

    def add(self, picture: SegmentedPicture) -> Written:
        """See `MaskWriter`."""
        return self.wrapped.add(picture)

    def write_all(self) -> tuple[Path, ...]:
        """See `MaskWriter`."""
        return self.wrapped.write_all()

    def end(self) -> None:
        """See `MaskWriter`."""
        self.wrapped.end()

    def finish(self) -> tuple[Path, ...]:
        """See `MaskWriter`."""
        return self.wrapped.finish()


class StillsOnly(_Wrapped):
    """The overlay format but for the frames of videos, whose overlays become a film."""

    name: ClassVar[str] = "overlay"
    title: ClassVar[str] = "Overlay pictures"

    def add(self, picture: SegmentedPicture) -> Written:
        """See `MaskWriter`; a frame has no file of its own, which its missing source tells."""
        return super().add(picture) if picture.source is not None else Written()


class ApartFilm(_Wrapped):
    """The film format where one is finished already: the film of new pictures stands beside it.

    The frames of the first are gone; in its place would come a film without them.
    """

    name: ClassVar[str] = "film"
    title: ClassVar[str] = "Film"

    def begin(self, folder: Path, options: ExportOptions) -> None:
        """See `MaskWriter`."""
        super().begin(folder, replace(options, policy=Policy.SUFFIX))


class BatchStages:
    """Reads files, runs a network, and writes through an export.

    Parameters
    ----------
    streams
        The network, for the threads that run it.
    export
        Where results go; None = nowhere.
    request
        What was asked for.
    on_segmented
        Called with each picture's result, in the thread that writes, in order.
    """

    def __init__(
        self,
        streams: Streams,
        export: MaskExport | None,
        request: BatchRequest,
        on_segmented: Callable[[SegmentedPicture], None] | None = None,
    ) -> None:
        self._streams = streams
        self._export = export
        self._request = request
        self._on_segmented = on_segmented
        self._rates: dict[BatchItem, float] = {}
        self._times: dict[BatchItem, list[float]] = {}
        self._shortfalls: dict[BatchItem, str] = {}
        self._frame_files = 0
        self._film: Recorder | None = None
        self._film_path: Path | None = None

    def read(self, item: BatchItem) -> NDArray[np.uint8]:
        """See `Stages`."""
        return read_picture(item.path)

    def frames(self, item: BatchItem) -> Iterator[NDArray[np.uint8]]:
        """See `Stages`."""
        clip = Clip(item.path)
        try:
            self._rates[item] = clip.fps
            times = self._times[item] = []
            while (moment := clip.next()) is not None:
                times.append(moment.at_s)  # frames may be unevenly spaced
                yield moment.rgb()
            self._shortfalls[item] = _shortfall(clip, len(times))
        finally:
            clip.close()

    def segment(self, item: BatchItem, image: NDArray[np.uint8]) -> Segmentation:
        """See `Stages`; objects keep their numbers through a video."""
        return self._streams.segmenter().segment(image, str(item.path) if item.is_video else None)

    def write(
        self,
        item: BatchItem,
        image: NDArray[np.uint8],
        segmentation: Segmentation,
        frame: int | None,
    ) -> DoneItem:
        """See `Stages`."""
        if frame is None:
            picture = SegmentedPicture(image, segmentation, item.relative, item.path)
        else:
            picture = SegmentedPicture(image, segmentation, _frame_name(item, frame))
            self._film_frame(item, picture, frame)
        files: tuple[str, ...] = ()
        if self._export is not None:
            files = tuple(map(self._below, self._export.add(picture).files))
            self._frame_files += len(files) if frame is not None else 0
        if self._on_segmented is not None:
            self._on_segmented(picture)
        return DoneItem(item.relative.as_posix(), files)

    def end(self, item: BatchItem, frames: int) -> DoneItem:
        """See `Stages`."""
        paths: tuple[Path, ...] = ()
        if self._film is not None and self._film_path is not None:
            self._film.close()
            paths = (self._film_path,)
        shortfall = self._shortfalls.get(item, "")
        if self._export is not None and (paths or shortfall):
            self._export.note(item.relative, paths, (shortfall,) if shortfall else ())
        files = tuple(map(self._below, paths))
        facts: dict[str, Any] = {"frames": frames, "frame_files": self._frame_files}
        if shortfall:
            facts["note"] = shortfall
        self._forget(item)
        return DoneItem(item.relative.as_posix(), files, facts=facts)

    def drop(self, item: BatchItem) -> None:
        """See `Stages`."""
        if self._film is not None:
            with contextlib.suppress(Exception):  # what went wrong before is what is told
                self._film.abort()
        self._forget(item)

    def _forget(self, item: BatchItem) -> None:
        self._film = None
        self._frame_files = 0
        self._times.pop(item, None)
        self._shortfalls.pop(item, None)

    def _film_frame(self, item: BatchItem, picture: SegmentedPicture, frame: int) -> None:
        output = self._request.output
        if output is None or "overlay" not in self._request.formats:
            return
        rate = self._rates[item]
        if frame == 0:
            name = item.relative.with_name(f"{item.relative.stem}_overlay.mp4")
            path = made((output / safe_path(name)).parent) / safe_path(name).name
            is_ours = self._export is not None and self._export.claim(item.relative, path)
            height, width = picture.image.shape[:2]
            self._film = Recorder(path, (width, height), rate, overwrite=is_ours)
            self._film_path = path
        if self._film is not None:
            self._film.add(
                drawn(picture, self._request.style), self._times[item][frame], waits=True
            )

    def _below(self, path: Path) -> str:
        output = self._request.output
        return path.relative_to(output).as_posix() if output is not None else str(path)


def _shortfall(clip: Clip, frames: int) -> str:
    """Say that a video gave less than it promised; empty where all came."""
    counted = f"{frames:,} frame{'s' if frames != 1 else ''}"
    if clip.missing_s:
        return f"the video ended early, after {counted}: {clip.missing_s:.1f} s are missing"
    if clip.is_damaged:
        return f"the video is damaged or cut short: {counted} could be read"
    return ""


def _frame_name(item: BatchItem, frame: int) -> PurePosixPath:
    stem = item.relative.stem
    return item.relative.with_suffix("") / f"{stem}_{frame:06d}.png"
