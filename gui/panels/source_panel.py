"""The source panel: what the network looks at, where it comes from, and how it is played."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from engine.events import Severity
from engine.sources.base import SourceKind, SourceState, SourceStatus
from gui.panels.source_menu import SourceMenu
from gui.panels.stream_row import StreamRow
from gui.panels.transport_row import TransportRow
from gui.views.action_button import action_button
from gui.views.frame_view import FrameView
from gui.views.notice_bar import NoticeBar
from gui.views.thumbnail_strip import ThumbnailStrip

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from engine.sources.base import SourceCommand
    from engine.values import Frame, FrameResult
    from gui.actions import Actions
    from gui.settings import Settings

__all__ = ["SourcePanel"]

THUMBNAIL_PX = 56


class SourcePanel(QWidget):
    """Shows the live picture and what can be done about its source.

    Parameters
    ----------
    actions
        The window's actions.
    settings
        Remembers the sources opened last.

    Signals
    -------
    source_chosen : SourceSpec
        Open this.
    command_given : SourceCommand
        For the source that is open.
    retry_wanted
        Open the same source again.
    """

    source_chosen = Signal(object)
    command_given = Signal(object)
    retry_wanted = Signal()

    def __init__(
        self, *, actions: Actions, settings: Settings, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._actions = actions
        self._has_result = False
        self._paths: tuple[str, ...] = ()
        self._told: tuple[SourceState, str] | None = None
        self._build_parts(settings)
        self._build_layout()
        self._connect_parts()

    # -------------------------------------------------------------------------------- for callers

    @Slot(object)
    def show_preview(self, frame: Frame) -> None:
        """Show a frame that no network has answered to, as long as there is no better."""
        if not self._has_result:
            self.view.show_frame(frame.image)

    @Slot(object)
    def show_result(self, result: FrameResult) -> None:
        """Show the frame that the network has answered to, and what it saw of it."""
        self._has_result = True
        self.view.show_frame(result.frame.image)
        self.view.set_input_box(result.input_box)
        badge = self.tr("random weights") if result.is_random else ""
        self.view.set_badge("random", badge, is_warning=True)

    @Slot(object)
    def show_status(self, status: SourceStatus) -> None:
        """Show what the source is doing."""
        self._menu.show_status(status)
        self._transport.show_status(status)
        self._show_strip(status)
        is_camera = status.spec.kind is SourceKind.CAMERA
        self._mirror.setVisible(is_camera)
        self._actions.action("mirror").setChecked(status.spec.is_mirrored)
        if status.state is SourceState.OPENING:
            self._has_result = False
            self.view.set_input_box(None)
        is_opening = status.state is SourceState.OPENING
        self.view.set_badge("state", self.tr("opening") if is_opening else "")
        self._tell(status)

    def set_picture_shown(self, *, is_shown: bool) -> None:
        """Show the picture, or leave it out where it stands large beside this panel."""
        self.view.setVisible(is_shown)

    def ask_for_stream(self) -> None:
        """Show the field for a stream's address."""
        self._stream.ask()

    # ------------------------------------------------------------------------------------ private

    def _build_parts(self, settings: Settings) -> None:
        self._menu = SourceMenu(actions=self._actions, settings=settings, parent=self)
        self._mirror = action_button(self._actions.action("mirror"), self)
        self._freeze = action_button(self._actions.action("freeze"), self)
        self._stream = StreamRow(self)
        self.notices = NoticeBar(self)
        self.view = FrameView(self)
        self._transport = TransportRow(actions=self._actions, parent=self)
        self._strip = ThumbnailStrip(_thumbnail, parent=self)
        self._strip.hide()
        self._mirror.hide()

    def _build_layout(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(4)
        top.addWidget(self._menu, 1)
        top.addWidget(self._mirror)
        top.addWidget(self._freeze)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(8)
        layout.addLayout(top)
        layout.addWidget(self._stream)
        layout.addWidget(self.notices)
        layout.addWidget(self.view, 1)
        layout.addWidget(self._transport)
        layout.addWidget(self._strip)
        layout.addStretch()

    def _connect_parts(self) -> None:
        self._menu.source_chosen.connect(self.source_chosen)
        self._stream.source_chosen.connect(self.source_chosen)
        self._stream.refused.connect(self._refuse)
        self._transport.command_given.connect(self.command_given)
        self._strip.index_chosen.connect(self._go_to)

    @Slot(int)
    def _go_to(self, index: int) -> None:
        from engine.sources.base import Seek  # noqa: PLC0415

        self._give(Seek(index))

    def _give(self, command: SourceCommand) -> None:
        self.command_given.emit(command)

    def _show_strip(self, status: SourceStatus) -> None:
        paths = status.info.paths if status.info else ()
        self._strip.setVisible(bool(paths))
        if paths != self._paths:  # or each picture shown would load all thumbnails again
            self._paths = paths
            self._strip.set_paths(paths)
        if paths:
            self._strip.set_current(status.index)

    def _tell(self, status: SourceStatus) -> None:
        """Show the source's sentence where it failed; take it away when all is well again."""
        told = (status.state, status.message)
        if told == self._told and self.notices.message("source") == status.message:
            return  # a button must not go away under the pointer
        self._told = told
        if not status.message:
            self.notices.clear("source")
            return
        is_lost = status.state in {SourceState.FAILED, SourceState.WAITING}
        severity = Severity.ERROR if status.state is SourceState.FAILED else Severity.WARNING
        steps = [(self.tr("Try again"), self.retry_wanted.emit)] if is_lost else []
        if status.spec.kind is not SourceKind.DEMO and is_lost:
            steps.append((self.tr("Show the demo"), self._open_demo))
        self.notices.show_notice("source", status.message, severity, actions=steps)
        if status.state is SourceState.FAILED and not self.view.has_frame:
            self.view.clear(self.tr("Open a picture, a video or a camera, or drop one here"))

    @Slot(str)
    def _refuse(self, message: str) -> None:
        self.notices.show_notice("open", message, Severity.ERROR)

    def _open_demo(self) -> None:
        self._actions.trigger("open_demo")


def _thumbnail(path: str, size_px: int) -> NDArray[np.uint8] | None:
    from engine.sources.thumbnails import thumbnail  # noqa: PLC0415 - brings PIL, after start

    return thumbnail(path, size_px)
