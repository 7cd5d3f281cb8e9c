"""What drives a window through a script: a step is done, then something is waited for."""

from __future__ import annotations

import logging
import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, QTimer, Slot
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QComboBox, QPushButton, QWidget

from engine.sources.base import Seek
from engine.sources.demo import PHOTOS
from gui.tour.report import TourReport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from engine.values import FrameResult
    from gui.main_window import MainWindow

__all__ = ["Tour", "Wait"]

_logger = logging.getLogger(__name__)

POLL_MS = 10


@dataclass(slots=True)
class Wait:
    """What a step waits for before the next one begins.

    Attributes
    ----------
    until
        Asked again and again.
    what
        In words, for the message when it does not come.
    timeout_s
        Then the tour has failed.
    """

    until: Callable[[], bool]
    what: str
    timeout_s: float = 60.0
    begun_at: float = field(default_factory=time.perf_counter)


class _Ear(logging.Handler):
    """Hears of errors that nobody sees, such as an exception in a slot."""

    def __init__(self, level: int) -> None:
        super().__init__(level)
        self.heard: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep what was logged."""
        self.heard.append(record.getMessage())


class Tour(QObject):
    """Drives a window through its steps.

    Parameters
    ----------
    window
        Shown, with its engine started.
    out
        Folder for what it leaves.
    on_done
        Called once with the exit status.
    """

    def __init__(self, window: MainWindow, out: Path, on_done: Callable[[int], None]) -> None:
        super().__init__(window)
        self.window = window
        self.out = out
        self.report = TourReport(out)
        self.results = 0
        self.last: FrameResult | None = None
        self._on_done = on_done
        self._script: Iterator[Wait] = iter(())
        self._wait: Wait | None = None
        self._ear = _Ear(logging.ERROR)
        logging.getLogger().addHandler(self._ear)
        self._timer = QTimer(self)
        self._timer.setInterval(POLL_MS)
        self._timer.timeout.connect(self._poll)
        window.result_shown.connect(self._count)

    def start(self, script: Iterator[Wait]) -> None:
        """Begin: each thing that the script yields is waited for before it goes on."""
        self._script = script
        self._timer.start()

    def shoot(self, name: str) -> None:
        """Save the window as it is seen now."""
        path = self.out / f"{name}.png"
        self.window.grab().save(str(path))
        self.report.add_file(path)

    def say(self, text: str) -> None:
        """Tell on the terminal what is being done."""
        sys.stdout.write(f"  {text}\n")
        sys.stdout.flush()

    def results_later(self, count: int, what: str = "an answer") -> Wait:
        """Wait for so many more answers."""
        goal = self.results + count
        return Wait(lambda: self.results >= goal, what)

    def seconds(self, duration: float) -> Wait:
        """Wait for some time."""
        end = time.perf_counter() + duration
        return Wait(lambda: time.perf_counter() >= end, "time", duration + 5)

    def until(self, is_so: Callable[[], bool], what: str, timeout_s: float = 60.0) -> Wait:
        """Wait for something, named in words."""
        return Wait(is_so, what, timeout_s)

    # ---------------------------------------------------------------------------- as a person does

    def show_photo(self, name: str) -> None:
        """Go to the beginning of a photo of the demo."""
        names = [photo.name for photo in PHOTOS]
        self.window.source.command_given.emit(Seek(names.index(name)))

    def hold_photo(self, name: str) -> Iterator[Wait]:
        """Go to a photo and wait for an answer to it."""
        self.show_photo(name)
        yield self.until(
            lambda: self.last is not None and self.last.frame.name == name, f"an answer to {name}"
        )

    def hover(self, widget: QWidget, x: float, y: float) -> None:
        """Point at a place of a widget, in shares of its width and height."""
        _move(widget, (x, y), QEvent.Type.MouseMove)

    def leave(self, widget: QWidget) -> None:
        """Take the pointer away."""
        QApplication.sendEvent(widget, QEvent(QEvent.Type.Leave))

    def drag(self, widget: QWidget, *places: tuple[float, float]) -> None:
        """Draw through places of a widget with the left button held."""
        left = Qt.MouseButton.LeftButton
        _move(widget, places[0], QEvent.Type.MouseButtonPress, left)
        for place in places[1:]:
            _move(widget, place, QEvent.Type.MouseMove, left)
        _move(widget, places[-1], QEvent.Type.MouseButtonRelease, left)

    def has_button(self, parent: QWidget, text: str) -> bool:
        """Whether a button with this text can be pressed."""
        return bool(_buttons(parent, text))

    def click(self, parent: QWidget, text: str) -> None:
        """Press the button with this text."""
        found = _buttons(parent, text)
        if not found:
            raise LookupError(f"no button “{text}”")
        found[0].click()

    def choose(self, parent: QWidget, text: str) -> None:
        """Choose this text in the list that has it."""
        for box in parent.findChildren(QComboBox):
            place = box.findText(text)
            if place >= 0:
                box.setCurrentIndex(place)
                return
        raise LookupError(f"no list has “{text}”")

    # ------------------------------------------------------------------------------------ private

    @Slot(object)
    def _count(self, result: FrameResult) -> None:
        self.results += 1
        self.last = result
        self.report.count(result, self.window.clock.latency_ms)

    @Slot()
    def _poll(self) -> None:
        wait = self._wait
        if wait is not None and not wait.until():
            if time.perf_counter() - wait.begun_at > wait.timeout_s:
                self._end(
                    1, f"The tour stopped: {wait.what} did not come within {wait.timeout_s:.0f} s."
                )
            return
        try:
            self._wait = next(self._script)
        except StopIteration:
            self._end(0, "")
        except Exception:
            _logger.exception("a step of the tour failed")
            self._end(1, "The tour stopped: a step failed; the log has the details.")

    def _end(self, status: int, message: str) -> None:
        self._timer.stop()
        logging.getLogger().removeHandler(self._ear)
        if not message and self._ear.heard:
            status, message = 1, f"The tour failed: an error was logged: {self._ear.heard[0]}"
        if message:
            sys.stderr.write(message + "\n")
        else:
            self.report.write()
            sys.stdout.write(self.report.text())
        self.window.close()
        self._on_done(status)


def _buttons(parent: QWidget, text: str) -> list[QPushButton]:
    found = parent.findChildren(QPushButton)
    return [it for it in found if it.text() == text and it.isVisible() and it.isEnabled()]


def _move(
    widget: QWidget,
    place: tuple[float, float],
    kind: QEvent.Type,
    button: Qt.MouseButton = Qt.MouseButton.NoButton,
) -> None:
    at = QPointF(place[0] * widget.width(), place[1] * widget.height())
    is_move = kind is QEvent.Type.MouseMove
    cause = Qt.MouseButton.NoButton if is_move else button
    held = Qt.MouseButton.NoButton if kind is QEvent.Type.MouseButtonRelease else button
    none = Qt.KeyboardModifier.NoModifier
    there = QPointF(widget.mapToGlobal(at))
    QApplication.sendEvent(widget, QMouseEvent(kind, at, there, cause, held, none))
