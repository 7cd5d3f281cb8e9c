"""The whole of it, with nothing faked: window, bridge, source and engine threads, and a network.

These are the slow ones; what one panel does is tested over a fake engine.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
import torch
from PySide6.QtWidgets import QApplication, QPushButton
from torchvision import models

from engine.sources.base import SourceKind, SourceSpec
from engine.values import LayerKey
from gui import settings as keys
from gui.settings import Settings
from gui.start import build_window

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from gui.main_window import MainWindow

    Start = Callable[[str, str, tuple[str, ...]], None]

LONG_MS = 60_000
STEM = LayerKey("conv_stem")
DEPTHWISE = LayerKey("blocks.1.0.conv_dw")


@pytest.fixture
def opened(qapp: QApplication, settings: Settings) -> Iterator[tuple[MainWindow, Start]]:
    """Open the real thing; afterwards it is closed and both threads must have ended."""
    window, start = build_window(settings)
    window.show()
    yield window, start
    window.close()
    left = [thread.name for thread in threading.enumerate() if "layerscope" in thread.name]
    window.deleteLater()
    QApplication.sendPostedEvents(None, 52)  # QEvent.DeferredDelete
    assert not set(left) & {"layerscope-engine", "layerscope-sources"}


def wait_for_maps(qtbot: QtBot, window: MainWindow, key: LayerKey) -> tuple[int, ...]:
    """Wait until a layer's maps are shown; their shape."""

    def shape() -> tuple[int, ...] | None:
        page = window.maps.current_page
        is_there = page is not None and page.key == key and page.activation is not None
        return page.activation.shape if is_there and page and page.activation else None

    qtbot.waitUntil(lambda: shape() is not None, timeout=LONG_MS)
    return shape() or ()


def source_notices(window: MainWindow) -> dict[str, str]:
    """Return the sentences of the source panel, by topic."""
    bar = window.source.notices
    return {topic: bar.message(topic) for topic in bar.topics}


def test_demo_is_answered_and_a_clicked_layer_shows_its_maps(
    opened: tuple[MainWindow, Start], qtbot: QtBot, settings: Settings
) -> None:
    window, start = opened
    with qtbot.waitSignal(window.result_shown, timeout=LONG_MS) as shown:
        start("demo", "", ())
    assert shown.args is not None
    result = shown.args[0]
    assert result.model == "efficientnet_lite0"
    assert not result.is_random
    assert len(result.classification.top) == 5
    assert window.source.view.has_frame
    assert window.layers.choose(DEPTHWISE)
    assert wait_for_maps(qtbot, window, DEPTHWISE) == (96, 56, 56)
    assert window.channel._activation is not None
    assert window.status._what.text().startswith("blocks.1.0.conv_dw   Conv2d")
    assert window.notices.topics == ()
    assert not window.loading.isVisible()
    window.close()
    assert settings.get(keys.LAST_SOURCE) == (SourceSpec(SourceKind.DEMO),)
    assert settings.get(keys.WATCHED) == ("efficientnet_lite0\tblocks.1.0.conv_dw",)


def test_layers_of_the_command_line_are_watched_and_an_unknown_one_is_told(
    opened: tuple[MainWindow, Start], qtbot: QtBot
) -> None:
    window, start = opened
    start("demo", "efficientnet_lite0", ("conv_stem", "nonsense"))
    assert wait_for_maps(qtbot, window, STEM) == (32, 112, 112)
    assert window.maps.keys == (STEM,)
    assert "nonsense" in window.notices.message("layers")


def test_source_that_cannot_be_opened_is_told_and_the_demo_shown(
    opened: tuple[MainWindow, Start], qtbot: QtBot
) -> None:
    window, start = opened
    start("no/such/picture.png", "", ())
    assert source_notices(window)["open"].startswith("There is no file or folder")
    with qtbot.waitSignal(window.result_shown, timeout=LONG_MS):
        pass
    assert window.sources.spec.kind is SourceKind.DEMO
    assert "open" in source_notices(window)


def test_spoilt_picture_is_told_and_left_for_the_demo_by_a_button(
    opened: tuple[MainWindow, Start], qtbot: QtBot, tmp_path: Path
) -> None:
    window, start = opened
    spoilt = tmp_path / "spoilt.png"
    spoilt.write_bytes(b"\x89PNG\r\n\x1a\n and then nothing of use")
    start(str(spoilt), "", ())
    qtbot.waitUntil(lambda: "source" in source_notices(window), timeout=LONG_MS)
    assert "spoilt.png" in source_notices(window)["source"]
    (button,) = [
        b for b in window.source.notices.findChildren(QPushButton) if b.text() == "Show the demo"
    ]
    button.click()
    with qtbot.waitSignal(window.result_shown, timeout=LONG_MS):
        pass
    assert source_notices(window) == {}


def test_unknown_network_is_told_and_another_can_be_loaded(
    opened: tuple[MainWindow, Start], qtbot: QtBot
) -> None:
    window, start = opened
    start("demo", "nonsense", ())
    qtbot.waitUntil(lambda: "model" in window.notices.topics, timeout=LONG_MS)
    assert "nonsense" in window.notices.message("model")
    assert not window.loading.isVisible()
    window.models.load("efficientnet_lite0")
    with qtbot.waitSignal(window.result_shown, timeout=LONG_MS):
        pass
    assert window.notices.topics == ()


def test_own_file_is_asked_about_once_and_opened_as_was_said(
    opened: tuple[MainWindow, Start], qtbot: QtBot, tmp_path: Path, settings: Settings
) -> None:
    window, start = opened
    path = tmp_path / "three.pth"
    torch.save(models.squeezenet1_1(weights=None, num_classes=3).state_dict(), path)
    start("demo", str(path), ())
    qtbot.waitUntil(window.file_card.isVisible, timeout=LONG_MS)
    window.file_card.form._size.show_size((64, 96), None)
    with qtbot.waitSignal(window.models.model_ready, timeout=LONG_MS):
        window.file_card._submit()
    assert window.models.info is not None
    assert window.models.info.card.input_size == (64, 96)
    assert settings.get(keys.MODEL) == str(path)
    window.models.load("efficientnet_lite0")
    with qtbot.waitSignal(window.models.model_ready, timeout=LONG_MS):
        pass
    with qtbot.waitSignal(window.models.model_ready, timeout=LONG_MS):
        window.models.load(str(path))
    assert window.models.info.card.input_size == (64, 96)
    assert not window.file_card.isVisible()
    assert window.notices.topics == ()


def test_window_that_is_closed_while_it_loads_ends_its_threads(
    opened: tuple[MainWindow, Start],
) -> None:
    window, start = opened
    start("demo", "", ())
    QApplication.processEvents()
    assert window.loading.isVisible()
    window.close()
    assert window.models.info is None


def test_window_that_is_closed_before_anything_started(opened: tuple[MainWindow, Start]) -> None:
    window, _start = opened
    assert window.close()
