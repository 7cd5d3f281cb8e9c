"""Number objects from frame to frame by how much they overlap.

The simplest of trackers: pairs of an object and a track of its category are joined, those that
overlap most first (E. Bochinski et al., High-Speed Tracking-by-Detection Without Using Image
Information, AVSS 2017). A track that is not seen waits for some frames before it ends.
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


@dataclass(frozen=True, slots=True)
class _Track:
    number: int
    category: int
    box: Box
    unseen: int = 0
    """Frames since it was seen last."""


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
        joined = self._joined(objects, tracks)
        items, seen = [], []
        for at, item in enumerate(objects.items):
            number = joined[at].number if at in joined else following
            following = max(following, number + 1)
            items.append(dataclasses.replace(item, track=number))
            seen.append(_Track(number, item.category, item.box))
        found = {track.number for track in seen}
        waiting = [
            dataclasses.replace(track, unseen=track.unseen + 1)
            for track in tracks
            if track.number not in found and track.unseen < self._grace
        ]
        self._now = (*seen, *waiting), following
        return dataclasses.replace(objects, items=tuple(items))

    def _joined(self, objects: Instances, tracks: tuple[_Track, ...]) -> dict[int, _Track]:
        """Return the track of each object that has one."""
        overlap = box_iou([it.box for it in objects.items], [track.box for track in tracks])
        for at, item in enumerate(objects.items):
            overlap[at, [track.category != item.category for track in tracks]] = 0.0
        # Of pairs that overlap equally, the more certain object chooses first.
        order = np.argsort(-overlap, axis=None, kind="stable")
        joined: dict[int, _Track] = {}
        taken: set[int] = set()
        for flat in order:
            at, which = divmod(int(flat), len(tracks))
            if overlap[at, which] < self._least_iou:
                break
            if at not in joined and which not in taken:
                joined[at] = tracks[which]
                taken.add(which)
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
