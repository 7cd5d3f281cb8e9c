"""Files are written whole or not at all."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from engine.errors import ExportError
from engine.export.atomic import atomic_path, check_target


def test_the_file_appears_when_the_block_ends(tmp_path: Path) -> None:
    target = tmp_path / "out.txt"
    with atomic_path(target) as part:
        part.write_text("whole")
        assert part.parent == tmp_path
        assert not target.exists()
    assert target.read_text() == "whole"
    assert list(tmp_path.iterdir()) == [target]


def test_a_failing_block_leaves_nothing_and_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "out.txt"
    target.write_text("old")

    def write_half() -> None:
        with atomic_path(target, overwrite=True) as part:
            part.write_text("ha")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_half()
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_an_existing_file_is_kept_unless_told(tmp_path: Path) -> None:
    target = tmp_path / "out.txt"
    target.write_text("old")
    with pytest.raises(ExportError, match="exists already"), atomic_path(target):
        pytest.fail("the block must not run")
    with atomic_path(target, overwrite=True) as part:
        part.write_text("new")
    assert target.read_text() == "new"


def test_a_file_that_came_meanwhile_is_kept(tmp_path: Path) -> None:
    target = tmp_path / "out.txt"

    def write() -> None:
        with atomic_path(target) as part:
            part.write_text("mine")
            target.write_text("theirs")

    with pytest.raises(ExportError, match="exists already"):
        write()
    assert target.read_text() == "theirs"
    assert list(tmp_path.iterdir()) == [target]


def test_new_files_have_the_usual_rights(tmp_path: Path) -> None:
    usual = tmp_path / "usual"
    usual.touch()
    with atomic_path(tmp_path / "out") as part:
        part.write_text("x")
    assert (tmp_path / "out").stat().st_mode == usual.stat().st_mode


def test_a_link_is_followed(tmp_path: Path) -> None:
    real = tmp_path / "real"
    real.write_text("old")
    link = tmp_path / "link"
    try:
        link.symlink_to(real)
    except OSError:
        pytest.skip("no links here")
    with atomic_path(link, overwrite=True) as part:
        part.write_text("new")
    assert link.is_symlink()
    assert real.read_text() == "new"


def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"nowhere.* does not exist"):
        check_target(tmp_path / "nowhere" / "out.txt")


def test_a_file_in_the_place_of_the_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ExportError, match="is not a folder"):
        check_target(tmp_path / "file" / "out.txt")


def test_a_folder_as_target_is_said(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="is a folder"):
        check_target(tmp_path)


@pytest.mark.skipif(not Path("/dev/null").exists(), reason="no devices here")
def test_a_device_is_never_replaced() -> None:
    with pytest.raises(ExportError, match="not a regular file"):
        check_target("/dev/null", overwrite=True)


def test_a_folder_that_cannot_be_written_to_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Root may write everywhere, so the answer of the system is put on.
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(ExportError, match="cannot be written to"):
        check_target(tmp_path / "out.txt")


def test_a_name_that_is_too_long_is_said(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="too long"):
        check_target(tmp_path / ("x" * 300))


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (errno.ENOSPC, "The disk is full"),
        (errno.EROFS, "read-only"),
        (errno.EIO, r"cannot be written \(boom\)"),
    ],
)
def test_errors_of_the_block_become_sentences(tmp_path: Path, code: int, sentence: str) -> None:
    with pytest.raises(ExportError, match=sentence), atomic_path(tmp_path / "out"):
        raise OSError(code, "boom")
    assert list(tmp_path.iterdir()) == []
