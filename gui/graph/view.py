"""The graph as one can touch it: choose, open, walk along the edges, see it live."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QHelpEvent, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QToolTip, QWidget

from gui.graph.keys import claims, do_key
from gui.graph.legend import paint_legend
from gui.graph.live import thumbnail_image
from gui.graph.navigator import GraphNavigator
from gui.graph.scene import build_scene, is_openable
from gui.graph.states import StateCard
from gui.graph.walk import Way, step
from gui.graph.words import frame_tooltip, item_tooltip
from gui.theme import theme_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray
    from PySide6.QtGui import QResizeEvent

    from engine.values import GraphItem, GraphLayout, LayerKey, NetworkGraph
    from gui.graph.camera import Rect
    from gui.graph.look import Measure, Share

__all__ = ["GraphView"]


class GraphView(GraphNavigator):
    """A drawing of a network's graph.

    Signals
    -------
    item_clicked : GraphItem
        The person chose an item (click, Enter).
    item_added : GraphItem
        The same with Ctrl: beside what is shown.
    toggle_wanted : str
        Open or close this: "b" and the path of a box, or the id of a folded run.
    menu_wanted : GraphItem or None, QPoint
        A menu is asked for, at a place of the screen.
    highlight_cleared
        The person wants nothing dimmed any more (Esc).
    cancelled, retried
        From the card that says that a drawing is made, or could not be made.
    """

    item_clicked = Signal(object)
    item_added = Signal(object)
    toggle_wanted = Signal(str)
    menu_wanted = Signal(object, object)
    highlight_cleared = Signal()
    cancelled = Signal()
    retried = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._card = StateCard(self)
        self._card.cancelled.connect(self.cancelled)
        self._card.retried.connect(self.retried)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Graph of the network"))
        self.setAccessibleDescription(
            self.tr("Arrows walk along the edges, Enter shows the maps, + and - open and close")
        )

    # ----------------------------------------------------------------------- what is drawn, states

    def show_layout(self, layout: GraphLayout, graph: NetworkGraph | None = None) -> None:
        """Draw a layout; for large ones call `build_scene` in another thread."""
        self.show_scene(build_scene(layout, graph))

    def show_busy(self, text: str) -> None:
        """Say that a drawing is made ("Laying out 4,006 operations"); the old one stays."""
        self._card.show_busy(text)

    def show_error(self, text: str) -> None:
        """Say what went wrong; the old drawing stays."""
        self._card.show_error(text)

    def show_ready(self) -> None:
        """Take away what `show_busy` and `show_error` said."""
        self._card.clear()

    @property
    def state_text(self) -> str:
        """What the card over the drawing says; empty = it is not shown."""
        return self._card.text if self._card.isVisibleTo(self) else ""

    # --------------------------------------------------------------------------------------- marks

    def set_current(self, key: LayerKey | None, *, reveal: bool = False) -> None:
        """Mark the layer whose maps are shown; with `reveal`, bring it into view."""
        self.marks.current = key
        if reveal and key is not None:
            self.reveal(key)
        self.update()

    def set_watched(self, keys: Iterable[LayerKey]) -> None:
        """Mark the layers that have a tab."""
        self.marks.watched = frozenset(keys)
        self.update()

    def set_highlight(self, nodes: Iterable[int] | None) -> None:
        """Dim everything but the items of these operations; None = dim nothing."""
        if self._scene is None:
            return
        self._highlight = None
        if nodes is not None:
            self._highlight = np.zeros(len(self._scene.items), np.bool_)
            self._highlight[self._scene.rows_of_nodes(nodes)] = True
        self._relook()

    def clear_highlight(self) -> None:
        """Dim nothing any more, and say so."""
        self.set_highlight(None)
        self.highlight_cleared.emit()

    @property
    def has_highlight(self) -> bool:
        """Whether something is dimmed."""
        return self._highlight is not None

    def set_hits(self, ids: Iterable[str], current: str | None = None) -> None:
        """Mark the items that were found, and the one that is stepped to."""
        self.marks.hits, self.marks.hit = frozenset(ids), current
        self.update()

    def select(self, id_: str | None) -> None:
        """Let keys mean this item, and bring it into view."""
        self.marks.selected = id_
        if id_ is not None:
            self.reveal_item(id_)
        self.update()

    # ---------------------------------------------------------------------------------------- live

    @property
    def measure(self) -> Measure | None:
        """What the items are coloured by; None = by kind."""
        return self._measure

    def set_measure(self, measure: Measure | None) -> None:
        """Colour the items by a measure, with a colour bar; None = by kind."""
        if measure is not None or self._measure is not None:
            self._measure = measure
            self._relook()

    def set_thumbnails(self, pictures: Mapping[str, NDArray[np.uint8]]) -> None:
        """Put a small picture on items.

        Parameters
        ----------
        pictures : mapping from item id to ndarray, (h, w) or (h, w, 3), uint8
            Grey or RGB. An empty mapping takes them away.
        """
        before = frozenset(self._images)
        self._images = {id_: thumbnail_image(picture) for id_, picture in pictures.items()}
        if frozenset(self._images) != before:  # text makes or takes room
            self._relook()
        self.update()

    def set_shares(self, shares: Mapping[str, tuple[Share, ...]]) -> None:
        """Show at sums how much comes by each branch.

        Parameters
        ----------
        shares
            By the sum's item id: ids of the items it adds up, each with its share in 0..1.
        """
        self._shares = dict(shares)
        self.update()

    # ---------------------------------------------------------------------------------------- keys

    def selected_item(self) -> GraphItem | None:
        """Return the item that keys mean."""
        return self._scene.item(self.marks.selected or "") if self._scene is not None else None

    def current_item(self) -> GraphItem | None:
        """Return the item of the layer whose maps are shown, or the closed box it is in."""
        scene, key = self._scene, self.marks.current
        row = scene.row_of_key(key) if scene is not None and key is not None else None
        return scene.items[row].item if scene is not None and row is not None else None

    def choose_selection(self, *, is_extra: bool = False) -> None:
        """Do as if the selected item had been clicked."""
        item = self.selected_item()
        if item is not None:
            self._choose(item, is_extra=is_extra)

    def open_selection(self) -> None:
        """Open the selected box or run."""
        item = self.selected_item()
        if item is not None and is_openable(item):
            self.toggle_wanted.emit(item.id)

    def close_selection(self) -> None:
        """Close the box that the selected item stands in."""
        item = self.selected_item()
        if item is not None and item.scope:
            self.toggle_wanted.emit(f"b{item.scope}")

    def walk(self, way: Way) -> None:
        """Move the selection along an edge, or to what stands beside."""
        scene = self._scene
        if scene is None or not scene.items:
            return
        selected = self.marks.selected
        if selected is None or selected not in scene.row_of:
            self.select(self._first_selected())
            return
        goal = step(scene, selected, way)
        if goal is not None:
            self.select(goal)

    def _first_selected(self) -> str | None:
        """Return where walking begins: the current layer, or what is in the middle."""
        scene = self._scene
        if scene is None:
            return None
        key = self.marks.current
        row = scene.row_of_key(key) if key is not None else None
        if row is None:
            left, top, right, bottom = self.camera.seen
            row = scene.index.nearest((left + right) / 2, (top + bottom) / 2)
        return scene.items[row].item.id if row is not None else None

    def _choose(self, item: GraphItem, *, is_extra: bool) -> None:
        self.marks.selected = item.id
        self.update()
        (self.item_added if is_extra else self.item_clicked).emit(item)

    def _place_of(self, rect: Rect) -> QPoint:
        """Return the pixel in the middle of a part of the scene, within the view."""
        x, y = self.camera.to_view((rect[0] + rect[2]) / 2, (rect[1] + rect[3]) / 2)
        return QPoint(
            round(min(max(x, 0), self.width() - 1)), round(min(max(y, 0), self.height() - 1))
        )

    def _clicked(self, point: QPointF, *, is_extra: bool) -> None:
        item = self.item_at(point)
        if item is not None:
            self._choose(item, is_extra=is_extra)
        else:
            self.marks.selected = None
            self.update()

    def _tooltip(self, point: QPointF) -> str:
        scene, item = self._scene, self.item_at(point)
        if scene is None or self.is_moving:
            return ""
        if item is not None:
            text = item_tooltip(scene, item)
            value = self._measure.values.get(item.id) if self._measure is not None else None
            if value is not None and self._measure is not None:
                text += f"\n{self._measure.label}: {value:.4g}"
            return text
        path = self.frame_at(point)
        return frame_tooltip(scene.frames[scene.frame_of[path]]) if path is not None else ""

    def _paint_over(self, painter: QPainter) -> None:
        if self._measure is not None and self._scene is not None:
            paint_legend(painter, QRectF(self.rect()), self._measure, theme_of(self))

    # ----------------------------------------------------------------------------- Qt's overrides

    def event(self, event: QEvent) -> bool:
        """Claim the view's own keys, and answer the question for a tooltip."""
        kind = event.type()
        if kind == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            if claims(self, event):
                event.accept()
                return True
        elif kind == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self._tooltip(QPointF(event.pos())), self)
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Walk, open, close, fit, choose."""
        if not do_key(self, event):
            super().keyPressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Open a closed box or run, or close the box whose name is clicked."""
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        item = self.item_at(event.position())
        path = self.frame_at(event.position()) if item is None else None
        if item is not None and is_openable(item):
            self.toggle_wanted.emit(item.id)
        elif path is not None:
            self.toggle_wanted.emit(f"b{path}")

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Ask for the menu of what is under the pointer, or of what keys mean."""
        if self._scene is None:
            super().contextMenuEvent(event)
            return
        item, place = self.item_at(QPointF(event.pos())), event.globalPos()
        if event.reason() is QContextMenuEvent.Reason.Keyboard:
            item, rect = self.selected_item(), self._selected_rect()
            seen = self.rect().center() if rect is None else self._place_of(rect)
            place = self.mapToGlobal(seen)
        self.menu_wanted.emit(item, place)
        event.accept()

    def leaveEvent(self, event: QEvent) -> None:
        """Nothing is under the pointer any more."""
        super().leaveEvent(event)
        self.marks.hovered = None
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the card with the state at the bottom."""
        super().resizeEvent(event)
        if self._card.isVisible():
            self._card.place()
