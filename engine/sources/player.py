"""The thread that owns one source from opening to closing."""

from __future__ import annotations

import contextlib
import logging
import queue
import threading
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engine.errors import SourceError
from engine.jobs import SOMETHING_WENT_WRONG
from engine.sources.base import SourceState, SourceStatus

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.sources.base import FrameSource, SourceCommand, SourceInfo, SourceSpec
    from engine.values import Frame

__all__ = ["Player", "PlayerLinks"]

_logger = logging.getLogger(__name__)

_INDEX_EVERY_S = 0.1


@dataclass(frozen=True, slots=True)
class PlayerLinks:
    """Where a player gets its source from, and whom it tells; both calls are from its thread."""

    opener: Callable[[SourceSpec], FrameSource]
    tell: Callable[[Player, SourceStatus], None]
    put: Callable[[Player, Frame], None]
    retry_s: float


class Player(threading.Thread):
    """Open a source, read it until told to stop, and close it, all in this one thread.

    A source may hang, in its driver or in the network. Then only this thread hangs with it: the
    one that started it forgets it and goes on, and it ends when the hanging call returns.

    Parameters
    ----------
    spec
        What to open.
    links
        The world around it.
    """

    def __init__(self, spec: SourceSpec, links: PlayerLinks) -> None:
        super().__init__(name=f"layerscope-source-{spec.kind.value}", daemon=True)
        self.spec = spec
        self._links = links
        self._commands: queue.SimpleQueue[SourceCommand | None] = queue.SimpleQueue()
        self._should_stop = threading.Event()
        self._source: FrameSource | None = None
        self._told: SourceStatus | None = None
        self._told_at = 0.0

    def send(self, command: SourceCommand) -> None:
        """Hand a command to the source; they are done in order."""
        self._commands.put(command)

    def ask_to_stop(self) -> None:
        """Ask it to end; returns at once."""
        self._should_stop.set()
        self._commands.put(None)

    def run(self) -> None:
        """Play until stopped or failed."""
        try:
            self._play()
        except SourceError as error:
            self._tell(SourceState.FAILED, str(error))
        except Exception:
            _logger.exception("a source of kind %s failed", self.spec.kind.value)
            self._tell(SourceState.FAILED, SOMETHING_WENT_WRONG)
        finally:
            self._close()

    # ------------------------------------------------------------------------------- inside

    def _play(self) -> None:
        self._tell(SourceState.OPENING)
        source = self._source = self._links.opener(self.spec)
        info: SourceInfo | None = source.open()
        while info is not None and not self._should_stop.is_set():
            try:
                self._read_until_stopped(source, info)
            except EOFError as end:
                self._tell_end(source, info, str(end))
                self._obey(source, is_waiting=True)
            except SourceError as error:
                if not getattr(source, "is_recoverable", False):
                    raise
                info = self._reopen(source, str(error))

    def _read_until_stopped(self, source: FrameSource, info: SourceInfo) -> None:
        while not self._should_stop.is_set():
            self._obey(source, is_waiting=False)
            frame = source.read()
            if frame is not None:
                self._links.put(self, _stamped(frame, info.title))
            self._tell_changes(source, info)

    def _obey(self, source: FrameSource, *, is_waiting: bool) -> None:
        """Do every command that has come; when `is_waiting`, wait for the first one."""
        with contextlib.suppress(queue.Empty):
            command = self._commands.get(block=is_waiting)
            while True:
                if command is not None:
                    source.handle(command)
                command = self._commands.get(block=False)

    def _reopen(self, source: FrameSource, message: str) -> SourceInfo | None:
        """Try again and again; None when it is to stop instead."""
        source.close()
        while True:
            self._tell(SourceState.WAITING, message)
            if self._should_stop.wait(self._links.retry_s):
                return None
            self._obey(source, is_waiting=False)
            try:
                return source.open()
            except SourceError as error:
                message = str(error)

    def _tell_changes(self, source: FrameSource, info: SourceInfo) -> None:
        status = self._status_of(source, info)
        told = self._told
        if told == status:
            return
        is_only_index = told is not None and replace(told, index=status.index) == status
        # A playing video moves all the time; ten numbers a second are enough to follow it. What
        # is held back now is told by a later call, since it still differs then.
        if is_only_index and time.perf_counter() - self._told_at < _INDEX_EVERY_S:
            return
        self._say(status)

    def _tell_end(self, source: FrameSource, info: SourceInfo, message: str) -> None:
        status = self._status_of(source, info)
        self._say(replace(status, state=SourceState.ENDED, message=message or status.message))

    def _status_of(self, source: FrameSource, info: SourceInfo) -> SourceStatus:
        is_playing = getattr(source, "is_playing", True)
        return SourceStatus(
            self.spec,
            SourceState.PLAYING if is_playing else SourceState.PAUSED,
            getattr(source, "info", None) or info,
            getattr(source, "index", 0),
            getattr(source, "message", ""),
        )

    def _tell(self, state: SourceState, message: str = "") -> None:
        told = self._told
        info, index = (told.info, told.index) if told is not None else (None, 0)
        self._say(SourceStatus(self.spec, state, info, index, message))

    def _say(self, status: SourceStatus) -> None:
        if status != self._told:
            self._told, self._told_at = status, time.perf_counter()
            self._links.tell(self, status)

    def _close(self) -> None:
        try:
            if self._source is not None:
                self._source.close()
        except Exception:
            _logger.exception("closing a source of kind %s failed", self.spec.kind.value)


def _stamped(frame: Frame, title: str) -> Frame:
    """Fill in what the source left out."""
    if frame.captured_at and frame.name:
        return frame
    return replace(
        frame,
        captured_at=frame.captured_at or time.perf_counter(),
        name=frame.name or title,
    )
