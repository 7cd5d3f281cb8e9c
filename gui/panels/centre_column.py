"""The middle of the window: what is told and asked there, and the maps below it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Final

__all__ = ["CentreColumn"]

_CHANGES: Final = frozenset({QEvent.Type.ShowToParent, QEvent.Type.HideToParent})


class CentreColumn(QWidget):
    """Rows above the maps; the maps step aside while a card has no room beside them.

    Parameters
    ----------
    rows
        What takes no room while it has nothing to say.
    card
        What asks the person, below the rows.
    maps
        What gets the rest.
    parent
        Where it stands.
    """

    def __init__(
        self, rows: Sequence[QWidget], card: QWidget, maps: QWidget, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._rows, self._card, self._maps = tuple(rows), card, maps
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for row in rows:
            layout.addWidget(row)
        layout.addWidget(card)
        layout.addWidget(maps, 1)
        layout.addStretch(0)  # takes what is left where the maps have stepped aside
        card.installEventFilter(self)

    def _arrange(self) -> None:
        """Show the maps where there is room for them."""
        self._maps.setVisible(self._card.isHidden() or self._has_room())

    def _has_room(self) -> bool:
        rows = [row for row in (*self._rows, self._card) if not row.isHidden()]
        width = self.width()
        needed = sum(
            row.heightForWidth(width) if row.hasHeightForWidth() else row.sizeHint().height()
            for row in rows
        )
        return needed + self._maps.minimumSizeHint().height() <= self.height()

    # Qt's overrides.

    def minimumSizeHint(self) -> QSize:
        """Return what is needed without the maps while they may step aside."""
        hint = super().minimumSizeHint()
        if not self._card.isHidden() and not self._maps.isHidden():
            hint.setHeight(hint.height() - self._maps.minimumSizeHint().height())
        return hint

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Make room at once when the card comes, and give it back when it goes."""
        if event.type() in _CHANGES:
            self._arrange()
        return super().eventFilter(watched, event)

    def event(self, event: QEvent) -> bool:
        """Look again when something grows or shrinks."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._arrange()
        return super().event(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Look again at another size."""
        super().resizeEvent(event)
        self._arrange()
