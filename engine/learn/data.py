"""Photos with their masks, as they are trained on. Neither torch nor any format stands here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from engine.errors import EngineError
from engine.values import BACKGROUND, VOID

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = [
    "CERTAIN",
    "MOST_CLASSES",
    "PSEUDO",
    "DataError",
    "Dataset",
    "Sample",
    "Truth",
    "check_labels",
    "check_size",
]

PSEUDO = (
    "The masks were made by a network, not by a person: what it did wrong is learnt too; look them "
    "through first."
)
CERTAIN = 254
"""The label of what is certainly background, where 0 only says that nothing is marked."""
MOST_CLASSES = 253
"""Labels are bytes: 0 is the background, 255 the void, and 254 what is certainly background."""


class DataError(EngineError):
    """A set of photos and masks, or one mask of it, cannot be used."""


class Truth(Protocol):
    """What is marked in one photo; read anew each time it is needed."""

    def read(self, size: tuple[int, int]) -> NDArray[np.uint8]:
        """Return the label of each pixel of a photo of this height and width.

        Returns
        -------
        ndarray, (H, W), uint8
            Ids of the set's classes, `BACKGROUND` where nothing is marked, `CERTAIN`, `VOID` to be
            ignored.

        Raises
        ------
        EngineError
            It cannot be read, has another size, or marks what the set does not know.
        """
        ...


@dataclass(frozen=True, slots=True)
class Sample:
    """A photo with what is marked in it.

    Attributes
    ----------
    picture
        Its file.
    truth
        What is marked.
    annotated
        Ids of the classes that are marked wherever they are in this photo. A pixel without a mark
        may be of any other class.
    repeats
        So many times as many crops as of others are made of it.
    """

    picture: Path
    truth: Truth
    annotated: frozenset[int]
    repeats: int = 1


@dataclass(frozen=True, slots=True)
class Dataset:
    """Photos with masks of the same classes.

    Attributes
    ----------
    path, format
        Where it was read from, and as what.
    names
        Of the classes by their ids, the background's first.
    samples
        The photos.
    stuff
        Ids of classes, such as sky, that are background where they are not marked.
    skipped
        Photos that are left out, with the sentence that says why.
    notes
        Sentences on what is odd.
    """

    path: Path
    format: str
    names: tuple[str, ...]
    samples: tuple[Sample, ...]
    stuff: frozenset[int] = frozenset()
    skipped: tuple[tuple[Path, str], ...] = ()
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if len(self.names) < 2:
            raise DataError(
                f"“{self.path}” marks no class, so there is nothing to learn; mark what is to be "
                "found in some of the photos."
            )
        if len(self.names) - 1 > MOST_CLASSES:
            raise DataError(
                f"“{self.path}” has {len(self.names) - 1} classes, and {MOST_CLASSES} are the "
                "most; leave some out."
            )

    @property
    def is_partial(self) -> bool:
        """Whether not all classes are marked in all photos."""
        return any(len(one.annotated) < len(self.names) - 1 for one in self.samples)

    def likely(self, sample: Sample) -> NDArray[np.bool_]:
        """Return of which classes a pixel without a mark most likely is: (names,) bool.

        The background, and such stuff as is not marked in this photo.
        """
        found = np.zeros(len(self.names), np.bool_)
        found[[BACKGROUND, *(self.stuff - sample.annotated)]] = True
        return found

    def possible(self, sample: Sample) -> NDArray[np.bool_]:
        """Return of which classes a pixel without a mark can be: (names,) bool."""
        found = np.ones(len(self.names), np.bool_)
        found[list(sample.annotated)] = False
        return found


def check_size(labels: NDArray[np.uint8], size: tuple[int, int], path: Path) -> None:
    """See that a mask has the size of its photo.

    Raises
    ------
    DataError
        It has not.
    """
    if labels.shape != size:
        raise DataError(
            f"The mask “{path.name}” has {labels.shape[1]} x {labels.shape[0]} pixels and its "
            f"photo {size[1]} x {size[0]}; make them the same."
        )


def check_labels(labels: NDArray[np.integer], classes: int, path: Path) -> None:
    """See that a mask holds only ids below `classes`, and the void.

    Raises
    ------
    DataError
        It holds another.
    """
    there = np.unique(labels)
    strange = there[(there >= classes) & (there != VOID) & (there != CERTAIN)]
    if len(strange):
        raise DataError(
            f"The mask “{path.name}” has the label {int(strange[0])}, which no class has; add the "
            "class to the list, or use 255 for what is to be ignored."
        )
