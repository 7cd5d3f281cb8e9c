"""The strip of tools with which masks are put right by hand."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSlider,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from gui.segment.tools import Tool
from gui.views.action_button import action_button
from gui.views.escape import asks_for_escape, is_escape

if TYPE_CHECKING:
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QHideEvent, QKeyEvent, QShowEvent

    from engine.values import Category
    from gui.actions import Actions

__all__ = ["CorrectStrip"]

_TOOLS = {
    "correct_select": Tool.SELECT,
    "correct_brush": Tool.BRUSH,
    "correct_eraser": Tool.ERASER,
}
_SIZES = {"correct_smaller": 0.8, "correct_larger": 1.25}
_LEAST_CHOSEN = {
    "correct_delete": 1,
    "correct_merge": 2,
    "correct_split": 1,
    "correct_grow": 1,
    "correct_shrink": 1,
    "correct_fill": 1,
}
"""How many objects have to be chosen for a step."""
_STEPS = (
    "correct_undo",
    "correct_redo",
    None,
    "correct_delete",
    "correct_merge",
    "correct_split",
    "correct_grow",
    "correct_shrink",
    "correct_fill",
)


class CorrectStrip(QFrame):
    """Tools, steps, and the class of the chosen object.

    A window may have several; its actions work for the one that can be seen.

    Signals
    -------
    tool_changed : Tool, float
        Another tool is in hand, or another radius in picture pixels.
    step_wanted : str
        The action of a step was used: "correct_undo", "correct_merge", ...
    category_chosen : int
        The chosen object is to be of this class.
    drop_wanted : int
        Objects of fewer pixels are to go.
    done
        The correction is at its end.
    """

    tool_changed = Signal(object, float)
    step_wanted = Signal(str)
    category_chosen = Signal(int)
    drop_wanted = Signal(int)
    done = Signal()

    def __init__(self, *, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._actions = actions
        self._categories: tuple[Category, ...] = ()
        self._usable: dict[str, bool] = {
            **dict.fromkeys((*_TOOLS, *_SIZES), True),
            **dict.fromkeys((step for step in _STEPS if step), False),
            "correct_relabel": False,
            "correct_drop": True,
        }
        self.setProperty("role", "card")
        self._build_parts()
        self._build_layout()
        self._connect_parts()
        self.set_tool(Tool.SELECT)
        self._enable()

    @property
    def tool(self) -> Tool:
        """What is in hand."""
        return self._tool

    @property
    def radius(self) -> float:
        """Of the brush, in picture pixels."""
        return self._size.value() / 2

    def set_tool(self, tool: Tool) -> None:
        """Take a tool in hand, and tell."""
        self._tool = tool
        if self._has_keys:
            self._check_tool()
        self._size.setEnabled(tool is not Tool.SELECT)
        self._tell()

    def set_categories(self, categories: tuple[Category, ...]) -> None:
        """Offer these classes."""
        if categories != self._categories:
            self._categories = categories
            with QSignalBlocker(self._class):
                self._class.clear()
                for category in categories:
                    self._class.addItem(category.name, category.id)

    def show_chosen(self, count: int, category: int) -> None:
        """Say what is chosen: how many objects, and the class of the first."""
        with QSignalBlocker(self._class):
            self._class.setCurrentIndex(self._class.findData(category) if count else -1)
        self._class.setEnabled(count == 1)
        self._usable["correct_relabel"] = count == 1
        for name, least in _LEAST_CHOSEN.items():
            self._usable[name] = count >= least
        self._enable()

    def show_history(self, *, can_undo: bool, can_redo: bool) -> None:
        """Say whether there are steps to take back, or to do again."""
        self._usable["correct_undo"] = can_undo
        self._usable["correct_redo"] = can_redo
        self._enable()

    # ------------------------------------------------------------------------------------ private

    def _build_parts(self) -> None:
        self._tool = Tool.SELECT
        self._group = QActionGroup(self)
        self._size = QSlider(Qt.Orientation.Horizontal, self)
        self._size.setRange(1, 120)
        self._size.setValue(16)
        self._size.setFixedWidth(72)
        self._size.setToolTip(self.tr("Width of the brush in picture pixels ([ and ])"))
        self._size.setAccessibleName(self._size.toolTip())
        self._width = QLabel(self)
        self._width.setProperty("role", "number")
        self._width.setMinimumWidth(self.fontMetrics().horizontalAdvance("000 px") + 4)
        self._class = QComboBox(self)
        self._class.setMinimumWidth(128)
        self._class.setMaxVisibleItems(20)
        self._class.setPlaceholderText(self.tr("Class"))
        self._class.setToolTip(self.tr("What the chosen object is (Shift+R)"))
        self._class.setAccessibleName(self._class.toolTip())
        self._least = QSpinBox(self)
        self._least.setRange(1, 1_000_000)
        self._least.setValue(64)
        self._least.setSuffix(self.tr(" px"))
        self._least.setFixedWidth(104)
        self._least.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._least.setToolTip(self.tr("Objects of fewer pixels go with the button beside it"))
        self._drop = QPushButton(self.tr("Drop smaller"), self)
        self._drop.setToolTip(self.tr("Delete all objects of fewer pixels than this (Ctrl+Del)"))
        self._done = QPushButton(self.tr("Done"), self)
        self._done.setProperty("primary", "true")
        self._done.setToolTip(self.tr("End the correction (Esc); it is kept for saving"))

    def _build_layout(self) -> None:
        first = QHBoxLayout()
        first.setSpacing(2)
        for name in _TOOLS:
            first.addWidget(action_button(self._actions.action(name), self))
        first.addSpacing(4)
        first.addWidget(self._size)
        first.addWidget(self._width)
        first.addSpacing(8)
        for step in _STEPS:
            if step is None:
                first.addSpacing(8)
            else:
                first.addWidget(action_button(self._actions.action(step), self))
        first.addStretch(1)
        first.addWidget(self._done)
        second = QHBoxLayout()
        second.setSpacing(8)
        for text, widget in (
            (self.tr("Class of the chosen"), self._class),
            (self.tr("Smallest area"), self._least),
        ):
            caption = QLabel(text, self)
            caption.setProperty("role", "muted")
            second.addWidget(caption)
            second.addWidget(widget)
        second.addWidget(self._drop)
        second.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 4, 8, 4)
        layout.setSpacing(4)
        layout.addLayout(first)
        layout.addLayout(second)

    def _connect_parts(self) -> None:
        connect = self._actions.connect
        for name in _TOOLS:
            connect(name, lambda _is_on, name=name: self._answer(name))
        for name in self._usable:
            if name not in _TOOLS:
                connect(name, partial(self._answer, name))
        self._size.valueChanged.connect(self._tell)
        self._class.activated.connect(self._choose_class)
        self._drop.clicked.connect(self._tell_drop)
        self._done.clicked.connect(self.done)

    def _answer(self, name: str) -> None:
        """Do what an action asks for, where it asks this strip."""
        if not self._has_keys:
            return
        if name in _TOOLS:
            self.set_tool(_TOOLS[name])
        elif name in _SIZES:
            self._resize(_SIZES[name])
        elif name == "correct_relabel":
            self._class.setFocus()
            self._class.showPopup()
        elif name == "correct_drop":
            self._tell_drop()
        else:
            self.step_wanted.emit(name)

    @property
    def _has_keys(self) -> bool:
        """Whether the actions work for this strip: it has the tools in its group."""
        return bool(self._group.actions())

    def _enable(self) -> None:
        """Let the actions be used only while there is something for them to do."""
        is_free = self._actions.action("correct_select").actionGroup() is None
        if self._has_keys or is_free:
            for name, is_usable in self._usable.items():
                self._actions.action(name).setEnabled(is_usable and self._has_keys)

    def _check_tool(self) -> None:
        action = next(name for name, one in _TOOLS.items() if one is self._tool)
        self._actions.action(action).setChecked(True)

    def _resize(self, factor: float) -> None:
        """Change the width by a factor, and at least by a pixel."""
        size = self._size.value()
        wanted = round(size * factor)
        self._size.setValue(max(size + 1, wanted) if factor > 1 else min(size - 1, wanted))

    @Slot()
    def _tell(self) -> None:
        self._width.setText(self.tr("{0} px").format(self._size.value()))
        self.tool_changed.emit(self._tool, self.radius)

    @Slot()
    def _tell_drop(self) -> None:
        self.drop_wanted.emit(self._least.value())

    @Slot(int)
    def _choose_class(self, _row: int) -> None:
        self.category_chosen.emit(int(self._class.currentData()))

    # Qt's overrides.

    def showEvent(self, event: QShowEvent) -> None:
        """Have the actions work for this strip."""
        super().showEvent(event)
        for name in _TOOLS:
            self._group.addAction(self._actions.action(name))
        self._check_tool()
        self._enable()

    def hideEvent(self, event: QHideEvent) -> None:
        """Let go of the actions, where another strip has not taken them meanwhile."""
        super().hideEvent(event)
        if not event.spontaneous():
            for action in self._group.actions():
                self._group.removeAction(action)
            self._enable()

    def event(self, event: QEvent) -> bool:
        """Claim Escape, which would mean something else in the window."""
        if asks_for_escape(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """End the correction."""
        if is_escape(event):
            self.done.emit()
        else:
            super().keyPressEvent(event)
