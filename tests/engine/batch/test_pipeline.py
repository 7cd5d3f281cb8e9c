"""Reading, network and writing at once: in order, bounded, stoppable, and unmoved by bad files."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.batch.inputs import BatchItem
from engine.batch.journal import DoneItem
from engine.batch.pipeline import BatchProgress, Pipeline
from engine.errors import CancelledError, ExportError, SourceError, StorageFullError
from engine.jobs import SOMETHING_WENT_WRONG, JobControl
from engine.values import Category, Instances, Segmentation

CATEGORIES = (Category(1, "cat"),)


def items(count: int, *, videos: tuple[int, ...] = ()) -> list[BatchItem]:
    return [
        BatchItem(Path(f"/in/{n}.jpg"), PurePosixPath(f"{n}.jpg"), n in videos)
        for n in range(count)
    ]


class Fake:
    """Pictures are one pixel high and as wide as their number plus one."""

    def __init__(self) -> None:
        self.log: list[tuple[Any, ...]] = []
        self.lock = threading.Lock()
        self.running = self.most_running = 0
        self.reads_begun = 0
        self.errors: dict[tuple[str, str], Exception] = {}
        self.on_segment: Callable[[int], object] = lambda _number: None
        self.frames_of_a_video = 5
        self.closed_videos = 0

    def _fail(self, stage: str, name: str) -> None:
        if (stage, name) in self.errors:
            raise self.errors[stage, name]

    def read(self, item: BatchItem) -> NDArray[np.uint8]:
        with self.lock:
            self.reads_begun += 1
        self._fail("read", item.relative.stem)
        return np.zeros((1, int(item.relative.stem) + 1, 3), np.uint8)

    def frames(self, item: BatchItem) -> Iterator[NDArray[np.uint8]]:
        try:
            for number in range(self.frames_of_a_video):
                if number == 2:
                    self._fail("frame", item.relative.stem)
                yield np.zeros((1, number + 1, 3), np.uint8)
        finally:
            self.closed_videos += 1

    def segment(self, item: BatchItem, image: NDArray[np.uint8]) -> Segmentation:
        number = image.shape[1] - 1
        self.on_segment(number)
        self._fail("segment", str(number))
        return Instances(image.shape[:2], CATEGORIES)

    def write(
        self,
        item: BatchItem,
        image: NDArray[np.uint8],
        segmentation: Segmentation,
        frame: int | None,
    ) -> DoneItem:
        assert segmentation.size == image.shape[:2]
        self._fail("write", item.relative.stem)
        with self.lock:
            self.log.append(("write", item.relative.stem, frame))
        return DoneItem(item.relative.as_posix(), (f"{item.relative.stem}.png",))

    def end(self, item: BatchItem, frames: int) -> DoneItem:
        self.log.append(("end", item.relative.stem, frames))
        return DoneItem(item.relative.as_posix(), ("film.mp4",))

    def drop(self, item: BatchItem) -> None:
        self.log.append(("drop", item.relative.stem, None))


def run(
    fake: Fake,
    todo: list[BatchItem],
    control: JobControl | None = None,
    *,
    workers: int = 2,
    networks: int = 1,
    done: list[DoneItem] | None = None,
) -> tuple[list[DoneItem], list[BatchProgress]]:
    done = [] if done is None else done
    told: list[BatchProgress] = []
    ticks = iter(range(10_000))
    pipeline = Pipeline(
        fake,
        on_done=lambda _item, one: done.append(one),
        on_progress=told.append,
        workers=workers,
        networks=networks,
        clock=lambda: float(next(ticks)),
    )
    pipeline.run(todo, control or JobControl())
    return done, told


@pytest.mark.parametrize(("workers", "networks"), [(1, 1), (2, 1), (5, 1), (1, 3), (2, 2)])
def test_every_picture_is_done_once_and_in_order(workers: int, networks: int) -> None:
    done, told = run(Fake(), items(20), workers=workers, networks=networks)
    assert [one.relative for one in done] == [f"{n}.jpg" for n in range(20)]
    assert (told[0].done, told[0].total) == (0, 20)
    assert (told[-1].done, told[-1].failed, told[-1].left_s) == (20, 0, 0.0)
    assert told[-1].rate == 1.0  # the clock goes on by one at each picture


def test_reading_keeps_only_a_little_ahead() -> None:
    fake = Fake()
    seen: list[int] = []
    fake.on_segment = lambda number: seen.append(fake.reads_begun - number)
    run(fake, items(30), workers=2)
    assert max(seen) <= 4


def test_bad_files_are_told_and_do_not_stop_the_run(caplog: pytest.LogCaptureFixture) -> None:
    fake = Fake()
    fake.errors = {
        ("read", "1"): SourceError("1.jpg is damaged."),
        ("segment", "3"): RuntimeError("a bug"),
        ("write", "5"): ExportError("no rights"),
    }
    with caplog.at_level("CRITICAL"):
        done, told = run(fake, items(7))
    errors = {one.relative: one.error for one in done if one.error}
    assert errors == {
        "1.jpg": "1.jpg is damaged.",
        "3.jpg": SOMETHING_WENT_WRONG,
        "5.jpg": "no rights",
    }
    assert len(done) == 7
    assert told[-1].failed == 3


def test_a_full_disk_ends_the_run() -> None:
    fake = Fake()
    fake.errors = {("write", "2"): StorageFullError("The disk is full.")}
    done: list[DoneItem] = []
    with pytest.raises(StorageFullError):
        run(fake, items(20), done=done)
    assert [one.relative for one in done][:2] == ["0.jpg", "1.jpg"]
    assert len(done) < 20


def test_cancelling_finishes_what_is_being_written() -> None:
    fake, control = Fake(), JobControl()
    fake.on_segment = lambda number: control.cancel() if number == 4 else None
    done: list[DoneItem] = []
    with pytest.raises(CancelledError):
        run(fake, items(50), control, done=done)
    written = [entry[1] for entry in fake.log]
    assert sorted(written, key=int) == ["0", "1", "2", "3", "4"]
    assert [one.relative for one in done] == [f"{n}.jpg" for n in range(5)]
    assert fake.reads_begun <= 8


def test_a_paused_run_stands_still_until_it_goes_on() -> None:
    fake, control = Fake(), JobControl()
    stood = threading.Event()

    def pause(number: int) -> None:
        if number == 3:
            control.pause()
            stood.set()

    fake.on_segment = pause
    thread = threading.Thread(target=run, args=(fake, items(6), control))
    thread.start()
    assert stood.wait(10)
    thread.join(0.2)
    assert thread.is_alive()
    control.resume()
    thread.join(10)
    assert not thread.is_alive()
    assert len(fake.log) == 6


def test_the_time_of_a_pause_does_not_count_for_the_rate() -> None:
    fake, control = Fake(), JobControl()
    now = [0.0]

    def pause(number: int) -> None:
        now[0] += 1
        if number == 8:
            control.pause()

    class Stood(JobControl):
        def check(self) -> None:
            if control.is_paused:
                now[0] += 1000
                control.resume()

        @property
        def is_paused(self) -> bool:
            return control.is_paused

    fake.on_segment = pause
    told: list[BatchProgress] = []
    pipeline = Pipeline(
        fake,
        on_done=lambda _item, _done: None,
        on_progress=told.append,
        workers=1,
        clock=lambda: now[0],
    )
    pipeline.run(items(12), Stood())
    assert now == [1012.0]
    # The last four are settled together, when the clock has stopped.
    assert told[-5].rate == 1.0


def test_a_paused_run_can_be_cancelled() -> None:
    control = JobControl()
    control.pause()
    control.cancel()
    with pytest.raises(CancelledError):
        run(Fake(), items(3), control)


def test_the_frames_of_a_video_are_written_in_order() -> None:
    fake = Fake()
    done, told = run(fake, items(3, videos=(1,)))
    of_video = [entry for entry in fake.log if entry[1] == "1"]
    assert of_video == [("write", "1", n) for n in range(5)] + [("end", "1", 5)]
    assert [one.relative for one in done] == ["0.jpg", "1.jpg", "2.jpg"] or [
        one.relative for one in done
    ] == ["1.jpg", "0.jpg", "2.jpg"]
    assert any(one.name == "1.jpg, 3" for one in told)
    assert fake.closed_videos == 1


def test_a_video_that_breaks_off_is_dropped_and_told() -> None:
    fake = Fake()
    fake.errors = {("frame", "0"): SourceError("It breaks off.")}
    done, _ = run(fake, items(2, videos=(0,)))
    assert ("drop", "0", None) in fake.log
    assert {one.relative: one.error for one in done} == {"0.jpg": "It breaks off.", "1.jpg": ""}


def test_cancelling_within_a_video_drops_it() -> None:
    fake, control = Fake(), JobControl()
    fake.frames_of_a_video = 10_000
    fake.on_segment = lambda number: control.cancel() if number == 6 else None
    done: list[DoneItem] = []
    with pytest.raises(CancelledError):
        run(fake, items(1, videos=(0,)), control, done=done)
    assert fake.log[-1] == ("drop", "0", None)
    assert fake.closed_videos == 1
    assert done == []


def test_so_many_networks_work_at_the_same_time() -> None:
    fake = Fake()
    meeting = threading.Barrier(3, timeout=20.0)
    fake.on_segment = lambda _number: meeting.wait()  # each waits for two others
    done, _ = run(fake, items(9), networks=3)
    assert [one.error for one in done] == [""] * 9


def test_with_networks_of_their_own_a_video_runs_in_the_calling_thread() -> None:
    fake = Fake()
    seen: list[bool] = []
    fake.on_segment = lambda _number: seen.append(threading.current_thread() is caller)
    caller = threading.current_thread()
    done, _ = run(fake, items(3, videos=(1,)), networks=2)
    assert [one.error for one in done] == [""] * 3
    assert sorted(seen) == [False] * 2 + [True] * fake.frames_of_a_video


def test_a_cancelled_run_with_networks_of_their_own_ends() -> None:
    fake = Fake()
    control = JobControl()
    fake.on_segment = lambda number: control.cancel() if number == 4 else None
    done: list[DoneItem] = []
    with pytest.raises(CancelledError):
        run(fake, items(50), control, networks=2, done=done)
    assert [one.relative for one in done] == [f"{n}.jpg" for n in range(len(done))]
    assert len(done) < 10
