"""What a tour measured, as JSON and as a page to read."""

from __future__ import annotations

import json
import platform
import statistics
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from engine.values import Classification, FrameResult, Instances

__all__ = ["TourReport", "files_in"]


@dataclass
class _Loop:
    """What the live loop took with one network."""

    finished: list[float] = field(default_factory=list)
    times: dict[str, list[float]] = field(default_factory=dict)

    def add(self, name: str, ms: float) -> None:
        """Note a time of one frame."""
        self.times.setdefault(name, []).append(ms)

    def summary(self) -> dict[str, float]:
        """Return how many frames, how many a second, and the medians of their times."""
        gaps = [b - a for a, b in zip(self.finished, self.finished[1:], strict=False)]
        rate = 1 / statistics.median(gaps) if gaps else 0.0
        medians = {f"{name}_ms": round(statistics.median(it), 1) for name, it in self.times.items()}
        return {"frames": len(self.finished), "frames_per_second": round(rate, 1), **medians}

    def row(self, name: str) -> str:
        """Return the same as a row of a table."""
        figures = self.summary()
        columns = ("frames", "frames_per_second", "engine_ms", "network_ms", "screen_ms")
        return f"| {name} | " + " | ".join(str(figures.get(it, "–")) for it in columns) + " |"


class TourReport:
    """Collects figures while a tour runs.

    Parameters
    ----------
    out
        Folder in which `summary.json` and `summary.md` are written.
    """

    def __init__(self, out: Path) -> None:
        self._out = out
        self._figures: dict[str, float | int | str] = {}
        self._loops: dict[str, _Loop] = {}
        self._answers: dict[str, tuple[str, float]] = {}
        self._layers: list[dict[str, object]] = []
        self._objects: dict[str, list[str]] = {}
        self._files: list[str] = []

    def set(self, name: str, value: float | int | str) -> None:
        """Note one figure."""
        self._figures[name] = round(value, 3) if isinstance(value, float) else value

    def add_file(self, path: Path) -> None:
        """Note a file that was made."""
        self._files.append(path.relative_to(self._out).as_posix())

    def add_layer(self, layer: str, shape: tuple[int, ...], ms: float) -> None:
        """Note a layer that was clicked, and how long its maps took to be seen."""
        self._layers.append(
            {"layer": layer, "shape": list(shape), "click_to_maps_ms": round(ms, 1)}
        )

    def add_answer(self, picture: str, answer: Classification | None) -> None:
        """Note what the network said of a picture."""
        if answer is not None and answer.top:
            self._answers[picture] = (answer.top[0].label, round(answer.top[0].probability, 3))

    def add_objects(self, picture: str, found: Instances) -> None:
        """Note what was found in a picture."""
        names = {one.id: one.name for one in found.categories}
        self._objects[picture] = [f"{names[it.category]} {it.score:.2f}" for it in found.items]

    def count(self, result: FrameResult, latency_ms: float) -> None:
        """Count one answer that was shown."""
        loop = self._loops.setdefault(result.model, _Loop())
        loop.finished.append(result.finished_at)
        loop.add("engine", result.timing.total_ms)
        loop.add("network", result.timing.forward_ms)
        loop.add("maps", result.timing.atlas_ms)
        if latency_ms > 0:
            loop.add("screen", latency_ms)

    def summary(self) -> dict[str, object]:
        """Return everything, as it goes into `summary.json`."""
        return {
            **self._figures,
            "machine": f"{platform.system()} {platform.machine()}, Python "
            f"{platform.python_version()}",
            "loops": {name: loop.summary() for name, loop in self._loops.items()},
            "layers": self._layers,
            "answers": {
                name: {"label": label, "probability": value}
                for name, (label, value) in self._answers.items()
            },
            "objects": self._objects,
            "files": self._files,
        }

    def write(self) -> None:
        """Write `summary.json` and `summary.md`."""
        text = json.dumps(self.summary(), indent=2, ensure_ascii=False)
        (self._out / "summary.json").write_text(text + "\n", encoding="utf-8")
        (self._out / "summary.md").write_text(self.text(), encoding="utf-8")

    def text(self) -> str:
        """Return the summary for people."""
        summary = self.summary()
        lines = ["", "# Layerscope, the tour", ""]
        lines += [
            f"- {name.replace('_', ' ')}: {value}"
            for name, value in summary.items()
            if not isinstance(value, list | dict)
        ]
        lines += ["", "| network | frames | a second | engine, ms | network, ms | screen, ms |"]
        lines += ["|---|---|---|---|---|---|"]
        lines += [loop.row(name) for name, loop in self._loops.items()]
        lines += ["", "| layer | shape | click to maps, ms |", "|---|---|---|"]
        for layer in self._layers:
            shape = " × ".join(str(n) for n in _list(layer["shape"]))
            lines.append(f"| {layer['layer']} | {shape} | {layer['click_to_maps_ms']} |")
        lines += ["", "| picture | answer | probability |", "|---|---|---|"]
        lines += [f"| {name} | {label} | {p:.2f} |" for name, (label, p) in self._answers.items()]
        if self._objects:
            lines += ["", "| picture | objects |", "|---|---|"]
            lines += [f"| {name} | {', '.join(it)} |" for name, it in self._objects.items()]
        lines += ["", f"Files in {self._out}: " + ", ".join(self._files), ""]
        return "\n".join(lines)


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def files_in(folder: Path, since: float) -> list[Path]:
    """Return what was written there from a moment (of `time.time`) on; hidden folders aside."""
    places = (path for path in folder.rglob("*") if path.is_file())
    shown = (it for it in places if not any(n[0] == "." for n in it.relative_to(folder).parts))
    return sorted(path for path in shown if path.stat().st_mtime >= since - 1)
