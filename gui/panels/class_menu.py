"""The button that says which classes count, with a list to tick them in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
    QWidgetAction,
)

if TYPE_CHECKING:
    from engine.values import Category

__all__ = ["ClassMenu"]

_ID = Qt.ItemDataRole.UserRole


class ClassMenu(QToolButton):
    """Lets a person choose which classes are looked for.

    Signals
    -------
    chosen_changed
        Another choice was made.
    """

    chosen_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._categories: tuple[Category, ...] = ()
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setToolTip(self.tr("Which classes are looked for"))
        self.setProperty("role", "choice")
        self._build_menu()
        self._name()

    @property
    def chosen(self) -> frozenset[int] | None:
        """Ids of the classes that count; None = all."""
        ticked = {item.data(_ID) for item in self._items() if _is_ticked(item)}
        return None if len(ticked) == self._list.count() else frozenset(ticked)

    def set_categories(self, categories: tuple[Category, ...]) -> bool:
        """Offer these classes, all ticked; False where they are those that are offered already."""
        if categories == self._categories:
            return False
        self._categories = categories
        with QSignalBlocker(self._list):
            self._list.clear()
            for category in categories:
                item = QListWidgetItem(category.name, self._list)
                item.setData(_ID, category.id)
                item.setCheckState(Qt.CheckState.Checked)
        self._name()
        return True

    def tick(self, ids: frozenset[int]) -> None:
        """Choose exactly these classes."""
        with QSignalBlocker(self._list):
            for item in self._items():
                is_on = item.data(_ID) in ids
                item.setCheckState(Qt.CheckState.Checked if is_on else Qt.CheckState.Unchecked)
        self._tell()

    # ------------------------------------------------------------------------------------ private

    def _build_menu(self) -> None:
        body = QWidget(self)
        self._search = QLineEdit(body)
        self._search.setPlaceholderText(self.tr("Find a class"))
        self._search.setClearButtonEnabled(True)
        self._list = QListWidget(body)
        self._list.setAccessibleName(self.tr("Classes"))
        self._list.setMinimumSize(200, 280)
        everything = QPushButton(self.tr("All"), body)
        nothing = QPushButton(self.tr("None"), body)
        everything.clicked.connect(self._tick_all)
        nothing.clicked.connect(self._tick_none)
        self._search.textChanged.connect(self._filter)
        self._list.itemChanged.connect(self._tell)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(everything)
        row.addWidget(nothing)
        layout = QVBoxLayout(body)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(8)
        layout.addWidget(self._search)
        layout.addWidget(self._list, 1)
        layout.addLayout(row)
        menu = QMenu(self)
        entry = QWidgetAction(menu)
        entry.setDefaultWidget(body)
        menu.addAction(entry)
        self.setMenu(menu)

    def _items(self) -> list[QListWidgetItem]:
        return [self._list.item(row) for row in range(self._list.count())]

    @Slot()
    def _tick_all(self) -> None:
        self.tick(frozenset(item.data(_ID) for item in self._items()))

    @Slot()
    def _tick_none(self) -> None:
        self.tick(frozenset())

    @Slot(str)
    def _filter(self, text: str) -> None:
        for item in self._items():
            item.setHidden(text.casefold() not in item.text().casefold())

    @Slot()
    def _tell(self) -> None:
        self._name()
        self.chosen_changed.emit()

    def _name(self) -> None:
        chosen = self.chosen
        if chosen is None:
            self.setText(self.tr("All classes"))
        elif len(chosen) == 1:
            self.setText(next(item.text() for item in self._items() if _is_ticked(item)))
        else:
            self.setText(self.tr("{0} classes").format(len(chosen)))


def _is_ticked(item: QListWidgetItem) -> bool:
    return item.checkState() == Qt.CheckState.Checked
