"""The table of everything a person can do in the window, with its keys.

The one-letter keys are those of the Deep Visualization Toolbox, which people who know this kind
of tool have in their fingers; the file and window keys are those of Netron and of the desktop.
The space bar is left to the views.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gui.actions import ActionSpec, marked
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
        marked("Actions", "Open a picture or video…"),
        ("Ctrl+O",),
        "Source",
        icon=Icon.IMAGE,
    ),
    ActionSpec(
        "open_folder",
        marked("Actions", "Open a folder of pictures…"),
        ("Ctrl+Shift+O",),
        "Source",
        icon=Icon.FOLDER,
    ),
    ActionSpec(
        "open_stream",
        marked("Actions", "Open a network stream…"),
        ("Ctrl+U",),
        "Source",
        marked("Actions", "Open a camera or video by its address"),
        Icon.STREAM,
    ),
    ActionSpec("open_camera", marked("Actions", "Open a camera"), (), "Source", icon=Icon.CAMERA),
    ActionSpec(
        "open_demo",
        marked("Actions", "Show the demo pictures"),
        ("Ctrl+D",),
        "Source",
        marked("Actions", "Show the pictures that came with the program, slowly moving"),
        Icon.DEMO,
    ),
    ActionSpec(
        "toggle_camera",
        marked("Actions", "Camera or files"),
        ("C",),
        "Source",
        marked("Actions", "Change between the camera and the files shown last"),
        Icon.CAMERA,
    ),
    ActionSpec(
        "freeze",
        marked("Actions", "Freeze the picture"),
        ("F",),
        "Source",
        marked("Actions", "Hold this picture while everything else goes on"),
        Icon.FREEZE,
        is_checkable=True,
    ),
    ActionSpec(
        "play",
        marked("Actions", "Play or pause"),
        ("P",),
        "Source",
        icon=Icon.PLAY,
        is_checkable=True,
    ),
    ActionSpec(
        "next_file",
        marked("Actions", "Next picture"),
        ("E", "PgDown"),
        "Source",
        marked("Actions", "Go to the next picture or frame"),
        Icon.STEP_FORWARD,
    ),
    ActionSpec(
        "previous_file",
        marked("Actions", "Previous picture"),
        ("W", "PgUp"),
        "Source",
        marked("Actions", "Go to the previous picture or frame"),
        Icon.STEP_BACK,
    ),
    ActionSpec(
        "mirror",
        marked("Actions", "Mirror the picture"),
        (),
        "Source",
        icon=Icon.MIRROR,
        is_checkable=True,
    ),
    ActionSpec(
        "loop",
        marked("Actions", "Play again from the start"),
        (),
        "Source",
        icon=Icon.LOOP,
        is_checkable=True,
    ),
    ActionSpec(
        "cycle_fit",
        marked("Actions", "Crop, pad or stretch"),
        ("0",),
        "Source",
        marked(
            "Actions", "Change how the picture becomes the network's input: crop, pad or stretch"
        ),
        Icon.CROP,
    ),
    ActionSpec(
        "reload", marked("Actions", "Open the source again"), ("F5",), "Source", icon=Icon.RELOAD
    ),
)

_LAYERS: Final = (
    ActionSpec(
        "previous_layer",
        marked("Actions", "Previous layer"),
        ("U",),
        "Layers",
        marked("Actions", "Go to the layer before, with the same channel"),
        Icon.PREVIOUS,
    ),
    ActionSpec(
        "next_layer",
        marked("Actions", "Next layer"),
        ("O",),
        "Layers",
        marked("Actions", "Go to the layer after, with the same channel"),
        Icon.NEXT,
    ),
    ActionSpec(
        "find_layer", marked("Actions", "Find a layer"), ("Ctrl+F",), "Layers", icon=Icon.SEARCH
    ),
    ActionSpec(
        "watch_also",
        marked("Actions", "Watch one more layer"),
        ("Ctrl+T",),
        "Layers",
        marked(
            "Actions", "Open the chosen layer in a tab of its own, beside those that are watched"
        ),
        Icon.LAYERS,
    ),
    ActionSpec(
        "close_layer",
        marked("Actions", "Stop watching this layer"),
        ("Ctrl+W",),
        "Layers",
        icon=Icon.CLOSE,
    ),
    ActionSpec(
        "split_layers",
        marked("Actions", "Layers side by side"),
        ("Ctrl+\\",),
        "Layers",
        marked("Actions", "Show the watched layers side by side, or in tabs"),
        Icon.SPLIT,
        is_checkable=True,
    ),
)

_MAPS: Final = (
    ActionSpec("channel_left", marked("Actions", "Channel to the left"), ("Left", "J"), "Maps"),
    ActionSpec("channel_right", marked("Actions", "Channel to the right"), ("Right", "L"), "Maps"),
    ActionSpec("channel_up", marked("Actions", "Channel above"), ("Up", "I"), "Maps"),
    ActionSpec("channel_down", marked("Actions", "Channel below"), ("Down", "K"), "Maps"),
    ActionSpec(
        "channel_left_fast", marked("Actions", "3 channels left"), ("Shift+Left", "Shift+J"), "Maps"
    ),
    ActionSpec(
        "channel_right_fast",
        marked("Actions", "3 channels right"),
        ("Shift+Right", "Shift+L"),
        "Maps",
    ),
    ActionSpec(
        "channel_up_fast", marked("Actions", "3 channels up"), ("Shift+Up", "Shift+I"), "Maps"
    ),
    ActionSpec(
        "channel_down_fast", marked("Actions", "3 channels down"), ("Shift+Down", "Shift+K"), "Maps"
    ),
    ActionSpec(
        "cycle_gamma",
        marked("Actions", "Gamma"),
        ("T",),
        "Maps",
        marked("Actions", "Lift weak responses: gamma 1, 0.7, 0.5, 0.3"),
        Icon.GAMMA,
    ),
    ActionSpec(
        "cycle_scale",
        marked("Actions", "Scale"),
        ("Shift+T",),
        "Maps",
        marked("Actions", "What counts as brightest: of each channel, of the layer, or fixed"),
        Icon.SCALE,
    ),
    ActionSpec(
        "cycle_colormap",
        marked("Actions", "Colour map"),
        ("M",),
        "Maps",
        marked("Actions", "Change to the next colour map"),
        Icon.COLOR_MAP,
    ),
    ActionSpec(
        "cycle_sort",
        marked("Actions", "Sort the channels"),
        ("S",),
        "Maps",
        marked("Actions", "Sort the channels by index, mean, maximum or sparsity"),
        Icon.SORT,
    ),
    ActionSpec(
        "overlay",
        marked("Actions", "Lay the channel over the picture"),
        ("Y",),
        "Maps",
        icon=Icon.OVERLAY,
        is_checkable=True,
    ),
    ActionSpec(
        "measured_field",
        marked("Actions", "Measured field"),
        ("R",),
        "Maps",
        marked(
            "Actions",
            "Measure by gradients on which pixels the cell under the mouse really depends",
        ),
        Icon.FIELD,
        is_checkable=True,
        workspaces=("inspect", "graph"),
    ),
    ActionSpec(
        "cycle_zoom",
        marked("Actions", "Zoom"),
        ("Z",),
        "Maps",
        marked("Actions", "Show all channels, the chosen one large, or both"),
        Icon.ZOOM,
    ),
)

KEYMAP: Final = (*_SOURCE, *_LAYERS, *_MAPS, *WINDOW_KEYMAP)
"""All actions of the window, group by group."""
