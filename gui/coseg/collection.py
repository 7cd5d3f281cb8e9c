"""The set in hand: its pictures, what was found in each, and what a person made of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engine.values import Category, Instance, Instances

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path, PurePosixPath

    from engine.coseg.evaluate import PictureScores
    from engine.values import CosegFailure, CosegPicture

__all__ = ["COMMON_OBJECT", "UNSURE_BELOW", "Collection", "Entry", "found_in"]

UNSURE_BELOW = 0.35
"""Masks of less confidence than this are marked."""
COMMON_OBJECT = Category(1, "object")


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One picture of the set.

    Attributes
    ----------
    path
        Its file.
    name
        Below the folder; what its own files are named after.
    picture
        What was found in it; None = nothing yet.
    corrected
        What a person made of it; None = nothing.
    score
        Against the ground truth, where there is one.
    failure
        Why it cannot be used, in a sentence; "" = it can.
    is_steered
        Whether a person said something of it: "this", "not this".
    """

    path: Path
    name: PurePosixPath
    picture: CosegPicture | None = None
    corrected: Instances | None = None
    score: PictureScores | None = None
    failure: str = ""
    is_steered: bool = False

    @property
    def is_outlier(self) -> bool:
        """Whether the picture seems not to hold the object, and nobody put it right."""
        return self.picture is not None and self.picture.is_outlier and self.corrected is None

    @property
    def is_unsure(self) -> bool:
        """Whether the mask is not to be trusted, and nobody put it right."""
        found = self.picture
        if found is None or found.is_outlier or self.corrected is not None:
            return False
        return found.confidence < UNSURE_BELOW

    @property
    def shown(self) -> Instances | None:
        """The mask as objects: corrected, where it was; None = there is none yet."""
        if self.corrected is not None:
            return self.corrected
        return found_in(self.picture) if self.picture is not None else None

    @property
    def area(self) -> float:
        """The share of the picture that the mask covers, 0..1."""
        if self.corrected is not None:
            height, width = self.corrected.size
            return sum(item.region.area for item in self.corrected.items) / (height * width)
        return self.picture.foreground if self.picture is not None else 0.0


def found_in(picture: CosegPicture) -> Instances:
    """Return a picture's mask as one object, or none where it is empty."""
    region = picture.region
    items = (Instance(1, picture.confidence, region.box, region),) if region.area else ()
    return Instances(picture.size, (COMMON_OBJECT,), items)


class Collection:
    """All pictures of a set, in the order of their names."""

    def __init__(self, files: Iterable[tuple[Path, PurePosixPath]] = ()) -> None:
        self._entries = [Entry(path, name) for path, name in files]
        self._places = {entry.path: place for place, entry in enumerate(self._entries)}

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All of them."""
        return tuple(self._entries)

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files."""
        return tuple(entry.path for entry in self._entries)

    def __len__(self) -> int:
        """How many there are."""
        return len(self._entries)

    def __getitem__(self, place: int) -> Entry:
        """One of them."""
        return self._entries[place]

    def place(self, path: Path) -> int | None:
        """Return where a file stands; None = it is not of the set."""
        return self._places.get(path)

    def change(self, place: int, **changes: object) -> Entry:
        """Note something of a picture, and return what it is now."""
        self._entries[place] = replace(self._entries[place], **changes)  # type: ignore[arg-type]  # checked by the dataclass itself
        return self._entries[place]

    def take(self, picture: CosegPicture) -> int | None:
        """Note what was found in a picture; what a person made of it stays. Returns its place."""
        place = self.place(picture.path)
        if place is not None:
            self.change(place, picture=picture, failure="")
        return place

    def take_failures(self, failures: Iterable[CosegFailure]) -> None:
        """Note which pictures cannot be used."""
        for failure in failures:
            place = self.place(failure.path)
            if place is not None:
                self.change(place, picture=None, failure=failure.sentence)

    def mark_steered(self, paths: Iterable[Path]) -> None:
        """Note of exactly these that a person said something of them."""
        steered = set(paths)
        for place, entry in enumerate(self._entries):
            if entry.is_steered != (entry.path in steered):
                self.change(place, is_steered=entry.path in steered)
