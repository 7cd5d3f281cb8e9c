"""How far masks are to be trusted: a bad answer is not to be shown as a good one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from engine.values.coseg import CosegGroup, CosegPicture

__all__ = ["decisiveness", "picture_confidence", "sentence", "set_sentence"]

LEAST_LIKENESS = 0.18
"""The 20 groups of the PASCAL set measured .21 to .66, sets with nothing in common .11 to .15."""
_LEAST_SHARE, _MOST_SHARE = 0.01, 0.9
_LIKE = 0.5


def decisiveness(chance: NDArray[np.float32]) -> float:
    """Return how far cells are from undecided where the object may be, 0..1.

    The mean over cells of p, each weighed by p: 1 where all that counts is sure, and low where a
    picture is full of half-measures or of nothing.
    """
    total = float(chance.sum())
    return float((chance * chance).sum() / total) if total > 0 else 0.0


def picture_confidence(chance: NDArray[np.float32], likeness: float, share: float) -> float:
    """Return how far a mask is to be trusted, 0..1.

    Parameters
    ----------
    chance : ndarray, (h, w), float32
        How likely each cell belongs to the object.
    likeness
        Of its class evidence to that of the other pictures.
    share
        Of the picture's pixels that the mask covers. Almost none or almost all counts a quarter.
    """
    value = decisiveness(chance) * min(1.0, max(0.0, likeness) / _LIKE)
    return value if _LEAST_SHARE <= share <= _MOST_SHARE else value / 4


def sentence(pictures: Sequence[CosegPicture]) -> str:
    """Return what to tell of a set whose masks are not to be trusted; empty where they are."""
    if not pictures:
        return "No picture could be read."
    if len(pictures) == 1:
        return "There is one picture only, so nothing is in common; add others of the same object."
    covered = float(np.mean([one.foreground for one in pictures]))
    if not _LEAST_SHARE <= covered <= _MOST_SHARE:
        what = "almost nothing" if covered < _LEAST_SHARE else "almost everything"
        return f"Low confidence: the masks cover {what}; choose pictures with a clearer object."
    if float(np.median([one.likeness for one in pictures])) < LEAST_LIKENESS:
        return (
            "Low confidence: these pictures seem to have no object in common; choose pictures "
            "that show the same one."
        )
    return ""


def set_sentence(groups: Sequence[CosegGroup], kinds: int) -> str:
    """Return what to tell of a whole set; empty where its masks are to be trusted.

    Parameters
    ----------
    groups
        That it was split into.
    kinds
        How many kinds of object there seem to be.
    """
    if len(groups) == 1 and kinds > 1:
        return (
            f"Low confidence: these pictures seem to show {kinds} different objects; split them "
            f"into {kinds} groups."
        )
    if len(groups) == 1:
        return groups[0].note
    return " ".join(f"Group {one.number}: {one.note}" for one in groups if one.note)
