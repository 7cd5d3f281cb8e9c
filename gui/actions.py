"""Everything a person can do, as named actions.

Keys, tooltips, menus, the palette and the help overlay all come from one table, which stands in
`gui.keymap`.
"""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject, Signal
from PySide6.QtGui import QAction, QKeySequence

from gui.icons import Icon, icon
from gui.typing_guard import TypingGuard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from PySide6.QtWidgets import QWidget

__all__ = ["ActionSpec", "Actions", "key_text", "marked"]


@dataclass(frozen=True, slots=True)
class ActionSpec:
    """One thing a person can do.

    Attributes
    ----------
    id
        By which the code finds it: "next_layer".
    text
        As a menu and the palette show it, in English; the translation is looked up in the
        context "Actions".
    keys
        Key sequences in Qt's portable form, the one to be shown first; empty = none.
    group
        Heading under which menus and help show it, in English.
    tooltip
        A sentence for who does not know it; empty = the text says it all.
    icon
        Shown on buttons and in menus.
    is_checkable
        Whether it is a state that is on or off.
    workspaces
        Names of the workspaces whose keys it belongs to; empty = all of them.
    """

    id: str
    text: str
    keys: tuple[str, ...] = ()
    group: str = "View"
    tooltip: str = ""
    icon: Icon | None = None
    is_checkable: bool = False
    workspaces: tuple[str, ...] = ()

    def is_in(self, workspace: str) -> bool:
        """Whether its keys work in `workspace`; "" = in any."""
        return not workspace or not self.workspaces or workspace in self.workspaces

    @property
    def title(self) -> str:
        """The text for the person: translated, without a menu's dots."""
        return _translated(self.text).rstrip("…").rstrip(".")

    @property
    def group_title(self) -> str:
        """The group for the person, translated."""
        return _translated(self.group)


def marked(context: str, text: str) -> str:
    """Mark a text of a table for translation, as Qt's QT_TRANSLATE_NOOP does, but typed.

    It is looked up in `context` when it is shown. To collect: `pyside6-lupdate
    -tr-function-alias QT_TRANSLATE_NOOP+=marked`.
    """
    del context
    return text


def key_text(key: str) -> str:
    """Return a key sequence as this system writes it: "Ctrl+K", on macOS with its signs."""
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)


class Actions(QObject):
    """The actions of one window.

    Parameters
    ----------
    parent
        The window: its shortcuts work while it, or a panel that floats off it, is active.
    specs
        What there is to do.

    Raises
    ------
    ValueError
        Two share an id, or a key in a workspace that both belong to.
    """

    triggered = Signal(str)
    """The id of the action that the person has just used."""

    def __init__(self, parent: QWidget, specs: Iterable[ActionSpec]) -> None:
        super().__init__(parent)
        self._specs: dict[str, ActionSpec] = {}
        self._actions: dict[str, QAction] = {}
        self._workspace = ""
        self._guard = TypingGuard(parent)
        for spec in specs:
            self._add(parent, spec)

    @property
    def specs(self) -> tuple[ActionSpec, ...]:
        """All of them, in the order of the table."""
        return tuple(self._specs.values())

    @property
    def workspace(self) -> str:
        """The workspace whose keys work; "" = no difference is made."""
        return self._workspace

    def spec(self, id_: str) -> ActionSpec:
        """Return what was declared under `id_`.

        Raises
        ------
        KeyError
            There is no such action.
        """
        return self._specs[self._known(id_)]

    def action(self, id_: str) -> QAction:
        """Return the action `id_`, for a menu, a tool bar or a button.

        Raises
        ------
        KeyError
            There is no such action.
        """
        return self._actions[self._known(id_)]

    def by_group(self) -> Mapping[str, list[ActionSpec]]:
        """Return the actions under their groups' English names, both in the table's order."""
        groups: dict[str, list[ActionSpec]] = {}
        for spec in self._specs.values():
            groups.setdefault(spec.group, []).append(spec)
        return groups

    def connect(self, id_: str, slot: Callable[..., object]) -> None:  # type: ignore[override]  # QObject's own is a static of another meaning
        """Call `slot` when the person uses `id_`.

        A checkable action calls `slot(is_checked)`, any other `slot()`. Setting the check mark
        from code calls nothing.
        """
        action = self.action(id_)
        if action.isCheckable():
            # PySide decides by the callable how many arguments it sends, and errs on built-ins.
            def tell(is_checked: bool) -> None:
                slot(is_checked)

            action.triggered.connect(tell)
        else:
            # Qt sends a boolean that means nothing here and would land in an optional argument.
            action.triggered.connect(lambda _checked=False: slot())

    def trigger(self, id_: str) -> None:
        """Do as if the person had chosen `id_`; nothing where it is disabled."""
        self.action(id_).trigger()

    def set_workspace(self, workspace: str) -> None:
        """Let only the keys of `workspace` work, besides those that all have."""
        self._workspace = workspace
        for spec in self._specs.values():
            keys = spec.keys if spec.is_in(workspace) else ()
            self._actions[spec.id].setShortcuts([QKeySequence(key) for key in keys])

    def _known(self, id_: str) -> str:
        if id_ not in self._specs:
            near = get_close_matches(id_, self._specs, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise KeyError(f"no action {id_!r}{hint}")
        return id_

    def _add(self, parent: QWidget, spec: ActionSpec) -> None:
        if spec.id in self._specs:
            raise ValueError(f"two actions have the id {spec.id!r}")
        for other in self._specs.values():
            _refuse_clash(spec, other)
        action = QAction(_translated(spec.text), parent)
        action.setObjectName(spec.id)
        action.setCheckable(spec.is_checkable)
        action.setShortcuts([QKeySequence(key) for key in spec.keys])
        action.setToolTip(_tooltip(spec))
        action.setStatusTip("")
        if spec.icon is not None:
            action.setIcon(icon(spec.icon))
        action.triggered.connect(lambda _checked=False: self.triggered.emit(spec.id))
        parent.addAction(action)
        self._specs[spec.id] = spec
        self._actions[spec.id] = action


def _translated(text: str) -> str:
    return QCoreApplication.translate("Actions", text)


def _tooltip(spec: ActionSpec) -> str:
    sentence = _translated(spec.tooltip) if spec.tooltip else spec.title
    return f"{sentence} ({key_text(spec.keys[0])})" if spec.keys else sentence


def _refuse_clash(spec: ActionSpec, other: ActionSpec) -> None:
    if spec.workspaces and other.workspaces and not set(spec.workspaces) & set(other.workspaces):
        return
    for key in spec.keys:
        if any(QKeySequence(key) == QKeySequence(taken) for taken in other.keys):
            raise ValueError(f"{spec.id!r} and {other.id!r} share the key {key}")
