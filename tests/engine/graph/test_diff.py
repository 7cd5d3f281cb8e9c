"""What tells two networks apart, on small ones whose differences are known."""

from __future__ import annotations

import functools
from collections import OrderedDict

import pytest
import torch
from torch import nn

from engine.graph.diff import compare
from engine.graph.trace import trace
from engine.values import NetworkGraph
from engine.values.graph_diff import Difference, DiffKind, GraphDiff

PICTURE = torch.zeros(1, 3, 16, 16)


class Block(nn.Module):
    def __init__(self, width: int, stride: int = 1, into: int | None = None) -> None:
        super().__init__()
        self.conv = nn.Conv2d(into or width, width, 3, stride, 1)
        self.norm = nn.BatchNorm2d(width)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return torch.relu(self.norm(self.conv(x)))


def graph(*layers: nn.Module, name: str = "") -> NetworkGraph:
    return trace(nn.Sequential(*layers).eval(), PICTURE, name=name)


def named(name: str = "", **layers: nn.Module) -> NetworkGraph:
    return trace(nn.Sequential(OrderedDict(layers)).eval(), PICTURE, name=name)


def conv(into: int, out: int, kernel: int = 3, stride: int = 1) -> nn.Conv2d:
    return nn.Conv2d(into, out, kernel, stride, kernel // 2)


def pairs(diff: GraphDiff, left: NetworkGraph, right: NetworkGraph) -> dict[str, str]:
    """Counterparts by name."""
    names = [{node.id: str(node.key) for node in it.nodes} for it in (left, right)]
    return {names[0][pair.left]: names[1][pair.right] for pair in diff.pairs}


def only(graph_: NetworkGraph, ids: tuple[int, ...]) -> list[str]:
    return [str(node.key) for node in graph_.nodes if node.id in ids]


def changed(diff: GraphDiff, left: NetworkGraph) -> dict[str, tuple[Difference, ...]]:
    names = {node.id: str(node.key) for node in left.nodes}
    return {names[pair.left]: pair.differences for pair in diff.pairs if pair.differences}


def test_a_network_is_the_same_as_itself() -> None:
    one = graph(Block(4, into=3), Block(4), nn.Flatten(), nn.Linear(4 * 256, 5))
    diff = compare(one, one)
    assert [(pair.left, pair.right) for pair in diff.pairs] == [(n.id, n.id) for n in one.nodes]
    assert (diff.same, diff.changed) == (len(one.nodes), 0)
    assert (diff.only_left, diff.only_right) == ((), ())
    assert {(box.left, box.right, box.kind) for box in diff.boxes} == {
        ("0", "0", DiffKind.SAME),
        ("1", "1", DiffKind.SAME),
    }


def test_weights_are_not_compared() -> None:
    torch.manual_seed(0)
    one, other = graph(conv(3, 4)), graph(conv(3, 4))
    assert compare(one, other).changed == 0


@pytest.mark.parametrize("place", range(5))
def test_one_layer_inserted_is_all_that_only_one_has(place: int) -> None:
    """In a list every name behind it is another: the names alone would pair what is not alike."""
    layers = [conv(3, 4), nn.ReLU(), conv(4, 4, 5), nn.ReLU()]
    one = graph(*layers)
    more = [*layers[:place], nn.Dropout2d(), *layers[place:]]
    other = graph(*more)
    diff = compare(one, other)
    assert only(other, diff.only_right) == [str(place)]
    assert (diff.only_left, diff.changed) == ((), 0)
    moved = {str(at): str(at + (at >= place)) for at in range(len(layers))}
    assert {k: v for k, v in pairs(diff, one, other).items() if k in moved} == moved


def test_normalisation_behind_each_convolution_is_found_as_such() -> None:
    """As vgg16 and vgg16_bn differ."""
    plain: list[nn.Module] = []
    normed: list[nn.Module] = []
    into = 3
    for out in (4, 4, 8, 8):
        plain += [conv(into, out), nn.ReLU()]
        normed += [conv(into, out), nn.BatchNorm2d(out), nn.ReLU()]
        into = out
    one, other = graph(*plain), graph(*normed)
    diff = compare(one, other)
    assert only(other, diff.only_right) == ["1", "4", "7", "10"]
    assert (diff.same, diff.changed, diff.only_left) == (len(one.nodes), 0, ())


def test_a_block_inserted_among_blocks_is_only_there() -> None:
    one = graph(Block(4, into=3), Block(8, into=4), Block(16, into=8))
    other = graph(Block(4, into=3), Block(4), Block(8, into=4), Block(16, into=8))
    diff = compare(one, other)
    assert only(other, diff.only_right) == ["1.conv", "1.norm", "1/relu"]
    assert (diff.changed, diff.only_left) == (0, ())
    boxes = {box.right: (box.left, box.kind) for box in diff.boxes}
    assert boxes == {
        "0": ("0", DiffKind.SAME),
        "1": (None, DiffKind.ONLY_HERE),
        "2": ("1", DiffKind.SAME),
        "3": ("2", DiffKind.SAME),
    }


def test_another_stride_is_told_with_the_shapes_behind_it() -> None:
    one = named(a=conv(3, 4), b=conv(4, 4), act=nn.ReLU())
    other = named(a=conv(3, 4), b=conv(4, 4, stride=2), act=nn.ReLU())
    diff = compare(one, other)
    shape = Difference("output", "4×16×16", "4×8×8")
    assert changed(diff, one) == {
        "b": (Difference("stride", "1", "2"), shape),
        "act": (shape,),
        "/output": (shape,),
    }
    assert (diff.only_left, diff.only_right) == ((), ())


def test_kernel_width_and_parameters() -> None:
    one, other = named(a=conv(3, 4)), named(a=conv(3, 8, 5))
    told = changed(compare(one, other), one)["a"]
    assert told == (
        Difference("kernel", "3×3", "5×5"),
        Difference("padding", "1", "2"),
        Difference("output", "4×16×16", "8×16×16"),
        Difference("channels", "3 → 4", "3 → 8"),
        Difference("parameters", "112", "608"),  # 4*3*9 + 4; 8*3*25 + 8
    )


def test_another_activation_in_its_place_is_a_change() -> None:
    one, other = named(a=conv(3, 4), act=nn.ReLU()), named(a=conv(3, 4), act=nn.SiLU())
    diff = compare(one, other)
    assert changed(diff, one) == {"act": (Difference("operation", "ReLU", "SiLU"),)}


def test_a_layer_and_its_function_do_the_same() -> None:
    class Called(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.a = conv(3, 4)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return torch.relu(self.a(x))

    one, other = named(a=conv(3, 4), act=nn.ReLU()), trace(Called().eval(), PICTURE)
    diff = compare(one, other)
    assert (diff.same, diff.changed) == (len(one.nodes), 0)
    assert pairs(diff, one, other)["act"] == "/relu"


def test_layers_that_are_nested_otherwise_are_found_by_their_order() -> None:
    one = named(a=conv(3, 4), n=nn.BatchNorm2d(4), r=nn.ReLU(), b=conv(4, 6, 1))
    inner = nn.Sequential(conv(3, 4), nn.BatchNorm2d(4), nn.ReLU())
    other = named(stem=nn.Sequential(inner), head=nn.Sequential(conv(4, 6, 1)))
    diff = compare(one, other)
    found = pairs(diff, one, other)
    assert (found["a"], found["n"]) == ("stem.0.0", "stem.0.1")
    assert (found["r"], found["b"]) == ("stem.0.2", "head.0")
    assert (diff.changed, diff.only_left, diff.only_right) == (0, (), ())


def test_modules_follow_what_is_in_them() -> None:
    def part(into: int) -> nn.Sequential:
        return nn.Sequential(conv(into, 4), nn.ReLU())

    one, other = named(x=nn.Sequential(part(3), part(4))), named(p=part(3), q=part(4))
    diff = compare(one, other)
    assert (diff.changed, diff.only_left, diff.only_right) == (0, (), ())
    boxes = {box.left: box.right for box in diff.boxes}
    assert boxes == {"x": "p", "x.0": None, "x.1": "q"}


def test_what_has_its_name_but_another_place_is_found() -> None:
    one = named(act=nn.ReLU(), norm=nn.BatchNorm2d(3), a=conv(3, 3))
    other = named(norm=nn.BatchNorm2d(3), act=nn.ReLU(), a=conv(3, 3))
    diff = compare(one, other)
    assert pairs(diff, one, other)["act"] == "act"
    assert pairs(diff, one, other)["norm"] == "norm"


def test_boxes_sum_what_is_in_them() -> None:
    one = named(x=nn.Sequential(conv(3, 4), nn.ReLU(), conv(4, 4)), y=conv(4, 4))
    other = named(x=nn.Sequential(conv(3, 4), nn.ReLU(), nn.Dropout(), conv(4, 8)), y=conv(8, 4))
    (box,) = compare(one, other).boxes
    assert (box.left, box.right) == ("x", "x")
    assert (box.same, box.changed, box.only_left, box.only_right) == (2, 1, 0, 1)
    assert box.kind is DiffKind.CHANGED


def nets() -> dict[str, NetworkGraph]:
    return {
        "deep": graph(Block(4, into=3), Block(4), Block(4), Block(8, 2, 4), name="deep"),
        "flat": graph(conv(3, 4), nn.ReLU(), conv(4, 4), nn.ReLU(), conv(4, 8), name="flat"),
        "wide": graph(Block(8, into=3), Block(8), Block(16, 2, 8), name="wide"),
        "same size": graph(Block(4, into=3), Block(4), Block(8, 2, 4), name="wide"),
        "again": graph(conv(3, 4), nn.ReLU(), nn.ReLU(), conv(4, 4), conv(4, 8), name="flat"),
    }


made = functools.cache(nets)


@pytest.mark.parametrize("one", ["deep", "flat", "wide", "same size", "again"])
@pytest.mark.parametrize("other", ["deep", "flat", "wide", "same size", "again"])
def test_it_does_not_matter_which_is_left(one: str, other: str) -> None:
    there = compare(made()[one], made()[other])
    back = compare(made()[other], made()[one])
    assert (there.only_left, there.only_right) == (back.only_right, back.only_left)
    turned = {
        (it.right, it.left, tuple(Difference(d.what, d.right, d.left) for d in it.differences))
        for it in back.pairs
    }
    assert {(it.left, it.right, it.differences) for it in there.pairs} == turned
    boxes = {(it.left, it.right, it.only_left, it.only_right) for it in there.boxes}
    assert boxes == {(it.right, it.left, it.only_right, it.only_left) for it in back.boxes}


@pytest.mark.parametrize("one", ["deep", "flat", "wide"])
@pytest.mark.parametrize("other", ["deep", "flat", "wide"])
def test_every_operation_is_told_once(one: str, other: str) -> None:
    left, right = made()[one], made()[other]
    diff = compare(left, right)
    mine = [pair.left for pair in diff.pairs] + list(diff.only_left)
    theirs = [pair.right for pair in diff.pairs] + list(diff.only_right)
    assert sorted(mine) == [node.id for node in left.nodes]
    assert sorted(theirs) == [node.id for node in right.nodes]
