"""The form of a batch: what it offers, what is missing, what it asks for."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QToolButton

from engine.batch.request import BatchRequest
from engine.sources.base import SourceKind, SourceSpec
from engine.values import SegmentSettings
from gui import settings as keys
from tests.gui.batch_kit import (
    LRASPP,
    WAIT_MS,
    Runner,
    counted,
    drop,
    fill,
    panel,
    photos_in,
    ready,
    started,
)
from tests.gui.segment_kit import answer, picture, show, three

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from tests.gui.window_kit import Kit


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Make three small pictures, one a folder deeper."""
    return photos_in(tmp_path)


@pytest.fixture
def runner(kit: Kit) -> Runner:
    """Open the panel over a run that a test steers."""
    runner = Runner()
    ready(kit, runner)
    return runner


def test_the_action_brings_the_panel_up_from_anywhere(kit: Kit) -> None:
    kit.trigger("workspace_inspect")
    kit.press(Qt.Key.Key_B, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    QApplication.processEvents()
    assert kit.window.workspaces.current == "segment"
    assert not panel(kit).visibleRegion().isEmpty()


def test_it_stands_in_the_menu_of_the_button_that_saves(kit: Kit) -> None:
    menus = [it.menu() for it in kit.window.segment.findChildren(QToolButton)]
    found = [menu.actions() for menu in menus if menu is not None]
    action = kit.window.actions_.action("segment_batch")
    assert any(action in actions for actions in found)


def test_the_form_says_what_is_missing(
    kit: Kit, runner: Runner, qtbot: QtBot, photos: Path
) -> None:
    form = panel(kit).form
    assert form.offer.sentence == "Add pictures or videos"
    assert not kit.button(form, "Start").isEnabled()
    form.inputs.add(str(photos))
    counted(kit, qtbot)
    assert form.inputs._count.text() == "3 pictures"
    assert form.offer.sentence == "Choose the folder that the files go into"
    form.set_folder(str(photos.parent / "out"))
    counted(kit, qtbot)
    assert kit.button(form, "Start").isEnabled()
    form.formats.tick()
    assert form.offer.sentence == "Tick a form to save"
    assert not kit.button(form, "Start").isEnabled()
    assert runner.requests == []


def test_nothing_to_do_is_said(kit: Kit, runner: Runner, qtbot: QtBot, tmp_path: Path) -> None:
    form = panel(kit).form
    empty = tmp_path / "empty"
    empty.mkdir()
    form.inputs.add(str(empty))
    qtbot.waitUntil(lambda: "There are no pictures" in form.inputs._count.text(), timeout=WAIT_MS)
    assert not kit.button(form, "Start").isEnabled()
    assert runner.requests == []


def test_pictures_are_counted_in_another_thread(
    kit: Kit, runner: Runner, qtbot: QtBot, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from engine.batch.standing import look
    from gui.control import batch

    del runner
    names: list[str] = []

    def spy(*args: object) -> object:
        names.append(threading.current_thread().name)
        return look(*args)  # type: ignore[arg-type]  # handed on as they came

    monkeypatch.setattr(batch, "look", spy)
    panel(kit).form.inputs.add(str(photos))
    counted(kit, qtbot)
    assert names == ["layerscope-batch-look"]


def test_networks_that_segment_are_offered_the_loaded_one_first(kit: Kit, runner: Runner) -> None:
    del runner
    combo = panel(kit).form._network
    assert [combo.itemText(row) for row in range(combo.count())] == [
        "Tiny (loaded)",
        "Local",
        LRASPP.capitalize(),
        "Remote (45 MB to download)",
    ]
    assert panel(kit).form.model == "tiny"
    assert panel(kit).form._thresholds.text() == "Score 25 %, IoU 0.45, at most 100 objects"
    combo.setCurrentIndex(2)
    assert panel(kit).form._thresholds.text() == "A class for each pixel"
    assert kit.settings.get(keys.BATCH_MODEL) == LRASPP


def test_thresholds_follow_those_of_the_picture(kit: Kit, runner: Runner) -> None:
    del runner
    kit.window.segment.thresholds.set_score(0.4)
    assert panel(kit).form._thresholds.text() == "Score 40 %, IoU 0.45, at most 100 objects"


def test_the_folder_that_is_shown_is_offered(kit: Kit, runner: Runner, photos: Path) -> None:
    del runner
    kit.engine.status(SourceSpec(SourceKind.IMAGE, str(photos / "1.png")))
    kit.click(panel(kit).form, "Add “photos”")
    assert panel(kit).form.inputs.paths == (str(photos),)
    assert not panel(kit).form.inputs._current.isVisible()
    kit.engine.status(SourceSpec(SourceKind.CAMERA, "0"))
    assert not panel(kit).form.inputs._current.isVisible()


def test_what_is_chosen_is_what_is_asked_for(
    kit: Kit, runner: Runner, qtbot: QtBot, photos: Path
) -> None:
    show(kit, answer(three(), frame=picture()))
    kit.window.segment.thresholds.set_score(0.4)
    kit.window.segments._hide(frozenset({3}))
    form = panel(kit).form
    form.formats.tick("voc", "csv")
    form._workers.setValue(3)
    out = fill(kit, qtbot, photos)
    request = started(kit, qtbot, runner)
    assert request == BatchRequest(
        inputs=(str(photos),),
        output=out,
        model="tiny",
        settings=SegmentSettings(score=0.4),
        formats=("voc", "csv"),
        style=kit.window.segments.style(),
        device=replace(request.device, threads=1),
        workers=3,
    )
    assert request.style.hidden == {3}
    assert kit.settings.get(keys.BATCH_INPUTS) == (str(photos),)
    assert kit.settings.get(keys.BATCH_FOLDER) == str(out)
    assert kit.settings.get(keys.BATCH_FORMATS) == ("voc", "csv")
    assert kit.settings.get(keys.BATCH_WORKERS) == 3


def test_another_network_does_not_get_the_classes_of_the_loaded_one(
    kit: Kit, runner: Runner, qtbot: QtBot, photos: Path
) -> None:
    show(kit, answer(three(), frame=picture()))
    kit.window.segments._hide(frozenset({3}))
    panel(kit).form._network.setCurrentIndex(1)
    fill(kit, qtbot, photos)
    request = started(kit, qtbot, runner)
    assert request.model == "local"
    assert request.settings.categories is None
    assert request.style.hidden == frozenset()


def test_what_is_dropped_on_the_panel_is_added(
    kit: Kit, runner: Runner, qtbot: QtBot, photos: Path
) -> None:
    assert drop(panel(kit), photos, photos / "1.png")
    assert panel(kit).form.inputs.paths == (str(photos), str(photos / "1.png"))
    assert not panel(kit).drop_hint.isVisible()
    assert kit.engine.opened == []
    fill(kit, qtbot, photos)
    started(kit, qtbot, runner)
    assert not drop(panel(kit), photos / "2.png")
