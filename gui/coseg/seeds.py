"""What a person said of single pictures, "this" and "not this", with every step to go back to."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from engine.values import CosegSeed

    Seeds = tuple[CosegSeed, ...]

__all__ = ["SeedHistory"]


class SeedHistory:
    """The seeds of a set, in the order in which they came; undone and done again without end."""

    def __init__(self) -> None:
        self._states: list[Seeds] = [()]
        self._at = 0

    @property
    def now(self) -> Seeds:
        """Those that count."""
        return self._states[self._at]

    @property
    def can_undo(self) -> bool:
        """Whether there is a step to take back."""
        return self._at > 0

    @property
    def can_redo(self) -> bool:
        """Whether there is a step to do again."""
        return self._at + 1 < len(self._states)

    def of(self, path: Path) -> tuple[tuple[int, CosegSeed], ...]:
        """Return the seeds of a picture, each with its place among all."""
        return tuple((place, one) for place, one in enumerate(self.now) if one.path == path)

    def add(self, seed: CosegSeed) -> None:
        """Say one thing more."""
        self._go_on((*self.now, seed))

    def flip(self, place: int) -> None:
        """Have a seed say the opposite."""
        seed = self.now[place]
        turned = replace(seed, is_object=not seed.is_object)
        self._go_on((*self.now[:place], turned, *self.now[place + 1 :]))

    def remove(self, *places: int) -> None:
        """Take seeds back."""
        kept = tuple(one for place, one in enumerate(self.now) if place not in places)
        if kept != self.now:
            self._go_on(kept)

    def clear(self) -> None:
        """Take all seeds back."""
        self.remove(*range(len(self.now)))

    def undo(self) -> bool:
        """Go one step back; False = there is none."""
        if self.can_undo:
            self._at -= 1
            return True
        return False

    def redo(self) -> bool:
        """Go one step forth; False = there is none."""
        if self.can_redo:
            self._at += 1
            return True
        return False

    def _go_on(self, seeds: Seeds) -> None:
        del self._states[self._at + 1 :]
        self._states.append(seeds)
        self._at += 1
