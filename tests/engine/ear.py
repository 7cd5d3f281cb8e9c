"""What hears an engine thread, and waits for what it wants to hear."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, TypeVar

from engine.events import Notice

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.events import EngineEvent
    from engine.thread import EngineThread
    from engine.values import FrameResult

E = TypeVar("E")
WAIT_S = 30.0


class Ear:
    """Keeps every event and every result that an engine thread gives.

    Attributes
    ----------
    events
        In the order they came.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self.events: list[EngineEvent] = []
        self.results: list[FrameResult] = []
        self.engine: EngineThread | None = None

    def hear(self, event: EngineEvent) -> None:
        with self._changed:
            self.events.append(event)
            self._changed.notify_all()

    def nudge(self) -> None:
        assert self.engine is not None
        result = self.engine.results.take()
        assert result is not None
        with self._changed:
            self.results.append(result)
            self._changed.notify_all()

    def wait(self, kind: type[E], number: int = 1, **said: Any) -> E:
        """Wait for the `number`-th event of a kind that says this."""
        self.until(lambda: len(self.of(kind, **said)) >= number)
        return self.of(kind, **said)[number - 1]

    def result(self, number: int) -> FrameResult:
        """Wait for the `number`-th result, from 1."""
        self.until(lambda: len(self.results) >= number)
        return self.results[number - 1]

    def until(self, is_so: Callable[[], bool]) -> None:
        """Wait until something that was heard makes it so."""
        with self._changed:
            assert self._changed.wait_for(is_so, WAIT_S), (self.events, len(self.results))

    def of(self, kind: type[E], **said: Any) -> list[E]:
        """Return the events of a kind that say this."""
        return [
            it
            for it in self.events
            if isinstance(it, kind) and all(getattr(it, name) == said[name] for name in said)
        ]

    @property
    def notices(self) -> list[tuple[str, str]]:
        """Topic and message of each notice."""
        return [(it.topic, it.message) for it in self.of(Notice)]
