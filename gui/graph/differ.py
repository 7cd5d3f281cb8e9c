"""Comparing two graphs in a thread of its own."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal, Slot

from engine.graph.diff_items import DiffIndex
from engine.jobs import Job

if TYPE_CHECKING:
    from engine.errors import EngineError
    from engine.jobs import JobControl
    from engine.values import NetworkGraph

__all__ = ["Differ"]


class Differ(QObject):
    """Compares one pair at a time; the newest wish wins.

    Signals
    -------
    compared : DiffIndex
    failed : str
        A sentence for the person.
    """

    compared = Signal(object)
    failed = Signal(str)

    _ended = Signal(int, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._job: Job[DiffIndex] | None = None
        self._number = 0
        self._ended.connect(self._take, Qt.ConnectionType.QueuedConnection)

    def compare(self, left: NetworkGraph, right: NetworkGraph) -> None:
        """Compare two graphs."""
        self.cancel()
        number = self._number

        def work(control: JobControl) -> DiffIndex:
            from engine.graph.diff import compare  # noqa: PLC0415 - the first is the first to need it

            found = DiffIndex(left, right, compare(left, right))
            control.check()
            return found

        self._job = Job(
            work,
            on_done=lambda index: self._tell(number, index),
            on_failed=lambda error: self._tell(number, error),
            name="compare",
        ).start()

    def cancel(self) -> None:
        """Compare nothing any more."""
        self._number += 1
        if self._job is not None:
            self._job.cancel()

    def finish(self, timeout: float = 5.0) -> None:
        """Cancel, and wait until the thread has ended."""
        self.cancel()
        if self._job is not None:
            self._job.join(timeout)

    def _tell(self, number: int, result: object) -> None:
        """Pass a result on, out of the job's thread."""
        with contextlib.suppress(RuntimeError):  # the window is gone: nobody listens any more
            self._ended.emit(number, result)

    @Slot(int, object)
    def _take(self, number: int, result: DiffIndex | EngineError) -> None:
        if number != self._number:
            return  # Something newer is wanted.
        if isinstance(result, DiffIndex):
            self.compared.emit(result)
        else:
            self.failed.emit(str(result))
