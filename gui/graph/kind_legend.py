"""Which colour stands for which kind of operation."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from engine.graph.palette import KIND_TITLES
from engine.values import OpKind
from gui.graph.scene import KINDS
from gui.graph.tints import kind_colour
from gui.theme import text_font, theme_of

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["KindLegend"]

CHIP = 9.0
MOST_LINES = 2


class KindLegend(QWidget):
    """A flow of coloured chips with their names, one or two lines of it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._kinds: tuple[OpKind, ...] = ()
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName(self.tr("Colours of the kinds of operations"))

    def show_kinds(self, kinds: Iterable[OpKind]) -> None:
        """Name these kinds, in the usual order."""
        there = set(kinds) - {OpKind.INPUT, OpKind.OUTPUT}  # Their names say it.
        kept = tuple(kind for kind in KINDS if kind in there)
        if kept != self._kinds:
            self._kinds = kept
            self.setToolTip(", ".join(KIND_TITLES[kind] for kind in kept))
            self.updateGeometry()
            self.update()

    def _places(self, width: float) -> list[tuple[OpKind, QRectF]]:
        """Return where each chip with its name stands, as far as there is room."""
        metrics = QFontMetricsF(text_font(theme_of(self), "small"))
        line = metrics.height() + 2
        x = y = 0.0
        places = []
        for kind in self._kinds:
            wide = CHIP + 4 + metrics.horizontalAdvance(KIND_TITLES[kind]) + 10
            if x and x + wide - 10 > width:
                x, y = 0.0, y + line
            if y >= MOST_LINES * line:
                break
            places.append((kind, QRectF(x, y, wide, line)))
            x += wide
        return places

    # Qt's overrides.

    def hasHeightForWidth(self) -> bool:
        """Return that a narrow one is higher."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height of the lines that are needed."""
        places = self._places(width)
        return round(places[-1][1].bottom()) if places else 0

    def sizeHint(self) -> QSize:
        """Return a line's height."""
        return QSize(200, self.heightForWidth(max(self.width(), 200)))

    def minimumSizeHint(self) -> QSize:
        """Return next to nothing: it may be cut."""
        return QSize(40, self.heightForWidth(max(self.width(), 40)))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the chips and the names."""
        del event
        theme = theme_of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(text_font(theme, "small"))
        for kind, place in self._places(self.width()):
            chip = QRectF(place.left(), place.center().y() - CHIP / 2, CHIP, CHIP)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(kind_colour(kind, theme)))
            painter.drawRoundedRect(chip, 2, 2)
            painter.setPen(QColor(theme.text_muted))
            words = place.adjusted(CHIP + 4, 0, 0, 0)
            painter.drawText(words, int(Qt.AlignmentFlag.AlignVCenter), KIND_TITLES[kind])
        painter.end()
