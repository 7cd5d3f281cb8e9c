"""What a tour measured, as JSON and as a page to read."""

from __future__ import annotations

import json
import platform
import statistics
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from engine.values import Classification, FrameResult

__all__ = ["TourReport"]


class TourReport:
    """Collects figures while a tour runs.

    Parameters
    ----------
    out
        Folder in which `summary.json` and `summary.md` are written.
    """

    def __init__(self, out: Path) -> None:
        self._out = out
        self._figures: dict[str, float | str] = {}
        self._times: dict[str, list[float]] = {
            "engine": [],
            "network": [],
            "maps": [],
            "screen": [],
        }
        self._finished: list[float] = []
        self._answers: dict[str, tuple[str, float]] = {}
        self._layers: list[dict[str, object]] = []
        self._files: list[str] = []

    def set(self, name: str, value: float | str) -> None:
        """Note one figure."""
        self._figures[name] = round(value, 3) if isinstance(value, float) else value

    def add_file(self, path: Path) -> None:
        """Note a file that was made."""
        self._files.append(path.name)

    def add_layer(self, layer: str, shape: tuple[int, ...], ms: float) -> None:
        """Note a layer that was clicked, and how long its maps took to be seen."""
        self._layers.append(
            {"layer": layer, "shape": list(shape), "click_to_maps_ms": round(ms, 1)}
        )

    def add_answer(self, picture: str, answer: Classification | None) -> None:
        """Note what the network said of a picture."""
        if answer is not None and answer.top:
            self._answers[picture] = (answer.top[0].label, round(answer.top[0].probability, 3))

    def count(self, result: FrameResult, latency_ms: float) -> None:
        """Count one answer that was shown."""
        self._finished.append(result.finished_at)
        self._times["engine"].append(result.timing.total_ms)
        self._times["network"].append(result.timing.forward_ms)
        self._times["maps"].append(result.timing.atlas_ms)
        if latency_ms > 0:
            self._times["screen"].append(latency_ms)

    def summary(self) -> dict[str, object]:
        """Return everything, as it goes into `summary.json`."""
        medians = {
            f"{name}_ms_median": round(statistics.median(values), 2)
            for name, values in self._times.items()
            if values
        }
        gaps = [b - a for a, b in zip(self._finished, self._finished[1:], strict=False)]
        rate = 1 / statistics.median(gaps) if gaps else 0.0
        return {
            **self._figures,
            "machine": f"{platform.system()} {platform.machine()}, Python "
            f"{platform.python_version()}",
            "frames_answered": len(self._finished),
            "frames_per_second_median": round(rate, 1),
            **medians,
            "layers": self._layers,
            "answers": {
                name: {"label": label, "probability": value}
                for name, (label, value) in self._answers.items()
            },
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
        lines += ["", "| layer | shape | click to maps, ms |", "|---|---|---|"]
        for layer in self._layers:
            shape = " × ".join(str(n) for n in _list(layer["shape"]))
            lines.append(f"| {layer['layer']} | {shape} | {layer['click_to_maps_ms']} |")
        lines += ["", "| picture | answer | probability |", "|---|---|---|"]
        lines += [f"| {name} | {label} | {p:.2f} |" for name, (label, p) in self._answers.items()]
        lines += ["", f"Files in {self._out}: " + ", ".join(self._files), ""]
        return "\n".join(lines)


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]
