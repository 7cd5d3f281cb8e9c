"""One run at a time in a folder: two would write into each other's notes and files.

`OUT/.layerscope/lock` says which process works there. It goes when the run ends; where the process
was killed, the next run sees that it is no more, and takes its place.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING

import psutil

from engine.batch.journal import FOLDER
from engine.errors import ExportError
from engine.export.atomic import storage_error
from engine.export.masks.journal import made

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["LOCK", "locked"]

LOCK = "lock"
_SAME_S = 2.0
"""Starts of processes are not told more exactly everywhere."""


@contextmanager
def locked(output: Path) -> Iterator[None]:
    """Hold a folder for this run alone.

    Raises
    ------
    ExportError
        Another run works there, or the folder cannot be written to.
    """
    path = made(output / FOLDER) / LOCK
    try:
        own = _take(path, output)
    except OSError as error:
        raise storage_error(error, path) from error
    try:
        yield
    finally:
        with contextlib.suppress(OSError):
            if path.read_bytes() == own:
                path.unlink()


def _take(path: Path, output: Path) -> bytes:
    own = _me()
    part = path.with_name(f"{LOCK}-{secrets.token_hex(6)}")
    try:
        part.write_bytes(own)
        while not _placed(part, path):
            with contextlib.suppress(FileNotFoundError):  # its run has just ended
                standing = path.read_bytes()
                _check(standing, path, output)
                _clear(path, standing)
    finally:
        part.unlink(missing_ok=True)
    return own


def _placed(part: Path, path: Path) -> bool:
    """Put a lock that is written already into its place; False where one stands there."""
    try:
        os.link(part, path)
    except FileExistsError:
        return False
    except OSError:  # a file system without links
        try:
            with path.open("xb") as file:
                file.write(part.read_bytes())
        except FileExistsError:
            return False
    return True


def _clear(path: Path, standing: bytes) -> None:
    """Remove the lock of a dead process, but no other that took its place meanwhile."""
    aside = path.with_name(f"{LOCK}-{secrets.token_hex(6)}")
    path.rename(aside)
    try:
        if aside.read_bytes() != standing:
            with contextlib.suppress(FileExistsError):
                os.link(aside, path)
    finally:
        aside.unlink(missing_ok=True)


def _check(standing: bytes, path: Path, output: Path) -> None:
    """Return where a lock's process is no more, or the lock says nothing."""
    try:
        note = json.loads(standing)
        pid, begun_s, host = int(note["pid"]), float(note["begun_s"]), str(note["host"])
    except (ValueError, KeyError, TypeError):
        return
    if host != socket.gethostname():
        raise ExportError(
            f"“{output}” is in use by a run on the computer “{host}”; wait for its end, choose "
            f"another folder, or, if it is no more, delete “{path}”."
        )
    try:
        is_alive = abs(psutil.Process(pid).create_time() - begun_s) < _SAME_S
    except psutil.NoSuchProcess:
        return
    except psutil.AccessDenied:
        is_alive = True
    if is_alive:
        raise ExportError(
            f"“{output}” is in use by another run (process {pid}); wait for its end, or choose "
            "another folder."
        )


def _me() -> bytes:
    note = {
        "pid": os.getpid(),
        "begun_s": psutil.Process().create_time(),
        "host": socket.gethostname(),
        "run": secrets.token_hex(8),
    }
    return json.dumps(note).encode()
