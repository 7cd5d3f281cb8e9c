"""Which skips a network has, read off the names of its layers; and what switching them means."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.values import ModelInfo, SkipSwitches

__all__ = ["STRIDES", "is_transposed", "skip_sentence", "strides_of"]

STRIDES = (16, 8, 4)
"""Of the skips that can be switched, the coarsest first, as in `SkipSwitches`."""
_STEP = re.compile(r"decoder\.up(\d+)\.skip")
_LEARNT = re.compile(r"decoder\.up\d+\.up\.up")
_COARSEST = 32

translate = QCoreApplication.translate


def strides_of(info: ModelInfo) -> tuple[int, ...]:
    """Return the strides of a U-Net's skips, the coarsest first; () of another network."""
    found = (_STEP.fullmatch(layer.key.name) for layer in info.layers)
    return tuple(sorted({int(it.group(1)) for it in found if it}, reverse=True))


def is_transposed(info: ModelInfo) -> bool:
    """Tell whether a U-Net was trained with transposed convolutions."""
    return any(_LEARNT.fullmatch(layer.key.name) for layer in info.layers)


def skip_sentence(switches: SkipSwitches, strides: Sequence[int]) -> str:
    """Return what the switches leave to the network."""
    pairs = list(zip(strides, switches.skips, strict=False))
    on = [stride for stride, is_on in pairs if is_on]
    if len(on) == len(pairs):
        return translate(
            "Train", "All skips are on: edges come from the encoder's maps at stride {0}."
        ).format(min(strides, default=4))
    if not on:
        return translate(
            "Train",
            "All skips are off: the mask is made of the coarsest maps alone, one cell for {0} "
            "pixels of the input each way.",
        ).format(_COARSEST)
    off = ", ".join(str(stride) for stride, is_on in pairs if not is_on)
    return translate(
        "Train",
        "Off at stride {0}: what is finer than {1} pixels of the input has to be guessed from "
        "coarser maps.",
    ).format(off, min(on))
