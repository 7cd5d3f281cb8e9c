"""Names in letters that a font has: Pillow's own for Latin, one of the system's for the others."""

from __future__ import annotations

import functools
import unicodedata

from PIL import ImageFont, features

from engine.export.drawing import font, plain

__all__ = ["cut", "is_writable", "lettering"]

_WIDE = (
    "DejaVuSans.ttf", "NotoSans-Regular.ttf", "FreeSans.ttf",
    "NotoSansCJK-Regular.ttc", "NotoSansCJKsc-Regular.otf", "wqy-microhei.ttc", "wqy-zenhei.ttc",
    "DroidSansFallbackFull.ttf", "unifont.otf", "unifont.ttf",
    "Arial Unicode.ttf", "PingFang.ttc", "AppleSDGothicNeo.ttc",
    "segoeui.ttf", "msyh.ttc", "msgothic.ttc", "malgun.ttf", "Nirmala.ttc",
)  # fmt: skip
"""Fonts of many letters as Linux, macOS and Windows have them; Pillow knows where they lie."""
_NONE = "\U0010fffd"
"""A character that no font has: what is drawn in its place is drawn for all that are missing."""
_FROM_THE_RIGHT = frozenset({"R", "AL", "AN"})
_PROBE_PX = 24


def is_writable(text: str) -> bool:
    """Tell whether there is a font here for a text, so that no question marks stand for it."""
    return _is_plain(text) or _wide(text) is not None


def lettering(text: str, size: int) -> tuple[str, ImageFont.FreeTypeFont]:
    """Return a text as it can be drawn, and the font for it in a size in pixels.

    Where no font has all its letters, question marks stand for those that are missing.
    """
    name = None if _is_plain(text) else _wide(text)
    if name is None:
        return plain(text), font(size)
    return _normal(text), _loaded(name, size)


def cut(text: str, letters: ImageFont.FreeTypeFont, width: float) -> str:
    """Return a text, with an ellipsis where it is wider than `width` pixels."""
    if letters.getlength(text) <= width:
        return text
    while text and letters.getlength(text + "…") > width:
        text = text[:-1]
    return text.rstrip() + "…"


def _is_plain(text: str) -> bool:
    return plain(text).count("?") == text.count("?")


@functools.lru_cache(maxsize=1024)
def _wide(text: str) -> str | None:
    """Return the name of the first font that has all letters of a text."""
    text = _normal(text)
    if _needs_shaping(text) and not features.check("raqm"):
        return None  # letters one by one from the left would be another word
    return next((name for name in _installed() if _has(name, text)), None)


@functools.cache
def _installed() -> tuple[str, ...]:
    return tuple(name for name in _WIDE if _is_there(name))


def _is_there(name: str) -> bool:
    try:
        _loaded(name, _PROBE_PX)
    except OSError:
        return False
    return True


@functools.lru_cache(maxsize=64)
def _loaded(name: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(name, size)


def _has(name: str, text: str) -> bool:
    letters = _loaded(name, _PROBE_PX)
    missing = _drawn(letters, _NONE)
    return all(c.isspace() or _drawn(letters, c) != missing for c in dict.fromkeys(text))


def _drawn(letters: ImageFont.FreeTypeFont, character: str) -> tuple[tuple[int, int], bytes]:
    mask = letters.getmask(character, mode="L")
    return mask.size, bytes(mask)


def _normal(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _needs_shaping(text: str) -> bool:
    """Tell whether letters run from the right or change with their neighbours."""
    return any(
        unicodedata.bidirectional(c) in _FROM_THE_RIGHT or "\u0900" <= c <= "\u0dff" for c in text
    )
