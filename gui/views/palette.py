"""The command palette: everything the window can do, found by a few letters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QKeyEvent, QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QLineEdit, QListView, QVBoxLayout

from gui.actions import key_text
from gui.views.overlay import Overlay
from gui.views.palette_list import EntryDelegate, EntryModel, PaletteEntry, rank

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Final

    from PySide6.QtCore import QModelIndex
    from PySide6.QtWidgets import QWidget

    from gui.actions import Actions, ActionSpec

__all__ = ["CommandPalette", "PaletteEntry"]

_WIDTH = 640
_TOP = 72
_MOST_ROWS = 11
_MOST_RECENT = 8
_MOVES: Final = {
    Qt.Key.Key_Up: -1,
    Qt.Key.Key_Down: 1,
    Qt.Key.Key_Backtab: -1,
    Qt.Key.Key_Tab: 1,
    Qt.Key.Key_PageUp: -_MOST_ROWS,
    Qt.Key.Key_PageDown: _MOST_ROWS,
}


class CommandPalette(Overlay):
    """A field and a list near the top of the window; Enter does what is chosen.

    Parameters
    ----------
    actions
        What the window can do. Actions that are disabled or belong to another workspace are
        left out.
    window
        Over which it opens.
    recent
        Ids of the actions used last, the newest first.
    """

    recent_changed = Signal(object)
    """The ids used last, the newest first: a tuple of str, for the settings."""

    def __init__(self, actions: Actions, window: QWidget, recent: Sequence[str] = ()) -> None:
        super().__init__(window, is_dimming=False)
        self._actions = actions
        self._recent = list(recent)
        self._entries: list[PaletteEntry] = []
        self._model = EntryModel(self)
        self._build()
        self._field.textChanged.connect(self._search)
        self._list.clicked.connect(self._use)

    @property
    def recent(self) -> tuple[str, ...]:
        """Ids of the actions used last, the newest first."""
        return tuple(self._recent)

    @property
    def titles(self) -> tuple[str, ...]:
        """What is listed now, from the top."""
        return tuple(self._model.entry(row).title for row in range(self._model.rowCount()))

    def open_with(
        self,
        extra: Iterable[PaletteEntry] = (),
        text: str = "",
        *,
        with_actions: bool = True,
        placeholder: str = "",
    ) -> None:
        """Open, with `extra` entries (layers, networks, recents) after the actions.

        Parameters
        ----------
        extra
            What else can be chosen, made when it opens.
        text
            What stands in the field at first.
        with_actions
            Whether the window's actions can be chosen too, or only `extra`.
        placeholder
            What the empty field says; empty = what can be found usually.
        """
        specs = self._actions.specs if with_actions else ()
        self._entries = [self._entry(spec) for spec in specs if self._offers(spec)]
        self._entries.extend(extra)
        usual = self.tr("Find an action, a layer or a network")
        self._field.setPlaceholderText(placeholder or usual)
        self._field.setText(text)
        self._search(text)
        self.show_over()
        self._field.setFocus()

    def _build(self) -> None:
        self._card = QFrame(self)
        self._card.setProperty("role", "overlay")
        self._field = QLineEdit(self._card)
        self._field.setProperty("role", "palette")
        self._field.setPlaceholderText(self.tr("Find an action, a layer or a network"))
        self._field.setAccessibleName(self._field.placeholderText())
        self._field.installEventFilter(self)
        line = QFrame(self._card)
        line.setProperty("role", "line")
        self._list = QListView(self._card)
        self._list.setProperty("role", "palette")
        self._list.setModel(self._model)
        self._list.setItemDelegate(EntryDelegate(self._list))
        self._list.setUniformItemSizes(True)
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setMouseTracking(True)
        self._nothing = QLabel(self.tr("Nothing fits. Try fewer letters."), self._card)
        self._nothing.setProperty("role", "muted")
        self._nothing.setMargin(8)
        layout = QVBoxLayout(self._card)
        layout.setContentsMargins(8, 4, 8, 8)
        layout.setSpacing(4)
        for part in (self._field, line, self._list, self._nothing):
            layout.addWidget(part)

    def _offers(self, spec: ActionSpec) -> bool:
        is_itself = spec.id == "palette"
        is_usable = self._actions.action(spec.id).isEnabled()
        return is_usable and spec.is_in(self._actions.workspace) and not is_itself

    def _entry(self, spec: ActionSpec) -> PaletteEntry:
        action = self._actions.action(spec.id)
        return PaletteEntry(
            title=spec.title,
            subtitle=spec.group_title,
            callback=action.trigger,
            key=key_text(spec.keys[0]) if spec.keys else "",
            icon=spec.icon,
            id=spec.id,
            is_checked=action.isChecked(),
        )

    @Slot(str)
    def _search(self, text: str) -> None:
        self._model.show_rows(rank(text, self._entries, self._recent))
        count = self._model.rowCount()
        self._list.setVisible(count > 0)
        self._nothing.setVisible(count == 0)
        if count:
            self._list.setCurrentIndex(self._model.index(0))
            self._list.scrollToTop()
        self._place()

    def _place(self) -> None:
        rows = min(self._model.rowCount(), _MOST_ROWS)
        # Before it was first filled there is no row to measure.
        self._list.setFixedHeight(max(rows, 1) * max(0, self._list.sizeHintForRow(0)))
        width = min(_WIDTH, self.width() - 32)
        self._card.resize(width, self._card.sizeHint().height())
        top = min(_TOP, max((self.height() - self._card.height()) // 3, 0))
        self._card.move(QPoint((self.width() - width) // 2, top))

    def _move(self, step: int) -> None:
        count = self._model.rowCount()
        if not count:
            return
        row = self._list.currentIndex().row() + step
        # One step beyond an end goes round; a page stops there.
        row = row % count if abs(step) == 1 else min(max(row, 0), count - 1)
        self._list.setCurrentIndex(self._model.index(row))

    @Slot("QModelIndex")
    def _use(self, index: QModelIndex) -> None:
        if not index.isValid():
            return
        entry = self._model.entry(index.row())
        self.hide()
        if entry.id:
            self._remember(entry.id)
        # After the keyboard went back to where it was: the action may look at what has it.
        QTimer.singleShot(0, self, entry.callback)

    def _remember(self, id_: str) -> None:
        others = [other for other in self._recent if other != id_]
        self._recent = [id_, *others][:_MOST_RECENT]
        self.recent_changed.emit(self.recent)

    # Qt's overrides.

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Move in the list and choose while the field has the keyboard."""
        if watched is self._field and isinstance(event, QKeyEvent):
            is_press = event.type() == QEvent.Type.KeyPress
            key = Qt.Key(event.key())
            if is_press and key in _MOVES:
                self._move(_MOVES[key])
                return True
            if is_press and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._use(self._list.currentIndex())
                return True
            if is_press and key == Qt.Key.Key_Escape:
                self.hide()
                return True
        return super().eventFilter(watched, event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Close on a click beside the card."""
        if not self._card.geometry().contains(event.position().toPoint()):
            self.hide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Stay near the top, in the middle."""
        super().resizeEvent(event)
        self._place()
