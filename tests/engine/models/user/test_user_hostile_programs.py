"""Programs made to do harm: TorchScript and torch.export."""

from __future__ import annotations

import contextlib
import json
import pickle
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
import torch

from engine.models.user.detect import inspect_file
from engine.models.user.errors import NeedsConsentError
from engine.models.user.opening import open_model
from engine.models.user.options import OpenOptions
from engine.models.user.script_source import _REACHING
from tests.engine.models.user.forging import forge, refused

if TYPE_CHECKING:
    from pathlib import Path

    from tests.engine.models.user.conftest import Evil, Net

trace: Any = torch.jit.trace  # which torch's stubs do not type


# ------------------------------------------------------------------------------ TorchScript


def _script_that_writes(path: Path, marker: Path, *, at_load: bool) -> None:
    class Writer(torch.nn.Module):
        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name
            self.net = torch.nn.Conv2d(3, 2, 1)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            made = torch.from_file(self.name, True, 4)
            answer: torch.Tensor = self.net(x).mean((2, 3)) + made.sum() * 0
            return answer

    class AtLoad(torch.nn.Module):
        def __init__(self, name: str) -> None:
            super().__init__()
            self.name = name
            self.kept = torch.zeros(4)

        @torch.jit.export
        def __getstate__(self) -> tuple[str, bool]:
            return self.name, self.training

        @torch.jit.export
        def __setstate__(self, state: tuple[str, bool]) -> None:
            self.name = state[0]
            self.training = state[1]
            self.kept = torch.from_file(self.name, True, 4)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x + self.kept.sum() * 0

    torch.jit.save(torch.jit.script((AtLoad if at_load else Writer)(str(marker))), path)
    assert not marker.exists()


@pytest.mark.parametrize("at_load", [False, True])
def test_torchscript_that_writes_a_file_is_asked_about(
    tmp_path: Path, marker: Path, at_load: bool
) -> None:
    path = tmp_path / "net.pt"
    _script_that_writes(path, marker, at_load=at_load)
    report = inspect_file(path)
    assert report.runs_code
    assert "from_file" in report.why_code
    with pytest.raises(NeedsConsentError, match="from_file") as caught:
        open_model(path)
    assert caught.value.path == str(path)
    assert not marker.exists()
    open_model(path, OpenOptions(allow_code=True, input_size=(8, 8)))
    assert marker.exists()
    marker.unlink()
    open_model(path)  # consent is remembered for this content
    assert marker.exists()


@pytest.mark.parametrize(
    "source",
    [
        "t = torch.ops.image.write_file",
        "o = ops\n  o.image.write_file(x)",
        "ops.image.write_file(x, y)",
        "ops . image . write_file(x)",
        "(x).save(name)",
        'f = getattr(torch, "s\\x61ve")',
        "a = __torch__.torch.classes.profiling._RecordFunction()",
        "a = torch . classes . x",
    ],
)
def test_ways_to_write_such_code(tmp_path: Path, net: Net, source: str) -> None:
    path = tmp_path / "net.pt"
    torch.jit.save(trace(net, torch.rand(1, 3, 16, 16)), path)
    assert not inspect_file(path).runs_code
    with zipfile.ZipFile(path) as archive:
        members = {it: archive.read(it) for it in archive.namelist()}
    (folder,) = {it.partition("/")[0] for it in members}
    members[f"{folder}/code/more.py"] = source.encode()
    with zipfile.ZipFile(path, "w") as archive:
        for it, content in members.items():
            archive.writestr(it, content)
    assert inspect_file(path).runs_code
    with pytest.raises(NeedsConsentError):
        open_model(path)


def test_torchscript_that_names_a_command(tmp_path: Path, net: Net, evil: Evil) -> None:
    path = tmp_path / "net.pt"
    torch.jit.save(trace(net, torch.rand(1, 3, 16, 16)), path)
    forge(path, lambda _: pickle.dumps(evil, 2))
    with pytest.raises(NeedsConsentError, match="system"):
        open_model(path)
    assert not evil.marker.exists()


# ------------------------------------------------------------------------------ torch.export


@pytest.fixture
def exported(tmp_path: Path, net: Net) -> Path:
    path = tmp_path / "net.pt2"
    batch = torch.export.Dim("batch", min=1, max=64)
    program = torch.export.export(net, (torch.rand(2, 3, 16, 16),), dynamic_shapes=({0: batch},))
    torch.export.save(program, path)
    return path


def _is_run_by_torch(path: Path, marker: Path) -> bool:
    with contextlib.suppress(Exception):  # what it made of the rest does not matter
        torch.export.load(path)
    was_run = marker.exists()
    marker.unlink(missing_ok=True)
    return was_run


@pytest.mark.filterwarnings("ignore")
def test_example_inputs_that_run_a_command(exported: Path, evil: Evil) -> None:
    forge(exported, lambda _: pickle.dumps(evil), "sample_inputs/model.pt")
    opened = open_model(exported)
    assert opened.spec.preprocessing.input_size == (16, 16)
    assert not evil.marker.exists()
    assert _is_run_by_torch(exported, evil.marker)  # or this would show nothing


@pytest.mark.filterwarnings("ignore")
def test_a_size_that_is_a_program(exported: Path, marker: Path) -> None:
    command = f"__import__('os').system(\"touch '{marker}'\")"
    forge(
        exported,
        lambda it: it.replace(
            b"Symbol('s77', positive=True, integer=True)", json.dumps(command)[1:-1].encode()
        ),
        "models/model.json",
    )
    with zipfile.ZipFile(exported) as archive:
        (name,) = (it for it in archive.namelist() if it.endswith("model.json"))
        assert b"__import__" in archive.read(name)
    open_model(exported)
    assert not marker.exists()
    assert _is_run_by_torch(exported, marker)


@pytest.mark.filterwarnings("ignore")
def test_weights_that_run_a_command(exported: Path, evil: Evil) -> None:
    forge(
        exported,
        lambda it: it.replace(b'"use_pickle": false', b'"use_pickle": true', 1),
        "weights_config.json",
    )
    forge(exported, lambda _: pickle.dumps(evil), "weights/weight_0")
    with pytest.raises(NeedsConsentError, match="pickled objects"):
        open_model(exported)
    assert not evil.marker.exists()
    assert _is_run_by_torch(exported, evil.marker)


@pytest.mark.parametrize(
    "target",
    [
        "torch.hub.load_state_dict_from_url",
        "torch.ops.aten.from_file.default",
        "torch.ops.aten.conv2d.__class__",
        "torch.ops.profiler._record_function_enter.default",
        "_operator.methodcaller",
        "math.perm",
        "builtins.eval",
    ],
)
def test_operators_that_reach_further(exported: Path, target: str) -> None:
    forge(
        exported,
        lambda it: it.replace(b"torch.ops.aten.relu_.default", target.encode()).replace(
            b"torch.ops.aten.relu.default", target.encode()
        ),
        "models/model.json",
    )
    with pytest.raises(NeedsConsentError, match="the operator"):
        open_model(exported)


def test_weights_that_claim_too_much(exported: Path) -> None:
    forge(
        exported,
        lambda it: it.replace(b'"sizes": [{"as_int": 4}', b'"sizes": [{"as_int": 400000000}', 1),
        "weights_config.json",
    )
    refused(exported, "claims more values than the file holds")


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"[" * 100_000, b'{"graph_module": 1}'])
def test_a_graph_that_is_none(exported: Path, content: bytes) -> None:
    forge(exported, lambda _: content, "models/model.json")
    refused(exported)


def test_all_operators_that_name_a_file_are_known() -> None:
    """A newer PyTorch may bring more of them."""
    spaces = {"aten", "prim", "prims", "quantized", "torchvision"}
    found = set()
    for schema in torch._C._jit_get_all_schemas():
        space, _, name = schema.name.partition("::")
        names = {it.name for it in schema.arguments}
        reaches = names & {"filename", "file", "path", "url", "address"} or name.startswith(
            ("save", "load", "open", "read", "write", "rpc", "exec")
        )
        if space in spaces and reaches:
            found.add(name)
    assert {"from_file", "save"} <= found
    found.discard("einsum")  # a "path" there is an order of operations
    assert found <= _REACHING
