"""The window over a fake engine: every action does what its name says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu

from engine.commands import CancelLoading, SetFit, SetStyle, WatchLayers
from engine.events import ModelReady, ModelsListed
from engine.sources.base import (
    SetLoop,
    SetMirror,
    SetPlaying,
    SourceKind,
    SourceSpec,
    Step,
)
from engine.values import InputFit, ScaleMode, SortKey
from gui import settings as keys
from gui.keymap import KEYMAP
from tests.gui.fake_engine import CONV1, CONV2, CPU, INPUT, RELU, card, model

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.values import LayerKey
    from tests.gui.window_kit import Kit

CHANNEL = 7
"""Where the cursor stands at first: row 1, column 2 of the 4 x 5 grid of 16 channels."""


def dialog(kit: Kit) -> str:
    """Return the title of the file dialog that is open, and close it."""
    (found,) = kit.window.findChildren(QFileDialog)
    title = found.windowTitle()
    found.reject()
    return title


def tell_devices(kit: Kit) -> None:
    """List the devices; note what the menu that will open offers, and close it."""
    kit.engine.tell(ModelsListed((card(),), (CPU,)))

    def look() -> None:
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        kit.window.setProperty("offered", [action.text() for action in menu.actions()])
        menu.close()

    QTimer.singleShot(0, kit.window, look)


def channel(kit: Kit) -> tuple[int, int]:
    """Return the channel that the grid marks and the one that the channel panel shows."""
    page = kit.window.maps.current_page
    assert page is not None
    return page.channel, kit.window.channel.channel


def watched(kit: Kit) -> tuple[LayerKey, ...]:
    """Return what the engine was told last to watch."""
    return kit.engine.of(WatchLayers)[-1].layers


def style(kit: Kit) -> tuple[float, ScaleMode, SortKey]:
    """Return the style that the engine was told last."""
    last = kit.engine.of(SetStyle)[-1].style
    return last.gamma, last.scale, last.sort


def zoom(kit: Kit) -> float:
    """Return how far the grid is zoomed."""
    page = kit.window.maps.current_page
    assert page is not None
    return page.atlas._viewport.zoom


def colours(kit: Kit) -> str:
    return kit.window.maps.style_bar.style_now.sequential


def begin_loading(kit: Kit) -> None:
    """Load a network, so that there is something to stop."""
    kit.window.models.load("tiny")
    kit.engine.forget()


def asks_about_file(kit: Kit) -> str:
    """Wait until the file has been looked at; return what the card is headed with."""
    job = kit.window.models._files._job
    assert job is not None
    job.join()
    QApplication.processEvents()
    return kit.window.file_card._title.text()


CAMERA = SourceSpec(SourceKind.CAMERA, "0", is_mirrored=True)
DEMO = SourceSpec(SourceKind.DEMO)

EFFECTS: dict[str, tuple[Callable[[Kit], object], object]] = {
    "open_file": (dialog, "Open a picture or a video"),
    "open_folder": (dialog, "Open a folder of pictures"),
    "open_stream": (lambda kit: kit.window.source._stream.isVisible(), True),
    "open_camera": (lambda kit: kit.engine.opened, [CAMERA]),
    "open_demo": (lambda kit: kit.engine.opened, [DEMO]),
    "toggle_camera": (lambda kit: kit.engine.opened, [CAMERA]),
    "freeze": (lambda kit: kit.engine.sent, [SetPlaying(False)]),
    "play": (lambda kit: kit.engine.sent, [SetPlaying(True)]),
    "next_file": (lambda kit: kit.engine.sent, [Step(1)]),
    "previous_file": (lambda kit: kit.engine.sent, [Step(-1)]),
    "mirror": (lambda kit: kit.engine.sent, [SetMirror(True)]),
    "loop": (lambda kit: kit.engine.sent, [SetLoop(True)]),
    "cycle_fit": (lambda kit: kit.engine.posted, [SetFit(InputFit.PAD)]),
    "reload": (lambda kit: kit.engine.opened, [DEMO]),
    "previous_layer": (watched, (INPUT,)),
    "next_layer": (watched, (RELU,)),
    "find_layer": (lambda kit: kit.window.layers._search.hasFocus(), True),
    "watch_also": (lambda kit: kit.window.maps.keys, (CONV1, CONV2)),
    "close_layer": (lambda kit: kit.window.maps.keys, (CONV1,)),
    "split_layers": (lambda kit: (kit.window.maps.is_split, watched(kit)), (True, (CONV1,))),
    "channel_left": (channel, (6, 6)),
    "channel_right": (channel, (8, 8)),
    "channel_up": (channel, (2, 2)),
    "channel_down": (channel, (12, 12)),
    "channel_left_fast": (channel, (4, 4)),
    "channel_right_fast": (channel, (10, 10)),
    "channel_up_fast": (channel, (2, 2)),
    "channel_down_fast": (channel, (15, 15)),
    "cycle_gamma": (style, (0.7, ScaleMode.LAYER, SortKey.INDEX)),
    "cycle_scale": (style, (1.0, ScaleMode.CHANNEL, SortKey.INDEX)),
    "cycle_sort": (style, (1.0, ScaleMode.LAYER, SortKey.MEAN)),
    "cycle_colormap": (lambda kit: colours(kit) != "viridis", True),
    "overlay": (lambda kit: kit.settings.get(keys.OVERLAY), True),
    "measured_field": (lambda kit: "Point at a cell" in kit.notices["field"], True),
    "cycle_zoom": (lambda kit: zoom(kit) > 1, True),
    "open_model": (dialog, "Open a network file"),
    "choose_model": (lambda kit: kit.window.palette_.isVisible(), True),
    "file_options": (asks_about_file, "Open gone.pth"),
    "choose_device": (
        lambda kit: kit.window.property("offered"),
        ["Automatic", "CPU, 1 thread", "", "Half precision where it helps", "CPU threads"],
    ),
    "cancel_loading": (lambda kit: kit.engine.posted, [CancelLoading()]),
    "workspace_inspect": (lambda kit: kit.window.workspaces.current, "inspect"),
    "workspace_graph": (lambda kit: kit.window.workspaces.current, "graph"),
    "workspace_evidence": (lambda kit: kit.window.workspaces.current, "evidence"),
    "workspace_coseg": (lambda kit: kit.window.workspaces.current, "coseg"),
    "workspace_segment": (lambda kit: kit.window.workspaces.current, "segment"),
    "workspace_train": (lambda kit: kit.window.workspaces.current, "train"),
    "palette": (lambda kit: kit.window.palette_.isVisible(), True),
    "reset_view": (zoom, 1.0),
    "full_screen": (lambda kit: kit.window.isFullScreen(), True),
    "toggle_labels": (lambda kit: kit.window.docks["prediction"].isVisible(), False),
    "toggle_unit": (lambda kit: kit.window.docks["channel"].isVisible(), False),
    "timing": (lambda kit: kit.window.docks["timing"].isVisible(), True),
    "cycle_theme": (lambda kit: kit.settings.get(keys.THEME), "dark"),
    "reset_layout": (lambda kit: kit.window.docks["layers"].isFloating(), False),
    "settings": (lambda kit: kit.window.preferences.isVisible(), True),
    "copy_view": (lambda kit: "export" in kit.notices, True),
    "save_maps": (dialog, "Save"),
    "save_figure": (dialog, "Save"),
    "save_window": (dialog, "Save"),
    "record": (dialog, "Save"),
    "quit": (lambda kit: (kit.window.isVisible(), kit.engine.stops), (False, 1)),
    "help": (lambda kit: kit.window.help.isVisible(), True),
    "about": (lambda kit: kit.notices["about"].startswith("Layerscope "), True),
}
PREPARE: dict[str, Callable[[Kit], object]] = {
    "workspace_inspect": lambda kit: kit.trigger("workspace_graph"),
    "choose_device": tell_devices,
    "watch_also": lambda kit: kit.window.layers._tree.setCurrentIndex(
        kit.window.layers._filter.mapFromSource(kit.window.layers._model.index_of(CONV2))
    ),
    "close_layer": lambda kit: kit.window.maps.watch_also(CONV2),
    "cancel_loading": begin_loading,
    "file_options": lambda kit: kit.engine.tell(ModelReady(model("gone"), "no/gone.pth")),
    "reset_view": lambda kit: kit.trigger("cycle_zoom"),
    "reset_layout": lambda kit: kit.window.docks["layers"].setFloating(True),
}


def test_table_names_every_action() -> None:
    assert set(EFFECTS) == {spec.id for spec in KEYMAP}


@pytest.mark.parametrize("action", [spec.id for spec in KEYMAP])
def test_action_does_what_it_says(kit: Kit, action: str) -> None:
    kit.loaded(CONV1)
    page = kit.window.maps.current_page
    assert page is not None
    page.set_channel(CHANNEL)
    if action in PREPARE:
        PREPARE[action](kit)
    kit.trigger(action)
    QApplication.processEvents()
    effect, expected = EFFECTS[action]
    assert effect(kit) == expected
