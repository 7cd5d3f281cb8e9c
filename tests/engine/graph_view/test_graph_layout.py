"""Every drawing: nothing overlaps, frames hold their content, edges go where they should."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from engine.errors import CancelledError
from engine.graph.labels import FRAME_SIZE, item_size, text_width
from engine.graph.layout import layout
from engine.graph.visible import all_paths, expanded_to_depth, visible
from engine.jobs import JobControl
from engine.values import Direction, NetworkGraph, VisibleGraph
from tests.engine.graph_view import drawing_faults as check
from tests.engine.graph_view import made_graphs as made

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.values import GraphLayout

GRAPHS: dict[str, Callable[[], NetworkGraph]] = {
    "chain": lambda: made.chain(12),
    "residual": made.residual,
    "dense": lambda: made.dense(10),
    "flat dense": lambda: made.flat_dense(2, 9),
    "hub": lambda: made.hub(60, 24),
    "inception": made.inception,
    "u-net": lambda: made.u_net(4),
    "circular": made.circular,
    "scattered": made.scattered,
    "unrolled": lambda: made.unrolled(5),
    "one": lambda: made.chain(1),
}


@pytest.mark.parametrize("direction", Direction)
@pytest.mark.parametrize("is_open", [False, True])
@pytest.mark.parametrize("name", GRAPHS)
def test_a_drawing_has_no_faults(name: str, is_open: bool, direction: Direction) -> None:
    graph = GRAPHS[name]()
    view = visible(graph, all_paths(graph) if is_open else frozenset())
    drawing = layout(view, direction)
    assert check.faults(view, drawing) == []
    assert list(check.lines_on_lines(drawing)) == []
    assert [placed.item for placed in drawing.items] == list(view.items)
    assert [placed.box for placed in drawing.boxes] == list(view.open_boxes)
    assert [placed.edge for placed in drawing.edges] == list(view.edges)
    assert drawing.direction is direction
    for placed in drawing.items:
        assert (placed.width, placed.height) == item_size(placed.item)


@pytest.mark.parametrize("seed", range(40))
def test_no_graph_is_too_wild(seed: int) -> None:
    graph = made.wild(seed)
    way = list(Direction)[seed % 2]
    for opened in (all_paths(graph), expanded_to_depth(graph, 1)):
        view = visible(graph, opened)
        assert check.faults(view, layout(view, way)) == []


@pytest.mark.parametrize("name", GRAPHS)
def test_the_same_graph_gives_the_same_drawing(name: str) -> None:
    graph = GRAPHS[name]()
    view = visible(graph, all_paths(graph))
    one, other = layout(view), layout(view)
    assert (one.items, one.boxes, one.edges) == (other.items, other.boxes, other.edges)
    assert (one.width, one.height) == (other.width, other.height)


def test_nothing_gives_an_empty_drawing() -> None:
    drawing = layout(VisibleGraph((), (), ()))
    assert (drawing.items, drawing.boxes, drawing.edges) == ((), (), ())


def _middles(drawing: GraphLayout) -> dict[str, float]:
    return {placed.item.id: placed.left + placed.width / 2 for placed in drawing.items}


def _edge_points(drawing: GraphLayout, source: str, target: str) -> tuple[tuple[float, float], ...]:
    (found,) = [e for e in drawing.edges if (e.edge.source, e.edge.target) == (source, target)]
    return found.points


@pytest.mark.parametrize("make", [made.residual, lambda: made.u_net(4), lambda: made.hub(50, 24)])
def test_a_chain_is_straight_and_skips_run_beside_it(make: Callable[[], NetworkGraph]) -> None:
    graph = make()
    view = visible(graph, frozenset())
    drawing = layout(view)
    ids = [item.id for item in view.items]
    middles = _middles(drawing)
    assert len({round(middles[item], 6) for item in ids}) == 1
    half = max(placed.width for placed in drawing.items) / 2
    for edge in drawing.edges:
        steps = ids.index(edge.edge.target) - ids.index(edge.edge.source)
        if steps == 1:
            assert len(edge.points) == 2
        else:
            reach = max(abs(x - middles[ids[0]]) for x, _ in edge.points)
            assert reach > half


def test_a_hub_takes_one_lane_for_all_its_consumers() -> None:
    graph = made.hub(100, 24)
    view = visible(graph, frozenset())
    drawing = layout(view)
    far = [e for e in drawing.edges if e.edge.source == "n0" and e.edge.target != "n1"]
    assert len(far) == 24
    assert len({max(x for x, _ in edge.points) for edge in far}) == 1


def test_many_inputs_are_joined_and_few_are_not() -> None:
    for layers, ends in ((5, 6), (6, 1)):
        graph = made.flat_dense(1, layers)
        drawing = layout(visible(graph, frozenset()))
        last = f"n{len(graph.nodes) - 1}"
        arriving = {edge.points[-1] for edge in drawing.edges if edge.edge.target == last}
        assert len(arriving) == ends


def test_branches_stand_symmetrically() -> None:
    graph = made.inception()
    drawing = layout(visible(graph, all_paths(graph)))
    middles = _middles(drawing)
    # branches begin with nodes 1, 2, 4 and 7; node 11 concatenates
    assert middles["n11"] == pytest.approx((middles["n1"] + middles["n7"]) / 2, abs=1.0)
    assert middles["n0"] == pytest.approx(middles["n11"], abs=1.0)


def test_data_flows_down_or_right() -> None:
    graph = made.residual()
    view = visible(graph, all_paths(graph))
    for direction, axis in ((Direction.DOWN, 1), (Direction.RIGHT, 0)):
        drawing = layout(view, direction)
        for edge in drawing.edges:
            along = [point[axis] for point in edge.points]
            assert along == sorted(along)


def test_a_circle_of_boxes_is_drawn_with_a_way_back() -> None:
    drawing = layout(visible(made.circular(), frozenset()))
    back = _edge_points(drawing, "bother", "bone")
    assert back[-1][1] < back[0][1]
    right = max(placed.left + placed.width for placed in drawing.items)
    assert max(x for x, _ in back) > right


def test_pieces_stand_side_by_side() -> None:
    graph = made.scattered()
    drawing = layout(visible(graph, all_paths(graph)))
    tops = {placed.item.id: placed.top for placed in drawing.items}
    assert tops["n0"] == tops["n3"]
    frames = {placed.box.path: placed.top for placed in drawing.boxes}
    assert frames["box"] == tops["n0"]
    assert tops["n6"] == tops["n8"]


def test_each_shape_is_written_once_for_each_source() -> None:
    graph = made.residual()
    drawing = layout(visible(graph, all_paths(graph)))
    labelled = [edge.edge.source for edge in drawing.edges if edge.label_at is not None]
    assert sorted(labelled) == sorted({edge.edge.source for edge in drawing.edges})


def test_frames_leave_room_for_their_titles() -> None:
    graph = made.residual()
    drawing = layout(visible(graph, all_paths(graph)))
    for box in drawing.boxes:
        assert box.title_room > 0
        strip = (box.left + 10, box.top, box.left + 10 + box.title_room, box.top + 15)
        for edge in drawing.edges:
            for (x0, y0), (x1, y1) in zip(edge.points, edge.points[1:], strict=False):
                line = (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
                assert not check.overlap_thin(line, strip)


def test_a_narrow_frame_is_widened_for_its_name() -> None:
    make = made.Builder()
    source = make.node("input")
    make.box("downsample")
    make.node("add", source, source, at="downsample/add")
    graph = make.graph()
    drawing = layout(visible(graph, all_paths(graph)))
    (box,) = drawing.boxes
    assert box.title_room >= text_width("downsample", FRAME_SIZE)


def test_what_leaves_a_short_piece_reaches_the_border() -> None:
    make = made.Builder()
    ends = make.node("input"), make.node("input")
    make.box("box")
    short = make.node("Conv2d", ends[0], at="box.short")
    long = ends[1]
    for number in range(4):
        long = make.node("Conv2d", long, at=f"box.long{number}")
    make.node("output", short)
    make.node("output", long)
    graph = make.graph()
    view = visible(graph, all_paths(graph))
    drawing = layout(view)
    assert check.faults(view, drawing) == []
    bottom = drawing.boxes[0].top + drawing.boxes[0].height
    way = _edge_points(drawing, "n2", "n7")
    # nothing turns inside the frame: the other piece still goes on beside it
    assert all(y > bottom for _, y in way[1:])


def test_a_cancelled_layout_stops() -> None:
    control = JobControl()
    control.cancel()
    with pytest.raises(CancelledError):
        layout(visible(made.chain(5)), control=control)


class _CancelsLater(JobControl):
    """Cancels itself when it was asked so many times."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.left = times

    def check(self) -> None:
        self.left -= 1
        if self.left < 0:
            self.cancel()
        super().check()


def test_a_layout_of_one_level_asks_again_and_again() -> None:
    view = visible(made.flat_dense(4, 12))
    with pytest.raises(CancelledError):
        layout(view, control=_CancelsLater(8))


def test_two_threads_may_lay_out_at_once() -> None:
    views = [visible(made.residual()), visible(made.u_net(3))]
    alone = [layout(view).items for view in views]
    together: dict[int, object] = {}

    def work(number: int) -> None:
        together[number] = layout(views[number]).items

    threads = [threading.Thread(target=work, args=(number,)) for number in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [together[0], together[1]] == alone
