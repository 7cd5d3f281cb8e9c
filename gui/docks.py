"""Where the panels stand at first: around the maps, some behind a tab."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QMainWindow, QTabWidget

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtWidgets import QWidget

__all__ = ["arrange", "make_docks"]

PLACES = {
    "source": Qt.DockWidgetArea.LeftDockWidgetArea,
    "prediction": Qt.DockWidgetArea.LeftDockWidgetArea,
    "graph": Qt.DockWidgetArea.RightDockWidgetArea,
    "layers": Qt.DockWidgetArea.RightDockWidgetArea,
    "timing": Qt.DockWidgetArea.RightDockWidgetArea,
    "channel": Qt.DockWidgetArea.BottomDockWidgetArea,
    "cost": Qt.DockWidgetArea.BottomDockWidgetArea,
    "evidence": Qt.DockWidgetArea.BottomDockWidgetArea,
    "race": Qt.DockWidgetArea.BottomDockWidgetArea,
}
BEHIND = {"graph": "layers", "cost": "channel", "evidence": "channel", "race": "channel"}
"""Which panel stands behind which, as a tab."""
HIDDEN = frozenset({"timing", "evidence", "race"})
"""What is shown only when it is asked for."""


def make_docks(
    window: QMainWindow, panels: Mapping[str, tuple[str, QWidget]]
) -> dict[str, QDockWidget]:
    """Put each panel into a dock; the names are those of `PLACES`, with title and widget."""
    areas = Qt.DockWidgetArea.LeftDockWidgetArea | Qt.DockWidgetArea.RightDockWidgetArea
    areas |= Qt.DockWidgetArea.BottomDockWidgetArea | Qt.DockWidgetArea.TopDockWidgetArea
    window.setTabPosition(areas, QTabWidget.TabPosition.North)
    docks = {}
    for name, (title, panel) in panels.items():
        dock = QDockWidget(title, window)
        dock.setObjectName(f"dock_{name}")
        dock.setWidget(panel)
        docks[name] = dock
    return docks


def arrange(window: QMainWindow, docks: Mapping[str, QDockWidget]) -> None:
    """Put every dock where it stands at first, in proportion to the window."""
    for name, area in PLACES.items():
        dock = docks[name]
        dock.setFloating(False)
        window.addDockWidget(area, dock)
        dock.setVisible(name not in HIDDEN)
    for behind, front in BEHIND.items():
        window.tabifyDockWidget(docks[front], docks[behind])
        docks[front].raise_()
    horizontal, vertical = Qt.Orientation.Horizontal, Qt.Orientation.Vertical
    width, height = window.width(), window.height()
    window.resizeDocks(
        [docks["source"], docks["layers"]],
        [_share(width, 0.275, 300, 400), _share(width, 0.23, 290, 400)],
        horizontal,
    )
    window.resizeDocks(
        [docks["source"], docks["prediction"]],
        [round(height * 0.55), round(height * 0.35)],
        vertical,
    )
    window.resizeDocks([docks["channel"]], [max(210, round(height * 0.3))], vertical)


def _share(whole: int, share: float, least: int, most: int) -> int:
    return min(max(round(whole * share), least), most)
