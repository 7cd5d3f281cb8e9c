"""Two networks beside each other: what is the same, what differs, what only one has."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QSplitter, QStackedWidget, QVBoxLayout, QWidget

from engine.graph.labels import shape_label
from engine.graph.visible import batch_of
from engine.values.graph_diff import Side
from gui.graph.browser import GraphBrowser
from gui.graph.diff_legend import DiffLegend
from gui.graph.diff_view import DiffView
from gui.graph.differ import Differ
from gui.graph.drawing import Wanted, lay_out
from gui.graph.menu import show_menu
from gui.graph.pair_link import PairLink
from gui.messages import count_text
from gui.panels.compare_bar import CompareBar
from gui.panels.compare_state import CompareState
from gui.views.elided_label import ElidedLabel

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PySide6.QtCore import QPoint

    from engine.graph.diff_items import DiffIndex
    from engine.jobs import JobControl
    from engine.values import GraphItem, GraphLayout, LayerKey, NetworkGraph
    from gui.actions import Actions
    from gui.graph.drawing import LayOut

__all__ = ["ComparePanel"]

_WITH_PAIR = (
    "compare_next",
    "compare_previous",
    "compare_open",
    "compare_link",
    "compare_swap",
    "compare_close",
)


class ComparePanel(QWidget):
    """Shows a pair of networks' graphs, linked.

    Parameters
    ----------
    actions
        The window's, with those of `gui.graph.keymap`; the panel answers "compare_...".
    lay_out
        Makes a layout, in another thread.

    Signals
    -------
    compared : DiffIndex
        The comparison that is shown from now on.
    choose_wanted
        Another second network is wanted.
    cancelled, retried
        The tracing that `show_waiting` announced is to stop, or to be tried again.
    closed
        The person is done with it.
    layer_chosen, layer_added : LayerKey
        A layer of the network that runs is to be watched, in the current tab or one of its own.
    """

    compared = Signal(object)
    choose_wanted = Signal()
    cancelled = Signal()
    retried = Signal()
    closed = Signal()
    layer_chosen = Signal(object)
    layer_added = Signal(object)

    def __init__(
        self, *, actions: Actions, lay_out: LayOut = lay_out, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._actions = actions
        self._lay_out = lay_out
        self._index: DiffIndex | None = None
        self._pair: tuple[NetworkGraph, NetworkGraph] | None = None
        self._titles = dict.fromkeys(Side, "")
        self._live = Side.LEFT
        self._watched: frozenset[LayerKey] = frozenset()
        self._current: LayerKey | None = None
        self.bar = CompareBar(actions=actions, parent=self)
        self.state = CompareState(self)
        self.views = {side: DiffView(side, self) for side in Side}
        self.browsers = {
            side: GraphBrowser(self.views[side], self._lay_out_marked(side), self) for side in Side
        }
        self.link = PairLink(self.views, self.browsers, self)
        self._differ = Differ(self)
        self._heads = {side: ElidedLabel(mode=Qt.TextElideMode.ElideRight) for side in Side}
        self._details = {side: ElidedLabel(mode=Qt.TextElideMode.ElideRight) for side in Side}
        self._build_layout()
        self._connect_parts()
        self._set_usable(is_usable=False)

    # -------------------------------------------------------------------------------- for callers

    @property
    def index(self) -> DiffIndex | None:
        """The comparison that is shown."""
        return self._index

    @property
    def has_pair(self) -> bool:
        """Whether two networks are shown, or being compared."""
        return self._pair is not None

    def show_pair(
        self,
        left: NetworkGraph,
        right: NetworkGraph,
        titles: tuple[str, str] = ("", ""),
        *,
        live: Side = Side.LEFT,
    ) -> None:
        """Compare two networks and show them beside each other.

        Parameters
        ----------
        titles
            What they are called for the person; empty = as their graphs say.
        live
            Which of them runs: its layers can be watched.
        """
        self._live = live
        self._pair = (left, right)
        names = (titles[0] or left.model, titles[1] or right.model)
        self._titles = dict(zip(Side, names, strict=True))
        self.state.show_busy(self.tr("Comparing {0} and {1}").format(*names))
        self._pages.setCurrentWidget(self.state)
        self._differ.compare(left, right)

    def show_waiting(self, text: str) -> None:
        """Say that a network is on its way ("Tracing ResNet-34")."""
        self.state.show_busy(text)
        self._pages.setCurrentWidget(self.state)

    def show_error(self, text: str) -> None:
        """Say why there is no comparison."""
        self.state.show_error(text)
        self._pages.setCurrentWidget(self.state)

    @Slot()
    def show_back(self) -> None:
        """Go back to the pair that was shown, or to what to do first."""
        if self._index is not None:
            self._pages.setCurrentWidget(self._pair_page)
        else:
            self.clear()

    @Slot()
    def clear(self) -> None:
        """Show no networks."""
        self._differ.cancel()
        self._pair = self._index = None
        self.link.clear()
        self._set_usable(is_usable=False)
        self.state.show_empty()
        self._pages.setCurrentWidget(self.state)

    @Slot()
    def swap(self) -> None:
        """Exchange left and right."""
        if self._pair is not None:
            titles = self._titles[Side.RIGHT], self._titles[Side.LEFT]
            self.show_pair(self._pair[1], self._pair[0], titles, live=self._live.other)

    def mark_watched(self, keys: Iterable[LayerKey], current: LayerKey | None) -> None:
        """Mark the watched layers of the network that runs, and bring the current one into view."""
        has_changed = current != self._current
        self._watched, self._current = frozenset(keys), current
        self._mark()
        view = self.views[self._live]
        if has_changed and current is not None and view.scene is not None:
            view.touched.emit()
            view.reveal(current)

    def finish(self) -> None:
        """Stop what is under way, before the window closes."""
        self._differ.finish()
        for browser in self.browsers.values():
            browser.finish()

    # ------------------------------------------------------------------------------------ private

    def _lay_out_marked(self, side: Side) -> LayOut:
        def marked(wanted: Wanted, control: JobControl) -> GraphLayout:
            from engine.graph.layout import layout  # noqa: PLC0415 - as in gui.graph.drawing
            from engine.graph.visible import visible  # noqa: PLC0415 - as above

            index = self._index
            if index is None or index.graphs[side] is not wanted.graph:
                return self._lay_out(wanted, control)
            view = visible(wanted.graph, wanted.expanded or frozenset(), fold=wanted.is_folded)
            control.check()
            return layout(index.annotated(side, view), wanted.direction, control)

        return marked

    def _build_layout(self) -> None:
        splitter = QSplitter(Qt.Orientation.Horizontal, self)
        splitter.setChildrenCollapsible(False)
        for side in Side:
            self._heads[side].setProperty("role", "heading")
            self._details[side].setProperty("role", "caption")
            column = QWidget(splitter)
            rows = QVBoxLayout(column)
            away = 6  # from the line between them
            rows.setContentsMargins(*((0, 0, away, 0) if side is Side.LEFT else (away, 0, 0, 0)))
            rows.setSpacing(2)
            for part in (self._heads[side], self._details[side]):
                rows.addWidget(part)
            rows.addWidget(self.views[side], 1)
            splitter.addWidget(column)
        self._pair_page = QWidget(self)
        page = QVBoxLayout(self._pair_page)
        page.setContentsMargins(8, 8, 8, 8)
        page.setSpacing(6)
        page.addWidget(self.bar)
        page.addWidget(splitter, 1)
        page.addWidget(DiffLegend(self))
        self._pages = QStackedWidget(self)
        self._pages.addWidget(self.state)
        self._pages.addWidget(self._pair_page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._pages)

    def _connect_parts(self) -> None:
        self._differ.compared.connect(self._show_index)
        self._differ.failed.connect(self.show_error)
        self.state.choose_wanted.connect(self.choose_wanted)
        self.state.cancelled.connect(self._cancel)
        self.state.retried.connect(self._retry)
        self.link.stepped.connect(self._show_count)
        for side, browser in self.browsers.items():
            browser.layer_chosen.connect(partial(self._choose, side))
            browser.layer_added.connect(partial(self._add, side))
            self.views[side].menu_wanted.connect(partial(self._show_menu, side))
        for id_, slot in (
            ("compare_next", lambda: self.link.step(1)),
            ("compare_previous", lambda: self.link.step(-1)),
            ("compare_open", self._open_all),
            ("compare_link", self.link.set_linked),
            ("compare_swap", self.swap),
            ("compare_close", self._close),
        ):
            self._actions.connect(id_, slot)
        self._actions.action("compare_link").setChecked(self.link.is_linked)

    def _set_usable(self, *, is_usable: bool) -> None:
        for id_ in _WITH_PAIR:
            self._actions.action(id_).setEnabled(is_usable)

    @Slot(object)
    def _show_index(self, index: DiffIndex) -> None:
        self._index = index
        for side in Side:
            self._heads[side].setText(self._titles[side])
            self._details[side].setText(self._detail(index.graphs[side]))
        self.bar.show_summary(self._summary(index))
        self._pages.setCurrentWidget(self._pair_page)
        self._set_usable(is_usable=True)
        self.link.show(index)
        self._mark()
        self._show_count(-1)
        self.compared.emit(index)

    def _mark(self) -> None:
        for side, view in self.views.items():
            is_live = side is self._live
            view.set_watched(self._watched if is_live else ())
            view.set_current(self._current if is_live else None)

    def _choose(self, side: Side, key: LayerKey) -> None:
        if side is self._live:
            self.layer_chosen.emit(key)

    def _add(self, side: Side, key: LayerKey) -> None:
        if side is self._live:
            self.layer_added.emit(key)

    def _show_menu(self, side: Side, item: GraphItem | None, place: QPoint) -> None:
        live, counterpart = None, None
        if side is not self._live:
            live = self.browsers[self._live]
            counterpart = self.link.counterpart(side, item) if item is not None else None
        show_menu(self.browsers[side], item, place, live=live, counterpart=counterpart)

    def _summary(self, index: DiffIndex) -> str:
        """Return "212 operations the same, 31 changed, 8 only in ResNet-50"."""
        diff = index.diff
        parts = [self.tr("{0} operations the same").format(f"{diff.same:,}")]
        if diff.changed:
            parts.append(self.tr("{0} changed").format(f"{diff.changed:,}"))
        for side, only in ((Side.LEFT, diff.only_left), (Side.RIGHT, diff.only_right)):
            if only:
                text = self.tr("{0} only in {1}")
                parts.append(text.format(f"{len(only):,}", self._titles[side]))
        return ", ".join(parts)

    def _detail(self, graph: NetworkGraph) -> str:
        batch = batch_of(graph)
        shapes = ", ".join(shape_label(shape, batch) for shape in graph.input_shapes)
        text = self.tr("{0} operations  ·  {1} parameters  ·  input {2}")
        return text.format(f"{len(graph.nodes):,}", count_text(graph.parameters), shapes)

    @Slot(int)
    def _show_count(self, place: int) -> None:
        count = len(self.link.steps)
        self.bar.show_count(place + 1, count)
        for id_ in ("compare_next", "compare_previous"):
            self._actions.action(id_).setEnabled(count > 0)

    def _open_all(self) -> None:
        """Open every module of both, or go back to the overview where all are open."""
        graphs = {side: browser.graph for side, browser in self.browsers.items()}
        is_open = all(
            graph is not None and {box.path for box in graph.boxes} <= self.browsers[side].expanded
            for side, graph in graphs.items()
        )
        for browser in self.browsers.values():
            if is_open:
                browser.show_overview()
            else:
                browser.expand_all()

    @Slot()
    def _cancel(self) -> None:
        self._differ.cancel()
        self.cancelled.emit()
        self.show_back()

    @Slot()
    def _retry(self) -> None:
        self.retried.emit()

    @Slot()
    def _close(self) -> None:
        self.clear()
        self.closed.emit()
