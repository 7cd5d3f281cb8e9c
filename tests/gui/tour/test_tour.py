"""A tour ends well only when every step did, and its report says what happened."""

from __future__ import annotations

import json
import logging
import os
from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import QComboBox, QPushButton, QVBoxLayout, QWidget

from gui.tour.driver import Tour, Wait
from gui.tour.report import TourReport, files_in
from tests.gui.segment_kit import answer, three
from tests.gui.window_kit import end, make_kit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from gui.settings import Settings

    Script = Callable[[Tour], Iterator[Wait]]


@pytest.fixture
def run(qtbot: QtBot, settings: Settings, tmp_path: Path) -> Iterator[Callable[[Script], int]]:
    kit = make_kit(settings)

    def run_it(script: Script) -> int:
        codes: list[int] = []
        tour = Tour(kit.window, tmp_path, codes.append)
        tour.start(script(tour))
        qtbot.waitUntil(lambda: bool(codes))
        assert len(codes) == 1
        return codes[0]

    yield run_it
    end(kit)


def test_tour_that_went_well_leaves_its_summary(
    run: Callable[[Script], int], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def script(tour: Tour) -> Iterator[Wait]:
        tour.say("looking")
        tour.shoot("seen")
        yield tour.until(lambda: True, "nothing")

    assert run(script) == 0
    summary = json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))
    assert summary["files"] == ["seen.png"]
    assert (tmp_path / "seen.png").stat().st_size > 0
    assert "  looking\n" in capsys.readouterr().out


def test_step_that_fails_makes_the_tour_fail(
    run: Callable[[Script], int],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    def script(tour: Tour) -> Iterator[Wait]:
        yield tour.until(lambda: True, "nothing")
        raise LookupError("no such thing")

    assert run(script) == 1
    assert "a step failed" in capsys.readouterr().err
    assert not (tmp_path / "summary.json").exists()
    caplog.clear()


def test_what_does_not_come_makes_the_tour_fail(
    run: Callable[[Script], int], capsys: pytest.CaptureFixture[str]
) -> None:
    def script(tour: Tour) -> Iterator[Wait]:
        yield tour.until(lambda: False, "the sun", 0.0)

    assert run(script) == 1
    assert "the sun did not come" in capsys.readouterr().err


def test_error_that_is_only_logged_makes_the_tour_fail(
    run: Callable[[Script], int],
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    def script(tour: Tour) -> Iterator[Wait]:
        logging.getLogger("layerscope").error("a slot broke")
        yield tour.until(lambda: True, "nothing")

    assert run(script) == 1
    assert "a slot broke" in capsys.readouterr().err
    caplog.clear()


def test_it_clicks_and_chooses_by_what_is_written(run: Callable[[Script], int]) -> None:
    pressed: list[bool] = []

    def script(tour: Tour) -> Iterator[Wait]:
        place = QWidget(tour.window)
        layout, box, button = QVBoxLayout(place), QComboBox(), QPushButton("Go")
        box.addItems(["one", "two"])
        button.clicked.connect(lambda: pressed.append(True))
        layout.addWidget(box)
        layout.addWidget(button)
        place.show()
        tour.choose(place, "two")
        assert box.currentText() == "two"
        tour.click(place, "Go")
        button.setEnabled(False)
        assert not tour.has_button(place, "Go")
        for missing in (tour.click, tour.choose):
            with pytest.raises(LookupError):
                missing(place, "three")
        yield tour.until(lambda: True, "nothing")

    assert run(script) == 0
    assert pressed == [True]


def test_report_tells_networks_apart(tmp_path: Path) -> None:
    report = TourReport(tmp_path)
    for index in range(3):
        report.count(answer(three(), index), 20.0 + index)
    report.set("count", 3)
    report.set("share", 0.123456)
    report.add_objects("street", three())
    summary = report.summary()
    assert summary["count"] == 3
    assert summary["share"] == 0.123
    loops = summary["loops"]
    assert isinstance(loops, dict)
    assert list(loops) == [answer(None).model]
    assert loops[answer(None).model]["frames"] == 3
    assert loops[answer(None).model]["screen_ms"] == 21.0
    assert summary["objects"] == {"street": ["person 0.90", "car 0.80", "person 0.50"]}
    assert "| street | person 0.90, car 0.80, person 0.50 |" in report.text()


def test_only_files_of_this_run_count(tmp_path: Path) -> None:
    for name in ("old.png", "sub/new.png", ".notes/hidden.json"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
        os.utime(path, (1000, 1000) if name == "old.png" else (2000, 2000))
    assert files_in(tmp_path, 2000) == [tmp_path / "sub" / "new.png"]
