"""Opening sources and playing them: the actions of the group "Source"."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QObject, Signal, Slot

from engine.errors import SourceError
from engine.events import Severity
from engine.models.user.naming import SUFFIXES
from engine.sources.address import has_password
from engine.sources.base import (
    SetLoop,
    SetMirror,
    SetPlaying,
    SourceKind,
    SourceSpec,
    SourceState,
    SourceStatus,
    Step,
)
from engine.sources.opening import parse_source
from gui import settings as keys
from gui.dialogs import ask_for_file, ask_for_folder

if TYPE_CHECKING:
    from gui.context import WindowContext
    from gui.panels.source_panel import SourcePanel

__all__ = ["SourceControl"]

FILE_KINDS = frozenset({SourceKind.IMAGE, SourceKind.FOLDER, SourceKind.VIDEO, SourceKind.DEMO})


class SourceControl(QObject):
    """Carries out what is asked of the source.

    Parameters
    ----------
    panel
        The source panel; also the parent.
    context
        Of the window.
    """

    model_dropped = Signal(str)
    """The path of a network's file was dropped: it is no source."""

    def __init__(self, panel: SourcePanel, context: WindowContext) -> None:
        super().__init__(panel)
        self._panel = panel
        self._actions = context.actions
        self._backend = context.backend
        self._settings = context.settings
        self._spec = SourceSpec(SourceKind.DEMO)
        self._last_file = SourceSpec(SourceKind.DEMO)
        self._last_camera: SourceSpec | None = None
        self._remembered: SourceSpec | None = None
        self._connect_actions()
        panel.source_chosen.connect(self.open)
        panel.command_given.connect(self._backend.send_source)
        panel.retry_wanted.connect(self.reload)
        self._backend.bridge.source_changed.connect(self._follow)

    @property
    def spec(self) -> SourceSpec:
        """What is open, or was asked for last."""
        return self._spec

    @Slot(object)
    def open(self, spec: SourceSpec) -> None:
        """Open a source in place of the present one."""
        self._panel.notices.clear("open")
        self._keep(spec)
        self._backend.open_source(spec)

    def open_text(self, text: str, otherwise: SourceSpec | None = None) -> bool:
        """Open what a path or address means; where it means nothing, say so, open `otherwise`."""
        try:
            spec = parse_source(text)
        except SourceError as error:
            if otherwise is not None:
                self.open(otherwise)
            self._panel.notices.show_notice("open", error.message, Severity.ERROR)
            return False
        self.open(spec)
        return True

    def open_dropped(self, data: QMimeData) -> bool:
        """Open what was dropped on the window: several files open their folder at the first."""
        texts = [url.toLocalFile() or url.toString() for url in data.urls()]
        if not texts and data.hasText():
            texts = [data.text().strip()]
        if not texts or not texts[0]:
            return False
        if texts[0].lower().endswith(SUFFIXES):
            self.model_dropped.emit(texts[0])
            return True
        folders = {Path(text).parent for text in texts}
        if len(texts) > 1 and len(folders) == 1:
            return self.open_text(str(folders.pop()))
        return self.open_text(texts[0])

    # -------------------------------------------------------------------------------- the actions

    def _connect_actions(self) -> None:
        connect = self._actions.connect
        connect("open_file", self._ask_file)
        connect("open_folder", self._ask_folder)
        connect("open_stream", self._panel.ask_for_stream)
        connect("open_camera", lambda: self.open(self._camera()))
        connect("open_demo", lambda: self.open(SourceSpec(SourceKind.DEMO)))
        connect("toggle_camera", self._toggle_camera)
        connect("freeze", self._freeze)
        connect("play", self._play)
        connect("next_file", lambda: self._backend.send_source(Step(1)))
        connect("previous_file", lambda: self._backend.send_source(Step(-1)))
        connect("mirror", self._mirror)
        connect("loop", self._loop)
        connect("reload", self.reload)

    @Slot()
    def reload(self) -> None:
        """Open the same source again."""
        self.open(self._spec)

    def _ask_file(self) -> None:
        ask_for_file(self._panel, self._start_folder(), self._open_path)

    def _ask_folder(self) -> None:
        ask_for_folder(self._panel, self._start_folder(), self._open_path)

    def _open_path(self, path: str) -> None:
        self._settings.set(keys.FOLDER, str(Path(path).parent))
        self.open_text(path)

    def _start_folder(self) -> str:
        return self._settings.get(keys.FOLDER) or str(Path.home())

    def _toggle_camera(self) -> None:
        is_file = self._spec.kind in FILE_KINDS
        self.open(self._camera() if is_file else self._last_file)

    def _camera(self) -> SourceSpec:
        """Return the camera or stream used last, or the first camera there is."""
        is_mirrored = self._settings.get(keys.IS_MIRRORED)
        return self._last_camera or SourceSpec(SourceKind.CAMERA, "0", is_mirrored=is_mirrored)

    def _freeze(self, is_frozen: bool) -> None:
        self._backend.send_source(SetPlaying(not is_frozen))

    def _play(self, is_playing: bool) -> None:
        self._backend.send_source(SetPlaying(is_playing))

    def _mirror(self, is_mirrored: bool) -> None:
        self._keep(replace(self._spec, is_mirrored=is_mirrored))
        self._backend.send_source(SetMirror(is_mirrored))

    def _loop(self, is_looping: bool) -> None:
        self._keep(replace(self._spec, is_looping=is_looping))
        self._backend.send_source(SetLoop(is_looping))

    def _keep(self, spec: SourceSpec) -> None:
        """Take note of what is open, so that it can be opened again as it is now."""
        self._spec = spec
        if spec.kind in FILE_KINDS:
            self._last_file = spec
        else:
            self._last_camera = spec

    # ---------------------------------------------------------------------- what the source tells

    @Slot(object)
    def _follow(self, status: SourceStatus) -> None:
        if _without_choices(status.spec) == _without_choices(self._spec):
            # The engine names what it opened; mirror and loop may have been changed since.
            status = replace(status, spec=self._spec)
        self._keep(status.spec)
        is_open = status.state in {SourceState.PLAYING, SourceState.PAUSED}
        if is_open and status.spec != self._remembered and not has_password(status.spec.location):
            self._remembered = status.spec
            self._settings.add_recent_source(status.spec)
            self._settings.set(keys.LAST_SOURCE, (status.spec,))
        is_frozen = status.state is SourceState.PAUSED
        self._actions.action("freeze").setChecked(is_frozen)
        self._panel.view.set_badge("frozen", self.tr("frozen") if is_frozen else "")
        self._panel.show_status(status)


def _without_choices(spec: SourceSpec) -> SourceSpec:
    """Return a spec without what can be changed while it is open."""
    return replace(spec, is_mirrored=False, is_looping=True)
