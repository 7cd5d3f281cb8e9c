"""Which networks can be used for co-segmentation, asked where torch is no burden."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from engine.jobs import Job

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from engine.jobs import JobControl
    from engine.values import ModelCard

__all__ = ["CosegNetworks"]

_JOIN_S = 30.0


def _usable(names: Iterable[str]) -> tuple[str, ...]:
    from engine.coseg.opening import usable_networks  # noqa: PLC0415 - off the GUI thread

    return usable_networks(names)


class CosegNetworks(QObject):
    """Asks the engine in a job.

    Parameters
    ----------
    usable
        Says which of some names can be used; tests give another.

    Signals
    -------
    found : list of ModelCard
    """

    found = Signal(list)

    _answered = Signal(object)

    def __init__(
        self,
        parent: QObject,
        usable: Callable[[Iterable[str]], tuple[str, ...]] = _usable,
    ) -> None:
        super().__init__(parent)
        self.usable = usable
        self._cards: tuple[ModelCard, ...] = ()
        self._job: Job[tuple[str, ...]] | None = None
        self._answered.connect(self._take)

    def look_for(self, cards: Iterable[ModelCard]) -> None:
        """Choose from the networks that there are."""
        self._cards = tuple(cards)
        names, usable = tuple(card.name for card in self._cards), self.usable

        def work(_control: JobControl) -> tuple[str, ...]:
            return usable(names)

        self._job = Job(
            work,
            on_done=self._tell,
            on_failed=lambda _error: self._tell(()),
            name="coseg-networks",
        ).start()

    def close(self) -> None:
        """Wait for what is under way."""
        if self._job is not None:
            self._job.join(_JOIN_S)

    def _tell(self, names: tuple[str, ...]) -> None:
        with suppress(RuntimeError):  # the window is gone
            self._answered.emit(names)

    @Slot(object)
    def _take(self, names: tuple[str, ...]) -> None:
        self.found.emit([card for card in self._cards if card.name in names])
