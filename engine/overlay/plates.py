"""Names on plates: text on a coloured ground with round corners, drawn once and kept."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw

from engine.overlay.lettering import cut, lettering
from engine.overlay.palette import Rgb, text_on

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Plate", "plate", "text_size"]

_FINER = 4
_GROUND = 0.92


@dataclass(frozen=True, slots=True, eq=False)
class Plate:
    """A picture of a name, ready to be laid over another.

    Attributes
    ----------
    colours : ndarray, (h, w, 3), uint16
        RGB times alpha, 0..65025.
    rest : ndarray, (h, w, 1), uint16
        255 minus alpha: what stays of the picture below.
    """

    colours: NDArray[np.uint16]
    rest: NDArray[np.uint16]

    @property
    def size(self) -> tuple[int, int]:
        """Height and width in pixels."""
        height, width, _ = self.colours.shape
        return height, width

    def draw(self, out: NDArray[np.uint8], y: int, x: int) -> None:
        """Lay it over `out`, (H, W, 3) uint8, its corner at (y, x); it must fit."""
        height, width = self.size
        part = out[y : y + height, x : x + width]
        mixed = part * self.rest
        mixed += self.colours
        mixed += 127
        mixed //= 255
        part[...] = mixed


def text_size(size: tuple[int, int]) -> int:
    """Return the height of letters in pixels that suits a picture of (height, width).

    It grows slower than the picture: 14 at 500 x 375, 19 at 1280 x 720, 37 at 3840 x 2160.
    """
    height, width = size
    return round(9.5 + 0.0095 * math.sqrt(height * width))


@functools.lru_cache(maxsize=2048)
def plate(text: str, size: int, colour: Rgb, most: int) -> Plate:
    """Return a name on a ground of a colour, at most `most` pixels wide; it is cut to fit."""
    letters, ground = _masks(text, size, most)
    share = (letters.astype(np.float32) / 255)[:, :, None]
    ink = np.array(text_on(colour), np.float32)
    flat = np.array(colour, np.float32)
    alpha = np.maximum(ground * _GROUND, letters)[:, :, None]
    colours = (flat + (ink - flat) * share) * alpha
    rest = 255 - np.rint(alpha).astype(np.uint16)
    return Plate(np.rint(colours).astype(np.uint16), rest)


@functools.lru_cache(maxsize=2048)
def _masks(text: str, size: int, most: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return how much of each pixel the letters and the ground cover: (h, w) uint8 each."""
    side = round(size * 0.4)
    text, face = lettering(text, size)
    if most:
        text = cut(text, face, most - 2 * side)
    ascent, _ = face.getmetrics()
    width = round(face.getlength(text)) + 2 * side
    height = round(size * 1.45)
    letters = Image.new("L", (width, height))
    base = (height + round(ascent * 0.72)) // 2
    ImageDraw.Draw(letters).text((side, base), text, 255, face, anchor="ls")
    ground = Image.new("L", (width * _FINER, height * _FINER))
    corners = (0, 0, width * _FINER - 1, height * _FINER - 1)
    ImageDraw.Draw(ground).rounded_rectangle(corners, size * _FINER * 0.28, 255)
    ground = ground.resize((width, height), Image.Resampling.BOX)
    return np.asarray(letters), np.asarray(ground)
