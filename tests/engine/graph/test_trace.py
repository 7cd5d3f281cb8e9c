"""Traces of networks small enough to be written down in full: operations, versions, containers."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.graph.trace import trace
from engine.values import OpKind
from tests.engine.graph.nets import Do, edges, keys, left_behind, node, picture, traced

if TYPE_CHECKING:
    from collections.abc import Callable


# --------------------------------------------------------------------------------- a whole graph


def test_a_residual_block_in_full() -> None:
    graph = traced(
        lambda net, x: net.relu(net.bn(net.conv(x)) + x),
        conv=nn.Conv2d(2, 2, 3, padding=1, groups=2, bias=False),
        bn=nn.BatchNorm2d(2),
        relu=nn.ReLU(inplace=True),
    )
    assert keys(graph) == ["input", "conv", "bn", "/add", "relu", "/output"]
    assert [n.id for n in graph.nodes] == [0, 1, 2, 3, 4, 5]
    assert [(e.source, e.target, e.slot) for e in graph.edges] == [
        (0, 1, 0), (1, 2, 0), (2, 3, 0), (0, 3, 1), (3, 4, 0), (4, 5, 0),
    ]  # fmt: skip
    assert {(e.tensor.shape, e.tensor.dtype) for e in graph.edges} == {((1, 2, 4, 4), "float32")}
    assert [n.kind for n in graph.nodes] == [
        OpKind.INPUT, OpKind.CONVOLUTION, OpKind.NORMALISATION, OpKind.ADD, OpKind.ACTIVATION,
        OpKind.OUTPUT,
    ]  # fmt: skip
    assert [n.parameters for n in graph.nodes] == [0, 18, 4, 0, 0, 0]
    assert [n.is_in_place for n in graph.nodes] == [False, False, False, False, True, False]
    assert [n.is_module for n in graph.nodes] == [False, True, True, False, True, False]
    assert node(graph, "conv").attributes == (
        ("channels", "2 → 2"), ("kernel", "3×3"), ("stride", "1×1"), ("padding", "1×1"),
        ("groups", "2"),
    )  # fmt: skip
    assert node(graph, "conv").weight_shape == (2, 1, 3, 3)
    assert graph.boxes == ()
    assert graph.input_shapes == ((1, 2, 4, 4),)
    assert graph.parameters == 22
    assert graph.model == "Do"


def test_an_operation_knows_the_line_that_called_it() -> None:
    graph = traced(lambda _net, x: F.relu(x))
    assert node(graph, "/relu").source.startswith("test_trace.py:")


# ------------------------------------------------------------------------------------- versions


def test_an_in_place_operation_makes_a_new_version() -> None:
    def forward(_net: nn.Module, x: Tensor) -> Tensor:
        y = x * 2
        z = y.neg()  # of the first version
        y += 1
        F.relu_(y)
        return y * z

    graph = traced(forward)
    assert edges(graph) == {
        ("input", "/mul"), ("/mul", "/neg"), ("/mul", "/add"), ("/add", "/relu"),
        ("/relu", "/mul:1"), ("/neg", "/mul:1"), ("/mul:1", "/output"),
    }  # fmt: skip
    assert [str(n.key) for n in graph.nodes if n.is_in_place] == ["/add", "/relu"]


@pytest.mark.parametrize(
    "add",
    [
        lambda x: x + 1,
        lambda x: 1 + x,
        lambda x: torch.add(x, 1),
        lambda x: x.add(1),
        lambda x: x.add_(1),
        lambda x: x.__iadd__(1),
        lambda x: torch.ops.aten.add.Tensor(x, 1),
    ],
)
def test_each_spelling_is_the_same_operation(add: Callable[[Tensor], Tensor]) -> None:
    graph = traced(lambda _net, x: add(x.clone()))
    assert keys(graph) == ["input", "/clone", "/add", "/output"]
    assert node(graph, "/add").kind is OpKind.ADD


def test_a_write_through_a_view_reaches_what_is_behind_it() -> None:
    """As when a detector copies its pictures into one batch."""

    def forward(_net: nn.Module, x: Tensor) -> Tensor:
        batch = x.new_zeros(2, 2, 4, 4)
        batch[0].copy_(x[0])
        return batch.relu()

    graph = traced(forward)
    assert ("/copy", "/relu") in edges(graph)
    assert ("/new_zeros", "/getitem") in edges(graph)
    assert ("/new_zeros", "/relu") not in edges(graph)


def test_a_write_to_one_half_is_not_one_to_the_other() -> None:
    def forward(_net: nn.Module, x: Tensor) -> Tensor:
        first, second = x.neg().chunk(2, dim=1)
        first.add_(1)
        return second * 2

    graph = traced(forward)
    assert ("/chunk", "/mul") in edges(graph)
    assert ("/add", "/mul") not in edges(graph)


def test_setting_items_is_an_operation() -> None:
    def forward(_net: nn.Module, x: Tensor) -> Tensor:
        y = x.neg()
        y[:, 0] = x[:, 1]
        return y

    graph = traced(forward)
    assert edges(graph) == {
        ("input", "/neg"), ("input", "/getitem"), ("/neg", "/setitem"), ("/getitem", "/setitem"),
        ("/setitem", "/output"),
    }  # fmt: skip
    assert node(graph, "/setitem").is_in_place
    assert node(graph, "/getitem").attributes == (("index", ":, 1"),)


def test_what_gives_back_its_input_is_a_node_but_not_for_who_had_it_before() -> None:
    def forward(net: Any, x: Tensor) -> Any:
        y = x.neg()
        same = net.drop(net.same(y)).contiguous()
        return same * y

    graph = traced(forward, same=nn.Identity(), drop=nn.Dropout())
    assert edges(graph) == {
        ("input", "/neg"), ("/neg", "same"), ("same", "drop"), ("drop", "/contiguous"),
        ("/contiguous", "/mul"), ("/neg", "/mul"), ("/mul", "/output"),
    }  # fmt: skip
    assert not any(n.is_in_place for n in graph.nodes)


def test_a_tensor_is_not_taken_for_a_dead_one_at_the_same_address() -> None:
    """Tensors die during the pass, and others, here constants, are born where they were."""

    def forward(_net: nn.Module, x: Tensor) -> Tensor:
        for _ in range(50):
            x.neg()
            x = x + torch.from_numpy(np.ones(1, np.float32))  # passes by every mode
        return x

    graph = traced(forward)
    sums = [n.id for n in graph.nodes if n.op == "add"]
    assert len(sums) == 50
    assert [[e.source for e in graph.edges if e.target == n] for n in sums] == [
        [before] for before in [0, *sums[:-1]]
    ]


# ------------------------------------------------------------------------- tensors in containers


def test_inputs_and_outputs_of_any_nesting() -> None:
    def forward(_net: nn.Module, pair: list[Tensor], named: dict[str, Tensor]) -> Any:
        first, second = pair
        return OrderedDict(out=[first + named["x"], (second.mul(2), None)], n=3)

    one = torch.ones(1)
    graph = traced(forward, [one, one * 2], {"x": one * 3})
    assert keys(graph) == [
        "input", "input:1", "input:2", "/add", "/mul", "/output", "/output:1",
    ]  # fmt: skip
    assert edges(graph) == {
        ("input", "/add"), ("input:2", "/add"), ("input:1", "/mul"),
        ("/add", "/output"), ("/mul", "/output:1"),
    }  # fmt: skip
    assert graph.input_shapes == ((1,), (1,), (1,))


def test_one_operation_may_have_several_outputs() -> None:
    graph = traced(lambda _net, x: torch.cat(x.chunk(2, dim=1)[::-1], dim=1))
    assert [o.shape for o in node(graph, "/chunk").outputs] == [(1, 1, 4, 4)] * 2
    assert [(e.source, e.target, e.slot) for e in graph.edges if e.target == 2] == [
        (1, 2, 0), (1, 2, 1),
    ]  # fmt: skip
    assert node(graph, "/cat").attributes == (("dim", "1"),)


def test_an_object_of_ones_own_may_carry_the_output() -> None:
    class Answer:
        def __init__(self, logits: Tensor) -> None:
            self.logits = logits

    graph = traced(lambda _net, x: Answer(x.neg()))
    assert edges(graph) == {("input", "/neg"), ("/neg", "/output")}


# ---------------------------------------------------------------------- constants and dead ends


def test_constants_are_no_nodes_but_made_tensors_are() -> None:
    def forward(net: Any, x: Tensor) -> Any:
        torch.zeros(3)  # leads nowhere
        x.mean()  # leads nowhere, but comes from the input
        return x * net.weight + net.buffer + torch.ones(1)

    net = Do(forward)
    net.weight = nn.Parameter(torch.ones(2, 1, 1))
    net.buffer = nn.Buffer(torch.ones(1))
    graph = trace(net, picture())
    assert keys(graph) == [
        "input", "/mean", "/mul", "/add", "/ones", "/add:1", "/output",
    ]  # fmt: skip
    assert node(graph, "/mul").parameters == 2
    assert [i.shape for i in node(graph, "/mul").inputs] == [(1, 2, 4, 4), (2, 1, 1)]


def test_asking_for_a_shape_is_no_operation() -> None:
    def forward(_net: nn.Module, x: Tensor) -> Tensor:
        assert x.shape[0] == x.size(0) == len(x)
        assert x.dtype is torch.float32
        assert x.is_floating_point()
        assert float(x.max()) > 0
        return x.mT

    assert keys(traced(forward)) == ["input", "/max", "/mT", "/output"]


# ------------------------------------------------------------------------ control flow


def test_a_loop_is_unrolled_as_it_ran() -> None:
    def forward(net: Any, x: Tensor) -> Any:
        while x.abs().max() > 1:
            x = net.halve(x)
        return x

    halve = Do(lambda _net, x: x * 0.5)
    graph = traced(forward, torch.full((1, 2), 7.0), halve=halve)
    assert [k for k in keys(graph) if k.startswith("halve")] == ["halve", "halve:1", "halve:2"]
    assert ("halve", "halve:1") in edges(graph)


@pytest.mark.parametrize(("value", "way"), [(1.0, "/exp"), (-1.0, "/neg")])
def test_a_branch_is_the_one_that_the_data_took(value: float, way: str) -> None:
    graph = traced(lambda _net, x: x.exp() if x.sum() > 0 else x.neg(), torch.tensor([value]))
    assert (way, "/output") in edges(graph)
    assert ("/sum", "/gt") in edges(graph)


def test_unpacking_a_tensor_is_taking_it_apart() -> None:
    def forward(_net: nn.Module, x: Tensor) -> Tensor:
        first, second = x
        both: Tensor = first + second
        return both

    assert keys(traced(forward, torch.ones(2, 3))) == ["input", "/unbind", "/add", "/output"]


def test_nms_and_regions_are_seen() -> None:
    torchvision = pytest.importorskip("torchvision")

    def forward(_net: nn.Module, boxes: Tensor, maps: Tensor) -> Tensor:
        kept = torchvision.ops.nms(boxes, boxes[:, 0], 0.5)
        regions: Tensor = torchvision.ops.roi_align(maps, [boxes[kept]], 2)
        return regions

    graph = traced(forward, torch.tensor([[0.0, 0, 2, 2], [1, 1, 4, 4]]), picture())
    assert {"/nms", "/roi_align"} <= set(keys(graph))
    assert ("input:1", "/roi_align") in edges(graph)
    assert ("/nms", "/getitem:1") in edges(graph)


@pytest.mark.filterwarnings("ignore:.*torch.jit.*")
def test_what_torchscript_compiled_is_one_operation() -> None:
    def swish(x: Tensor) -> Tensor:
        return x * torch.sigmoid(x)

    function = torch.jit.script(swish)
    module = torch.jit.script(nn.Sequential(nn.ReLU(), nn.Conv2d(2, 3, 1)).eval())
    plain = torch.jit.ScriptFunction.__call__
    graph = traced(lambda net, x: net.inner(function(x)).neg(), inner=module)
    assert edges(graph) == {
        ("input", "/swish"), ("/swish", "inner"), ("inner", "/neg"), ("/neg", "/output"),
    }  # fmt: skip
    assert node(graph, "inner").parameters == 9
    assert torch.jit.ScriptFunction.__call__ == plain


def test_an_exported_program_has_a_graph() -> None:
    net = nn.Sequential(nn.Conv2d(2, 3, 3), nn.BatchNorm2d(3), nn.ReLU()).eval()
    exported = torch.export.export(net, (picture(),)).module()
    graph = trace(exported, picture())
    assert [(n.op, n.kind.value, n.parameters) for n in graph.nodes[1:-1]] == [
        ("conv2d", "convolution", 57),
        ("batch_norm", "normalisation", 6),
        ("relu", "activation", 0),
    ]  # fmt: skip
    assert node(graph, "/conv2d").weight_shape == (3, 2, 3, 3)
    assert [(e.source, e.target) for e in graph.edges] == [(0, 1), (1, 2), (2, 3), (3, 4)]


@pytest.mark.filterwarnings("ignore:.*meshgrid")
def test_a_detector_with_all_its_branches() -> None:
    detection = pytest.importorskip("torchvision.models.detection")
    torch.manual_seed(0)
    model = detection.maskrcnn_resnet50_fpn(
        weights=None,
        weights_backbone=None,
        num_classes=3,
        min_size=64,
        max_size=96,
        rpn_post_nms_top_n_test=4,
        box_score_thresh=0.0,
        box_detections_per_img=2,
    ).eval()
    graph = trace(model, ([torch.rand(3, 60, 80)],))
    assert {"transform", "backbone", "rpn", "roi_heads", "roi_heads.mask_head"} <= {
        box.path for box in graph.boxes
    }
    ops = {n.op for n in graph.nodes}
    assert {"nms", "MultiScaleRoIAlign", "interpolate", "cat", "getitem", "ConvTranspose2d"} <= ops
    # every output hangs on the input
    before: dict[int, set[int]] = {n.id: set() for n in graph.nodes}
    for edge in graph.edges:
        before[edge.target] |= before[edge.source] | {edge.source}
    outputs = [n.id for n in graph.nodes if n.kind is OpKind.OUTPUT]
    assert len(outputs) == 4  # boxes, labels, scores, masks
    assert all(0 in before[output] for output in outputs)
    assert left_behind(model) == 0
