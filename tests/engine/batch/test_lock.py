"""One run at a time in a folder, whatever became of the last one."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import psutil
import pytest

from engine.batch.journal import FOLDER
from engine.batch.lock import LOCK, locked
from engine.errors import ExportError

if TYPE_CHECKING:
    from pathlib import Path


def _note(output: Path, **changes: object) -> Path:
    """Leave a lock as this process would, but for some changes."""
    note = {
        "pid": os.getpid(),
        "begun_s": psutil.Process().create_time(),
        "host": socket.gethostname(),
        "run": "x",
    }
    path = output / FOLDER / LOCK
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(note | changes), encoding="utf-8")
    return path


def _dead_pid() -> int:
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


def test_a_folder_is_held_and_let_go(tmp_path: Path) -> None:
    with (
        locked(tmp_path),
        pytest.raises(ExportError, match="in use by another run"),
        locked(tmp_path),
    ):
        pass
    with locked(tmp_path):
        pass
    assert list((tmp_path / FOLDER).iterdir()) == []


@pytest.mark.parametrize("is_reused", [True, False])
def test_the_lock_of_a_run_that_is_no_more_is_taken_over(tmp_path: Path, is_reused: bool) -> None:
    # A process of the same number that began at another time is another one.
    path = _note(tmp_path, begun_s=1.0) if is_reused else _note(tmp_path, pid=_dead_pid())
    with locked(tmp_path):
        assert json.loads(path.read_text(encoding="utf-8"))["run"] != "x"
    assert list((tmp_path / FOLDER).iterdir()) == []


def test_a_lock_that_says_nothing_is_taken_over(tmp_path: Path) -> None:
    _note(tmp_path).write_bytes(b"")
    with locked(tmp_path):
        pass


def test_another_computers_lock_is_left_to_the_person(tmp_path: Path) -> None:
    path = _note(tmp_path, host="elsewhere")
    with pytest.raises(ExportError, match="elsewhere") as caught, locked(tmp_path):
        pass
    assert str(path) in str(caught.value)
    assert path.exists()
