"""One picture, and a folder of them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from engine.errors import SourceError
from engine.sources.base import (
    FrameSource,
    Seek,
    SetLoop,
    SetPlaying,
    Step,
)
from engine.sources.folder import FolderSource, list_pictures
from engine.sources.image import ImageSource
from engine.sources.state import Pacer
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


def save(path: Path, colour: tuple[int, int, int] = (1, 2, 3)) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (6, 4), colour).save(path)
    return path


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


def test_bad_last_file(tmp_path: Path, clock: FakeClock) -> None:
    folder = make_folder(tmp_path)
    (folder / "shot 10.png").write_bytes(b"bad")
    source = FolderSource(folder, is_looping=False, pacer=paced(clock))
    source.open()
    source.handle(Seek(2))
    assert next_frame(source).name == "shot 2.png"
    source.handle(SetLoop(is_looping=True))
    source.handle(Seek(2))
    assert next_frame(source).name == "shot 1.png"


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
