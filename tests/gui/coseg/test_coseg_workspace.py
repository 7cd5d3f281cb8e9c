"""The Co-segment workspace: a folder taken in, worked through, looked at, asked otherwise."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from engine.errors import ModelError
from engine.events import ModelsListed
from engine.sources.base import SourceKind, SourceSpec, SourceState
from engine.values import CosegSettings, LabelMap, Region
from gui import settings as keys
from gui.coseg.order import Show, SortBy
from gui.models.coseg_grid import CosegGridModel
from tests.gui.coseg_kit import (
    WAIT_MS,
    Script,
    answered,
    chosen,
    picture,
    rested,
    taken,
)
from tests.gui.fake_engine import CONV1, CPU, card

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from gui.control.coseg import CosegControl
    from tests.gui.window_kit import Kit


def _ask(kit: Kit, **changes: object) -> None:
    form = kit.window.coseg_set.form
    settings = replace(form.asked.settings, **changes)  # type: ignore[arg-type]
    form.set_asked(replace(form.asked, settings=settings))


def test_an_empty_workspace_says_what_to_do(kit: Kit, script: Script) -> None:
    assert not kit.window.coseg.has_set
    assert kit.button(kit.window.coseg, "Choose a folder…").isEnabled()
    assert not kit.button(kit.window.coseg_set, "Find the common object").isEnabled()
    assert not script.calls


def test_a_folder_is_seen_at_once_and_worked_through(
    kit: Kit, script: Script, qtbot: QtBot, folder: Path
) -> None:
    control = taken(kit, qtbot, folder)
    grid = kit.window.coseg.grid
    assert kit.window.coseg_set.sentence == "4 pictures"
    assert not script.calls
    model = grid.model()
    role = Qt.ItemDataRole.DecorationRole
    qtbot.waitUntil(lambda: isinstance(model.index(3, 0).data(role), QImage), timeout=WAIT_MS)
    assert model.index(3, 0).data(CosegGridModel.MASK_ROLE) is None
    kit.click(kit.window.coseg_set, "Find the common object")
    qtbot.waitUntil(lambda: control.desk.result is not None, timeout=WAIT_MS)
    rested(kit, qtbot)
    assert script.threads[0] is not threading.current_thread()
    assert [path.name for path in script.calls[0][1].paths] == ["1.png", "2.png", "3.png", "4.png"]
    assert isinstance(model.index(3, 0).data(CosegGridModel.MASK_ROLE), QImage)
    said = kit.window.coseg_set.sentence
    assert said == "Found in 3 of 4 pictures in 1.2 s; 1 outlier, 1 unsure"
    details = kit.window.coseg_set._said.toolTip()
    assert details == "The network takes it for: tabby 50 %\nCutting out: 1.2 s"


def test_masks_come_one_by_one_with_the_stage_and_can_be_stopped(
    kit: Kit, script: Script, qtbot: QtBot, folder: Path
) -> None:
    script.stop_after = 2
    control = taken(kit, qtbot, folder)
    kit.trigger("coseg_run")
    progress = kit.window.coseg_set.progress
    qtbot.waitUntil(lambda: control.desk.collection[1].picture is not None, timeout=WAIT_MS)
    assert control.desk.collection[2].picture is None
    qtbot.waitUntil(lambda: progress.sentence.startswith("Cutting out"), timeout=WAIT_MS)
    assert "2 of 4 pictures" in progress.sentence
    kit.click(progress, "Cancel")
    rested(kit, qtbot)
    assert kit.window.coseg_set.sentence.startswith("Stopped.")
    assert control.desk.result is None
    script.go.set()
    answered(kit, qtbot)
    assert control.desk.collection[3].picture is not None


def test_the_picture_stays_live_meanwhile(
    kit: Kit, script: Script, qtbot: QtBot, folder: Path
) -> None:
    script.stop_after = 0
    kit.loaded(CONV1)
    taken(kit, qtbot, folder)
    kit.trigger("coseg_run")
    qtbot.waitUntil(lambda: bool(script.calls), timeout=WAIT_MS)
    with qtbot.waitSignal(kit.window.result_shown, timeout=WAIT_MS) as shown:
        kit.engine.answer(CONV1, index=5)
    assert shown.args[0].frame.index == 5
    assert kit.window.cosegs.runs.is_running


def test_what_went_wrong_is_said_where_it_was_asked(
    kit: Kit, script: Script, qtbot: QtBot, folder: Path
) -> None:
    script.error = ModelError("“tiny” cannot be used; choose another network.")
    taken(kit, qtbot, folder)
    kit.trigger("coseg_run")
    qtbot.waitUntil(lambda: bool(script.calls), timeout=WAIT_MS)
    rested(kit, qtbot)
    assert kit.window.coseg_set.sentence == "“tiny” cannot be used; choose another network."
    assert kit.button(kit.window.coseg_set, "Find the common object").isEnabled()


def test_a_folder_without_pictures_says_so(
    kit: Kit, script: Script, qtbot: QtBot, tmp_path: Path
) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    kit.window.cosegs.open(str(empty))
    qtbot.waitUntil(
        lambda: kit.window.coseg_set.sentence.startswith("There are no pictures"), timeout=WAIT_MS
    )
    assert not kit.window.coseg.has_set
    assert not script.calls


def test_a_damaged_picture_is_marked_and_the_rest_is_found(
    kit: Kit, script: Script, qtbot: QtBot, folder: Path
) -> None:
    script.failing = frozenset({"2.png"})
    taken(kit, qtbot, folder)
    control = answered(kit, qtbot)
    assert control.desk.collection[1].failure == "2.png is damaged."
    assert kit.window.coseg_set.sentence.endswith("1 outlier, 1 unreadable")
    kit.window.coseg.bar.set_look(replace(kit.window.coseg.bar.look, show=Show.FAILED))
    assert list(kit.window.coseg.grid.places) == [1]


def test_outliers_and_unsure_ones_are_found_by_filter_and_order(
    kit: Kit, script: Script, qtbot: QtBot, folder: Path
) -> None:
    taken(kit, qtbot, folder)
    answered(kit, qtbot)
    bar, grid = kit.window.coseg.bar, kit.window.coseg.grid
    assert [bar._show.itemText(at) for at in range(bar._show.count())] == [
        "All (4)", "Outliers (1)", "Unsure (1)",
    ]  # fmt: skip
    bar._show.setCurrentIndex(1)
    assert list(grid.places) == [2]
    bar._show.setCurrentIndex(2)
    assert list(grid.places) == [1]
    bar._show.setCurrentIndex(0)
    kit.trigger("coseg_sort")
    assert bar.look.sort is SortBy.SURENESS
    assert list(grid.places) == [2, 1, 0, 3]


def test_another_setting_is_answered_without_describing_again(
    kit: Kit, script: Script, qtbot: QtBot, folder: Path
) -> None:
    taken(kit, qtbot, folder)
    answered(kit, qtbot)
    _ask(kit, method="dff")
    rested(kit, qtbot)
    assert [what for what, _ in script.calls] == ["run", "settings"]
    assert script.calls[-1][1].settings == CosegSettings(method="dff")
    assert kit.settings.get(keys.COSEG_METHOD) == "dff"


def test_the_newest_of_several_wishes_is_answered(
    kit: Kit, script: Script, qtbot: QtBot, folder: Path
) -> None:
    taken(kit, qtbot, folder)
    answered(kit, qtbot)
    script.stop_after = 1
    _ask(kit, outlier_z=3.0)
    qtbot.waitUntil(lambda: len(script.calls) == 2, timeout=WAIT_MS)
    _ask(kit, outlier_z=1.5)
    qtbot.waitUntil(lambda: len(script.calls) == 3, timeout=WAIT_MS)
    assert script.controls[1].is_cancelled
    script.go.set()
    rested(kit, qtbot)
    assert script.calls[-1][1].settings.outlier_z == 1.5
    assert len(script.calls) == 3


def test_another_network_needs_another_run(
    kit: Kit, script: Script, qtbot: QtBot, folder: Path
) -> None:
    taken(kit, qtbot, folder)
    answered(kit, qtbot)
    network = kit.window.coseg_set.form._network
    network.setCurrentIndex(network.findData("resnet18"))
    QApplication.processEvents()
    assert len(script.calls) == 1
    kit.click(kit.window.coseg_set, "Find the common object")
    qtbot.waitUntil(lambda: len(script.calls) == 2, timeout=WAIT_MS)
    rested(kit, qtbot)
    assert script.calls[-1][0] == "run"
    assert script.calls[-1][1].model == "resnet18"


def test_the_list_of_networks_does_not_stop_a_run(
    kit: Kit, script: Script, qtbot: QtBot, folder: Path
) -> None:
    script.stop_after = 1
    taken(kit, qtbot, folder)
    kit.trigger("coseg_run")
    qtbot.waitUntil(lambda: bool(script.calls), timeout=WAIT_MS)
    kit.engine.tell(ModelsListed((card("resnet18"), card("efficientnet_lite0")), (CPU,)))
    network = kit.window.coseg_set.form._network
    qtbot.waitUntil(lambda: network.count() == 2, timeout=WAIT_MS)
    assert network.currentData() == "efficientnet_lite0"
    script.go.set()
    rested(kit, qtbot)
    assert kit.window.cosegs.desk.result is not None
    assert len(script.calls) == 1


def test_nothing_makes_the_window_higher(
    kit: Kit, script: Script, qtbot: QtBot, folder: Path
) -> None:
    kit.window.resize(1280, 800)
    taken(kit, qtbot, folder)
    answered(kit, qtbot)
    chosen(kit, qtbot, 1)
    kit.trigger("coseg_save")
    kit.window.coseg.save_card.show_running(is_running=True)
    kit.window.coseg.save_card.show_error("The folder holds a set already. " * 4)
    kit.window.coseg.notices.show_notice("save", "4 pictures saved. " * 12)
    kit.trigger("coseg_correct")
    QApplication.processEvents()
    kit.window.grab()
    assert (kit.window.width(), kit.window.height()) == (1280, 800)


def test_a_set_of_several_objects_can_be_split(
    kit: Kit, script: Script, qtbot: QtBot, folder: Path
) -> None:
    script.note = (
        "Low confidence: these seem to show 2 different objects; split them into 2 groups."
    )
    taken(kit, qtbot, folder)
    answered(kit, qtbot)
    assert kit.window.coseg.notices.message("set") == script.note
    script.note, script.groups = "", 2
    script.found = lambda index, path, _request: picture(
        path, Region(0, 0, np.ones((5, 5), np.bool_)), group=1 + index % 2
    )
    kit.click(kit.window.coseg.notices, "Split into groups")
    rested(kit, qtbot)
    assert script.calls[-1][1].settings.groups == 0
    assert kit.window.coseg.notices.message("set") == ""
    group = kit.window.coseg.bar._group
    assert group.itemText(2) == "Group 2: tabby (2)"
    group.setCurrentIndex(2)
    assert list(kit.window.coseg.grid.places) == [1, 3]


def test_parts_are_drawn_in_the_large_picture(
    kit: Kit, script: Script, qtbot: QtBot, folder: Path
) -> None:
    taken(kit, qtbot, folder)
    answered(kit, qtbot)
    chosen(kit, qtbot, 3)
    _ask(kit, parts=3)
    rested(kit, qtbot)
    assert kit.window.coseg.bar.look.has_parts
    shown = kit.window.coseg.picture.view.segmentation
    assert isinstance(shown, LabelMap)
    assert [category.name for category in shown.categories] == ["part 1", "part 2"]
    kit.trigger("coseg_parts")
    assert not isinstance(kit.window.coseg.picture.view.segmentation, LabelMap)


def test_arrows_step_through_the_pictures(
    kit: Kit, script: Script, qtbot: QtBot, folder: Path
) -> None:
    control = taken(kit, qtbot, folder)
    answered(kit, qtbot)
    chosen(kit, qtbot, 0)
    kit.window.coseg.picture.view.setFocus()
    kit.press(Qt.Key.Key_Right)
    assert control.desk.place == 1
    assert kit.window.coseg.grid.place == 1
    kit.trigger("coseg_previous")
    assert control.desk.place == 0
    kit.window.coseg.grid.setFocus()
    kit.press(Qt.Key.Key_End)
    assert control.desk.place == 3


def test_the_numbers_and_reasons_of_a_picture_are_beside_it(
    kit: Kit, script: Script, qtbot: QtBot, folder: Path
) -> None:
    taken(kit, qtbot, folder)
    answered(kit, qtbot)
    chosen(kit, qtbot, 3)
    facts, reasons = kit.window.coseg.picture.facts, kit.window.coseg.picture.reasons
    assert (facts.text("confidence"), facts.text("likeness")) == ("80 %", "0.40")
    assert facts.text("area") == "21 %"  # 25 x 20 of 60 x 40 pixels
    assert facts.text("jaccard") == ""
    qtbot.waitUntil(lambda: all(reasons.has(kind) for kind in reasons.kinds), timeout=WAIT_MS)
    assert {name for name, _ in script.asked_why[-7:]} == {"4.png"}
    view = next(iter(reasons._views.values()))
    QTest.mouseClick(view, Qt.MouseButton.LeftButton)
    assert reasons.marked == "evidence"
    assert kit.window.coseg.picture.view._overlay is not None
    kit.trigger("coseg_reasons")
    assert not reasons.isVisible()
    assert kit.window.coseg.picture.view._overlay is None


def test_the_sources_folder_is_offered(
    kit: Kit, script: Script, qtbot: QtBot, folder: Path
) -> None:
    kit.engine.status(SourceSpec(SourceKind.FOLDER, str(folder)), SourceState.PLAYING)
    QApplication.processEvents()
    kit.click(kit.window.coseg, "Take the source's folder")
    control: CosegControl = kit.window.cosegs
    qtbot.waitUntil(lambda: len(control.desk.collection) == 4, timeout=WAIT_MS)
    assert kit.window.coseg_set.folder.folder == str(folder)


def test_a_folder_can_be_dropped(kit: Kit, script: Script, qtbot: QtBot, folder: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(folder))])
    rest = data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    panel = kit.window.coseg
    enter = QDragEnterEvent(QPoint(50, 50), Qt.DropAction.CopyAction, *rest)
    enter.ignore()
    panel.dragEnterEvent(enter)
    assert enter.isAccepted()
    panel.dropEvent(QDropEvent(QPointF(50, 50), Qt.DropAction.CopyAction, *rest))
    qtbot.waitUntil(lambda: len(kit.window.cosegs.desk.collection) == 4, timeout=WAIT_MS)


def test_what_a_set_came_to_is_told_elsewhere_too(
    kit: Kit, script: Script, qtbot: QtBot, folder: Path
) -> None:
    taken(kit, qtbot, folder)
    kit.trigger("coseg_run")
    kit.trigger("workspace_inspect")
    control = kit.window.cosegs
    qtbot.waitUntil(lambda: control.desk.result is not None, timeout=WAIT_MS)
    rested(kit, qtbot)
    assert kit.notices["coseg"].startswith("Co-segment – Found in 3 of 4 pictures")
    kit.click(kit.window.notices, "Show")
    assert kit.window.workspaces.current == "coseg"
