"""What a benchmark is, which there are, and the table and the file that a run leaves."""

from __future__ import annotations

import importlib
import json
import math
import pkgutil
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

__all__ = [
    "Benchmark",
    "Figure",
    "Plan",
    "all_benchmarks",
    "benchmark",
    "select",
    "table",
    "to_json",
    "write_json",
]

Better: TypeAlias = Literal["higher", "lower"]


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number.

    Attributes
    ----------
    name
        Stays the same from run to run.
    value
        A finite number, in `unit`.
    unit
        "ms", "x" (a ratio), "frames/s", ...
    better
        Which way is better.
    target
        What the value must reach; None = it is only information.
    """

    name: str
    value: float
    unit: str
    better: Better
    target: float | None = None

    def __post_init__(self) -> None:
        if not math.isfinite(self.value):
            raise ValueError(f"{self.name}: expected a finite value, got {self.value}")

    @property
    def holds(self) -> bool | None:
        """Whether the target is reached; None without one."""
        if self.target is None:
            return None
        return self.value >= self.target if self.better == "higher" else self.value <= self.target


@dataclass(frozen=True, slots=True)
class Plan:
    """How thoroughly to measure."""

    is_quick: bool = False
    """A tenth of the time: to try the benchmark itself, not to judge by."""

    def pick(self, usual: int, quick: int) -> int:
        """Return the one or the other."""
        return quick if self.is_quick else usual


Measure: TypeAlias = "Callable[[Plan], Iterable[Figure]]"


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A function that measures, and the names of the figures with a target that it gives."""

    name: str
    gives: tuple[str, ...]
    measure: Measure
    summary: str


_registered: dict[str, Benchmark] = {}


def benchmark(name: str, *gives: str) -> Callable[[Measure], Measure]:
    """Register a function from a `Plan` to `Figure`s.

    Parameters
    ----------
    name
        What `--only` takes.
    gives
        The figures with a target, where they are called otherwise; `--only` takes them too.
    """

    def register(measure: Measure) -> Measure:
        if name in _registered:
            raise ValueError(f"two benchmarks are named {name!r}")
        summary = (measure.__doc__ or "").strip().splitlines()[0]
        _registered[name] = Benchmark(name, gives or (name,), measure, summary)
        return measure

    return register


def all_benchmarks() -> list[Benchmark]:
    """Import every `bench_*` file of this folder and return what they register."""
    package = importlib.import_module("tests.benchmarks")
    for module in sorted(info.name for info in pkgutil.iter_modules(package.__path__)):
        if module.startswith("bench_"):
            importlib.import_module(f"tests.benchmarks.{module}")
    return list(_registered.values())


def select(benchmarks: Iterable[Benchmark], only: str) -> list[Benchmark]:
    """Return those called `only`, or that give a figure called so; all of them where it is empty.

    Raises
    ------
    LookupError
        There is none; the sentence names those there are.
    """
    there = list(benchmarks)
    chosen = [one for one in there if not only or only in {one.name, *one.gives}]
    if not chosen:
        names = ", ".join(one.name for one in there)
        raise LookupError(f"There is no benchmark named “{only}”; there are: {names}.")
    return chosen


# ---------------------------------------------------------------------------- what a run leaves


def to_json(figure: Figure) -> dict[str, object]:
    """Return a figure as it stands in the file."""
    keys = ("name", "value", "unit", "target", "better")
    fields = asdict(figure)
    return {key: fields[key] for key in keys} | {"holds": figure.holds}


def write_json(path: Path, figures: Sequence[Figure], machine: dict[str, object]) -> None:
    """Write the figures, and beside them a file with what they were measured on."""
    path.parent.mkdir(parents=True, exist_ok=True)
    records = [to_json(figure) for figure in figures]
    path.write_text(json.dumps(records, indent=1) + "\n", encoding="utf-8")
    beside = path.with_name(f"{path.stem}_machine.json")
    beside.write_text(json.dumps(machine, indent=1) + "\n", encoding="utf-8")


_VERDICTS = {True: "holds", False: "MISSED", None: ""}


def table(figures: Sequence[Figure]) -> str:
    """Return the figures as text, a line each, in columns."""
    rows = [("figure", "value", "unit", "target", "")]
    for figure in figures:
        sign = "≥" if figure.better == "higher" else "≤"
        target = "" if figure.target is None else f"{sign} {_number(figure.target)}"
        verdict = _VERDICTS[figure.holds]
        rows.append((figure.name, _number(figure.value), figure.unit, target, verdict))
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return "\n".join(
        f"{row[0]:<{widths[0]}}  {row[1]:>{widths[1]}}  {row[2]:<{widths[2]}}  "
        f"{row[3]:<{widths[3]}}  {row[4]}".rstrip()
        for row in rows
    )


def _number(value: float) -> str:
    return f"{value:.0f}" if abs(value) >= 1000 else f"{value:.3g}" if value else "0"
