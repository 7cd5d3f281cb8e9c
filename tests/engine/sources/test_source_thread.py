"""The thread: what it tells, what it survives, and that it always lets go."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from engine.errors import SourceError
from engine.jobs import SOMETHING_WENT_WRONG
from engine.mailbox import Mailbox
from engine.sources.base import (
    FrameSource,
    Seek,
    SetPlaying,
    SourceCommand,
    SourceInfo,
    SourceKind,
    SourceSpec,
    SourceState,
    Step,
)
from engine.sources.camera import CameraSource
from engine.sources.opening import open_source, parse_source
from engine.sources.stream import StreamSource
from engine.sources.thread import SourceThread
from engine.values import Frame

if TYPE_CHECKING:
    from tests.engine.sources.conftest import FakeCapture, Listener, MjpegServer

PATIENCE_S = 20.0
STILL = SourceSpec(SourceKind.IMAGE, "fake")


class Rig:
    """A source thread with somebody who listens and somebody who takes the frames."""

    def __init__(self, listener: Listener) -> None:
        self.listener = listener
        self._arrived = threading.Event()
        self.mailbox: Mailbox[Frame] = Mailbox(self._arrived.set)
        self.opener: Callable[[SourceSpec], FrameSource] = open_source
        self.thread = SourceThread(self.mailbox, listener, retry_s=0.02, opener=self._open)
        self.thread.start()

    def _open(self, spec: SourceSpec) -> FrameSource:
        return self.opener(spec)

    def next_frame(self, matches: Callable[[Frame], bool] = lambda _: True) -> Frame:
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            assert self._arrived.wait(PATIENCE_S), self.listener.heard
            self._arrived.clear()
            frame = self.mailbox.take()
            if frame is not None and matches(frame):
                return frame
        raise AssertionError("no such frame came")


@pytest.fixture
def rig(listener: Listener) -> Iterator[Rig]:
    rig = Rig(listener)
    yield rig
    assert rig.thread.stop()


class FakeSource:
    """Does what its test wants."""

    def __init__(self, on_read: Callable[[int], Frame | None]) -> None:
        self.on_read = on_read
        self.reads = 0
        self.closed = threading.Event()
        self.commands: list[SourceCommand] = []

    def open(self) -> SourceInfo:
        return SourceInfo("fake")

    def read(self) -> Frame | None:
        time.sleep(0.001)
        self.reads += 1
        return self.on_read(self.reads)

    def handle(self, command: SourceCommand) -> None:
        self.commands.append(command)

    def close(self) -> None:
        self.closed.set()


def black(index: int) -> Frame:
    return Frame(np.zeros((2, 2, 3), np.uint8), index)


# ---------------------------------------------------------------------- every source there is


@pytest.fixture(params=["demo", "image", "folder", "video", "stream", "camera"])
def spec(
    request: pytest.FixtureRequest,
    rig: Rig,
    tmp_path: Path,
    capture: FakeCapture,
    make_video: Callable[..., Path],
) -> SourceSpec:
    Image.new("RGB", (64, 48)).save(tmp_path / "a.png")
    Image.new("RGB", (64, 48)).save(tmp_path / "b.png")
    match request.param:
        case "image":
            return parse_source(str(tmp_path / "a.png"))
        case "folder":
            return parse_source(str(tmp_path))
        case "video":
            return parse_source(str(make_video()))
        case "stream":
            server: MjpegServer = request.getfixturevalue("server")
            return parse_source(server.url)
        case "camera":
            rig.opener = lambda spec: CameraSource(spec, open_capture=capture.open)
            return parse_source("camera:0")
        case _:
            return parse_source("demo")


def test_contract(rig: Rig, spec: SourceSpec) -> None:
    rig.thread.open(spec)
    opening = rig.listener.wait_for(SourceState.OPENING)
    assert opening.spec == spec
    is_folder = spec.kind is SourceKind.FOLDER
    status = rig.listener.wait_for(SourceState.PAUSED if is_folder else SourceState.PLAYING)
    assert status.info is not None
    assert status.info.title
    assert status.message == ""
    frame = rig.next_frame()
    assert frame.name
    assert frame.captured_at > 0
    assert frame.image.dtype == np.uint8
    assert frame.image.shape[2] == 3
    if status.info.can_play and not is_folder:
        rig.thread.send(SetPlaying(is_playing=False))
        status = rig.listener.wait_for(SourceState.PAUSED)
    if status.info is not None and status.info.can_seek:
        target = 1 if status.index == 0 else 0
        rig.thread.send(Seek(target))
        rig.listener.wait_for(SourceState.PAUSED, lambda s: s.index == target)
    if status.info is not None and status.info.can_play:
        rig.thread.send(SetPlaying(is_playing=True))
        rig.listener.wait_for(SourceState.PLAYING)
    assert rig.thread.stop()
    closed = rig.listener.wait_for(SourceState.CLOSED)
    assert closed.spec == spec
    assert rig.mailbox.take() is None


def test_bad_location_fails_with_a_sentence(rig: Rig, tmp_path: Path) -> None:
    for kind in (SourceKind.IMAGE, SourceKind.VIDEO, SourceKind.FOLDER):
        rig.thread.open(SourceSpec(kind, str(tmp_path / "gone.x")))
        failed = rig.listener.wait_for(SourceState.FAILED)
        assert "gone.x" in failed.message
        assert failed.info is None
    rig.thread.open(SourceSpec(SourceKind.DEMO))
    rig.next_frame()


# ------------------------------------------------------------------------- away and back again


def test_camera_is_picked_up_again(rig: Rig, capture: FakeCapture) -> None:
    rig.opener = lambda spec: CameraSource(spec, open_capture=capture.open)
    rig.thread.open(SourceSpec(SourceKind.CAMERA, "0"))
    rig.next_frame()
    rig.listener.wait_for(SourceState.PLAYING)
    capture.is_plugged = False
    waiting = rig.listener.wait_for(SourceState.WAITING)
    assert "Camera 0" in waiting.message
    tries = len(capture.opened)
    rig.listener.wait_for(SourceState.WAITING, lambda s: "cannot be opened" in s.message)
    capture.pixel = (1, 2, 3)
    capture.is_plugged = True
    rig.listener.wait_for(SourceState.PLAYING, lambda s: s.message == "")
    rig.next_frame(lambda frame: frame.image[0, 5].tolist() == [3, 2, 1])
    assert len(capture.opened) > tries


def test_camera_that_is_missing_from_the_start_fails(rig: Rig, capture: FakeCapture) -> None:
    capture.is_plugged = False
    rig.opener = lambda spec: CameraSource(spec, open_capture=capture.open)
    rig.thread.open(SourceSpec(SourceKind.CAMERA, "0"))
    assert "Camera 0" in rig.listener.wait_for(SourceState.FAILED).message


def test_stream_stalls_and_comes_back(rig: Rig, server: MjpegServer) -> None:
    rig.opener = lambda spec: StreamSource(spec.location, open_timeout_s=0.5, stall_s=0.3)
    rig.thread.open(parse_source(server.url))
    rig.next_frame()
    server.is_flowing.clear()
    rig.listener.wait_for(SourceState.WAITING)
    server.grey = 220
    server.is_flowing.set()
    rig.listener.wait_for(SourceState.PLAYING)
    rig.next_frame(lambda frame: frame.image.mean() > 210)


def test_stopping_while_waiting(rig: Rig, capture: FakeCapture) -> None:
    rig.opener = lambda spec: CameraSource(spec, open_capture=capture.open)
    rig.thread.open(SourceSpec(SourceKind.CAMERA, "0"))
    rig.next_frame()
    capture.is_plugged = False
    rig.listener.wait_for(SourceState.WAITING)
    assert rig.thread.stop()


# --------------------------------------------------------------------------------------- video


def test_video_ends_and_can_be_rewound(rig: Rig, make_video: Callable[..., Path]) -> None:
    spec = SourceSpec(SourceKind.VIDEO, str(make_video(count=4, rate=50)), is_looping=False)
    rig.thread.open(spec)
    ended = rig.listener.wait_for(SourceState.ENDED)
    assert (ended.index, ended.message) == (3, "")
    rig.thread.send(Seek(1))
    rig.next_frame(lambda frame: frame.index == 1)
    rig.listener.wait_for(SourceState.ENDED)
    rig.thread.send(SetPlaying(is_playing=False))
    rig.thread.send(Step(-1))
    rig.listener.wait_for(SourceState.PAUSED, lambda s: s.index == 2)


def test_index_is_told_ten_times_a_second_at_most(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [50.0]
    monkeypatch.setattr("engine.sources.player.time", SimpleNamespace(perf_counter=lambda: now[0]))
    has_read_many = threading.Event()

    class Counter(FakeSource):
        index = 0

        def read(self) -> Frame | None:
            self.index = self.reads
            has_read_many.set() if self.reads > 100 else None
            return super().read()

    rig.opener = lambda _spec: Counter(black)
    rig.thread.open(STILL)
    rig.listener.wait_for(SourceState.PLAYING)
    assert has_read_many.wait(PATIENCE_S)
    assert rig.listener.heard == []  # The clock stands still.
    now[0] += 0.11
    assert rig.listener.wait_for(SourceState.PLAYING).index >= 100
    assert rig.listener.heard == []


# ------------------------------------------------------------------------------ what it survives


def test_defect_is_logged_and_survived(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    def fail(_count: int) -> None:
        raise ZeroDivisionError("a defect")

    source = FakeSource(fail)
    rig.opener = lambda _spec: source
    rig.thread.open(STILL)
    failed = rig.listener.wait_for(SourceState.FAILED)
    assert failed.message == SOMETHING_WENT_WRONG
    assert source.closed.wait(PATIENCE_S)
    assert "a defect" in caplog.text
    caplog.clear()
    rig.opener = open_source
    rig.thread.open(SourceSpec(SourceKind.DEMO))
    rig.next_frame()


def test_failing_listener_is_survived(caplog: pytest.LogCaptureFixture) -> None:
    called = threading.Event()

    def listen(_status: object) -> None:
        called.set()
        raise ZeroDivisionError("a deaf one")

    arrived = threading.Event()
    thread = SourceThread(Mailbox(arrived.set), listen)
    thread.start()
    thread.open(SourceSpec(SourceKind.DEMO))
    assert arrived.wait(PATIENCE_S)
    assert called.is_set()
    assert thread.stop()
    assert "a deaf one" in caplog.text
    caplog.clear()


@pytest.mark.parametrize("is_failing", [False, True])
def test_hanging_open_wedges_nothing(rig: Rig, is_failing: bool) -> None:
    release = threading.Event()

    class Hanging(FakeSource):
        def open(self) -> SourceInfo:
            assert release.wait(PATIENCE_S)
            if is_failing:
                raise SourceError("Nobody wants to hear this any more.")
            return SourceInfo("too late")

    hanging = Hanging(black)
    rig.opener = lambda _spec: hanging
    rig.thread.open(STILL)
    rig.listener.wait_for(SourceState.OPENING)
    rig.opener = open_source
    rig.thread.open(SourceSpec(SourceKind.DEMO))
    rig.next_frame(lambda frame: frame.image.shape == (480, 640, 3))
    assert not hanging.closed.is_set()
    release.set()
    assert hanging.closed.wait(PATIENCE_S)
    assert hanging.reads == 0
    assert all(status.spec.kind is SourceKind.DEMO for status in rig.listener.heard)


def test_stop_does_not_wait_for_what_hangs(rig: Rig) -> None:
    release, hangs = threading.Event(), threading.Event()

    def hang(_count: int) -> None:
        hangs.set()
        assert release.wait(PATIENCE_S)

    rig.opener = lambda _spec: FakeSource(hang)
    rig.thread.open(STILL)
    assert hangs.wait(PATIENCE_S)
    assert rig.thread.stop()
    rig.listener.wait_for(SourceState.CLOSED)
    release.set()


def test_recoverable_only_when_it_says_so(rig: Rig) -> None:
    def lose(_count: int) -> None:
        raise SourceError("It broke.")

    rig.opener = lambda _spec: FakeSource(lose)
    rig.thread.open(STILL)
    assert rig.listener.wait_for(SourceState.FAILED).message == "It broke."


def test_commands_arrive_in_order_and_none_is_lost(rig: Rig) -> None:
    done = threading.Event()
    source = FakeSource(lambda _n: done.set() if len(source.commands) == 500 else None)
    rig.opener = lambda _spec: source
    rig.thread.open(STILL)
    for number in range(500):
        rig.thread.send(Seek(number))
    assert done.wait(PATIENCE_S)
    assert source.commands == [Seek(number) for number in range(500)]


def test_frames_of_a_bare_source_are_completed(rig: Rig) -> None:
    rig.opener = lambda _spec: FakeSource(black)
    rig.thread.open(STILL)
    frame = rig.next_frame()
    assert frame.name == "fake"
    assert frame.captured_at > 0


def test_opening_often_leaves_nothing(rig: Rig) -> None:
    sources: list[FakeSource] = []

    def opener(_spec: SourceSpec) -> FakeSource:
        sources.append(FakeSource(black))
        return sources[-1]

    rig.opener = opener
    for _ in range(20):
        rig.thread.open(STILL)
        rig.next_frame()
    assert rig.thread.stop()
    assert sources
    assert all(source.closed.is_set() for source in sources)


def test_stop_without_start_and_twice(listener: Listener) -> None:
    never = SourceThread(Mailbox(), listener)
    assert never.stop()
    thread = SourceThread(Mailbox(), listener)
    thread.start()
    thread.send(Step(1))  # Nothing is open: nobody minds.
    assert thread.stop()
    assert thread.stop()
    assert listener.heard == []
