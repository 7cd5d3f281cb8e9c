"""The graph panel: the network as it truly branches, to be browsed, searched and seen live."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from engine.values import Direction
from gui.graph.browser import GraphBrowser
from gui.graph.drawing import lay_out
from gui.graph.find_bar import FindBar
from gui.graph.kind_legend import KindLegend
from gui.graph.measures import LIVE, ColourBy, cost_values, measure_of, shares_of
from gui.graph.menu import show_menu
from gui.graph.minimap import Minimap
from gui.graph.view import GraphView
from gui.panels.graph_bar import GraphBar

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    import numpy as np
    from numpy.typing import NDArray
    from PySide6.QtCore import QPoint

    from engine.values import GraphItem, LayerKey, NetworkCost, NetworkGraph
    from gui.actions import Actions
    from gui.graph.drawing import LayOut

__all__ = ["GraphPanel"]

SEEN_DELAY_MS = 150
LEAST_ZOOM_FOR_PICTURES = 0.6


class GraphPanel(QWidget):
    """Shows a network's graph.

    Parameters
    ----------
    actions
        The window's, with those of `gui.graph.keymap`; the panel answers them.
    lay_out
        Makes a layout, in another thread.

    Signals
    -------
    layer_chosen : LayerKey
        Watch this in the current tab.
    layer_added : LayerKey
        Watch this in a tab of its own.
    colour_changed : ColourBy
        By what the items are coloured now: what is live must be measured.
    pictures_changed : bool
        Whether small maps are wanted on the items.
    seen_changed : tuple of LayerKey
        The layers that are seen, while something live is wanted of them.
    save_wanted : str
        Save the graph as "svg" or "png".
    """

    layer_chosen = Signal(object)
    layer_added = Signal(object)
    colour_changed = Signal(object)
    pictures_changed = Signal(bool)
    seen_changed = Signal(object)
    save_wanted = Signal(str)

    def __init__(
        self, *, actions: Actions, lay_out: LayOut = lay_out, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._actions = actions
        self._cost: NetworkCost | None = None
        self._has_pictures = False
        self._seen: tuple[LayerKey, ...] = ()
        self.view = GraphView(self)
        self.browser = GraphBrowser(self.view, lay_out, self)
        self._minimap = Minimap(self.view)
        self.bar = GraphBar(actions=actions, parent=self)
        self.find_bar = FindBar(self)
        self._legend = KindLegend(self)
        self._seen_timer = QTimer(self)
        self._seen_timer.setSingleShot(True)
        self._seen_timer.setInterval(SEEN_DELAY_MS)
        self._build_layout()
        self._connect_parts()
        self._connect_actions()

    # -------------------------------------------------------------------------------- for callers

    def show_graph(self, graph: NetworkGraph) -> None:
        """Show the graph of a network."""
        self._cost = None
        self.view.set_thumbnails({})
        self.view.set_shares({})
        self.view.set_measure(None)
        self._legend.show_kinds(node.kind for node in graph.nodes)
        self.browser.show_graph(graph)
        self.bar.set_depth(self.browser.depth)

    def show_waiting(self, text: str) -> None:
        """Say that a graph is on its way ("Tracing ResNet-18")."""
        self.view.show_busy(text)

    def show_error(self, text: str) -> None:
        """Say why there is no graph."""
        self.view.show_error(text)

    def clear(self, message: str = "") -> None:
        """Show no graph, but a sentence that says what to do next."""
        self._cost = None
        self._legend.show_kinds(())
        self.browser.clear(message)

    def set_cost(self, cost: NetworkCost) -> None:
        """Take what each operation costs: by this the graph can be coloured."""
        self._cost = cost
        self._colour()

    def mark_watched(self, keys: Iterable[LayerKey], current: LayerKey | None) -> None:
        """Mark the watched layers, and bring the current one into view."""
        self.view.set_watched(keys)
        self.view.set_current(current, reveal=current != self.view.marks.current)

    def show_values(self, colour_by: ColourBy, values: Mapping[LayerKey, float]) -> None:
        """Colour by live numbers of layers, where they are what is wanted now."""
        scene = self.view.scene
        if scene is not None and colour_by is self.bar.colour_by:
            self.view.set_measure(measure_of(scene, values, colour_by))

    def show_pictures(self, pictures: Mapping[LayerKey, NDArray[np.uint8]]) -> None:
        """Put a small picture on each of these layers' items.

        Parameters
        ----------
        pictures : mapping from layer to ndarray, (h, w) or (h, w, 3), uint8
            Grey or RGB.
        """
        scene = self.view.scene
        if scene is None or not self._has_pictures:
            return
        found = ((it.item.id, pictures.get(it.item.key)) for it in scene.items if it.item.key)
        self.view.set_thumbnails({id_: picture for id_, picture in found if picture is not None})

    def show_shares(self, energies: Mapping[LayerKey, tuple[float, ...]]) -> None:
        """Show at sums how much energy comes by each input, in the order of the inputs."""
        if self.view.scene is not None:
            self.view.set_shares(shares_of(self.view.scene, energies))

    def set_note(self, text: str) -> None:
        """Say what the live colours and pictures cost."""
        self.bar.set_note(text)

    @property
    def seen_keys(self) -> tuple[LayerKey, ...]:
        """The layers whose items are in the view, in order of execution."""
        scene = self.view.scene
        if scene is None:
            return ()
        rows = scene.index.touching(self.view.camera.seen).tolist()
        keys = (scene.items[row].item.key for row in rows)
        return tuple(dict.fromkeys(key for key in keys if key is not None))

    def finish(self) -> None:
        """Stop what is under way, before the window closes."""
        self._seen_timer.stop()
        self.browser.finish()

    # ------------------------------------------------------------------------------------ private

    def _build_layout(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(6)
        layout.addWidget(self.bar)
        layout.addWidget(self.find_bar)
        layout.addWidget(self.view, 1)
        layout.addWidget(self._legend)
        self.setFocusProxy(self.view)

    def _connect_parts(self) -> None:
        browser, bar, finder = self.browser, self.find_bar, self.browser.finder
        browser.layer_chosen.connect(self.layer_chosen)
        browser.layer_added.connect(self.layer_added)
        browser.drawn.connect(self._colour)
        browser.drawn.connect(self._seen_timer.start)
        self.view.camera_moved.connect(self._seen_timer.start)
        self.view.menu_wanted.connect(self._show_menu)
        self._seen_timer.timeout.connect(self._tell_seen)
        bar.text_changed.connect(finder.find)
        bar.stepped.connect(finder.step)
        bar.closed.connect(self._end_find)
        finder.found.connect(bar.show_count)
        finder.failed.connect(bar.show_error)
        self.bar.colour_changed.connect(self._recolour)
        self.bar.depth_wanted.connect(self._open)
        self.bar.save_wanted.connect(self.save_wanted)

    def _connect_actions(self) -> None:
        browser, actions = self.browser, self._actions
        for id_, slot in (
            ("graph_find", self.find_bar.open_bar),
            ("graph_next", lambda: browser.finder.step(1)),
            ("graph_previous", lambda: browser.finder.step(-1)),
            ("graph_fit", self.view.fit),
            ("graph_fit_selection", self._show_current),
            ("graph_expand", browser.expand_all),
            ("graph_collapse", browser.show_overview),
            ("graph_fold", browser.set_fold),
            ("graph_turn", self._turn),
            ("graph_colour", self.bar.cycle_colour),
            ("graph_pictures", self._set_pictures),
            ("graph_upstream", browser.reach.upstream),
            ("graph_downstream", browser.reach.downstream),
            ("graph_path", browser.reach.path_to_current),
            ("graph_save", lambda: self.save_wanted.emit("svg", False)),
            ("graph_save_seen", lambda: self.save_wanted.emit("svg", True)),
        ):
            actions.connect(id_, slot)
        actions.action("graph_fold").setChecked(browser.is_folded)

    @Slot(int)
    def _open(self, depth: int) -> None:
        if depth == GraphBar.OVERVIEW:
            self.browser.show_overview()
        elif depth == GraphBar.ALL:
            self.browser.expand_all()
        else:
            self.browser.expand_to_depth(depth)

    def _turn(self) -> None:
        is_down = self.browser.direction is Direction.DOWN
        self.browser.set_direction(Direction.RIGHT if is_down else Direction.DOWN)

    def _show_current(self) -> None:
        key = self.view.marks.current
        if key is not None:
            self.browser.reveal(key)
        self.view.fit_selection()

    def _set_pictures(self, is_wanted: bool) -> None:
        self._has_pictures = is_wanted
        if not is_wanted:
            self.view.set_thumbnails({})
        self.pictures_changed.emit(is_wanted)
        self._seen_timer.start()

    @Slot()
    def _end_find(self) -> None:
        self.browser.finder.end()
        self.view.setFocus()

    @Slot(object)
    def _recolour(self, colour_by: ColourBy) -> None:
        self.view.set_measure(None)
        self._colour()
        self.colour_changed.emit(colour_by)
        self._seen_timer.start()

    @Slot()
    def _colour(self) -> None:
        """Colour by what is known without a frame; live measures come by themselves."""
        scene, colour_by = self.view.scene, self.bar.colour_by
        self._legend.setVisible(colour_by is ColourBy.KIND)
        if scene is None or colour_by is ColourBy.KIND:
            self.view.set_measure(None)
            return
        values = cost_values(self._cost, colour_by) if self._cost is not None else {}
        if values or self.view.measure is None:
            self.view.set_measure(measure_of(scene, values, colour_by))

    @Slot()
    def _tell_seen(self) -> None:
        is_live = self._has_pictures or self.bar.colour_by in LIVE
        seen = self.seen_keys if is_live else ()
        if seen != self._seen:
            self._seen = seen
            self.seen_changed.emit(seen)

    @Slot(object, object)
    def _show_menu(self, item: GraphItem | None, place: QPoint) -> None:
        show_menu(self.browser, item, place)
