"""The benchmarks' harness on benchmarks that measure nothing."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from tests.benchmarks import __main__ as command
from tests.benchmarks import harness, timing
from tests.benchmarks.harness import Benchmark, Figure, Plan

FIGURES = [
    Figure("loop", 0.95, "x", "higher", 0.9),
    Figure("gap", 40.0, "ms", "lower", 33.0),
    Figure("rate", 25.0, "frames/s", "higher"),
]
FAKE = Benchmark("fake", ("loop", "gap"), lambda _plan: iter(FIGURES), "Measures nothing")


@pytest.fixture
def out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(command, "all_benchmarks", lambda: [FAKE])
    monkeypatch.setattr(command, "use_two_processors", lambda: None)
    monkeypatch.setattr(command, "_measure_apart", lambda one, **_: list(one.measure(Plan())))
    return tmp_path / "out" / "bench.json"


def test_the_file_has_the_promised_keys(out: Path) -> None:
    assert command.main(["--out", str(out)]) == 0
    assert json.loads(out.read_text()) == [
        {"name": "loop", "value": 0.95, "unit": "x", "target": 0.9, "better": "higher",
         "holds": True},
        {"name": "gap", "value": 40.0, "unit": "ms", "target": 33.0, "better": "lower",
         "holds": False},
        {"name": "rate", "value": 25.0, "unit": "frames/s", "target": None, "better": "higher",
         "holds": None},
    ]  # fmt: skip
    machine = json.loads(out.with_name("bench_machine.json").read_text())
    assert machine["threads"] == 2


def test_the_table_says_clearly_what_is_missed(
    out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main(["--out", str(out), "--only", "gap"]) == 0
    shown = capsys.readouterr().out
    lines = [line.split() for line in shown.splitlines()]
    assert ["loop", "0.95", "x", "≥", "0.9", "holds"] in lines
    assert ["gap", "40", "ms", "≤", "33", "MISSED"] in lines
    assert ["rate", "25", "frames/s"] in lines
    assert "MISSED: gap\n" in shown


def test_a_broken_benchmark_fails_the_run(
    out: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "_measure_apart", lambda _one, **_: None)
    assert command.main(["--out", str(out)]) == 1
    assert "BROKEN, see above: fake" in capsys.readouterr().out


def test_an_unknown_name_is_told_what_there_is(
    out: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command.main(["--out", str(out), "--only", "none"]) == 2
    assert capsys.readouterr().err == "There is no benchmark named “none”; there are: fake.\n"
    assert not out.exists()


@pytest.mark.parametrize(
    ("value", "better", "holds"),
    [
        (1.05, "lower", True),
        (1.051, "lower", False),
        (1.05, "higher", True),
        (1.0, "higher", False),
    ],
)
def test_the_target_itself_holds(value: float, better: harness.Better, holds: bool) -> None:
    assert Figure("it", value, "x", better, 1.05).holds is holds


def test_a_figure_is_a_number() -> None:
    with pytest.raises(ValueError, match="it: expected a finite value, got nan"):
        Figure("it", math.nan, "x", "higher")


def test_every_benchmark_is_found_by_its_file() -> None:
    names = {one.name for one in harness.all_benchmarks()}
    assert {"loop_resnet50", "loop_lite0", "hooks_only", "gui_gap", "window", "soak"} <= names
    assert {"trace", "graph_layout", "graph_screen", "graph_live", "pan_zoom"} <= names


def test_the_sides_take_turns_and_the_first_round_does_not_count() -> None:
    called: list[str] = []

    def side(name: str, taken: float) -> timing.Block:
        def block(_seconds: float) -> float:
            called.append(name)
            return taken

        return block

    taken = timing.alternate({"a": side("a", 3.0), "b": side("b", 2.0)}, 2, 0.0)
    assert called == ["a", "b", "a", "b", "b", "a"]
    assert taken == {"a": [3.0, 3.0], "b": [2.0, 2.0]}
    assert timing.median_ratio(taken["a"], taken["b"]) == 1.5


def test_two_clocks_are_read_round_by_round() -> None:
    calls: list[str] = []
    works = {"a": lambda: calls.append("a"), "b": lambda: calls.append("b")}
    taken = timing.alternate_clocked(works, 2)
    assert calls == ["a", "b", "a", "b", "b", "a"]
    for clocks in taken.values():
        assert len(clocks.wall) == len(clocks.processor) == 2  # the first round warms up
        assert min(clocks.wall) > 0
        assert min(clocks.processor) >= 0


def test_the_percentile_is_one_of_the_values() -> None:
    values = [float(n) for n in range(100, 0, -1)]
    assert timing.percentile(values, 0.99) == 99.0
    assert timing.percentile(values, 0.5) == 50.0
    assert timing.percentile([7.0], 0.99) == 7.0
