"""The workspaces: what each shows, and that each keeps the layout it was left with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QTabBar

from gui import settings as keys
from gui.workspaces import WORKSPACES, Extent, workspace_of
from tests.gui.fake_engine import CONV1
from tests.gui.window_kit import Kit

if TYPE_CHECKING:
    from collections.abc import Callable


def _shown(kit: Kit) -> set[str]:
    return {name for name, dock in kit.window.docks.items() if dock.isVisible()}


@pytest.mark.parametrize("workspace", WORKSPACES, ids=lambda one: one.id)
def test_a_workspace_shows_its_panels_and_no_others(kit: Kit, workspace: object) -> None:
    kit.loaded(CONV1)
    for one in reversed(WORKSPACES):
        kit.trigger(f"workspace_{one.id}")
    one = workspace_of(workspace.id)  # type: ignore[attr-defined]  # pytest hands it on untyped
    kit.trigger(f"workspace_{one.id}")
    QApplication.processEvents()
    assert kit.window.workspaces.current == one.id
    assert _shown(kit) == set(one.places) - one.hidden
    checked = [w.id for w in WORKSPACES if kit.is_checked(f"workspace_{w.id}")]
    assert checked == [one.id]
    assert set(one.places) <= set(kit.window.docks)
    assert {*one.behind, *one.behind.values(), *one.widths, *one.heights} <= set(one.places)


def test_the_graph_has_most_of_the_width_of_its_workspace(kit: Kit) -> None:
    kit.loaded(CONV1)
    kit.trigger("workspace_graph")
    QApplication.processEvents()
    graph = kit.window.docks["graph"]
    assert graph.width() >= 470
    assert graph.height() > 600
    assert kit.window.width() == 1280


def test_clicking_the_button_of_the_workspace_one_is_in_keeps_it_pressed(kit: Kit) -> None:
    kit.trigger("workspace_inspect")
    assert kit.is_checked("workspace_inspect")
    assert kit.window.workspaces.current == "inspect"


def test_each_workspace_keeps_its_layout(again: Callable[[], Kit]) -> None:
    first = again().loaded(CONV1)
    first.trigger("timing")
    first.trigger("workspace_graph")
    QApplication.processEvents()
    assert "timing" not in _shown(first)
    first.window.docks["cost"].close()
    first.trigger("workspace_inspect")
    QApplication.processEvents()
    assert {"timing", "cost"} <= _shown(first)
    first.trigger("workspace_graph")
    second = again()
    QApplication.processEvents()
    assert second.window.workspaces.current == "graph"
    assert "cost" not in _shown(second)
    second.trigger("reset_layout")
    QApplication.processEvents()
    assert "cost" in _shown(second)
    assert "timing" not in _shown(second)


def test_a_workspace_that_is_no_more_is_forgotten(again: Callable[[], Kit]) -> None:
    kit = again()
    kit.settings._store.setValue(keys.WORKSPACE.key, "from a newer version")
    kit.settings.sync()
    assert again().window.workspaces.current == "inspect"


@pytest.mark.parametrize("workspace", ["inspect", "graph"])
def test_searching_a_panel_brings_it_forward(kit: Kit, workspace: str) -> None:
    kit.loaded(CONV1)
    kit.trigger(f"workspace_{workspace}")
    kit.window.docks["layers"].close()
    kit.trigger("graph_find")
    QApplication.processEvents()
    assert kit.window.graph.find_bar.isVisible()
    focused = QApplication.focusWidget()
    assert focused is not None
    assert kit.window.graph.find_bar.isAncestorOf(focused)
    kit.trigger("find_layer")
    QApplication.processEvents()
    assert kit.window.layers._search.hasFocus()
    assert not kit.window.layers.visibleRegion().isEmpty()


def test_the_picture_stands_in_one_place(kit: Kit) -> None:
    kit.loaded(CONV1)
    kit.trigger("workspace_segment")
    QApplication.processEvents()
    source, layers = kit.window.docks["source"], kit.window.docks["layers"]
    assert kit.window.segment.isVisible()
    assert not kit.window.source.view.isVisible()
    assert source.height() == source.minimumSizeHint().height()
    assert layers.height() > kit.window.height() / 2
    kit.trigger("workspace_inspect")
    QApplication.processEvents()
    assert kit.window.source.view.isVisible()
    assert kit.window.source.view.height() > 150


def test_extent_keeps_within_its_bounds() -> None:
    extent = Extent(0.25, 300, 400)
    assert [extent.of(whole) for whole in (1000, 1400, 4000)] == [300, 350, 400]


def test_there_is_no_other_workspace() -> None:
    with pytest.raises(KeyError, match="inspect, graph"):
        workspace_of("x")


def _tabs_in_sight(kit: Kit) -> list[tuple[tuple[str, ...], tuple[int, int, int]]]:
    """Return each row of tabs over the docks: its titles, and where it stands."""
    window = kit.window
    rows = window.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly)
    return sorted(
        (tuple(row.tabText(at) for at in range(row.count())), (row.x(), row.y(), row.width()))
        for row in rows
        if row.isVisible() and row.geometry().intersects(window.rect())
    )


def test_going_round_leaves_everything_where_it_was(kit: Kit) -> None:
    kit.loaded(CONV1)
    window = kit.window
    window.resize(1280, 800)
    QApplication.processEvents()
    seen: dict[str, list[object]] = {one.id: [] for one in WORKSPACES}
    for _ in range(3):
        for one in WORKSPACES:
            kit.trigger(f"workspace_{one.id}")
            QApplication.processEvents()
            places = {
                name: dock.geometry().getRect()
                for name, dock in window.docks.items()
                if not dock.visibleRegion().isEmpty()
            }
            seen[one.id].append((window.width(), window.height(), places, _tabs_in_sight(kit)))
    for id_, rounds in seen.items():
        assert rounds[0] == rounds[1] == rounds[2], id_
        assert rounds[0][:2] == (1280, 800)  # type: ignore[index]  # a tuple, as put in above
    titles = {one.id: {row[0] for row in _rows(seen[one.id][0])} for one in WORKSPACES}
    assert titles["graph"] == {("Cost", "Layers")}
    assert titles["inspect"] == {("Layers", "Graph"), ("Channel", "Cost")}
    assert titles["evidence"] == set()


def _rows(state: object) -> list[tuple[tuple[str, ...], tuple[int, int, int]]]:
    assert isinstance(state, tuple)
    rows = state[3]
    assert len({row[0] for row in rows}) == len(rows)  # none stands there twice
    return list(rows)


def test_what_was_pointed_at_is_forgotten_in_another_workspace(kit: Kit) -> None:
    kit.loaded(CONV1)
    kit.window.status.show_pointed("no object   x=115 y=179")
    kit.trigger("workspace_train")
    assert kit.window.status._what.text().startswith("features.conv1")
