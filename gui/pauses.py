"""Keep the window's pauses short while other threads work in the same interpreter."""

from __future__ import annotations

import gc
import sys

__all__ = ["set_aside_garbage", "take_back", "take_short_turns"]

SWITCH_S = 0.001
"""Python's own 5 ms are a third of a frame that the window waits for the engine's thread."""


def take_short_turns() -> None:
    """Have threads hand the interpreter over every millisecond."""
    sys.setswitchinterval(SWITCH_S)


def set_aside_garbage() -> None:
    """Collect what came since the last time, and spare what stays of it from later collections.

    A full collection walks over every object of torch and of the network, and holds all threads
    up for a quarter of a second, at any moment. So there is one of it, when the first network has
    come; from then on only what is new is looked at, which takes a few milliseconds. A network
    that was set aside needs no collection to be given back, unless it refers to itself in a
    circle: the engine sees to those.
    """
    gc.collect()
    gc.freeze()


def take_back() -> None:
    """Let everything be collected again, as at the end: libraries complain of what is left."""
    gc.unfreeze()
