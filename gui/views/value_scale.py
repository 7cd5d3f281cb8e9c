"""From a value to its place on a colour bar, and nice numbers for the ticks."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["ValueScale", "format_value", "nice_step", "nice_ticks"]


@dataclass(frozen=True, slots=True)
class ValueScale:
    """Which value is drawn in which colour.

    Attributes
    ----------
    low, high
        Values of the first and the last colour. Signed ones are symmetric about 0.
    gamma
        Exponent on the normalised magnitude.
    is_signed
        Whether 0 is the middle of the colour map.
    """

    low: float = 0.0
    high: float = 1.0
    gamma: float = 1.0
    is_signed: bool = False

    def unit(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return where values lie on the colour map, in 0..1; NaN counts as 0.

        Parameters
        ----------
        values : ndarray, any shape, float32
        """
        values = np.nan_to_num(values, nan=0.0)
        if self.is_signed:
            bound = max(abs(self.low), abs(self.high))
            scaled = np.clip(values / bound, -1, 1) if bound > 0 else np.zeros_like(values)
            return np.asarray(0.5 + np.sign(scaled) * np.abs(scaled) ** self.gamma / 2, np.float32)
        span = self.high - self.low
        if span <= 0:
            return np.zeros_like(values)
        return np.asarray(np.clip((values - self.low) / span, 0, 1) ** self.gamma, np.float32)

    def indices(self, values: NDArray[np.float32]) -> NDArray[np.uint8]:
        """Return the rows of the colour table for values, uint8 of the same shape."""
        unit = self.unit(values)
        indices: NDArray[np.uint8]
        if self.is_signed:  # 128 is zero
            indices = np.clip(128 + (unit - 0.5) * 255, 0, 255).astype(np.uint8)
        else:
            indices = (unit * 255 + 0.5).astype(np.uint8)
        return indices

    def position(self, value: float) -> float:
        """Return where one value lies on the colour map, in 0..1; as `unit`, for one number."""
        if math.isnan(value):
            value = 0.0
        if self.is_signed:
            bound = max(abs(self.low), abs(self.high))
            scaled = min(max(value / bound, -1.0), 1.0) if bound > 0 else 0.0
            return 0.5 + math.copysign(abs(scaled) ** self.gamma, scaled) / 2
        span = self.high - self.low
        return min(max((value - self.low) / span, 0.0), 1.0) ** self.gamma if span > 0 else 0.0


def nice_step(span: float, count: int) -> float:
    """Return the 1-2-5 step that cuts `span` into at most about `count` pieces."""
    if not (span > 0 and math.isfinite(span)):
        return 1.0
    raw = span / max(1, count)
    power = 10.0 ** math.floor(math.log10(raw))
    for factor in (1.0, 2.0, 5.0):
        if raw <= factor * power * (1 + 1e-9):
            return factor * power
    return 10.0 * power


def nice_ticks(low: float, high: float, count: int) -> list[float]:
    """Return the multiples of a 1-2-5 step within `low`..`high`."""
    if not (high > low and math.isfinite(high - low)):
        return [low] if math.isfinite(low) else []
    step = nice_step(high - low, count)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [number * step for number in range(first, last + 1)]


def format_value(value: float, step: float = 0.0) -> str:
    """Write a number for the person.

    Parameters
    ----------
    value
        The number.
    step
        Distance of the ticks: as many decimals as it needs are shown; 0 = four digits.
    """
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("∞" if value > 0 else "−∞")
    if value == 0:
        return "0"
    size = max(abs(value), step)
    if size >= 1e5 or size < 1e-3:
        text = f"{value:.0e}" if step else f"{value:.2e}"
        mantissa, exponent = text.split("e")
        text = f"{mantissa}e{int(exponent)}"
    elif step:
        text = f"{value:.{max(0, -math.floor(math.log10(step) + 1e-9))}f}"
    else:
        text = f"{value:.4g}" if size < 1e4 else f"{value:.0f}"
    return text.replace("-", "−")
