"""Choosing and loading networks and devices: the actions of the group "Model"."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from engine.commands import CancelLoading, LoadModel, SetDevice
from engine.events import (
    EngineEvent,
    LoadingCancelled,
    LoadingFailed,
    LoadingProgress,
    ModelReady,
    ModelsListed,
    Notice,
    Severity,
)
from engine.models.user.naming import is_file_name
from engine.values import DeviceRequest, WeightsChoice
from gui import settings as keys
from gui.control.network_files import NetworkFileControl
from gui.dialogs import ask_for_model
from gui.icons import Icon
from gui.messages import bytes_text, count_text
from gui.remembered import device_request, store_device
from gui.views.palette import PaletteEntry

if TYPE_CHECKING:
    from engine.models.user.options import OpenOptions
    from engine.values import ModelCard, ModelInfo
    from gui.context import WindowContext
    from gui.panels.loading_row import LoadingRow
    from gui.panels.open_model_card import OpenModelCard
    from gui.panels.top_bar import TopBar
    from gui.views.notice_bar import NoticeBar
    from gui.views.palette import CommandPalette

__all__ = ["ModelControl"]


class ModelControl(QObject):
    """Keeps the top bar, the loading row and the notices in step with the engine.

    Signals
    -------
    model_ready : ModelInfo
        A network was loaded or moved.
    """

    model_ready = Signal(object)

    def __init__(  # noqa: PLR0913 - each is a part of the window, by its name
        self,
        context: WindowContext,
        *,
        top: TopBar,
        loading: LoadingRow,
        card: OpenModelCard,
        notices: NoticeBar,
        palette: CommandPalette,
    ) -> None:
        super().__init__(top)
        self._top = top
        self._loading = loading
        self._notices = notices
        self._palette = palette
        self._actions = actions = context.actions
        self._backend = context.backend
        self._settings = context.settings
        self._cards: tuple[ModelCard, ...] = ()
        self._info: ModelInfo | None = None
        self._wanted = ""
        self._files = files = NetworkFileControl(card, actions, palette)
        files.load_wanted.connect(self._load_file)
        files.looked.connect(self._end_loading)
        files.looked.connect(self._ask_for_first)
        files.given_up.connect(self._ask_for_first)
        actions.connect("choose_model", self.choose)
        actions.connect("open_model", self.open_file)
        actions.connect("choose_device", top.open_devices)
        actions.connect("cancel_loading", self.cancel)
        actions.action("cancel_loading").setEnabled(False)
        top.device_chosen.connect(self._choose_device)
        loading.cancelled.connect(self.cancel)
        self._backend.bridge.event_received.connect(self._hear)

    @property
    def info(self) -> ModelInfo | None:
        """The network that is loaded."""
        return self._info

    def load(self, name: str, weights: WeightsChoice = WeightsChoice.PUBLISHED) -> None:
        """Load a network; the one that runs goes on meanwhile.

        Of a person's own file it is asked first how it is to be opened, unless that is known.
        """
        self._begin(name)
        if weights is WeightsChoice.PUBLISHED and self._is_file(name):
            self._files.open(name)
            return
        self._files.leave()
        self._backend.post(LoadModel(name, weights))

    @Slot()
    def cancel(self) -> None:
        """Stop loading."""
        if self._wanted and self._files.is_looking:
            self._files.leave()
            self._end_loading(self._wanted)
            self._ask_for_first()
            return
        self._backend.post(CancelLoading())

    def close(self) -> None:
        """Finish what is under way."""
        self._files.close()

    @Slot()
    def choose(self, tasks: frozenset[str] = frozenset()) -> None:
        """Let the person find a network by a few letters: of all, or of those for some tasks."""
        self._palette.open_with(
            self.entries(tasks), with_actions=False, placeholder=self.tr("Find a network")
        )

    def entries(self, tasks: frozenset[str] = frozenset()) -> list[PaletteEntry]:
        """Return the networks for the palette: those that need no download first.

        Parameters
        ----------
        tasks
            What those that are wanted do: "instance", "semantic"; empty = anything.
        """
        wanted = [card for card in self._cards if not tasks or card.task in tasks]
        cards = sorted(wanted, key=lambda card: not card.are_weights_local)
        loaded = self._info.card.name if self._info else ""
        found = [
            PaletteEntry(
                title=card.title,
                subtitle=self._summary(card),
                callback=partial(self.load, card.name),
                icon=Icon.MODEL if card.are_weights_local else Icon.DOWNLOAD,
                is_checked=card.name == loaded,
            )
            for card in cards
        ]
        found += [
            PaletteEntry(
                title=self.tr("{0}, structure only").format(card.title),
                subtitle=self.tr("random weights, no download"),
                callback=partial(self.load, card.name, WeightsChoice.RANDOM),
                icon=Icon.MODEL,
            )
            for card in cards
            if not card.are_weights_local
        ]
        return found

    # ---------------------------------------------------------------------- what the engine tells

    @Slot(object)
    def _hear(self, event: EngineEvent) -> None:
        match event:
            case ModelsListed(cards, devices):
                self._cards = cards
                self._top.show_devices(devices, device_request(self._settings))
            case LoadingProgress(name) if name == self._wanted:
                self._loading.show_progress(event)
            case ModelReady(info, asked):
                self._take(info, asked)
            case LoadingFailed():
                self._end_loading(event.model)
                self._tell_failure(event)
            case LoadingCancelled(name):
                self._end_loading(name)
                self._ask_for_first()
            case Notice(topic, message, severity):
                self._notices.show_notice(topic, message, severity)

    def _take(self, info: ModelInfo, asked: str) -> None:
        self._end_loading(asked or info.card.name)
        self._info = info
        self._notices.clear("model")
        self._top.show_model(info)
        self._settings.set(keys.MODEL, asked or info.card.name)
        self._settings.add_recent_model(asked or info.card.name)
        if asked:
            self._files.show_loaded(asked, is_file=self._is_file(asked))
        self.model_ready.emit(info)

    def _begin(self, name: str) -> None:
        self._wanted = name
        self._notices.clear("model")
        self._loading.begin(self._title(name))
        self._actions.action("cancel_loading").setEnabled(True)

    def _is_file(self, name: str) -> bool:
        """Whether it names a person's own file: what is in the registry comes first there."""
        if any(card.name == name for card in self._cards):
            return False
        return is_file_name(name) and (bool(self._cards) or Path(name).name != name)

    @Slot(str, object, str)
    def _load_file(self, name: str, options: OpenOptions | None, content: str) -> None:
        self._begin(name)
        self._backend.post(LoadModel(name, options=options, content=content))

    @Slot(str)
    def _end_loading(self, name: str) -> None:
        """Take the loading row away, unless another network than `name` is being loaded."""
        if self._wanted not in {"", name}:
            return
        self._wanted = ""
        self._loading.end()
        self._actions.action("cancel_loading").setEnabled(False)

    @Slot()
    def _ask_for_first(self) -> None:
        if self._info is None and not self._wanted:
            self._top.ask_for_model()

    def _tell_failure(self, event: LoadingFailed) -> None:
        """Say why, and offer the next step: again, or the structure with random weights."""
        self._ask_for_first()
        if self._files.show_failure(event):
            return
        steps = [(self.tr("Try again"), partial(self.load, event.model))]
        if self._is_file(event.model):
            again = partial(self._files.open, event.model, is_again=True)
            steps.append((self.tr("Change how it is opened"), again))
        if event.can_run_random:
            again = partial(self.load, event.model, WeightsChoice.RANDOM)
            steps.append((self.tr("Structure only (random weights)"), again))
        self._notices.show_notice("model", event.message, Severity.ERROR, actions=steps)

    @Slot()
    def open_file(self) -> None:
        """Let the person choose a file with a network of their own."""
        folder = self._settings.get(keys.MODEL_FOLDER) or str(Path.home())
        ask_for_model(self._top, folder, self._open_path)

    def _open_path(self, path: str) -> None:
        self._settings.set(keys.MODEL_FOLDER, str(Path(path).parent))
        self.load(path)

    def _summary(self, card: ModelCard) -> str:
        parts = [] if card.title.startswith(card.family) else [card.family]
        parts.append(count_text(card.parameters))
        if card.accuracy_top1 is not None:
            parts.append(self.tr("top-1 {0} %").format(f"{card.accuracy_top1:.1f}"))
        if not card.are_weights_local and card.weights_install:
            parts.append(self.tr("not installed: {0}").format(card.weights_install))
        elif not card.are_weights_local:
            parts.append(self.tr("{0} to download").format(bytes_text(card.weights_size_bytes)))
        if card.weights_licence:
            parts.append(self.tr("weights {0}").format(card.weights_licence.partition(";")[0]))
        return ", ".join(parts)

    def _title(self, name: str) -> str:
        short = Path(name).name  # of a file; of any other, the name itself
        return next((card.title for card in self._cards if card.name == name), short)

    @Slot(object)
    def _choose_device(self, request: DeviceRequest) -> None:
        self._notices.clear("device")
        store_device(self._settings, request)
        self._backend.post(SetDevice(request))
