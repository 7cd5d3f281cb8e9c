"""The table of everything a person can do in the window, with its keys.

The one-letter keys are those of the Deep Visualization Toolbox, which people who know this kind
of tool have in their fingers; the file and window keys are those of Netron and of the desktop.
The space bar is left to the views.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gui.actions import ActionSpec
from gui.actions import marked as _N
from gui.icons import Icon
from gui.keymap_window import WINDOW_KEYMAP

if TYPE_CHECKING:
    from typing import Final

__all__ = ["GROUPS", "KEYMAP"]

GROUPS: Final = ("Source", "Layers", "Maps", "Model", "View", "File", "Help")
"""In the order in which menus and help show them."""

_SOURCE: Final = (
    ActionSpec(
        "open_file",
        _N("Actions", "Open a picture or video…"),
        ("Ctrl+O",),
        "Source",
        icon=Icon.IMAGE,
    ),
    ActionSpec(
        "open_folder",
        _N("Actions", "Open a folder of pictures…"),
        ("Ctrl+Shift+O",),
        "Source",
        icon=Icon.FOLDER,
    ),
    ActionSpec(
        "open_stream",
        _N("Actions", "Open a network stream…"),
        ("Ctrl+U",),
        "Source",
        _N("Actions", "Open a camera or video by its address"),
        Icon.STREAM,
    ),
    ActionSpec("open_camera", _N("Actions", "Open a camera"), (), "Source", icon=Icon.CAMERA),
    ActionSpec(
        "open_demo",
        _N("Actions", "Show the demo pictures"),
        ("Ctrl+D",),
        "Source",
        _N("Actions", "Show the pictures that came with the program, slowly moving"),
        Icon.DEMO,
    ),
    ActionSpec(
        "toggle_camera",
        _N("Actions", "Camera or files"),
        ("C",),
        "Source",
        _N("Actions", "Change between the camera and the files shown last"),
        Icon.CAMERA,
    ),
    ActionSpec(
        "freeze",
        _N("Actions", "Freeze the picture"),
        ("F",),
        "Source",
        _N("Actions", "Hold this picture while everything else goes on"),
        Icon.FREEZE,
        is_checkable=True,
    ),
    ActionSpec(
        "play", _N("Actions", "Play or pause"), ("P",), "Source", icon=Icon.PLAY, is_checkable=True
    ),
    ActionSpec(
        "next_file",
        _N("Actions", "Next picture"),
        ("E", "PgDown"),
        "Source",
        _N("Actions", "Go to the next picture or frame"),
        Icon.STEP_FORWARD,
    ),
    ActionSpec(
        "previous_file",
        _N("Actions", "Previous picture"),
        ("W", "PgUp"),
        "Source",
        _N("Actions", "Go to the previous picture or frame"),
        Icon.STEP_BACK,
    ),
    ActionSpec(
        "mirror",
        _N("Actions", "Mirror the picture"),
        (),
        "Source",
        icon=Icon.MIRROR,
        is_checkable=True,
    ),
    ActionSpec(
        "loop",
        _N("Actions", "Play again from the start"),
        (),
        "Source",
        icon=Icon.LOOP,
        is_checkable=True,
    ),
    ActionSpec(
        "cycle_fit",
        _N("Actions", "Crop, pad or stretch"),
        ("0",),
        "Source",
        _N("Actions", "Change how the picture becomes the network's input: crop, pad or stretch"),
        Icon.CROP,
    ),
    ActionSpec(
        "reload", _N("Actions", "Open the source again"), ("F5",), "Source", icon=Icon.RELOAD
    ),
)

_LAYERS: Final = (
    ActionSpec(
        "previous_layer",
        _N("Actions", "Previous layer"),
        ("U",),
        "Layers",
        _N("Actions", "Go to the layer before, with the same channel"),
        Icon.PREVIOUS,
    ),
    ActionSpec(
        "next_layer",
        _N("Actions", "Next layer"),
        ("O",),
        "Layers",
        _N("Actions", "Go to the layer after, with the same channel"),
        Icon.NEXT,
    ),
    ActionSpec(
        "find_layer", _N("Actions", "Find a layer"), ("Ctrl+F",), "Layers", icon=Icon.SEARCH
    ),
    ActionSpec(
        "watch_also",
        _N("Actions", "Watch one more layer"),
        ("Ctrl+T",),
        "Layers",
        _N("Actions", "Open the chosen layer in a tab of its own, beside those that are watched"),
        Icon.LAYERS,
    ),
    ActionSpec(
        "close_layer",
        _N("Actions", "Stop watching this layer"),
        ("Ctrl+W",),
        "Layers",
        icon=Icon.CLOSE,
    ),
    ActionSpec(
        "split_layers",
        _N("Actions", "Layers side by side"),
        ("Ctrl+\\",),
        "Layers",
        _N("Actions", "Show the watched layers side by side, or in tabs"),
        Icon.SPLIT,
        is_checkable=True,
    ),
)

_MAPS: Final = (
    ActionSpec("channel_left", _N("Actions", "Channel to the left"), ("Left", "J"), "Maps"),
    ActionSpec("channel_right", _N("Actions", "Channel to the right"), ("Right", "L"), "Maps"),
    ActionSpec("channel_up", _N("Actions", "Channel above"), ("Up", "I"), "Maps"),
    ActionSpec("channel_down", _N("Actions", "Channel below"), ("Down", "K"), "Maps"),
    ActionSpec(
        "channel_left_fast", _N("Actions", "3 channels left"), ("Shift+Left", "Shift+J"), "Maps"
    ),
    ActionSpec(
        "channel_right_fast", _N("Actions", "3 channels right"), ("Shift+Right", "Shift+L"), "Maps"
    ),
    ActionSpec("channel_up_fast", _N("Actions", "3 channels up"), ("Shift+Up", "Shift+I"), "Maps"),
    ActionSpec(
        "channel_down_fast", _N("Actions", "3 channels down"), ("Shift+Down", "Shift+K"), "Maps"
    ),
    ActionSpec(
        "cycle_gamma",
        _N("Actions", "Gamma"),
        ("T",),
        "Maps",
        _N("Actions", "Lift weak responses: gamma 1, 0.7, 0.5, 0.3"),
        Icon.GAMMA,
    ),
    ActionSpec(
        "cycle_scale",
        _N("Actions", "Scale"),
        ("Shift+T",),
        "Maps",
        _N("Actions", "What counts as brightest: of each channel, of the layer, or fixed"),
        Icon.SCALE,
    ),
    ActionSpec(
        "cycle_colormap",
        _N("Actions", "Colour map"),
        ("M",),
        "Maps",
        _N("Actions", "Change to the next colour map"),
        Icon.COLOR_MAP,
    ),
    ActionSpec(
        "cycle_sort",
        _N("Actions", "Sort the channels"),
        ("S",),
        "Maps",
        _N("Actions", "Sort the channels by index, mean, maximum or sparsity"),
        Icon.SORT,
    ),
    ActionSpec(
        "overlay",
        _N("Actions", "Lay the channel over the picture"),
        ("Y",),
        "Maps",
        icon=Icon.OVERLAY,
        is_checkable=True,
    ),
    ActionSpec(
        "cycle_zoom",
        _N("Actions", "Zoom"),
        ("Z",),
        "Maps",
        _N("Actions", "Show all channels, the chosen one large, or both"),
        Icon.ZOOM,
    ),
)

KEYMAP: Final = (*_SOURCE, *_LAYERS, *_MAPS, *WINDOW_KEYMAP)
"""All actions of the window, group by group."""
