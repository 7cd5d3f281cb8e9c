"""What is said of a file that nobody has opened."""

from __future__ import annotations

import subprocess
import sys
import tarfile
from typing import TYPE_CHECKING

import pytest
import torch

from engine.models.user.detect import inspect_file
from engine.models.user.report import FileKind

if TYPE_CHECKING:
    from pathlib import Path

    from tests.engine.models.user.conftest import Net


@pytest.mark.parametrize("is_zip", [True, False])
def test_a_state_dict(tmp_path: Path, net: Net, is_zip: bool) -> None:
    path = tmp_path / "net.pth"
    torch.save(net.state_dict(), path, _use_new_zipfile_serialization=is_zip)
    report = inspect_file(path)
    assert report.kind is FileKind.STATE_DICT
    assert report.can_open
    assert not report.runs_code
    assert report.tensors == len(net.state_dict())
    assert report.parameters == sum(it.numel() for it in net.state_dict().values())
    first = report.sample[0]
    assert (first.name, first.shape, first.dtype) == ("stem.weight", (4, 3, 3, 3), "float32")
    assert report.size_bytes == path.stat().st_size


def test_a_checkpoint_with_an_optimizer(tmp_path: Path, net: Net) -> None:
    optimizer = torch.optim.Adam(net.parameters())
    net(torch.rand(1, 3, 16, 16)).sum().backward()
    optimizer.step()
    path = tmp_path / "last.ckpt"
    state = {"epoch": 3, "model": net.state_dict(), "optimizer": optimizer.state_dict()}
    torch.save(state, path)
    assert inspect_file(path).tensors == len(net.state_dict())
    torch.save({"state_dict_ema": net.state_dict(), **state}, path)
    assert inspect_file(path).can_open


def test_a_python_file_is_read_and_not_run(tmp_path: Path, marker: Path) -> None:
    path = tmp_path / "net.py"
    path.write_text(
        f"open({str(marker)!r}, 'w')\n"
        "def build(classes=3): ...\ndef needs(x): ...\ndef named(*, y): ...\nclass Net: ...\n"
    )
    report = inspect_file(f"{path}:build")
    assert report.kind is FileKind.PYTHON
    assert report.runs_code
    assert "allow it if you trust" in report.why_code
    assert report.functions == ("build", "Net")
    assert not marker.exists()
    path.write_text("def build(:")
    assert "no Python that can be read" in inspect_file(path).problem


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\x89HDF\r\n\x1a\n", "HDF5"),
        (b"\x1c\x00\x00\x00TFL3" + bytes(20), "TensorFlow Lite"),
        (b"GGUF\x03\x00", "GGUF"),
        (b"<!DOCTYPE html><html>", "web page"),
        (b"version https://git-lfs.github.com/spec/v1\n", "git lfs pull"),
        (b"hello, world\n" * 10, "of no kind that can be opened"),
        (b"\x80\x02}q\x00.", "holds no named tensors"),
        (b"\x80\x02garbage", "damaged"),
        (b"PK\x03\x04garbage", "damaged"),
    ],
)
def test_strangers_are_named(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "net.pth"
    path.write_bytes(content)
    report = inspect_file(path)
    assert words in report.problem
    assert report.problem.endswith(".")
    assert not report.can_open


def test_the_oldest_format_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "net.pth"
    (tmp_path / "pickle").write_bytes(b"\x80\x02}.")
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as archive:
        archive.add(tmp_path / "pickle", "pickle")
    assert "tar archive" in inspect_file(path).problem


def test_what_is_no_file(tmp_path: Path) -> None:
    loop = tmp_path / "loop.pth"
    loop.symlink_to(loop)
    long = tmp_path / ("x" * 5000)
    wrong: list[tuple[Path | str, str]] = [
        (tmp_path / "none.pth", "There is no file"),
        (tmp_path, "is a folder"),
        (loop, "cannot be read"),
        (long, "cannot be read"),
        ("a\0b.pth", "cannot be read"),
        ("/dev/null", "no regular file"),
    ]
    for path, words in wrong:
        assert words in inspect_file(path).problem


@pytest.mark.parametrize("suffix", [".pth", ".pt"])
def test_every_beginning_of_a_file_is_refused(tmp_path: Path, suffix: str) -> None:
    whole = tmp_path / f"whole{suffix}"
    torch.save({"w": torch.ones(30)}, whole, _use_new_zipfile_serialization=suffix == ".pth")
    content = whole.read_bytes()
    assert inspect_file(whole).can_open
    part = tmp_path / f"part{suffix}"
    for length in range(0, len(content), 7):
        part.write_bytes(content[:length])
        assert inspect_file(part).problem, length


def test_looking_needs_no_torch(tmp_path: Path, net: Net) -> None:
    torch.save(net.state_dict(), tmp_path / "net.pth")
    (tmp_path / "net.py").write_text("def build(): ...")
    code = (
        "import sys\n"
        "from engine.models.user.detect import inspect_file\n"
        "assert all(inspect_file(path).can_open for path in sys.argv[1:])\n"
        "assert 'torch' not in sys.modules\n"
    )
    words = [sys.executable, "-c", code, str(tmp_path / "net.pth"), str(tmp_path / "net.py")]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.stderr == ""
