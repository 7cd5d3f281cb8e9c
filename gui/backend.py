"""What the window may ask of the engine: a few functions, wired up by `main.py`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.commands import Command
    from engine.sources.base import SourceCommand, SourceSpec
    from gui.bridge import EngineBridge

__all__ = ["Backend"]


@dataclass(frozen=True, slots=True)
class Backend:
    """The engine as a window sees it.

    Attributes
    ----------
    bridge
        Brings results, events and the source's state.
    post
        Leaves a command for the engine thread; returns at once.
    open_source, send_source
        For the source thread; return at once.
    stop
        Stops both threads and waits; True when they have ended.
    """

    bridge: EngineBridge
    post: Callable[[Command], None]
    open_source: Callable[[SourceSpec], None]
    send_source: Callable[[SourceCommand], None]
    stop: Callable[[], bool]
