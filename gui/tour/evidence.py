"""The tour through the workspace Evidence: class evidence, and the race."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from gui.tour.looks import shoot_looks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gui.tour.driver import Tour, Wait

__all__ = ["look_at_evidence"]

PHOTO = "chelsea"
RACE = ("Window 224", "Stride 32", "No context")
"""About a hundred windows: it takes seconds."""


def look_at_evidence(tour: Tour) -> Iterator[Wait]:
    """Ask the places of a photo one by one, in one pass and window by window."""
    tour.say(f"class evidence on {PHOTO}")
    window = tour.window
    window.workspaces.show("evidence")
    yield from tour.hold_photo(PHOTO)
    yield tour.until(partial(_has_evidence, tour), "the evidence")
    yield from shoot_looks(tour, "evidence", before=partial(tour.show_photo, PHOTO))
    yield from _race(tour)
    window.workspaces.show("inspect")


def _has_evidence(tour: Tour) -> bool:
    last = tour.last
    return last is not None and last.evidence is not None and last.frame.name == PHOTO


def _race(tour: Tour) -> Iterator[Wait]:
    tour.say("the race of a sliding window against one pass")
    window = tour.window
    window.lessons.setCurrentWidget(window.race)
    for text in RACE:
        tour.choose(window.race, text)
    yield from tour.hold_photo(PHOTO)
    tour.click(window.race, "Start")
    yield tour.until(lambda: tour.has_button(window.race, "Start"), "the end of the race")
    race = window.race.race
    if race is None or not race.is_done or race.agreement is None:
        raise LookupError("the race did not end")
    tour.report.set("race_windows", race.sliding.done)
    tour.report.set("race_sliding_s", race.sliding.seconds)
    tour.report.set("race_one_pass_s", race.single.seconds)
    tour.report.set("race_multiply_adds_ratio", race.sliding.macs / race.single.macs)
    tour.report.set("race_correlation", race.agreement.correlation)
    tour.report.set("race_same_best", race.agreement.same_best)
    yield from shoot_looks(tour, "race")
    window.lessons.setCurrentWidget(window.evidence)
