"""The workspaces of the window: what stands in the middle, and which panels around it.

A workspace is a row of `WORKSPACES`: the page in the middle, and a place for each panel that it
shows. Panels that it does not name are hidden there, and one click away in the menu *Panels*.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QLayout, QMainWindow, QTabBar, QTabWidget

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Final

    from PySide6.QtWidgets import QWidget

__all__ = [
    "WORKSPACES",
    "Extent",
    "Workspace",
    "arrange",
    "arranging",
    "bring_forward",
    "is_out_of_sight",
    "make_docks",
    "workspace_of",
]

_LEFT: Final = Qt.DockWidgetArea.LeftDockWidgetArea
_RIGHT: Final = Qt.DockWidgetArea.RightDockWidgetArea
_BOTTOM: Final = Qt.DockWidgetArea.BottomDockWidgetArea


@dataclass(frozen=True, slots=True)
class Extent:
    """How wide or high a panel is at first: a share of the window, within bounds in pixels."""

    share: float
    least: int = 0
    most: int = 10_000

    def of(self, whole: int) -> int:
        """Return the pixels for a window of `whole` pixels."""
        return min(max(round(whole * self.share), self.least), self.most)


@dataclass(frozen=True, slots=True)
class Workspace:
    """One way to arrange the window.

    Attributes
    ----------
    id
        Its name in settings and in the table of actions.
    page
        Which widget stands in the middle.
    places
        The area of each panel that has a place; the order is that of their arrival.
    behind
        Which panel stands behind which, as a tab.
    hidden
        Panels with a place that are shown only when they are asked for.
    widths, heights
        Of panels, at first.
    has_picture
        Whether the page in the middle shows the picture large; the source panel goes without.
    """

    id: str
    page: str
    places: Mapping[str, Qt.DockWidgetArea]
    behind: Mapping[str, str] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()
    widths: Mapping[str, Extent] = field(default_factory=dict)
    heights: Mapping[str, Extent] = field(default_factory=dict)
    has_picture: bool = False


WORKSPACES: Final = (
    Workspace(
        id="inspect",
        page="maps",
        places={
            "source": _LEFT,
            "prediction": _LEFT,
            "graph": _RIGHT,
            "layers": _RIGHT,
            "timing": _RIGHT,
            "channel": _BOTTOM,
            "cost": _BOTTOM,
        },
        behind={"graph": "layers", "cost": "channel"},
        hidden=frozenset({"timing"}),
        widths={"source": Extent(0.275, 300, 400), "layers": Extent(0.23, 290, 400)},
        heights={
            "source": Extent(0.55),
            "prediction": Extent(0.35),
            "channel": Extent(0.3, 210),
        },
    ),
    Workspace(
        id="graph",
        page="maps",
        places={
            "graph": _LEFT,
            "compare": _LEFT,
            "source": _RIGHT,
            "cost": _RIGHT,
            "layers": _RIGHT,
            "prediction": _RIGHT,
            "timing": _RIGHT,
            "channel": _BOTTOM,
        },
        behind={"layers": "cost", "compare": "graph"},
        hidden=frozenset({"timing", "prediction", "channel", "compare"}),
        widths={"graph": Extent(0.42, 470), "source": Extent(0.26, 320, 480)},
        heights={"source": Extent(0.36, 260), "cost": Extent(0.58)},
    ),
    Workspace(
        id="segment",
        page="segment",
        places={
            "source": _LEFT,
            "layers": _LEFT,
            "objects": _RIGHT,
            "batch": _RIGHT,
            "graph": _LEFT,
            "prediction": _LEFT,
            "timing": _RIGHT,
            "channel": _BOTTOM,
        },
        behind={"graph": "layers", "batch": "objects"},
        hidden=frozenset({"timing", "prediction", "channel"}),
        widths={"source": Extent(0.2, 256, 380), "objects": Extent(0.27, 344, 480)},
        heights={"source": Extent(0.0, 1), "layers": Extent(0.8)},
        has_picture=True,
    ),
    Workspace(
        id="evidence",
        page="evidence",
        places={
            "source": _LEFT,
            "prediction": _LEFT,
            "layers": _RIGHT,
            "graph": _RIGHT,
            "timing": _RIGHT,
            "channel": _BOTTOM,
        },
        behind={"graph": "layers"},
        hidden=frozenset({"layers", "graph", "timing", "channel"}),
        widths={"source": Extent(0.24, 308, 400)},
        heights={"source": Extent(0.55), "prediction": Extent(0.4)},
    ),
)
"""In the order of their buttons."""


def workspace_of(id_: str) -> Workspace:
    """Return a workspace by its id.

    Raises
    ------
    KeyError
        There is none.
    """
    for workspace in WORKSPACES:
        if workspace.id == id_:
            return workspace
    raise KeyError(f"no workspace {id_!r}; there are {', '.join(one.id for one in WORKSPACES)}")


def make_docks(
    window: QMainWindow, panels: Mapping[str, tuple[str, QWidget]]
) -> dict[str, QDockWidget]:
    """Put each panel into a dock: name -> (title, widget)."""
    areas = _LEFT | _RIGHT | _BOTTOM | Qt.DockWidgetArea.TopDockWidgetArea
    window.setTabPosition(areas, QTabWidget.TabPosition.North)
    docks = {}
    for name, (title, panel) in panels.items():
        dock = QDockWidget(title, window)
        dock.setObjectName(f"dock_{name}")
        dock.setWidget(panel)
        docks[name] = dock
    return docks


def bring_forward(dock: QDockWidget) -> None:
    """Show a panel, in front of those that it shares its place with."""
    dock.show()
    dock.raise_()


def is_out_of_sight(window: QMainWindow, widget: QWidget) -> bool:
    """Whether a widget is in a panel that stands behind another one, or in a row put away."""
    part: QWidget | None = widget
    while part is not None and part.parentWidget() is not window:
        part = part.parentWidget()
    return part is not None and part.visibleRegion().isEmpty()


def arrange(window: QMainWindow, docks: Mapping[str, QDockWidget], workspace: Workspace) -> None:
    """Put every dock where it stands at first, in proportion to the window."""
    for dock in docks.values():
        dock.setFloating(False)
        window.removeDockWidget(dock)
    for name, dock in docks.items():
        if name not in workspace.places:  # where it comes up when it is asked for
            window.addDockWidget(_RIGHT, dock)
            dock.hide()
    for name, area in workspace.places.items():
        window.addDockWidget(area, docks[name])
        docks[name].setVisible(name not in workspace.hidden)
    for behind, front in workspace.behind.items():
        window.tabifyDockWidget(docks[front], docks[behind])
        docks[front].raise_()
    for extents, whole, orientation in (
        (workspace.widths, window.width(), Qt.Orientation.Horizontal),
        (workspace.heights, window.height(), Qt.Orientation.Vertical),
    ):
        sizes = {docks[name]: extent.of(whole) for name, extent in extents.items()}
        window.resizeDocks(list(sizes), list(sizes.values()), orientation)


@contextlib.contextmanager
def arranging(window: QMainWindow) -> Iterator[None]:
    """Keep the window as it is while its docks are arranged anew, and leave nothing behind.

    On the way from one arrangement to the next more docks may stand side by side than there is
    room for: the window does not grow for them. And Qt forgets rows of tabs, which then stand over
    whatever comes there next: those are put out of sight.
    """
    layout = window.layout()
    if layout is None:  # a main window always has one
        yield
        return
    is_animated = window.isAnimated()
    window.setAnimated(False)
    layout.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
    _put_out_of_sight(window, _tab_rows(window))
    try:
        yield
    finally:
        layout.setSizeConstraint(QLayout.SizeConstraint.SetDefaultConstraint)
        # Only a change of its size makes it lay out rows of tabs that it has restored.
        layout.setGeometry(window.rect().adjusted(0, 0, 1, 0))
        layout.setGeometry(window.rect())
        _put_out_of_sight(window, [row for row in _tab_rows(window) if not _has_docks(row, window)])
        window.setAnimated(is_animated)


def _tab_rows(window: QMainWindow) -> list[QTabBar]:
    return window.findChildren(QTabBar, options=Qt.FindChildOption.FindDirectChildrenOnly)


def _put_out_of_sight(window: QMainWindow, rows: Iterable[QTabBar]) -> None:
    """Move them away; hidden ones would not come back where Qt uses them again."""
    for row in rows:
        row.move(-window.width() - row.width(), -window.height() - row.height())


def _has_docks(row: QTabBar, window: QMainWindow) -> bool:
    """Whether a row of tabs stands over one of the docks that it names."""
    titles = {row.tabText(at) for at in range(row.count())}
    below = (row.x(), row.geometry().bottom() + 1, row.width())
    return any(
        dock.windowTitle() in titles and (dock.x(), dock.y(), dock.width()) == below
        for dock in window.findChildren(QDockWidget)
        if not dock.isHidden()
    )
