"""Messages: numbers and progress as a person reads them."""

from __future__ import annotations

import pytest

from engine.events import LoadingFailed, LoadingProgress, Notice, Severity
from engine.jobs import Progress
from gui.messages import (
    ProgressText,
    bytes_text,
    count_text,
    duration_text,
    notice_text,
)

MB = 1_000_000


class Clock:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("size", "text"),
    [
        *((0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (3_100_000, "3.1 MB")),
        *((42 * MB, "42 MB"), (9_940_000, "9.9 MB"), (9_960_000, "10 MB")),
        *((999_600, "1.0 MB"), (2_500 * MB, "2.5 GB"), (5_000_000 * MB, "5000 GB")),
    ],
)
def test_bytes(size: int, text: str) -> None:
    assert bytes_text(size) == text


@pytest.mark.parametrize(
    ("count", "text"),
    [
        *((0, "0"), (57, "57"), (999, "999"), (1000, "1.00 k"), (4_652_008, "4.65 M")),
        *((25_557_032, "25.6 M"), (138_357_544, "138 M"), (999_960, "1.00 M")),
    ],
)
def test_count(count: int, text: str) -> None:
    assert count_text(count) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        *((-3.0, "0 s"), (17.6, "18 s"), (59.7, "1 min 0 s"), (200.0, "3 min 20 s")),
        (7500.0, "2 h 5 min"),
    ],
)
def test_duration(seconds: float, text: str) -> None:
    assert duration_text(seconds) == text


def test_progress_of_a_download() -> None:
    clock = Clock()
    progress = ProgressText(clock=clock)
    stage = "Downloading weights"
    start = progress.text(LoadingProgress("resnet50", stage, 0, 98 * MB))
    assert start == f"{stage}, 0 of 98 MB"
    clock.now += 0.5
    first = progress.text(LoadingProgress("resnet50", stage, 2 * MB, 98 * MB))
    assert first == f"{stage}, 2.0 of 98 MB"
    clock.now += 3.5
    later = progress.text(LoadingProgress("resnet50", stage, 42 * MB, 98 * MB))
    # 42 MB in 4 s; 56 MB are left.
    assert later == f"{stage}, 42 of 98 MB, 10 MB/s, 5 s left"
    clock.now += 1.0
    end = progress.text(LoadingProgress("resnet50", stage, 98 * MB, 98 * MB))
    assert end == f"{stage}, 98 of 98 MB"


def test_rate_follows_the_last_seconds() -> None:
    clock = Clock()
    progress = ProgressText(clock=clock)
    done = 0
    for _ in range(10):
        progress.text(Progress("Downloading weights", done, 1000 * MB))
        clock.now += 1.0
        done += 10 * MB
    for _ in range(6):
        text = progress.text(Progress("Downloading weights", done, 1000 * MB))
        clock.now += 1.0
        done += MB
    assert text.split(", ")[2] == "1.0 MB/s"


def test_another_stage_starts_anew_and_an_unknown_whole_is_not_guessed() -> None:
    clock = Clock()
    progress = ProgressText(clock=clock)
    progress.text(Progress("Downloading weights", 50 * MB, 98 * MB))
    clock.now += 2.0
    assert progress.text(Progress("Building")) == "Building"
    clock.now += 2.0
    assert progress.text(Progress("Building", 4 * MB)) == "Building, 4.0 MB, 2.0 MB/s"
    assert ProgressText.share(Progress("Building", 4 * MB)) is None
    assert ProgressText.share(Progress("Building", 1, 4)) == 0.25
    assert ProgressText.share(Progress("Building", 9, 4)) == 1.0


def test_progress_of_pictures() -> None:
    clock = Clock()
    progress = ProgressText("pictures", clock)
    progress.text(Progress("Exporting", 0, 40))
    clock.now += 4.0
    text = progress.text(Progress("Exporting", 10, 40))
    assert text == "Exporting, 10 of 40 pictures, 2.5 pictures/s, 12 s left"


def test_notices() -> None:
    failed = notice_text(LoadingFailed("resnet50", "No network.", can_run_random=True))
    assert (failed.topic, failed.message, failed.severity) == ("model", "No network.", "error")
    told = notice_text(Notice("camera", "It went away.", Severity.WARNING))
    assert (told.topic, told.message, told.severity) == ("camera", "It went away.", "warning")
