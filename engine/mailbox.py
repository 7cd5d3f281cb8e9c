"""Mailboxes between two threads, where nobody ever waits to put: the newest wins, or all stay."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class Mailbox(Generic[T]):
    """Hold at most one item; putting replaces what has not been taken.

    A queue between a fast producer and a slow consumer turns into latency; one place with the
    newest item keeps the consumer at most one item behind.

    Parameters
    ----------
    on_put
        Called after every put, in the putting thread, without the lock held. Used as a nudge;
        it must be quick and must not raise.
    """

    def __init__(self, on_put: Callable[[], None] | None = None) -> None:
        self._lock = threading.Lock()
        self._item: T | None = None
        self._on_put = on_put
        self._dropped = 0

    def put(self, item: T) -> None:
        """Leave `item`, replacing an item that nobody took."""
        with self._lock:
            if self._item is not None:
                self._dropped += 1
            self._item = item
        if self._on_put is not None:
            self._on_put()

    def take(self) -> T | None:
        """Take the item out, or return None when the place is empty."""
        with self._lock:
            item, self._item = self._item, None
            return item

    def clear(self) -> None:
        """Throw away what lies there."""
        with self._lock:
            self._item = None

    @property
    def dropped(self) -> int:
        """How many items were replaced before anyone took them."""
        with self._lock:
            return self._dropped


class Tee(Mailbox[T]):
    """A mailbox that passes everything on to several others, and keeps nothing.

    Parameters
    ----------
    targets
        Each gets every item.
    """

    def __init__(self, *targets: Mailbox[T]) -> None:
        super().__init__()
        self._targets = targets

    def put(self, item: T) -> None:
        """Put `item` into each of the targets."""
        for target in self._targets:
            target.put(item)

    def clear(self) -> None:
        """Empty each of the targets."""
        for target in self._targets:
            target.clear()


class Inbox(Generic[T]):
    """Hold all items until they are taken: for what comes seldom and must not be lost."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._items: list[T] = []

    def put(self, item: T) -> None:
        """Leave `item` behind those that nobody took."""
        with self._lock:
            self._items.append(item)

    def take_all(self) -> list[T]:
        """Take what came since the last time, in order."""
        with self._lock:
            items, self._items = self._items, []
        return items
