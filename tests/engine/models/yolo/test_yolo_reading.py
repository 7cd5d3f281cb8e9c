"""Published weights are read, name by name and number by number, and nothing of them runs."""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import torch
from torch import nn

from engine.errors import ModelError
from engine.jobs import JobControl
from engine.models import loading, registry, weights
from engine.models.yolo import v5, v7
from engine.models.yolo.reading import load_published, own_name, read_state
from engine.values import WeightsChoice
from tests.engine.models.yolo.published import pickled, published_state, tiny_v5, tiny_v7

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("network", "anchors"), [(tiny_v5(), v5.ANCHORS), (tiny_v7(), v7.ANCHORS)], ids=["v5", "v7"]
)
def test_a_pickled_network_is_read_and_fills_ours(
    network: nn.Module, anchors: Any, tmp_path: Path
) -> None:
    path = tmp_path / "net.pt"
    written = pickled(network, path, anchors)
    state = read_state(path)
    assert state.keys() == written.keys()
    for name, tensor in written.items():
        expected = tensor.float() if tensor.is_floating_point() else tensor
        torch.testing.assert_close(state[name], expected, rtol=0, atol=0)
    ours = type(network)(3, width=4, prototypes=5, **_more(network)).eval()
    load_published(ours, state, anchors)
    for name, tensor in network.state_dict().items():
        torch.testing.assert_close(
            ours.state_dict()[name].double(), tensor.half().double(), rtol=0, atol=0
        )


def _more(network: nn.Module) -> dict[str, Any]:
    return {"depths": (1, 2, 1, 1)} if isinstance(network, v5.YOLOv5Seg) else {}


@pytest.mark.parametrize("network", [tiny_v5(), tiny_v7()], ids=["v5", "v7"])
def test_each_published_name_leads_to_one_of_ours(network: nn.Module) -> None:
    pairs = [(own_name(network, theirs), theirs) for theirs, _ in published_state(network)]
    assert [ours for ours, _ in pairs] == list(network.state_dict())


def test_some_names_by_hand() -> None:
    net = tiny_v5()
    assert own_name(net, "model.0.conv.weight") == "backbone.stem.conv.weight"
    assert own_name(net, "model.4.m.1.cv2.bn.bias") == (
        "backbone.stage2.c3.bottlenecks.1.expand.bn.bias"
    )
    assert own_name(net, "model.24.proto.cv3.conv.weight") == "head.prototypes.project.conv.weight"
    with pytest.raises(ValueError, match=r"model\.11\.conv"):
        own_name(net, "model.11.conv.weight")


def test_other_anchors_are_refused(tmp_path: Path) -> None:
    pickled(tiny_v5(), tmp_path / "net.pt", v7.ANCHORS)
    with pytest.raises(ValueError, match="anchors"):
        load_published(tiny_v5(), read_state(tmp_path / "net.pt"), v5.ANCHORS)


def test_a_missing_number_is_refused(tmp_path: Path) -> None:
    pickled(tiny_v5(), tmp_path / "net.pt", v5.ANCHORS)
    state = read_state(tmp_path / "net.pt")
    del state["model.9.cv1.bn.running_var"]
    with pytest.raises(RuntimeError, match=re.escape("backbone.pyramid.reduce.bn.running_var")):
        load_published(tiny_v5(), state, v5.ANCHORS)


class Evil:
    """Runs a command when it is unpickled."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[Any, tuple[str]]:
        return os.system, (f"touch {self.trace}",)


def test_what_a_pickle_would_do_is_not_done(tmp_path: Path) -> None:
    trace = tmp_path / "was_here"
    path = tmp_path / "net.pt"
    torch.save({"model": Evil(trace)}, path)
    assert read_state(path) == {}  # it stands there inert, and has no tensors
    # Beside real weights it changes nothing.
    written = pickled(tiny_v5(), path, v5.ANCHORS, hook=Evil(trace))
    assert read_state(path).keys() == written.keys()
    assert not trace.exists()
    torch.load(path, weights_only=False)  # what would have been done
    assert trace.exists()


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no archive", b"\x80\x02."])
def test_what_is_no_archive_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "net.pt").write_bytes(content)
    with pytest.raises(ValueError, match=r"net\.pt"):
        read_state(tmp_path / "net.pt")


def test_a_state_dict_is_no_network(tmp_path: Path) -> None:
    torch.save({"weight": torch.zeros(2)}, tmp_path / "net.pt")
    with pytest.raises(ValueError, match="no network"):
        read_state(tmp_path / "net.pt")


def _put_in_place(path: Path, monkeypatch: pytest.MonkeyPatch, sha256: str) -> None:
    spec = registry.spec("yolov5s_seg")
    assert spec.weights is not None
    other = replace(spec, weights=replace(spec.weights, sha256=sha256))
    monkeypatch.setattr(registry, "_specs", lambda: {spec.name: other})
    monkeypatch.setattr(weights, "_packaged_path", lambda _weights: path)


def test_another_file_in_the_package_is_not_even_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "yolov5s-seg.pt"
    torch.save({"model": Evil(tmp_path / "was_here")}, path)
    known = registry.spec("yolov5s_seg").weights
    assert known is not None
    _put_in_place(path, monkeypatch, known.sha256)
    with pytest.raises(ModelError, match="install that package again"):
        loading.load("yolov5s_seg", WeightsChoice.PUBLISHED, JobControl())
    assert not (tmp_path / "was_here").exists()


def test_evil_weights_with_the_right_checksum_are_refused_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "yolov5s-seg.pt"
    torch.save({"model": Evil(tmp_path / "was_here")}, path)
    _put_in_place(path, monkeypatch, hashlib.sha256(path.read_bytes()).hexdigest())
    with pytest.raises(ModelError, match="weights file of YOLOv5s-seg is damaged"):
        loading.load("yolov5s_seg", WeightsChoice.PUBLISHED, JobControl())
    assert not (tmp_path / "was_here").exists()
