"""Finding layers by a few letters."""

from __future__ import annotations

from contextlib import suppress

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QSortFilterProxyModel

from engine.errors import EngineError
from engine.patterns import Pattern
from gui.models.layer_tree import SEARCH_ROLE

__all__ = ["LayerFilterModel"]

_Index = QModelIndex | QPersistentModelIndex


class LayerFilterModel(QSortFilterProxyModel):
    """Keeps the layers that a text matches, with what they lie in.

    The text is looked for as it stands and as a regular expression, whichever finds something,
    in name, kind and shape; upper and lower case are the same.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._text = ""
        self._pattern: Pattern | None = None
        self.setRecursiveFilteringEnabled(True)

    def set_text(self, text: str) -> None:
        """Keep what matches `text`; an empty one keeps everything."""
        stripped = text.strip()
        self._text = stripped.lower()
        self._pattern = None
        with suppress(EngineError):  # then it is a text
            self._pattern = Pattern(stripped)
        self.invalidate()

    def filterAcceptsRow(self, source_row: int, source_parent: _Index) -> bool:
        """Return whether a row matches by itself."""
        if not self._text:
            return True
        index = self.sourceModel().index(source_row, 0, source_parent)
        searched = str(index.data(SEARCH_ROLE)).lower()
        if self._text in searched:
            return True
        try:
            return self._pattern is not None and self._pattern.is_in(searched)
        except EngineError:  # it takes too long
            self._pattern = None
            return False
