"""The graph as an SVG file: vector, whole, readable in any browser."""

from __future__ import annotations

from typing import TYPE_CHECKING
from xml.sax.saxutils import escape, quoteattr

from engine.graph.labels import (
    FRAME_SIZE,
    LABEL_SIZE,
    SUBTITLE_SIZE,
    TITLE_SIZE,
    has_sign,
)
from engine.graph.palette import THEMES, Theme, ThemeName
from engine.graph.sheet import (
    arrow,
    frame_title,
    item_texts,
    kind_inset,
    radius,
    rounded,
    sheet,
)
from engine.values.graph import ItemKind, OpKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from engine.graph.palette import Tone
    from engine.graph.sheet import Legend, Sheet
    from engine.values.graph import GraphLayout, PlacedBox, PlacedEdge, PlacedItem

__all__ = ["SvgWriter", "to_svg"]

_FONT = "Inter, 'Segoe UI', 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif"


def to_svg(
    layout: GraphLayout,
    *,
    title: str = "",
    subtitle: str = "",
    theme: ThemeName = "dark",
    highlight: frozenset[str] = frozenset(),
) -> str:
    """Return a drawing as the text of an SVG file.

    Parameters
    ----------
    title, subtitle
        Stand above the graph, before the legend of the kinds that occur.
    highlight
        Ids of items to bring out, with the edges between them; empty = none.
    """
    writer = SvgWriter(layout, THEMES[theme], highlight=highlight)
    return "\n".join(writer.lines(title, subtitle)) + "\n"


def _n(value: float) -> str:
    """Write a length, to a hundredth."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


_FORBIDDEN = {code: "\ufffd" for code in range(32) if code not in {9, 10, 13}}


def _safe(text: str) -> str:
    """Escape text, control characters too, which XML 1.0 does not allow."""
    clean = text.translate(_FORBIDDEN).replace("\ufffe", "\ufffd").replace("\uffff", "\ufffd")
    return escape("".join(c if not 0xD800 <= ord(c) <= 0xDFFF else "\ufffd" for c in clean))


class SvgWriter:
    """Writes one drawing, or its parts for a page that has more on it.

    Parameters
    ----------
    highlight
        As in `to_svg`.
    tones
        By the items' ids: how they are coloured, where that is not by their kind.
    prefix
        Before the ids in the file, where it has more than one drawing.
    """

    def __init__(
        self,
        layout: GraphLayout,
        theme: Theme,
        *,
        highlight: frozenset[str] = frozenset(),
        tones: Mapping[str, Tone] | None = None,
        prefix: str = "",
    ) -> None:
        self._layout = layout
        self._theme = theme
        self._highlight = highlight
        self._tones = tones or {}
        self._prefix = prefix

    def lines(self, title: str, subtitle: str) -> Iterable[str]:
        """Yield the whole file."""
        page = sheet(self._layout, title, subtitle)
        yield from self.begin(page.width, page.height, title)
        yield from self._head(page, title, subtitle)
        yield from self.graph(page.left, page.top)
        yield "</svg>"

    def begin(self, width: float, height: float, title: str) -> Iterable[str]:
        """Yield what a file begins with: its size, its style, its ground."""
        size = f'width="{_n(width)}" height="{_n(height)}"'
        view = f'viewBox="0 0 {_n(width)} {_n(height)}"'
        yield '<?xml version="1.0" encoding="UTF-8"?>'
        yield f'<svg xmlns="http://www.w3.org/2000/svg" {size} {view} role="img">'
        if title:
            yield f"<title>{_safe(title)}</title>"
        yield f"<style>{self._style()}</style>"
        yield f'<rect width="100%" height="100%" fill="{self._theme.background}"/>'

    def graph(self, left: float, top: float) -> Iterable[str]:
        """Yield the drawing, its corner at a place of the page."""
        yield f'<g transform="translate({_n(left)} {_n(top)})">'
        for box in self._layout.boxes:
            yield from self._frame(box)
        for item in self._layout.items:
            if item.item.item is not ItemKind.NODE:
                yield self._stack(item)
        for edge in sorted(self._layout.edges, key=self._is_lit_edge):
            yield from self._edge(edge)
        for item in self._layout.items:
            yield from self._item(item)
        for edge in self._layout.edges:
            if edge.label_at is not None and edge.edge.label:
                yield self.text("l", edge.label_at, edge.edge.label)
        yield "</g>"

    def _style(self) -> str:
        theme = self._theme
        halo = f"paint-order:stroke;stroke:{theme.background};stroke-width:3;stroke-linejoin:round"
        return (
            f"text{{font-family:{_FONT};fill:{theme.text}}}"
            f".h{{font-size:20px;font-weight:600}}.s{{font-size:12px;fill:{theme.muted}}}"
            f".k{{font-size:11px;fill:{theme.muted}}}"
            ".m{font-size:14px;font-weight:600}"
            f".t{{font-size:{TITLE_SIZE}px;font-weight:500;text-anchor:middle}}"
            f".u{{font-size:{SUBTITLE_SIZE}px;fill:{theme.muted};text-anchor:middle}}"
            f".f{{font-size:{FRAME_SIZE}px;font-weight:600;fill:{theme.muted}}}"
            f".c{{font-size:{SUBTITLE_SIZE}px;fill:{theme.muted}}}"
            f".l{{font-size:{LABEL_SIZE}px;fill:{theme.muted};{halo}}}"
            f".n{{font-size:11px;font-weight:600;text-anchor:middle}}"
            f".e{{fill:none;stroke:{theme.edge};stroke-width:1.4;stroke-linecap:round}}"
            f".a{{fill:{theme.edge}}}"
            f".e.on{{stroke:{theme.accent};stroke-width:2.4}}.a.on{{fill:{theme.accent}}}"
            ".off{opacity:.35}"
        )

    def text(self, style: str, at: tuple[float, float], text: str) -> str:
        """Return a line of text in one of the file's styles, `at` on its baseline."""
        return f'<text class="{style}" x="{_n(at[0])}" y="{_n(at[1])}">{_safe(text)}</text>'

    # ---------------------------------------------------------------------------------- the head

    def _head(self, page: Sheet, title: str, subtitle: str) -> Iterable[str]:
        if title:
            yield self.text("h", page.title_at, title)
        if subtitle:
            yield self.text("s", page.subtitle_at, subtitle)
        for entry in page.legend:
            yield from self._legend(entry, page.swatch)

    def _legend(self, entry: Legend, swatch: float) -> Iterable[str]:
        corner = f'x="{_n(entry.left)}" y="{_n(entry.top)}"'
        size = f'width="{_n(swatch)}" height="{_n(swatch)}" rx="3"'
        yield f'<rect {corner} {size} fill="{self._theme.kinds[entry.kind]}"/>'
        yield self.text("k", (entry.left + swatch + 6.0, entry.top + 10.0), entry.text)

    # -------------------------------------------------------------------------------- the graph

    def _frame(self, box: PlacedBox) -> Iterable[str]:
        theme = self._theme
        fill, line = theme.frame_fill(box.depth), theme.frame
        yield self._rect(box, 8.0, f'fill="{fill}" stroke="{line}" stroke-opacity=".55"')
        name, kind = frame_title(box)
        at = (box.left + 10.0, box.top + 15.0)
        yield self.text("f", at, name)
        if kind:
            yield self.text("c", (at[0] + kind_inset(name), at[1]), kind)

    def _rect(self, placed: PlacedItem | PlacedBox, corner: float, look: str) -> str:
        place = f'x="{_n(placed.left)}" y="{_n(placed.top)}"'
        size = f'width="{_n(placed.width)}" height="{_n(placed.height)}"'
        return f'<rect {place} {size} rx="{_n(corner)}" {look}/>'

    def _stack(self, placed: PlacedItem) -> str:
        """Draw the sheet behind a closed module: there is more in it."""
        ink = self._ink(placed)
        line, fill = self._theme.border(ink), self._theme.face(ink)
        place = f'x="{_n(placed.left + 3)}" y="{_n(placed.top + 3)}"'
        size = f'width="{_n(placed.width)}" height="{_n(placed.height)}" rx="6"'
        return f'<rect {place} {size} fill="{fill}" stroke="{line}"{self._dim(placed)}/>'

    def _is_lit(self, ids: Iterable[str]) -> bool:
        return bool(self._highlight) and self._highlight.issuperset(ids)

    def _is_lit_edge(self, edge: PlacedEdge) -> bool:
        return self._is_lit((edge.edge.source, edge.edge.target))

    def _dim(self, placed: PlacedItem) -> str:
        is_off = bool(self._highlight) and placed.item.id not in self._highlight
        return ' opacity=".35"' if is_off else ""

    def _edge(self, edge: PlacedEdge) -> Iterable[str]:
        state = ""
        if self._highlight:
            state = " on" if self._is_lit_edge(edge) else " off"
        curves = rounded(edge)
        path = [f"M{_n(curves[0][0][0])} {_n(curves[0][0][1])}"]
        for begin, corner, end in curves[1:-1]:
            path.append(f"L{_n(begin[0])} {_n(begin[1])}")
            path.append(f"Q{_n(corner[0])} {_n(corner[1])} {_n(end[0])} {_n(end[1])}")
        path.append(f"L{_n(curves[-1][0][0])} {_n(curves[-1][0][1])}")
        yield f'<path class="e{state}" d="{"".join(path)}"/>'
        tip = " ".join(f"{_n(x)},{_n(y)}" for x, y in arrow(edge.points))
        yield f'<polygon class="a{state}" points="{tip}"/>'

    def _item(self, placed: PlacedItem) -> Iterable[str]:
        item, theme = placed.item, self._theme
        is_lit = self._is_lit((item.id,))
        ink = self._ink(placed)
        line = theme.accent if is_lit else theme.border(ink)
        width = 2.4 if is_lit else 1
        fill = theme.face(ink, is_closed=item.item is not ItemKind.NODE)
        yield f"<g id={quoteattr(_safe(self._prefix + item.id))}{self._dim(placed)}>"
        tip = " · ".join(filter(None, (str(item.key or ""), item.subtitle)))
        if tip:
            yield f"<title>{_safe(tip)}</title>"
        look = f'fill="{fill}" stroke="{line}" stroke-width="{width}"'
        yield self._rect(placed, radius(placed), look)
        yield from self._mark(placed)
        yield from self._words(placed)
        if item.id in self._tones and self._tones[item.id].sign:
            yield from self.sign(placed.left + placed.width, placed.top, self._tones[item.id])
        yield "</g>"

    def _ink(self, placed: PlacedItem) -> str:
        tone = self._tones.get(placed.item.id)
        return tone.ink if tone is not None else self._theme.kinds[placed.item.kind]

    def sign(self, x: float, y: float, tone: Tone) -> Iterable[str]:
        """Yield the mark of a difference on a disc about a place."""
        ground, place = self._theme.background, f'cx="{_n(x)}" cy="{_n(y)}"'
        yield f'<circle {place} r="7" fill="{tone.ink}" stroke="{ground}" stroke-width="1.5"/>'
        place = f'x="{_n(x)}" y="{_n(y + 4)}" style="fill:{ground}"'
        yield f'<text class="n" {place}>{_safe(tone.sign)}</text>'

    def _mark(self, placed: PlacedItem) -> Iterable[str]:
        """Draw what tells the kind: a sign in a disc, or a stripe."""
        colour = self._ink(placed)
        left, middle = placed.left, placed.top + placed.height / 2
        if has_sign(placed.item):
            ink = self._theme.background
            yield f'<circle cx="{_n(left + 14)}" cy="{_n(middle)}" r="9" fill="{colour}"/>'
            path = f"M{_n(left + 9)} {_n(middle)}h10m-5 -5v10"
            if placed.item.kind is OpKind.CONCATENATION:
                path = f"M{_n(left + 12)} {_n(middle - 5)}v10m4 -10v10"
            yield f'<path d="{path}" stroke="{ink}" stroke-width="2" fill="none"/>'
        elif radius(placed) < 8.0:
            stripe = f'x="{_n(left)}" y="{_n(placed.top + 5)}" width="4"'
            yield f'<rect {stripe} height="{_n(placed.height - 10)}" rx="2" fill="{colour}"/>'

    def _words(self, placed: PlacedItem) -> Iterable[str]:
        title, subtitle = item_texts(placed)
        item = placed.item
        middle = placed.left + placed.width / 2 + (9.0 if has_sign(placed.item) else 1.0)
        if item.count > 1:
            badge = placed.left + placed.width - 19.0
            middle -= 16.0
            yield self._badge(badge, placed)
            at = (badge, placed.top + placed.height / 2 + 4.0)
            yield self.text("n", at, f"×{item.count}")
        if subtitle:
            yield self.text("t", (middle, placed.top + 17.0), title)
            yield self.text("u", (middle, placed.top + 31.0), subtitle)
        else:
            yield self.text("t", (middle, placed.top + placed.height / 2 + 4.2), title)

    def _badge(self, middle: float, placed: PlacedItem) -> str:
        place = f'x="{_n(middle - 14)}" y="{_n(placed.top + placed.height / 2 - 9)}"'
        fill = self._theme.border(self._ink(placed))
        return f'<rect {place} width="28" height="18" rx="9" fill="{fill}"/>'
