"""The machine that reads pickles without believing them."""

from __future__ import annotations

import collections
import io
import os
import pickle
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
import torch

from engine.models.user import pickles
from engine.models.user.pickled import Opaque, PickledTensor, PickleError

if TYPE_CHECKING:
    from pathlib import Path

    from tests.engine.models.user.conftest import Evil


def _read(content: bytes) -> pickles.Content:
    return pickles.read(io.BytesIO(content))


def _pickle_in(path: Path) -> bytes:
    with zipfile.ZipFile(path) as archive:
        return archive.read(next(it for it in archive.namelist() if it.endswith("data.pkl")))


@pytest.mark.parametrize("protocol", range(6))
def test_plain_values_come_out_as_they_went_in(protocol: int) -> None:
    value = {
        "a": [1, -2.5, None, True, (1, 2, 3), (), ("x",), ("x", 1 << 40), (1, 2, 3, 4)],
        "text": "ö" * 300,
        7: {"deep": {"deeper": []}},
        "raw": b"\x00\xff" * 200,
    }
    read = _read(pickle.dumps(value, protocol))
    if protocol < 3:  # bytes are a call of _codecs.encode there
        assert read.root.pop("raw") == Opaque("bytes")
        value.pop("raw")
    assert read.root == value
    assert read.foreign == []


def test_a_shared_list_is_one_list() -> None:
    inner = [1]
    root = _read(pickle.dumps([inner, inner])).root
    assert root[0] is root[1]


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.int64, torch.bool])
def test_a_tensor_is_described(tmp_path: Path, dtype: torch.dtype) -> None:
    tensor = torch.zeros(6, 5).to(dtype).t()[1:3]
    torch.save({"w": tensor}, tmp_path / "x.pth")
    found = _read(_pickle_in(tmp_path / "x.pth")).root["w"]
    assert isinstance(found, PickledTensor)
    assert (found.shape, found.stride, found.offset) == ((2, 6), (1, 5), 1)
    assert f"torch.{found.dtype}" == str(dtype)
    assert found.storage.numel == 30


def test_a_parameter_and_a_newer_dtype_are_described(tmp_path: Path) -> None:
    state = collections.OrderedDict(
        p=torch.nn.Parameter(torch.ones(2)), u=torch.ones(3, dtype=torch.uint16)
    )
    torch.save(state, tmp_path / "x.pth")
    content = _read(_pickle_in(tmp_path / "x.pth"))
    assert content.foreign == []
    assert [(it.shape, it.dtype) for it in content.root.values()] == [
        ((2,), "float32"),
        ((3,), "uint16"),
    ]


@pytest.mark.parametrize("protocol", range(6))
def test_what_is_foreign_is_named_and_not_made(evil: Evil, protocol: int) -> None:
    content = _read(pickle.dumps({"x": evil, "y": 1}, protocol))
    assert content.foreign == [f"{os.system.__module__}.system"]
    assert content.root["y"] == 1
    assert not evil.marker.exists()


def test_names_hidden_in_the_memo_are_found() -> None:
    """Texts pushed long before they are joined to a name."""
    content = _read(b"\x80\x04\x8c\x02os\x94\x8c\x06system\x940h\x00h\x01\x93\x8c\x04true\x85R.")
    assert content.foreign == ["os.system"]


def test_old_ways_to_call_are_found() -> None:
    assert _read(b"(S'true'\nios\nsystem\n.").foreign == ["os.system"]
    assert _read(b"(cos\nsystem\nS'true'\no.").foreign == ["os.system"]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b".",
        b"0.",
        b"\x80\x02",
        b"h\x05.",  # what was never put
        b"r\xff\xff\xff\x7f.",  # a memo of two thousand million places
        b"R.",
        b"\x93.",
        b"(.",
        b"u.",
        b"\x8d\xff\xff\xff\xff\xff\xff\xff\x7f.",  # a text of 2^63 bytes
        b"\x82\x01.",  # a registered extension
        b"I" + b"9" * 5000 + b"\n.",
        b"K\x01Q.",  # a reference to no storage
        b"\x80\x02]K\x01K\x02s.",
    ],
)
def test_what_no_pickler_writes_is_an_error(content: bytes) -> None:
    try:
        read = _read(content)
    except PickleError:
        return
    assert read.foreign  # or it is at least not taken for tensors


def test_every_beginning_of_a_pickle_is_an_error(tmp_path: Path) -> None:
    torch.save({"w": torch.ones(3), "n": [1, "two", {"x": None}]}, tmp_path / "x.pth")
    whole = _pickle_in(tmp_path / "x.pth")
    assert _read(whole).root["n"] == [1, "two", {"x": None}]
    for length in range(len(whole)):
        with pytest.raises(PickleError):
            _read(whole[:length])


def test_a_tensor_that_cannot_be_is_an_error() -> None:
    class Rebuild:
        def __init__(self, *arguments: Any) -> None:
            self.arguments = arguments

        def __reduce__(self) -> Any:
            return torch._utils._rebuild_tensor_v2, self.arguments

    wrong: list[tuple[Any, ...]] = [
        (1, 0, (2,), (1,), False, {}),
        ("x",),
        (None, -1, (), (), False, {}),
    ]
    for arguments in wrong:
        with pytest.raises(PickleError):
            _read(pickle.dumps(Rebuild(*arguments), 2))
