"""The button that names the source and opens the menu of all others."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QMenu, QSizePolicy, QToolButton, QWidget

from engine.jobs import Job
from engine.sources.base import SourceKind, SourceSpec, SourceStatus
from engine.sources.opening import describe
from gui import settings as keys
from gui.icons import Icon, icon

if TYPE_CHECKING:
    from engine.jobs import JobControl
    from engine.sources.camera import CameraInfo
    from gui.actions import Actions
    from gui.settings import Settings

__all__ = ["ICONS", "SourceMenu"]

ICONS = {
    SourceKind.DEMO: Icon.DEMO,
    SourceKind.CAMERA: Icon.CAMERA,
    SourceKind.STREAM: Icon.STREAM,
    SourceKind.VIDEO: Icon.VIDEO,
    SourceKind.IMAGE: Icon.IMAGE,
    SourceKind.FOLDER: Icon.FOLDER,
}
RESOLUTIONS = ((0, 0), (640, 480), (1280, 720), (1920, 1080))


class SourceMenu(QToolButton):
    """Names what is open; its menu opens something else.

    Signals
    -------
    source_chosen : SourceSpec
    """

    source_chosen = Signal(object)
    _cameras_found = Signal(object)

    def __init__(
        self, *, actions: Actions, settings: Settings, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._actions = actions
        self._settings = settings
        self._spec = SourceSpec(SourceKind.DEMO)
        self._search: Job[tuple[CameraInfo, ...]] | None = None
        self.setText(self.tr("Source"))
        self.setIcon(icon(Icon.DEMO))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setToolTip(self.tr("Choose what the network looks at"))
        self._menu = QMenu(self)
        self._menu.aboutToShow.connect(self._fill)
        self.setMenu(self._menu)
        self._cameras = QMenu(self.tr("Camera"), self._menu)
        self._cameras.setIcon(icon(Icon.CAMERA))
        self._cameras.aboutToShow.connect(self._look_for_cameras)
        self._cameras_found.connect(self._list_cameras)

    def show_status(self, status: SourceStatus) -> None:
        """Name what is open."""
        self._spec = status.spec
        title = status.info.title if status.info else describe(status.spec)
        metrics = self.fontMetrics()
        self.setText(metrics.elidedText(title, Qt.TextElideMode.ElideMiddle, 220))
        self.setIcon(icon(ICONS[status.spec.kind]))
        self.setToolTip(f"{title}\n" + self.tr("Choose what the network looks at"))

    @Slot()
    def _fill(self) -> None:
        self._menu.clear()
        for name in ("open_demo", "open_file", "open_folder"):
            self._menu.addAction(self._actions.action(name))
        self._menu.addMenu(self._cameras)
        self._menu.addAction(self._actions.action("open_stream"))
        if self._spec.kind is SourceKind.CAMERA:
            self._add_resolutions()
        recent = self._settings.get(keys.RECENT_SOURCES)
        if recent:
            self._menu.addSection(self.tr("Recent"))
        for spec in recent:
            action = self._menu.addAction(icon(ICONS[spec.kind]), describe(spec))
            action.triggered.connect(partial(self.source_chosen.emit, spec))

    def _add_resolutions(self) -> None:
        menu = self._menu.addMenu(self.tr("Camera resolution"))
        for width, height in RESOLUTIONS:
            text = f"{width} × {height}" if width else self.tr("The camera's own")
            action = menu.addAction(text)
            action.setCheckable(True)
            action.setChecked((self._spec.width, self._spec.height) == (width, height))
            spec = replace(self._spec, width=width, height=height)
            action.triggered.connect(partial(self.source_chosen.emit, spec))

    @Slot()
    def _look_for_cameras(self) -> None:
        """Look in a thread: asking a system for its cameras can take a second."""
        if self._search is not None and self._search.is_running:
            return
        self._cameras.clear()
        self._cameras.addAction(self.tr("Looking for cameras")).setEnabled(False)

        def work(_control: JobControl) -> tuple[CameraInfo, ...]:
            from engine.sources.camera import list_cameras  # noqa: PLC0415 - brings OpenCV

            return list_cameras()

        self._search = Job(
            work,
            on_done=self._cameras_found.emit,
            on_failed=lambda _error: self._cameras_found.emit(()),
            name="cameras",
        ).start()

    @Slot(object)
    def _list_cameras(self, cameras: tuple[CameraInfo, ...]) -> None:
        self._cameras.clear()
        for camera in cameras:
            spec = SourceSpec(
                SourceKind.CAMERA,
                str(camera.index),
                backend=camera.backend,
                is_mirrored=self._settings.get(keys.IS_MIRRORED),
            )
            action = self._cameras.addAction(camera.name)
            action.triggered.connect(partial(self.source_chosen.emit, spec))
        if not cameras:
            text = self.tr("No camera found; plug one in and look again")
            self._cameras.addAction(text).setEnabled(False)

    def minimumSizeHint(self) -> QSize:
        """Shrink before the panel does: the text is shortened."""
        return QSize(80, super().minimumSizeHint().height())
