"""What has to be known of a picture's own file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["is_turned", "size_of"]

_ORIENTATION = 274


def is_turned(path: Path) -> bool:
    """Tell whether a file's EXIF says to turn it, so that masks are not in the stored frame."""
    try:
        with Image.open(path) as file:
            return int(file.getexif().get(_ORIENTATION, 1)) != 1
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return False


def size_of(path: Path) -> tuple[int, int] | None:
    """Return height and width as stored; None where it is no picture that Pillow reads."""
    try:
        with Image.open(path) as file:
            return file.height, file.width
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
