"""In which order the pictures of a set stand, and which of them are shown."""

from __future__ import annotations

import enum
import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gui.coseg.collection import Entry

__all__ = ["Show", "SortBy", "arranged", "is_shown"]


class SortBy(enum.StrEnum):
    """What the pictures are sorted by; what needs a look comes first."""

    NAME = "name"
    SURENESS = "sureness"
    """The least sure first."""
    AREA = "area"
    """The largest object first."""
    JACCARD = "jaccard"
    """The worst against the ground truth first."""


class Show(enum.StrEnum):
    """Which pictures are shown."""

    ALL = "all"
    OUTLIERS = "outliers"
    UNSURE = "unsure"
    CORRECTED = "corrected"
    STEERED = "steered"
    FAILED = "failed"


def arranged(
    entries: Sequence[Entry], sort: SortBy, show: Show = Show.ALL, group: int = 0
) -> tuple[int, ...]:
    """Return the places of the pictures that are shown, in their order.

    Parameters
    ----------
    entries
        All pictures of the set, in the order of their names.
    group
        Only those of this group; 0 = of all.

    Returns
    -------
    tuple of int
        Places in `entries`. Of pictures that are alike, and of those that have no answer yet, the
        order is that of the names.
    """
    places = [place for place, one in enumerate(entries) if is_shown(one, show, group)]
    if sort is not SortBy.NAME:
        places.sort(key=lambda place: _KEYS[sort](entries[place]))
    return tuple(places)


def is_shown(entry: Entry, show: Show, group: int = 0) -> bool:
    """Tell whether a picture is among those that are to be seen."""
    if group and (entry.picture is None or entry.picture.group != group):
        return False
    return show not in _KINDS or _KINDS[show](entry)


def _sureness(entry: Entry) -> float:
    return math.inf if entry.picture is None else entry.picture.confidence


def _area(entry: Entry) -> float:
    return math.inf if entry.picture is None else -entry.area


def _jaccard(entry: Entry) -> float:
    return math.inf if entry.score is None else entry.score.jaccard


_KEYS: dict[SortBy, Callable[[Entry], float]] = {
    SortBy.SURENESS: _sureness,
    SortBy.AREA: _area,
    SortBy.JACCARD: _jaccard,
}

_KINDS: dict[Show, Callable[[Entry], bool]] = {
    Show.OUTLIERS: lambda entry: entry.is_outlier,
    Show.UNSURE: lambda entry: entry.is_unsure,
    Show.CORRECTED: lambda entry: entry.corrected is not None,
    Show.STEERED: lambda entry: entry.is_steered,
    Show.FAILED: lambda entry: bool(entry.failure),
}
