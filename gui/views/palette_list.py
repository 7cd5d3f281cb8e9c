"""What the command palette lists: the entries that answer a query, and how one is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
)
from PySide6.QtGui import QColor, QFont, QPainter, QTextLayout
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from gui.icons import Icon, paint_icon
from gui.theme import Theme, text_font, theme_of
from gui.views.fuzzy import Match, fuzzy_match

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

__all__ = ["EntryDelegate", "EntryModel", "PaletteEntry", "rank"]

_Index = QModelIndex | QPersistentModelIndex
_ENTRY_ROLE = int(Qt.ItemDataRole.UserRole)
_MATCH_ROLE = _ENTRY_ROLE + 1


@dataclass(frozen=True, slots=True)
class PaletteEntry:
    """One line of the palette."""

    title: str
    subtitle: str
    """What it belongs to, said quietly beside the title: "Layers", "Conv2d, 64 x 56 x 56"."""
    callback: Callable[[], object]
    key: str = ""
    """Its key, as this system writes it."""
    icon: Icon | None = None
    id: str = ""
    """By which it is remembered as used lately; empty = not remembered."""
    is_enabled: bool = True
    is_checked: bool = False


def rank(
    query: str, entries: Sequence[PaletteEntry], recent: Sequence[str] = ()
) -> list[tuple[PaletteEntry, Match]]:
    """Return the entries that answer `query`, best first, with the letters that were meant.

    Without a query those used lately come first, then the rest as given. With one, letters in the
    title count before letters in the subtitle, and lately used ones win where all else is equal.
    """
    places = {id_: place for place, id_ in enumerate(recent)}
    found = []
    for order, entry in enumerate(entries):
        match = fuzzy_match(query, entry.title)
        level = 0
        if match is None:
            beside = fuzzy_match(query, f"{entry.subtitle} {entry.title}")
            if beside is None:
                continue
            match, level = Match(beside.score, ()), 1
        recency = places.get(entry.id, len(places)) if entry.id else len(places)
        found.append(((level, -match.score, recency, order), entry, match))
    found.sort(key=lambda item: item[0])
    return [(entry, match) for _, entry, match in found]


class EntryModel(QAbstractListModel):
    """The lines that are shown.

    Parameters
    ----------
    parent
        Who owns it.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._rows: list[tuple[PaletteEntry, Match]] = []

    def show_rows(self, rows: list[tuple[PaletteEntry, Match]]) -> None:
        """Replace all lines."""
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def entry(self, row: int) -> PaletteEntry:
        """Return the entry in line `row`."""
        return self._rows[row][0]

    # Qt's overrides.

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008  Qt's signature
        """Return how many lines there are."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return a line's text, entry or meant letters."""
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        entry, match = self._rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(part for part in (entry.title, entry.subtitle, entry.key) if part)
        if role == _ENTRY_ROLE:
            return entry
        return match if role == _MATCH_ROLE else None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        """Return that an entry that cannot be used now cannot be chosen."""
        entry = self._rows[index.row()][0]
        can = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return can if entry.is_enabled else Qt.ItemFlag.ItemNeverHasChildren


class EntryDelegate(QStyledItemDelegate):
    """Draws one line: icon, title with the meant letters, subtitle, key at the right."""

    # Qt's overrides.

    def sizeHint(self, _option: QStyleOptionViewItem, _index: _Index) -> QSize:
        """Return the height of a line."""
        theme = theme_of()
        return QSize(100, theme.control_height + theme.unit)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """Draw one line."""
        entry: PaletteEntry = index.data(_ENTRY_ROLE)
        match: Match = index.data(_MATCH_ROLE)
        theme = theme_of()
        rect: QRect = option.rect
        state = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.selection))
            painter.drawRoundedRect(rect, theme.radius_small, theme.radius_small)
        side = theme.icon_size
        inner = rect.adjusted(theme.gap, 0, -theme.gap_large, 0)
        icon_rect = QRect(inner.x(), inner.center().y() - side // 2, side, side)
        if entry.icon is not None:
            colour = theme.accent if entry.is_checked else theme.text_muted
            paint_icon(painter, entry.icon, icon_rect, QColor(colour))
        inner.setLeft(icon_rect.right() + theme.gap_large)
        inner.setRight(inner.right() - self._draw_key(painter, inner, theme, entry.key))
        self._draw_words(painter, inner, theme, (entry, match))
        painter.restore()

    def _draw_key(self, painter: QPainter, rect: QRect, theme: Theme, key: str) -> int:
        """Draw the key at the right end; return the width it takes."""
        if not key:
            return 0
        painter.setFont(text_font(theme, "small"))
        width = painter.fontMetrics().horizontalAdvance(key)
        painter.setPen(QColor(theme.text_muted))
        side = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(rect, side, key)
        return width + theme.gap_large

    def _draw_words(
        self, painter: QPainter, rect: QRect, theme: Theme, line: tuple[PaletteEntry, Match]
    ) -> None:
        entry, match = line
        normal = text_font(theme)
        painter.setFont(normal)
        title = painter.fontMetrics().elidedText(
            entry.title, Qt.TextElideMode.ElideMiddle, rect.width()
        )
        colour = theme.text if entry.is_enabled else theme.text_faint
        positions = match.positions if title == entry.title else ()
        width = _draw_title(painter, rect, (title, positions), (colour, theme.accent))
        rest = rect.adjusted(round(width) + theme.gap_large, 0, 0, 0)
        if rest.width() < 40:
            return
        painter.setFont(text_font(theme, "small"))
        painter.setPen(QColor(theme.text_muted))
        subtitle = painter.fontMetrics().elidedText(
            entry.subtitle, Qt.TextElideMode.ElideRight, rest.width()
        )
        painter.drawText(rest, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, subtitle)


def _draw_title(
    painter: QPainter,
    rect: QRect,
    title: tuple[str, tuple[int, ...]],
    colours: tuple[str, str],
) -> float:
    """Draw a title, the meant letters in the second colour and bold; return its width."""
    text, positions = title
    layout = QTextLayout(text, painter.font())
    formats = []
    for place in positions:
        # QTextLayout counts UTF-16 units.
        letter = QTextLayout.FormatRange()
        letter.start = len(text[:place].encode("utf-16-le")) // 2
        letter.length = len(text[place].encode("utf-16-le")) // 2
        shape = letter.format
        shape.setForeground(QColor(colours[1]))
        shape.setFontWeight(QFont.Weight.Bold)
        letter.format = shape
        formats.append(letter)
    layout.setFormats(formats)
    layout.beginLayout()
    line = layout.createLine()
    layout.endLayout()
    painter.setPen(QColor(colours[0]))
    top = rect.y() + (rect.height() - line.height()) / 2
    layout.draw(painter, QRect(rect.x(), round(top), 1, 1).topLeft())
    return line.naturalTextWidth()
