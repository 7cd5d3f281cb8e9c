"""The line around what has the keyboard, where that does not show it by itself."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTabBar,
    QTextEdit,
    QWidget,
)
from shiboken6 import isValid

from gui.theme import theme_of

__all__ = ["FocusRing"]

LINE = 2.0
_SHOW_IT_THEMSELVES = (
    QAbstractButton,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTabBar,
    QTextEdit,
)


class FocusRing(QObject):
    """Stands around the view that was reached by Tab, until the keyboard goes elsewhere."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._line: _Line | None = None

    @property
    def target(self) -> QWidget | None:
        """What it stands around."""
        line = self._line
        return line.parentWidget() if line is not None and isValid(line) else None

    def show_on(self, widget: QWidget) -> None:
        """Stand around a widget that was reached by the keyboard."""
        self._leave()
        if not isinstance(widget, _SHOW_IT_THEMSELVES):
            self._line = _Line(widget)
            widget.installEventFilter(self)

    def _leave(self) -> None:
        target = self.target
        if target is not None and self._line is not None:
            target.removeEventFilter(self)
            self._line.hide()
            self._line.deleteLater()
        self._line = None

    # Qt's override.

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep around it; go when the keyboard does."""
        if event.type() == QEvent.Type.FocusOut:
            self._leave()
        elif event.type() == QEvent.Type.Resize and self._line is not None:
            self._line.fit()
        return super().eventFilter(watched, event)


class _Line(QWidget):
    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.fit()
        self.raise_()
        self.show()

    def fit(self) -> None:
        """Cover what it stands around."""
        parent = self.parentWidget()
        if parent is not None:
            self.setGeometry(parent.rect())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the line just within the border."""
        del event
        painter = QPainter(self)
        pen = QPen(QColor(theme_of(self).focus), LINE)
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        painter.setPen(pen)
        away = LINE / 2
        painter.drawRect(QRectF(self.rect()).adjusted(away, away, -away, -away))
        painter.end()
