"""From what a person typed, dropped or chose to an open source."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import url2pathname

from engine.errors import SourceError
from engine.sources.address import STREAM_SCHEMES, host_of, scheme_of, without_secrets
from engine.sources.base import SourceKind, SourceSpec
from engine.sources.names import is_picture, is_video

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.sources.base import FrameSource

__all__ = ["describe", "open_source", "parse_source"]


def parse_source(text: str) -> SourceSpec:
    """Read what to open.

    Parameters
    ----------
    text
        "demo", "camera", "camera:1", the address of a stream, or the path or file address of a
        picture, a video or a folder.

    Raises
    ------
    SourceError
        It is none of these.
    """
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        text = text[1:-1]
    word = text.casefold()
    if not text:
        raise SourceError("There is nothing to open; write demo, camera, an address or a path.")
    if word == SourceKind.DEMO:
        return SourceSpec(SourceKind.DEMO)
    if word == SourceKind.CAMERA or word.startswith("camera:"):
        return _parse_camera(word)
    if word.startswith("file:"):
        return _parse_file(_path_of(text))
    scheme = scheme_of(text)
    if scheme in STREAM_SCHEMES:
        return _parse_stream(text)
    if scheme:
        raise SourceError(
            f"Addresses that begin with {scheme}:// cannot be opened; use http, https or rtsp."
        )
    return _parse_file(text)


def describe(spec: SourceSpec) -> str:
    """Return a short title for `spec`, without secrets."""
    match spec.kind:
        case SourceKind.DEMO:
            return "Demo"
        case SourceKind.CAMERA:
            return f"Camera {spec.location or 0}"
        case SourceKind.STREAM:
            return without_secrets(spec.location)
        case _:
            return Path(spec.location).name or spec.location


def open_source(spec: SourceSpec) -> FrameSource:
    """Make the source for `spec`; it is not opened yet.

    The source of kind `x` is made by `create` in `engine/sources/x.py`, which is imported when
    it is first wanted: a new source is one new file and one new `SourceKind`.
    """
    module = importlib.import_module(f"engine.sources.{spec.kind.value}")
    create: Callable[[SourceSpec], FrameSource] = module.create
    return create(spec)


def _parse_camera(word: str) -> SourceSpec:
    number = word.partition(":")[2] or "0"
    if not (number.isascii() and number.isdecimal()):
        raise SourceError("A camera is chosen by its number; write camera:0, camera:1 and so on.")
    return SourceSpec(SourceKind.CAMERA, str(int(number)))


def _parse_stream(url: str) -> SourceSpec:
    if host_of(url) == "the address":
        raise SourceError("The address has no host; write it like http://host:port/path.")
    return SourceSpec(SourceKind.STREAM, url)


def _path_of(uri: str) -> str:
    try:
        parts = urlsplit(uri)
    except ValueError as error:
        raise SourceError("The file's address cannot be read; write its path instead.") from error
    # A share of Windows has its host before the path.
    host = f"//{parts.netloc}" if parts.netloc not in {"", "localhost"} else ""
    return url2pathname(host + parts.path)


def _parse_file(text: str) -> SourceSpec:
    try:
        path = Path(text).expanduser().absolute()
        is_folder, is_there = path.is_dir(), path.exists()
    except (OSError, ValueError, RuntimeError):
        is_folder = is_there = False
        path = Path("it")
    if not is_there:
        raise SourceError(
            f"There is no file or folder {_short(text)}; check the path, or write demo, camera or"
            " an address."
        )
    if is_folder:
        return SourceSpec(SourceKind.FOLDER, str(path))
    if is_video(path):
        return SourceSpec(SourceKind.VIDEO, str(path))
    if is_picture(path) or _holds_picture(path):
        return SourceSpec(SourceKind.IMAGE, str(path))
    raise SourceError(
        f"{path.name} is neither a picture nor a video by its name; choose a PNG, JPEG, MP4 or the"
        " like."
    )


def _holds_picture(path: Path) -> bool:
    from engine.sources.decode import looks_like_picture  # noqa: PLC0415 - PIL comes with it

    return looks_like_picture(path)


def _short(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:40]} ... {text[-35:]}"
