"""Opening a person's own network file: looking at it, asking how, and asking again."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from engine.jobs import Job
from engine.models.user.first_look import FirstLook, look_at
from engine.models.user.guess import architectures
from gui.icons import Icon
from gui.views.palette import PaletteEntry

if TYPE_CHECKING:
    from engine.errors import EngineError
    from engine.events import LoadingFailed
    from engine.jobs import JobControl
    from gui.actions import Actions
    from gui.panels.open_model_card import OpenModelCard
    from gui.views.palette import CommandPalette

__all__ = ["NetworkFileControl"]

_JOIN_S = 2.0


class NetworkFileControl(QObject):
    """Asks how a file is to be opened, the first time and whenever that is wanted.

    Files are looked at in a thread of their own; nothing of them is run.

    Signals
    -------
    load_wanted : str, OpenOptions or None, str
        A file is to be loaded, exactly so and if it still holds what the person was shown (its
        SHA-256); or as it was the last time.
    looked : str
        The look at this file has ended, and the person is asked.
    given_up
        The person does not want to open the file after all.
    """

    load_wanted = Signal(str, object, str)
    looked = Signal(str)
    given_up = Signal()

    _seen = Signal(int, object, str)

    def __init__(self, card: OpenModelCard, actions: Actions, palette: CommandPalette) -> None:
        super().__init__(card)
        self._card = card
        self._actions = actions
        self._palette = palette
        self._job: Job[FirstLook | None] | None = None
        self._number = 0
        self._name = self._asked = self._loaded = self._why_again = ""
        self._is_again = self._is_looking = False
        self._seen.connect(self._take)
        actions.connect("file_options", self.ask_again)
        actions.action("file_options").setEnabled(False)
        card.opened.connect(self._load)
        card.cancelled.connect(self._give_up)
        card.architecture_wanted.connect(self._choose_architecture)
        card.another_wanted.connect(actions.action("open_model").trigger)

    def open(self, name: str, *, is_again: bool = False, why_again: str = "") -> None:
        """Look at a file; one that was opened before is wanted as it was then, unless asked again.

        Parameters
        ----------
        name
            Its path, perhaps with ":function".
        is_again
            Ask how it is to be opened even where that is known.
        why_again
            Ask in any case, and say this.
        """
        self.leave()
        self._name, self._is_again, number = name, is_again, self._number
        self._is_looking, self._why_again = True, why_again
        is_known_enough = not is_again and not why_again

        def work(control: JobControl) -> FirstLook | None:
            return look_at(name, control, is_known_enough=is_known_enough)

        def done(look: FirstLook | None) -> None:
            self._tell(number, look, "")

        def failed(error: EngineError) -> None:
            self._tell(number, None, error.message)

        self._job = Job(work, on_done=done, on_failed=failed, name="look").start()

    @property
    def is_looking(self) -> bool:
        """Whether a file is being looked at, and nobody is asked yet."""
        return self._is_looking

    @Slot()
    def ask_again(self) -> None:
        """Ask how the file that is loaded is to be opened."""
        if self._loaded:
            self.open(self._loaded, is_again=True)

    def leave(self) -> None:
        """Look at nothing any more, and ask nothing."""
        self._number += 1
        self._asked = ""
        self._is_looking = False
        if self._job is not None:
            self._job.cancel()
        self._card.put_away()

    def show_loaded(self, name: str, *, is_file: bool) -> None:
        """Take note of what is loaded now."""
        self._loaded = name if is_file else ""
        self._actions.action("file_options").setEnabled(is_file)
        if name == self._asked:
            self._asked = ""

    def show_failure(self, event: LoadingFailed) -> bool:
        """Ask again about a file that did not open; return whether that makes sense."""
        was_asked = bool(self._asked) and event.model == self._asked
        if event.has_changed or (event.needs_consent and not was_asked):
            # What the person is to agree to is looked at first: it may be another file by now.
            self.open(event.model, why_again=event.message)
        elif was_asked and event.needs_consent:
            self._card.ask_consent(event.message)
        elif was_asked:
            self._card.show_failure(event.message)
        return was_asked or event.has_changed or event.needs_consent

    def close(self) -> None:
        """Wait for what is under way."""
        self.leave()
        if self._job is not None:
            self._job.join(_JOIN_S)

    # ------------------------------------------------------------------------------------ private

    def _tell(self, number: int, look: FirstLook | None, sentence: str) -> None:
        with suppress(RuntimeError):  # the window is gone: nobody asks any more
            self._seen.emit(number, look, sentence)

    @Slot(int, object, str)
    def _take(self, number: int, look: FirstLook | None, sentence: str) -> None:
        if number != self._number:
            return
        self._is_looking = False
        if look is None and not sentence:
            self.load_wanted.emit(self._name, None, "")
            return
        self.looked.emit(self._name)
        if look is None:
            self._card.show_refusal(self._name, sentence)
        else:
            self._card.show_look(look, is_again=self._is_again, problem=self._why_again)

    @Slot(str, object, str)
    def _load(self, name: str, options: object, content: str) -> None:
        self._asked = name
        self.load_wanted.emit(name, options, content)

    @Slot()
    def _give_up(self) -> None:
        self._asked = ""
        self.given_up.emit()

    @Slot()
    def _choose_architecture(self) -> None:
        look = self._card.look
        if look is None:
            return
        fits = {it.architecture: it for it in look.report.guesses}
        names = [*fits, *(name for name in architectures() if name not in fits)]
        self._palette.open_with(
            [self._entry(name, fits[name].score if name in fits else None) for name in names],
            with_actions=False,
            placeholder=self.tr("Find an architecture of torchvision or timm"),
        )

    def _entry(self, name: str, score: float | None) -> PaletteEntry:
        return PaletteEntry(
            title=name,
            subtitle="" if score is None else self.tr("fits {0}").format(f"{score:.0%}"),
            callback=partial(self._card.form.choose_architecture, name),
            icon=Icon.MODEL,
        )
