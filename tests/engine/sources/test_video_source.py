"""Video files: exact frames, their own pace, and damaged ones."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.errors import SourceError
from engine.sources.base import (
    FrameSource,
    Seek,
    SetLoop,
    SetPlaying,
    Step,
)
from engine.sources.clip import Clip
from engine.sources.state import Pacer
from engine.sources.video import VideoSource
from engine.values import Frame

if TYPE_CHECKING:
    from tests.engine.sources.conftest import FakeClock

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


def test_seeking_survives_a_file_that_seeks_badly(
    make_video: MakeVideo, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = VideoSource(make_video(), pacer=paced(clock))
    source.open()
    # A key frame stands at 8, behind what is wanted.
    monkeypatch.setattr(Clip, "_time_of", lambda clip, index: clip._times[index + 5])
    for number in (3, 1):
        source.handle(Seek(number))
        frame = next_frame(source)
        assert (frame.index, grey_number(frame.image)) == (number, number)
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
