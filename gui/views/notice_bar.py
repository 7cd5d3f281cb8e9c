"""Notices that stand where the thing happened: a sentence, the next step as a button, close."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from engine.events import Severity
from gui.icons import Icon, icon
from gui.views.icon_label import IconLabel

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Final

    NoticeAction = tuple[str, Callable[[], object]]

__all__ = ["NoticeBar"]

BRIEF_MS = 5000
"""How long a confirmation stands."""
_MOST = 3
_MOST_ACTIONS = 2
_LOOKS: Final = {
    Severity.INFO: (Icon.INFO, "accent"),
    Severity.WARNING: (Icon.WARNING, "warning"),
    Severity.ERROR: (Icon.ERROR, "error"),
}
_LOUDNESS: Final = {Severity.INFO: 0, Severity.WARNING: 1, Severity.ERROR: 2}


class NoticeBar(QWidget):
    """Up to three notices, one above the other; it takes no room while there is none.

    Parameters
    ----------
    parent
        The panel where it stands.
    """

    dismissed = Signal(str)
    """The person closed the notice of this topic."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._notices: dict[str, _Notice] = {}
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(4)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.hide()

    @property
    def topics(self) -> tuple[str, ...]:
        """The topics that stand here, the newest first."""
        return tuple(self._notices)

    def message(self, topic: str) -> str:
        """Return the sentence under `topic`, "" where there is none."""
        notice = self._notices.get(topic)
        return notice.message if notice else ""

    def show_notice(
        self,
        topic: str,
        message: str,
        severity: Severity = Severity.INFO,
        actions: Sequence[NoticeAction] = (),
    ) -> None:
        """Show a notice, in the place of an earlier one of the same topic.

        Parameters
        ----------
        topic
            What it is about; by it the notice is replaced or cleared.
        message
            One sentence; empty clears the topic.
        severity
            How loudly it is shown.
        actions
            At most two next steps, (text, callback). Using one closes the notice.
        """
        self.clear(topic)
        if not message:
            return
        while len(self._notices) >= _MOST:
            self.clear(self._least())
        notice = _Notice(message, severity, self)
        for text, callback in actions[:_MOST_ACTIONS]:
            notice.add_action(text, partial(self._use, topic, callback))
        notice.closed.connect(lambda: self._dismiss(topic))
        self._notices = {topic: notice, **self._notices}
        self._layout.insertWidget(0, notice)
        self.show()

    def show_brief(self, topic: str, message: str) -> None:
        """Confirm that something was done: it goes away by itself after a few seconds."""
        self.show_notice(topic, message)
        # Of the notice: one that is replaced takes its timer with it.
        timer = QTimer(self._notices[topic])
        timer.setSingleShot(True)
        timer.timeout.connect(partial(self.clear, topic))
        timer.start(BRIEF_MS)

    def clear(self, topic: str) -> None:
        """Take the notice of `topic` away; nothing where there is none."""
        notice = self._notices.pop(topic, None)
        if notice is None:
            return
        self._layout.removeWidget(notice)
        notice.hide()
        notice.deleteLater()
        self.setVisible(bool(self._notices))

    def clear_all(self) -> None:
        """Take all notices away."""
        for topic in self.topics:
            self.clear(topic)

    def _least(self) -> str:
        """Return the topic that can go: the quietest, of several the oldest."""
        order = list(self._notices)
        return min(order, key=lambda topic: (self._notices[topic].loudness, -order.index(topic)))

    def _use(self, topic: str, callback: Callable[[], object]) -> None:
        self.clear(topic)
        callback()

    def _dismiss(self, topic: str) -> None:
        self.clear(topic)
        self.dismissed.emit(topic)


class _Notice(QFrame):
    """One notice."""

    closed = Signal()

    def __init__(self, message: str, severity: Severity, parent: QWidget) -> None:
        super().__init__(parent)
        self.message = message
        self.loudness = _LOUDNESS[severity]
        self.setProperty("notice", severity.value)
        self.setAccessibleName(message)
        which, colour = _LOOKS[severity]
        sign = IconLabel(which, colour)
        sentence = QLabel(message)
        sentence.setWordWrap(True)
        sentence.setTextFormat(Qt.TextFormat.PlainText)
        sentence.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        policy = sentence.sizePolicy()  # changed, not replaced: it holds that height follows width
        policy.setHorizontalPolicy(QSizePolicy.Policy.Expanding)
        sentence.setSizePolicy(policy)
        close = QToolButton()
        close.setIcon(icon(Icon.CLOSE))
        close.setIconSize(QSize(14, 14))
        close.setToolTip(self.tr("Close"))
        close.setAccessibleName(self.tr("Close"))
        close.clicked.connect(self.closed)
        row = QHBoxLayout()
        row.setSpacing(8)
        middle = Qt.AlignmentFlag.AlignVCenter
        row.addWidget(sign, 0, middle)
        row.addWidget(sentence, 1)
        row.addWidget(close, 0, middle)
        # The next steps stand below: beside them a panel has no room for a sentence.
        self._steps = QHBoxLayout()
        self._steps.setSpacing(8)
        self._steps.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 4, 4, 4)
        layout.setSpacing(4)
        layout.addLayout(row)
        layout.addLayout(self._steps)

    def add_action(self, text: str, callback: Callable[[], object]) -> None:
        """Add a button below the sentence."""
        button = QPushButton(text)
        button.clicked.connect(lambda _checked=False: callback())
        self._steps.addWidget(button)
