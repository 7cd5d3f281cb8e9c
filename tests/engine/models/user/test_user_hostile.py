"""Files made to do harm: nothing of them runs, and each is refused in a sentence."""

from __future__ import annotations

import collections
import contextlib
import io
import json
import pickle
import struct
import tarfile
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
import torch

from engine.models.user.detect import inspect_file
from engine.models.user.errors import ModelFileError, NeedsConsentError
from engine.models.user.opening import open_model
from engine.models.user.options import OpenOptions
from engine.models.user.script_source import _REACHING

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.engine.models.user.conftest import Evil, Net


trace: Any = torch.jit.trace  # which torch's stubs do not type


def _refused(path: Path, words: str = ".") -> str:
    """See that a file is refused by whoever opens it and whoever looks at it."""
    report = inspect_file(path)
    with pytest.raises(ModelFileError, match=words) as caught:
        open_model(path)
    assert report.problem == caught.value.message
    assert "\n" not in report.problem
    return report.problem


def _save(value: Any, path: Path, **options: Any) -> None:
    torch.save(value, path, **options)


def _bare(value: Any, path: Path) -> None:
    path.write_bytes(pickle.dumps(value))


def _with_member(value: Any, path: Path) -> None:
    """Put the pickle into an archive that torch wrote."""
    torch.save({"w": torch.ones(3)}, path)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, pickle.dumps(value) if name.endswith("data.pkl") else content)


WAYS: dict[str, Callable[[Any, Path], None]] = {
    "zip": _save,
    "legacy": lambda value, path: _save(value, path, _use_new_zipfile_serialization=False),
    "protocol 5": lambda value, path: _save(value, path, pickle_protocol=5),
    "bare pickle": _bare,
    "member": _with_member,
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("place", ["alone", "beside", "inside"])
def test_a_pickle_that_runs_a_command(tmp_path: Path, evil: Evil, way: str, place: str) -> None:
    value: Any = {
        "alone": evil,
        "beside": {"state_dict": {"w": torch.ones(2)}, "extra": evil},
        "inside": collections.OrderedDict(w=torch.ones(2), v=[{"x": (evil,)}]),
    }[place]
    path = tmp_path / "net.pth"
    WAYS[way](value, path)
    sentence = _refused(path, "holds more than tensors .*system")
    assert "weights_only=False" in sentence
    assert not evil.marker.exists()
    with pytest.raises(ModelFileError):  # consent is for code that is asked about
        open_model(path, OpenOptions(allow_code=True))
    assert not evil.marker.exists()


def test_the_sentence_says_how_to_convert(tmp_path: Path, net: Net) -> None:
    torch.save(net, tmp_path / "net.pth")
    sentence = _refused(tmp_path / "net.pth", "conftest")
    assert "weights_only=False).state_dict(), 'net-weights.pth')" in sentence
    torch.save({"model": net.state_dict(), "rng": complex(1)}, tmp_path / "net.pth")
    assert "weights_only=False)['model'], 'net-weights.pth')" in _refused(tmp_path / "net.pth")


def test_the_oldest_tar_with_a_command(tmp_path: Path, evil: Evil) -> None:
    path = tmp_path / "net.pth"
    with tarfile.open(path, "w") as archive:
        for name in ("sys_info", "pickle", "tensors", "storages"):
            content = pickle.dumps(evil)
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    _refused(path, "tar archive")
    assert not evil.marker.exists()


# --------------------------------------------------------------------------- false sizes


def _forged(path: Path, change: Callable[[bytes], bytes], member: str = "data.pkl") -> None:
    """Change one member of an archive, with everything about it right."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, change(content) if name.endswith(member) else content)


def test_a_storage_larger_than_the_file(tmp_path: Path) -> None:
    path = tmp_path / "net.pth"
    torch.save({"w": torch.ones(1000)}, path)
    huge = b"J" + struct.pack("<i", 2_000_000_000)
    _forged(path, lambda it: it.replace(b"M\xe8\x03", huge))
    _refused(path, "damaged or incomplete")


def test_a_tensor_larger_than_its_storage(tmp_path: Path) -> None:
    path = tmp_path / "net.pth"
    torch.save({"w": torch.ones(1).expand(100_000, 100_000)}, path)
    assert path.stat().st_size < 3000
    _refused(path, "“w” claims 100000×100000 values, more than the file holds")


def test_compressed_tensors(tmp_path: Path) -> None:
    path = tmp_path / "net.pth"
    torch.save({"w": torch.zeros(1_000_000)}, path)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    assert path.stat().st_size < 10_000
    _refused(path, "compressed tensors")


def test_a_legacy_storage_that_claims_too_much(tmp_path: Path) -> None:
    path = tmp_path / "net.pth"
    torch.save({"w": torch.ones(5)}, path, _use_new_zipfile_serialization=False)
    content = path.read_bytes()
    size = struct.pack("<q", 5)
    assert content.count(size) == 1
    path.write_bytes(content.replace(size, struct.pack("<q", 1 << 60)))
    _refused(path, "damaged")
    path.write_bytes(content.replace(size, struct.pack("<q", -1)))
    _refused(path, "damaged")


def _safetensors(path: Path, header: Any, data: bytes = b"") -> None:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


@pytest.mark.parametrize(
    ("header", "data"),
    [
        ({"w": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}, bytes(4)),
        ({"w": {"dtype": "F32", "shape": [1 << 39], "data_offsets": [0, 8]}}, bytes(8)),
        ({"w": {"dtype": "F32", "shape": [-1, -2], "data_offsets": [0, 8]}}, bytes(8)),
        ({"w": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}, bytes(12)),
        ({"w": {"dtype": "X", "shape": [2], "data_offsets": [0, 8]}}, bytes(8)),
        ({"w": {"shape": [2]}}, b""),
        ({"w": []}, b""),
        (
            {
                "w": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]},
                "v": {"dtype": "F32", "shape": [2], "data_offsets": [4, 12]},
            },
            bytes(12),
        ),
        (b'{"w": 1, "w": 2}', b""),
        (b'{"a":' * 100_000, b""),
        (b'{"w": ', b""),
    ],
)
def test_safetensors_headers_that_lie(tmp_path: Path, header: Any, data: bytes) -> None:
    path = tmp_path / "net.safetensors"
    _safetensors(path, header, data)
    _refused(path, "damaged or incomplete")


def test_a_safetensors_header_longer_than_the_file(tmp_path: Path) -> None:
    path = tmp_path / "net.safetensors"
    path.write_bytes(struct.pack("<Q", 1 << 62) + b"{}")
    _refused(path)


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
    _forged(path, lambda _: pickle.dumps(evil, 2))
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
    _forged(exported, lambda _: pickle.dumps(evil), "sample_inputs/model.pt")
    opened = open_model(exported)
    assert opened.spec.preprocessing.input_size == (16, 16)
    assert not evil.marker.exists()
    assert _is_run_by_torch(exported, evil.marker)  # or this would show nothing


@pytest.mark.filterwarnings("ignore")
def test_a_size_that_is_a_program(exported: Path, marker: Path) -> None:
    command = f"__import__('os').system(\"touch '{marker}'\")"
    _forged(
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
    _forged(
        exported,
        lambda it: it.replace(b'"use_pickle": false', b'"use_pickle": true', 1),
        "weights_config.json",
    )
    _forged(exported, lambda _: pickle.dumps(evil), "weights/weight_0")
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
    _forged(
        exported,
        lambda it: it.replace(b"torch.ops.aten.relu_.default", target.encode()).replace(
            b"torch.ops.aten.relu.default", target.encode()
        ),
        "models/model.json",
    )
    with pytest.raises(NeedsConsentError, match="the operator"):
        open_model(exported)


def test_weights_that_claim_too_much(exported: Path) -> None:
    _forged(
        exported,
        lambda it: it.replace(b'"sizes": [{"as_int": 4}', b'"sizes": [{"as_int": 400000000}', 1),
        "weights_config.json",
    )
    _refused(exported, "claims more values than the file holds")


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"[" * 100_000, b'{"graph_module": 1}'])
def test_a_graph_that_is_none(exported: Path, content: bytes) -> None:
    _forged(exported, lambda _: content, "models/model.json")
    _refused(exported)


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
