"""How whole photos are given to a segmentation network. No torch."""

from __future__ import annotations

import dataclasses

from engine.models.spec import Preprocessing, WholePicture

__all__ = ["whole_photo"]


def whole_photo(preprocessing: Preprocessing, long_side: int) -> Preprocessing:
    """Return how whole photos of any proportions become the input.

    Both sides become multiples of 32, without borders: a network that was never trained with
    borders answers nonsense near them.

    Parameters
    ----------
    preprocessing
        Of the classifier that is the backbone.
    long_side
        Of the input, in pixels.
    """
    return dataclasses.replace(
        preprocessing,
        input_size=(long_side, long_side),
        resize_size=long_side,
        interpolation="bilinear",
        whole=WholePicture(long_side, long_side, stride=32, is_stretched=True),
    )
