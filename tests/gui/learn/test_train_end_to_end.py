"""One real training in the window, as small as it can be, and its network in the live loop."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from engine.commands import LoadModel
from engine.session import Session
from engine.values import Frame, LabelMap, SkipSwitches, TrainSettings, WeightsChoice
from gui.learn.asked import TrainAsked
from gui.learn.running import TrainEngine
from gui.learn.skips import strides_of
from tests.engine.learn.sets import photo, shapes_set
from tests.gui.train_kit import Trainer, ready, wait_for_look

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from tests.gui.window_kit import Kit

LONG_MS = 240_000


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return a folder of photos with a red disc each, and its mask."""
    return shapes_set(tmp_path / "discs", count=6)


def test_a_set_becomes_a_network_that_runs_live(kit: Kit, qtbot: QtBot, data: Path) -> None:
    ready(kit, Trainer())
    training, pages, form = kit.window.train.training, kit.window.train.pages, kit.window.train.form
    training.sets.engine = training.runs.engine = TrainEngine()  # the real one
    small = TrainSettings(epochs=2, crops=1, crop_px=64, long_side=64, batch=2, validation=0.34)
    form.show_asked(TrainAsked(settings=small))
    training.open_data(str(data))
    wait_for_look(kit, qtbot)
    assert pages.set.sentence.startswith("6 photos, 1 class: 4 to learn from, 2 held out.")
    assert pages.set.tiles.count == 6
    kit.click(form.offer, "Start")
    qtbot.waitUntil(lambda: not training.runs.is_running, timeout=LONG_MS)
    assert pages.run.title == "Done", pages.run.sentence
    assert pages.run.sentence.startswith("Finished: 2 epochs. Mean IoU ")
    assert [one.epoch for one in pages.run.curves.reports] == [1, 2]
    assert len(pages.run.gallery.view.pictures) == 2
    assert "2 held out" in pages.run.card
    kit.click(pages.run, "Show live")
    qtbot.waitUntil(lambda: bool(kit.engine.of(LoadModel)), timeout=LONG_MS)
    QApplication.processEvents()
    assert not kit.window.file_card.isVisible()  # the file says itself what it is
    name = kit.engine.of(LoadModel)[0].name
    assert name == str(data.parent / "discs-model" / "discs.safetensors")

    session = Session()
    info = session.load(name, WeightsChoice.PUBLISHED)
    assert strides_of(info) == (16, 8, 4)
    assert info.categories == ("discs",)
    frame = Frame(np.ascontiguousarray(photo(0)), 0, 0.0, "0")
    found = session.process(frame).segmentation
    assert isinstance(found, LabelMap)
    assert found.labels.shape == (48, 64)
    session.set_skips(SkipSwitches((False, False, False)))
    assert len(session.compare_upsampling().views) == 3
    session.close()
