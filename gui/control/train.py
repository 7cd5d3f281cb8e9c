"""The Train workspace: a set chosen, a network trained on it, and shown live."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices

from engine.events import EngineEvent, ModelsListed
from gui.control.train_run import TrainRunControl
from gui.control.train_set import TrainSetControl
from gui.learn.asked import began, keep_begun
from gui.learn.running import TrainEngine, has_checkpoint
from gui.remembered import device_request

if TYPE_CHECKING:
    from gui.context import WindowContext
    from gui.learn.asked import TrainAsked
    from gui.panels.train_form import TrainForm
    from gui.panels.train_pages import TrainPages

__all__ = ["TrainControl"]


class TrainControl(QObject):
    """Joins the form with the pages of the workspace.

    Parameters
    ----------
    context
        Of the window.
    pages, form
        The middle of the workspace, and what is asked for.
    engine
        What looks through sets and trains; tests give another.

    Signals
    -------
    wanted
        The workspace is to be brought forward.
    live_wanted : str
        This network is to be loaded and shown on the live picture.
    told : str
        What a training came to that nobody looked at.
    """

    wanted = Signal()
    live_wanted = Signal(str)
    told = Signal(str)

    def __init__(
        self,
        context: WindowContext,
        *,
        pages: TrainPages,
        form: TrainForm,
        engine: TrainEngine | None = None,
    ) -> None:
        super().__init__(pages)
        self._actions = context.actions
        self._settings = context.settings
        self._pages = pages
        self._form = form
        engine = engine or TrainEngine()
        self.sets = TrainSetControl(form, pages.set, settings=context.settings, engine=engine)
        self.runs = TrainRunControl(pages.run, engine)
        self._connect_panels(context)
        self._connect_actions()
        self._show_state()

    # -------------------------------------------------------------------------------- for callers

    @Slot(str)
    def open_data(self, path: str) -> None:
        """Take a set in and show it: a folder of photos and masks, or a file that tells of them."""
        self.wanted.emit()
        self._pages.show_page(self._pages.set)
        if not self.runs.is_running:
            self._form.data.chosen.emit(path, "auto")

    def show(self) -> None:
        """Look at the set that was chosen last, the first time the workspace is seen."""
        self.sets.start()

    def close(self) -> None:
        """Stop what is under way at its next safe point, and wait."""
        self.sets.close()
        self.runs.close()

    # ------------------------------------------------------------------------------- connecting

    def _connect_panels(self, context: WindowContext) -> None:
        form, pages = self._form, self._pages
        context.backend.bridge.event_received.connect(self._hear)
        pages.path_dropped.connect(self.open_data)
        pages.set.empty.choice_wanted.connect(form.data.ask_folder)
        form.changed.connect(self._show_state)
        form.set_changed.connect(self.sets.look_again)
        form.offer.start_wanted.connect(self._start)
        form.offer.anew_wanted.connect(self._start)
        form.offer.resume_wanted.connect(self._resume)
        self.sets.changed.connect(self._show_state)
        self.sets.changed.connect(self._take_classes)
        self.runs.ended.connect(self._take_end)
        pages.run.resume_wanted.connect(self._resume)
        pages.run.live_wanted.connect(self._show_live)
        pages.run.folder_wanted.connect(self._open_folder)

    def _connect_actions(self) -> None:
        connect, gallery = self._actions.connect, self._pages.run.gallery
        connect("train_open", self._ask_set)
        connect("train_start", self._begin)
        connect("train_pause", self.runs.pause)
        connect("train_cancel", self.runs.cancel)
        connect("train_live", self._show_live)
        connect("train_shuffle", self.sets.shuffle)
        connect("train_next_epoch", lambda: gallery.step(1))
        connect("train_previous_epoch", lambda: gallery.step(-1))
        connect("train_best_epoch", gallery.show_best)
        connect("train_next_page", self._pages.turn)

    @Slot(object)
    def _hear(self, event: EngineEvent) -> None:
        if isinstance(event, ModelsListed):
            self._form.show_networks(event.cards)

    @Slot()
    def _ask_set(self) -> None:
        self.wanted.emit()
        self._form.data.ask_folder()

    # --------------------------------------------------------------------------------- the training

    @Slot()
    def _begin(self) -> None:
        """Go on with what was begun in the folder, or begin."""
        offer = self._form.offer
        if self.runs.is_running or not offer.can_start:
            return
        if offer.is_resumable:
            self._resume()
        else:
            self._start()

    @Slot()
    def _start(self) -> None:
        if not self._missing():
            self._run(self._form.asked, is_resumed=False)

    @Slot()
    def _resume(self) -> None:
        """Go on exactly as it was begun, where that is known."""
        out = self._form.asked.out
        self._run(began(self._settings, out) or self._form.asked, is_resumed=True)

    def _run(self, asked: TrainAsked, *, is_resumed: bool) -> None:
        if self.runs.is_running:
            return
        if asked != self._form.asked:
            self._form.show_asked(asked)
            self.sets.look_again()
        keep_begun(self._settings, asked)
        self.runs.begin(asked, device_request(self._settings), is_resumed=is_resumed)
        self._take_classes()
        self._form.set_running(is_running=True)
        self._pages.show_page(self._pages.run)
        self._show_state()

    @Slot()
    def _take_classes(self) -> None:
        """Let the classes have their colours, as soon as they are known."""
        look = self.sets.look
        if look is not None and self.runs.is_running:
            names = tuple(one.name for one in look.summary.classes)
            self.runs.set_classes(names, self.sets.colours)

    @Slot()
    def _take_end(self) -> None:
        self._form.set_running(is_running=False)
        self._show_state()
        page = self._pages.run
        if not page.isVisible():
            self.told.emit(f"{page.title}: {page.sentence}")

    @Slot()
    def _show_live(self) -> None:
        if self.runs.result is not None:
            self.live_wanted.emit(str(self.runs.result.model))

    @Slot()
    def _open_folder(self) -> None:
        if self.runs.result is not None:
            folder = str(self.runs.result.model.parent)
            QDesktopServices.openUrl(QUrl.fromLocalFile(folder))

    # -------------------------------------------------------------------------------- what is shown

    @Slot()
    def _show_state(self) -> None:
        is_running, offer = self.runs.is_running, self._form.offer
        for name in ("train_pause", "train_cancel"):
            self._actions.action(name).setEnabled(is_running)
        self._actions.action("train_live").setEnabled(self.runs.result is not None)
        self._actions.action("train_shuffle").setEnabled(self.sets.look is not None)
        asked, missing = self._form.asked, self._missing()
        if is_running:
            offer.show_running(
                self.tr("A training is under way; another set can be chosen when it has ended")
            )
        elif asked.out and has_checkpoint(Path(asked.out)):
            offer.show_stopped(self._stopped_sentence(asked), can_begin=not missing)
        else:
            offer.show_missing(missing)
        self._actions.action("train_start").setEnabled(not is_running and offer.can_start)

    def _stopped_sentence(self, asked: TrainAsked) -> str:
        before = began(self._settings, asked.out)
        if before is None:
            return self.tr(
                "A training was stopped in this folder. It goes on if set and settings are the "
                "same as then."
            )
        return self.tr(
            "A training on “{0}” was stopped in this folder; it goes on as it was begun."
        ).format(Path(before.data).name)

    def _missing(self) -> str:
        """Return what has to be done before it can begin; "" = nothing."""
        asked = self._form.asked
        if not asked.data:
            return self.tr("Choose a set of photos with their masks")
        if self.sets.is_looking:
            return self.tr("Wait until the set is looked through")
        if self.sets.look is None:
            return self.tr("Choose a set that can be used")
        if not asked.out:
            return self.tr("Choose the folder that the model goes into")
        if asked.model.exists():
            return self.tr("“{0}” is there already; choose another name or folder").format(
                asked.model.name
            )
        return ""
