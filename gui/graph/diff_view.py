"""A graph that is coloured by how it differs from another one."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
    QWheelEvent,
)

from engine.graph.palette import DIFF_SIGNS, THEMES
from engine.values.graph_diff import DiffKind, Side
from gui.graph.look import Palette
from gui.graph.painting import item_rect
from gui.graph.tints import Tint, mixed
from gui.graph.view import GraphView
from gui.theme import theme_of

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from engine.graph.diff_items import DiffIndex
    from gui.graph.scene import GraphScene
    from gui.theme import Theme

__all__ = ["DiffView", "diff_colour", "paint_sign"]

KINDS = tuple(DiffKind)
SIGN_FROM_PX = 12.0
"""From this height on, an item carries its mark."""


class DiffView(GraphView):
    """One of two graphs beside each other.

    Parameters
    ----------
    side
        Which of the two.

    Signals
    -------
    touched
        The person moves about in this one: the other follows.
    """

    touched = Signal()

    def __init__(self, side: Side, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.side = side
        self._index: DiffIndex | None = None
        # Both change at the same time, and are level at once.
        self.set_animated(is_animated=False)

    def set_index(self, index: DiffIndex | None) -> None:
        """Colour by this comparison from the next drawing on."""
        self._index = index

    def look_at(self, x: float, y: float, zoom: float) -> None:
        """Show a place of the scene in the middle, at a zoom."""
        self.camera.zoom = zoom
        self.go_to(x, y)

    def _palette(self, scene: GraphScene, theme: Theme) -> Palette:
        index = self._index
        if index is None:
            return super()._palette(scene, theme)
        kinds = [KINDS.index(index.item(self.side, it.item).kind) for it in scene.items]
        return Palette(_tints(theme), np.array(kinds, np.intp) + scene.is_box * len(KINDS))

    def _paint_over(self, painter: QPainter) -> None:
        super()._paint_over(painter)
        scene, index, camera = self._scene, self._index, self.camera
        if scene is None or index is None:
            return
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(-round(camera.left), -round(camera.top))
        for row in scene.index.touching(camera.seen).tolist():
            kind = index.item(self.side, scene.items[row].item).kind
            rect = item_rect(scene, row, camera.zoom)
            if kind is not DiffKind.SAME and rect.height() >= SIGN_FROM_PX:
                radius = min(max(7.0 * camera.zoom, 4.5), 9.0)
                paint_sign(painter, rect.topRight(), radius, kind, theme_of(self))
        painter.restore()

    def _tooltip(self, point: QPointF) -> str:
        text, item, index = super()._tooltip(point), self.item_at(point), self._index
        if item is None or index is None or not text:
            return text
        told = index.item(self.side, item)
        words = {
            DiffKind.SAME: self.tr("The same in both"),
            DiffKind.CHANGED: self.tr("Changed"),
            DiffKind.ONLY_HERE: self.tr("Only in this network"),
        }
        lines = [words[told.kind]]
        lines += [
            self.tr("{0}: here {1}, there {2}").format(what, here or "–", there or "–")
            for what, here, there in index.words(self.side, item)
        ]
        return "\n".join((*lines, "", text))

    # Qt's overrides.

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom; the other view follows."""
        self.touched.emit()
        super().wheelEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a click or a drag; the other view follows."""
        self.touched.emit()
        super().mousePressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for a menu; the other view follows what is chosen there."""
        self.touched.emit()
        super().contextMenuEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk; the other view follows."""
        self.touched.emit()
        super().keyPressEvent(event)


def diff_colour(kind: DiffKind, theme: Theme) -> str:
    """Return the full colour of what differs so, "#rrggbb"."""
    return THEMES[theme.name].diffs[kind]


def paint_sign(
    painter: QPainter, middle: QPointF, radius: float, kind: DiffKind, theme: Theme
) -> None:
    """Paint the mark of a difference: ≠ or + on a disc."""
    painter.setPen(QPen(QColor(theme.canvas), 1.5))
    painter.setBrush(QColor(diff_colour(kind, theme)))
    painter.drawEllipse(middle, radius, radius)
    painter.setPen(QPen(QColor(theme.canvas), max(radius / 4.2, 1.2), c=Qt.PenCapStyle.RoundCap))
    long, near = radius * 0.48, radius * 0.24
    strokes = {
        "≠": ((-long, -near, long, -near), (-long, near, long, near), (-near, long, near, -long)),
        "+": ((-long, 0.0, long, 0.0), (0.0, -long, 0.0, long)),
    }
    for x1, y1, x2, y2 in strokes.get(DIFF_SIGNS[kind], ()):
        painter.drawLine(middle + QPointF(x1, y1), middle + QPointF(x2, y2))


@functools.lru_cache(maxsize=8)
def _tints(theme: Theme) -> tuple[Tint, ...]:
    """Return the tints of operations in the order of `KINDS`, then those of closed boxes."""
    return tuple(_tint(kind, theme, is_box=is_box) for is_box in (False, True) for kind in KINDS)


def _tint(kind: DiffKind, theme: Theme, *, is_box: bool) -> Tint:
    colour, is_quiet = diff_colour(kind, theme), kind is DiffKind.SAME
    share = 0.12 if is_quiet else 0.22
    return Tint(
        fill=mixed(theme.raised, colour, share + (0.10 if is_box else 0.0)),
        border=mixed(theme.raised, colour, 0.45 if is_quiet else 0.75),
        strong=mixed(theme.canvas, colour, 0.45 if is_quiet else 0.85),
        text=QColor(theme.text),
        muted=mixed(theme.text_muted, theme.text, 0.35),
    )
