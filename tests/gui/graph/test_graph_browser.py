"""Browsing: what is open, what is found, what is lit; drawings made in another thread."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from engine.errors import EngineError
from engine.jobs import JobControl
from engine.values import Direction, GraphLayout, LayerKey, NetworkGraph
from gui.graph.browser import GraphBrowser
from gui.graph.drawing import Wanted, lay_out
from gui.graph.view import GraphView
from tests.gui.graph.drawings import residual


class Maker:
    """Makes layouts as usual, and counts; may be held up, or fail."""

    def __init__(self) -> None:
        self.made: list[frozenset[str]] = []
        self.threads: set[str] = set()
        self.gate = threading.Event()
        self.gate.set()
        self.error = ""

    def __call__(self, wanted: Wanted, control: JobControl) -> GraphLayout:
        self.threads.add(threading.current_thread().name)
        self.gate.wait(20)
        control.check()
        if self.error:
            raise EngineError(self.error)
        assert wanted.expanded is not None
        self.made.append(wanted.expanded)
        return lay_out(wanted, control)


@pytest.fixture
def maker() -> Maker:
    return Maker()


@pytest.fixture
def browser(qtbot: QtBot, maker: Maker) -> Iterator[GraphBrowser]:
    view = GraphView()
    qtbot.addWidget(view)
    view.resize(300, 400)
    view.show()
    view.set_animated(False)
    it = GraphBrowser(view, maker)
    yield it
    maker.gate.set()
    it.finish()


def show(qtbot: QtBot, browser: GraphBrowser) -> None:
    with qtbot.waitSignal(browser.drawn):
        browser.show_graph(residual(), frozenset())


def shown(browser: GraphBrowser) -> list[str]:
    assert browser.view.scene is not None
    return [it.item.id for it in browser.view.scene.items]


def test_drawings_are_made_in_another_thread(
    browser: GraphBrowser, maker: Maker, qtbot: QtBot
) -> None:
    show(qtbot, browser)
    assert shown(browser) == ["n0", "bblock", "n4"]
    assert maker.threads == {"layerscope-graph-layout"}


def test_boxes_open_and_close(browser: GraphBrowser, qtbot: QtBot) -> None:
    show(qtbot, browser)
    with qtbot.waitSignal(browser.drawn):
        browser.view.toggle_wanted.emit("bblock")
    assert shown(browser) == ["n0", "n1", "n2", "n3", "n4"]
    browser.toggle("block")
    assert shown(browser) == ["n0", "bblock", "n4"]
    browser.expand_all()
    assert len(shown(browser)) == 5
    browser.collapse_all()
    assert len(shown(browser)) == 3
    browser.expand_to_depth(1)
    assert len(shown(browser)) == 5
    assert browser.depth == 1


def test_what_is_readable_is_found_out_with_the_drawing(
    browser: GraphBrowser, maker: Maker, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a large network it takes longer than a window may wait."""
    threads: list[str] = []

    def default_expanded(graph: NetworkGraph) -> frozenset[str]:
        threads.append(threading.current_thread().name)
        return frozenset({"block"})

    monkeypatch.setattr("engine.graph.visible.default_expanded", default_expanded)
    with qtbot.waitSignal(browser.drawn):
        browser.show_graph(residual())
    assert threads == ["layerscope-graph-layout"]
    assert maker.made == [{"block"}]
    assert browser.expanded == {"block"}
    browser.collapse_all()
    browser.show_overview()  # there at once, from before
    qtbot.waitUntil(lambda: not browser.is_busy)
    assert browser.expanded == {"block"}
    assert len(threads) == 1


def test_what_was_drawn_is_there_at_once(browser: GraphBrowser, maker: Maker, qtbot: QtBot) -> None:
    show(qtbot, browser)
    with qtbot.waitSignal(browser.drawn):
        browser.expand_all()
    for _ in range(3):
        browser.collapse_all()
        browser.expand_all()
    assert maker.made == [frozenset(), frozenset({"block"})]
    with qtbot.waitSignal(browser.drawn):
        browser.set_direction(Direction.RIGHT)
    assert browser.view.scene is not None
    assert browser.view.scene.layout.direction is Direction.RIGHT


def test_the_newest_wish_wins(browser: GraphBrowser, maker: Maker, qtbot: QtBot) -> None:
    show(qtbot, browser)
    maker.gate.clear()
    drawn: list[int] = []
    browser.drawn.connect(lambda: drawn.append(len(shown(browser))))
    browser.expand_all()
    browser.collapse_all()
    assert drawn == [3]
    browser.set_direction(Direction.RIGHT)
    with qtbot.waitSignal(browser.drawn):
        maker.gate.set()
    assert drawn == [3, 3]
    assert frozenset({"block"}) not in maker.made


def test_what_comes_too_late_is_dropped(browser: GraphBrowser, maker: Maker, qtbot: QtBot) -> None:
    show(qtbot, browser)
    drawn: list[int] = []
    browser.drawn.connect(lambda: drawn.append(len(shown(browser))))
    browser.expand_all()
    job = browser._drawer._job
    assert job is not None
    job.join(20)  # Its result is on the way, but has not arrived.
    browser.collapse_all()
    assert drawn == [3]
    with qtbot.waitSignal(browser.drawn):
        browser.set_direction(Direction.RIGHT)
    assert drawn == [3, 3]


def test_it_can_be_cancelled(browser: GraphBrowser, maker: Maker, qtbot: QtBot) -> None:
    show(qtbot, browser)
    maker.gate.clear()
    browser.expand_all()
    qtbot.waitUntil(lambda: browser.view.state_text == "Laying out 5 operations")
    browser.view.cancelled.emit()
    assert not browser.is_busy
    assert browser.view.state_text == ""
    maker.gate.set()
    browser.finish()
    assert len(shown(browser)) == 3


def test_a_failure_is_told_and_tried_again(
    browser: GraphBrowser, maker: Maker, qtbot: QtBot
) -> None:
    maker.error = "Too large to draw; open fewer modules."
    browser.show_graph(residual(), frozenset())
    qtbot.waitUntil(lambda: browser.view.state_text == maker.error)
    maker.error = ""
    with qtbot.waitSignal(browser.drawn):
        browser.view.retried.emit()
    assert browser.view.state_text == ""


def test_clicks_choose_layers(browser: GraphBrowser, qtbot: QtBot) -> None:
    show(qtbot, browser)
    chosen: list[LayerKey] = []
    added: list[LayerKey] = []
    browser.layer_chosen.connect(chosen.append)
    browser.layer_added.connect(added.append)
    browser.view.select("n4")
    browser.view.choose_selection()
    browser.view.select("bblock")
    browser.view.choose_selection(is_extra=True)
    assert chosen == [LayerKey("head")]
    assert added == [LayerKey("block")]


def test_revealing_opens_what_a_layer_is_in(browser: GraphBrowser, qtbot: QtBot) -> None:
    show(qtbot, browser)
    with qtbot.waitSignal(browser.drawn):
        assert browser.reveal(LayerKey("block/add"))
    assert browser.expanded == {"block"}
    assert not browser.reveal(LayerKey("nowhere"))


def lit(browser: GraphBrowser) -> object:
    return browser.reach.lit


def hit(browser: GraphBrowser) -> object:
    return browser.view.marks.hit


# ------------------------------------------------------------------------------------- finding


def test_hits_are_stepped_through_and_opened(browser: GraphBrowser, qtbot: QtBot) -> None:
    show(qtbot, browser)
    told: list[tuple[int, int]] = []
    finder = browser.finder
    finder.found.connect(lambda place, count: told.append((place, count)))
    finder.find("block")
    qtbot.waitUntil(lambda: told == [(0, 3)])
    assert browser.view.marks.hits == {"bblock"}
    with qtbot.waitSignal(browser.drawn):
        finder.step(1)
    assert browser.view.marks.hits == {"n1", "n2", "n3"}
    assert hit(browser) == "n1"
    finder.step(-1)
    assert hit(browser) == "n3"
    finder.step(1)
    assert told == [(0, 3), (1, 3), (3, 3), (1, 3)]
    finder.end()
    assert browser.view.marks.hits == frozenset()


def test_stepping_back_first_goes_to_the_last(browser: GraphBrowser, qtbot: QtBot) -> None:
    show(qtbot, browser)
    browser.finder.find("block")
    browser.finder.step(-1)
    qtbot.waitUntil(lambda: browser.view.marks.hit == "n3")


def test_a_bad_expression_is_told(browser: GraphBrowser, qtbot: QtBot) -> None:
    show(qtbot, browser)
    with qtbot.waitSignal(browser.finder.failed) as told:
        browser.finder.find("(", True)
    assert told.args is not None
    assert "no regular expression" in told.args[0]
    assert browser.finder.hits == ()


# -------------------------------------------------------------------------- what depends on what


def test_what_a_node_depends_on_is_lit(browser: GraphBrowser, qtbot: QtBot) -> None:
    show(qtbot, browser)
    with qtbot.waitSignal(browser.drawn):
        browser.expand_all()
    browser.view.select("n2")
    browser.reach.upstream()
    assert lit(browser) == {0, 1, 2}
    assert browser.view.has_highlight
    browser.reach.downstream()
    assert lit(browser) == {2, 3, 4}
    browser.view.clear_highlight()
    assert lit(browser) is None


def test_a_box_counts_with_all_that_is_in_it(browser: GraphBrowser, qtbot: QtBot) -> None:
    show(qtbot, browser)
    scene = browser.view.scene
    assert scene is not None
    block, head = scene.item("bblock"), scene.item("n4")
    assert block is not None
    assert head is not None
    browser.reach.upstream(block)
    assert lit(browser) == {0, 1, 2, 3}
    browser.reach.downstream(block)
    assert lit(browser) == {1, 2, 3, 4}
    assert browser.reach.path(head, block)
    assert lit(browser) == {1, 2, 3, 4}


def test_light_stays_when_boxes_open(browser: GraphBrowser, qtbot: QtBot) -> None:
    show(qtbot, browser)
    browser.view.select("n0")
    browser.reach.upstream()
    with qtbot.waitSignal(browser.drawn):
        browser.expand_all()
    assert browser.view.has_highlight
    browser.show_graph(residual(), frozenset())
    assert lit(browser) is None
    qtbot.waitUntil(lambda: not browser.is_busy)
