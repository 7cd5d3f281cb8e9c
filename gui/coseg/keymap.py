"""The Co-segment workspace's part of the table of actions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gui.actions import ActionSpec, marked
from gui.icons import Icon

if TYPE_CHECKING:
    from typing import Final

__all__ = ["COSEG_GROUP", "COSEG_KEYMAP"]

COSEG_GROUP: Final = "Co-segment"
_HERE: Final = ("coseg",)


def _do(
    id_: str, text: str, keys: tuple[str, ...], tooltip: str = "", icon: Icon | None = None
) -> ActionSpec:
    return ActionSpec(id_, text, keys, COSEG_GROUP, tooltip, icon, workspaces=_HERE)


def _toggle(id_: str, text: str, keys: tuple[str, ...], tooltip: str, icon: Icon) -> ActionSpec:
    return ActionSpec(
        id_, text, keys, COSEG_GROUP, tooltip, icon, is_checkable=True, workspaces=_HERE
    )


COSEG_KEYMAP: Final = (
    ActionSpec(
        "coseg_open",
        marked("Actions", "Co-segment a folder…"),
        ("Ctrl+Shift+F",),
        COSEG_GROUP,
        marked("Actions", "Choose a folder of pictures that show the same object"),
        Icon.FOLDER,
    ),
    _do(
        "coseg_run",
        marked("Actions", "Find the common object"),
        ("Ctrl+Return", "Ctrl+Enter"),
        marked("Actions", "Work through the set and cut out what its pictures have in common"),
        Icon.PLAY,
    ),
    _do("coseg_cancel", marked("Actions", "Stop working through the set"), (), icon=Icon.STOP),
    _do(
        "coseg_next",
        marked("Actions", "Next picture of the set"),
        ("Ctrl+Right",),
        icon=Icon.NEXT,
    ),
    _do(
        "coseg_previous",
        marked("Actions", "Previous picture of the set"),
        ("Ctrl+Left",),
        icon=Icon.PREVIOUS,
    ),
    _do(
        "coseg_undo",
        marked("Actions", "Undo in the set"),
        ("Ctrl+Z",),
        marked("Actions", "Take back what was said of the set, or the last correction"),
        Icon.UNDO,
    ),
    _do(
        "coseg_redo",
        marked("Actions", "Redo in the set"),
        ("Ctrl+Shift+Z", "Ctrl+Y"),
        marked("Actions", "Say it again, or do the correction again"),
        Icon.REDO,
    ),
    _toggle(
        "coseg_correct",
        marked("Actions", "Correct this mask"),
        ("Shift+C",),
        marked("Actions", "Put this picture's mask right by hand; it stays when the set changes"),
        Icon.PENCIL,
    ),
    _do(
        "coseg_discard",
        marked("Actions", "Discard the correction"),
        (),
        marked("Actions", "Show again what was found in this picture"),
        Icon.RESET,
    ),
    _do(
        "coseg_drawn",
        marked("Actions", "Fill, outline or both"),
        ("A",),
        marked("Actions", "Draw the masks as fills, as outlines, or both"),
        Icon.DROP,
    ),
    _do("coseg_fainter", marked("Actions", "Fainter masks"), (",",)),
    _do("coseg_stronger", marked("Actions", "Stronger masks"), (".",)),
    _toggle(
        "coseg_parts",
        marked("Actions", "Parts in colours"),
        ("D",),
        marked("Actions", "Colour the parts of the object, the same across the set"),
        Icon.PARTS,
    ),
    _do("coseg_larger", marked("Actions", "Larger pictures in the grid"), ("+", "=")),
    _do("coseg_smaller", marked("Actions", "Smaller pictures in the grid"), ("-",)),
    _do(
        "coseg_sort",
        marked("Actions", "Sort the set"),
        ("Shift+S",),
        marked("Actions", "Sort by name, sureness, area or J"),
        Icon.SORT,
    ),
    _toggle(
        "coseg_reasons",
        marked("Actions", "Why this mask"),
        ("B",),
        marked("Actions", "Show the maps that this picture's mask comes from"),
        Icon.REASONS,
    ),
    _toggle(
        "coseg_truth",
        marked("Actions", "Ground truth beside it"),
        ("G",),
        marked("Actions", "Show the true mask beside the one that was found"),
        Icon.TRUTH,
    ),
    _do(
        "coseg_split",
        marked("Actions", "Split the set into groups"),
        (),
        marked("Actions", "Find how many different objects the set holds, each in pictures apart"),
        Icon.SPLIT_PARTS,
    ),
    _toggle(
        "coseg_live",
        marked("Actions", "Find the common object live"),
        ("Shift+V",),
        marked("Actions", "Find the common object in what the source shows"),
        Icon.CAMERA,
    ),
    _do(
        "coseg_save",
        marked("Actions", "Save the set…"),
        ("Ctrl+Alt+S",),
        marked("Actions", "Save masks, overlays, cut-outs and tables of the whole set"),
        Icon.SAVE,
    ),
)
"""Add these to the window's table, and the group to the groups."""
