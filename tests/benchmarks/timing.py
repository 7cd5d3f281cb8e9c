"""Time things side by side on a machine that has other work."""

from __future__ import annotations

import math
import statistics
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = [
    "Block",
    "Clocked",
    "alternate",
    "alternate_clocked",
    "clocked",
    "median_ratio",
    "percentile",
    "repeat_for",
]

Block: TypeAlias = "Callable[[float], float]"
"""Works for so many seconds and returns the seconds that a call took."""


def repeat_for(work: Callable[[], object], seconds: float) -> float:
    """Call `work` for about so many seconds, at least twice; return the mean seconds a call."""
    calls = 0
    start = now = time.perf_counter()
    while calls < 2 or now - start < seconds:
        work()
        calls += 1
        now = time.perf_counter()
    return (now - start) / calls


def alternate(sides: Mapping[str, Block], rounds: int, seconds: float) -> dict[str, list[float]]:
    """Let every side have a block in each round, the order turned round from round to round.

    Parameters
    ----------
    sides
        By name.
    rounds
        Number of rounds that count; one before them warms up.
    seconds
        Length of a block.

    Returns
    -------
    dict
        Seconds a call for each side and round. Blocks of one round lie side by side in time:
        compare by `median_ratio`, so that a slow spell of the machine hits both.
    """
    taken: dict[str, list[float]] = {name: [] for name in sides}
    for name in sides:
        sides[name](seconds)
    for number in range(rounds):
        order = list(sides) if number % 2 == 0 else list(reversed(list(sides)))
        for name in order:
            taken[name].append(sides[name](seconds))
    return taken


@dataclass(slots=True)
class Clocked:
    """Seconds a call by two clocks, a number for each round."""

    wall: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)
    """Of all the process's threads: other work of the machine hardly counts."""


def clocked(work: Callable[[], object], seconds: float = 0.0) -> tuple[float, float]:
    """Call `work` for about so many seconds, at least once.

    Returns
    -------
    wall, processor
        Mean seconds a call by the clock on the wall, and by that of the processors.
    """
    calls = 0
    spent = time.process_time()
    start = now = time.perf_counter()
    while calls < 1 or now - start < seconds:
        work()
        calls += 1
        now = time.perf_counter()
    return (now - start) / calls, (time.process_time() - spent) / calls


def alternate_clocked(
    works: Mapping[str, Callable[[], object]], rounds: int, seconds: float = 0.0
) -> dict[str, Clocked]:
    """Do as `alternate` does, by both clocks; `seconds` = 0: one call a block."""
    taken = {name: Clocked() for name in works}

    def block(name: str) -> Block:
        def run(seconds: float) -> float:
            wall, processor = clocked(works[name], seconds)
            taken[name].processor.append(processor)
            return wall

        return run

    walls = alternate({name: block(name) for name in works}, rounds, seconds)
    for name, wall in walls.items():
        taken[name].wall = wall
        del taken[name].processor[0]  # the round that warms up
    return taken


def median_ratio(above: Sequence[float], below: Sequence[float]) -> float:
    """Return the median over the rounds of one side's time over the other's."""
    return statistics.median(a / b for a, b in zip(above, below, strict=True))


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least `share` (0..1) of the values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]
