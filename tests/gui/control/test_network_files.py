"""A person opens a file of their own: when it is asked how, and what is loaded then."""

from __future__ import annotations

import os
import pickle
from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from engine.commands import CancelLoading, LoadModel
from engine.events import LoadingFailed, ModelReady
from engine.models.user.options import OpenOptions, content_hash, recall, remember
from tests.gui.fake_engine import model
from tests.gui.file_card_kit import GUESSED, MEAN

if TYPE_CHECKING:
    from pathlib import Path

    from tests.gui.file_card_kit import Asked


def test_second_opening_asks_nothing(asked: Asked, weights: Path) -> None:
    remember(weights, GUESSED)
    with asked.qtbot.waitSignal(asked.kit.window.models._files.load_wanted):
        asked.kit.window.models.load(str(weights))
    assert asked.loads == [LoadModel(str(weights))]
    assert not asked.card.isVisible()


def test_cancel_leaves_everything(asked: Asked, weights: Path) -> None:
    asked.kit.window.maps.setFocus()
    asked.open(weights)
    asked.write("Height in pixels", "64")
    asked.kit.press(Qt.Key.Key_Escape)
    assert not asked.card.isVisible()
    assert asked.loads == []
    assert asked.kit.engine.of(CancelLoading) == []
    assert recall(weights) is None
    assert asked.kit.window.models.info is not None
    assert asked.kit.window.maps.isVisible()
    assert asked.kit.window.maps.hasFocus()


def test_a_hostile_file_is_refused_in_the_card(asked: Asked, tmp_path: Path) -> None:
    class Evil:
        def __reduce__(self) -> Any:
            return os.mkdir, (str(tmp_path / "was-run"),)

    path = tmp_path / "evil.pth"
    path.write_bytes(pickle.dumps({"weight": Evil()}))
    asked.open(path)
    assert "would run code" in asked.problem
    assert not asked.card.form.isVisible()
    asked.click("Cancel")
    assert asked.loads == []
    assert not (tmp_path / "was-run").exists()


def test_a_missing_file_is_told_in_the_card(asked: Asked, tmp_path: Path) -> None:
    asked.open(tmp_path / "none.pth")
    assert asked.problem.startswith("There is no file")
    asked.kit.press(Qt.Key.Key_Escape)
    assert not asked.card.isVisible()


def test_failure_is_told_in_the_card_with_what_was_chosen(asked: Asked, weights: Path) -> None:
    asked.open(weights)
    asked.write("Height in pixels", "3")
    asked.write("Width in pixels", "3")
    asked.click("Open")
    told = "The network fails on an input of 3x3x3; give the size that it takes."
    asked.kit.engine.tell(LoadingFailed(str(weights), told, can_run_random=False))
    assert asked.card.isVisible()
    assert asked.problem == told
    assert asked.card.form.options_now.input_size == (3, 3)
    assert asked.kit.notices == {}
    asked.write("Height in pixels", "64")
    asked.write("Width in pixels", "64")
    asked.click("Open")
    assert asked.problem == ""
    asked.kit.engine.tell(ModelReady(model("three.pth"), str(weights)))
    assert not asked.card.isVisible()
    assert len(asked.loads) == 2


def test_failure_of_a_file_that_was_not_asked_about_offers_to(asked: Asked, weights: Path) -> None:
    remember(weights, GUESSED)
    asked.kit.engine.tell(LoadingFailed(str(weights), "It fails.", can_run_random=False))
    asked.kit.click(asked.kit.window.notices, "Change how it is opened")
    asked.wait()
    assert asked.card._title.text() == "Options of three.pth"


def test_options_of_the_loaded_file_are_changed_and_it_is_loaded_again(
    asked: Asked, weights: Path
) -> None:
    action = asked.kit.window.actions_.action("file_options")
    assert not action.isEnabled()
    remembered = OpenOptions(input_size=(64, 64), channel_order="bgr", num_classes=3)
    remember(weights, remembered)
    asked.kit.engine.tell(ModelReady(model("three.pth"), str(weights)))
    assert action.isEnabled()
    asked.kit.trigger("file_options")
    asked.wait()
    now = asked.card.form.options_now
    assert (now.input_size, now.channel_order, now.num_classes) == ((64, 64), "bgr", 3)
    assert (now.mean, now.architecture) == (MEAN, "torchvision/squeezenet1_1")
    asked.choose("Channel order", "RGB")
    asked.click("Open")
    (load,) = asked.loads
    assert load.name == str(weights)
    assert load.options is not None
    assert load.options.channel_order == "rgb"
    asked.kit.engine.tell(ModelReady(model("tiny"), "tiny"))
    assert not action.isEnabled()


def test_code_is_consented_to_in_the_card(asked: Asked, tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    marker = tmp_path / "was-run"
    path.write_text(f"open({str(marker)!r}, 'w')\ndef a(): ...\ndef b(): ...\n", encoding="utf-8")
    asked.open(path)
    assert "runs the code in it" in asked.card._warning.sentence
    asked.kit.press(Qt.Key.Key_Return)  # a stray Enter runs nothing
    assert asked.loads == []
    asked.open(path)
    asked.choose("Function", "b")
    asked.click("Run its code and open")
    (load,) = asked.loads
    assert load.name == f"{path}:b"
    assert load.options is not None
    assert load.options.allow_code
    assert load.content == content_hash(path)
    assert not marker.exists()


def test_a_file_that_changed_since_is_looked_at_and_asked_about_again(
    asked: Asked, tmp_path: Path
) -> None:
    path = tmp_path / "net.py"
    path.write_text("def a(): ...\ndef b(): ...\n", encoding="utf-8")
    asked.open(path)
    shown = content_hash(path)
    asked.click("Run its code and open")
    path.write_text("def evil(): ...\n", encoding="utf-8")
    assert asked.loads[-1].content == shown
    told = "“net.py” is not opened because it has changed."
    asked.kit.engine.tell(
        LoadingFailed(asked.loads[-1].name, told, can_run_random=False, has_changed=True)
    )
    asked.wait()
    assert asked.problem == told
    assert asked.kit.notices == {}
    asked.click("Run its code and open")
    assert asked.loads[-1].content == content_hash(path) != shown


def test_code_that_is_found_only_in_opening_is_consented_to_in_the_card(
    asked: Asked, weights: Path
) -> None:
    asked.open(weights)
    asked.write("Height in pixels", "64")
    asked.click("Open")
    told = "It uses an operator that only PyTorch's own loader can read."
    asked.kit.engine.tell(
        LoadingFailed(str(weights), told, can_run_random=False, needs_consent=True)
    )
    assert asked.card._warning.sentence == told
    asked.kit.press(Qt.Key.Key_Return)  # a stray Enter runs nothing
    assert len(asked.loads) == 1
    asked.open(weights)
    asked.click("Open")
    asked.kit.engine.tell(
        LoadingFailed(str(weights), told, can_run_random=False, needs_consent=True)
    )
    asked.click("Run its code and open")
    load = asked.loads[-1]
    assert load.options is not None
    assert load.options.allow_code
    assert load.content == content_hash(weights)
    assert recall(weights) is None  # it is kept where it has opened


def test_consent_to_a_file_that_nobody_was_asked_about_begins_with_a_look(
    asked: Asked, tmp_path: Path
) -> None:
    path = tmp_path / "net.py"
    path.write_text("def make(): ...\n", encoding="utf-8")
    asked.kit.engine.tell(
        LoadingFailed(f"{path}:make", "It runs code.", can_run_random=False, needs_consent=True)
    )
    asked.wait()
    assert asked.problem == "It runs code."
    assert recall(path) is None
    asked.click("Run its code and open")
    (load,) = asked.loads
    assert load.options is not None
    assert load.options.allow_code
    assert load.content == content_hash(path)


def test_another_network_puts_the_card_away(asked: Asked, weights: Path) -> None:
    asked.open(weights)
    asked.kit.window.models.load("tiny")
    assert not asked.card.isVisible()
    assert asked.loads == [LoadModel("tiny")]


def test_a_look_can_be_stopped(asked: Asked, weights: Path) -> None:
    asked.kit.window.models.load(str(weights))
    assert asked.kit.window.loading.isVisible()
    asked.kit.click(asked.kit.window.loading, "Cancel")
    assert not asked.kit.window.loading.isVisible()
    files = asked.kit.window.models._files
    assert files._job is not None
    files._job.join()
    QApplication.processEvents()
    assert not asked.card.isVisible()
    assert asked.kit.engine.of(CancelLoading) == []


@pytest.mark.parametrize("size", [(1280, 800), (1920, 1080)])
def test_the_maps_step_aside_where_there_is_no_room(
    asked: Asked, weights: Path, size: tuple[int, int]
) -> None:
    window = asked.kit.window
    window.resize(*size)
    QApplication.processEvents()
    asked.open(weights)
    form = asked.card.form
    # A layout comes to rest in several turns of the event loop.
    asked.qtbot.waitUntil(lambda: window.maps.isVisible() == (size[1] > 1000))
    asked.qtbot.waitUntil(lambda: form.height() == form.sizeHint().height())  # all is seen
    assert (window.width(), window.height()) == size
    asked.click("Cancel")
    asked.qtbot.waitUntil(window.maps.isVisible)


def test_the_window_does_not_grow_for_the_card(asked: Asked, tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    path.write_text("def build(): ...\n", encoding="utf-8")
    asked.kit.window.resize(1280, 800)
    QApplication.processEvents()
    asked.open(path)
    asked.card.show_failure("It fails. " * 40)
    QApplication.processEvents()
    assert (asked.kit.window.width(), asked.kit.window.height()) == (1280, 800)
