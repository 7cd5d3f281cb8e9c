"""One picture of a set, large: its mask, and what a person says of it by clicks and boxes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QApplication

from gui.segment.tools import Tool
from gui.theme import theme_of
from gui.views.coseg_seeds import draw_box, draw_cross, draw_sign
from gui.views.mask_edit_view import MaskEditView

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from numpy.typing import NDArray
    from PySide6.QtWidgets import QWidget

    from engine.values import CosegSeed
    from gui.views.viewport import Placement

__all__ = ["CosegView"]

KEY_STEPS = 32
"""The keyboard's mark goes over the longer side in so many steps."""
_WAYS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class CosegView(MaskEditView):
    """Shows a picture with its mask and seeds.

    A click says "this", with Alt or the right button "not this"; a drag says it of a box. Shift
    and arrows move a mark, the space bar puts a seed there, with Shift one that says "not this".
    Plain arrows go to other pictures; the middle button moves the picture.

    Signals
    -------
    said : QRectF, bool
        Which part of the picture, in its pixels (empty = one place), is the object, or is not.
    step_wanted : int
        Go to the next picture (1) or the one before (-1); by rows: 2 and -2.
    """

    said = Signal(QRectF, bool)
    step_wanted = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._seeds: tuple[CosegSeed, ...] = ()
        self._lit_seed = -1
        self._is_steering = False
        self._begun_at: QPointF | None = None
        self._drawn_to: QPointF | None = None
        self._is_object = True
        self._mark: tuple[float, float] | None = None
        self._message = self.tr("Choose a picture on the left to see it large")
        self.setAccessibleName(self.tr("Picture of the set"))
        self.setAccessibleDescription(
            self.tr(
                "Click what is the object, with Alt or the right button what is not; drag a box"
            )
        )

    # -------------------------------------------------------------------------------- for callers

    @property
    def image(self) -> NDArray[np.uint8] | None:
        """The pixels that are shown, (H, W, 3) uint8 RGB."""
        return self._image

    def set_steering(self, *, is_steering: bool) -> None:
        """Let clicks say what is the object, or not."""
        self._is_steering = is_steering
        self._begun_at = self._drawn_to = None
        self.update()

    def set_seeds(self, seeds: Sequence[CosegSeed]) -> None:
        """Draw these."""
        self._seeds = tuple(seeds)
        self._lit_seed = -1
        self.update()

    def light_seed(self, number: int) -> None:
        """Show which seed is chosen in the list; -1 = none."""
        self._lit_seed = number
        self.update()

    def forget_mark(self) -> None:
        """Take the keyboard's mark away: another picture is shown."""
        self._mark = None

    # ------------------------------------------------------------------------------------ drawing

    def _paint_marks(self, painter: QPainter, place: Placement) -> None:
        super()._paint_marks(painter, place)
        theme = theme_of(self)
        for number, seed in enumerate(self._seeds):
            rect = self._to_view(
                seed.columns.start, seed.rows.start, seed.columns.stop, seed.rows.stop
            )
            is_point = seed.columns.stop - seed.columns.start == 1
            if not is_point or seed.rows.stop - seed.rows.start != 1:
                draw_box(painter, rect, theme, is_object=seed.is_object)
            spot = rect.center() if is_point else rect.topLeft()
            is_lit = number == self._lit_seed
            draw_sign(painter, spot, theme, is_object=seed.is_object, is_lit=is_lit)
        if self._begun_at is not None and self._drawn_to is not None:
            rect = QRectF(self._begun_at, self._drawn_to).normalized()
            draw_box(painter, rect, theme, is_object=self._is_object)
        if self._mark is not None and self.hasFocus():
            draw_cross(painter, self._to_view(*self._mark, *self._mark).topLeft(), theme)

    def _paint_pointed(self, painter: QPainter, room: QRectF) -> None:
        if not self._is_steering:
            super()._paint_pointed(painter, room)

    # ----------------------------------------------------------------------------------- steering

    def _is_saying(self, event: QMouseEvent) -> bool:
        """Whether a press begins a seed."""
        is_button = event.button() in {Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton}
        is_free = self._is_steering and self._tool is Tool.SELECT and self._has_picture()
        return is_button and is_free and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier

    def _say(self, begun: QPointF, ended: QPointF) -> None:
        is_box = (ended - begun).manhattanLength() >= QApplication.startDragDistance()
        first, last = self._to_picture(begun), self._to_picture(ended)
        rect = QRectF(QPointF(*first), QPointF(*last)).normalized() if is_box else QRectF()
        if not is_box:
            rect = QRectF(*first, 0, 0)
        self.said.emit(rect, self._is_object)

    def _move_mark(self, way: tuple[int, int]) -> None:
        assert self._image is not None  # noqa: S101 - asked before
        height, width = self._image.shape[:2]
        step = max(height, width) / KEY_STEPS
        x, y = self._mark or (width / 2, height / 2)
        if self._mark is not None:
            x, y = x + way[0] * step, y + way[1] * step
        self._mark = (min(max(x, 0.5), width - 0.5), min(max(y, 0.5), height - 0.5))
        self.update()

    def _take_key(self, event: QKeyEvent) -> bool:
        """Do what a key says; False = it means nothing here."""
        is_shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        way = _WAYS.get(Qt.Key(event.key()))
        if way is not None and is_shift and self._is_steering and self._has_picture():
            self._move_mark(way)
        elif way is not None and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            self.step_wanted.emit(way[0] + 2 * way[1])
        elif event.key() == Qt.Key.Key_Space and self._is_steering and self._mark is not None:
            self.said.emit(QRectF(*self._mark, 0, 0), not is_shift)
        else:
            return False
        return True

    # ----------------------------------------------------------------------------- Qt's overrides

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a seed, a stroke of a tool, or a move of the picture."""
        if self._is_saying(event):
            self._is_object = event.button() is Qt.MouseButton.LeftButton and not (
                event.modifiers() & Qt.KeyboardModifier.AltModifier
            )
            self._begun_at = event.position()
            self.setFocus(Qt.FocusReason.MouseFocusReason)
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Draw the box of a seed, or do what else was begun."""
        if self._begun_at is None:
            super().mouseMoveEvent(event)
            return
        way = event.position() - self._begun_at
        if self._drawn_to or way.manhattanLength() >= QApplication.startDragDistance():
            self._drawn_to = event.position()
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End a seed, or what else was begun."""
        if self._begun_at is None:
            super().mouseReleaseEvent(event)
            return
        begun, self._begun_at, self._drawn_to = self._begun_at, None, None
        self.update()
        self._say(begun, event.position())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Take the second click for a click while clicks say something."""
        if self._is_saying(event):
            self.mousePressEvent(event)
        else:
            super().mouseDoubleClickEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Show no menu: here the right button says "not this"."""
        if self._is_steering:
            event.accept()
        else:
            super().contextMenuEvent(event)

    def event(self, event: QEvent) -> bool:
        """Claim the arrows and the space bar."""
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            is_arrow = Qt.Key(event.key()) in _WAYS
            is_plain = not event.modifiers() & (
                Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
            )
            if is_plain and (is_arrow or event.key() == Qt.Key.Key_Space):
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Step, move the mark, or say something of its place."""
        if self._take_key(event):
            event.accept()
        else:
            super().keyPressEvent(event)
