"""A second network beside the one that is loaded: chosen, traced off the live loop, compared."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from engine.commands import CancelOther, TraceOther
from engine.events import (
    EngineEvent,
    GraphTraced,
    ModelReady,
    ModelsListed,
    OtherFailed,
    OtherProgress,
    OtherTraced,
)
from gui import settings as keys
from gui.dialogs import ask_for_model
from gui.icons import Icon
from gui.messages import count_text
from gui.views.palette import PaletteEntry

if TYPE_CHECKING:
    from engine.values import LayerKey, ModelCard, NetworkGraph
    from gui.context import WindowContext
    from gui.panels.activation_panel import ActivationPanel
    from gui.panels.compare_panel import ComparePanel
    from gui.views.palette import CommandPalette

__all__ = ["CompareControl"]


class CompareControl(QObject):
    """Joins the panel of two networks with the engine and the palette.

    Parameters
    ----------
    context
        Of the window; it answers the action "compare".
    panel
        Shows the pair.
    maps
        Has the watched layers.
    palette
        Where the second network is chosen.

    Signals
    -------
    wanted
        The panel is to be shown.
    """

    wanted = Signal()

    def __init__(
        self,
        context: WindowContext,
        *,
        panel: ComparePanel,
        maps: ActivationPanel,
        palette: CommandPalette,
    ) -> None:
        super().__init__(panel)
        self._backend = context.backend
        self._settings = context.settings
        self._panel = panel
        self._maps = maps
        self._palette = palette
        self._cards: tuple[ModelCard, ...] = ()
        self._loaded = ""
        self._title = ""
        self._graph: NetworkGraph | None = None
        self._other = ""
        self._other_graph: NetworkGraph | None = None
        context.actions.connect("compare", self.choose)
        self._backend.bridge.event_received.connect(self._hear)
        panel.choose_wanted.connect(self.choose)
        panel.cancelled.connect(self._cancel)
        panel.retried.connect(self._retry)
        panel.closed.connect(self._forget)
        panel.layer_chosen.connect(maps.watch)
        panel.layer_added.connect(maps.watch_also)
        maps.current_changed.connect(self._follow)

    @Slot()
    def choose(self) -> None:
        """Let the person find the second network by a few letters."""
        placeholder = self.tr("Compare with which network?")
        self._palette.open_with(self.entries(), with_actions=False, placeholder=placeholder)

    def entries(self) -> list[PaletteEntry]:
        """Return what can be compared with: networks, files used last, and any other file."""
        found = [
            PaletteEntry(
                title=card.title,
                subtitle=f"{card.family}, {count_text(card.parameters)}",
                callback=partial(self.compare_with, card.name),
                icon=Icon.MODEL,
            )
            for card in self._cards
            if card.name != self._loaded
        ]
        names = {card.name for card in self._cards}
        found += [
            PaletteEntry(
                title=Path(path).name,
                subtitle=path,
                callback=partial(self.compare_with, path),
                icon=Icon.RECENT,
            )
            for path in self._settings.get(keys.RECENT_MODELS)
            if path not in names and path != self._loaded
        ]
        found.append(
            PaletteEntry(
                title=self.tr("A network file…"),
                subtitle=self.tr("compare with your own"),
                callback=self._ask_for_file,
                icon=Icon.FOLDER,
            )
        )
        return found

    def compare_with(self, name: str) -> None:
        """Trace a network by its name or file, without its weights, and show it beside this one."""
        self._other, self._other_graph = name, None
        self._panel.show_waiting(self.tr("Tracing {0}").format(self._title_of(name)))
        self.wanted.emit()
        shapes = self._graph.input_shapes if self._graph is not None else ()
        self._backend.post(TraceOther(name, shapes[0] if shapes else None))

    def close(self) -> None:
        """Finish what is under way."""
        self._panel.finish()

    # ------------------------------------------------------------------------------------ private

    @Slot(object)
    def _hear(self, event: EngineEvent) -> None:
        match event:
            case ModelsListed(cards, _):
                self._cards = cards
            case ModelReady(info):
                self._loaded, self._title = info.card.name, info.card.title
            case GraphTraced(graph):
                self._graph = graph
                self._show()
            case OtherProgress(name, stage) if name == self._other:
                self._panel.show_waiting(f"{stage}: {self._title_of(name)}")
            case OtherTraced(name, graph) if name == self._other:
                self._other_graph = graph
                self._show()
            case OtherFailed(name, message) if name == self._other:
                self._panel.show_error(message)

    @Slot(object)
    def _follow(self, key: LayerKey) -> None:
        self._panel.mark_watched(self._maps.keys, key)

    def _show(self) -> None:
        """Show the pair as soon as both are there; again when another network was loaded."""
        if self._graph is None or self._other_graph is None:
            return
        titles = (self._title, self._title_of(self._other))
        self._panel.show_pair(self._graph, self._other_graph, titles)

    def _title_of(self, name: str) -> str:
        return next((it.title for it in self._cards if it.name == name), Path(name).name)

    @Slot()
    def _cancel(self) -> None:
        self._other = ""
        self._backend.post(CancelOther())

    @Slot()
    def _retry(self) -> None:
        if self._other:
            self.compare_with(self._other)

    @Slot()
    def _forget(self) -> None:
        self._other, self._other_graph = "", None

    @Slot()
    def _ask_for_file(self) -> None:
        folder = self._settings.get(keys.MODEL_FOLDER) or str(Path.home())
        ask_for_model(self._panel, folder, self.compare_with)
