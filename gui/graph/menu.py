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


def show_menu(
    browser: GraphBrowser,
    item: GraphItem | None,
    place: QPoint,
    *,
    live: GraphBrowser | None = None,
    counterpart: GraphItem | None = None,
) -> None:
    """Open the menu of an item, or of the ground, at a place of the screen; as `item_menu`."""
    menu = item_menu(browser, item, live=live, counterpart=counterpart)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.popup(place)


def item_menu(
    browser: GraphBrowser,
    item: GraphItem | None,
    *,
    live: GraphBrowser | None = None,
    counterpart: GraphItem | None = None,
) -> QMenu:
    """Make the menu of an item, or of the ground.

    Parameters
    ----------
    browser
        Whose graph it is.
    item
        What is under the pointer; None = the ground.
    live
        Browses the network that runs, where that is another one: only its layers can be watched.
    counterpart
        What corresponds to `item` there.
    """
    menu = QMenu(browser.view)
    if item is not None:
        if live is None:
            _add_watching(menu, browser, item)
        elif counterpart is not None:
            _add_watching(menu, live, counterpart, is_counterpart=True)
        _add_item(menu, browser, item)
    else:
        menu.addAction(translate("Graph", "Show all of it"), browser.view.fit)
        menu.addAction(translate("Graph", "Open all modules"), browser.expand_all)
        menu.addAction(translate("Graph", "Back to the overview"), browser.show_overview)
    if browser.reach.lit is not None:
        menu.addSeparator()
        menu.addAction(translate("Graph", "Light everything again"), browser.reach.clear)
    return menu


def _add_watching(
    menu: QMenu, browser: GraphBrowser, item: GraphItem, *, is_counterpart: bool = False
) -> None:
    key = item.key
    if key is None:
        return
    here, there = translate("Graph", "Watch"), translate("Graph", "Watch in a new tab")
    if is_counterpart:
        here = translate("Graph", "Watch its counterpart")
        there = translate("Graph", "Watch its counterpart in a new tab")
    menu.addAction(here, lambda: browser.layer_chosen.emit(key))
    menu.addAction(there, lambda: browser.layer_added.emit(key))
    menu.addSeparator()


def _add_item(menu: QMenu, browser: GraphBrowser, item: GraphItem) -> None:
    key, reach, toggled = item.key, browser.reach, browser.view.toggle_wanted
    if is_openable(item):
        menu.addAction(translate("Graph", "Open"), lambda: toggled.emit(item.id))
    if item.scope:
        text = translate("Graph", "Close {0}").format(item.scope)
        menu.addAction(text, lambda: toggled.emit(f"b{item.scope}"))
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
