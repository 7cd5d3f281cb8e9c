"""What engine events and numbers say to a person: short, plain, in the system's way of writing."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from engine.events import LoadingFailed, LoadingProgress, Notice, Severity
from engine.jobs import Progress

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Final

__all__ = [
    "NoticeText",
    "ProgressText",
    "bytes_text",
    "count_text",
    "duration_text",
    "notice_text",
    "random_weights_text",
]

_WINDOW_S: Final = 5.0
_SETTLE_S: Final = 1.0
_UNITS: Final = {"B": 1.0, "kB": 1e3, "MB": 1e6, "GB": 1e9}


# Under this name lupdate finds the calls.
translate = QCoreApplication.translate


@dataclass(frozen=True, slots=True)
class NoticeText:
    """What a notice bar is told."""

    topic: str
    message: str
    severity: Severity


def notice_text(event: Notice | LoadingFailed) -> NoticeText:
    """Return what to show for an event that a person must hear of."""
    if isinstance(event, LoadingFailed):
        return NoticeText("model", event.message, Severity.ERROR)
    return NoticeText(event.topic, event.message, event.severity)


def random_weights_text() -> str:
    """Return the mark on whatever a network with random weights answers."""
    return translate("Messages", "Random weights: the answers mean nothing")


def bytes_text(size: float) -> str:
    """Return a size in decimal units with at most 3 figures: "42 MB", "3.1 MB", "812 kB"."""
    fitting = [name for name, factor in _UNITS.items() if size / factor >= 0.9995]
    unit = fitting[-1] if fitting else "B"
    value = size / _UNITS[unit]
    figures = f"{value:.0f}" if value >= 9.95 or unit == "B" else f"{value:.1f}"
    return f"{figures} {unit}"


def count_text(count: int) -> str:
    """Return a count with 3 significant figures: "4.65 M", "812 k", "57"."""
    value, unit = float(count), ""
    for larger in ("k", "M", "G", "T"):
        if value < 999.5:
            break
        value, unit = value / 1000.0, larger
    if not unit:
        return str(count)
    figures = 2 if value < 9.995 else 1 if value < 99.95 else 0
    return f"{value:.{figures}f} {unit}"


def duration_text(seconds: float) -> str:
    """Return a time that is left: "18 s", "3 min 20 s", "2 h 5 min"."""
    whole = max(round(seconds), 0)
    if whole < 60:
        return translate("Messages", "{seconds} s").format(seconds=whole)
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return translate("Messages", "{minutes} min {seconds} s").format(
            minutes=minutes, seconds=rest
        )
    hours, minutes = divmod(minutes, 60)
    return translate("Messages", "{hours} h {minutes} min").format(hours=hours, minutes=minutes)


class ProgressText:
    """Turns reports of progress into one line with rate and time left.

    The rate is that of the last five seconds, so it follows a network that gets slower; nothing
    is said of it before it has settled.

    Parameters
    ----------
    unit
        What is counted: "bytes", or a word in the plural such as "pictures".
    clock
        Seconds, monotonic; tests give their own.
    """

    def __init__(self, unit: str = "bytes", clock: Callable[[], float] = time.monotonic) -> None:
        self._unit = unit
        self._clock = clock
        self._stage = ""
        self._seen: deque[tuple[float, int]] = deque()

    def text(self, progress: Progress | LoadingProgress) -> str:
        """Take a report in and return the line to show.

        For example "Downloading weights, 42 of 98 MB, 3.1 MB/s, 18 s left".
        """
        self._note(progress)
        parts = [translate("Messages", progress.stage)]
        if progress.total > 0:
            parts.append(self._amount(progress.done, progress.total))
        elif progress.done > 0:
            parts.append(self._one(progress.done))
        rate = self._rate()
        if rate > 0 and (progress.total <= 0 or progress.done < progress.total):
            parts.append(translate("Messages", "{amount}/s").format(amount=self._one(rate)))
            if progress.total > 0:
                left = (progress.total - progress.done) / rate
                parts.append(translate("Messages", "{time} left").format(time=duration_text(left)))
        return ", ".join(parts)

    @staticmethod
    def share(progress: Progress | LoadingProgress) -> float | None:
        """Return how much is done, in 0..1; None where the whole is not known."""
        if progress.total <= 0:
            return None
        return min(max(progress.done / progress.total, 0.0), 1.0)

    def _note(self, progress: Progress | LoadingProgress) -> None:
        now = self._clock()
        is_another = progress.stage != self._stage
        if is_another or (self._seen and progress.done < self._seen[-1][1]):
            self._seen.clear()
            self._stage = progress.stage
        self._seen.append((now, progress.done))
        while len(self._seen) > 2 and now - self._seen[1][0] >= _WINDOW_S:
            self._seen.popleft()

    def _rate(self) -> float:
        (first, before), (last, after) = self._seen[0], self._seen[-1]
        if last - first < _SETTLE_S:
            return 0.0
        return (after - before) / (last - first)

    def _one(self, amount: float) -> str:
        if self._unit == "bytes":
            return bytes_text(amount)
        return (
            f"{amount:.1f} {translate('Messages', self._unit)}"
            if amount < 10
            else f"{amount:.0f} {translate('Messages', self._unit)}"
        )

    def _amount(self, done: int, total: int) -> str:
        if self._unit != "bytes":
            return translate("Messages", "{done} of {total}").format(
                done=done, total=f"{total} {translate('Messages', self._unit)}"
            )
        figures, unit = bytes_text(total).split()
        # In the unit of the whole, which is said once: "42 of 98 MB".
        part = done / _UNITS[unit]
        shown = f"{part:.1f}" if 0 < part < 9.95 else f"{part:.0f}"
        whole = f"{figures} {unit}"
        return translate("Messages", "{done} of {total}").format(done=shown, total=whole)
