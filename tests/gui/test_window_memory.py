"""What a second window remembers of the first, and the layout and look it can go back to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QApplication

from engine.commands import SetClassification, SetFit, SetStyle, WatchLayers
from engine.values import AtlasStyle, InputFit, ScaleMode, SortKey
from gui import settings as keys
from gui.settings import Settings
from gui.theme import theme_of
from tests.gui.fake_engine import CONV1, CONV2, RELU2, classification, model, result
from tests.gui.window_kit import Kit, end, make_kit

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytestqt.qtbot import QtBot


def test_layers_tabs_and_split_come_back(again: Callable[[], Kit]) -> None:
    first = again().loaded(CONV1, RELU2, CONV2)
    first.trigger("split_layers")
    second = again()
    assert second.is_checked("split_layers")
    second.engine.load()
    assert second.window.maps.keys == (CONV1, RELU2, CONV2)
    assert second.engine.of(WatchLayers)[-1].layers == (CONV1, RELU2, CONV2)


def test_display_and_answer_come_back(again: Callable[[], Kit]) -> None:
    first = again().loaded(CONV1)
    bar, prediction = first.window.maps.style_bar, first.window.prediction
    bar._scale.setCurrentIndex(bar._scale.findData(ScaleMode.FIXED))
    bar._high.setValue(6.0)
    bar._gamma.setCurrentIndex(bar._gamma.findData(0.5))
    bar._sort.setCurrentIndex(bar._sort.findData(SortKey.MAX))
    bar._colour.setCurrentIndex(bar._colour.findData("magma"))
    prediction._count.setValue(7)
    prediction._smoothing.setCurrentIndex(2)
    first.trigger("cycle_fit")
    assert first.engine.of(SetClassification)[-1] == SetClassification(7, 1.0)
    second = again()
    second.window.begin()
    style = second.window.maps.style_bar.style_now
    assert style.sequential == "magma"
    (told,) = second.engine.of(SetStyle)
    expected = AtlasStyle(ScaleMode.FIXED, 0.0, 6.0, 0.5, SortKey.MAX, told.style.aspect)
    assert told.style == style.atlas == expected
    assert second.engine.of(SetFit) == [SetFit(InputFit.PAD)]
    assert second.engine.of(SetClassification) == [SetClassification(7, 1.0)]
    assert second.window.prediction._count.value() == 7


def test_size_and_panels_come_back(again: Callable[[], Kit]) -> None:
    first = again()
    first.window.resize(780, 740)  # the offscreen display has 800 x 800
    first.trigger("toggle_unit")
    first.trigger("timing")
    first.window.docks["layers"].setFloating(True)
    QApplication.processEvents()
    second = again()
    assert second.window.size() == QSize(780, 740)
    shown = {name: dock.isVisible() for name, dock in second.window.docks.items()}
    assert shown == {
        "source": True,
        "prediction": True,
        "graph": True,
        "layers": True,
        "channel": False,
        "cost": True,
        "timing": True,
        "compare": False,
        "batch": False,
        "objects": False,
        "common": False,
        "training": False,
    }
    assert second.window.docks["layers"].isFloating()
    assert not second.is_checked("toggle_unit")
    assert second.is_checked("timing")
    second.trigger("reset_layout")
    assert not second.window.docks["layers"].isFloating()
    assert second.window.docks["channel"].isVisible()
    assert second.is_checked("toggle_unit")
    assert not second.window.docks["timing"].isVisible()


def test_default_layout_shows_everything_at_1280_by_800(again: Callable[[], Kit]) -> None:
    kit = again().loaded(CONV1)
    QApplication.processEvents()
    window = kit.window
    assert window.size() == QSize(1280, 800)
    in_front = {"source", "prediction", "layers", "channel"}
    for dock in (d for name, d in window.docks.items() if name in in_front):
        assert window.rect().contains(dock.geometry()), dock.objectName()
        assert dock.width() >= 280
    assert window.maps.width() >= 560
    assert window.maps.height() >= 440


def test_overlay_comes_back_and_lies_over_the_picture(again: Callable[[], Kit]) -> None:
    first = again().loaded(CONV1)
    first.trigger("overlay")
    first.engine.answer(CONV1)
    overlay = first.window.source.view._overlay
    assert overlay is not None
    assert overlay.shape == (16, 16, 4)
    second = again()
    assert second.is_checked("overlay")
    second.loaded(CONV1)
    assert second.window.source.view._overlay is not None
    second.trigger("overlay")
    assert second.window.source.view._overlay is None


def test_spoilt_settings_are_set_aside_and_said(tmp_path: Path, qapp: QApplication) -> None:
    path = tmp_path / "spoilt.ini"
    path.write_bytes(b"\0\xff\xfe nonsense")
    kit = make_kit(Settings(path))
    assert "could not be read" in kit.notices["settings"]
    assert path.with_name("spoilt.ini.broken").exists()
    end(kit)
    later = make_kit(Settings(path))
    assert later.notices == {}
    end(later)


def test_theme_goes_round_and_colours_the_window(kit: Kit) -> None:
    kit.loaded(CONV1)
    seen = []
    for _ in range(3):
        kit.press(
            Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        )
        seen.append((kit.settings.get(keys.THEME), kit.notices["theme"]))
    assert seen == [
        ("dark", "Theme: dark."),
        ("light", "Theme: light."),
        ("system", "Theme: as the system has it."),
    ]
    kit.trigger("cycle_theme")
    dark = kit.window.grab().toImage().pixelColor(5, 400).lightness()
    kit.trigger("cycle_theme")
    assert theme_of(kit.window).name == "light"
    light = kit.window.grab().toImage().pixelColor(5, 400).lightness()
    assert dark < 60
    assert light > 200


def test_palette_remembers_what_was_used(again: Callable[[], Kit]) -> None:
    first = again().loaded(CONV1)
    first.trigger("palette")
    first.choose_in_palette("sort the chan")
    assert first.engine.of(SetStyle)[-1].style.sort is SortKey.MEAN
    second = again()
    second.trigger("palette")
    assert second.window.palette_.titles[0] == "Sort the channels"


def test_palette_finds_layers_and_networks(kit: Kit) -> None:
    kit.loaded(CONV1)
    kit.trigger("palette")
    kit.choose_in_palette("features.conv2")
    assert kit.window.maps.keys == (CONV2,)


def test_full_screen_and_escape(kit: Kit) -> None:
    kit.loaded(CONV1)
    kit.press(Qt.Key.Key_F11)
    assert kit.window.isFullScreen()
    kit.press(Qt.Key.Key_Escape)
    assert not kit.window.isFullScreen()
    assert not kit.is_checked("full_screen")
    kit.press(Qt.Key.Key_F11)
    assert kit.window.isFullScreen()
    kit.press(Qt.Key.Key_F11)
    assert not kit.window.isFullScreen()


def test_answer_is_shown_with_its_doubt_and_cleared_for_another_network(kit: Kit) -> None:
    kit.loaded(CONV1)
    ranks = kit.window.prediction.bars.ranks
    assert ranks._top == classification().top
    assert kit.window.prediction._doubt.text() == "entropy 1.9 bits"
    kit.engine.load(model("other"))
    assert ranks._top == ()
    assert kit.window.prediction._doubt.text() == ""


def test_paint_and_latency_are_measured_for_each_result(kit: Kit, qtbot: QtBot) -> None:
    kit.loaded(CONV1)
    with qtbot.waitSignal(kit.window.result_shown):
        kit.engine.put(result())
    qtbot.waitUntil(lambda: kit.window.clock.paint_ms > 0)
    assert kit.window.clock.latency_ms >= kit.window.clock.paint_ms
    assert kit.window.status._memory.text() == "412 MiB"
