"""Which colour a category or an object has: the same in every frame, window and file."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import numpy as np

from engine.values import Instances, MaskColours, PaletteChoice

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.values import OverlayStyle

__all__ = [
    "Rgb",
    "colour_of",
    "colour_of_instance",
    "colours_of",
    "safe_palette",
    "text_on",
    "voc_colour",
    "voc_number",
    "voc_palette",
]

Rgb = tuple[int, int, int]

_OKABE_ITO: tuple[Rgb, ...] = (
    (230, 159, 0),  # orange
    (86, 180, 233),  # sky blue
    (0, 158, 115),  # bluish green
    (240, 228, 66),  # yellow
    (0, 114, 178),  # blue
    (213, 94, 0),  # vermilion
    (204, 121, 167),  # reddish purple
)
"""Without their black, which says nothing over a dark picture."""
_ENTRIES = 256


def voc_colour(number: int) -> Rgb:
    """Return PASCAL VOC's colour of an id: its bits, three at a time, from each channel's top.

    Everingham et al., "The PASCAL Visual Object Classes Challenge", 2010, development kit. Ids up
    to 2**24 have colours of their own.
    """
    rgb = [0, 0, 0]
    for place in range(8):
        for channel in range(3):
            rgb[channel] |= (number >> (3 * place + channel) & 1) << (7 - place)
    return rgb[0], rgb[1], rgb[2]


def voc_number(colour: Rgb) -> int:
    """Return the id that has a colour of PASCAL VOC: the way back from `voc_colour`."""
    return sum(
        (colour[channel] >> (7 - place) & 1) << (3 * place + channel)
        for place in range(8)
        for channel in range(3)
    )


@functools.cache
def voc_palette() -> NDArray[np.uint8]:
    """Return PASCAL VOC's palette: (256, 3) uint8, read-only; 0 is black, 255 the void's cream."""
    return _fixed([voc_colour(number) for number in range(_ENTRIES)])


@functools.cache
def safe_palette() -> NDArray[np.uint8]:
    """Return a palette that colour-blind people tell apart: (256, 3) uint8, read-only.

    Entry 0 is black; then seven colours of Okabe and Ito, "Color Universal Design", 2008; then
    the seven again in other tones, lighter and darker in turn, no two alike.
    """
    colours: list[Rgb] = [(0, 0, 0)]
    turn = 0
    while len(colours) < _ENTRIES:
        lightness = _tone(turn)
        colours += [_toned(colour, lightness) for colour in _OKABE_ITO]
        turn += 1
    return _fixed(colours[:_ENTRIES])


def colour_of(category: int, style: OverlayStyle) -> Rgb:
    """Return the colour of a category by its id: the person's own, or else the palette's."""
    for own, colour in style.colours:
        if own == category:
            return colour
    return _entry(category, style.palette)


def colour_of_instance(number: int, style: OverlayStyle) -> Rgb:
    """Return the colour of an object by its number: its track, or its place from 1."""
    return _entry(number, style.palette)


def colours_of(instances: Instances, style: OverlayStyle) -> tuple[Rgb, ...]:
    """Return the colour of each object, as the style says: its category's or its own."""
    if style.colours_of is MaskColours.INSTANCE:
        return tuple(
            colour_of_instance(item.track or place, style)
            for place, item in enumerate(instances.items, 1)
        )
    known = {item.category for item in instances.items}
    table = {category: colour_of(category, style) for category in known}
    return tuple(table[item.category] for item in instances.items)


def text_on(colour: Rgb) -> Rgb:
    """Return near-black or white, whichever is more legible on a colour (WCAG 2.2 contrast)."""
    luminance = sum(
        share * _linear(value / 255)
        for share, value in zip((0.2126, 0.7152, 0.0722), colour, strict=True)
    )
    is_bright = (luminance + 0.05) ** 2 > 1.05 * 0.057
    return (17, 19, 23) if is_bright else (255, 255, 255)


def _entry(number: int, choice: PaletteChoice) -> Rgb:
    if choice is PaletteChoice.VOC:
        return voc_colour(number)
    # Past the end the tones come round again; 0 stays the background's.
    place = number if number < _ENTRIES else 1 + (number - 1) % (_ENTRIES - 1)
    red, green, blue = safe_palette()[place].tolist()
    return red, green, blue


def _tone(turn: int) -> float:
    """Return how far to go to white (> 0) or black (< 0): 0, .4, -.3, then ever finer between.

    The binary digits of the turn, read backwards, halve the widest gap each time (van der
    Corput, 1935).
    """
    if turn == 0:
        return 0.0
    number, share, half = (turn + 1) // 2, 0.0, 0.5
    while number:
        share += half * (number & 1)
        number, half = number >> 1, half / 2
    return 0.8 * share if turn % 2 else -0.6 * share


def _toned(colour: Rgb, tone: float) -> Rgb:
    target = 255 if tone > 0 else 0
    red, green, blue = (round(value + (target - value) * abs(tone)) for value in colour)
    return red, green, blue


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def _fixed(colours: list[Rgb]) -> NDArray[np.uint8]:
    table = np.array(colours, np.uint8)
    table.flags.writeable = False
    return table
