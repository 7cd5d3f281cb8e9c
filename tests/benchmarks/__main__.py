"""`python -m tests.benchmarks [--only NAME] [--list] [--quick]`: measure and say what holds."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks.harness import (
    Benchmark,
    Figure,
    Plan,
    all_benchmarks,
    select,
    table,
    write_json,
)
from tests.benchmarks.machine import describe, environment, use_two_processors

if TYPE_CHECKING:
    from collections.abc import Sequence

OUT = Path("out", "bench.json")
TIMEOUT_S = 1800


def main(argv: Sequence[str] | None = None) -> int:
    """Run the benchmarks; 0 also when a figure misses, 1 when a benchmark broke, 2 wrong usage."""
    options = _parse(argv)
    try:
        chosen = select(all_benchmarks(), options.only)
    except LookupError as error:
        sys.stderr.write(f"{error.args[0]}\n")
        return 2
    if options.worker is not None:
        return _measure_here(chosen[0], Plan(options.quick), options.worker)
    if options.list:
        for one in chosen:
            sys.stdout.write(f"{one.name:<18} {one.summary}\n")
        return 0
    return _run(chosen, options)


def _parse(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=main.__doc__)
    parser.add_argument("--only", metavar="NAME", default="", help="one benchmark or figure")
    parser.add_argument("--list", action="store_true", help="name the benchmarks")
    parser.add_argument("--quick", action="store_true", help="a tenth of the time, less exact")
    parser.add_argument("--out", type=Path, default=OUT, help="(default: %(default)s)")
    parser.add_argument("--worker", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args(argv)


def _run(chosen: list[Benchmark], options: argparse.Namespace) -> int:
    use_two_processors()
    machine = describe() | {"is_quick": options.quick}
    _say("  ".join(f"{key}: {value}" for key, value in machine.items() if value is not None))
    figures: list[Figure] = []
    broken: list[str] = []
    for one in chosen:
        _say(f"\n{one.name}: {one.summary}")
        measured = _measure_apart(one, is_quick=options.quick)
        if measured is None:
            broken.append(one.name)
            continue
        _say(table(measured))
        figures += measured
    write_json(options.out, figures, machine)
    _say(f"\n{table(figures)}\n\nWritten to {options.out}.")
    missed = [figure.name for figure in figures if figure.holds is False]
    if missed:
        _say(f"MISSED: {', '.join(missed)}")
    if broken:
        _say(f"BROKEN, see above: {', '.join(broken)}")
    return 1 if broken else 0


def _measure_apart(one: Benchmark, *, is_quick: bool) -> list[Figure] | None:
    """Measure in a fresh process: what another benchmark left does not count, nor does a crash."""
    with tempfile.TemporaryDirectory(prefix="layerscope-bench-") as folder:
        path = Path(folder, "figures.json")
        command = [sys.executable, "-m", "tests.benchmarks", "--only", one.name]
        command += ["--worker", str(path), *(["--quick"] if is_quick else [])]
        homes = {"LAYERSCOPE_CONFIG": folder}
        try:
            done = subprocess.run(
                command, env=os.environ | environment() | homes, timeout=TIMEOUT_S, check=False
            )
        except subprocess.TimeoutExpired:
            return None
        if done.returncode != 0 or not path.exists():
            return None
        records = json.loads(path.read_text(encoding="utf-8"))
    return [Figure(**record) for record in records]


def _measure_here(one: Benchmark, plan: Plan, path: Path) -> int:
    figures = list(one.measure(plan))
    keys = ("name", "value", "unit", "better", "target")
    records = [{key: getattr(figure, key) for key in keys} for figure in figures]
    path.write_text(json.dumps(records), encoding="utf-8")
    return 0


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
