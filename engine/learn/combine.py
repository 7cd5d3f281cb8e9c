"""One set out of several, with classes of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.learn.data import Dataset, Sample
from engine.values import BACKGROUND

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from engine.learn.data import Truth

__all__ = ["Part", "combined"]


@dataclass(frozen=True, slots=True)
class _Renamed:
    """A truth in other ids."""

    truth: Truth
    table: tuple[int, ...]

    def read(self, size: tuple[int, int]) -> NDArray[np.uint8]:
        return np.array(self.table, np.uint8)[self.truth.read(size)]


@dataclass(frozen=True, slots=True)
class Part:
    """A set that goes into another.

    Attributes
    ----------
    dataset
        It.
    labels
        For the name of each of its classes the label that its pixels get: an id of the new set,
        `BACKGROUND` = as if there were no mark, `CERTAIN`, or `VOID`.
    also_annotated
        Ids that are known not to be in a photo although its set does not know them.
    repeats
        See `Sample.repeats`.
    """

    dataset: Dataset
    labels: Mapping[str, int]
    also_annotated: Callable[[Sample], frozenset[int]] = lambda _: frozenset()
    repeats: int = 1


def combined(
    path: Path, names: Sequence[str], stuff: frozenset[int], parts: Sequence[Part]
) -> Dataset:
    """Put sets together.

    Parameters
    ----------
    path
        Where they are, for sentences.
    names
        Of the new classes, the background's first.
    stuff
        See `Dataset.stuff`.
    parts
        What goes in. A class without a label is as if it had no mark.
    """
    samples: list[Sample] = []
    for part in parts:
        own = part.dataset.names
        table = list(range(256))
        table[1 : len(own)] = [part.labels.get(name, BACKGROUND) for name in own[1:]]
        for one in part.dataset.samples:
            known = {table[number] for number in one.annotated}
            marked = frozenset(it for it in known if BACKGROUND < it < len(names))
            samples.append(
                Sample(
                    one.picture,
                    _Renamed(one.truth, tuple(table)),
                    marked | part.also_annotated(one),
                    part.repeats,
                )
            )
    notes = tuple(note for part in parts for note in part.dataset.notes)
    skipped = tuple(it for part in parts for it in part.dataset.skipped)
    return Dataset(path, "several", tuple(names), tuple(samples), stuff, skipped, notes)
