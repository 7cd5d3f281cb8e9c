"""The Segment workspace's part of the table of actions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gui.actions import ActionSpec, marked
from gui.icons import Icon

if TYPE_CHECKING:
    from typing import Final

__all__ = ["CORRECT_GROUP", "SEGMENT_GROUP", "SEGMENT_KEYMAP"]

SEGMENT_GROUP: Final = "Segment"
CORRECT_GROUP: Final = "Correct"
_HERE: Final = ("segment",)


def _look(
    id_: str, text: str, keys: tuple[str, ...], tooltip: str = "", icon: Icon | None = None
) -> ActionSpec:
    return ActionSpec(id_, text, keys, SEGMENT_GROUP, tooltip, icon, workspaces=_HERE)


def _toggle(id_: str, text: str, keys: tuple[str, ...], tooltip: str, icon: Icon) -> ActionSpec:
    return ActionSpec(
        id_, text, keys, SEGMENT_GROUP, tooltip, icon, is_checkable=True, workspaces=_HERE
    )


def _step(
    id_: str, text: str, keys: tuple[str, ...], tooltip: str = "", icon: Icon | None = None
) -> ActionSpec:
    return ActionSpec(id_, text, keys, CORRECT_GROUP, tooltip, icon, workspaces=_HERE)


def _tool(id_: str, text: str, keys: tuple[str, ...], tooltip: str, icon: Icon) -> ActionSpec:
    return ActionSpec(
        id_, text, keys, CORRECT_GROUP, tooltip, icon, is_checkable=True, workspaces=_HERE
    )


SEGMENT_KEYMAP: Final = (
    _look(
        "segment_drawn",
        marked("Actions", "Fill, outline or both"),
        ("A",),
        marked("Actions", "Draw the masks as fills, as outlines, or both"),
        Icon.DROP,
    ),
    _look("segment_fainter", marked("Actions", "Fainter masks"), (",",)),
    _look("segment_stronger", marked("Actions", "Stronger masks"), (".",)),
    _toggle(
        "segment_labels",
        marked("Actions", "Names on the objects"),
        ("G",),
        marked("Actions", "Write its class on each object"),
        Icon.TAG,
    ),
    _toggle(
        "segment_scores",
        marked("Actions", "Scores on the objects"),
        ("Shift+G",),
        marked("Actions", "Write how sure the network is on each object"),
        Icon.PERCENT,
    ),
    _toggle(
        "segment_boxes",
        marked("Actions", "Boxes around the objects"),
        ("B",),
        marked("Actions", "Draw the boxes that the network gave"),
        Icon.BOX,
    ),
    _look(
        "segment_colours",
        marked("Actions", "Colour by class or by object"),
        ("D",),
        marked("Actions", "Give each class a colour, or each object its own"),
        Icon.COLOR_MAP,
    ),
    _look(
        "segment_palette",
        marked("Actions", "Next palette"),
        ("Shift+D",),
        marked("Actions", "Colours for colour-blind people, or those of PASCAL VOC"),
    ),
    _look(
        "segment_as",
        marked("Actions", "Objects or label map"),
        ("Shift+A",),
        marked("Actions", "Show single objects, or one label for each pixel"),
        Icon.LAYERS,
    ),
    _look("segment_next", marked("Actions", "Next object"), ("Ctrl+Down",)),
    _look("segment_previous", marked("Actions", "Previous object"), ("Ctrl+Up",)),
    _look(
        "segment_add_next",
        marked("Actions", "Choose the next object too"),
        ("Ctrl+Shift+Down",),
        marked("Actions", "Keep what is chosen, and choose the object after it as well"),
    ),
    _look(
        "segment_hide",
        marked("Actions", "Hide the object's class"),
        ("Shift+H",),
        marked("Actions", "Hide the class of the chosen object, or show it again"),
        Icon.EYE_OFF,
    ),
    _look(
        "segment_solo",
        marked("Actions", "Show the object's class alone"),
        ("Shift+S",),
        marked("Actions", "Hide all classes but that of the chosen object, or show all again"),
        Icon.EYE,
    ),
    _look(
        "segment_save",
        marked("Actions", "Save masks…"),
        ("Ctrl+Alt+S",),
        marked("Actions", "Save what was found in this picture as masks and annotations"),
        Icon.SAVE,
    ),
    ActionSpec(
        "segment_batch",
        marked("Actions", "Segment a folder…"),
        ("Ctrl+Shift+B",),
        SEGMENT_GROUP,
        marked("Actions", "Save the masks of many pictures and videos while the live one goes on"),
        Icon.BATCH,
    ),
    ActionSpec(
        "segment_correct",
        marked("Actions", "Correct the objects"),
        ("Shift+C",),
        CORRECT_GROUP,
        marked("Actions", "Freeze the picture and put its masks right by hand"),
        Icon.PENCIL,
        is_checkable=True,
        workspaces=_HERE,
    ),
    _tool(
        "correct_select",
        marked("Actions", "Choose objects"),
        ("1",),
        marked("Actions", "Click an object to choose it, with Shift one more"),
        Icon.POINTER,
    ),
    _tool(
        "correct_brush",
        marked("Actions", "Brush"),
        ("2",),
        marked("Actions", "Paint pixels into the chosen object"),
        Icon.BRUSH,
    ),
    _tool(
        "correct_eraser",
        marked("Actions", "Eraser"),
        ("3",),
        marked("Actions", "Take pixels out of the chosen object"),
        Icon.ERASER,
    ),
    _step("correct_smaller", marked("Actions", "Smaller brush"), ("[",)),
    _step("correct_larger", marked("Actions", "Larger brush"), ("]",)),
    _step("correct_undo", marked("Actions", "Undo the correction"), ("Ctrl+Z",), icon=Icon.UNDO),
    _step(
        "correct_redo",
        marked("Actions", "Redo the correction"),
        ("Ctrl+Shift+Z", "Ctrl+Y"),
        icon=Icon.REDO,
    ),
    _step("correct_delete", marked("Actions", "Delete the object"), ("Del",), icon=Icon.TRASH),
    _step(
        "correct_drop",
        marked("Actions", "Drop small objects"),
        ("Ctrl+Del",),
        marked("Actions", "Delete all objects of fewer pixels than the smallest area"),
    ),
    _step(
        "correct_relabel",
        marked("Actions", "Another class"),
        ("Shift+R",),
        marked("Actions", "Choose another class for the chosen object"),
        Icon.TAG,
    ),
    _step(
        "correct_merge",
        marked("Actions", "Merge the objects"),
        ("Ctrl+J",),
        marked("Actions", "Make one object of those that are chosen"),
        Icon.MERGE,
    ),
    _step(
        "correct_split",
        marked("Actions", "Split the object"),
        ("Ctrl+Shift+J",),
        marked("Actions", "Make an object of each part that hangs together"),
        Icon.SPLIT_PARTS,
    ),
    _step(
        "correct_grow",
        marked("Actions", "Grow the object"),
        ("Ctrl+]",),
        marked("Actions", "Add a border of one pixel to the chosen object"),
        Icon.GROW,
    ),
    _step(
        "correct_shrink",
        marked("Actions", "Shrink the object"),
        ("Ctrl+[",),
        marked("Actions", "Take a border of one pixel off the chosen object"),
        Icon.SHRINK,
    ),
    _step(
        "correct_fill",
        marked("Actions", "Fill the holes"),
        ("Shift+F",),
        marked("Actions", "Fill what the chosen object encloses"),
        Icon.FILL,
    ),
)
"""Add these to the window's table, and the groups to the groups."""
