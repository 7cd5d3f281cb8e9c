"""The window's menu: all actions, group by group, and all panels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QMenu

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PySide6.QtWidgets import QDockWidget, QWidget

    from gui.actions import Actions

__all__ = ["window_menu"]


def window_menu(
    parent: QWidget, actions: Actions, groups: Iterable[str], docks: Iterable[QDockWidget]
) -> QMenu:
    """Make the menu of a window.

    Parameters
    ----------
    parent
        The window.
    actions
        What it can do.
    groups
        English names of the groups, in their order.
    docks
        The panels.
    """
    menu = QMenu(parent)
    by_group = actions.by_group()
    for group in groups:
        specs = by_group.get(group, [])
        if specs:
            part = menu.addMenu(specs[0].group_title)
            part.addActions([actions.action(spec.id) for spec in specs])
    panels = menu.addMenu(QCoreApplication.translate("Menus", "Panels"))
    panels.addActions([dock.toggleViewAction() for dock in docks])
    return menu
