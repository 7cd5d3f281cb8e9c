"""Which photos are held out: decided by their bytes, the same on every machine."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["held_out"]

_FEWEST = 3
"""Of fewer photos of a class none is held out for it: there would be too little to learn from."""


def held_out(
    digests: Sequence[str],
    groups: Sequence[int],
    has_class: NDArray[np.bool_],
    share: float,
    seed: int,
) -> list[bool]:
    """Decide for each photo whether it is for validation.

    Class by class, the rarest first, the share of its photos is held out, in the order of numbers
    that are drawn by the photos' checksums (Sechidis et al., "On the Stratification of Multi-label
    Data", 2011). Photos that are the same picture go together.

    Parameters
    ----------
    digests
        Checksum of each photo's file.
    groups
        For each photo the place of the first that is the same picture.
    has_class : ndarray, (photos, classes), bool
        What is marked in each.
    share
        That is held out, above 0 and below 1.
    seed
        Another one gives another split.
    """
    members: dict[int, list[int]] = {}
    for place, group in enumerate(groups):
        members.setdefault(group, []).append(place)
    drawn = {
        group: _number(min(digests[one] for one in places), seed)
        for group, places in members.items()
    }
    order = sorted(drawn, key=lambda group: drawn[group])
    has = {
        group: np.asarray(has_class[places].any(axis=0), np.bool_)
        for group, places in members.items()
    }
    is_held: dict[int, bool] = {}
    counts = np.sum(list(has.values()), axis=0)
    for number in np.argsort(counts, kind="stable").tolist():
        _decide([group for group in order if has[group][number]], is_held, share)
    _decide(order, is_held, share)
    return [is_held[group] for group in groups]


def _decide(candidates: list[int], is_held: dict[int, bool], share: float) -> None:
    """Hold the share of these out, as far as it is not decided yet; the others are for training."""
    wanted = round(share * len(candidates))
    if len(candidates) >= _FEWEST:
        wanted = max(1, wanted)
    wanted -= sum(is_held.get(group, False) for group in candidates)
    for group in candidates:
        if group not in is_held:
            is_held[group] = wanted > 0
            wanted -= is_held[group]


def _number(digest: str, seed: int) -> float:
    """Return a number in 0..1 that depends on nothing but these."""
    drawn = hashlib.blake2b(f"{seed}:{digest}".encode(), digest_size=8).digest()
    return int.from_bytes(drawn, "big") / 2**64
