"""ONNX networks answer as ONNX's own evaluator, and read no file they should not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch

from engine.capture.hooks import capture
from engine.graph.trace import trace
from engine.models.user import onnx as room
from engine.models.user.detect import inspect_file
from engine.models.user.errors import ModelFileError
from engine.models.user.onnx_wire import onnx_outline
from engine.models.user.opening import open_model
from engine.models.user.report import FileKind
from engine.session import Session
from engine.values import LayerKey

if TYPE_CHECKING:
    from pathlib import Path

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnx2pytorch")
from onnx import helper, numpy_helper  # noqa: E402 - an extra
from onnx.reference import ReferenceEvaluator  # noqa: E402 - an extra

RNG = np.random.default_rng(0)
PICTURE = RNG.random((1, 3, 8, 8), np.float32)


def _weights(**arrays: tuple[int, ...]) -> list[Any]:
    return [
        numpy_helper.from_array(RNG.standard_normal(shape).astype(np.float32), name)
        for name, shape in arrays.items()
    ]


def _convolution(inputs: list[str], output: str, name: str) -> Any:
    return helper.make_node("Conv", inputs, [output], name, pads=[1] * 4)


def _model(opset: int = 18, *, batch: int | str = 1) -> Any:
    """A convolution, a shared weight by way of an Identity, a mean and a classifier."""
    axes = numpy_helper.from_array(np.array([2, 3], np.int64), "axes")
    mean = (
        helper.make_node("ReduceMean", ["sum", "axes"], ["mean"], "/ReduceMean", keepdims=0)
        if opset >= 18
        else helper.make_node(
            "ReduceMean", ["sum"], ["mean"], "/ReduceMean", axes=[2, 3], keepdims=0
        )
    )
    nodes = [
        helper.make_node("Identity", ["b"], ["b2"], ""),
        _convolution(["x", "w", "b"], "c1", "/blocks/blocks.0/conv/Conv"),
        helper.make_node("Relu", ["c1"], ["r1"], "/blocks/blocks.0/relu/Relu"),
        _convolution(["r1", "v", "b2"], "c2", "/blocks/blocks.1/conv/Conv"),
        helper.make_node("Add", ["r1", "c2"], ["sum"], "/Add"),
        mean,
        helper.make_node("Gemm", ["mean", "g"], ["y"], "/head/Gemm"),
    ]
    weights = _weights(w=(4, 3, 3, 3), v=(4, 4, 3, 3), b=(4,), g=(4, 5))
    graph = helper.make_graph(
        nodes,
        "net",
        [helper.make_tensor_value_info("x", 1, [batch, 3, 8, 8])],
        [helper.make_tensor_value_info("y", 1, [batch, 5])],
        [*weights, axes] if opset >= 18 else weights,
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8)


@pytest.mark.parametrize("opset", [13, 18, 21])
def test_it_answers_as_the_reference(tmp_path: Path, opset: int) -> None:
    model = _model(opset)
    onnx.save(model, tmp_path / "net.onnx")
    opened = open_model(tmp_path / "net.onnx")
    (expected,) = ReferenceEvaluator(model).run(None, {"x": PICTURE})
    with torch.inference_mode():
        torch.testing.assert_close(opened.module(torch.from_numpy(PICTURE)), torch.tensor(expected))
    assert opened.kind is FileKind.ONNX
    assert opened.spec.preprocessing.input_size == (8, 8)


def test_its_layers_stand_where_they_stood(tmp_path: Path) -> None:
    onnx.save(_model(), tmp_path / "net.onnx")
    opened = open_model(tmp_path / "net.onnx")
    info = Session().adopt(opened)
    layers = {it.key.name: it for it in info.layers}
    assert layers["blocks.0.conv.Conv"].kind == "Conv2d"
    assert layers["blocks.0.conv.Conv"].shape == (4, 8, 8)
    assert layers["head.Gemm"].shape == (5,)
    key = LayerKey("blocks.0.relu.Relu")
    with torch.inference_mode(), capture(opened.module, [key]) as taken:
        opened.module(torch.from_numpy(PICTURE))
    assert float(taken[key].min()) == 0
    opened.module.to(torch.float64)
    assert opened.module(torch.from_numpy(PICTURE).double()).dtype is torch.float64


def test_any_batch_is_no_size(tmp_path: Path) -> None:
    onnx.save(_model(batch="n"), tmp_path / "net.onnx")
    assert inspect_file(tmp_path / "net.onnx").inputs == ((-1, 3, 8, 8),)
    assert open_model(tmp_path / "net.onnx").spec.preprocessing.input_size == (8, 8)


def test_channels_last_is_seen(tmp_path: Path) -> None:
    graph = helper.make_graph(
        [
            helper.make_node("Transpose", ["x"], ["t"], "t", perm=[0, 3, 1, 2]),
            helper.make_node("Conv", ["t", "w"], ["y"], "c"),
        ],
        "net",
        [helper.make_tensor_value_info("x", 1, [1, 8, 6, 3])],
        [helper.make_tensor_value_info("y", 1, [1, 2, 8, 6])],
        _weights(w=(2, 3, 1, 1)),
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.save(model, tmp_path / "net.onnx")
    opened = open_model(tmp_path / "net.onnx")
    assert opened.spec.preprocessing.input_size == (8, 6)
    picture = RNG.random((1, 3, 8, 6), np.float32)
    (expected,) = ReferenceEvaluator(model).run(None, {"x": picture.transpose(0, 2, 3, 1)})
    torch.testing.assert_close(opened.module(torch.from_numpy(picture)), torch.tensor(expected))
    assert opened.spec.task == "semantic"


def test_the_outline_is_read_without_the_package(tmp_path: Path) -> None:
    onnx.save(_model(), tmp_path / "net.onnx")
    outline = onnx_outline(tmp_path / "net.onnx")
    assert outline.inputs == {"x": (1, 3, 8, 8)}
    assert outline.operators["Conv"] == 2
    assert {name: (it.shape, it.dtype) for name, it in outline.initializers.items()} == {
        "w": ((4, 3, 3, 3), "float32"),
        "v": ((4, 4, 3, 3), "float32"),
        "b": ((4,), "float32"),
        "g": ((4, 5), "float32"),
        "axes": ((2,), "int64"),
    }


def test_every_beginning_of_a_file_is_refused(tmp_path: Path) -> None:
    onnx.save(_model(), tmp_path / "net.onnx")
    content = (tmp_path / "net.onnx").read_bytes()
    part = tmp_path / "part.onnx"
    refused = 0
    for length in range(0, len(content), 11):
        part.write_bytes(content[:length])
        refused += bool(inspect_file(part).problem)
    # all but perhaps one that ends after the graph, before what says the version
    assert refused >= len(range(0, len(content), 11)) - 1


# ---------------------------------------------------------------------------- bytes elsewhere


def _external(tmp_path: Path, location: str, **entry: int) -> Path:
    folder = tmp_path / "models"
    folder.mkdir()
    model = _model()
    tensor = model.graph.initializer[0]
    (folder / "weights.bin").write_bytes(bytes(16) + tensor.raw_data)
    (tmp_path / "secret.bin").write_bytes(bytes(1000))
    (folder / "link.bin").symlink_to(tmp_path / "secret.bin")
    tensor.ClearField("raw_data")
    tensor.data_location = 1
    for key, value in {"location": location, **entry}.items():
        tensor.external_data.add(key=key, value=str(value))
    onnx.save(model, folder / "net.onnx")
    return folder / "net.onnx"


def test_bytes_beside_the_file_are_read(tmp_path: Path) -> None:
    path = _external(tmp_path, "weights.bin", offset=16, length=4 * 4 * 27)
    expected = np.frombuffer((path.parent / "weights.bin").read_bytes()[16:], np.float32)
    module: Any = open_model(path).module
    found = module.blocks.get_submodule("0.conv.Conv").weight
    np.testing.assert_array_equal(found.numpy().ravel(), expected)


@pytest.mark.parametrize(
    ("location", "words"),
    [
        ("../secret.bin", "outside its folder"),
        ("/etc/passwd", "outside its folder"),
        ("link.bin", "outside its folder"),
        ("../../../../../../../../etc/passwd", "outside its folder"),
        ("none.bin", "not beside it"),
        ("..", "outside its folder"),
        ("a\0b", "not beside it"),
    ],
)
def test_bytes_elsewhere_are_not(tmp_path: Path, location: str, words: str) -> None:
    with pytest.raises(ModelFileError, match=words):
        open_model(_external(tmp_path, location, offset=0, length=432))


@pytest.mark.parametrize("entry", [{"offset": -1}, {"length": 1 << 40}, {"offset": 1 << 40}])
def test_more_than_there_is_is_not_read(tmp_path: Path, entry: dict[str, int]) -> None:
    with pytest.raises(ModelFileError, match="incomplete"):
        open_model(_external(tmp_path, "weights.bin", **entry))


def test_constants_elsewhere_are_refused(tmp_path: Path) -> None:
    model = _model()
    tensor: Any = helper.make_tensor("t", 1, [1], [0.0])
    tensor.ClearField("float_data")
    tensor.data_location = 1
    tensor.external_data.add(key="location", value="/etc/passwd")
    model.graph.node.insert(0, helper.make_node("Constant", [], ["k"], "k", value=tensor))
    onnx.save(model, tmp_path / "net.onnx")
    with pytest.raises(ModelFileError, match="constants in other files"):
        open_model(tmp_path / "net.onnx")


# ------------------------------------------------------------------------- what cannot be shown


def test_what_cannot_be_converted_is_named(tmp_path: Path) -> None:
    model = _model()
    model.graph.node[4].op_type = "Nonsense"
    onnx.save(model, tmp_path / "net.onnx")
    with pytest.raises(ModelFileError, match="Nonsense"):
        open_model(tmp_path / "net.onnx")
    model.graph.node[4].domain = "com.example"
    onnx.save(model, tmp_path / "net.onnx")
    with pytest.raises(ModelFileError, match=r"com\.example"):
        open_model(tmp_path / "net.onnx")


def test_two_inputs_are_too_many(tmp_path: Path) -> None:
    model = _model()
    model.graph.input.append(helper.make_tensor_value_info("z", 1, [1]))
    onnx.save(model, tmp_path / "net.onnx")
    with pytest.raises(ModelFileError, match="takes 2 inputs"):
        open_model(tmp_path / "net.onnx")


def test_the_packages_are_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    onnx.save(_model(), tmp_path / "net.onnx")
    monkeypatch.setitem(sys.modules, "onnx2pytorch", None)
    with pytest.raises(ModelFileError, match=r"pip install layerscope\[onnx\]"):
        open_model(tmp_path / "net.onnx")


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("/layer1/layer1.0/conv1/Conv", "layer1.0.conv1.Conv"),
        ("/features/features.0/features.0.2/Mul", "features.0.2.Mul"),
        ("node_conv2d_1", "node_conv2d_1"),
        ("a b/c:d", "a_b.c_d"),
        ("", "out"),
    ],
)
def test_names_become_paths(name: str, path: str) -> None:
    node = helper.make_node("Conv", ["x"], ["out"], name)
    assert room._path(node) == path


def test_paths_never_clash() -> None:
    places = room._Places()
    given = ["a.b", "a.b", "a", "a.b.c", "forward", "training.x", "a_2.z"]
    assert [places.take(it) for it in given] == [
        "a.b",
        "a.b_2",
        "a_2",
        "a.b_3.c",
        "forward_2",
        "training_2.x",
        "a_2_2.z",
    ]


def test_its_graph_has_the_boxes_of_the_network_that_was_exported(tmp_path: Path) -> None:
    onnx.save(_model(), tmp_path / "net.onnx")
    opened = open_model(tmp_path / "net.onnx")
    graph = trace(opened.module, torch.from_numpy(PICTURE))
    assert {box.path: box.parent for box in graph.boxes}["blocks.0"] == "blocks"
    scopes = {node.key.name: node.scope for node in graph.nodes}
    assert scopes["blocks.0.conv.Conv"] == "blocks.0.conv"
    assert scopes["head.Gemm"] == "head"
    assert scopes["input"] == ""
