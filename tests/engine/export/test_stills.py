"""Frames encoded one by one, put together to a film."""

from __future__ import annotations

from typing import TYPE_CHECKING

import av
import numpy as np
import pytest

from engine.errors import ExportError
from engine.export import stills
from engine.export.stills import StillEncoder, join

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray


def _picture(number: int, size: tuple[int, int] = (64, 48)) -> NDArray[np.uint8]:
    width, height = size
    image = np.full((height, width, 3), 40 * number, np.uint8)
    image[:, : width // 2, 0] = 255
    image.flags.writeable = False  # formats share what they draw
    return image


def _frames(path: Path) -> tuple[list[NDArray[np.uint8]], list[float]]:
    with av.open(str(path)) as film:
        frames = list(film.decode(video=0))
    return [f.to_ndarray(format="rgb24") for f in frames], [float(f.time or 0) for f in frames]


def _written(folder: Path, pictures: list[NDArray[np.uint8]]) -> list[Path]:
    encoder = StillEncoder()
    paths = [folder / f"{place}.frame" for place in range(len(pictures))]
    for path, picture in zip(paths, pictures, strict=True):
        encoder.write(path, picture)
    return paths


def test_frames_come_in_any_order_and_more_than_once(tmp_path: Path) -> None:
    pictures = [_picture(number) for number in range(4)]
    paths = _written(tmp_path, pictures)
    order = [2, 2, 0, 3, 1, 1]
    join(tmp_path / "film.mp4", [paths[place] for place in order], fps=10)
    frames, seconds = _frames(tmp_path / "film.mp4")
    assert seconds == pytest.approx([0, 0.1, 0.2, 0.3, 0.4, 0.5])
    for frame, place in zip(frames, order, strict=True):
        # Chroma has half the resolution, so the edge in the middle is left out.
        off = np.abs(frame.astype(int) - pictures[place])
        assert off[:, np.r_[0:28, 36:64]].max() <= 6


def test_frames_of_the_first_ones_size_are_not_encoded_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = _written(tmp_path, [_picture(number) for number in range(3)])
    monkeypatch.setattr(stills, "_decoded", lambda _still: pytest.fail("decoded again"))
    join(tmp_path / "film.mp4", paths, fps=25)
    assert len(_frames(tmp_path / "film.mp4")[0]) == 3


def test_other_sizes_are_fitted_and_odd_ones_padded(tmp_path: Path) -> None:
    paths = _written(
        tmp_path, [_picture(1, (61, 47)), _picture(2, (31, 47)), _picture(3, (61, 47))]
    )
    join(tmp_path / "film.mp4", paths, fps=25)
    frames, _ = _frames(tmp_path / "film.mp4")
    assert [frame.shape for frame in frames] == [(48, 62, 3)] * 3
    assert frames[1][:, :13].max() < 20  # black borders
    assert np.abs(frames[1][5:40, 36:44].astype(int) - 80).max() < 8
    assert np.abs(frames[2][:, 40:].astype(int) - 120).max() < 8


def test_frames_of_another_encoder_are_encoded_again(tmp_path: Path) -> None:
    paths = _written(tmp_path, [_picture(number) for number in range(3)])
    with pytest.MonkeyPatch.context() as patch:
        # Another entropy coding: a decoder that knows the film's own head could not read it.
        patch.setitem(stills._OPTIONS, "preset", "medium")
        StillEncoder().write(paths[1], _picture(5))
    join(tmp_path / "film.mp4", paths, fps=25)
    frames, _ = _frames(tmp_path / "film.mp4")
    for frame, number in zip(frames, (0, 5, 2), strict=True):
        assert np.abs(frame[:, 40:].astype(int) - 40 * number).max() < 8


def test_a_spoilt_frame_is_said(tmp_path: Path) -> None:
    paths = _written(tmp_path, [_picture(1)])
    paths[0].write_bytes(b"something else")
    with pytest.raises(ExportError, match="begin the export anew"):
        join(tmp_path / "film.mp4", paths, fps=25)
