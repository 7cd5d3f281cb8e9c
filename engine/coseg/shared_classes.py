"""Which of the network's classes the pictures of a set share, and where they are seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from engine.coseg.evidence import scaled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from engine.coseg.features import Features

__all__ = ["class_map", "class_shares", "named"]

_SHOWN = 5
_ASKED = 20
_LEAST_CHANCE = 0.02
_LEAST_SHARE = 0.02


def class_shares(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return how much pictures agree on each class: (K,) for (N, K) logits, with the sum 1.

    The mean probability of a class times the share of pictures that hold it for possible (above
    .02): a class that one picture alone is sure of counts for little.
    """
    odds = np.exp(logits - logits.max(axis=1, keepdims=True))
    chances = odds / odds.sum(axis=1, keepdims=True)
    shares = chances.mean(axis=0) * (chances > _LEAST_CHANCE).mean(axis=0)
    total = float(shares.sum())
    if total <= 0:  # no picture is sure of anything
        shares, total = chances.mean(axis=0), 1.0
    return np.asarray(shares / total, np.float32)


def named(shares: NDArray[np.float32], categories: Sequence[str]) -> tuple[tuple[str, float], ...]:
    """Return the names of up to five classes, the strongest first, each with its share."""
    if len(categories) != len(shares):
        return ()
    order = np.argsort(-shares, kind="stable")[:_SHOWN]
    return tuple(
        (categories[index], float(shares[index])) for index in order if shares[index] > _LEAST_SHARE
    )


def class_map(features: Features, shares: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return where a picture speaks for the classes that the set shares: (h, w) float32 in 0..1.

    Class activation maps (Zhou et al., Learning Deep Features for Discriminative Localization,
    CVPR 2016) of the twenty classes of the greatest shares, each above the mean over all classes,
    weighed by these shares. Zeros where the network names no classes.
    """
    height, width = features.grid
    if len(shares) != len(features.dense):
        return np.zeros((height, width), np.float32)
    top = np.argsort(-shares, kind="stable")[:_ASKED]
    dense = features.dense.astype(np.float32)
    weights = shares[top] / max(float(shares[top].sum()), 1e-9)
    found = np.tensordot(weights, dense[top] - dense.mean(axis=0), axes=1)
    large = cv2.resize(found.astype(np.float32), (width, height), interpolation=cv2.INTER_LINEAR)
    return scaled(np.asarray(large, np.float32))
