"""Two networks' graphs beside each other on one page, what differs coloured, as SVG or PNG."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import ExportError
from engine.export.atomic import atomic_path
from engine.graph.diff_items import DiffIndex
from engine.graph.labels import text_width
from engine.graph.layout import layout
from engine.graph.palette import THEMES
from engine.graph.saving import subtitle_of
from engine.graph.visible import default_expanded, expanded_to_depth, visible
from engine.values.graph_diff import DiffKind, Side

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from engine.graph.palette import Theme, ThemeName, Tone
    from engine.graph.raster import Pen
    from engine.jobs import JobControl
    from engine.values.graph import GraphLayout, NetworkGraph
    from engine.values.graph_diff import GraphDiff

__all__ = ["PairDrawing", "draw_pair", "save_pair", "summary_of"]

_MARGIN = 24.0
_GAP = 56.0
_TITLE, _SUMMARY, _LEGEND, _NAMES, _TOP = 44.0, 64.0, 88.0, 124.0, 152.0
"""Baselines of the head's lines, and where the graphs begin."""
_SWATCH = 12.0
_LEGEND_TEXTS = {
    DiffKind.SAME: "the same in both",
    DiffKind.CHANGED: "changed: here ≠ there",
    DiffKind.ONLY_HERE: "only in this network",
}


@dataclass(frozen=True, slots=True)
class PairDrawing:
    """Two drawings and what stands above them; by side."""

    layouts: Mapping[Side, GraphLayout]
    names: Mapping[Side, str]
    subtitles: Mapping[Side, str]
    index: DiffIndex

    @property
    def title(self) -> str:
        """Above both."""
        return " and ".join(self.names.values())


def summary_of(diff: GraphDiff, names: tuple[str, str]) -> str:
    """Return "212 operations the same, 31 changed, 8 only in resnet50"."""
    parts = [f"{diff.same:,} operations the same"]
    if diff.changed:
        parts.append(f"{diff.changed:,} changed")
    for only, name in zip((diff.only_left, diff.only_right), names, strict=True):
        if only:
            parts.append(f"{len(only):,} only in {name}")
    return ", ".join(parts)


def draw_pair(
    graphs: tuple[NetworkGraph, NetworkGraph],
    diff: GraphDiff,
    *,
    depth: int | None = None,
    control: JobControl | None = None,
) -> PairDrawing:
    """Lay out two networks that were compared, opened alike.

    Parameters
    ----------
    depth
        Levels of modules to open; None = a readable overview.
    control
        May cancel.
    """
    index = DiffIndex(*graphs, diff)
    sides = dict(zip(Side, graphs, strict=True))
    opened = {
        side: default_expanded(graph) if depth is None else expanded_to_depth(graph, depth)
        for side, graph in sides.items()
    }
    alike = index.opened_alike(opened)
    layouts = {
        side: layout(index.annotated(side, visible(graph, alike[side])), control=control)
        for side, graph in sides.items()
    }
    return PairDrawing(
        layouts,
        {side: graph.model for side, graph in sides.items()},
        {side: subtitle_of(graph) for side, graph in sides.items()},
        index,
    )


def save_pair(
    path: Path | str,
    drawing: PairDrawing,
    *,
    theme: ThemeName = "light",
    overwrite: bool = False,
) -> None:
    """Write both drawings in the format that the suffix names.

    Raises
    ------
    ExportError
        The suffix is neither .svg nor .png, the picture would be too large to be read, or the
        file cannot be written.
    """
    target, page = Path(path), _Page(drawing, THEMES[theme])
    suffix = target.suffix.lower()
    if suffix == ".svg":
        text = "\n".join(_svg(page)) + "\n"
        with atomic_path(target, overwrite=overwrite) as part:
            part.write_text(text, encoding="utf-8", newline="\n")
    elif suffix == ".png":
        from engine.export.figure import save_png  # noqa: PLC0415 - needs Pillow
        from engine.graph.raster import MAX_PIXELS, Pen  # noqa: PLC0415 - needs Pillow

        scale = min(2.0, math.sqrt(MAX_PIXELS / (page.width * page.height)))
        pen = Pen((round(page.width * scale), round(page.height * scale)), scale, theme)
        _paint(page, pen)
        save_png(target, pen.finish(), {"Title": drawing.title}, overwrite=overwrite)
    else:
        raise ExportError(f"A comparison is saved as .svg or .png; “{target.name}” is neither.")


class _Page:
    """Where the parts stand."""

    def __init__(self, drawing: PairDrawing, theme: Theme) -> None:
        self.drawing = drawing
        self.theme = theme
        names = drawing.names
        self.summary = summary_of(drawing.index.diff, (names[Side.LEFT], names[Side.RIGHT]))
        widths = {side: self._column(side) for side in Side}
        self.columns = widths
        self.lefts = {Side.LEFT: _MARGIN, Side.RIGHT: _MARGIN + widths[Side.LEFT] + _GAP}
        head = max(text_width(self.summary, 12), text_width(drawing.title, 20), 480.0)
        both = self.lefts[Side.RIGHT] + widths[Side.RIGHT]
        self.width = max(both, _MARGIN + head) + _MARGIN
        self.height = _TOP + max(it.height for it in drawing.layouts.values()) + _MARGIN
        self.line_x = self.lefts[Side.RIGHT] - _GAP / 2

    def _column(self, side: Side) -> float:
        drawing = self.drawing
        words = (drawing.names[side], 14), (drawing.subtitles[side], 12)
        return max(drawing.layouts[side].width, *(text_width(*it) for it in words))

    def graph_left(self, side: Side) -> float:
        """Return where a graph begins, in the middle of its column."""
        room = self.columns[side] - self.drawing.layouts[side].width
        return self.lefts[side] + room / 2

    @property
    def legend(self) -> Iterable[tuple[float, Tone, str]]:
        """Left end, tone and text of each entry."""
        left = _MARGIN
        for kind, text in _LEGEND_TEXTS.items():
            yield left, self.theme.tone(kind), text
            left += _SWATCH + 8.0 + text_width(text, 11) + 20.0

    def tones(self, side: Side) -> dict[str, Tone]:
        """Return the colours of a drawing's items."""
        items = (it.item for it in self.drawing.layouts[side].items)
        return self.drawing.index.tones(side, items, self.theme)


def _svg(page: _Page) -> Iterable[str]:
    from engine.graph.svg import SvgWriter  # noqa: PLC0415 - loaded for this format only

    drawing = page.drawing
    writers = {
        side: SvgWriter(
            drawing.layouts[side], page.theme, tones=page.tones(side), prefix=f"{side}-"
        )
        for side in Side
    }
    writer = writers[Side.LEFT]
    yield from writer.begin(page.width, page.height, drawing.title)
    yield writer.text("h", (_MARGIN, _TITLE), drawing.title)
    yield writer.text("s", (_MARGIN, _SUMMARY), page.summary)
    for left, tone, text in page.legend:
        place = f'x="{left}" y="{_LEGEND - 10}" width="{_SWATCH}" height="{_SWATCH}" rx="3"'
        if tone.sign:
            yield from writer.sign(left + _SWATCH / 2, _LEGEND - 4, tone)
        else:
            yield f'<rect {place} fill="{tone.ink}"/>'
        yield writer.text("k", (left + _SWATCH + 8, _LEGEND), text)
    line = f'x1="{page.line_x}" x2="{page.line_x}" y1="{_NAMES - 14}" y2="{page.height - _MARGIN}"'
    yield f'<line {line} stroke="{page.theme.frame}" stroke-opacity=".5"/>'
    for side in Side:
        left = page.lefts[side]
        yield writer.text("m", (left, _NAMES), drawing.names[side])
        yield writer.text("s", (left, _NAMES + 18), drawing.subtitles[side])
        yield from writers[side].graph(page.graph_left(side), _TOP)
    yield "</svg>"


def _paint(page: _Page, pen: Pen) -> None:
    drawing, theme = page.drawing, page.theme
    pen.write((_MARGIN, _TITLE), drawing.title, 20, theme.text)
    pen.write((_MARGIN, _SUMMARY), page.summary, 12, theme.muted)
    for left, tone, text in page.legend:
        if tone.sign:
            pen.sign(left + _SWATCH / 2, _LEGEND - 4, tone)
        else:
            pen.swatch((left, _LEGEND - 10, _SWATCH, _SWATCH), tone.ink)
        pen.write((left + _SWATCH + 8, _LEGEND), text, 11, theme.muted)
    pen.swatch((page.line_x, _NAMES - 14, 1, page.height - _MARGIN - _NAMES), theme.frame)
    for side in Side:
        left = page.lefts[side]
        pen.write((left, _NAMES), drawing.names[side], 14, theme.text)
        pen.write((left, _NAMES + 18), drawing.subtitles[side], 12, theme.muted)
        pen.graph(drawing.layouts[side], page.graph_left(side), _TOP, page.tones(side))
