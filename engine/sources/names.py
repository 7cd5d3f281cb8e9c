"""What a path's name says: a picture, a video, and in which order names are listed."""

from __future__ import annotations

import re
from pathlib import PurePath

__all__ = ["PICTURE_SUFFIXES", "VIDEO_SUFFIXES", "is_picture", "is_video", "natural_key"]

PICTURE_SUFFIXES = frozenset((
    ".avif", ".bmp", ".cur", ".dds", ".dib", ".gif", ".hdr", ".icns", ".ico", ".j2k", ".jfif",
    ".jp2", ".jpe", ".jpeg", ".jpg", ".mpo", ".pbm", ".pcx", ".pfm", ".pgm", ".png", ".pnm", ".ppm",
    ".psd", ".qoi", ".ras", ".sgi", ".tga", ".tif", ".tiff", ".webp", ".xbm",
))  # fmt: skip
VIDEO_SUFFIXES = frozenset((
    ".3gp", ".avi", ".flv", ".m2ts", ".m4v", ".mjpeg", ".mjpg", ".mkv", ".mov", ".mp4", ".mpeg",
    ".mpg", ".mts", ".mxf", ".ogv", ".ts", ".vob", ".webm", ".wmv", ".y4m",
))  # fmt: skip

_DIGITS = re.compile(r"(\d+)")


def is_picture(path: str | PurePath) -> bool:
    """Tell by its suffix whether `path` names a still picture."""
    return PurePath(path).suffix.lower() in PICTURE_SUFFIXES


def is_video(path: str | PurePath) -> bool:
    """Tell by its suffix whether `path` names a video."""
    return PurePath(path).suffix.lower() in VIDEO_SUFFIXES


def natural_key(name: str) -> tuple[tuple[int, int, str], ...]:
    """Return a key that sorts names as people do: `shot 2` before `shot 10`, case aside."""
    parts = _DIGITS.split(name.casefold())
    # Every second part is a number; the leading flag keeps numbers from being compared to text.
    return tuple(
        (0, int(part), part) if place % 2 and part.isdecimal() else (1, 0, part)
        for place, part in enumerate(parts)
    )
