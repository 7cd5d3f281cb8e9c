"""The demo: deterministic, smooth, and in proportion."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from engine.sources.base import (
    FrameSource,
    Seek,
    SetPlaying,
    Step,
)
from engine.sources.demo import FADE_FRAMES, PHOTO_FRAMES, PHOTOS, DemoSource, window_matrix
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


def test_demo_is_the_same_every_time(clock: FakeClock) -> None:
    one, two = DemoSource(pacer=paced(clock)), DemoSource(pacer=paced(clock))
    info = one.open()
    two.open()
    assert (info.width, info.height, info.frames, info.fps) == (640, 480, None, 60.0)
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


def test_demo_shows_sixty_frames_a_second(clock: FakeClock) -> None:
    source = DemoSource(pacer=paced(clock))
    source.open()
    next_frame(source)
    begin = clock.time
    frames = [next_frame(source) for _ in range(60)]
    assert clock.time - begin == pytest.approx(1.0, abs=0.02)
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
