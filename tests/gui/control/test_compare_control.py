"""A second network is chosen, traced by the engine, and shown beside the loaded one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engine.commands import CancelOther, LoadModel, TraceOther
from engine.events import GraphTraced, ModelsListed, OtherFailed, OtherProgress, OtherTraced
from engine.values.graph_diff import Side
from tests.gui.fake_engine import card
from tests.gui.graph.test_pair_link import settle, tower

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from tests.gui.window_kit import Kit


@pytest.fixture
def traced(kit: Kit) -> Kit:
    """A window with a network whose graph is known, and the list of all networks."""
    kit.engine.tell(ModelsListed((card("tiny"), card("larger")), ()))
    kit.engine.load()
    kit.engine.tell(GraphTraced(tower(2, "tiny")))
    kit.engine.forget()
    return kit


def test_the_second_is_chosen_in_the_palette_and_traced_at_the_firsts_size(traced: Kit) -> None:
    traced.trigger("compare")
    assert "Tiny" not in traced.window.palette_.titles  # it is the loaded one
    traced.choose_in_palette("Larger")
    assert traced.engine.of(TraceOther) == [TraceOther("larger", (1, 3, 8, 8))]
    assert traced.engine.of(LoadModel) == []
    assert traced.window.compare.isVisible()
    assert traced.window.compare.state.text == "Tracing Larger"


def test_files_used_last_can_be_compared_with(traced: Kit) -> None:
    traced.settings.add_recent_model("/nets/net.pt")
    entry = next(it for it in traced.window.comparing.entries() if it.title == "net.pt")
    assert entry.subtitle == "/nets/net.pt"
    entry.callback()
    assert traced.engine.of(TraceOther) == [TraceOther("/nets/net.pt", (1, 3, 8, 8))]


def test_both_are_shown_with_the_loaded_one_at_the_left(traced: Kit, qtbot: QtBot) -> None:
    panel = traced.window.compare
    traced.window.comparing.compare_with("larger")
    with qtbot.waitSignal(panel.compared, timeout=20_000):
        traced.engine.tell(OtherTraced("larger", tower(4, "larger")))
    settle(qtbot, panel)
    assert panel.bar.summary == "6 operations the same, 4 only in Larger"
    assert panel.index is not None
    assert panel.index.graphs[Side.LEFT].model == "tiny"
    assert traced.window.graph.browser.graph is not None
    assert traced.window.graph.browser.graph.model == "tiny", "the loaded one stays"


def test_another_network_that_is_loaded_takes_the_left_place(traced: Kit, qtbot: QtBot) -> None:
    panel = traced.window.compare
    traced.window.comparing.compare_with("larger")
    with qtbot.waitSignal(panel.compared, timeout=20_000):
        traced.engine.tell(OtherTraced("larger", tower(4, "larger")))
    settle(qtbot, panel)
    with qtbot.waitSignal(panel.compared, timeout=20_000):
        traced.engine.tell(GraphTraced(tower(3, "third")))
    settle(qtbot, panel)
    assert panel.bar.summary == "8 operations the same, 2 only in Larger"


def test_progress_failure_and_another_try(traced: Kit) -> None:
    panel = traced.window.compare
    traced.window.comparing.compare_with("larger")
    traced.engine.tell(OtherProgress("larger", "Looking at the file"))
    assert panel.state.text == "Looking at the file: Larger"
    traced.engine.tell(OtherFailed("larger", "It does not run; choose another."))
    assert panel.state.text == "It does not run; choose another."
    traced.engine.forget()
    traced.click(panel, "Try again")
    assert traced.engine.of(TraceOther) == [TraceOther("larger", (1, 3, 8, 8))]


def test_what_was_given_up_is_not_shown(traced: Kit) -> None:
    panel = traced.window.compare
    traced.window.comparing.compare_with("larger")
    traced.click(panel, "Cancel")
    assert traced.engine.of(CancelOther) == [CancelOther()]
    traced.engine.tell(OtherTraced("larger", tower(4, "larger")))
    assert not panel.has_pair
    assert "Choose a second network" in panel.state.text


def test_the_end_hides_the_panel(traced: Kit, qtbot: QtBot) -> None:
    panel = traced.window.compare
    traced.window.comparing.compare_with("larger")
    with qtbot.waitSignal(panel.compared, timeout=20_000):
        traced.engine.tell(OtherTraced("larger", tower(4, "larger")))
    settle(qtbot, panel)
    traced.trigger("compare_close")
    assert not panel.isVisible()
    traced.engine.tell(GraphTraced(tower(3, "third")))
    assert not panel.has_pair, "it is over"
