"""A set against its true masks: J and P of each picture and of all, and the masks side by side."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from engine.errors import EngineError
from engine.events import Severity
from engine.jobs import Job
from gui import settings as keys
from gui.coseg.truth import mean_text, score_of, truth_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from engine.coseg.evaluate import PictureScores
    from engine.jobs import JobControl
    from gui.context import WindowContext
    from gui.coseg.collection import Entry
    from gui.coseg.desk import CosegDesk
    from gui.panels.coseg_panel import CosegPanel
    from gui.panels.coseg_set_panel import CosegSetPanel

    Scored = list[tuple[int, Entry, PictureScores | None]]

__all__ = ["CosegTruthControl"]

_JOIN_S = 10.0


class CosegTruthControl(QObject):
    """Scores what has no score yet, in a job, whenever something else is known of the set."""

    _scored = Signal(object, str)

    def __init__(
        self, context: WindowContext, desk: CosegDesk, panel: CosegPanel, form: CosegSetPanel
    ) -> None:
        super().__init__(panel)
        self._actions = context.actions
        self._settings = context.settings
        self._desk = desk
        self._panel = panel
        self._form = form
        self._folder: Path | None = None
        self._image: NDArray[np.uint8] | None = None
        self._unmatched: set[Path] = set()
        self._job: Job[tuple[Scored, str]] | None = None
        form.truth.folder_chosen.connect(self.set_folder)
        desk.set_changed.connect(self._forget)
        desk.entries_changed.connect(lambda _places: self._score())
        desk.place_changed.connect(lambda _place: self._show_truth(None))
        self._scored.connect(self._take)
        context.actions.connect("coseg_truth", self._toggle)
        self._show_state()

    def show_image(self, _place: int, image: NDArray[np.uint8]) -> None:
        """Take the pixels of the picture that is looked at."""
        self._show_truth(image)

    @Slot(str)
    def set_folder(self, folder: str) -> None:
        """Compare with the masks of this folder; "" = with none."""
        self._folder = Path(folder) if folder else None
        self._settings.set(keys.COSEG_TRUTH, folder)
        self._form.truth.show_folder(folder)
        self._panel.notices.clear("truth")
        self._unmatched.clear()
        if len(self._desk.collection):
            self._desk.set_scores((place, None) for place in range(len(self._desk.collection)))
        self._actions.action("coseg_truth").setChecked(self._folder is not None)
        self._show_state()
        self._toggle(self._folder is not None)
        self._score()

    def close(self) -> None:
        """Stop what is under way, and wait."""
        if self._job is not None:
            self._job.cancel()
            self._job.join(_JOIN_S)

    # ------------------------------------------------------------------------------------ private

    def _show_state(self) -> None:
        self._actions.action("coseg_truth").setEnabled(self._folder is not None)

    def _toggle(self, is_shown: bool) -> None:
        self._panel.picture.truth_view.setVisible(is_shown and self._folder is not None)
        self._show_truth(self._image)

    @Slot()
    def _forget(self) -> None:
        self._unmatched.clear()

    def _show_truth(self, image: NDArray[np.uint8] | None) -> None:
        """Draw the true mask of the picture that is looked at."""
        self._image = image
        entry, picture = self._desk.entry, self._panel.picture
        if image is None or entry is None or picture.truth_view.isHidden():
            return
        try:
            truth = truth_of(entry.path, self._folder) if self._folder is not None else None
        except EngineError:
            truth = None
        picture.show_truth(image, truth)

    def _score(self) -> None:
        """Compare what was found and has no score yet."""
        folder = self._folder
        if self._job is not None:
            return
        if folder is None:
            self._show_mean()
            return
        waiting = [
            (place, entry)
            for place, entry in enumerate(self._desk.collection.entries)
            if entry.picture is not None
            and entry.score is None
            and entry.path not in self._unmatched
        ]
        if not waiting:
            self._show_mean()
            return

        def work(control: JobControl) -> tuple[Scored, str]:
            scored: Scored = []
            sentence = ""
            for place, entry in waiting:
                control.check()
                try:
                    scored.append((place, entry, score_of(entry, folder)))
                except EngineError as error:
                    sentence = error.message
                    scored.append((place, entry, None))
            return scored, sentence

        def tell(scored: Scored | None, sentence: str) -> None:
            with suppress(RuntimeError):  # the window is gone
                self._scored.emit(scored, sentence)

        self._job = Job(
            work,
            on_done=lambda found: tell(*found),
            on_failed=lambda _error: tell(None, ""),
            name="coseg-truth",
        ).start()

    @Slot(object, str)
    def _take(self, scored: Scored | None, sentence: str) -> None:
        self._job = None
        entries, new = self._desk.collection.entries, []
        for place, entry, score in scored or []:
            now = entries[place] if place < len(entries) else None
            if now is None or (now.picture, now.corrected) != (entry.picture, entry.corrected):
                continue  # of another set, or it was answered anew meanwhile: once more
            if score is None:
                self._unmatched.add(entry.path)
            new.append((place, score))
        if sentence:
            self._panel.notices.show_notice("truth", sentence, Severity.WARNING)
        self._desk.set_scores(new)
        self._score()

    def _show_mean(self) -> None:
        """Say how the whole set does."""
        self._form.show_mean(mean_text(entry.score for entry in self._desk.collection.entries))
