"""The pictures of folders and files looked for in a job; only the newest wish counts."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from engine.jobs import Job
from gui.coseg.gathering import gather

if TYPE_CHECKING:
    from pathlib import Path, PurePosixPath

    from engine.jobs import JobControl

    Files = tuple[tuple[Path, PurePosixPath], ...]

__all__ = ["CosegGather"]

_JOIN_S = 5.0


class CosegGather(QObject):
    """Looks for the pictures of a set.

    Signals
    -------
    gathered : tuple of (Path, PurePosixPath)
        Files and their names below the folder.
    refused : str
        Why there are none.
    """

    gathered = Signal(object)
    refused = Signal(str)

    _ended = Signal(int, object, str)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._number = 0
        self._job: Job[Files] | None = None
        self._ended.connect(self._take)

    def look(self, paths: tuple[str, ...]) -> None:
        """Look for pictures; what was looked for before is given up."""
        self._number += 1
        number = self._number
        if self._job is not None:
            self._job.cancel()

        def work(control: JobControl) -> Files:
            return gather(paths, control)

        self._job = Job(
            work,
            on_done=lambda files: self._tell(number, files, ""),
            on_failed=lambda error: self._tell(number, None, error.message),
            name="coseg-gather",
        ).start()

    def close(self) -> None:
        """Stop, and wait."""
        self._number += 1
        if self._job is not None:
            self._job.cancel()
            self._job.join(_JOIN_S)

    def _tell(self, number: int, files: Files | None, sentence: str) -> None:
        with suppress(RuntimeError):  # the window is gone
            self._ended.emit(number, files, sentence)

    @Slot(int, object, str)
    def _take(self, number: int, files: Files | None, sentence: str) -> None:
        if number != self._number:
            return
        if files is None:
            self.refused.emit(sentence)
        else:
            self.gathered.emit(files)
