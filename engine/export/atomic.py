"""Write a file whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import ExportError, StorageFullError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["atomic_path", "check_target", "storage_error"]

_SENTENCES = {
    errno.ENOSPC: "The disk is full; free some space and write “{path}” again.",
    errno.EDQUOT: "Your share of the disk is full; free some space and write “{path}” again.",
    errno.EROFS: "“{folder}” is on a read-only disk; choose another folder.",
    errno.EACCES: "“{folder}” cannot be written to; choose another folder or change its rights.",
    errno.EPERM: "“{folder}” cannot be written to; choose another folder or change its rights.",
    errno.ENAMETOOLONG: "The name “{path}” is too long; choose a shorter one.",
    errno.ENOENT: "The folder “{folder}” does not exist; make it first or choose another.",
    errno.ENOTDIR: "“{folder}” is not a folder; choose another place.",
}
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EROFS})


def check_target(path: Path | str, *, overwrite: bool = False) -> None:
    """See, before the work begins, that a file can be written at `path`.

    Raises
    ------
    ExportError
        The folder is missing or may not be written to, `path` is a folder or another thing that
        is no file, or it exists and `overwrite` is False.
    """
    target = Path(path)
    folder = target.parent
    try:
        if target.is_dir():
            raise ExportError(f"“{target}” is a folder; give the name of a file.")
        if not folder.is_dir():
            code = errno.ENOTDIR if folder.exists() else errno.ENOENT
            raise storage_error(OSError(code, ""), target)
        if target.exists() and not target.is_file():
            raise ExportError(f"“{target}” is not a regular file; choose another name.")
        if target.exists() and not overwrite:
            raise ExportError(_exists(target))
        if not os.access(folder, os.W_OK | os.X_OK):
            raise storage_error(OSError(errno.EACCES, ""), target)
    except OSError as error:
        raise storage_error(error, target) from error


@contextmanager
def atomic_path(path: Path | str, *, overwrite: bool = False) -> Iterator[Path]:
    """Give a name beside `path` to write to; when the block ends well, that file becomes `path`.

    When the block fails, or is cancelled, nothing is left and a file that stood at `path` is
    untouched. Its bytes are on the disk before it gets its name.

    Parameters
    ----------
    path
        Where the file shall stand. A link is followed.
    overwrite
        Whether a file that is there already may be replaced.

    Yields
    ------
    Path
        An empty file in the same folder; its suffix is ".part", so formats must be named.

    Raises
    ------
    ExportError
        It cannot be written; also in place of an `OSError` of the block.
    """
    check_target(path, overwrite=overwrite)
    target = Path(path).resolve()
    # Short, so that a long name that fits keeps fitting.
    part = target.with_name(f".layerscope-{secrets.token_hex(6)}.part")
    try:
        part.touch(exist_ok=False)
        yield part
        _flush(part)
        _publish(part, target, overwrite=overwrite)
    except OSError as error:
        raise storage_error(error, target) from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def _publish(part: Path, target: Path, *, overwrite: bool) -> None:
    if overwrite:
        part.replace(target)
        return
    try:
        os.link(part, target)  # unlike a rename, fails where somebody came first
    except FileExistsError:
        raise ExportError(_exists(target)) from None
    except OSError:  # a file system without links
        part.replace(target)


def _flush(part: Path) -> None:
    with part.open("rb+") as file:
        os.fsync(file.fileno())


def _exists(target: Path) -> str:
    return f"“{target}” exists already; choose another name or allow overwriting."


def storage_error(error: OSError, target: Path) -> ExportError:
    """Return what to raise for what the system said while `target` was written."""
    kind = StorageFullError if error.errno in _FULL else ExportError
    return kind(_sentence(error, target))


def _sentence(error: OSError, target: Path) -> str:
    reason = error.strerror or type(error).__name__
    default = f"“{{path}}” cannot be written ({reason}); choose another place."
    template = _SENTENCES.get(error.errno or 0, default)
    return template.format(path=target, folder=target.parent)
