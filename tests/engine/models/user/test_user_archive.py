"""Archives that lie about what is in them."""

from __future__ import annotations

import copy
import struct
import zipfile
from typing import TYPE_CHECKING

import pytest
import torch

from engine.models.user import archive as room
from engine.models.user.archive import Archive
from engine.models.user.errors import ModelFileError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "net.pth"


def _write(path: Path, members: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> None:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def _refused(path: Path, words: str) -> None:
    with pytest.raises(ModelFileError, match=words):
        Archive(path)


def test_members_are_read_without_their_folder(path: Path) -> None:
    torch.save({"w": torch.arange(3.0)}, path)
    archive = Archive(path)
    assert archive.has("data.pkl")
    assert archive.read_stored("data/0") == struct.pack("<3f", 0, 1, 2)
    assert archive.read("data/0") == bytes(archive.read_stored("data/0"))


def test_compressed_members_are_read(path: Path) -> None:
    _write(path, {"a/code": b"x" * 1000, "a/b": b"y"}, zipfile.ZIP_DEFLATED)
    assert Archive(path).read("code") == b"x" * 1000
    with pytest.raises(ModelFileError, match="lacks its part"):
        Archive(path).read_stored("code")


def test_an_archive_that_unpacks_to_too_much_is_refused(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write(path, {"a/data.pkl": bytes(200_000), "a/x": bytes(200_000)}, zipfile.ZIP_DEFLATED)
    assert path.stat().st_size < 2000
    Archive(path)
    monkeypatch.setattr(room, "MAX_INFLATED_BYTES", 399_999)
    _refused(path, "unpack to 400,000 bytes")


def test_a_member_that_unpacks_to_more_than_it_says_is_cut_off(path: Path) -> None:
    _write(path, {"a/data.pkl": bytes(100_000), "a/x": b""}, zipfile.ZIP_DEFLATED)
    content = path.read_bytes().replace(struct.pack("<I", 100_000), struct.pack("<I", 10))
    path.write_bytes(content)
    archive = Archive(path)
    assert archive.members["data.pkl"].size == 10
    with pytest.raises(ModelFileError, match="damaged"):
        archive.read("data.pkl")


def test_a_stored_member_with_a_false_size_is_refused(path: Path) -> None:
    _write(path, {"a/data.pkl": b"0123456789", "a/x": b""})
    content = path.read_bytes()
    directory = content.index(b"PK\x01\x02")
    forged = content[directory:].replace(
        struct.pack("<II", 10, 10), struct.pack("<II", 10, 1 << 30), 1
    )
    path.write_bytes(content[:directory] + forged)
    _refused(path, "lies about its size")


def test_members_that_share_bytes_are_refused(path: Path) -> None:
    """As in the bombs of David Fifield, 2019."""
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a/data.pkl", b"0123456789")
        twin = copy.copy(archive.filelist[0])
        twin.filename = twin.orig_filename = "a/other"
        archive.filelist.append(twin)
    _refused(path, "parts overlap")


def test_a_member_named_otherwise_in_the_directory_is_refused(path: Path) -> None:
    _write(path, {"a/data.pkl": b"x", "a/b": b"y"})
    content = path.read_bytes()
    at = content.rindex(b"a/data.pkl")
    path.write_bytes(content[:at] + b"a/DATA.pkl" + content[at + 10 :])
    _refused(path, "two lists of contents differ")


def test_a_name_that_stands_twice_is_refused(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a/data.pkl", b"x")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("a/data.pkl", b"y")
    _refused(path, "two parts named")


def test_a_directory_that_is_too_large_is_refused_before_it_is_read(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write(path, {f"a/{number}": b"" for number in range(50)})
    Archive(path)
    monkeypatch.setattr(room, "MAX_MEMBERS", 49)
    _refused(path, "claims 50 parts")
    monkeypatch.setattr(room, "MAX_DIRECTORY_BYTES", 100)
    monkeypatch.setattr(zipfile, "ZipFile", None)
    _refused(path, "directory claims")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_an_incomplete_archive_is_named_so(path: Path, share: float) -> None:
    torch.save({"w": torch.ones(1000)}, path)
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    _refused(path, "damaged or incomplete")


def test_an_archive_inside_a_cut_off_one_is_not_taken_for_it(path: Path) -> None:
    """As torch.export writes them: the end that is found is that of the archive within."""
    inner = path.with_name("inner.pt")
    torch.save({"w": torch.ones(4)}, inner)
    _write(path, {"net/models/a.json": bytes(200), "net/data/a.pt": inner.read_bytes()})
    content = path.read_bytes()
    path.write_bytes(content[: content.rindex(b"PK\x05\x06")])
    _refused(path, "damaged or incomplete")
