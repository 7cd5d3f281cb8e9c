"""A camera of wood: pictures, mirror, and the plug pulled out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from engine.errors import SourceError
from engine.sources.base import (
    FrameSource,
    SetMirror,
    SetPlaying,
    SourceKind,
    SourceSpec,
)
from engine.sources.camera import CameraInfo, CameraSource, list_cameras
from engine.sources.state import Pacer
from engine.values import Frame

if TYPE_CHECKING:
    from tests.engine.sources.conftest import FakeCapture, FakeClock

MakeVideo = Callable[..., Path]


def paced(clock: FakeClock) -> Pacer:
    return Pacer(clock.now, clock.sleep)


def next_frame(source: FrameSource, tries: int = 2000) -> Frame:
    for _ in range(tries):
        frame = source.read()
        if frame is not None:
            return frame
    raise AssertionError("no frame came")


def camera_spec(**options: Any) -> SourceSpec:
    return SourceSpec(SourceKind.CAMERA, "1", **options)


def make_camera(capture: FakeCapture, clock: FakeClock, **options: Any) -> CameraSource:
    return CameraSource(
        camera_spec(**options),
        open_capture=capture.open,
        find_cameras=lambda: (CameraInfo(1, 200, "Desk camera", "/dev/video1"),),
        pacer=paced(clock),
    )


def test_camera_gives_rgb_with_its_name(capture: FakeCapture, clock: FakeClock) -> None:
    source = make_camera(capture, clock, width=320, height=240, backend=200)
    info = source.open()
    assert (info.title, info.width, info.height, info.frames) == ("Desk camera", 320, 240, None)
    assert info.can_play
    assert not info.can_seek
    assert capture.opened == [(1, 200)]
    frame = next_frame(source)
    assert frame.name == "Desk camera"
    assert frame.image[0, 5].tolist() == [30, 20, 10]
    assert frame.image[0, 0].tolist() == [200, 200, 200]
    assert next_frame(source).index == 1
    source.close()
    source.close()
    assert capture.released == 1


def test_camera_is_mirrored_on_request(capture: FakeCapture, clock: FakeClock) -> None:
    source = make_camera(capture, clock, is_mirrored=True)
    source.open()
    assert next_frame(source).image[0, -1].tolist() == [200, 200, 200]
    source.handle(SetMirror(is_mirrored=False))
    assert next_frame(source).image[0, 0].tolist() == [200, 200, 200]


def test_paused_camera_is_read_and_thrown_away(capture: FakeCapture, clock: FakeClock) -> None:
    source = make_camera(capture, clock)
    source.open()
    source.handle(SetPlaying(is_playing=False))
    assert all(source.read() is None for _ in range(10))
    assert capture.reads == 10
    source.handle(SetPlaying(is_playing=True))
    assert source.read() is not None


def test_unplugged_camera_says_so(capture: FakeCapture, clock: FakeClock) -> None:
    source = make_camera(capture, clock)
    source.open()
    next_frame(source)
    capture.is_plugged = False
    assert source.read() is None  # One bad read is no reason to give up.
    with pytest.raises(SourceError, match="Desk camera"):
        next_frame(source)
    assert source.is_recoverable
    with pytest.raises(SourceError, match="Camera 1 cannot be opened"):
        source.open()
    capture.is_plugged = True
    source.open()
    next_frame(source)


def test_missing_camera_is_refused_quietly(capfd: pytest.CaptureFixture[str]) -> None:
    source = CameraSource(SourceSpec(SourceKind.CAMERA, "97"))
    with pytest.raises(SourceError, match="Camera 97"):
        source.open()
    assert capfd.readouterr() == ("", "")


def test_cameras_are_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    import cv2_enumerate_cameras

    class Found:
        index, backend, name, path = 3, 200, "Desk camera", None

    monkeypatch.setattr(cv2_enumerate_cameras, "enumerate_cameras", lambda _api: [Found(), Found()])
    assert list_cameras() == (CameraInfo(3, 200, "Desk camera", ""),)

    def fail(_api: int) -> None:
        raise OSError

    monkeypatch.setattr(cv2_enumerate_cameras, "enumerate_cameras", fail)
    assert list_cameras() == ()
