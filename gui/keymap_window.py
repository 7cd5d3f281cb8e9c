"""The second half of the table of actions: the network, the window, files and help."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gui.actions import ActionSpec
from gui.actions import marked as _N
from gui.icons import Icon

if TYPE_CHECKING:
    from typing import Final

__all__ = ["WINDOW_KEYMAP"]

_MODEL: Final = (
    ActionSpec(
        "choose_model", _N("Actions", "Choose a network…"), ("Ctrl+M",), "Model", icon=Icon.MODEL
    ),
    ActionSpec(
        "choose_device",
        _N("Actions", "Choose the device…"),
        ("Ctrl+Shift+D",),
        "Model",
        _N("Actions", "Run the network on the processor or a graphics card"),
        Icon.DEVICE,
    ),
    ActionSpec(
        "cancel_loading", _N("Actions", "Stop loading the network"), (), "Model", icon=Icon.STOP
    ),
)

_VIEW: Final = (
    ActionSpec("palette", _N("Actions", "Find an action…"), ("Ctrl+K",), "View", icon=Icon.PALETTE),
    ActionSpec("reset_view", _N("Actions", "Reset the view"), ("Esc",), "View", icon=Icon.FIT),
    ActionSpec(
        "full_screen",
        _N("Actions", "Full screen"),
        ("F11",),
        "View",
        icon=Icon.FULL_SCREEN,
        is_checkable=True,
    ),
    ActionSpec(
        "toggle_labels",
        _N("Actions", "Show the prediction"),
        ("8",),
        "View",
        icon=Icon.BARS,
        is_checkable=True,
    ),
    ActionSpec(
        "toggle_unit",
        _N("Actions", "Show the channel's panel"),
        ("9",),
        "View",
        icon=Icon.CHART,
        is_checkable=True,
    ),
    ActionSpec(
        "timing",
        _N("Actions", "Show timings"),
        ("5",),
        "View",
        _N("Actions", "Show where each frame's time goes"),
        Icon.TIMING,
        is_checkable=True,
    ),
    ActionSpec(
        "cycle_theme",
        _N("Actions", "Dark or light"),
        ("Ctrl+Shift+T",),
        "View",
        _N("Actions", "Change the theme: as the system has it, dark, or light"),
        Icon.THEME,
    ),
    ActionSpec(
        "reset_layout", _N("Actions", "Reset the layout"), ("Ctrl+0",), "View", icon=Icon.LAYOUT
    ),
    ActionSpec("settings", _N("Actions", "Settings…"), ("Ctrl+,",), "View", icon=Icon.SETTINGS),
)

_FILE: Final = (
    ActionSpec(
        "copy_view",
        _N("Actions", "Copy the view"),
        ("Ctrl+C",),
        "File",
        _N("Actions", "Copy the view under the mouse as a picture"),
        Icon.COPY,
    ),
    ActionSpec(
        "save_maps",
        _N("Actions", "Save the maps…"),
        ("Ctrl+S",),
        "File",
        _N("Actions", "Save the layer's maps as numbers or as a table"),
        Icon.SAVE,
    ),
    ActionSpec(
        "save_figure",
        _N("Actions", "Save a figure…"),
        ("Ctrl+Shift+S",),
        "File",
        _N("Actions", "Save the layer's maps as a picture with its colour bar"),
        Icon.EXPORT,
    ),
    ActionSpec(
        "save_window",
        _N("Actions", "Save a picture of the window…"),
        ("Ctrl+Shift+E",),
        "File",
        icon=Icon.SNAPSHOT,
    ),
    ActionSpec(
        "record",
        _N("Actions", "Record a video"),
        ("Ctrl+R",),
        "File",
        _N("Actions", "Record the session as a video, or stop recording"),
        Icon.RECORD,
        is_checkable=True,
    ),
    ActionSpec("quit", _N("Actions", "Quit"), ("Ctrl+Q", "Q"), "File", icon=Icon.QUIT),
)

_HELP: Final = (
    ActionSpec(
        "help", _N("Actions", "Show the keys"), ("H", "F1", "?"), "Help", icon=Icon.KEYBOARD
    ),
    ActionSpec("about", _N("Actions", "About Layerscope"), (), "Help", icon=Icon.INFO),
)

WINDOW_KEYMAP: Final = (*_MODEL, *_VIEW, *_FILE, *_HELP)
"""Actions of the network and of the window, group by group."""
