"""The second half of the table of actions: the network, the window, files and help."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gui.actions import ActionSpec, marked
from gui.icons import Icon

if TYPE_CHECKING:
    from typing import Final

__all__ = ["WINDOW_KEYMAP"]

_MODEL: Final = (
    ActionSpec(
        "choose_model",
        marked("Actions", "Choose a network…"),
        ("Ctrl+M",),
        "Model",
        icon=Icon.MODEL,
    ),
    ActionSpec(
        "open_model",
        marked("Actions", "Open a network file…"),
        ("Ctrl+Shift+M",),
        "Model",
        marked(
            "Actions", "Open your own network: weights, TorchScript, torch.export, ONNX or Python"
        ),
        Icon.FOLDER,
    ),
    ActionSpec(
        "file_options",
        marked("Actions", "Network file options…"),
        (),
        "Model",
        marked("Actions", "Change how the network's file is opened: architecture, input, names"),
        Icon.SETTINGS,
    ),
    ActionSpec(
        "choose_device",
        marked("Actions", "Choose the device…"),
        ("Ctrl+Shift+D",),
        "Model",
        marked("Actions", "Run the network on the processor or a graphics card"),
        Icon.DEVICE,
    ),
    ActionSpec(
        "cancel_loading", marked("Actions", "Stop loading the network"), (), "Model", icon=Icon.STOP
    ),
)

_VIEW: Final = (
    ActionSpec(
        "workspace_inspect",
        marked("Actions", "Inspect"),
        ("Ctrl+1",),
        "View",
        marked("Actions", "The maps in the middle, everything else around them"),
        is_checkable=True,
    ),
    ActionSpec(
        "workspace_graph",
        marked("Actions", "Graph"),
        ("Ctrl+2",),
        "View",
        marked("Actions", "The graph large, with costs below it and the maps beside it"),
        is_checkable=True,
    ),
    ActionSpec(
        "workspace_segment",
        marked("Actions", "Segment"),
        ("Ctrl+3",),
        "View",
        marked("Actions", "What is found in the picture, outlined, listed and corrected"),
        is_checkable=True,
    ),
    ActionSpec(
        "workspace_evidence",
        marked("Actions", "Evidence"),
        ("Ctrl+4",),
        "View",
        marked("Actions", "A classifier asked place by place, in one pass or window by window"),
        is_checkable=True,
    ),
    ActionSpec(
        "workspace_coseg",
        marked("Actions", "Co-segment"),
        ("Ctrl+5",),
        "View",
        marked("Actions", "The object that the pictures of a folder have in common"),
        is_checkable=True,
    ),
    ActionSpec(
        "workspace_train",
        marked("Actions", "Train"),
        ("Ctrl+6",),
        "View",
        marked("Actions", "A segmentation network of your own, from photos and their masks"),
        is_checkable=True,
    ),
    ActionSpec(
        "palette", marked("Actions", "Find an action…"), ("Ctrl+K",), "View", icon=Icon.PALETTE
    ),
    ActionSpec("reset_view", marked("Actions", "Reset the view"), ("Esc",), "View", icon=Icon.FIT),
    ActionSpec(
        "full_screen",
        marked("Actions", "Full screen"),
        ("F11",),
        "View",
        icon=Icon.FULL_SCREEN,
        is_checkable=True,
    ),
    ActionSpec(
        "toggle_labels",
        marked("Actions", "Show the prediction"),
        ("8",),
        "View",
        icon=Icon.BARS,
        is_checkable=True,
    ),
    ActionSpec(
        "toggle_unit",
        marked("Actions", "Show the channel's panel"),
        ("9",),
        "View",
        icon=Icon.CHART,
        is_checkable=True,
    ),
    ActionSpec(
        "timing",
        marked("Actions", "Show timings"),
        ("5",),
        "View",
        marked("Actions", "Show where each frame's time goes"),
        Icon.TIMING,
        is_checkable=True,
    ),
    ActionSpec(
        "cycle_theme",
        marked("Actions", "Dark or light"),
        ("Ctrl+Shift+T",),
        "View",
        marked("Actions", "Change the theme: as the system has it, dark, or light"),
        Icon.THEME,
    ),
    ActionSpec(
        "reset_layout", marked("Actions", "Reset the layout"), ("Ctrl+0",), "View", icon=Icon.LAYOUT
    ),
    ActionSpec("settings", marked("Actions", "Settings…"), ("Ctrl+,",), "View", icon=Icon.SETTINGS),
)

_FILE: Final = (
    ActionSpec(
        "copy_view",
        marked("Actions", "Copy the view"),
        ("Ctrl+C",),
        "File",
        marked("Actions", "Copy the view under the mouse as a picture"),
        Icon.COPY,
    ),
    ActionSpec(
        "save_maps",
        marked("Actions", "Save the maps…"),
        ("Ctrl+S",),
        "File",
        marked("Actions", "Save the layer's maps as numbers or as a table"),
        Icon.SAVE,
    ),
    ActionSpec(
        "save_figure",
        marked("Actions", "Save a figure…"),
        ("Ctrl+Shift+S",),
        "File",
        marked("Actions", "Save the layer's maps as a picture with its colour bar"),
        Icon.EXPORT,
    ),
    ActionSpec(
        "save_window",
        marked("Actions", "Save a picture of the window…"),
        ("Ctrl+Shift+E",),
        "File",
        icon=Icon.SNAPSHOT,
    ),
    ActionSpec(
        "record",
        marked("Actions", "Record a video"),
        ("Ctrl+R",),
        "File",
        marked("Actions", "Record the session as a video, or stop recording"),
        Icon.RECORD,
        is_checkable=True,
    ),
    ActionSpec("quit", marked("Actions", "Quit"), ("Ctrl+Q", "Q"), "File", icon=Icon.QUIT),
)

_HELP: Final = (
    ActionSpec(
        "help", marked("Actions", "Show the keys"), ("H", "F1", "?"), "Help", icon=Icon.KEYBOARD
    ),
    ActionSpec("about", marked("Actions", "About Layerscope"), (), "Help", icon=Icon.INFO),
)

WINDOW_KEYMAP: Final = (*_MODEL, *_VIEW, *_FILE, *_HELP)
"""Actions of the network and of the window, group by group."""
