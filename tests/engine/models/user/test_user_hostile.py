"""Files made to do harm: nothing of them runs, and each is refused in a sentence."""

from __future__ import annotations

import collections
import io
import json
import pickle
import struct
import tarfile
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
import torch

from engine.models.user.errors import ModelFileError
from engine.models.user.opening import open_model
from engine.models.user.options import OpenOptions
from tests.engine.models.user.forging import forge, refused

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.engine.models.user.conftest import Evil, Net


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
    sentence = refused(path, "holds more than tensors .*system")
    assert "weights_only=False" in sentence
    assert not evil.marker.exists()
    with pytest.raises(ModelFileError):  # consent is for code that is asked about
        open_model(path, OpenOptions(allow_code=True))
    assert not evil.marker.exists()


def test_the_sentence_says_how_to_convert(tmp_path: Path, net: Net) -> None:
    torch.save(net, tmp_path / "net.pth")
    sentence = refused(tmp_path / "net.pth", "conftest")
    assert "weights_only=False).state_dict(), 'net-weights.pth')" in sentence
    torch.save({"model": net.state_dict(), "rng": complex(1)}, tmp_path / "net.pth")
    assert "weights_only=False)['model'], 'net-weights.pth')" in refused(tmp_path / "net.pth")


def test_the_oldest_tar_with_a_command(tmp_path: Path, evil: Evil) -> None:
    path = tmp_path / "net.pth"
    with tarfile.open(path, "w") as archive:
        for name in ("sys_info", "pickle", "tensors", "storages"):
            content = pickle.dumps(evil)
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    refused(path, "tar archive")
    assert not evil.marker.exists()


# --------------------------------------------------------------------------- false sizes


def test_a_storage_larger_than_the_file(tmp_path: Path) -> None:
    path = tmp_path / "net.pth"
    torch.save({"w": torch.ones(1000)}, path)
    huge = b"J" + struct.pack("<i", 2_000_000_000)
    forge(path, lambda it: it.replace(b"M\xe8\x03", huge))
    refused(path, "damaged or incomplete")


def test_a_tensor_larger_than_its_storage(tmp_path: Path) -> None:
    path = tmp_path / "net.pth"
    torch.save({"w": torch.ones(1).expand(100_000, 100_000)}, path)
    assert path.stat().st_size < 3000
    refused(path, "“w” claims 100000×100000 values, more than the file holds")


def test_compressed_tensors(tmp_path: Path) -> None:
    path = tmp_path / "net.pth"
    torch.save({"w": torch.zeros(1_000_000)}, path)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    assert path.stat().st_size < 10_000
    refused(path, "compressed tensors")


def test_a_legacy_storage_that_claims_too_much(tmp_path: Path) -> None:
    path = tmp_path / "net.pth"
    torch.save({"w": torch.ones(5)}, path, _use_new_zipfile_serialization=False)
    content = path.read_bytes()
    size = struct.pack("<q", 5)
    assert content.count(size) == 1
    path.write_bytes(content.replace(size, struct.pack("<q", 1 << 60)))
    refused(path, "damaged")
    path.write_bytes(content.replace(size, struct.pack("<q", -1)))
    refused(path, "damaged")


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
    refused(path, "damaged or incomplete")


def test_a_safetensors_header_longer_than_the_file(tmp_path: Path) -> None:
    path = tmp_path / "net.safetensors"
    path.write_bytes(struct.pack("<Q", 1 << 62) + b"{}")
    refused(path)
