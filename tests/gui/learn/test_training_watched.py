"""A training in the window: followed, paused, stopped, gone on with, and shown live."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import EngineError
from engine.jobs import Progress
from gui.learn.asked import began
from gui.settings import Settings
from tests.gui.train_kit import (
    WAIT_MS,
    Trainer,
    choose,
    ended,
    gallery,
    ready,
    report,
    started,
    understood,
    wait_for_look,
)
from tests.gui.window_kit import end, make_kit

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from tests.gui.window_kit import Kit


# -------------------------------------------------------------------------------- the training


def test_from_a_set_to_a_live_network_in_three_steps(
    kit: Kit, trainer: Trainer, qtbot: QtBot, photos: Path
) -> None:
    trainer.go.set()
    trainer.has_checkpoint = False
    kit.trigger("workspace_inspect")
    understood(kit, qtbot, photos)
    assert kit.window.workspaces.current == "train"
    request = started(kit, qtbot, trainer)
    assert request.data == photos
    assert (request.out, request.name) == (photos.parent / "pets-model", "pets")
    assert request.device.threads == 1
    assert ended(kit, qtbot) == "Done"
    kit.click(kit.window.train.pages.run, "Show live")
    assert kit.window.workspaces.current == "segment"
    model = str(photos.parent / "pets-model" / "pets.safetensors")
    assert kit.window.models._wanted == model


def test_a_training_is_followed_and_its_epochs_stepped_through(
    kit: Kit, trainer: Trainer, qtbot: QtBot, photos: Path
) -> None:
    trainer.told = (
        gallery(0),
        report(1, 0.4),
        gallery(2),
        report(2, 0.6),
        gallery(1),
        report(3, 0.5, is_best=False),
        gallery(2),
        Progress("Epoch 4 of 5", 3, 16),
    )
    understood(kit, qtbot, photos)
    started(kit, qtbot, trainer)
    page = kit.window.train.pages.run
    qtbot.waitUntil(lambda: page.sentence.startswith("Epoch 4 of 5"), timeout=WAIT_MS)
    assert trainer.threads[0] is not threading.current_thread()
    assert kit.window.train.pages.currentWidget() is page
    assert page.title == "Training"
    assert page._best.text() == "Best mean IoU 0.600 after epoch 2, at most 1 s left"
    assert [one.epoch for one in page.curves.reports] == [1, 2, 3]
    assert page.gallery.epoch == 3
    assert dict(page.bars.rows) == {"background": 0.9, "cat": 0.5, "dog": 0.25}
    assert page.bars._best == {"background": 0.9, "cat": 0.6, "dog": 0.3}
    kit.trigger("train_best_epoch")
    assert page.gallery.epoch == 2
    assert page.gallery.view.pictures[0].found[0, 0] == 1
    assert page.gallery._epoch.text() == "Epoch 2 (best)"
    kit.trigger("train_previous_epoch")
    assert page.gallery.view.pictures[0].found[0, 0] == 2
    kit.trigger("train_previous_epoch")
    assert page.gallery._epoch.text() == "Before training"
    assert not page.bars.rows
    kit.trigger("train_next_epoch")
    assert page.gallery.epoch == 1
    assert not kit.window.train.form._body.isEnabled()
    trainer.go.set()
    assert ended(kit, qtbot) == "Done"
    assert kit.window.train.form._body.isEnabled()


def test_the_newest_epoch_is_followed_only_from_the_right_end(
    kit: Kit, trainer: Trainer, qtbot: QtBot, photos: Path
) -> None:
    understood(kit, qtbot, photos)
    started(kit, qtbot, trainer)
    runs, page = kit.window.train.training.runs, kit.window.train.pages.run
    watch = runs._watch
    assert watch is not None
    for epoch in (1, 2):
        watch.take_epoch(report(epoch, 0.1 * epoch))
        watch.take_gallery(gallery(0))
        runs._show_newest()
    assert page.gallery.epoch == 2
    kit.trigger("train_previous_epoch")
    watch.take_epoch(report(3, 0.3))
    watch.take_gallery(gallery(0))
    runs._show_newest()
    assert page.gallery.epoch == 1
    trainer.go.set()
    ended(kit, qtbot)


def test_the_result_is_told_with_its_card(
    kit: Kit, trainer: Trainer, qtbot: QtBot, photos: Path
) -> None:
    trainer.go.set()
    understood(kit, qtbot, photos)
    started(kit, qtbot, trainer)
    assert ended(kit, qtbot) == "Done"
    page = kit.window.train.pages.run
    assert page.sentence == (
        "Stopped: no better for 1 epochs. Mean IoU 0.600 on held-out photos after epoch 2, "
        "1 min 1 s."
    )
    assert "Mean IoU 0.600." in page.card
    assert kit.window.train.form.offer.sentence == (
        "“pets.safetensors” is there already; choose another name or folder"
    )
    assert kit.window.actions_.action("train_live").isEnabled()


def test_it_pauses_and_goes_on(kit: Kit, trainer: Trainer, qtbot: QtBot, photos: Path) -> None:
    understood(kit, qtbot, photos)
    started(kit, qtbot, trainer)
    page = kit.window.train.pages.run
    seen = []
    presses: tuple[Callable[[], None], ...] = (
        lambda: kit.click(page, "Pause"),
        lambda: kit.trigger("train_pause"),
    )
    for press in presses:
        press()
        seen.append((trainer.controls[0].is_paused, page.title))
    assert seen == [(True, "Paused"), (False, "Training")]
    trainer.go.set()
    ended(kit, qtbot)


def test_what_was_stopped_goes_on_as_it_was_begun(
    kit: Kit, trainer: Trainer, qtbot: QtBot, photos: Path
) -> None:
    trainer.told = (report(1, 0.4), gallery(1))
    understood(kit, qtbot, photos)
    form = kit.window.train.form
    choose(form._main, "epochs", 5)
    first = started(kit, qtbot, trainer)
    page = kit.window.train.pages.run
    qtbot.waitUntil(lambda: bool(page.curves.reports), timeout=WAIT_MS)
    kit.click(page, "Stop")
    assert ended(kit, qtbot) == "Stopped"
    assert page.sentence == "Stopped after epoch 1 of 5; go on with it whenever you like."
    assert form.offer.is_resumable
    choose(form._main, "epochs", 7)
    trainer.go.set()
    again = started(kit, qtbot, trainer, "Go on")
    assert trainer.resumed == [False, True]
    assert again == first
    assert form.asked.settings.epochs == 5
    assert ended(kit, qtbot) == "Done"
    assert not form.offer.is_resumable


def test_a_killed_training_is_offered_at_the_next_start(
    settings: Settings, kit: Kit, trainer: Trainer, qtbot: QtBot, photos: Path
) -> None:
    understood(kit, qtbot, photos)
    request = started(kit, qtbot, trainer)
    # On the disk already: a program that is killed writes nothing more.
    before = began(Settings(settings.path), str(request.out))
    assert before is not None
    assert before.request(request.device) == request
    assert "pets-model" in settings.path.read_text(encoding="utf-8")
    end(kit)
    assert trainer.controls[0].is_cancelled
    assert not trainer.threads[0].is_alive()
    kit.window, kit.engine = (other := make_kit(Settings(settings.path))).window, other.engine
    later = Trainer()
    ready(kit, later)
    wait_for_look(kit, qtbot)
    offer = kit.window.train.form.offer
    assert offer.is_resumable
    assert offer.sentence == (
        "A training on “pets” was stopped in this folder; it goes on as it was begun."
    )
    later.go.set()
    kit.trigger("train_start")
    assert ended(kit, qtbot) == "Done"
    assert later.resumed == [True]


def test_an_error_stands_where_it_happened(
    kit: Kit, trainer: Trainer, qtbot: QtBot, photos: Path
) -> None:
    trainer.error, trainer.has_checkpoint = EngineError("The disk is full; make room."), False
    trainer.go.set()
    understood(kit, qtbot, photos)
    started(kit, qtbot, trainer)
    assert ended(kit, qtbot) == "It did not work"
    page = kit.window.train.pages.run
    assert page.sentence == "The disk is full; make room."
    assert page._facts.property("role") == "error"
    trainer.error = None
    started(kit, qtbot, trainer)
    assert page._facts.property("role") == ""
    assert ended(kit, qtbot) == "Done"


def test_what_a_training_came_to_is_told_elsewhere(
    kit: Kit, trainer: Trainer, qtbot: QtBot, photos: Path
) -> None:
    understood(kit, qtbot, photos)
    started(kit, qtbot, trainer)
    kit.trigger("workspace_inspect")
    trainer.go.set()
    ended(kit, qtbot)
    assert kit.notices["training"].startswith("Training – Done: Stopped: no better")
    kit.click(kit.window.notices, "Show")
    assert kit.window.workspaces.current == "train"


def test_while_it_trains_no_other_set_is_taken(
    kit: Kit, trainer: Trainer, qtbot: QtBot, photos: Path, tmp_path: Path
) -> None:
    understood(kit, qtbot, photos)
    started(kit, qtbot, trainer)
    kit.window.train.training.open_data(str(tmp_path))
    assert kit.window.train.form.asked.data == str(photos)
    trainer.go.set()
    ended(kit, qtbot)


def test_a_taken_name_gets_another_folder(
    kit: Kit, trainer: Trainer, qtbot: QtBot, photos: Path
) -> None:
    trainer.go.set()
    understood(kit, qtbot, photos)
    started(kit, qtbot, trainer)
    ended(kit, qtbot)
    kit.window.train.form.data.chosen.emit(str(photos), "coco")
    wait_for_look(kit, qtbot)
    assert kit.window.train.form.asked.out == str(photos.parent / "pets-model-2")
    assert kit.window.train.form.offer.sentence == ""
