"""Copying, saving and recording: the actions of the group "File"."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QCursor, QGuiApplication, QImage
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from engine.errors import EngineError, ExportError
from engine.events import Severity
from engine.jobs import Job
from gui import settings as keys
from gui.dialogs import ask_where_to_save
from gui.icons import Icon, icon
from gui.map_colours import lut_of
from gui.theme import theme_of
from gui.views.bars_view import BarsView
from gui.views.histogram_view import HistogramView
from gui.views.picture_view import PictureView

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from engine.export.recording import Recorder, Recording
    from engine.jobs import JobControl
    from engine.values import Activation, FrameResult
    from gui.context import WindowContext
    from gui.panels.activation_panel import ActivationPanel
    from gui.views.notice_bar import NoticeBar

__all__ = ["ExportControl", "to_array"]

VIEWS = (PictureView, BarsView, HistogramView)
"""What can be copied and saved as a picture."""
RECORD_FPS = 12
"""Grabbing the window takes the GUI thread several milliseconds."""


class ExportControl(QObject):
    """Takes out of the window what is seen in it.

    Parameters
    ----------
    window
        What is recorded and saved as a picture; also the parent.
    maps
        Whose current layer is saved.
    notices
        Where it says what was written, or why not.
    """

    _written = Signal(object, str)

    def __init__(
        self,
        window: QWidget,
        context: WindowContext,
        *,
        maps: ActivationPanel,
        notices: NoticeBar,
    ) -> None:
        super().__init__(window)
        self._window = window
        self._maps = maps
        self._notices = notices
        self._actions = actions = context.actions
        self._settings = context.settings
        self._result: FrameResult | None = None
        self._recorder: Recorder | None = None
        self._recording_path = ""
        self._jobs: list[Job[Path]] = []
        self._timer = QTimer(self)
        self._timer.setInterval(1000 // RECORD_FPS)
        self._timer.timeout.connect(self._grab)
        self._written.connect(self._tell)
        actions.connect("copy_view", self.copy_view)
        actions.connect("save_maps", self._ask_maps)
        actions.connect("save_figure", self._ask_figure)
        actions.connect("save_window", self._ask_window)
        actions.connect("record", self._toggle_recording)

    @property
    def is_recording(self) -> bool:
        """Whether the window is being recorded."""
        return self._recorder is not None

    @Slot(object)
    def show_result(self, result: FrameResult) -> None:
        """Take note of the newest result: it is what gets saved."""
        self._result = result

    @Slot()
    def copy_view(self) -> None:
        """Put the view with the keyboard or under the mouse on the clipboard as a picture."""
        view = _view_at(QCursor.pos()) or QApplication.focusWidget()
        self._copy(view if isinstance(view, VIEWS) else self._maps.current_page)

    def show_menu(self, place: QPoint) -> None:
        """Offer what can be done with the view at a place of the screen."""
        view = _view_at(place)
        if view is None:
            return
        menu = QMenu(self._window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(icon(Icon.COPY), self.tr("Copy as a picture"), partial(self._copy, view))
        save = partial(self._ask_picture, view)
        menu.addAction(icon(Icon.SNAPSHOT), self.tr("Save as a picture…"), save)
        menu.addSeparator()
        for name in ("save_figure", "save_maps"):
            menu.addAction(self._actions.action(name))
        menu.popup(place)

    def _copy(self, view: QWidget | None) -> None:
        if view is not None:
            QGuiApplication.clipboard().setPixmap(view.grab())
            self._notices.show_brief("export", self.tr("Copied the view as a picture."))

    def save_maps(self, path: str) -> Job[Path] | None:
        """Save the current layer's values or statistics; the suffix says in what form."""
        activation, result = self._current()
        if activation is None or result is None:
            return None

        def write(_control: JobControl) -> Path:
            from engine.export.maps import save_maps  # noqa: PLC0415 - off the GUI thread
            from engine.export.origin import Origin  # noqa: PLC0415

            save_maps(path, activation, Origin.of(result), overwrite=True)
            return Path(path)

        return self._start(write)

    def save_figure(self, path: str) -> Job[Path] | None:
        """Save the current layer's grid with title and colour bar as a PNG."""
        activation, result = self._current()
        if activation is None or result is None:
            return None
        look = theme_of(self._window)
        colours = lut_of(activation, self._maps.style_bar.style_now, look)
        background = look.name

        def write(_control: JobControl) -> Path:
            from engine.export import figure  # noqa: PLC0415 - off the GUI thread
            from engine.export.origin import Origin  # noqa: PLC0415

            origin = Origin.of(result)
            style = figure.FigureStyle(background=background)
            image = figure.activation_figure(activation, colours, origin, style)
            figure.save_png(path, image, origin.metadata(activation), overwrite=True)
            return Path(path)

        return self._start(write)

    def save_view(self, view: QWidget, path: str) -> Job[Path]:
        """Save a view, or the window, as it is seen, as a PNG."""
        image = to_array(view.grab().toImage())

        def write(_control: JobControl) -> Path:
            from engine.export.figure import save_png  # noqa: PLC0415 - off the GUI thread

            save_png(path, image, {"Software": "Layerscope"}, overwrite=True)
            return Path(path)

        return self._start(write)

    def start_recording(self, path: str) -> None:
        """Record the window to an MP4 from now on."""
        from engine.export.recording import Recorder  # noqa: PLC0415 - brings the encoder

        first = to_array(self._window.grab().toImage())
        try:
            size = (first.shape[1], first.shape[0])
            self._recorder = Recorder(path, size, RECORD_FPS, overwrite=True)
        except ExportError as error:
            self._actions.action("record").setChecked(False)
            self._notices.show_notice("export", error.message, Severity.ERROR)
            return
        self._recording_path = path
        self._actions.action("record").setChecked(True)
        self._recorder.add(first, time.perf_counter())
        self._timer.start()

    def stop_recording(self) -> Recording | None:
        """Finish the film; returns what it came to."""
        recorder, self._recorder = self._recorder, None
        self._timer.stop()
        self._actions.action("record").setChecked(False)
        if recorder is None:
            return None
        try:
            recording = recorder.close()
        except EngineError as error:
            self._notices.show_notice("export", error.message, Severity.ERROR)
            return None
        name = Path(self._recording_path).name
        seconds = f"{recording.duration_s:.1f}"
        text = self.tr("Recorded {0} s to {1}.").format(seconds, name)
        self._notices.show_brief("export", text)
        return recording

    def close(self) -> None:
        """Finish what is under way; a recording is kept."""
        self.stop_recording()
        for job in self._jobs:
            job.join(10)

    # ------------------------------------------------------------------------------------ private

    def _current(self) -> tuple[Activation | None, FrameResult | None]:
        page = self._maps.current_page
        activation = page.activation if page is not None else None
        if activation is None:
            text = self.tr("No maps yet: choose a layer first.")
            self._notices.show_notice("export", text, Severity.WARNING)
        return activation, self._result

    def _start(self, write: Callable[[JobControl], Path]) -> Job[Path]:
        self._jobs = [job for job in self._jobs if job.is_running]
        job = Job(
            write,
            on_done=lambda path: self._written.emit(path, ""),
            on_failed=lambda error: self._written.emit(None, error.message),
            name="save",
        ).start()
        self._jobs.append(job)
        return job

    @Slot(object, str)
    def _tell(self, path: Path | None, message: str) -> None:
        if path is None:
            self._notices.show_notice("export", message, Severity.ERROR)
            return
        self._settings.set(keys.SAVE_FOLDER, str(path.parent))
        self._notices.show_brief("export", self.tr("Saved {0}.").format(path))

    def _folder(self) -> Path:
        return Path(self._settings.get(keys.SAVE_FOLDER) or Path.home())

    def _suggestion(self, suffix: str) -> str:
        activation, result = self._current()
        stem = "layerscope"
        if activation is not None and result is not None:
            picture = Path(result.frame.name).stem or "picture"
            stem = f"{picture}_{result.model}_{activation.key}".replace(":", "-")
        return str(self._folder() / f"{stem}{suffix}")

    def _ask_maps(self) -> None:
        if self._current()[0] is None:
            return
        kinds = {
            self.tr("NumPy archive with statistics"): ".npz",
            self.tr("NumPy array"): ".npy",
            self.tr("Table of statistics"): ".csv",
        }
        ask_where_to_save(self._window, self._suggestion(".npz"), kinds, self.save_maps)

    def _ask_figure(self) -> None:
        if self._current()[0] is not None:
            kinds = {self.tr("Picture"): ".png"}
            ask_where_to_save(self._window, self._suggestion(".png"), kinds, self.save_figure)

    def _ask_window(self) -> None:
        self._ask_picture(self._window)

    def _ask_picture(self, view: QWidget) -> None:
        suggestion = str(self._folder() / "layerscope.png")
        kinds = {self.tr("Picture"): ".png"}
        ask_where_to_save(self._window, suggestion, kinds, partial(self.save_view, view))

    def _toggle_recording(self, is_on: bool) -> None:
        if not is_on:
            self.stop_recording()
            return
        self._actions.action("record").setChecked(False)  # until it really runs
        folder = self._folder()
        suggestion = str(folder / time.strftime("layerscope_%Y-%m-%d_%H-%M-%S.mp4"))
        kinds = {self.tr("Film"): ".mp4"}
        ask_where_to_save(self._window, suggestion, kinds, self.start_recording)

    @Slot()
    def _grab(self) -> None:
        if self._recorder is None:
            return
        try:
            self._recorder.add(to_array(self._window.grab().toImage()), time.perf_counter())
        except EngineError:
            self.stop_recording()


def _view_at(place: QPoint) -> QWidget | None:
    """Return the view at a place of the screen."""
    widget = QApplication.widgetAt(place)
    while widget is not None and not isinstance(widget, VIEWS):
        widget = widget.parentWidget()
    return widget


def to_array(image: QImage) -> NDArray[np.uint8]:
    """Return a picture of Qt's as (H, W, 3) uint8 RGB, its own copy."""
    rgb = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(rgb.constBits(), np.uint8).reshape(rgb.height(), rgb.bytesPerLine())
    return rows[:, : rgb.width() * 3].reshape(rgb.height(), rgb.width(), 3).copy()
