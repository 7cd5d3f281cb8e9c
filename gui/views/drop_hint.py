"""The sheet that says what is dragged over the window can be dropped."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from gui.theme import text_font, theme_of

__all__ = ["DropHint"]

MARGIN_PX = 12.0


class DropHint(QWidget):
    """Covers its window while something is dragged over it; the mouse goes through.

    Parameters
    ----------
    window
        What it covers: a window, or a panel that takes other things than the window does.
    text
        What can be dropped; "" = whatever the window opens.
    """

    def __init__(self, window: QWidget, text: str = "") -> None:
        super().__init__(window)
        self._text = text or self.tr("Drop a picture, a video, a folder, an address or a network")
        self._window = window
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()
        window.installEventFilter(self)

    def setVisible(self, is_visible: bool) -> None:  # noqa: N802  Qt's name
        """Cover the whole window before showing."""
        if is_visible:
            self.setGeometry(self._window.rect())
            self.raise_()
        super().setVisible(is_visible)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep the window's size."""
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self.setGeometry(self._window.rect())
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Dim the window and say what to do."""
        del event
        theme = theme_of(self)
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(theme.scrim))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(QColor(theme.accent), 2, Qt.PenStyle.DashLine)
        painter.setPen(pen)
        frame = QRectF(self.rect()).adjusted(MARGIN_PX, MARGIN_PX, -MARGIN_PX, -MARGIN_PX)
        painter.drawRoundedRect(frame, theme.radius, theme.radius)
        painter.setPen(QColor(theme.text))
        painter.setFont(text_font(theme, "large"))
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(frame, int(flags), self._text)
        painter.end()
