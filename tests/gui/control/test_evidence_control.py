"""The evidence panel and the race panel, in step with the engine."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from engine.commands import CancelRace, SetEvidence, StartRace
from engine.events import Notice, RaceFailed, RaceMoved, Severity
from engine.values import (
    Agreement,
    Box,
    ClassEvidence,
    EvidenceRequest,
    Lane,
    Race,
    RaceSettings,
)
from tests.gui import fake_engine
from tests.gui.fake_engine import CONV1, LABELS, photo_frame

if TYPE_CHECKING:
    from tests.gui.window_kit import Kit


def evidence(*classes: int) -> ClassEvidence:
    """Return maps of 2 x 3 whose values are the class and the place."""
    maps = np.arange(6, dtype=np.float32).reshape(1, 2, 3) + 10 * np.array(
        classes, np.float32
    ).reshape(-1, 1, 1)
    return ClassEvidence(
        maps=maps,
        classes=classes,
        labels=tuple(LABELS[index] for index in classes),
        top=classes[:2],
        box=Box(0, 0, 64, 48),
        stride=16,
        input_size=(32, 48),
        is_linear=True,
        macs=1_590_000_000,
        took_ms=41.6,
    )


def show_page(kit: Kit, name: str) -> None:
    kit.trigger("workspace_evidence")
    kit.window.lessons.setCurrentWidget(getattr(kit.window, name))
    QApplication.processEvents()


def open_panel(kit: Kit, name: str) -> None:
    kit.loaded(CONV1)
    show_page(kit, name)


def answer(kit: Kit, *classes: int, is_random: bool = False) -> None:
    found = evidence(*classes) if classes else None
    kit.engine.put(replace(fake_engine.result(is_random=is_random), evidence=found))


def rows(kit: Kit) -> list[tuple[str, str]]:
    tree = kit.window.evidence._list
    items = (tree.topLevelItem(place) for place in range(tree.topLevelItemCount()))
    return [(item.text(0), item.text(1)) for item in items if item is not None]


def overlay(kit: Kit) -> object:
    return kit.window.evidence.picture._overlay


def spotlight(kit: Kit) -> Box | None:
    return kit.window.race._picture._box


def race(
    settings: RaceSettings, done: int = 0, *, single: float = 2.0, agreed: Agreement | None = None
) -> Race:
    """Return a race of 2 x 3 windows of which `done` were asked."""
    scores = np.full(6, np.nan, np.float32)
    scores[:done] = np.arange(done)
    return Race(
        settings=settings,
        frame=photo_frame(),
        model="Tiny",
        size=(96, 128),
        class_index=1,
        label="tiger cat",
        sliding=Lane(scores.reshape(2, 3), done, 6, done * 10**9, done * 0.5),
        single=Lane(np.full((2, 3), single, np.float32), 1, 1, 2 * 10**9, 0.25),
        agreement=agreed,
    )


# ------------------------------------------------------------------------------------- evidence


def test_frames_are_asked_only_while_the_panel_is_seen(kit: Kit) -> None:
    kit.loaded(CONV1)
    assert kit.engine.of(SetEvidence) == []
    open_panel(kit, "evidence")
    assert kit.engine.of(SetEvidence) == [SetEvidence(EvidenceRequest((), 5, 16))]
    kit.trigger("workspace_inspect")
    QApplication.processEvents()
    assert kit.engine.of(SetEvidence)[-1] == SetEvidence(None)


def test_best_class_of_the_frame_is_shown_until_one_is_chosen(kit: Kit) -> None:
    open_panel(kit, "evidence")
    panel = kit.window.evidence
    answer(kit, 1, 0, 4)
    assert rows(kit) == [
        ("Best class of each frame", ""),
        ("tiger cat", "15.0"),
        ("tabby", "5.0"),
        ("tennis ball", "45.0"),
    ]
    assert (panel._bar._scale.low, panel._bar._scale.high) == (10, 15)
    heat = panel.picture._overlay
    assert heat is not None
    # The stronger, the more opaque; what says least is seen, too.
    assert heat[..., 3].ravel().tolist() == [40, 83, 126, 169, 212, 255]
    assert panel.picture._overlay_box == Box(0, 0, 64, 48)
    kit.engine.forget()
    panel._list.itemClicked.emit(panel._list.topLevelItem(3), 0)
    assert kit.engine.of(SetEvidence) == [SetEvidence(EvidenceRequest((4,), 5, 16))]
    assert panel._find.text() == "tennis ball"
    assert panel._bar._scale.high == 45
    panel._list.itemClicked.emit(panel._list.topLevelItem(0), 0)
    assert kit.engine.of(SetEvidence)[-1] == SetEvidence(EvidenceRequest((), 5, 16))
    assert panel._bar._scale.high == 15


def test_class_that_is_found_by_name_comes_with_the_next_look(kit: Kit) -> None:
    open_panel(kit, "evidence")
    panel = kit.window.evidence
    answer(kit, 1, 0)
    panel._find.setFocus()
    kit.type("sock")
    QTest.keyClick(panel._find, Qt.Key.Key_Return)
    assert kit.engine.of(SetEvidence)[-1] == SetEvidence(EvidenceRequest((6,), 5, 16))
    assert overlay(kit) is None
    answer(kit, 6, 1)
    assert overlay(kit) is not None
    panel._find.clear()
    panel._find.textEdited.emit("")
    assert kit.engine.of(SetEvidence)[-1] == SetEvidence(EvidenceRequest((), 5, 16))


def test_frame_between_two_looks_keeps_the_map(kit: Kit) -> None:
    open_panel(kit, "evidence")
    answer(kit, 1)
    before = kit.window.evidence.picture._overlay
    assert before is not None
    answer(kit)
    after = kit.window.evidence.picture._overlay
    assert after is not None
    assert np.array_equal(before, after)


def test_stride_and_facts(kit: Kit) -> None:
    open_panel(kit, "evidence")
    panel = kit.window.evidence
    answer(kit, 1)
    assert panel._facts.text() == "3 × 2 places, 1.59 G multiply-adds, 42 ms a look"
    panel._stride.setCurrentIndex(2)
    assert kit.engine.of(SetEvidence)[-1] == SetEvidence(EvidenceRequest((), 5, 8))
    assert "knows nothing of where an object ends" in panel._warning.toolTip()


def test_random_weights_are_marked(kit: Kit) -> None:
    open_panel(kit, "evidence")
    answer(kit, 1, is_random=True)
    assert kit.window.evidence.picture._badges == {"random": ("random weights", True)}
    answer(kit, 1)
    assert kit.window.evidence.picture._badges == {}


def test_why_there_is_no_evidence_stands_where_it_would_be(kit: Kit) -> None:
    open_panel(kit, "evidence")
    answer(kit, 1)
    kit.engine.tell(Notice("evidence", "Tiny mixes all places.", Severity.WARNING))
    panel = kit.window.evidence
    assert not panel.picture.has_frame
    assert panel.picture._message == "Tiny mixes all places."
    assert rows(kit) == []
    answer(kit)
    assert not panel.picture.has_frame
    kit.engine.load()
    assert panel.picture._message == "Waiting for the first answer"


# ----------------------------------------------------------------------------------------- race


def test_race_begins_runs_and_ends(kit: Kit) -> None:
    open_panel(kit, "race")
    panel = kit.window.race
    kit.click(panel, "Start")
    (command,) = kit.engine.of(StartRace)
    assert command.settings == RaceSettings(window=64, stride=8, context=0, class_index=None)
    assert not panel._window.isEnabled()
    kit.engine.tell(RaceMoved(race(command.settings)))
    assert panel._sliding._passes.text() == "0 of 6"
    assert panel._single._passes.text() == "1 pass"
    agreed = Agreement(0.5, 3.25, 0.75)
    kit.engine.tell(RaceMoved(race(command.settings, 4, agreed=agreed)))
    assert panel._sliding.clock.text() == "2.00 s"
    assert panel._single.clock.text() == "0.25 s"
    assert panel._sliding._macs.text() == "4.00 G MACs"
    assert panel._sliding.map._asked == 4
    # The fourth window, in pixels of the picture of 64 x 48, half as large as it is raced.
    assert spotlight(kit) == Box(0, 4, 32, 36)
    assert (panel._bar._scale.low, panel._bar._scale.high) == (0, 3)
    assert panel._outcome.text() == (
        "So far (4 of 6 windows). Tiger cat: the windows took 2.0 times the multiply-adds and "
        "8.0 times the time. "
        "Agreement: correlation 0.500, same best class at 75 % of the places, greatest "
        "difference 3.25"
    )
    kit.engine.tell(RaceMoved(race(command.settings, 6, agreed=agreed)))
    assert spotlight(kit) is None
    assert panel._sliding._passes.text() == "6 passes"
    assert panel._outcome.text().startswith("Tiger cat: the windows took")
    assert kit.button(panel, "Start").isEnabled()
    assert panel._window.isEnabled()


def test_race_is_cancelled_and_what_comes_late_is_not_shown(kit: Kit) -> None:
    open_panel(kit, "race")
    panel = kit.window.race
    kit.click(panel, "Start")
    (command,) = kit.engine.of(StartRace)
    kit.engine.tell(RaceMoved(race(command.settings, 2)))
    kit.click(panel, "Cancel")
    assert kit.engine.of(CancelRace) == [CancelRace()]
    assert panel._outcome.text() == "Cancelled; what was asked so far stands."
    kit.engine.tell(RaceMoved(race(command.settings, 5)))
    kit.engine.tell(RaceFailed(""))
    assert panel._sliding.map._asked == 2
    assert kit.button(panel, "Start").isEnabled()


def test_why_it_cannot_be_raced_stands_in_the_panel(kit: Kit) -> None:
    open_panel(kit, "race")
    panel = kit.window.race
    kit.click(panel, "Start")
    kit.engine.tell(RaceFailed("Tiny cannot run windows of 64 x 64 pixels; use 224."))
    assert panel._outcome.text().startswith("Tiny cannot run windows")
    assert panel._outcome.property("role") == "error"
    assert kit.button(panel, "Start").isEnabled()
    kit.click(panel, "Start")
    assert panel._outcome.property("role") == "muted"


def test_another_network_gives_the_race_up(kit: Kit) -> None:
    open_panel(kit, "race")
    kit.click(kit.window.race, "Start")
    kit.engine.load()
    assert kit.engine.of(CancelRace) == [CancelRace()]


def test_race_waits_for_a_picture(kit: Kit) -> None:
    kit.engine.load()
    show_page(kit, "race")
    assert not kit.button(kit.window.race, "Start").isEnabled()
    kit.engine.answer(CONV1)
    assert kit.button(kit.window.race, "Start").isEnabled()
    assert kit.window.race._picture.has_frame


def test_picture_that_came_before_the_panel_was_seen_stands_there(kit: Kit) -> None:
    open_panel(kit, "race")
    assert kit.window.race._picture.has_frame


def test_race_keeps_the_window_at_its_size(kit: Kit) -> None:
    kit.window.resize(1280, 800)
    open_panel(kit, "race")
    before = kit.window.docks["source"].width(), kit.window.docks["layers"].width()
    kit.click(kit.window.race, "Start")
    settings = kit.engine.of(StartRace)[0].settings
    kit.engine.tell(RaceMoved(race(settings, 4, agreed=Agreement(0.5, 3.25, 0.75))))
    QApplication.processEvents()
    kit.window.grab()
    now = kit.window.docks["source"].width(), kit.window.docks["layers"].width()
    assert now == before


def test_unasked_windows_are_left_empty(kit: Kit) -> None:
    open_panel(kit, "race")
    panel = kit.window.race
    kit.click(panel, "Start")
    kit.engine.tell(RaceMoved(race(kit.engine.of(StartRace)[0].settings, 4)))
    view = panel._sliding.map
    QApplication.processEvents()
    image = view.grab().toImage()

    def colour(row: int, column: int) -> str:
        cell = view._to_view(column, row, column + 1, row + 1).center().toPoint()
        return image.pixelColor(cell).name()

    assert colour(1, 2) == "#090a0c"  # the canvas of the dark theme
    assert len({colour(0, 0), colour(0, 1), colour(0, 2), colour(1, 0), colour(1, 2)}) == 5
