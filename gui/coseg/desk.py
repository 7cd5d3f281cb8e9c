"""What stands on the desk: one set, one picture of it, what was said, and what was answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from gui.coseg.collection import Collection, Entry
from gui.coseg.seeds import SeedHistory

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path, PurePosixPath

    from engine.coseg.evaluate import PictureScores
    from engine.values import CosegPicture, CosegResult, CosegSeed, Instances

__all__ = ["CosegDesk"]


class CosegDesk(QObject):
    """Keeps the set for all controls of the workspace, and tells them what has changed.

    Signals
    -------
    set_changed
        Another set lies here.
    entries_changed : list of int
        Something else is known of these places.
    place_changed : int
        Another picture is looked at; -1 = none.
    seeds_changed
        Other things are said of the set.
    result_changed
        The whole set was answered, or not any more.
    """

    set_changed = Signal()
    entries_changed = Signal(list)
    place_changed = Signal(int)
    seeds_changed = Signal()
    result_changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.collection = Collection()
        self.seeds = SeedHistory()
        self.result: CosegResult | None = None
        self.place = -1

    # ----------------------------------------------------------------------------------- reading

    @property
    def entry(self) -> Entry | None:
        """The picture that is looked at."""
        return self.collection[self.place] if self.place >= 0 else None

    @property
    def has_groups(self) -> bool:
        """Whether the set holds several objects."""
        return self.result is not None and len(self.result.groups) > 1

    @property
    def has_parts(self) -> bool:
        """Whether parts were asked for and found."""
        return any(
            entry.picture is not None and entry.picture.parts is not None
            for entry in self.collection.entries
        )

    # ---------------------------------------------------------------------------------- changing

    def reset(self, files: Iterable[tuple[Path, PurePosixPath]] = ()) -> None:
        """Take another set."""
        self.collection = Collection(files)
        self.seeds = SeedHistory()
        self.result = None
        self.place = -1
        self.set_changed.emit()
        self.place_changed.emit(-1)
        self.seeds_changed.emit()
        self.result_changed.emit()

    def go_to(self, place: int) -> None:
        """Look at another picture."""
        if place != self.place:
            self.place = place
            self.place_changed.emit(place)

    def take_pictures(self, pictures: Iterable[CosegPicture]) -> None:
        """Note what was found in some pictures; a score that no longer holds goes."""
        places = [place for one in pictures if (place := self.collection.take(one)) is not None]
        for place in places:
            if self.collection[place].corrected is None:
                self.collection.change(place, score=None)
        if places:
            self.entries_changed.emit(places)

    def take_result(self, result: CosegResult) -> None:
        """Note what the whole set came to."""
        self.result = result
        self.collection.take_failures(result.failures)
        self.take_pictures(result.pictures)
        self.result_changed.emit()

    def correct(self, place: int, corrected: Instances | None) -> None:
        """Note what a person made of a picture; None = what was found holds again."""
        if self.collection[place].corrected is not corrected:
            self.collection.change(place, corrected=corrected, score=None)
            self.entries_changed.emit([place])

    def set_scores(self, scores: Iterable[tuple[int, PictureScores | None]]) -> None:
        """Note how pictures do against the ground truth."""
        places = []
        for place, score in scores:
            self.collection.change(place, score=score)
            places.append(place)
        if places:
            self.entries_changed.emit(places)

    # ------------------------------------------------------------------------------------- seeds

    def say(self, seed: CosegSeed) -> None:
        """Say one thing more of a picture."""
        self.seeds.add(seed)
        self._tell_seeds()

    def flip(self, place: int) -> None:
        """Have a seed say the opposite."""
        self.seeds.flip(place)
        self._tell_seeds()

    def take_back(self, place: int) -> None:
        """Remove a seed."""
        self.seeds.remove(place)
        self._tell_seeds()

    def undo(self) -> None:
        """Take the last step of what was said back."""
        if self.seeds.undo():
            self._tell_seeds()

    def redo(self) -> None:
        """Do the step again that was taken back."""
        if self.seeds.redo():
            self._tell_seeds()

    def _tell_seeds(self) -> None:
        self.collection.mark_steered(one.path for one in self.seeds.now)
        self.seeds_changed.emit()
