"""The graph's part of the table of actions.

Besides these, the view has keys for itself while it has the keyboard (`gui.graph.keys`): arrows,
Space, Shift+Space, +, -, Enter, Home.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gui.actions import ActionSpec, marked
from gui.icons import Icon

if TYPE_CHECKING:
    from typing import Final

__all__ = ["GRAPH_GROUP", "GRAPH_KEYMAP"]

GRAPH_GROUP: Final = "Graph"

GRAPH_KEYMAP: Final = (
    ActionSpec(
        "graph_find",
        marked("Actions", "Find in the graph"),
        ("Ctrl+G",),
        GRAPH_GROUP,
        marked("Actions", "Find operations by name, kind or shape"),
        Icon.SEARCH,
    ),
    ActionSpec("graph_next", marked("Actions", "Next hit in the graph"), ("F3",), GRAPH_GROUP),
    ActionSpec(
        "graph_previous", marked("Actions", "Previous hit in the graph"), ("Shift+F3",), GRAPH_GROUP
    ),
    ActionSpec(
        "graph_fit",
        marked("Actions", "Show the whole graph"),
        ("Space",),
        GRAPH_GROUP,
        marked("Actions", "Show the whole graph, or again its beginning at a readable size"),
        Icon.FIT,
    ),
    ActionSpec(
        "graph_fit_selection",
        marked("Actions", "Show the current layer in the graph"),
        ("Shift+Space",),
        GRAPH_GROUP,
        marked("Actions", "Open what the current layer is in, and show it"),
        Icon.ZOOM,
    ),
    ActionSpec(
        "graph_expand",
        marked("Actions", "Open all modules"),
        ("Ctrl+E",),
        GRAPH_GROUP,
        icon=Icon.EXPAND,
    ),
    ActionSpec(
        "graph_collapse",
        marked("Actions", "Close modules to the overview"),
        ("Ctrl+B",),
        GRAPH_GROUP,
        icon=Icon.COLLAPSE,
    ),
    ActionSpec(
        "graph_fold",
        marked("Actions", "Fold equal modules"),
        ("X",),
        GRAPH_GROUP,
        marked("Actions", "Show runs of equal modules as one, with their number"),
        Icon.LAYERS,
        is_checkable=True,
    ),
    ActionSpec(
        "graph_turn",
        marked("Actions", "Turn the graph"),
        ("Shift+X",),
        GRAPH_GROUP,
        marked("Actions", "Let data flow down, or to the right"),
        Icon.MIRROR,
    ),
    ActionSpec(
        "graph_colour",
        marked("Actions", "Colour the graph by the next measure"),
        ("V",),
        GRAPH_GROUP,
        icon=Icon.COLOR_MAP,
    ),
    ActionSpec(
        "graph_pictures",
        marked("Actions", "Small maps on the graph"),
        ("N",),
        GRAPH_GROUP,
        marked("Actions", "Put each layer's strongest map on it, live"),
        Icon.IMAGE,
        is_checkable=True,
    ),
    ActionSpec(
        "graph_upstream",
        marked("Actions", "Light what the layer depends on"),
        ("Alt+Up",),
        GRAPH_GROUP,
    ),
    ActionSpec(
        "graph_downstream",
        marked("Actions", "Light what depends on the layer"),
        ("Alt+Down",),
        GRAPH_GROUP,
    ),
    ActionSpec(
        "graph_path",
        marked("Actions", "Light the way to the current layer"),
        ("Alt+Shift+Up",),
        GRAPH_GROUP,
        marked("Actions", "Light what lies between the selected operation and the current layer"),
    ),
    ActionSpec(
        "compare",
        marked("Actions", "Compare with another network…"),
        ("Ctrl+Shift+G",),
        GRAPH_GROUP,
        marked("Actions", "Show a second network beside this one, with what differs marked"),
        Icon.COMPARE,
    ),
    ActionSpec(
        "compare_next",
        marked("Actions", "Next difference"),
        ("F7",),
        GRAPH_GROUP,
        icon=Icon.DOWN,
    ),
    ActionSpec(
        "compare_previous",
        marked("Actions", "Previous difference"),
        ("Shift+F7",),
        GRAPH_GROUP,
        icon=Icon.UP,
    ),
    ActionSpec(
        "compare_open",
        marked("Actions", "Open all modules of both networks"),
        (),
        GRAPH_GROUP,
        marked("Actions", "Open all modules of both networks, or go back to the overview"),
        Icon.EXPAND,
    ),
    ActionSpec(
        "compare_link",
        marked("Actions", "Move both graphs together"),
        ("Ctrl+L",),
        GRAPH_GROUP,
        marked("Actions", "Keep both networks level while one is moved"),
        Icon.LINK,
        is_checkable=True,
    ),
    ActionSpec(
        "compare_swap",
        marked("Actions", "Exchange the two networks"),
        (),
        GRAPH_GROUP,
        icon=Icon.SWAP,
    ),
    ActionSpec(
        "compare_close", marked("Actions", "End the comparison"), (), GRAPH_GROUP, icon=Icon.CLOSE
    ),
    ActionSpec(
        "cost_times",
        marked("Actions", "Measure the time of each operation"),
        (),
        GRAPH_GROUP,
        marked("Actions", "Run each operation several times on this device, and take its time"),
        Icon.TIMING,
    ),
    ActionSpec(
        "cost_save",
        marked("Actions", "Save the costs…"),
        (),
        GRAPH_GROUP,
        marked("Actions", "Save the table of costs as CSV"),
        Icon.EXPORT,
    ),
    ActionSpec(
        "graph_save", marked("Actions", "Save the graph…"), (), GRAPH_GROUP, icon=Icon.EXPORT
    ),
    ActionSpec(
        "graph_save_seen",
        marked("Actions", "Save what is seen of the graph…"),
        (),
        GRAPH_GROUP,
        icon=Icon.EXPORT,
    ),
)
"""Add these to the window's table, and the group to the groups."""
