"""Drawing text and colour bars into numpy pictures with Pillow, without a window."""

from __future__ import annotations

import functools
import math
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw, ImageFont

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.values import Activation

__all__ = ["DARK", "LIGHT", "Palette", "Tick", "colorbar_ticks", "font", "plain", "shorten"]

Rgb = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours of a figure's surround."""

    background: Rgb
    text: Rgb
    muted: Rgb
    warning: Rgb


DARK = Palette((17, 19, 23), (236, 238, 242), (163, 169, 179), (255, 183, 77))
LIGHT = Palette((255, 255, 255), (20, 22, 26), (92, 98, 108), (166, 84, 0))

_REPLACED = str.maketrans(
    {"≠": "!=", "→": "->", "×": "x", "−": "-", "–": "-", "—": "-", "“": '"', "”": '"', "µ": "u"}
)


@functools.cache
def font(size: int) -> ImageFont.FreeTypeFont:
    """Return the text font in a size in pixels: the one that Pillow carries, so always there."""
    loaded = ImageFont.load_default(size)
    if not isinstance(loaded, ImageFont.FreeTypeFont):
        raise TypeError("Pillow was built without FreeType")
    return loaded


def plain(text: str) -> str:
    """Return `text` in the letters that the font has: Latin without marks, digits, signs."""
    spelled = unicodedata.normalize("NFKD", text.replace("·", "\0").translate(_REPLACED))
    kept = (c for c in spelled if not unicodedata.combining(c))
    return "".join(c if " " <= c <= "~" else "·" if c == "\0" else "?" for c in kept)


def shorten(text: str, size: int, width: float) -> str:
    """Return `text`, cut with an ellipsis where it is wider than `width` pixels."""
    text = plain(text)
    if font(size).getlength(text) <= width:
        return text
    while text and font(size).getlength(text + "…") > width:
        text = text[:-1]
    return text.rstrip() + "…"


@dataclass(frozen=True, slots=True)
class Tick:
    """A number at a colour bar."""

    position: float
    """0 = the colour of level 0, 1 = the colour of level 255."""
    text: str


def colorbar_ticks(activation: Activation, room: int) -> tuple[Tick, ...]:
    """Return the numbers at a layer's colour bar, from low to high.

    Parameters
    ----------
    activation
        Its `low`, `high`, `gamma` and `is_signed` say where a value lies on the bar. Where
        channels have scales of their own, the ends are named instead of numbered.
    room
        How many numbers fit beside the bar.
    """
    low, high = float(activation.low[0]), float(activation.high[0])
    if has_own_scales(activation):
        if activation.is_signed:
            return Tick(0.0, "-max"), Tick(0.5, "0"), Tick(1.0, "max")
        return Tick(0.0, "min"), Tick(1.0, "max")
    if not high > low:
        return (Tick(0.0, f"{low:.3g}"),)

    def position(value: float) -> float:
        if activation.is_signed:
            share = value / high
            return 0.5 + 0.5 * math.copysign(abs(share) ** activation.gamma, share)
        return float(((value - low) / (high - low)) ** activation.gamma)

    distance = 1.0 / max(room - 1, 1)
    ticks = [Tick(0.0, f"{low:.3g}"), Tick(1.0, f"{high:.3g}")]
    for value in _round_values(low, high, room):
        place = position(value)
        if all(abs(place - tick.position) >= distance for tick in ticks):
            ticks.append(Tick(place, f"{value:.6g}"))
    return tuple(sorted(ticks, key=lambda tick: tick.position))


def has_own_scales(activation: Activation) -> bool:
    """Whether the channels are drawn on different scales."""
    return bool(np.ptp(activation.low) > 0 or np.ptp(activation.high) > 0)


def _round_values(low: float, high: float, room: int) -> list[float]:
    """Multiples of 1, 2 or 5 times a power of ten inside low..high; those nearest 0 first."""
    rough = (high - low) / max(room, 1)
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough)
    first, last = math.ceil(low / step), math.floor(high / step)
    return [round(n * step, 12) for n in sorted(range(first, last + 1), key=abs)]


def draw_colorbar(
    canvas: Image.Image, box: tuple[int, int, int, int], colours: NDArray[np.uint8]
) -> None:
    """Draw the bar of `colours` (256, 3), level 255 on top, into (left, top, right, bottom)."""
    left, top, right, bottom = box
    levels = np.linspace(255, 0, bottom - top).round().astype(np.intp)
    bar = np.repeat(colours[levels][:, None], right - left, axis=1)
    canvas.paste(Image.fromarray(bar), (left, top))


def draw_ticks(
    canvas: Image.Image, box: tuple[int, int, int, int], ticks: tuple[Tick, ...], look: TickLook
) -> None:
    """Draw the numbers to the right of the bar that fills `box`."""
    _, top, right, bottom = box
    pen = ImageDraw.Draw(canvas)
    for tick in ticks:
        y = round(bottom - 1 - tick.position * (bottom - 1 - top))
        pen.line((right, y, right + look.length - 1, y), fill=look.palette.muted)
        # The ends' numbers stay within the bar's height, so that edges align.
        anchor = {0.0: "ls", 1.0: "lt"}.get(tick.position, "lm")
        at = (right + look.length + look.gap, bottom if anchor == "ls" else y)
        pen.text(at, plain(tick.text), look.palette.text, font(look.size), anchor=anchor)


@dataclass(frozen=True, slots=True)
class TickLook:
    """How the numbers beside a bar look; lengths in pixels."""

    palette: Palette
    size: int
    length: int
    gap: int
