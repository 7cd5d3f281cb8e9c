"""The menu of what is under the pointer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu

from gui.graph.scene import is_openable

if TYPE_CHECKING:
    from engine.values import GraphItem
    from gui.graph.browser import GraphBrowser

__all__ = ["item_menu", "show_menu"]

# Under this name lupdate finds the calls.
translate = QCoreApplication.translate


def show_menu(browser: GraphBrowser, item: GraphItem | None, place: QPoint) -> None:
    """Open the menu of an item, or of the ground, at a place of the screen."""
    menu = item_menu(browser, item)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.popup(place)


def item_menu(browser: GraphBrowser, item: GraphItem | None) -> QMenu:
    """Make the menu of an item, or of the ground."""
    menu = QMenu(browser.view)
    if item is not None:
        _add_item(menu, browser, item)
    else:
        menu.addAction(translate("Graph", "Show all of it"), browser.view.fit)
        menu.addAction(translate("Graph", "Open all modules"), browser.expand_all)
        menu.addAction(translate("Graph", "Back to the overview"), browser.show_overview)
    if browser.reach.lit is not None:
        menu.addSeparator()
        menu.addAction(translate("Graph", "Light everything again"), browser.reach.clear)
    return menu


def _add_item(menu: QMenu, browser: GraphBrowser, item: GraphItem) -> None:
    key, reach = item.key, browser.reach
    if key is not None:
        menu.addAction(translate("Graph", "Watch"), lambda: browser.layer_chosen.emit(key))
        menu.addAction(
            translate("Graph", "Watch in a new tab"), lambda: browser.layer_added.emit(key)
        )
        menu.addSeparator()
    if is_openable(item):
        menu.addAction(translate("Graph", "Open"), lambda: browser.toggle_item(item.id))
    if item.scope:
        text = translate("Graph", "Close {0}").format(item.scope)
        menu.addAction(text, lambda: browser.toggle(item.scope))
    menu.addSeparator()
    menu.addAction(translate("Graph", "Light what it depends on"), lambda: reach.upstream(item))
    menu.addAction(translate("Graph", "Light what depends on it"), lambda: reach.downstream(item))
    current = browser.view.current_item()
    if current is not None and current.id != item.id:
        text = translate("Graph", "Light the way between it and {0}").format(current.title)
        menu.addAction(text, lambda: reach.path(current, item))
    if key is not None:
        menu.addSeparator()
        menu.addAction(
            translate("Graph", "Copy the name"),
            lambda: QGuiApplication.clipboard().setText(str(key)),
        )
