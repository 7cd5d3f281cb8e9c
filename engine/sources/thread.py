"""The thread that opens sources one after another and keeps their newest frame in a mailbox."""

from __future__ import annotations

import logging
import queue
import threading
from typing import TYPE_CHECKING

from engine.sources.base import SourceSpec, SourceState, SourceStatus
from engine.sources.opening import open_source
from engine.sources.player import Player, PlayerLinks

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.mailbox import Mailbox
    from engine.sources.base import FrameSource, SourceCommand
    from engine.values import Frame

__all__ = ["SourceThread"]

_logger = logging.getLogger(__name__)

_PATIENCE_S = 0.8
"""How long a source that is replaced is waited for, before it is left to end by itself."""


class SourceThread(threading.Thread):
    """Play one source at a time; `open` replaces it.

    Each source plays in a `Player` thread of its own. One that hangs is muted and left behind, so
    that neither opening another nor stopping waits for it.

    Parameters
    ----------
    mailbox
        Gets the frames; the newest wins.
    on_status
        Hears everything that changes, one call at a time, from threads of the engine. It must be
        quick and must not call `stop`.
    retry_s
        Seconds between two tries to reopen a camera or stream that went away.
    opener
        Makes the source for a spec.
    """

    def __init__(
        self,
        mailbox: Mailbox[Frame],
        on_status: Callable[[SourceStatus], None],
        *,
        retry_s: float = 1.0,
        opener: Callable[[SourceSpec], FrameSource] = open_source,
    ) -> None:
        super().__init__(name="layerscope-sources", daemon=True)
        self._mailbox = mailbox
        self._on_status = on_status
        self._links = PlayerLinks(opener, self._tell, self._put, retry_s)
        self._orders: queue.SimpleQueue[SourceSpec | SourceCommand | None] = queue.SimpleQueue()
        self._should_stop = threading.Event()
        # Held while a player speaks and while it is replaced: a replaced player is silent.
        self._lock = threading.Lock()
        self._player: Player | None = None

    def open(self, spec: SourceSpec) -> None:
        """Play `spec` instead of what plays now. From any thread; returns at once."""
        self._orders.put(spec)

    def send(self, command: SourceCommand) -> None:
        """Hand a command to the source that plays when its turn comes. From any thread."""
        self._orders.put(command)

    def stop(self, timeout: float = 2.0) -> bool:
        """Close the source, end the thread and wait for it.

        Parameters
        ----------
        timeout
            Seconds to wait at most.

        Returns
        -------
        bool
            Whether it has ended.
        """
        self._should_stop.set()
        self._orders.put(None)
        if self.ident is not None:
            self.join(timeout)
        return not self.is_alive()

    def run(self) -> None:
        """Do one order after another until stopped."""
        while not self._should_stop.is_set():
            order = self._orders.get()
            if self._should_stop.is_set():
                break
            if isinstance(order, SourceSpec):
                self._replace(order)
            elif order is not None and self._player is not None:
                self._player.send(order)
        self._finish()

    # ------------------------------------------------------------------------------- inside

    def _replace(self, spec: SourceSpec) -> None:
        self._end(self._silence())
        player = Player(spec, self._links)
        with self._lock:
            self._player = player
        player.start()

    def _finish(self) -> None:
        player = self._silence()
        self._end(player)
        if player is not None:
            with self._lock:
                self._call_on_status(SourceStatus(player.spec, SourceState.CLOSED))

    def _silence(self) -> Player | None:
        """Make the player one that nobody hears, and drop its last frame."""
        with self._lock:
            player, self._player = self._player, None
            self._mailbox.clear()
        return player

    def _end(self, player: Player | None) -> None:
        if player is None:
            return
        player.ask_to_stop()
        player.join(_PATIENCE_S)
        if player.is_alive():
            _logger.info("a source of kind %s hangs and is left behind", player.spec.kind.value)

    def _tell(self, player: Player, status: SourceStatus) -> None:
        with self._lock:
            if player is self._player:
                self._call_on_status(status)

    def _put(self, player: Player, frame: Frame) -> None:
        with self._lock:
            if player is self._player:
                self._mailbox.put(frame)

    def _call_on_status(self, status: SourceStatus) -> None:
        try:
            self._on_status(status)
        except Exception:
            _logger.exception("a listener of the source's status failed")
