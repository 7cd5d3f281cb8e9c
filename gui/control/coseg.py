"""The Co-segment workspace: a set taken in, asked, answered, shown."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from engine.errors import CancelledError, EngineError
from engine.events import EngineEvent, ModelsListed, Severity
from engine.sources.base import SourceKind, SourceStatus
from gui import settings as keys
from gui.control.coseg_correct import CosegCorrectControl
from gui.control.coseg_gather import CosegGather
from gui.control.coseg_live import CosegLiveControl
from gui.control.coseg_networks import CosegNetworks
from gui.control.coseg_picture import CosegPictureControl
from gui.control.coseg_run import CosegRunControl, Wish
from gui.control.coseg_save import CosegSaveControl
from gui.control.coseg_truth import CosegTruthControl
from gui.coseg.asked import Asked, store_asked
from gui.coseg.desk import CosegDesk
from gui.coseg.look import CosegLook, store_coseg_look
from gui.coseg.words import found_sentence, seems_to_be_several, stage_text
from gui.remembered import device_request

if TYPE_CHECKING:
    from pathlib import PurePosixPath

    from engine.jobs import Progress
    from engine.values import CosegPicture, CosegResult, ModelCard
    from gui.context import WindowContext
    from gui.panels.coseg_panel import CosegPanel
    from gui.panels.coseg_set_panel import CosegSetPanel
    from gui.panels.source_panel import SourcePanel

    Files = tuple[tuple[Path, PurePosixPath], ...]

__all__ = ["CosegControl"]


class CosegControl(QObject):
    """Joins the desk, where the set lies, with the panels and with who works through it.

    Parameters
    ----------
    context
        Of the window.
    panel, form
        The set, and what is asked of it.
    source
        Where the live picture shows the common object.

    Signals
    -------
    wanted
        The workspace is to be brought forward.
    told : str
        What a run came to that nobody looked at.
    """

    wanted = Signal()
    told = Signal(str)

    def __init__(
        self,
        context: WindowContext,
        *,
        panel: CosegPanel,
        form: CosegSetPanel,
        source: SourcePanel,
    ) -> None:
        super().__init__(panel)
        self._actions = context.actions
        self._settings = context.settings
        self._panel = panel
        self._form = form
        self._source_folder = ""
        self._cards: tuple[ModelCard, ...] = ()
        self._gather = CosegGather(self)
        self.desk = CosegDesk(self)
        self.runs = CosegRunControl(self)
        self.networks = CosegNetworks(self)
        self.pictures = CosegPictureControl(context, self.desk, self.runs, panel)
        self.corrections = CosegCorrectControl(context, self.desk, panel)
        self.truths = CosegTruthControl(context, self.desk, panel, form)
        self.saving = CosegSaveControl(context, self.desk, panel, form)
        self.live = CosegLiveControl(context, self.desk, self.runs, panel=panel, source=source)
        self._connect_panels(context)
        self._connect_runs()
        self._connect_actions()
        self.runs.wish(Wish(form.form.asked))
        self._show_state()

    # -------------------------------------------------------------------------------- for callers

    def open(self, *paths: str) -> None:
        """Take the pictures of these folders and files in, in place of the set that lies here."""
        self.runs.cancel()
        self._form.show_count(self.tr("Looking for pictures…"))
        self._gather.look(paths)
        self._show_folder(paths)

    def close(self) -> None:
        """Stop what is under way at its next safe point, and wait."""
        self._gather.close()
        self.runs.close()
        self.networks.close()
        self.pictures.close()
        self.truths.close()
        self.saving.close()
        self._panel.grid.stop()

    # ------------------------------------------------------------------------------- connecting

    def _connect_panels(self, context: WindowContext) -> None:
        panel, form, desk = self._panel, self._form, self.desk
        context.backend.bridge.event_received.connect(self._hear)
        context.backend.bridge.source_changed.connect(self._follow)
        self._gather.gathered.connect(self._take_files)
        self._gather.refused.connect(self._refuse)
        self.networks.found.connect(form.form.show_networks)
        panel.shown.connect(self._look_for_networks)
        panel.paths_dropped.connect(lambda paths: self.open(*paths))
        panel.empty.choice_wanted.connect(form.folder.ask)
        for shown_wanted in (panel.empty.shown_wanted, form.shown_wanted):
            shown_wanted.connect(self._take_shown)
        form.folder.folder_chosen.connect(self.open)
        form.form.asked_changed.connect(self._ask)
        form.run_wanted.connect(self._run)
        form.progress.cancel_wanted.connect(self._cancel)
        panel.bar.look_changed.connect(self._restyle)
        panel.grid.cell_px_wanted.connect(self._resize_cells)
        panel.grid.place_chosen.connect(desk.go_to)
        desk.set_changed.connect(self._show_set)
        desk.entries_changed.connect(self._show_entries)
        desk.result_changed.connect(self._show_result)
        desk.seeds_changed.connect(self._steer)

    def _connect_runs(self) -> None:
        runs = self.runs
        runs.begun.connect(self._show_begun)
        runs.staged.connect(self._show_stage)
        runs.pictures_came.connect(self._take_pictures)
        runs.answered.connect(self._take_result)
        runs.failed.connect(self._show_failure)
        self.pictures.image_shown.connect(self.truths.show_image)

    def _connect_actions(self) -> None:
        connect, grid = self._actions.connect, self._panel.grid
        connect("coseg_open", self._ask_folder)
        connect("coseg_run", self._run)
        connect("coseg_cancel", self._cancel)
        connect("coseg_next", lambda: grid.step(1))
        connect("coseg_previous", lambda: grid.step(-1))
        connect("coseg_undo", lambda: self._go(is_back=True))
        connect("coseg_redo", lambda: self._go(is_back=False))
        connect("coseg_split", self._split)

    # ---------------------------------------------------------------------------------- the set

    @Slot()
    def _ask_folder(self) -> None:
        self.wanted.emit()
        self._form.folder.ask()

    @Slot()
    def _take_shown(self) -> None:
        if self._source_folder:
            self.open(self._source_folder)

    def _show_folder(self, paths: tuple[str, ...]) -> None:
        first = Path(paths[0]) if paths else Path()
        if len(paths) == 1 and first.is_dir():
            self._settings.set(keys.COSEG_FOLDER, str(first))
            self._form.folder.start = str(first.parent)
            self._form.folder.show_folder(str(first))
        else:
            text = self.tr("{0} files and folders").format(len(paths))
            self._form.folder.show_folder(str(first.parent), text)
        self._offer()

    @Slot(str)
    def _refuse(self, sentence: str) -> None:
        self._panel.notices.clear_all()
        self.desk.reset()
        self._form.show_count(sentence, is_error=True)

    @Slot(object)
    def _take_files(self, files: Files) -> None:
        self._panel.notices.clear_all()
        self.desk.reset(files)
        if len(files) == 1:
            sentence = self.tr("One picture has nothing in common with others; add some.")
            self._form.show_count(sentence, is_error=True)
        else:
            self._form.show_count(self.tr("{0} pictures").format(len(files)))
        self._panel.grid.step(0)
        self._panel.grid.setFocus()

    @Slot()
    def _show_set(self) -> None:
        self.runs.set_paths(self.desk.collection.paths)
        self.runs.wish(Wish(self._form.form.asked))
        self._panel.grid.set_collection(self.desk.collection)
        self._panel.bar.show_groups(())
        self._panel.bar.show_counts(self.desk.collection.entries)
        self._panel.show_set(has_set=len(self.desk.collection) > 0)
        self._show_state()

    @Slot(list)
    def _show_entries(self, places: list[int]) -> None:
        self._panel.grid.renew(places)
        self._panel.bar.show_counts(self.desk.collection.entries)
        if not self.runs.is_running:  # a grid that moves while it is looked at helps nobody
            self._panel.grid.rearrange()

    @Slot(object)
    def _restyle(self, look: CosegLook) -> None:
        store_coseg_look(self._settings, look)
        self._panel.grid.set_look(look)

    @Slot(int)
    def _resize_cells(self, cell_px: int) -> None:
        self._panel.bar.set_look(replace(self._panel.bar.look, cell_px=cell_px))

    # ----------------------------------------------------------------------------- the questions

    @Slot()
    def _run(self) -> None:
        if self.desk.collection.paths and not self.runs.is_running:
            self._panel.notices.clear("set")
            self.runs.run(device_request(self._settings))

    @Slot()
    def _cancel(self) -> None:
        self._form.progress.show_cancelling()
        self.runs.cancel()

    @Slot(object)
    def _ask(self, asked: Asked) -> None:
        had_parts = self._settings.get(keys.COSEG_PARTS) > 0
        store_asked(self._settings, asked)
        if asked.settings.parts and not had_parts:
            self._panel.bar.set_look(replace(self._panel.bar.look, has_parts=True))
        self.runs.wish(Wish(asked, self.desk.seeds.now))
        self._show_state()

    @Slot()
    def _steer(self) -> None:
        self.runs.wish(Wish(self._form.form.asked, self.desk.seeds.now))
        self._panel.grid.viewport().update()
        self._panel.bar.show_counts(self.desk.collection.entries)
        self._show_steps()

    def _go(self, *, is_back: bool) -> None:
        """Take a step back or forth: of the correction that goes on, or of what was said."""
        if self.corrections.is_active:
            self.corrections.go(is_back=is_back)
        elif is_back:
            self.desk.undo()
        else:
            self.desk.redo()

    def _split(self) -> None:
        """Have the set split into as many groups as it holds."""
        asked = self._form.form.asked
        self._form.form.set_asked(replace(asked, settings=replace(asked.settings, groups=0)))

    # ------------------------------------------------------------------------------- the answers

    @Slot(str)
    def _show_begun(self, kind: str) -> None:
        if kind in {"run", "answer"}:
            self._form.show_count("")
            self._form.progress.begin(self.tr("Beginning"))
        self._show_state()

    @Slot(object)
    def _show_stage(self, stage: Progress) -> None:
        self._form.progress.show_stage(stage)

    @Slot(list)
    def _take_pictures(self, pictures: list[CosegPicture]) -> None:
        self.desk.take_pictures(pictures)

    @Slot(object)
    def _take_result(self, result: CosegResult) -> None:
        self.desk.take_result(result)

    @Slot()
    def _show_result(self) -> None:
        result, panel = self.desk.result, self._panel
        panel.grid.set_groups(has_groups=self.desk.has_groups)
        panel.bar.show_groups(result.groups if result is not None else ())
        self._show_state()
        if result is None:
            return
        panel.grid.rearrange()
        sentence = found_sentence(result, self.desk.collection.entries)
        self._form.show_count(sentence)
        self._form.show_details(stage_text(result))
        steps = []
        is_one = self._form.form.asked.settings.groups == 1
        if is_one and seems_to_be_several(result.note):
            steps.append((self.tr("Split into groups"), self._split))
        panel.notices.show_notice("set", result.note, Severity.WARNING, actions=steps)
        if not panel.isVisible():
            self.told.emit(sentence)

    @Slot(object)
    def _show_failure(self, error: EngineError) -> None:
        if isinstance(error, CancelledError):
            self._form.show_count(self.tr("Stopped. What is described is kept; go on any time."))
        else:
            self._form.show_count(error.message, is_error=True)
        self._show_state()

    def _show_state(self) -> None:
        """Let buttons and keys work only while there is something for them to do."""
        runs = self.runs
        has_set = len(self.desk.collection) > 0
        self._form.show_state(
            can_run=has_set, is_running=runs.is_running, is_answered=runs.is_answered
        )
        for name, can in (
            ("coseg_run", has_set and not runs.is_running),
            ("coseg_cancel", runs.is_running),
            ("coseg_next", has_set),
            ("coseg_previous", has_set),
            ("coseg_save", self.desk.result is not None),
            ("coseg_split", self.desk.result is not None),
            ("coseg_live", self.desk.result is not None),
        ):
            self._actions.action(name).setEnabled(can)
        self._show_steps()

    def _show_steps(self) -> None:
        """Let undo and redo work while there is something to undo, or a correction goes on."""
        is_active, seeds = self.corrections.is_active, self.desk.seeds
        self._actions.action("coseg_undo").setEnabled(is_active or seeds.can_undo)
        self._actions.action("coseg_redo").setEnabled(is_active or seeds.can_redo)

    # ---------------------------------------------------------------------- what the engine tells

    @Slot(object)
    def _hear(self, event: EngineEvent) -> None:
        if isinstance(event, ModelsListed):
            self._cards = event.cards
            if self._panel.isVisible():
                self._look_for_networks()

    @Slot()
    def _look_for_networks(self) -> None:
        """Ask which networks can be used, once the workspace is seen: it takes torch."""
        if self._cards:
            self.networks.look_for(self._cards)
            self._cards = ()

    @Slot(object)
    def _follow(self, status: SourceStatus) -> None:
        """Offer the folder of what is shown."""
        self._source_folder = ""
        if status.spec.kind is SourceKind.FOLDER:
            self._source_folder = status.spec.location
        elif status.spec.kind is SourceKind.IMAGE:
            self._source_folder = str(Path(status.spec.location).parent)
        self._offer()

    def _offer(self) -> None:
        self._form.offer(self._source_folder)
        self._panel.empty.offer(self._source_folder)
