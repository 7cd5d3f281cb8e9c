"""The Train workspace's part of the table of actions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gui.actions import ActionSpec, marked
from gui.icons import Icon

if TYPE_CHECKING:
    from typing import Final

__all__ = ["TRAIN_GROUP", "TRAIN_KEYMAP"]

TRAIN_GROUP: Final = "Train"
_HERE: Final = ("train",)


def _do(
    id_: str, text: str, keys: tuple[str, ...], tooltip: str = "", icon: Icon | None = None
) -> ActionSpec:
    return ActionSpec(id_, text, keys, TRAIN_GROUP, tooltip, icon, workspaces=_HERE)


def _toggle(id_: str, text: str, keys: tuple[str, ...], tooltip: str) -> ActionSpec:
    return ActionSpec(id_, text, keys, TRAIN_GROUP, tooltip, is_checkable=True, workspaces=_HERE)


TRAIN_KEYMAP: Final = (
    ActionSpec(
        "train_open",
        marked("Actions", "Train on a set…"),
        ("Ctrl+Shift+I",),
        TRAIN_GROUP,
        marked("Actions", "Choose a folder of photos with their masks, to train a network on it"),
        Icon.FOLDER,
    ),
    _do(
        "train_start",
        marked("Actions", "Start the training"),
        ("Ctrl+Return", "Ctrl+Enter"),
        marked("Actions", "Start the training, or go on with the one that was stopped"),
        Icon.PLAY,
    ),
    _do(
        "train_pause",
        marked("Actions", "Pause the training"),
        ("Ctrl+Space",),
        marked("Actions", "Let the training stand still, or go on"),
        Icon.PAUSE,
    ),
    _do(
        "train_cancel",
        marked("Actions", "Stop the training"),
        (),
        marked("Actions", "Stop the training; it can be gone on with later"),
        Icon.STOP,
    ),
    _do(
        "train_live",
        marked("Actions", "Show the trained network live"),
        ("Shift+V",),
        marked("Actions", "Load the network that was trained and run it on the live picture"),
        Icon.CAMERA,
    ),
    _do(
        "train_shuffle",
        marked("Actions", "Other crops"),
        ("Shift+R",),
        marked("Actions", "Show other crops of the set, augmented anew"),
        Icon.SHUFFLE,
    ),
    _do("train_next_epoch", marked("Actions", "Next epoch"), ("Ctrl+Right",)),
    _do("train_previous_epoch", marked("Actions", "Previous epoch"), ("Ctrl+Left",)),
    _do(
        "train_best_epoch",
        marked("Actions", "Best epoch"),
        ("Ctrl+Up",),
        marked("Actions", "Show the validation photos after the best epoch"),
        Icon.BEST,
    ),
    _do(
        "train_next_page",
        marked("Actions", "Next page of the training"),
        ("Ctrl+PgDown",),
        marked("Actions", "Go from the set to the training, and on to what skips do"),
    ),
    _toggle(
        "skip_16",
        marked("Actions", "Skip at stride 16"),
        ("1",),
        marked("Actions", "Switch the U-Net's coarsest skip connection on or off"),
    ),
    _toggle(
        "skip_8",
        marked("Actions", "Skip at stride 8"),
        ("2",),
        marked("Actions", "Switch the U-Net's middle skip connection on or off"),
    ),
    _toggle(
        "skip_4",
        marked("Actions", "Skip at stride 4"),
        ("3",),
        marked("Actions", "Switch the U-Net's finest skip connection on or off"),
    ),
    _do(
        "skip_upsampling",
        marked("Actions", "Next kind of upsampling"),
        ("A",),
        marked("Actions", "As trained, nearest neighbour, bilinear, transposed convolution"),
    ),
    _toggle(
        "skip_compare",
        marked("Actions", "Upsampling side by side"),
        ("B",),
        marked("Actions", "Show nearest, bilinear and transposed convolution side by side"),
    ),
)
"""Add these to the window's table, and the group to the groups."""
