"""The segmentation of frame after frame, by what the person set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.tasks.labels import label_map
from engine.tasks.tracking import Tracker
from engine.values import Instances, SegmentAs, SegmentSettings

if TYPE_CHECKING:
    from engine.tasks.heads import Reading, SegmentationHead, View
    from engine.values import Frame, Segmentation

__all__ = ["SegmentAnswers"]


class SegmentAnswers:
    """Reads each pass once, and decides anew what counts whenever the settings change."""

    def __init__(self) -> None:
        self._settings = SegmentSettings()
        self._raw: object = None
        self._reading: Reading | None = None
        self._made: Segmentation | None = None
        self._tracker = Tracker()

    def configure(self, settings: SegmentSettings) -> None:
        """Choose what counts from now on."""
        if settings != self._settings:
            self._made = None
        self._settings = settings

    def reset(self) -> None:
        """Forget what was read, and the objects that were followed."""
        self._raw = self._reading = self._made = None
        self._tracker.reset()

    def answer(self, head: SegmentationHead, raw: object, view: View, frame: Frame) -> Segmentation:
        """Return the segmentation of a frame.

        Parameters
        ----------
        head
            The network's.
        raw
            What the network gave; the same object is not read again.
        view
            What the pass saw.
        frame
            Which frame it is.
        """
        if self._reading is None or raw is not self._raw:
            self._raw, self._reading, self._made = raw, head.read(raw, view), None
        if self._made is None:
            self._made = self._counted(self._reading.segmentation(self._settings), frame)
        return self._made

    def _counted(self, found: Segmentation, frame: Frame) -> Segmentation:
        if not isinstance(found, Instances):
            return found
        if self._settings.is_tracked:
            found = self._tracker.follow(found, frame)
        return label_map(found) if self._settings.as_ is SegmentAs.LABELS else found
