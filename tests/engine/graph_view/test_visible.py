"""What is visible with which boxes open, and what is folded."""

from __future__ import annotations

import pytest

from engine.graph.visible import (
    RUN_MARK,
    all_paths,
    default_expanded,
    expanded_to_depth,
    toggle,
    visible,
)
from engine.values import GraphItem, ItemKind, LayerKey, NetworkGraph, OpKind, VisibleGraph
from tests.engine.graph_view import made_graphs as made


def ids(view: VisibleGraph) -> list[str]:
    return [item.id for item in view.items]


def edges(view: VisibleGraph) -> set[tuple[str, str, str, int]]:
    return {(edge.source, edge.target, edge.label, edge.count) for edge in view.edges}


def by_id(view: VisibleGraph, name: str) -> GraphItem:
    (found,) = [item for item in view.items if item.id == name]
    return found


def test_closed_boxes_hide_their_content() -> None:
    view = visible(made.residual(), frozenset(), fold=False)
    assert ids(view) == ["n0", "n1", "ba", "bb", "n24"]
    assert view.open_boxes == ()
    assert edges(view) == {
        ("n0", "n1", "3×8×8", 1),
        ("n1", "ba", "8×4×4", 1),  # one tensor, although the branch and the sum take it
        ("ba", "bb", "8×4×4", 1),
        ("bb", "n24", "8×4×4", 1),
    }


def test_a_closed_module_is_watched_by_its_path() -> None:
    item = by_id(visible(made.residual(), fold=False), "ba")
    assert item.item is ItemKind.BOX
    assert item.key == LayerKey("a")
    assert (item.title, item.subtitle, item.kind) == ("a", "Sequential", OpKind.CONVOLUTION)
    assert item.nodes == tuple(range(2, 14))
    assert item.parameters == 6 * 10
    assert item.output is not None
    assert item.output.shape == (1, 8, 4, 4)


def test_open_boxes_show_their_content_and_closed_ones_inside_stay() -> None:
    view = visible(made.residual(), frozenset({"b", "b.0"}), fold=False)
    assert ids(view) == ["n0", "n1", "ba", "n14", "n15", "n16", "bb.0.down", "n19", "bb.1", "n24"]
    assert [box.path for box in view.open_boxes] == ["b", "b.0"]
    assert by_id(view, "n19").title == "add"
    assert by_id(view, "n19").scope == "b.0"
    assert by_id(view, "n14").subtitle == "Conv2d 3×3, stride 2"


def test_a_box_in_a_closed_one_stays_hidden() -> None:
    view = visible(made.residual(), frozenset({"b.0"}), fold=False)
    assert ids(view) == ["n0", "n1", "ba", "bb", "n24"]


def test_equal_blocks_in_a_chain_are_folded() -> None:
    view = visible(made.residual(), frozenset({"a", "b"}))
    assert ids(view) == ["n0", "n1", "ra.0", "bb.0", "bb.1", "n24"]
    run = by_id(view, "ra.0")
    assert (run.item, run.count, run.title) == (ItemKind.RUN, 3, "0 … 2")
    assert run.key == LayerKey("a.2")
    assert run.nodes == tuple(range(2, 14))
    assert run.scope == "a"


def test_a_run_can_be_opened_and_folded_again() -> None:
    graph = made.residual()
    closed = frozenset({"a"})
    opened = toggle(closed, "ra.0")
    assert opened == {"a", f"{RUN_MARK}a.0"}
    assert ids(visible(graph, opened)) == ["n0", "n1", "ba.0", "ba.1", "ba.2", "bb", "n24"]
    assert toggle(opened, "ra.0") == closed


def test_an_open_block_splits_a_run() -> None:
    view = visible(made.residual(), frozenset({"a", "a.0"}))
    assert ids(view)[2:7] == ["n2", "n3", "n4", "n5", "ra.1"]
    assert by_id(view, "ra.1").count == 2


def test_what_is_fed_from_elsewhere_is_not_folded() -> None:
    make = made.Builder()
    source = make.node("input")
    last = source
    for number in range(3):
        make.box(f"m{number}", signature="same")
        conv = make.node("Conv2d", last, at=f"m{number}.conv")
        last = make.node("add", conv, source, at=f"m{number}/add") if number == 1 else conv
    view = visible(make.graph())
    # m1 takes the input too, so that it can only be the first of a run
    assert ids(view) == ["n0", "bm0", "rm1"]


def test_dense_layers_are_no_chain() -> None:
    make = made.Builder()
    features = [make.node("input")]
    for number in range(3):
        make.box(f"l{number}", signature="same")
        features.append(make.node("cat", *features, at=f"l{number}/cat"))
    view = visible(make.graph())
    assert [item.item for item in view.items[1:]] == [ItemKind.BOX] * 3


def test_different_signatures_are_not_folded() -> None:
    make = made.Builder()
    last = make.node("input")
    for number, signature in enumerate(("x", "x", "y", "", "")):
        make.box(f"m{number}", signature=signature)
        last = make.node("Conv2d", last, at=f"m{number}.conv")
    assert ids(visible(make.graph())) == ["n0", "rm0", "bm2", "bm3", "bm4"]


def test_toggle_opens_and_closes() -> None:
    assert toggle(frozenset(), "ba.0") == {"a.0"}
    assert toggle(frozenset({"a.0"}), "ba.0") == frozenset()
    assert toggle(frozenset({"a.0"}), "n3") == {"a.0"}


def test_depths_and_all() -> None:
    graph = made.residual()
    assert expanded_to_depth(graph, 0) == frozenset()
    assert expanded_to_depth(graph, 1) == {"a", "b"}
    assert expanded_to_depth(graph, 2) == {"a", "b", "a.0", "a.1", "a.2", "b.0", "b.1"}
    assert expanded_to_depth(graph, 3) == all_paths(graph)
    everything = visible(graph, all_paths(graph))
    assert ids(everything) == [f"n{number}" for number in range(25)]
    assert len(everything.edges) == len(graph.edges)


def test_the_overview_opens_whole_levels_within_the_budget() -> None:
    graph = made.residual()
    assert default_expanded(graph, 4) == frozenset()
    assert default_expanded(graph, 6) == {"a", "b"}
    assert default_expanded(graph, 23) == {"a", "b"}
    assert default_expanded(graph, 24) == expanded_to_depth(graph, 2)
    assert default_expanded(graph, 25) == all_paths(graph)


def test_the_overview_opens_a_box_that_holds_nearly_everything() -> None:
    make = made.Builder()
    last = make.node("input")
    make.box("features")
    for number in range(12):
        last = make.node("Conv2d", last, at=f"features.{number}")
    for head in range(3):
        make.box(f"head{head}")
        for number in range(2):
            make.node("Conv2d", last, at=f"head{head}.{number}")
    # opening all would show 19
    assert default_expanded(make.graph(), 16) == {"features"}


def test_titles_tell_lists_apart() -> None:
    view = visible(made.u_net(2))
    assert by_id(view, "bdowns.0").title == "downs.0"
    assert by_id(view, "bups.1").title == "ups.1"


def test_the_second_call_of_a_box_is_a_box() -> None:
    make = made.Builder()
    last = make.node("input")
    for path in ("block", "block:1"):
        make.box(path, parent="")
        last = make.node("Conv2d", last, at=f"{path}.conv")
    graph = make.graph()
    view = visible(graph)
    assert ids(view) == ["n0", "bblock", "bblock:1"]
    assert by_id(view, "bblock:1").key == LayerKey("block", 1)


def test_tensors_of_one_edge_are_counted() -> None:
    make = made.Builder()
    source = make.node("input")
    make.box("one")
    small = make.node("Conv2d", source, at="one.a", shape=(4, 2, 2))
    large = make.node("Conv2d", source, at="one.b", shape=(2, 9, 9))
    make.box("two")
    make.node("add", small, small, at="two/add")
    make.node("cat", small, large, at="two/cat")
    view = visible(make.graph())
    (edge,) = [edge for edge in view.edges if edge.source == "bone"]
    # two slots of one node take two tensors, whichever node came last
    assert (edge.label, edge.count) == ("4×2×2 +1", 3)


def test_a_long_stretch_of_small_operations_is_one_item() -> None:
    graph = made.unrolled(20)
    view = visible(graph)
    assert ids(view) == ["n0", "n1", "rgetitem", f"n{len(graph.nodes) - 1}"]
    stretch = by_id(view, "rgetitem")
    assert stretch.subtitle == "61 operations in net.py"
    assert stretch.key == LayerKey("cat")
    assert stretch.nodes == tuple(range(2, 63))
    assert stretch.count == 1
    assert len(visible(graph, frozenset({RUN_MARK + "getitem"})).items) == 64
    assert len(visible(graph, fold=False).items) == 64


def test_a_short_stretch_is_left_as_it_is() -> None:
    assert len(visible(made.unrolled(12)).items) == len(made.unrolled(12).nodes)  # 37 of them
    assert len(visible(made.unrolled(13)).items) == 4  # 40


@pytest.mark.parametrize("graph", [made.residual(), made.dense(4), made.u_net(3)])
def test_every_node_is_in_exactly_one_item(graph: NetworkGraph) -> None:
    for depth in range(4):
        view = visible(graph, expanded_to_depth(graph, depth))
        shown = [node for item in view.items for node in item.nodes]
        assert sorted(shown) == list(range(len(graph.nodes)))
        assert ids(view) == sorted(ids(view), key=lambda name: by_id(view, name).nodes[0])
