"""The bytes of one HTTP answer, taken by a thread so that whoever waits can be cancelled.

A read of a socket, and still more the look-up of a name, cannot be interrupted; a wait on a queue
can. The thread ends by itself: at the next bytes, at the time-out, or with the program.
"""

from __future__ import annotations

import contextlib
import queue
import re
import threading
import urllib.request
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.error import HTTPError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message

    from engine.jobs import JobControl

__all__ = ["Head", "Transfer"]

STALL_S = 20.0
"""A server that says nothing for so long, in seconds, is given up."""

_CHUNK_BYTES = 256 << 10
_CHUNKS_AHEAD = 8
_POLL_S = 0.1
_HTTP_PARTIAL = 206


@dataclass(frozen=True, slots=True)
class Head:
    """What the server said before the bytes."""

    start: int
    """Number of the first byte that comes: 0 where it does not go on from there."""
    total: int | None
    """Size of the whole file in bytes, where the server says it."""


class Transfer:
    """One request of a file, from one byte on; a context manager.

    Parameters
    ----------
    address
        Where the file is, http or https. Proxies are taken from the environment.
    start
        From which byte on it is wanted.
    control
        May cancel at any time.
    """

    def __init__(self, address: str, start: int, control: JobControl) -> None:
        headers = {"User-Agent": "layerscope"}
        if start:
            headers["Range"] = f"bytes={start}-"
        self._request = urllib.request.Request(address, headers=headers)  # noqa: S310 - Weights takes only http(s)
        self._control = control
        self._items: queue.Queue[Head | bytes | Exception] = queue.Queue(_CHUNKS_AHEAD)
        self._stopped = threading.Event()
        self._thread = threading.Thread(
            target=self._receive, name="layerscope-download", daemon=True
        )

    def __enter__(self) -> Transfer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()

    def head(self) -> Head:
        """Wait for the server's answer; call once, before `chunks`.

        Raises
        ------
        OSError
            The server cannot be reached, or answers with an error (`urllib.error.HTTPError`).
        CancelledError
            Cancelled meanwhile.
        """
        item = self._next()
        if not isinstance(item, Head):
            raise TypeError(f"expected the head, got {type(item).__name__}")
        return item

    def chunks(self) -> Iterator[bytes]:
        """Yield the bytes as they come, to the end of the connection.

        Raises
        ------
        OSError
            The connection broke.
        CancelledError
            Cancelled meanwhile.
        """
        while isinstance(item := self._next(), bytes) and item:
            yield item

    def _next(self) -> Head | bytes:
        while True:
            self._control.check()
            with contextlib.suppress(queue.Empty):
                item = self._items.get(timeout=_POLL_S)
                if isinstance(item, Exception):
                    raise item
                return item

    # ------------------------------------------------------------------- in the thread

    def _receive(self) -> None:
        try:
            # An opener of its own reads the proxies as they are now; urlopen keeps its first.
            with urllib.request.build_opener().open(self._request, timeout=STALL_S) as answer:
                self._put(_head_of(answer.status, answer.headers))
                while not self._stopped.is_set():
                    chunk = answer.read1(_CHUNK_BYTES)
                    self._put(chunk)
                    if not chunk:
                        return
        except HTTPError as error:
            error.close()  # it holds the connection
            self._put(error)
        except Exception as error:  # noqa: BLE001 - it is raised again where it is waited for
            self._put(error)

    def _put(self, item: Head | bytes | Exception) -> None:
        while not self._stopped.is_set():
            with contextlib.suppress(queue.Full):
                self._items.put(item, timeout=_POLL_S)
                return


def _head_of(status: int, headers: Message) -> Head:
    """Read where the bytes begin and how many the whole file has."""
    if status == _HTTP_PARTIAL:
        placed = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", headers.get("Content-Range", ""))
        if placed is None:
            raise OSError("the server sent a part of the file and does not say which")
        return Head(int(placed[1]), None if placed[2] == "*" else int(placed[2]))
    length = headers.get("Content-Length", "")
    return Head(0, int(length) if length.isdecimal() else None)
