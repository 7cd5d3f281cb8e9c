"""Number objects from frame to frame by how much they overlap where they are expected.

A simple tracker: pairs of an object and a track of its category are joined, those that overlap
most first (E. Bochinski et al., High-Speed Tracking-by-Detection Without Using Image Information,
AVSS 2017). A track is expected where its motion takes it, so that objects that cross keep their
numbers (A. Bewley et al., Simple Online and Realtime Tracking, ICIP 2016; here without a filter:
the speed is a running mean). One that is not seen waits for some frames before it ends.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from engine.values import Box, Frame, Instances

__all__ = ["Tracker", "box_iou"]

LEAST_IOU = 0.3
GRACE_FRAMES = 15
INERTIA = 0.5
"""How much of a track's speed is what it was before the last step."""


@dataclass(frozen=True, slots=True)
class _Track:
    number: int
    category: int
    box: Box
    """Where it was seen last."""
    index: int
    """Of the frame in which that was."""
    speed: tuple[float, float] | None = None
    """To the right and down, in pixels a frame; None after the first sight."""
    unseen: int = 0
    """Frames since it was seen last."""

    def expected(self, index: int) -> Box:
        """Return where it is to be in a frame, if it goes on as it went."""
        right, down = self.speed or (0.0, 0.0)
        steps = max(1, index - self.index)
        box = self.box
        return dataclasses.replace(
            box,
            left=box.left + steps * right,
            right=box.right + steps * right,
            top=box.top + steps * down,
            bottom=box.bottom + steps * down,
        )

    def seen(self, box: Box, index: int) -> _Track:
        """Return the track with its object at another place."""
        steps = max(1, index - self.index)
        step = (
            (box.left + box.right - self.box.left - self.box.right) / 2 / steps,
            (box.top + box.bottom - self.box.top - self.box.bottom) / 2 / steps,
        )
        if self.speed is not None:
            old = self.speed
            step = (
                INERTIA * old[0] + (1 - INERTIA) * step[0],
                INERTIA * old[1] + (1 - INERTIA) * step[1],
            )
        return dataclasses.replace(self, box=box, index=index, speed=step, unseen=0)


class Tracker:
    """Gives objects numbers from 1 that they keep for as long as they are followed.

    Another picture name is another source, and so is a frame that comes before the last one: all
    begins anew. The same frame again, with other settings, is followed from where the frame
    before had left the tracks.

    Parameters
    ----------
    least_iou
        Boxes that overlap less are not of one object.
    grace
        So many frames a track may be unseen.
    """

    def __init__(self, least_iou: float = LEAST_IOU, grace: int = GRACE_FRAMES) -> None:
        self._least_iou = least_iou
        self._grace = grace
        self.reset()

    def reset(self) -> None:
        """Forget all tracks; numbers begin at 1 again."""
        self._frame: tuple[str, int, float] | None = None
        self._before: tuple[tuple[_Track, ...], int] = ((), 1)
        self._now: tuple[tuple[_Track, ...], int] = ((), 1)

    def follow(self, objects: Instances, frame: Frame) -> Instances:
        """Return the objects of a frame with their numbers.

        Parameters
        ----------
        objects
            Of this frame.
        frame
            Which frame it is.
        """
        this = (frame.name, frame.index, frame.captured_at)
        if self._frame is None or self._frame[0] != this[0] or this[1] < self._frame[1]:
            self.reset()
        if this != self._frame:
            self._before = self._now
        self._frame = this
        tracks, following = self._before
        joined = self._joined(objects, tracks, frame.index)
        items, seen = [], []
        for at, item in enumerate(objects.items):
            if at in joined:
                track = joined[at].seen(item.box, frame.index)
            else:
                track = _Track(following, item.category, item.box, frame.index)
                following += 1
            items.append(dataclasses.replace(item, track=track.number))
            seen.append(track)
        found = {track.number for track in seen}
        waiting = [
            dataclasses.replace(track, unseen=track.unseen + 1)
            for track in tracks
            if track.number not in found and track.unseen < self._grace
        ]
        self._now = (*seen, *waiting), following
        return dataclasses.replace(objects, items=tuple(items))

    def _joined(
        self, objects: Instances, tracks: tuple[_Track, ...], index: int
    ) -> dict[int, _Track]:
        """Return the track of each object that has one.

        Tracks are looked for where they are expected, and those that are not found there where
        they were seen last: what stops, or turns, is not lost.
        """
        joined: dict[int, _Track] = {}
        found: set[int] = set()
        boxes = [item.box for item in objects.items]
        for places in ([it.expected(index) for it in tracks], [it.box for it in tracks]):
            overlap = box_iou(boxes, places)
            for at, item in enumerate(objects.items):
                overlap[at, [track.category != item.category for track in tracks]] = 0.0
            # Of pairs that overlap equally, the more certain object chooses first.
            for flat in np.argsort(-overlap, axis=None, kind="stable"):
                at, which = divmod(int(flat), len(tracks))
                if overlap[at, which] < self._least_iou:
                    break
                if at not in joined and which not in found:
                    joined[at] = tracks[which]
                    found.add(which)
        return joined


def box_iou(some: Sequence[Box], others: Sequence[Box]) -> NDArray[np.float64]:
    """Return how much boxes overlap: intersection over union, (n, m) float64 in 0..1.

    An empty box overlaps nothing.
    """
    one, other = _edges(some)[:, None], _edges(others)[None]
    sides = np.minimum(one[..., 2:], other[..., 2:]) - np.maximum(one[..., :2], other[..., :2])
    shared = np.prod(np.maximum(sides, 0.0), axis=-1)
    area = np.prod(one[..., 2:] - one[..., :2], axis=-1)
    union = area + np.prod(other[..., 2:] - other[..., :2], axis=-1) - shared
    return np.asarray(np.divide(shared, union, out=np.zeros_like(shared), where=union > 0))


def _edges(boxes: Sequence[Box]) -> NDArray[np.float64]:
    edges = [(box.left, box.top, box.right, box.bottom) for box in boxes]
    return np.array(edges, np.float64).reshape(-1, 4)
