"""Every source on its own, read by hand."""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from engine.errors import SourceError
from engine.sources.base import (
    FrameSource,
    Seek,
    SetLoop,
    SetMirror,
    SetPlaying,
    SourceKind,
    SourceSpec,
    Step,
)
from engine.sources.camera import CameraInfo, CameraSource, list_cameras
from engine.sources.demo import FADE_FRAMES, PHOTO_FRAMES, PHOTOS, DemoSource, window_matrix
from engine.sources.folder import FolderSource, list_pictures
from engine.sources.image import ImageSource
from engine.sources.state import Pacer
from engine.sources.video import VideoSource
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


def play_to_end(source: VideoSource) -> tuple[list[int], str]:
    """Return the numbers of the frames that came, and what was said at the end."""
    numbers: list[int] = []
    try:
        while len(numbers) < 100:
            numbers.append(next_frame(source).index)
    except EOFError as end:
        return numbers, str(end)
    raise AssertionError("it does not end")


def grey_number(image: NDArray[np.uint8]) -> int:
    """Which frame of `make_video` this is."""
    return round((float(image.mean()) - 20) / 20)


def save(path: Path, colour: tuple[int, int, int] = (1, 2, 3)) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (6, 4), colour).save(path)
    return path


# --------------------------------------------------------------------------------------- image


def test_image_comes_once(tmp_path: Path, clock: FakeClock) -> None:
    source = ImageSource(save(tmp_path / "a.png"), pacer=paced(clock))
    info = source.open()
    assert (info.title, info.width, info.height, info.frames) == ("a.png", 6, 4, 1)
    assert not info.can_seek
    assert not info.can_play
    frame = next_frame(source)
    assert frame.name == "a.png"
    assert (frame.image == (1, 2, 3)).all()
    assert all(source.read() is None for _ in range(50))


def test_image_is_read_again_when_it_changes(tmp_path: Path, clock: FakeClock) -> None:
    path = save(tmp_path / "a.png")
    source = ImageSource(path, pacer=paced(clock))
    source.open()
    next_frame(source)
    save(path, (9, 9, 9))
    os.utime(path, ns=(1, 1))
    frame = next_frame(source)
    assert (frame.image == 9).all()
    assert frame.index == 1
    path.write_bytes(b"half written")
    assert all(source.read() is None for _ in range(20))
    assert "a.png" in source.message
    save(path, (7, 7, 7))
    os.utime(path, ns=(2, 2))
    assert (next_frame(source).image == 7).all()
    assert source.message == ""
    path.unlink()
    assert all(source.read() is None for _ in range(20))


# -------------------------------------------------------------------------------------- folder


def make_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "shots"
    for number in (10, 2, 1):
        save(folder / f"shot {number}.png", (number, 0, 0))
    (folder / "notes.txt").write_text("no picture")
    save(folder / ".hidden.png")
    save(folder / "inner" / "deep.png", (99, 0, 0))
    return folder


def test_folder_lists_in_natural_order(tmp_path: Path) -> None:
    folder = make_folder(tmp_path)
    info = FolderSource(folder).open()
    assert info.names == ("shot 1.png", "shot 2.png", "shot 10.png")
    assert info.paths == tuple(str(folder / name) for name in info.names)
    assert (info.title, info.frames) == ("shots", 3)
    assert info.can_seek
    assert info.can_play
    deep = list_pictures(folder, is_recursive=True)
    assert [path.name for path in deep] == ["deep.png", "shot 1.png", "shot 2.png", "shot 10.png"]


def test_folder_steps_and_seeks(tmp_path: Path, clock: FakeClock) -> None:
    source = FolderSource(make_folder(tmp_path), pacer=paced(clock))
    source.open()

    def after(*commands: Any) -> tuple[int, str]:
        for command in commands:
            source.handle(command)
        frame = next_frame(source)
        assert frame.index == source.index
        return frame.index, frame.name

    assert after() == (0, "shot 1.png")
    assert all(source.read() is None for _ in range(100))  # It opens paused.
    assert after(Step(1)) == (1, "shot 2.png")
    assert after(Step(1), Step(1)) == (0, "shot 1.png")
    assert after(Step(-1)) == (2, "shot 10.png")
    assert after(Seek(1)) == (1, "shot 2.png")
    assert after(Seek(99)) == (2, "shot 10.png")
    assert after(SetLoop(is_looping=False), Step(5)) == (2, "shot 10.png")
    assert after(Step(-50)) == (0, "shot 1.png")


def test_slide_show_keeps_its_interval(tmp_path: Path, clock: FakeClock) -> None:
    source = FolderSource(
        make_folder(tmp_path), interval_s=2.0, is_looping=False, pacer=paced(clock)
    )
    source.open()
    next_frame(source)
    source.handle(SetPlaying(is_playing=True))
    begin = clock.time
    assert next_frame(source).index == 1
    assert clock.time - begin == pytest.approx(2.0, abs=0.06)
    assert next_frame(source).index == 2
    assert clock.time - begin == pytest.approx(4.0, abs=0.12)
    assert all(source.read() is None for _ in range(200))
    assert not source.is_playing


def test_bad_file_is_named_and_skipped(tmp_path: Path, clock: FakeClock) -> None:
    folder = make_folder(tmp_path)
    (folder / "shot 2.png").write_bytes(b"bad")
    source = FolderSource(folder, pacer=paced(clock))
    source.open()
    next_frame(source)
    source.handle(Step(1))
    assert next_frame(source).name == "shot 10.png"
    assert "shot 2.png" in source.message
    source.handle(Step(-1))
    assert next_frame(source).name == "shot 1.png"
    source.handle(Step(-1))
    assert next_frame(source).name == "shot 10.png"
    assert source.message == ""


def test_bad_last_file_without_loop(tmp_path: Path, clock: FakeClock) -> None:
    folder = make_folder(tmp_path)
    (folder / "shot 10.png").write_bytes(b"bad")
    source = FolderSource(folder, is_looping=False, pacer=paced(clock))
    source.open()
    source.handle(Seek(2))
    assert next_frame(source).name == "shot 2.png"


def test_folder_of_nothing_but_bad_files(tmp_path: Path, clock: FakeClock) -> None:
    folder = make_folder(tmp_path)
    for path in folder.glob("*.png"):
        path.write_bytes(b"bad")
    for is_looping in (True, False):
        source = FolderSource(folder, is_looping=is_looping, pacer=paced(clock))
        source.open()
        with pytest.raises(SourceError, match="None of the pictures in shots"):
            next_frame(source)


def test_empty_and_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="no pictures"):
        FolderSource(tmp_path).open()
    with pytest.raises(SourceError, match="no folder"):
        FolderSource(tmp_path / "none").open()


def test_file_that_went_away_is_skipped(tmp_path: Path, clock: FakeClock) -> None:
    folder = make_folder(tmp_path)
    source = FolderSource(folder, pacer=paced(clock))
    source.open()
    shutil.rmtree(folder / "inner")
    (folder / "shot 1.png").unlink()
    assert next_frame(source).name == "shot 2.png"
    assert "shot 1.png" in source.message


# ---------------------------------------------------------------------------------------- demo


def test_demo_is_the_same_every_time(clock: FakeClock) -> None:
    one, two = DemoSource(pacer=paced(clock)), DemoSource(pacer=paced(clock))
    info = one.open()
    two.open()
    assert (info.width, info.height, info.frames, info.fps) == (640, 480, None, 30.0)
    assert info.names == (
        "astronaut", "chelsea", "coffee", "rocket", "motorcycle_left", "motorcycle_right",
    )  # fmt: skip
    for position in (0, 7, PHOTO_FRAMES + 3):
        frame = one.frame_at(position)
        assert frame.image.shape == (480, 640, 3)
        np.testing.assert_array_equal(frame.image, two.frame_at(position).image)


def test_demo_moves_slowly_and_without_jumps(clock: FakeClock) -> None:
    source = DemoSource(pacer=paced(clock))
    source.open()
    images = [source.frame_at(n).image.astype(np.int16) for n in range(0, 2 * PHOTO_FRAMES + 30, 3)]
    changes = np.array([np.abs(b - a).mean() for a, b in itertools.pairwise(images)])
    assert changes.max() < 25  # A cut between photos changes pixels by about 70.
    assert changes.mean() > 0.3


def test_demo_keeps_proportions_and_stays_inside() -> None:
    for photo in PHOTOS:
        for share in (0.0, 0.3, 1.0):
            width, height = 600, 400
            matrix = window_matrix(photo, width, height, share)
            assert matrix[0, 0] == matrix[1, 1]
            assert matrix[0, 1] == matrix[1, 0] == 0
            left, top = matrix @ (-0.5, -0.5, 1)
            right, bottom = matrix @ (639.5, 479.5, 1)
            assert left >= -0.5 - 1e-9
            assert top >= -0.5 - 1e-9
            assert right <= width - 0.5 + 1e-9
            assert bottom <= height - 0.5 + 1e-9


def test_demo_shows_thirty_frames_a_second(clock: FakeClock) -> None:
    source = DemoSource(pacer=paced(clock))
    source.open()
    next_frame(source)
    begin = clock.time
    frames = [next_frame(source) for _ in range(60)]
    assert clock.time - begin == pytest.approx(2.0, abs=0.04)
    assert [frame.index for frame in frames] == list(range(1, 61))


def test_demo_goes_from_photo_to_photo(clock: FakeClock) -> None:
    source = DemoSource(pacer=paced(clock))
    source.open()
    assert next_frame(source).name == "astronaut"
    source.handle(SetPlaying(is_playing=False))
    assert all(source.read() is None for _ in range(20))
    names = []
    for command in (Step(1), Step(1), Seek(5), Step(1), Step(-1)):
        source.handle(command)
        names.append(next_frame(source).name)
        assert source.read() is None
    assert names == ["chelsea", "coffee", "motorcycle_right", "astronaut", "motorcycle_right"]
    assert source.index == 5


def test_demo_fades(clock: FakeClock) -> None:
    source = DemoSource(pacer=paced(clock))
    source.open()
    assert source.frame_at(PHOTO_FRAMES).name == "astronaut"
    assert source.frame_at(PHOTO_FRAMES + FADE_FRAMES).name == "chelsea"
    assert source.frame_at(6 * PHOTO_FRAMES + FADE_FRAMES).name == "astronaut"


# --------------------------------------------------------------------------------------- video


@pytest.mark.parametrize(("name", "codec"), [
    ("a.mp4", "libx264"), ("a.mkv", "libx264"), ("a.avi", "mpeg4"), ("a.mov", "mjpeg"),
])  # fmt: skip
def test_video_plays_steps_and_seeks(
    make_video: MakeVideo, clock: FakeClock, name: str, codec: str
) -> None:
    source = VideoSource(make_video(name, codec=codec), is_looping=False, pacer=paced(clock))
    info = source.open()
    assert (info.title, info.width, info.height, info.frames) == (name, 64, 48, 10)
    assert info.fps == pytest.approx(25)
    frames = [next_frame(source) for _ in range(10)]
    assert [frame.index for frame in frames] == list(range(10))
    assert [grey_number(frame.image) for frame in frames] == list(range(10))
    with pytest.raises(EOFError):
        next_frame(source)
    source.handle(SetPlaying(is_playing=False))
    for command, expected in (
        (Seek(7), 7), (Step(-1), 6), (Step(-1), 5), (Step(1), 6), (Step(2), 8), (Seek(0), 0),
        (Step(-3), 0), (Seek(9), 9), (Step(1), 9), (Seek(3), 3), (Seek(1000), 9),
    ):  # fmt: skip
        source.handle(command)
        frame = next_frame(source)
        assert (frame.index, grey_number(frame.image)) == (expected, expected), command
        assert source.read() is None
    source.close()
    source.close()


def test_video_is_paced_by_its_own_clock(make_video: MakeVideo, clock: FakeClock) -> None:
    times = [0, 1, 2, 12, 13, 14]  # A still stands for ten frames.
    path = make_video("a.mkv", 6, times=times)
    source = VideoSource(path, pacer=paced(clock))
    source.open()
    begin, shown = clock.time, []
    for _ in times:
        frame = next_frame(source)
        shown.append(clock.time - begin)
    assert frame.index == 5
    assert shown == pytest.approx([at / 25 for at in times], abs=0.002)
    source.handle(Seek(3))
    assert grey_number(next_frame(source).image) == 3
    source.close()


def test_video_loops(make_video: MakeVideo, clock: FakeClock) -> None:
    source = VideoSource(make_video(count=3), pacer=paced(clock))
    source.open()
    assert [next_frame(source).index for _ in range(7)] == [0, 1, 2, 0, 1, 2, 0]
    source.handle(SetLoop(is_looping=False))
    assert [next_frame(source).index for _ in range(2)] == [1, 2]
    with pytest.raises(EOFError):
        next_frame(source)
    source.handle(SetPlaying(is_playing=True))
    assert next_frame(source).index == 0
    source.close()


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_video_is_turned_upright(make_video: MakeVideo, clock: FakeClock, degrees: int) -> None:
    def paint(image: NDArray[np.uint8]) -> None:
        image[:] = 0
        image[:24, :32] = 250  # Bright at the top left.

    path = make_video("a.mp4", 2, rotation=degrees, paint=paint)
    source = VideoSource(path, pacer=paced(clock))
    info = source.open()
    frame = next_frame(source)
    source.close()
    stored = np.zeros((48, 64))
    stored[:24, :32] = 250
    expected = np.rot90(stored, degrees // 90)
    assert (info.height, info.width) == expected.shape
    assert np.abs(frame.image[:, :, 0] - expected).mean() < 5


def test_video_has_square_pixels(make_video: MakeVideo) -> None:
    source = VideoSource(make_video(count=2, aspect=Fraction(2, 1)))
    info = source.open()
    source.close()
    assert (info.width, info.height) == (128, 48)


@pytest.mark.parametrize(("name", "codec", "muxer"), [
    ("a.avi", "mpeg4", {}),
    ("a.mp4", "libx264", {"movflags": "faststart"}),
    ("a.mov", "mjpeg", {"movflags": "faststart"}),
])  # fmt: skip
def test_truncated_video_plays_what_is_there(
    make_video: MakeVideo, clock: FakeClock, name: str, codec: str, muxer: dict[str, str]
) -> None:
    rng = np.random.default_rng(0)

    def paint(image: NDArray[np.uint8]) -> None:
        image[:] = rng.integers(0, 256, image.shape)

    path = make_video(name, 10, codec=codec, muxer=muxer, paint=paint)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 3 // 4])
    source = VideoSource(path, is_looping=False, pacer=paced(clock))
    source.open()
    numbers, message = play_to_end(source)
    assert message.startswith(f"{name} is damaged or cut short")
    assert source.message == message
    assert numbers == list(range(len(numbers)))
    assert 3 <= len(numbers) <= 9
    source.close()


def test_hole_in_a_video_is_passed(make_video: MakeVideo, clock: FakeClock) -> None:
    path = make_video("a.mov", 10, codec="mjpeg")
    data = bytearray(path.read_bytes())
    second = data.index(b"\xff\xd8", data.index(b"\xff\xd8") + 2)
    third = data.index(b"\xff\xd8", second + 2)
    data[second:third] = bytes(third - second)
    path.write_bytes(data)
    source = VideoSource(path, is_looping=False, pacer=paced(clock))
    source.open()
    assert play_to_end(source)[0] == [0, 2, 3, 4, 5, 6, 7, 8, 9]
    assert "damaged" in source.message
    source.close()


@pytest.mark.parametrize("data", [b"", b"garbage" * 500, bytes(5000)])
@pytest.mark.parametrize("suffix", ["mp4", "avi", "mkv"])
def test_garbage_is_no_video(tmp_path: Path, data: bytes, suffix: str) -> None:
    path = tmp_path / f"a.{suffix}"
    path.write_bytes(data)
    with pytest.raises(SourceError, match=path.name):
        VideoSource(path).open()


def test_mp4_cut_before_its_index(make_video: MakeVideo) -> None:
    path = make_video("a.mp4")
    path.write_bytes(path.read_bytes()[:400])
    with pytest.raises(SourceError, match=r"a\.mp4"):
        VideoSource(path).open()


def test_missing_video_and_folder(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"no file none\.mp4"):
        VideoSource(tmp_path / "none.mp4").open()
    with pytest.raises(SourceError, match="folder"):
        VideoSource(tmp_path).open()


def test_garbage_writes_nothing_to_the_terminal(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.mp4").write_bytes(b"garbage" * 100)
    with pytest.raises(SourceError):
        VideoSource(tmp_path / "a.mp4").open()
    assert capfd.readouterr() == ("", "")


# -------------------------------------------------------------------------------------- camera


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
