"""A label that shortens its text in place of being cut off, and shows all of it as a tooltip."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

__all__ = ["ElidedLabel"]


class ElidedLabel(QLabel):
    """One line of text that may be narrower than it wants to be.

    Parameters
    ----------
    text
        The whole text; `text()` always returns it whole.
    mode
        Where it is shortened: names of layers are told apart by their end, so their middle goes.
    """

    def __init__(
        self,
        text: str = "",
        mode: Qt.TextElideMode = Qt.TextElideMode.ElideMiddle,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._mode = mode
        self._own_tooltip = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setText(text)

    @property
    def shown_text(self) -> str:
        """What is seen: the text, shortened where it has to be."""
        width = self.contentsRect().width() - 2 * self.margin()
        return self.fontMetrics().elidedText(self.text(), self._mode, width)

    @property
    def is_elided(self) -> bool:
        """Whether something of the text is not seen."""
        return self.shown_text != self.text()

    # Qt's overrides.

    def setText(self, text: str) -> None:  # noqa: N802  Qt's name
        """Show `text`, shortened where it has to be."""
        super().setText(text)
        self.setAccessibleName(text)
        self._renew_tooltip()

    def setToolTip(self, text: str) -> None:  # noqa: N802  Qt's name
        """Show `text` when nothing is shortened; the whole text goes before it otherwise."""
        self._own_tooltip = text
        self._renew_tooltip()

    def _renew_tooltip(self) -> None:
        whole = self.text() if self.is_elided else ""
        super().setToolTip("\n".join(part for part in (whole, self._own_tooltip) if part))

    def minimumSizeHint(self) -> QSize:
        """Return the room of a few letters."""
        metrics = QFontMetrics(self.font())
        return QSize(metrics.averageCharWidth() * 4, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shorten anew."""
        super().resizeEvent(event)
        self._renew_tooltip()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the shortened text with the label's own colours and alignment."""
        painter = QPainter(self)
        rect = self.contentsRect().adjusted(self.margin(), 0, -self.margin(), 0)
        self.style().drawItemText(
            painter,
            rect,
            int(self.alignment()),
            self.palette(),
            self.isEnabled(),
            self.shown_text,
            self.foregroundRole(),
        )
