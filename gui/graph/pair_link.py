"""Two graphs that move, open and select together."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from engine.graph.visible import RUN_MARK, default_expanded
from engine.values import ItemKind
from engine.values.graph_diff import Side
from gui.graph.level import Level

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.graph.diff_items import DiffIndex, Step
    from engine.values import GraphItem
    from gui.graph.browser import GraphBrowser
    from gui.graph.diff_view import DiffView
    from gui.graph.scene import GraphScene

__all__ = ["PairLink"]


class PairLink(QObject):
    """Keeps two views level: what is a counterpart stands beside its counterpart.

    Parameters
    ----------
    views, browsers
        By side.

    Signals
    -------
    stepped : int
        The number of the difference that is shown, from 0.
    """

    stepped = Signal(int)

    def __init__(
        self,
        views: Mapping[Side, DiffView],
        browsers: Mapping[Side, GraphBrowser],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._views = views
        self._browsers = browsers
        self._index: DiffIndex | None = None
        self._level: Level | None = None
        self._steps: tuple[Step, ...] = ()
        self._place = -1
        self._leader = Side.LEFT
        self._is_linked = True
        self._is_following = False
        self._wanted: Step | None = None
        for side in Side:
            view = views[side]
            view.touched.connect(functools.partial(self._lead, side))
            view.camera_moved.connect(self._follow)
            view.item_clicked.connect(functools.partial(self._select, side))
            view.toggle_wanted.connect(functools.partial(self._toggle, side))
            browsers[side].drawn.connect(self._take_drawing)

    @property
    def steps(self) -> tuple[Step, ...]:
        """The differences, in order of execution."""
        return self._steps

    @property
    def place(self) -> int:
        """The number of the difference that is shown, from 0; -1 = none yet."""
        return self._place

    @property
    def is_linked(self) -> bool:
        """Whether the views move together."""
        return self._is_linked

    def set_linked(self, is_linked: bool) -> None:
        """Let the views move together, or each by itself."""
        self._is_linked = is_linked
        self._follow()

    def show(self, index: DiffIndex) -> None:
        """Draw both graphs of a comparison, opened alike as far as is readable."""
        self._index, self._level = index, None
        self._steps, self._place, self._wanted = index.steps(), -1, None
        self._leader = Side.LEFT
        expanded = {side: default_expanded(graph) for side, graph in index.graphs.items()}
        alike = index.opened_alike(expanded)
        for side in Side:
            self._views[side].set_index(index)
            self._browsers[side].show_graph(index.graphs[side], alike[side])

    def clear(self) -> None:
        """Show nothing."""
        self._index = self._level = self._wanted = None
        self._steps, self._place = (), -1
        for side in Side:
            self._views[side].set_index(None)
            self._browsers[side].clear()

    # ---------------------------------------------------------------------------------- the camera

    @Slot()
    def _follow(self) -> None:
        """Move the other view to where the one lies that is moved by the person."""
        if self._level is None or self._is_following or not self._is_linked:
            return
        view = self._views[self._leader]
        left, top, right, bottom = view.camera.seen
        there = self._level.across(self._leader, (left + right) / 2, (top + bottom) / 2)
        self._move(self._leader.other, *there, view.camera.zoom)

    def _move(self, side: Side, x: float, y: float, zoom: float) -> None:
        self._is_following = True
        self._views[side].look_at(x, y, zoom)
        self._is_following = False

    def _lead(self, side: Side) -> None:
        self._leader = side

    # ------------------------------------------------------------------------------- the selection

    def counterpart(self, side: Side, item: GraphItem) -> GraphItem | None:
        """Return what the other drawing shows for an item of this side; None = nothing."""
        scene = self._views[side.other].scene
        id_ = self._level.counterpart(side, item) if self._level is not None else None
        return scene.item(id_) if scene is not None and id_ is not None else None

    def _select(self, side: Side, item: GraphItem) -> None:
        """Select an item's counterpart, and bring it level."""
        self._lead(side)
        other = self._level.counterpart(side, item) if self._level is not None else None
        view = self._views[side.other]
        view.marks.selected = other
        view.update()
        if other is not None and self._is_linked:
            self._bring_level(side, item.id, other)

    def _bring_level(self, side: Side, mine: str, other: str) -> None:
        view, target = self._views[side], self._views[side.other]
        if view.scene is None or target.scene is None:
            return
        here, there = _middle(view.scene, mine), _middle(target.scene, other)
        zoom = view.camera.zoom
        seen = view.camera.to_view(*here)
        x = there[0] + (view.width() / 2 - seen[0]) / zoom
        y = there[1] + (view.height() / 2 - seen[1]) / zoom
        self._move(side.other, x, y, zoom)

    # ------------------------------------------------------------------------- opening and closing

    def _toggle(self, side: Side, id_: str) -> None:
        """Open or close the counterpart of what was opened or closed."""
        self._lead(side)
        if self._index is None:
            return
        expanded, browser = self._browsers[side].expanded, self._browsers[side.other]
        partner = self._index.partner_box(side, id_[1:])
        if partner is None:
            return
        key: str | None = partner
        is_open = id_[1:] in expanded
        if id_.startswith("r"):
            is_open = RUN_MARK + id_[1:] in expanded
            key = self._run_with(side.other, partner)
        if key is None or is_open == (key in browser.expanded):
            return
        around = frozenset(self._index.trees[side.other].ancestors(partner)) - {partner}
        opened = browser.expanded | around | {key} if is_open else browser.expanded - {key}
        browser.set_expanded(opened)

    def _run_with(self, side: Side, path: str) -> str | None:
        """Return the key of the folded run that a module is in."""
        scene, index = self._views[side].scene, self._index
        if scene is None or index is None:
            return None
        row = scene.row_of_node(index.trees[side].nodes_in(path)[0])
        item = scene.items[row].item if row is not None else None
        is_run = item is not None and item.item is ItemKind.RUN
        return f"{RUN_MARK}{item.id[1:]}" if item is not None and is_run else None

    @Slot()
    def _take_drawing(self) -> None:
        """When both are drawn, find who stands where, and go where the person wanted to go."""
        scenes = {side: self._views[side].scene for side in Side}
        drawn = {side: scene for side, scene in scenes.items() if scene is not None}
        is_busy = any(browser.is_busy for browser in self._browsers.values())
        if self._index is None or len(drawn) < len(Side) or is_busy:
            return
        if any(scene.graph is not self._index.graphs[side] for side, scene in drawn.items()):
            return
        self._level = Level(self._index, drawn)
        if self._wanted is not None:
            self._arrive(self._wanted)
        else:
            self._follow()

    # ----------------------------------------------------------------------- from one to the next

    def step(self, by: int) -> None:
        """Go to the next difference (1) or the one before (-1); behind the last is the first."""
        if not self._steps or self._index is None:
            return
        start = -1 if self._place < 0 and by > 0 else max(self._place, 0)
        self._place = (start + by) % len(self._steps)
        wanted = self._steps[self._place]
        self._wanted = wanted
        self.stepped.emit(self._place)
        self._lead(wanted.side)
        self._open_around(wanted)
        self._take_drawing()

    def _open_around(self, step: Step) -> None:
        """Open what a difference stands in, on both sides."""
        index = self._index
        if index is None:
            return
        tree = index.trees[step.side]
        around = tree.ancestors(self._scope(step))
        partners = [index.partner_box(step.side, path) for path in around]
        there = frozenset(path for path in partners if path is not None)
        for side, paths in ((step.side, frozenset(around)), (step.side.other, there)):
            browser = self._browsers[side]
            if not paths <= browser.expanded:
                browser.set_expanded(browser.expanded | paths)

    def _scope(self, step: Step) -> str:
        assert self._index is not None  # noqa: S101 - there are steps
        tree = self._index.trees[step.side]
        if step.box:
            return tree.box[step.box].parent
        node = next(it for it in tree.graph.nodes if it.id == step.node)
        return tree.scope_of(node)

    def _arrive(self, step: Step) -> None:
        view = self._views[step.side]
        scene = view.scene
        row = scene.row_of_node(step.node) if scene is not None else None
        if scene is None or row is None:
            return
        item = scene.items[row].item
        if item.item is ItemKind.RUN:  # It is one of several: which?
            browser = self._browsers[step.side]
            browser.set_expanded(browser.expanded | {RUN_MARK + item.id[1:]})
            return
        self._wanted = None
        view.marks.selected = item.id
        view.go_to(*_middle(scene, item.id))
        view.update()
        self._select(step.side, item)


def _middle(scene: GraphScene, id_: str) -> tuple[float, float]:
    left, top, right, bottom = scene.rect(scene.row_of[id_])
    return (left + right) / 2, (top + bottom) / 2
