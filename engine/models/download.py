"""One file over HTTP: with progress, cancel, resume and a checksum, and never half of it.

Bytes go into a private `NAME.TOKEN.part` beside the target, which becomes the target in one step
once its checksum is right. Whoever stops early leaves it as `NAME.part`, and the next one takes
that over by renaming it, which only one of several processes can do.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import http.client
import secrets
import shutil
import time
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit

from engine.errors import WeightsUnavailableError
from engine.models.transfer import Transfer

if TYPE_CHECKING:
    from pathlib import Path

    from engine.jobs import JobControl
    from engine.models.spec import Weights

__all__ = ["STRUCTURE_ONLY", "download"]

STRUCTURE_ONLY = '"structure only (random weights)"'

_ABANDONED_S = 600.0
"""A part that nobody wrote to for so long, in seconds, belongs to a process that died."""
_REPORT_EVERY_S = 0.1
_CHUNK_BYTES = 4 << 20
_MB = 1e6
_FULL = {errno.ENOSPC, errno.EDQUOT}
_GONE = {HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND, HTTPStatus.GONE}


class _BrokenOffError(Exception):
    """The connection ended before the whole file had come."""


class _NotOursError(Exception):
    """What came is not what was published."""


def download(weights: Weights, target: Path, control: JobControl) -> None:
    """Download a weights file to `target`, whose folder is made where it is missing.

    Raises
    ------
    WeightsUnavailableError
        With the sentence for the person.
    CancelledError
        Cancelled; the part that has come is kept for the next try.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        part = _claim_part(target)
        try:
            _complete(weights, part, control)
            part.replace(target)
        except OSError as error:
            if error.errno in _FULL:
                part.unlink(missing_ok=True)
            raise
        finally:
            _leave_part(part, target)
    except (OSError, http.client.HTTPException, _BrokenOffError, _NotOursError) as error:
        raise WeightsUnavailableError(_sentence(error, weights, target)) from error


# --------------------------------------------------------------------------- parts of the file


def _claim_part(target: Path) -> Path:
    """Return the path of a part that is ours alone, with what an earlier try left, if any."""
    mine = target.with_name(f"{target.name}.{secrets.token_hex(8)}.part")
    for left in [target.with_name(f"{target.name}.part"), *_abandoned(target)]:
        with contextlib.suppress(OSError):
            left.rename(mine)
            return mine
    return mine


def _abandoned(target: Path) -> list[Path]:
    newest = time.time() - _ABANDONED_S
    found = []
    for path in target.parent.glob(f"{target.name}.*.part"):
        with contextlib.suppress(OSError):
            if path.stat().st_mtime < newest:
                found.append(path)
    return found


def _leave_part(part: Path, target: Path) -> None:
    """Leave what has come, if it is not the whole file, for the next try."""
    with contextlib.suppress(OSError):
        if part.stat().st_size:
            part.replace(target.with_name(f"{target.name}.part"))
        else:
            part.unlink()


# --------------------------------------------------------------------------------- the transfer


def _complete(weights: Weights, part: Path, control: JobControl) -> None:
    """Bring the part to the whole, checked file."""
    # What an earlier try left may be of another file: then once more, from the beginning.
    tries = 2 if part.exists() else 1
    for left in reversed(range(tries)):
        try:
            _append(weights, part, control)
        except _NotOursError:
            part.unlink(missing_ok=True)
            if not left:
                raise
        else:
            return


def _append(weights: Weights, part: Path, control: JobControl) -> None:
    """Fetch what the part lacks.

    Raises
    ------
    _BrokenOffError
        The connection ended too early.
    _NotOursError
        The file is whole, and is not the published one.
    """
    have = part.stat().st_size if part.exists() else 0
    control.report("Downloading weights", have, weights.size_bytes)
    with Transfer(weights.location, have, control) as transfer:
        try:
            head = transfer.head()
        except HTTPError as error:
            if have and error.code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
                raise _NotOursError from error
            raise
        if head.start not in {0, have}:
            raise _NotOursError
        digest = hashlib.sha256()
        if head.start:
            _feed(digest, part)
        _require_room(part, (head.total or 0) - head.start)
        span = (head.start, head.total or weights.size_bytes)
        done = _receive(transfer, part, span, digest, control)
    if head.total is not None and done != head.total:
        raise _BrokenOffError(f"{done} of {head.total} bytes")
    if not digest.hexdigest().startswith(weights.sha256):
        raise _NotOursError(digest.hexdigest())


def _feed(digest: hashlib._Hash, part: Path) -> None:
    with part.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)


def _require_room(part: Path, size: int) -> None:
    if size > shutil.disk_usage(part.parent).free:
        raise OSError(errno.ENOSPC, "no room for the whole file")


def _receive(
    transfer: Transfer,
    part: Path,
    span: tuple[int, int],
    digest: hashlib._Hash,
    control: JobControl,
) -> int:
    """Write what comes, from the first byte of `span` on; return how many bytes there are then."""
    done, total = span
    reported_at = 0.0
    with part.open("ab" if done else "wb") as file:
        for chunk in transfer.chunks():
            file.write(chunk)
            digest.update(chunk)
            done += len(chunk)
            if time.monotonic() - reported_at > _REPORT_EVERY_S:
                reported_at = time.monotonic()
                control.report("Downloading weights", done, total)
    control.report("Downloading weights", done, total)
    return done


# ------------------------------------------------------------------------ what the person reads


def _sentence(error: Exception, weights: Weights, target: Path) -> str:
    host = urlsplit(weights.location).hostname or weights.location
    if isinstance(error, _NotOursError):
        what = (
            f"What {host} sent is not the published file (its checksum is wrong); try again later"
        )
    elif isinstance(error, HTTPError) and error.code in _GONE:
        what = f"{host} does not give out {weights.file_name} ({error.code}); update Layerscope"
    elif isinstance(error, HTTPError):
        what = f"{host} cannot send the weights now ({error.code}); try again later"
    elif isinstance(error, URLError):
        what = (
            f"The weights are not on this computer yet, and {host} cannot be reached; connect to "
            "the network and try again"
        )
    elif isinstance(error, OSError) and error.errno in _FULL:
        what = (
            f"There is no room for the weights ({weights.size_bytes / _MB:.0f} MB) in "
            f"{target.parent}; free some space, or set LAYERSCOPE_CACHE to another folder"
        )
    elif isinstance(error, OSError) and error.filename is not None:
        what = (
            f"The weights cannot be written to {target.parent}; make that folder writable, or set "
            "LAYERSCOPE_CACHE to another one"
        )
    else:
        what = f"The connection to {host} broke off; try again, and it goes on from there"
    return f"{what}, or choose {STRUCTURE_ONLY}."
