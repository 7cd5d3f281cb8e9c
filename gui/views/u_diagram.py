"""A U-Net as the letter it is named after: down the encoder, up the decoder, skips across."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPolygonF,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.theme import text_font, theme_of
from gui.views.drawing import translucent

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gui.theme import Theme

__all__ = ["UDiagram"]

_BOX_PX = 64
_ARROW_PX = 6.0
_HIT_PX = 16
_LEAST_HIGH = 200
_MOST_ROW_PX = 96


class UDiagram(QWidget):
    """Draws the steps of a U-Net; a click on a skip switches it.

    Signals
    -------
    skip_clicked : int
        The place of a skip, the coarsest first.
    """

    skip_clicked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._strides: tuple[int, ...] = (16, 8, 4)
        self._skips: tuple[bool, ...] = (True, True, True)
        self._lit: int | None = None
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self.setAccessibleName(self.tr("The U-Net and its skips"))
        self.setToolTip(self.tr("Click a skip to switch it"))

    def show_skips(self, strides: Sequence[int], skips: Sequence[bool]) -> None:
        """Show which skips there are, and which are on; the coarsest first."""
        self._strides, self._skips = tuple(strides), tuple(skips)
        text = ", ".join(
            self.tr("stride {0} {1}").format(stride, self.tr("on") if is_on else self.tr("off"))
            for stride, is_on in zip(strides, skips, strict=False)
        )
        self.setAccessibleDescription(text)
        self.update()

    # --------------------------------------------------------------------------------- geometry

    def _row(self, place: int) -> float:
        """Return the height of a step's middle: the finest on top, the bridge at the bottom."""
        rows = len(self._strides) + 1
        high = min(_MOST_ROW_PX, (self.height() - 24) / rows)
        return 24 + high * (rows - 1 - place - 0.5 if place >= 0 else rows - 0.5)

    def _boxes(self, place: int) -> tuple[QRectF, QRectF]:
        """Return encoder's and decoder's box of a step; it is narrower the coarser it is."""
        rows = len(self._strides) + 1
        high = min(_MOST_ROW_PX, (self.height() - 24) / rows) * 0.46
        wide = _BOX_PX * (0.62 + 0.38 * (place + 1) / rows)
        y = self._row(place)
        left = QRectF(8 + (_BOX_PX - wide) / 2, y - high / 2, wide, high)
        right = QRectF(self.width() - 8 - _BOX_PX + (_BOX_PX - wide) / 2, y - high / 2, wide, high)
        return left, right

    def _skip_at(self, point: QPointF) -> int | None:
        for place in range(len(self._strides)):
            left, right = self._boxes(place)
            spot = QRectF(
                left.right(), self._row(place) - _HIT_PX, right.left() - left.right(), 2 * _HIT_PX
            )
            if spot.contains(point):
                return place
        return None

    # --------------------------------------------------------------------------------- painting

    def _paint_box(self, painter: QPainter, box: QRectF, text: str, theme: Theme) -> None:
        painter.setPen(QPen(QColor(theme.border_strong), 1.0))
        painter.setBrush(QColor(theme.raised))
        painter.drawRoundedRect(box, theme.radius_small, theme.radius_small)
        painter.setPen(QColor(theme.text))
        painter.setFont(text_font(theme, "small"))
        painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), text)

    def _paint_arrow(self, painter: QPainter, start: QPointF, end: QPointF, pen: QPen) -> None:
        painter.setPen(pen)
        painter.drawLine(start, end)
        along = end - start
        length = max(1e-6, (along.x() ** 2 + along.y() ** 2) ** 0.5)
        unit = along / length
        normal = QPointF(-unit.y(), unit.x())
        tip = [
            end,
            end - unit * _ARROW_PX + normal * _ARROW_PX / 2,
            end - unit * _ARROW_PX - normal * _ARROW_PX / 2,
        ]
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(pen.color())
        painter.drawPolygon(QPolygonF(tip))

    def _paint_skip(self, painter: QPainter, place: int, theme: Theme) -> None:
        left, right = self._boxes(place)
        is_on = place < len(self._skips) and self._skips[place]
        y = self._row(place)
        if self._lit == place:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(translucent(theme.accent, 40))
            spot = QRectF(left.right() + 2, y - 12, right.left() - left.right() - 4, 24)
            painter.drawRoundedRect(spot, theme.radius_small, theme.radius_small)
        pen = QPen(QColor(theme.accent if is_on else theme.text_faint), 2.0 if is_on else 1.0)
        if not is_on:
            pen.setStyle(Qt.PenStyle.DashLine)
        start, end = QPointF(left.right() + 4, y), QPointF(right.left() - 4, y)
        self._paint_arrow(painter, start, end, pen)
        painter.setFont(text_font(theme, "small"))
        painter.setPen(QColor(theme.text if is_on else theme.text_muted))
        text = self.tr("skip") if is_on else self.tr("off")
        metrics = QFontMetricsF(painter.font())
        middle = (start.x() + end.x()) / 2
        below = QPointF(middle - metrics.horizontalAdvance(text) / 2, y - 5)
        painter.drawText(below, text)

    def _paint_titles(self, painter: QPainter, theme: Theme) -> None:
        painter.setFont(text_font(theme, "small"))
        painter.setPen(QColor(theme.text_muted))
        for x, text in (
            (0, self.tr("encoder")),
            (self.width() - 16 - _BOX_PX, self.tr("decoder")),
        ):
            spot = QRectF(x, 0, _BOX_PX + 16, 18)
            painter.drawText(spot, int(Qt.AlignmentFlag.AlignCenter), text)

    # ----------------------------------------------------------------------------- Qt's overrides

    def sizeHint(self) -> QSize:
        """Return the room of a legible U."""
        return QSize(216, 320)

    def minimumSizeHint(self) -> QSize:
        """Return the least legible size."""
        return QSize(216, _LEAST_HIGH)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it."""
        del event
        theme = theme_of(self)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_titles(painter, theme)
        plain = QPen(QColor(theme.axis), 1.25)
        places = range(len(self._strides) - 1, -2, -1)  # the finest first, the bridge (-1) last
        for place in places:
            stride = self._strides[place] if place >= 0 else 2 * self._strides[0]
            left, right = self._boxes(place)
            self._paint_box(painter, left, f"1/{stride}", theme)
            self._paint_box(painter, right, f"1/{stride}", theme)
            if place >= 0:
                below_left, below_right = self._boxes(place - 1)
                down = QPointF(left.center().x(), left.bottom() + 2)
                self._paint_arrow(painter, down, QPointF(down.x(), below_left.top() - 2), plain)
                up = QPointF(right.center().x(), below_right.top() - 2)
                self._paint_arrow(painter, up, QPointF(up.x(), right.bottom() + 2), plain)
                self._paint_skip(painter, place, theme)
            else:
                start = QPointF(left.right() + 4, left.center().y())
                end = QPointF(right.left() - 4, left.center().y())
                self._paint_arrow(painter, start, end, plain)
        painter.end()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Light the skip under the pointer."""
        lit = self._skip_at(event.position())
        if lit != self._lit:
            self._lit = lit
            self.setCursor(
                Qt.CursorShape.ArrowCursor if lit is None else Qt.CursorShape.PointingHandCursor
            )
            self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Switch the skip under the pointer."""
        place = self._skip_at(event.position())
        if place is not None:
            self.skip_clicked.emit(place)
