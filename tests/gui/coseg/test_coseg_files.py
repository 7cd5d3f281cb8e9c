"""A set against its true masks, saved to files, looked for in the live picture; and for real."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image
from PySide6.QtWidgets import QApplication

from engine.commands import LoadModel, SetCommonObject
from engine.errors import ExportError
from engine.values import Category, CosegRequest, Instance, Instances
from gui.coseg.running import open_set
from gui.coseg.writing import SaveOrder, corrected_picture, record_of
from tests.gui.coseg_kit import (
    WAIT_MS,
    Script,
    answered,
    chosen,
    masks_in,
    photos_in,
    ready,
    rectangle,
    rested,
    taken,
)
from tests.gui.fake_engine import model, photo_frame, result
from tests.gui.train_kit import Trainer, wait_for_look

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray
    from pytestqt.qtbot import QtBot

    from engine.jobs import JobControl
    from engine.values import CosegResult
    from gui.coseg.collection import Entry
    from tests.gui.window_kit import Kit

CAT = Category(1, "cat")


def _scored(kit: Kit, qtbot: QtBot, masks: Path) -> None:
    control = kit.window.cosegs
    control.truths.set_folder(str(masks))
    qtbot.waitUntil(lambda: control.truths._job is None, timeout=WAIT_MS)
    QApplication.processEvents()


# ------------------------------------------------------------------------------- the ground truth


def test_j_and_p_are_those_of_the_masks(
    kit: Kit, script: Script, qtbot: QtBot, folder: Path, tmp_path: Path
) -> None:
    taken(kit, qtbot, folder)
    control = answered(kit, qtbot)
    chosen(kit, qtbot, 0)
    _scored(kit, qtbot, masks_in(tmp_path / "masks"))
    scores = [entry.score for entry in control.desk.collection.entries]
    # Found are 10 x 20, 15 x 20 and no pixels; 20 x 20 are true; the last has no true mask.
    assert [round(one.jaccard, 6) if one else None for one in scores] == [0.5, 0.75, 0.0, None]
    assert scores[0] is not None
    assert scores[0].precision == pytest.approx(1 - 200 / 2400)
    assert kit.window.coseg_set.truth_mean.text() == "J 0.417, P 0.903 (3)"
    assert kit.window.coseg.picture.facts.text("jaccard") == "0.500"
    view = kit.window.coseg.picture.truth_view
    assert view.isVisible()
    assert view.segmentation is not None
    kit.trigger("coseg_truth")
    assert not view.isVisible()


def test_a_corrected_mask_is_scored_anew(
    kit: Kit, script: Script, qtbot: QtBot, folder: Path, tmp_path: Path
) -> None:
    taken(kit, qtbot, folder)
    control = answered(kit, qtbot)
    chosen(kit, qtbot, 0)
    _scored(kit, qtbot, masks_in(tmp_path / "masks"))
    kit.trigger("coseg_correct")
    kit.trigger("correct_delete")
    qtbot.waitUntil(lambda: control.truths._job is None, timeout=WAIT_MS)
    score = control.desk.collection[0].score
    assert score is not None
    assert score.jaccard == 0.0


def _has_scores(kit: Kit) -> list[bool]:
    return [one.score is not None for one in kit.window.cosegs.desk.collection.entries]


def test_a_true_mask_of_another_size_is_named_and_the_others_count(
    kit: Kit, script: Script, qtbot: QtBot, folder: Path, tmp_path: Path
) -> None:
    masks = masks_in(tmp_path / "masks")
    Image.fromarray(np.zeros((7, 5), np.uint8)).save(masks / "1.png")
    taken(kit, qtbot, folder)
    control = answered(kit, qtbot)
    _scored(kit, qtbot, masks)
    assert "5 x 7 pixels" in kit.window.coseg.notices.message("truth")
    assert _has_scores(kit) == [False, True, True, False]
    control.truths.set_folder("")
    assert _has_scores(kit) == [False] * 4
    assert kit.window.coseg_set.truth_mean.text() == ""


# -------------------------------------------------------------------------------------- saving


class Writer:
    """Writes nothing, but notes what it was told to."""

    def __init__(self, error: ExportError | None = None) -> None:
        self.error = error
        self.orders: list[SaveOrder] = []
        self.requests: list[CosegRequest] = []
        self.entries: tuple[Entry, ...] = ()

    def __call__(
        self,
        order: SaveOrder,
        request: CosegRequest,
        result: CosegResult,
        entries: tuple[Entry, ...],
        control: JobControl,
    ) -> tuple[int, tuple[str, ...]]:
        control.report("Writing files", 1, len(result.pictures))
        self.orders.append(order)
        self.requests.append(request)
        self.entries = entries
        if self.error is not None:
            raise self.error
        return len(entries), ()


def _save(kit: Kit, qtbot: QtBot, writer: Writer, out: Path) -> None:
    control, card = kit.window.cosegs, kit.window.coseg.save_card
    control.saving.write = writer
    if card.isHidden():
        kit.trigger("coseg_save")
    card.set_folder(str(out))
    kit.click(card, "Save")
    qtbot.waitUntil(lambda: not control.saving.is_running, timeout=WAIT_MS)


def test_a_set_is_saved_with_what_was_said_of_it(
    kit: Kit, script: Script, qtbot: QtBot, folder: Path, tmp_path: Path
) -> None:
    taken(kit, qtbot, folder)
    answered(kit, qtbot)
    card, writer = kit.window.coseg.save_card, Writer()
    card.formats.tick("coco", "yolo")
    _save(kit, qtbot, writer, tmp_path / "out")
    assert writer.orders == [SaveOrder(tmp_path / "out", ("coco", "yolo"))]
    assert [path.name for path in writer.requests[0].paths] == [f"{n}.png" for n in range(1, 5)]
    assert len(writer.entries) == 4
    assert card.isHidden()
    assert kit.window.coseg.notices.message("save").startswith("4 pictures saved in ")


def test_a_saved_set_is_trained_on(
    kit: Kit, script: Script, qtbot: QtBot, folder: Path, tmp_path: Path
) -> None:
    trainer = Trainer()
    kit.window.train.training.sets.engine = trainer.engine
    taken(kit, qtbot, folder)
    answered(kit, qtbot)
    _save(kit, qtbot, Writer(), tmp_path / "out")
    kit.click(kit.window.coseg.notices, "Train on this set")
    wait_for_look(kit, qtbot)
    assert kit.window.workspaces.current == "train"
    assert [look[0] for look in trainer.looks] == [tmp_path / "out"]
    assert kit.window.train.form.asked.out == str(tmp_path / "out-model")
    assert kit.window.train.form.offer.can_start


def test_what_cannot_be_saved_is_said_on_the_card_and_can_be_tried_again(
    kit: Kit, script: Script, qtbot: QtBot, folder: Path, tmp_path: Path
) -> None:
    taken(kit, qtbot, folder)
    answered(kit, qtbot)
    card = kit.window.coseg.save_card
    writer = Writer(ExportError("“out” holds a set already; choose another folder."))
    _save(kit, qtbot, writer, tmp_path / "out")
    assert card.isVisible()
    assert card.sentence == "“out” holds a set already; choose another folder."
    card._replace.setChecked(True)
    writer.error = None
    kit.click(card, "Save")
    qtbot.waitUntil(lambda: len(writer.orders) == 2, timeout=WAIT_MS)
    assert writer.orders[1].is_replacing
    card.set_folder(str(tmp_path / "other"))
    assert not card.is_replacing


def test_a_corrected_picture_is_saved_as_it_is_shown(
    kit: Kit, script: Script, qtbot: QtBot, folder: Path
) -> None:
    taken(kit, qtbot, folder)
    control = answered(kit, qtbot)
    chosen(kit, qtbot, 0)
    kit.trigger("coseg_correct")
    kit.trigger("correct_grow")
    entry = control.desk.collection[0]
    saved = corrected_picture(entry)
    assert saved.packed.area == saved.region.area > 200
    record = record_of(entry)
    assert record["corrected"] is True
    assert record["foreground"] == pytest.approx(saved.foreground, abs=1e-6)
    assert record_of(control.desk.collection[1])["corrected"] is False


# -------------------------------------------------------------------------------- the live picture


def test_there_is_nothing_to_look_for_before_a_set_is_answered(kit: Kit, script: Script) -> None:
    assert not kit.window.actions_.action("coseg_live").isEnabled()
    assert not kit.window.actions_.action("coseg_save").isEnabled()


def _live(kit: Kit, qtbot: QtBot) -> None:
    kit.trigger("coseg_live")
    rested(kit, qtbot)


def _seen(kit: Kit) -> NDArray[np.uint8] | None:
    return kit.window.source.view._common


def test_the_object_is_looked_for_in_the_live_picture(
    kit: Kit, script: Script, qtbot: QtBot, folder: Path
) -> None:
    kit.engine.load(model("efficientnet_lite0"))
    taken(kit, qtbot, folder)
    answered(kit, qtbot)
    kit.engine.forget()
    _live(kit, qtbot)
    (command,) = kit.engine.of(SetCommonObject)
    assert command.model is not None
    assert command.model.model == "efficientnet_lite0"
    view = kit.window.source.view
    region = rectangle(4, 4, 10, 20)
    seen = Instances((48, 64), (CAT,), (Instance(1, 0.9, region.box, region),))
    frame = photo_frame(index=1)
    kit.engine.put(replace(result(frame=frame), common=seen))
    drawn = _seen(kit)
    assert drawn is not None
    assert drawn.shape == (48, 64, 4)
    assert drawn[10, 8, 3] > 0
    assert drawn[40, 40, 3] == 0
    assert view._badges["common"] == ("cat", False)
    kit.engine.put(result(frame=replace(photo_frame(index=2), captured_at=frame.captured_at + 1)))
    assert _seen(kit) is not None  # not every frame is looked at
    kit.engine.put(replace(result(frame=photo_frame(index=3)), common=replace(seen, items=())))
    assert _seen(kit) is None
    assert view._badges["common"] == ("not seen", True)
    kit.trigger("coseg_live")
    assert kit.engine.of(SetCommonObject)[-1].model is None
    assert "common" not in view._badges


def test_another_network_than_the_sets_is_named_and_can_be_loaded(
    kit: Kit, script: Script, qtbot: QtBot, folder: Path
) -> None:
    kit.engine.load(model("resnet18"))
    taken(kit, qtbot, folder)
    answered(kit, qtbot)
    _live(kit, qtbot)
    notices = kit.window.coseg.notices
    assert notices.message("live").startswith("This set was described by Efficientnet_lite0;")
    assert all(command.model is None for command in kit.engine.of(SetCommonObject))
    kit.click(notices, "Load Efficientnet_lite0")
    assert kit.engine.of(LoadModel)[-1].name == "efficientnet_lite0"
    kit.engine.load(model("efficientnet_lite0"))
    assert notices.message("live") == ""
    assert kit.engine.of(SetCommonObject)[-1].model is not None


def test_another_answer_is_looked_for_at_once_and_another_set_not_at_all(
    kit: Kit, script: Script, qtbot: QtBot, folder: Path, tmp_path: Path
) -> None:
    kit.engine.load(model("efficientnet_lite0"))
    taken(kit, qtbot, folder)
    answered(kit, qtbot)
    _live(kit, qtbot)
    count = len(kit.engine.of(SetCommonObject))
    kit.window.coseg_set.form._method.setCurrentIndex(2)
    rested(kit, qtbot)
    assert len(kit.engine.of(SetCommonObject)) == count + 1
    kit.window.cosegs.open(str(photos_in(tmp_path / "others", 3)))
    qtbot.waitUntil(lambda: len(kit.window.cosegs.desk.collection) == 3, timeout=WAIT_MS)
    assert not kit.is_checked("coseg_live")
    assert kit.engine.of(SetCommonObject)[-1].model is None


# ----------------------------------------------------------------------------------- for real


def test_three_photos_for_real(kit: Kit, qtbot: QtBot, tmp_path: Path) -> None:
    """The engine itself: a cat, the same mirrored, and a cup, from the folder to the disk."""
    from skimage import data

    photos = tmp_path / "photos"
    photos.mkdir()
    cat = data.chelsea()  # type: ignore[no-untyped-call]  # of scikit-image
    Image.fromarray(cat).save(photos / "cat.png")
    Image.fromarray(np.ascontiguousarray(cat[:, ::-1])).save(photos / "mirrored.png")
    cup = data.coffee()  # type: ignore[no-untyped-call]  # of scikit-image
    Image.fromarray(cup).save(photos / "coffee.png")
    control = ready(kit, Script())
    control.runs.open_set = open_set
    taken(kit, qtbot, photos)
    kit.trigger("coseg_run")
    qtbot.waitUntil(lambda: control.desk.result is not None, timeout=10 * WAIT_MS)
    rested(kit, qtbot)
    found = control.desk.result
    assert found is not None
    assert len(found.pictures) == 3
    mask = control.desk.collection[0].picture
    assert mask is not None
    assert 0.05 < mask.foreground < 0.9
    out, card = tmp_path / "out", kit.window.coseg.save_card
    kit.trigger("coseg_save")
    card.formats.tick("overlay")
    card.set_folder(str(out))
    kit.click(card, "Save")
    qtbot.waitUntil(lambda: not control.saving.is_running, timeout=10 * WAIT_MS)
    assert card.sentence == ""
    saved = np.asarray(Image.open(out / "masks" / "cat.png"))
    assert saved.shape == cat.shape[:2]
    assert np.array_equal(saved > 0, mask.region.full(mask.size))
    run = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert run["model"] == "efficientnet_lite0"
    assert len(run["pictures"]) == 3
    kit.trigger("coseg_save")
    kit.click(card, "Save")  # never silently over what is there
    qtbot.waitUntil(lambda: not control.saving.is_running, timeout=10 * WAIT_MS)
    assert card.sentence
