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
    """Collect what a change of network has left, and spare what stays from later collections.

    A full collection walks over every object of torch and of the network: tens of milliseconds,
    at any moment. What lives as long as the network is set aside until the next change.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()


def take_back() -> None:
    """Let everything be collected again, as at the end: libraries complain of what is left."""
    gc.unfreeze()
