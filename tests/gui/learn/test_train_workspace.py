"""The Train workspace: a set is looked through and shown; what is asked for is remembered."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QComboBox, QTableView

from engine.commands import LoadModel
from engine.errors import EngineError
from engine.events import ModelsListed
from gui import settings as keys
from gui.learn.running import SetLook
from gui.settings import Settings
from tests.gui.fake_engine import CPU, card
from tests.gui.train_kit import (
    WAIT_MS,
    Trainer,
    choose,
    summary,
    tiles,
    understood,
    wait_for_look,
)
from tests.gui.window_kit import end, make_kit

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from tests.gui.window_kit import Kit


def table(kit: Kit) -> list[list[str]]:
    model = kit.window.train.pages.set.findChildren(QTableView)[0].model()
    return [
        [model.data(model.index(row, column)) for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


# ------------------------------------------------------------------------------------- the set


def test_at_first_it_says_what_to_do(kit: Kit, trainer: Trainer) -> None:
    page = kit.window.train.pages.set
    assert not page.has_set
    assert page.empty.sentence.startswith("Drop a folder of photos with their masks here")
    assert kit.window.train.form.offer.sentence == "Choose a set of photos with their masks"
    assert not kit.window.actions_.action("train_start").isEnabled()
    assert trainer.looks == []


def test_a_set_is_understood_and_shown(
    kit: Kit, trainer: Trainer, qtbot: QtBot, photos: Path
) -> None:
    understood(kit, qtbot, photos)
    assert trainer.looks[0][:2] == (photos, "auto")
    page = kit.window.train.pages.set
    assert page.has_set
    assert page.sentence == (
        "6 photos, 2 classes: 4 to learn from, 2 held out. Black and white masks."
    )
    assert table(kit) == [
        ["background", "6", "4", "2", "80.0 %"],
        ["cat", "4", "3", "1", "15.0 %"],
        ["dog", "2", "1", "1", "5.0 %"],
    ]
    assert page.tiles.count == 2
    assert page._own.isHidden()
    assert kit.window.train.form.data.state == "6 photos, 2 classes"
    forms = kit.window.train.form.data.findChildren(QComboBox)[0]
    assert [forms.itemText(at) for at in range(forms.count())] == [
        "Automatic",
        "Black and white masks",
        "COCO",
    ]


def test_what_is_odd_and_what_a_network_made_is_said(
    kit: Kit, trainer: Trainer, qtbot: QtBot, photos: Path
) -> None:
    skipped = (
        (photos / "9.png", "9.png is damaged."),
        (photos / "8.png", "The mask “8_mask.png” is in colour."),
    )
    trainer.look = lambda path, _settings: SetLook(
        summary(path, notes=("“dog” has 50 pixels in all.",), skipped=skipped, is_partial=True),
        tiles(),
        is_own=True,
    )
    understood(kit, qtbot, photos)
    page = kit.window.train.pages.set
    assert page.odd.splitlines() == [
        "“dog” has 50 pixels in all.",
        "2 photos are left out:",
        "  9.png is damaged.",
        "  8.png: The mask “8_mask.png” is in colour.",
    ]
    assert page.sentence.endswith(
        "Not all classes are marked in all photos; the loss allows for it."
    )
    assert not page._own.isHidden()


def test_a_set_that_cannot_be_used_says_why(
    kit: Kit, trainer: Trainer, qtbot: QtBot, photos: Path
) -> None:
    def fail(_path: Path, _settings: object) -> SetLook:
        raise EngineError("“pets” has no masks in a known form; put a mask a photo into “masks”.")

    trainer.look = fail
    understood(kit, qtbot, photos)
    page = kit.window.train.pages.set
    assert page.empty.isVisible()
    assert page.empty.sentence.startswith("“pets” has no masks in a known form")
    assert page.empty._sentence.property("role") == "error"
    assert kit.window.train.form.offer.sentence == "Choose a set that can be used"
    trainer.look = lambda path, _settings: SetLook(summary(path), tiles())
    kit.window.train.form.data.chosen.emit(str(photos), "coco")
    wait_for_look(kit, qtbot)
    assert page.has_set
    assert trainer.looks[-1][1] == "coco"


def test_other_crops_come_when_they_are_wanted(
    kit: Kit, trainer: Trainer, qtbot: QtBot, photos: Path
) -> None:
    assert not kit.window.actions_.action("train_shuffle").isEnabled()
    understood(kit, qtbot, photos)
    trainer.held[1] = threading.Event()
    kit.trigger("train_shuffle")
    kit.trigger("train_shuffle")
    page = kit.window.train.pages.set
    qtbot.waitUntil(lambda: page._tiles[0].image[0, 0, 0] == 102, timeout=WAIT_MS)
    trainer.held[1].set()
    for job in kit.window.train.training.sets._jobs:
        job.join()
    QApplication.processEvents()
    assert trainer.seeds == [2, 1]
    assert page._tiles[0].image[0, 0, 0] == 102  # what was asked for before came too late
    assert len(trainer.looks) == 1


def test_another_split_is_looked_at_anew_and_other_settings_are_not(
    kit: Kit, trainer: Trainer, qtbot: QtBot, photos: Path
) -> None:
    understood(kit, qtbot, photos)
    form = kit.window.train.form
    choose(form._main, "epochs", 3)
    assert len(trainer.looks) == 1
    choose(form._more, "validation", 0.5)
    wait_for_look(kit, qtbot)
    assert [settings.validation for _, _, settings in trainer.looks] == [0.2, 0.5]
    choose(form._more, "crop_px", 200)  # no multiple of 32
    wait_for_look(kit, qtbot)
    assert form.asked.settings.crop_px == 192


def test_a_folder_that_is_dropped_is_the_set(
    kit: Kit, trainer: Trainer, qtbot: QtBot, photos: Path
) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(photos))])
    rest = data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    pages = kit.window.train.pages
    enter = QDragEnterEvent(QPoint(50, 50), Qt.DropAction.CopyAction, *rest)
    enter.ignore()
    pages.dragEnterEvent(enter)
    assert enter.isAccepted()
    pages.dropEvent(QDropEvent(QPointF(50, 50), Qt.DropAction.CopyAction, *rest))
    wait_for_look(kit, qtbot)
    assert trainer.looks[0][0] == photos


def test_the_set_of_last_time_is_looked_at_when_the_workspace_is_first_seen(
    settings: Settings, kit: Kit, qtbot: QtBot, photos: Path
) -> None:
    settings.set(keys.TRAIN_DATA, str(photos))
    end(kit)
    kit.window, kit.engine = (other := make_kit(settings)).window, other.engine
    trainer = Trainer()
    training = kit.window.train.training
    training.sets.engine = trainer.engine
    kit.trigger("workspace_segment")
    assert trainer.looks == []
    kit.trigger("workspace_train")
    wait_for_look(kit, qtbot)
    kit.trigger("workspace_segment")
    kit.trigger("workspace_train")
    assert len(trainer.looks) == 1


# ------------------------------------------------------------------------------------ the form


def test_the_form_is_remembered(again: Callable[[], Kit]) -> None:
    form = again().window.train.form
    form._architecture.setCurrentIndex(form._architecture.findData("fcn8s"))
    choose(form._more, "learning_rate", 0.004)
    choose(form._more, "batch", 8)
    form._threads.setValue(1)
    form._licence.setText("CC BY 4.0")
    form._licence.textEdited.emit("CC BY 4.0")
    form._name.setText("my cats/")
    form._name.textEdited.emit("my cats/")
    form.set_out("/somewhere")
    asked = again().window.train.form.asked
    assert asked.settings == replace(
        type(asked.settings)(), architecture="fcn8s", learning_rate=0.004, batch=8
    )
    assert (asked.licence, asked.name, asked.out) == ("CC BY 4.0", "my cats", "/somewhere")


def test_only_a_unet_has_its_upsampling_chosen(kit: Kit) -> None:
    form = kit.window.train.form
    assert form._upsampling.isEnabled()
    form._architecture.setCurrentIndex(form._architecture.findData("lraspp"))
    assert not form._upsampling.isEnabled()


def test_backbones_are_classifiers_that_need_no_download_first(kit: Kit) -> None:
    cards = (
        card("resnet18", is_local=False),
        card("yolov5s"),
        card("efficientnet_lite0"),
        replace(card("mobilenet_v3_large"), task="semantic"),
    )
    kit.engine.tell(ModelsListed(cards, (CPU,)))
    box = kit.window.train.form._backbone
    assert [box.itemData(at) for at in range(box.count())] == ["efficientnet_lite0", "resnet18"]
    assert box.currentData() == "efficientnet_lite0"


def test_rare_settings_are_folded_away_and_put_back(kit: Kit) -> None:
    kit.trigger("workspace_train")
    form = kit.window.train.form
    assert form._more.isHidden()
    form._fold.click()
    assert form._more.isVisible()
    choose(form._more, "dice", 2.0)
    kit.click(form, "As at first")
    assert form.asked.settings.dice == 0.5
    assert form._more.field("dice").value() == 0.5


def test_nothing_is_loaded_where_nothing_was_trained(kit: Kit, trainer: Trainer) -> None:
    kit.trigger("train_live")
    assert kit.engine.of(LoadModel) == []
    assert not kit.window.actions_.action("train_live").isEnabled()
