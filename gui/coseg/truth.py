"""The true masks of a set: found beside it, read, compared with what was found."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine.values import Instance, Instances, Region
from gui.coseg.collection import COMMON_OBJECT

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from numpy.typing import NDArray

    from engine.coseg.evaluate import PictureScores
    from gui.coseg.collection import Entry

__all__ = ["mean_text", "score_of", "truth_of"]


def truth_of(path: Path, folder: Path) -> Instances | None:
    """Return a picture's true mask as one object; None = there is no file.

    Raises
    ------
    SourceError
        It cannot be read.
    """
    from engine.coseg import evaluate  # noqa: PLC0415 - brings OpenCV and Pillow

    place = evaluate.truth_of(path, folder)
    if place is None:
        return None
    mask = evaluate.read_mask(place)
    region = Region.of(mask)
    items = (Instance(COMMON_OBJECT.id, 1.0, region.box, region),) if region.area else ()
    return Instances((mask.shape[0], mask.shape[1]), (COMMON_OBJECT,), items)


def score_of(entry: Entry, folder: Path) -> PictureScores | None:
    """Compare what is shown of a picture with its true mask; None = there is nothing to compare.

    Raises
    ------
    SourceError
        The true mask cannot be read, or has another size.
    """
    from engine.coseg import evaluate  # noqa: PLC0415

    found, place = entry.shown, evaluate.truth_of(entry.path, folder)
    if found is None or place is None:
        return None
    return evaluate.scores_of(entry.path.name, _mask(found), evaluate.read_mask(place))


def mean_text(scores: Iterable[PictureScores | None]) -> str:
    """Return the means over pictures: "J 0.594, P 0.912 over 28"; "" where there are none."""
    known = [one for one in scores if one is not None]
    if not known:
        return ""
    jaccard = sum(one.jaccard for one in known) / len(known)
    precision = sum(one.precision for one in known) / len(known)
    return f"J {jaccard:.3f}, P {precision:.3f} ({len(known)})"


def _mask(found: Instances) -> NDArray[np.bool_]:
    mask = np.zeros(found.size, np.bool_)
    for item in found.items:
        mask[item.region.rows, item.region.columns] |= item.region.pixels
    return mask
