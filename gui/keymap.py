"""The table of everything a person can do in the window, with its keys.

The one-letter keys are those of the Deep Visualization Toolbox, which people who know this kind
of tool have in their fingers; the file and window keys are those of Netron and of the desktop.
The space bar is left to the views.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QT_TRANSLATE_NOOP

from gui.actions import ActionSpec
from gui.icons import Icon

if TYPE_CHECKING:
    from typing import Final

__all__ = ["GROUPS", "KEYMAP"]


def _tr(text: str) -> str:
    """Mark `text` for translation; `Actions` looks it up."""
    return str(QT_TRANSLATE_NOOP("Actions", text))


GROUPS: Final = ("Source", "Layers", "Maps", "Model", "View", "File", "Help")
"""In the order in which menus and help show them."""

_SOURCE: Final = (
    ActionSpec(
        "open_file",
        _tr("Open a picture or video…"),
        ("Ctrl+O",),
        "Source",
        icon=Icon.IMAGE,
    ),
    ActionSpec(
        "open_folder",
        _tr("Open a folder of pictures…"),
        ("Ctrl+Shift+O",),
        "Source",
        icon=Icon.FOLDER,
    ),
    ActionSpec(
        "open_stream",
        _tr("Open a network stream…"),
        ("Ctrl+U",),
        "Source",
        _tr("Open a camera or video by its address"),
        Icon.STREAM,
    ),
    ActionSpec("open_camera", _tr("Open a camera"), (), "Source", icon=Icon.CAMERA),
    ActionSpec(
        "open_demo",
        _tr("Show the demo pictures"),
        ("Ctrl+D",),
        "Source",
        _tr("Show the pictures that came with the program, slowly moving"),
        Icon.DEMO,
    ),
    ActionSpec(
        "toggle_camera",
        _tr("Camera or files"),
        ("C",),
        "Source",
        _tr("Change between the camera and the files shown last"),
        Icon.CAMERA,
    ),
    ActionSpec(
        "freeze",
        _tr("Freeze the picture"),
        ("F",),
        "Source",
        _tr("Hold this picture while everything else goes on"),
        Icon.FREEZE,
        is_checkable=True,
    ),
    ActionSpec(
        "play",
        _tr("Play or pause"),
        ("P",),
        "Source",
        icon=Icon.PLAY,
        is_checkable=True,
    ),
    ActionSpec(
        "next_file",
        _tr("Next picture"),
        ("E", "PgDown"),
        "Source",
        _tr("Go to the next picture or frame"),
        Icon.STEP_FORWARD,
    ),
    ActionSpec(
        "previous_file",
        _tr("Previous picture"),
        ("W", "PgUp"),
        "Source",
        _tr("Go to the previous picture or frame"),
        Icon.STEP_BACK,
    ),
    ActionSpec(
        "mirror", _tr("Mirror the picture"), (), "Source", icon=Icon.MIRROR, is_checkable=True
    ),
    ActionSpec(
        "loop", _tr("Play again from the start"), (), "Source", icon=Icon.LOOP, is_checkable=True
    ),
    ActionSpec(
        "cycle_fit",
        _tr("Crop, pad or stretch"),
        ("0",),
        "Source",
        _tr("Change how the picture becomes the network's input: crop, pad or stretch"),
        Icon.CROP,
    ),
    ActionSpec(
        "reload",
        _tr("Open the source again"),
        ("F5",),
        "Source",
        icon=Icon.RELOAD,
    ),
)

_LAYERS: Final = (
    ActionSpec(
        "previous_layer",
        _tr("Previous layer"),
        ("U",),
        "Layers",
        _tr("Go to the layer before, with the same channel"),
        Icon.PREVIOUS,
    ),
    ActionSpec(
        "next_layer",
        _tr("Next layer"),
        ("O",),
        "Layers",
        _tr("Go to the layer after, with the same channel"),
        Icon.NEXT,
    ),
    ActionSpec("find_layer", _tr("Find a layer"), ("Ctrl+F",), "Layers", icon=Icon.SEARCH),
    ActionSpec(
        "watch_also",
        _tr("Watch one more layer"),
        ("Ctrl+T",),
        "Layers",
        _tr("Open the chosen layer in a tab of its own, beside those that are watched"),
        Icon.LAYERS,
    ),
    ActionSpec(
        "close_layer", _tr("Stop watching this layer"), ("Ctrl+W",), "Layers", icon=Icon.CLOSE
    ),
    ActionSpec(
        "split_layers",
        _tr("Layers side by side"),
        ("Ctrl+\\",),
        "Layers",
        _tr("Show the watched layers side by side, or in tabs"),
        Icon.SPLIT,
        is_checkable=True,
    ),
)

_MAPS: Final = (
    ActionSpec("channel_left", _tr("Channel to the left"), ("Left", "J"), "Maps"),
    ActionSpec("channel_right", _tr("Channel to the right"), ("Right", "L"), "Maps"),
    ActionSpec("channel_up", _tr("Channel above"), ("Up", "I"), "Maps"),
    ActionSpec("channel_down", _tr("Channel below"), ("Down", "K"), "Maps"),
    ActionSpec("channel_left_fast", _tr("3 channels left"), ("Shift+Left", "Shift+J"), "Maps"),
    ActionSpec("channel_right_fast", _tr("3 channels right"), ("Shift+Right", "Shift+L"), "Maps"),
    ActionSpec("channel_up_fast", _tr("3 channels up"), ("Shift+Up", "Shift+I"), "Maps"),
    ActionSpec("channel_down_fast", _tr("3 channels down"), ("Shift+Down", "Shift+K"), "Maps"),
    ActionSpec(
        "cycle_gamma",
        _tr("Gamma"),
        ("T",),
        "Maps",
        _tr("Lift weak responses: gamma 1, 0.7, 0.5, 0.3"),
        Icon.GAMMA,
    ),
    ActionSpec(
        "cycle_scale",
        _tr("Scale"),
        ("Shift+T",),
        "Maps",
        _tr("What counts as brightest: of each channel, of the layer, or fixed"),
        Icon.SCALE,
    ),
    ActionSpec(
        "cycle_colormap",
        _tr("Colour map"),
        ("M",),
        "Maps",
        _tr("Change to the next colour map"),
        Icon.COLOR_MAP,
    ),
    ActionSpec(
        "cycle_sort",
        _tr("Sort the channels"),
        ("S",),
        "Maps",
        _tr("Sort the channels by index, mean, maximum or sparsity"),
        Icon.SORT,
    ),
    ActionSpec(
        "overlay",
        _tr("Lay the channel over the picture"),
        ("Y",),
        "Maps",
        icon=Icon.OVERLAY,
        is_checkable=True,
    ),
    ActionSpec(
        "cycle_zoom",
        _tr("Zoom"),
        ("Z",),
        "Maps",
        _tr("Show all channels, the chosen one large, or both"),
        Icon.ZOOM,
    ),
)

_MODEL: Final = (
    ActionSpec("choose_model", _tr("Choose a network…"), ("Ctrl+M",), "Model", icon=Icon.MODEL),
    ActionSpec(
        "choose_device",
        _tr("Choose the device…"),
        ("Ctrl+Shift+D",),
        "Model",
        _tr("Run the network on the processor or a graphics card"),
        Icon.DEVICE,
    ),
    ActionSpec(
        "cancel_loading",
        _tr("Stop loading the network"),
        (),
        "Model",
        icon=Icon.STOP,
    ),
)

_VIEW: Final = (
    ActionSpec("palette", _tr("Find an action…"), ("Ctrl+K",), "View", icon=Icon.PALETTE),
    ActionSpec("reset_view", _tr("Reset the view"), ("Esc",), "View", icon=Icon.FIT),
    ActionSpec(
        "full_screen",
        _tr("Full screen"),
        ("F11",),
        "View",
        icon=Icon.FULL_SCREEN,
        is_checkable=True,
    ),
    ActionSpec(
        "toggle_labels",
        _tr("Show the prediction"),
        ("8",),
        "View",
        icon=Icon.BARS,
        is_checkable=True,
    ),
    ActionSpec(
        "toggle_unit",
        _tr("Show the channel's panel"),
        ("9",),
        "View",
        icon=Icon.CHART,
        is_checkable=True,
    ),
    ActionSpec(
        "timing",
        _tr("Show timings"),
        ("5",),
        "View",
        _tr("Show where each frame's time goes"),
        Icon.TIMING,
        is_checkable=True,
    ),
    ActionSpec(
        "cycle_theme",
        _tr("Dark or light"),
        ("Ctrl+Shift+T",),
        "View",
        _tr("Change the theme: as the system has it, dark, or light"),
        Icon.THEME,
    ),
    ActionSpec("reset_layout", _tr("Reset the layout"), ("Ctrl+0",), "View", icon=Icon.LAYOUT),
    ActionSpec("settings", _tr("Settings…"), ("Ctrl+,",), "View", icon=Icon.SETTINGS),
)

_FILE: Final = (
    ActionSpec(
        "copy_view",
        _tr("Copy the view"),
        ("Ctrl+C",),
        "File",
        _tr("Copy the view under the mouse as a picture"),
        Icon.COPY,
    ),
    ActionSpec(
        "save_maps",
        _tr("Save the maps…"),
        ("Ctrl+S",),
        "File",
        _tr("Save the layer's maps as numbers or as a table"),
        Icon.SAVE,
    ),
    ActionSpec(
        "save_figure",
        _tr("Save a figure…"),
        ("Ctrl+Shift+S",),
        "File",
        _tr("Save the layer's maps as a picture with its colour bar"),
        Icon.EXPORT,
    ),
    ActionSpec(
        "save_window",
        _tr("Save a picture of the window…"),
        ("Ctrl+Shift+E",),
        "File",
        icon=Icon.SNAPSHOT,
    ),
    ActionSpec(
        "record",
        _tr("Record a video"),
        ("Ctrl+R",),
        "File",
        _tr("Record the session as a video, or stop recording"),
        Icon.RECORD,
        is_checkable=True,
    ),
    ActionSpec("quit", _tr("Quit"), ("Ctrl+Q", "Q"), "File", icon=Icon.QUIT),
)

_HELP: Final = (
    ActionSpec("help", _tr("Show the keys"), ("H", "F1", "?"), "Help", icon=Icon.KEYBOARD),
    ActionSpec("about", _tr("About Layerscope"), (), "Help", icon=Icon.INFO),
)

KEYMAP: Final = (*_SOURCE, *_LAYERS, *_MAPS, *_MODEL, *_VIEW, *_FILE, *_HELP)
"""All actions of the window, group by group."""
