"""All channels of a layer as one grid, live: the heart of the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QHelpEvent, QImage, QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import QToolTip

from engine import colormaps
from gui.theme import theme_of
from gui.views.atlas_geometry import AtlasGeometry, HoverInfo
from gui.views.atlas_painting import NUMBERS_FROM_PX, AtlasMarks, compose_atlas
from gui.views.drawing import draw_marker_frame, draw_tag
from gui.views.image_tools import pack_lut
from gui.views.picture_view import PictureView
from gui.views.value_scale import format_value

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PySide6.QtWidgets import QWidget

    from engine.values import Activation
    from gui.views.viewport import Placement

__all__ = ["AtlasView", "HoverInfo"]

ASPECT_DELAY_MS = 150
NEIGHBOURS = 3
_MOVES = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
STRIDE_WITH_SHIFT = 3


class AtlasView(PictureView):
    """The grid of one activation, with a cursor on the chosen channel.

    Signals
    -------
    channel_chosen : int
        The person clicked a channel or moved the cursor to it.
    channel_hovered : HoverInfo or None
        The cell under the pointer; told again when its value changes.
    aspect_changed : float
        Width over height of the view, once it has rested: the proportions the grid should have.
    """

    channel_chosen = Signal(int)
    channel_hovered = Signal(object)
    aspect_changed = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._activation: Activation | None = None
        self._geometry: AtlasGeometry | None = None
        self._channel = 0
        self._zoom_step = 0
        self._hovered: HoverInfo | None = None
        self._marks = AtlasMarks()
        self._sequential = pack_lut(colormaps.lut(colormaps.DEFAULT))
        self._diverging = pack_lut(colormaps.lut(colormaps.DEFAULT_DIVERGING))
        self._aspect_timer = QTimer(self)
        self._aspect_timer.setSingleShot(True)
        self._aspect_timer.setInterval(ASPECT_DELAY_MS)
        self._aspect_timer.timeout.connect(self._tell_aspect)
        self._message = self.tr("Click a layer to see all its channels here")
        self.setAccessibleName(self.tr("Activation maps"))
        self.setAccessibleDescription(
            self.tr("All channels of the layer; arrows move the cursor, Z zooms")
        )

    # ------------------------------------------------------------------------------ for callers

    @property
    def activation(self) -> Activation | None:
        """What is shown."""
        return self._activation

    @property
    def channel(self) -> int:
        """The chosen channel; the last one where the layer has fewer."""
        return self._channel if self._geometry is None else min(self._channel, self._last())

    @property
    def wanted_channel(self) -> int:
        """The channel that was asked for, which the layer may not have."""
        return self._channel

    def show_activation(self, activation: Activation) -> None:
        """Show what a layer answered; cursor and zoom stay while it is the same layer."""
        before = self._activation
        geometry = AtlasGeometry(activation)
        self._activation, self._geometry = activation, geometry
        self._viewport.tile_width = geometry.width
        self._fit_to_widget()
        self._viewport.set_content(*geometry.size)
        is_other = (
            before is None or before.key != activation.key or before.shape != activation.shape
        )
        if is_other or before is None or before.columns != activation.columns:
            self._viewport.reset()
            self._follow_cursor()
        self._renew()
        if self._pointer is not None:
            self._hover_changed()

    def clear(self, message: str = "") -> None:
        """Show nothing, but a sentence that says what to do next."""
        self._activation = self._geometry = None
        self._zoom_step = 0
        if message:
            self._message = message
        self._moved()

    def set_luts(self, sequential: NDArray[np.uint8], diverging: NDArray[np.uint8]) -> None:
        """Take colour tables, (256, 3) uint8 each: for magnitudes and for signed values."""
        self._sequential, self._diverging = pack_lut(sequential), pack_lut(diverging)
        self._renew()

    def set_channel(self, channel: int) -> None:
        """Put the cursor on a channel, without telling anyone."""
        self._channel = max(0, channel)
        self._follow_cursor()
        self.update()

    def move_channel(self, dx: int, dy: int) -> None:
        """Move the cursor by places of the grid, as it stands, and tell who listens."""
        if self._geometry is not None:
            self._choose(self._geometry.moved(self.channel, dx, dy))

    def cycle_zoom(self) -> None:
        """Go on from the whole grid to the cursor's neighbours, to its tile, and back."""
        if self._geometry is None:
            return
        self._zoom_step = (self._zoom_step + 1) % 3
        if self._zoom_step == 0:
            self._viewport.reset()
        self._follow_cursor()
        self._moved()

    def reset_view(self) -> None:
        """Show the whole grid again."""
        self._zoom_step = 0
        super().reset_view()

    # --------------------------------------------------------------------------------- the rest

    def _last(self) -> int:
        return self._geometry.count - 1 if self._geometry is not None else 0

    def _choose(self, channel: int) -> None:
        if channel != self.channel or channel != self._channel:
            self.set_channel(channel)
            self.channel_chosen.emit(channel)

    def _follow_cursor(self) -> None:
        """Keep the cursor in view; in a stepped zoom, in the middle of it."""
        if self._geometry is None:
            return
        left, top, _, _ = self._geometry.tile(self._geometry.place_of(self.channel))
        width, height = self._geometry.width, self._geometry.height
        if self._zoom_step == 1:
            around = (NEIGHBOURS - 1) // 2
            x, y = left - around * width, top - around * height
            self._viewport.show_rect(x, y, NEIGHBOURS * width, NEIGHBOURS * height)
        elif self._zoom_step == 2:
            self._viewport.show_rect(left, top, width, height)
        elif self._viewport.is_zoomed:
            self._viewport.reveal(left, top, width, height)
        else:
            return
        self._renew()

    def _has_picture(self) -> bool:
        return self._activation is not None

    def _compose(self, place: Placement) -> tuple[QImage, int, int]:
        activation, geometry = self._activation, self._geometry
        assert activation is not None  # noqa: S101 - _has_picture was asked
        assert geometry is not None  # noqa: S101 - set together
        lut = self._diverging if activation.is_signed else self._sequential
        return compose_atlas(activation, geometry, place, lut, theme_of(self).canvas)

    def _paint_marks(self, painter: QPainter, place: Placement) -> None:
        activation, geometry = self._activation, self._geometry
        if activation is None or geometry is None:
            return
        theme, ratio = theme_of(self), self.devicePixelRatioF()
        marks = self._marks.image(activation, geometry, place, ratio, theme)
        if marks is not None:
            painter.drawImage(QPointF(0, 0), marks)
        if self._hovered is not None and self._hovered.channel != self.channel:
            draw_marker_frame(painter, self._tile_rect(self._hovered.channel), theme, 1.0)
        draw_marker_frame(painter, self._tile_rect(self.channel), theme)
        if self._hovered is not None:
            rect = self._tile_rect(self._hovered.channel)
            if min(rect.width(), rect.height()) < NUMBERS_FROM_PX:
                corner = QPointF(rect.right() + 4, rect.top() - 2)
                draw_tag(painter, corner, str(self._hovered.channel), theme, QRectF(self.rect()))

    def _tile_rect(self, channel: int) -> QRectF:
        """Return a tile's place, kept so far within the view that a frame around it is seen."""
        if self._geometry is None:
            return QRectF()
        rect = self._to_view(*self._geometry.tile(self._geometry.place_of(channel)))
        inner = QRectF(self.rect()).adjusted(3, 3, -3, -3)
        return rect & inner if rect.intersects(inner) else rect

    def _hover_changed(self) -> None:
        hovered = self._hover_info()
        if hovered != self._hovered:
            self._hovered = hovered
            self.channel_hovered.emit(hovered)
            self.update()

    def _hover_info(self) -> HoverInfo | None:
        point = self._pointed()
        if point is None or self._geometry is None or self._activation is None:
            return None
        hit = self._geometry.hit(*point)
        return None if hit is None else HoverInfo(*hit, float(self._activation.values[hit]))

    def _clicked(self, x: float, y: float) -> None:
        hit = self._geometry.hit(x, y) if self._geometry is not None else None
        if hit is not None:
            self._choose(hit[0])

    def _tooltip(self, channel: int) -> str:
        if self._activation is None:
            return ""
        stats = self._activation.stats
        numbers = (float(v[channel]) for v in (stats.minimum, stats.mean, stats.maximum))
        lines = [
            self.tr("Channel {0}").format(channel),
            self.tr("min {0}, mean {1}, max {2}").format(*map(format_value, numbers)),
            self.tr("zeros {0} %").format(f"{100 * float(stats.zeros[channel]):.0f}"),
        ]
        if stats.dead[channel]:
            lines.append(self.tr("Crossed out: 0 everywhere on each of the last frames (dead)"))
        return "\n".join(lines)

    @Slot()
    def _tell_aspect(self) -> None:
        self.aspect_changed.emit(self.width() / max(1, self.height()))

    # ----------------------------------------------------------------------------- Qt's overrides

    def event(self, event: QEvent) -> bool:
        """Answer the question for a tooltip with the channel's numbers."""
        if event.type() is QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            hovered = self._hover_info()
            text = self._tooltip(hovered.channel) if hovered is not None else ""
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Tell the new proportions when the size has rested."""
        super().resizeEvent(event)
        self._follow_cursor()
        self._aspect_timer.start()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the cursor (Shift: three places at once), or zoom."""
        key = Qt.Key(event.key())
        if key in _MOVES:
            is_far = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            stride = STRIDE_WITH_SHIFT if is_far else 1
            self.move_channel(_MOVES[key][0] * stride, _MOVES[key][1] * stride)
        elif key is Qt.Key.Key_Z:
            self.cycle_zoom()
        elif self._geometry is not None and key in {Qt.Key.Key_Home, Qt.Key.Key_End}:
            last = self._last() if key is Qt.Key.Key_End else 0
            self._choose(self._geometry.channel_at(last))
        else:
            super().keyPressEvent(event)


def _layout(activation: Activation) -> tuple[object, ...]:
    """Return what must stay the same for zoom and cursor to stay."""
    return activation.key, activation.values.shape, activation.columns
