"""How the items of a drawing are to look now: tints, what is dimmed, where pictures will lie."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtGui import QColor

from gui.graph.scene import KINDS
from gui.graph.tints import Tint, kind_tints, text_on

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray
    from PySide6.QtGui import QPainterPath

    from gui.graph.scene import GraphScene
    from gui.theme import Theme

__all__ = ["Look", "Measure", "Palette", "palette_of"]

Share = tuple[str, float]


@dataclass(frozen=True, slots=True, eq=False)
class Measure:
    """A number for each item, and the colours it is shown in.

    Attributes
    ----------
    values
        By the item's id; items without one are drawn in grey.
    lut : ndarray, (256, 3), uint8
    low, high
        Values of the first and the last colour.
    label
        What is measured, with its unit.
    """

    values: Mapping[str, float]
    lut: NDArray[np.uint8]
    low: float
    high: float
    label: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Palette:
    """Tints by number, and which of them each item of a scene has.

    Attributes
    ----------
    tints
        By number.
    numbers : ndarray, (N,), intp
        By row of the scene.
    """

    tints: tuple[Tint, ...]
    numbers: NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """What the painter must know besides the scene.

    Attributes
    ----------
    highlight : ndarray, (N,), bool, or None
        The items that are not dimmed; None = none is.
    lit_edges
        The edges between them.
    pictured : frozenset of str
        Ids of the items that carry a picture: their text leaves room for it.
    """

    theme: Theme
    palette: Palette
    highlight: NDArray[np.bool_] | None = None
    lit_edges: QPainterPath | None = None
    pictured: frozenset[str] = field(default_factory=frozenset)


def palette_of(scene: GraphScene, theme: Theme, measure: Measure | None = None) -> Palette:
    """Return the colours of a scene's items: of their kinds, or of a measure."""
    if measure is None:
        return Palette(kind_tints(theme), scene.kinds + scene.is_box * len(KINDS))
    found = map(measure.values.get, scene.ids, itertools.repeat(math.nan))
    values = np.fromiter(found, np.float64, len(scene.ids))
    span = measure.high - measure.low
    with np.errstate(invalid="ignore"):
        unit = np.clip((values - measure.low) / span, 0, 1) if span > 0 else values * 0
    levels = np.where(np.isnan(unit), 256, np.nan_to_num(unit) * 255 + 0.5).astype(np.intp)
    return Palette(_measure_tints(measure.lut.tobytes(), theme), levels)


_made: dict[tuple[bytes, str], tuple[Tint, ...]] = {}


def _measure_tints(lut: bytes, theme: Theme) -> tuple[Tint, ...]:
    """Return a tint for each of the 256 levels, and the last for what was not measured."""
    key = (lut, theme.name)
    if key not in _made:
        if len(_made) > 8:
            _made.clear()
        table = np.frombuffer(lut, np.uint8).reshape(256, 3)
        tints = [_level_tint(QColor(*(int(v) for v in colour))) for colour in table]
        _made[key] = (*tints, _unknown(theme))
    return _made[key]


def _level_tint(colour: QColor) -> Tint:
    text = text_on(colour)
    return Tint(colour, colour.lighter(125), colour, text, text)


def _unknown(theme: Theme) -> Tint:
    muted = QColor(theme.text_muted)
    return Tint(
        QColor(theme.raised), QColor(theme.border_strong), QColor(theme.track), muted, muted
    )
