"""The widget that a drawing is painted on: squares, what changes over them, and the way between."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, QTimer, QVariantAnimation, Signal, Slot
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.graph.anchoring import follow
from gui.graph.camera import Camera
from gui.graph.live import paint_shares, paint_thumbnails
from gui.graph.look import Look, Measure, palette_of
from gui.graph.marks import Marks, paint_marks
from gui.graph.painting import GraphPainter
from gui.graph.tiles import BUDGET_MS, TileCache
from gui.graph.transition import DURATION_MS, Stage, Transition
from gui.theme import theme_of
from gui.views.drawing import draw_message

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import numpy as np
    from numpy.typing import NDArray

    from gui.graph.look import Palette, Share
    from gui.graph.scene import GraphScene
    from gui.theme import Theme

__all__ = ["GraphCanvas"]

PREPARE_MS = 5.0
REST_MS = 10
IDLE_MS = 40
MOST_IMAGE_PX = 16_000
"""Longest side of a picture of the whole drawing."""


class GraphCanvas(QWidget):
    """Paints a scene as its camera sees it.

    Signals
    -------
    camera_moved
        Another part is seen, or at another zoom.
    scene_changed
        Another drawing is shown, or it looks otherwise.
    """

    camera_moved = Signal()
    scene_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.camera = Camera()
        self.marks = Marks()
        self._scene: GraphScene | None = None
        self._measure: Measure | None = None
        self._highlight: NDArray[np.bool_] | None = None
        self._images: dict[str, QImage] = {}
        self._shares: Mapping[str, tuple[Share, ...]] = {}
        self._look: Look | None = None
        self._message = self.tr("The network's graph appears here")
        self._painter = GraphPainter()
        self._tiles = TileCache(self._render)
        self._transition: Transition | None = None
        self._is_animated = True
        self._is_settled = True
        self._needs_begin = False
        self._motion = QVariantAnimation(self)
        self._motion.setStartValue(0.0)
        self._motion.setEndValue(1.0)
        self._motion.setDuration(DURATION_MS)
        self._motion.valueChanged.connect(self.update)
        self._motion.finished.connect(self._arrive)
        # While the view moves, each frame paints what it has time for; the rest waits for a rest.
        self._unfinished = self._timer(REST_MS, self.update)
        self._idle = self._timer(IDLE_MS, self._prepare)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    # -------------------------------------------------------------------------------- for callers

    @property
    def scene(self) -> GraphScene | None:
        """What is drawn; None = nothing yet."""
        return self._scene

    @property
    def is_moving(self) -> bool:
        """Whether a change is being shown."""
        return self._transition is not None

    @property
    def is_settled(self) -> bool:
        """Whether the last painting was complete; what lacked time comes with the next ones."""
        return self._is_settled

    def set_animated(self, is_animated: bool) -> None:
        """Show changes as motion, or at once."""
        self._is_animated = is_animated

    def show_scene(self, scene: GraphScene, anchor: str | None = None) -> None:
        """Draw another scene.

        Parameters
        ----------
        scene
            Made by `build_scene`, in whatever thread.
        anchor
            Id of the item that was opened or path of the box that was closed: it stays where it
            is in the view. None = what is in the middle does.
        """
        before, old_look = self._scene, self.look() if self._scene is not None else None
        self._scene, self._look = scene, None
        self._highlight = None
        old_camera = self.camera
        if before is None or not _is_same_network(before, scene):
            self._begin(scene)
        else:
            self.camera = follow(before, scene, old_camera, anchor)
            if old_look is not None and self._is_animated and self.isVisible():
                start = Stage(before, old_look, old_camera)
                self._start(Transition(start, Stage(scene, self.look(), self.camera)))
        self._tiles.clear()
        self.scene_changed.emit()
        self._moved()

    def clear(self, message: str = "") -> None:
        """Draw nothing, but a sentence that says what to do next."""
        self._scene = self._look = self._highlight = None
        self._stop()
        if message:
            self._message = message
        self._tiles.clear()
        self.scene_changed.emit()
        self.update()

    def to_image(self, scale: float = 1.0) -> QImage:
        """Return a picture of the whole drawing.

        Parameters
        ----------
        scale
            Pixels in a unit of the scene; less where the picture would be too large.
        """
        if self._scene is None:
            return QImage()
        longest = max(self._scene.width, self._scene.height, 1.0)
        scale = min(scale, MOST_IMAGE_PX / longest)
        size = QSize(
            max(round(self._scene.width * scale), 1), max(round(self._scene.height * scale), 1)
        )
        image = QImage(size, QImage.Format.Format_RGB32)
        image.fill(QColor(theme_of(self).canvas))
        painter = QPainter(image)
        self._render(painter, scale, QRectF(0, 0, size.width(), size.height()))
        whole = self.camera.copy()
        whole.zoom, whole.left, whole.top = scale, 0.0, 0.0
        whole.width, whole.height = float(size.width()), float(size.height())
        self._paint_live(painter, self._scene, whole)
        painter.end()
        return image

    def overview(self) -> tuple[QPixmap, float] | None:
        """Return a small picture of the whole, and its pixels in a unit of the scene."""
        if self._scene is None:
            return None
        return self._tiles.overview(self.camera, QColor(theme_of(self).canvas))

    def look(self) -> Look:
        """Return how the scene looks now."""
        if self._look is None:
            assert self._scene is not None  # noqa: S101 - asked for while one is shown
            theme = theme_of(self)
            self._look = Look(
                theme,
                self._palette(self._scene, theme),
                self._highlight,
                None if self._highlight is None else self._scene.paths_between(self._highlight),
                frozenset(self._images),
            )
        return self._look

    # ----------------------------------------------------------------------------- for subclasses

    def _palette(self, scene: GraphScene, theme: Theme) -> Palette:
        """Return the colours of the items."""
        return palette_of(scene, theme, self._measure)

    def _relook(self) -> None:
        """Something about how items look has changed: paint again, as time allows."""
        self._look = None
        self._tiles.outdate()
        self.update()

    def _moved(self) -> None:
        """Tell that the camera has moved, and paint."""
        self.camera_moved.emit()
        self.update()

    def _begin(self, scene: GraphScene) -> None:
        """Look at the beginning of a new drawing."""
        self._stop()
        self.camera.scene_width, self.camera.scene_height = scene.width, scene.height
        self.camera.resize(self.width(), self.height())
        self._look_at_beginning(scene)
        # Before the first showing the size is not the final one.
        self._needs_begin = not self.isVisible()

    def _look_at_beginning(self, scene: GraphScene) -> None:
        is_down = scene.layout.direction == "down"
        rects = scene.index.rects
        first = scene.rect(int(rects[:, 1 if is_down else 0].argmin())) if len(rects) else None
        self.camera.begin(is_down=is_down, first=first)

    def _timer(self, interval_ms: int, slot: Callable[[], object]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(interval_ms)
        timer.timeout.connect(slot)
        return timer

    def _start(self, transition: Transition) -> None:
        self._stop()
        if transition.is_worth_it:
            self._transition = transition
            self._motion.start()

    def _stop(self) -> None:
        self._transition = None
        self._motion.stop()

    @Slot()
    def _arrive(self) -> None:
        self._transition = None
        self.update()

    @Slot()
    def _prepare(self) -> None:
        """Paint what may be needed next while nothing else is to be done."""
        if self._scene is None or self.is_moving or not self.isVisible():
            return
        ground = QColor(theme_of(self).canvas)
        if not self._tiles.prepare(self.camera, ground, PREPARE_MS):
            self._idle.start()

    def _render(self, painter: QPainter, zoom: float, area: QRectF) -> None:
        if self._scene is not None:
            self._painter.ratio = self.devicePixelRatioF()
            self._painter.paint(painter, self._scene, self.look(), zoom, area)

    def _paint_live(self, painter: QPainter, scene: GraphScene, camera: Camera) -> None:
        theme = theme_of(self)
        paint_shares(painter, scene, self._shares, camera, theme)
        paint_thumbnails(painter, scene, self._images, camera, theme)

    def _paint_over(self, painter: QPainter) -> None:
        """Paint what stands over the drawing, such as a legend."""

    # ----------------------------------------------------------------------------- Qt's overrides

    def sizeHint(self) -> QSize:
        """Return a size at which a graph can be read."""
        return QSize(320, 400)

    def minimumSizeHint(self) -> QSize:
        """Return the least useful size."""
        return QSize(96, 96)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the squares, then what changes over them."""
        del event
        theme = theme_of(self)
        ground = QColor(theme.canvas)
        painter = QPainter(self)
        if self._scene is None:
            painter.fillRect(self.rect(), ground)
            draw_message(painter, QRectF(self.rect()), self._message, theme)
        elif self._transition is not None:
            time = float(self._motion.currentValue())
            self._transition.paint(painter, time, ground)
        else:
            ratio = self.devicePixelRatioF()
            is_done = self._tiles.paint(painter, self.camera, ratio, ground, BUDGET_MS)
            self._paint_live(painter, self._scene, self.camera)
            paint_marks(painter, self._scene, self.marks, self.camera, theme)
            self._is_settled = is_done
            if is_done:
                self._idle.start()
            else:
                self._unfinished.start()
        self._paint_over(painter)
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep what is in the middle there."""
        super().resizeEvent(event)
        was_all_seen = abs(self.camera.zoom - self.camera.fit_zoom) < 1e-6
        self.camera.resize(self.width(), self.height())
        if self._scene is not None and self._needs_begin:
            self._begin(self._scene)
        elif self._scene is not None and was_all_seen:
            self.camera.fit()
        self._stop()
        self._moved()

    def changeEvent(self, event: QEvent) -> None:
        """Paint again in the colours of a new theme."""
        super().changeEvent(event)
        if event.type() in {QEvent.Type.PaletteChange, QEvent.Type.StyleChange}:
            self._tiles.clear()
            self._relook()
            self.scene_changed.emit()


def _is_same_network(before: GraphScene, after: GraphScene) -> bool:
    """Whether both drawings are of one graph."""
    if before.graph is not None or after.graph is not None:
        return before.graph is after.graph
    return not before.row_of.keys().isdisjoint(after.row_of)
