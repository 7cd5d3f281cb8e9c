"""The network of a batch, once for each processor where that is faster.

Pictures side by side, each on one thread, take less time than one after the other on all threads:
within a picture the threads wait for each other at the end of every operation.
"""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.device import apply_threads, choose

if TYPE_CHECKING:
    from engine.tasks.segmenter import Segmenter
    from engine.values import DeviceRequest

__all__ = ["Streams"]

_MOST = 4
"""Each takes the memory of one pass; the weights are shared."""


class Streams:
    """The same network for some threads at the same time.

    Parameters
    ----------
    first
        The network; it stays that of the thread that makes this.
    device
        What it was asked to run on.
    """

    def __init__(self, first: Segmenter, device: DeviceRequest) -> None:
        placement = choose(device)
        threads = placement.threads if placement.device.type == "cpu" else 1
        self.count = min(threads, _MOST)
        """How many pictures are segmented at the same time; 1 = in the thread that made this."""
        self._threads = threads // self.count
        own = replace(device, name="cpu", threads=self._threads)
        self._owner = threading.get_ident()
        self._lock = threading.Lock()
        self._of = {self._owner: first}
        # Made here and not where they run: a network is looked through by a pass of its own, in
        # which no other thread may be. That sets the threads of this one, too.
        self._others = [first.beside(own) for _ in range(self.count)] if self.count > 1 else []
        self._spare = list(self._others)
        if self.count > 1:
            apply_threads(threads)

    def segmenter(self) -> Segmenter:
        """Return the network of the thread that calls."""
        thread = threading.get_ident()
        with self._lock:
            if thread not in self._of:
                self._of[thread] = self._spare.pop()
                apply_threads(self._threads)  # of this thread alone
            return self._of[thread]

    def close(self) -> None:
        """Let go of the networks that were made here."""
        while self._others:
            self._others.pop().close()
