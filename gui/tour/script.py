"""What the tour does, in its order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gui.tour.batch import look_at_batch, segment_photos
from gui.tour.coseg import look_at_coseg
from gui.tour.evidence import look_at_evidence
from gui.tour.graph import look_at_graph
from gui.tour.inspect import look_at_inspect
from gui.tour.segment import can_segment, look_at_segment
from gui.tour.train import look_at_train

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gui.tour.driver import Tour, Wait

__all__ = ["steps"]


def steps(tour: Tour) -> Iterator[Wait]:
    """Go through everything; each yield waits for something to happen in the window."""
    yield from look_at_inspect(tour)
    yield from look_at_graph(tour)
    yield from look_at_evidence(tour)
    yield from look_at_coseg(tour)
    if not can_segment():
        text = "Segment was left out: the extra is missing (pip install -e “.[coco]”)"
        tour.say(text)
        tour.report.set("segment", text)
        return
    yield from look_at_segment(tour)
    yield from look_at_batch(tour)
    yield from segment_photos(tour)
    yield from look_at_train(tour)
