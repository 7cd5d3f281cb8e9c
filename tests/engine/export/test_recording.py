"""Films are read back with PyAV."""

from __future__ import annotations

import threading
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from engine.errors import ExportError
from engine.export import recording
from engine.export.recording import Recorder

COLOURS = ((200, 30, 40), (20, 160, 60), (30, 60, 210), (128, 128, 128))


def plain(colour: tuple[int, int, int], height: int = 48, width: int = 64) -> NDArray[np.uint8]:
    return np.full((height, width, 3), colour, np.uint8)


def read(path: Path) -> tuple[list[float], list[NDArray[np.uint8]]]:
    with av.open(str(path)) as film:
        assert film.streams.video[0].codec_context.name == "h264"
        frames = list(film.decode(video=0))
        images = [frame.to_ndarray(format="rgb24").astype(np.uint8) for frame in frames]
        return [frame.time for frame in frames], images


def test_times_sizes_and_colours_come_back(tmp_path: Path) -> None:
    target = tmp_path / "film.mp4"
    recorder = Recorder(target, (64, 48), 20)
    for colour, time_s in zip(COLOURS, (100.0, 100.05, 100.35, 101.0), strict=True):
        assert recorder.add(plain(colour), time_s)
    assert not target.exists()
    summary = recorder.close()
    times, images = read(target)
    assert times == pytest.approx([0.0, 0.05, 0.35, 1.0], abs=1e-4)
    for image, colour in zip(images, COLOURS, strict=True):
        assert image.shape == (48, 64, 3)
        assert np.abs(image[8:40, 8:56].astype(int) - colour).max() <= 6
    assert (summary.frames, summary.dropped) == (4, 0)
    assert summary.duration_s == pytest.approx(1.05)
    with av.open(str(target)) as film:
        assert film.duration is not None
        assert film.duration / av.time_base == pytest.approx(1.05, abs=0.002)
        assert film.streams.video[0].codec_context.pix_fmt == "yuv420p"
    assert list(tmp_path.iterdir()) == [target]


def test_the_index_stands_before_the_pictures(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "film.mp4", (64, 48), 20)
    recorder.add(plain(COLOURS[0]), 0.0)
    recorder.close()
    content = (tmp_path / "film.mp4").read_bytes()
    assert 0 < content.index(b"moov") < content.index(b"mdat")


def test_times_that_do_not_rise_are_put_in_order(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "film.mp4", (64, 48), 20)
    for time_s in (1.0, 1.0, 0.5, 2.0):
        recorder.add(plain(COLOURS[0]), time_s)
    recorder.close()
    times, _ = read(tmp_path / "film.mp4")
    assert times == sorted(set(times))
    assert times[-1] == pytest.approx(1.0, abs=1e-4)


def test_odd_sizes_are_padded_and_other_sizes_get_borders(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "film.mp4", (65, 49), 20)
    recorder.add(plain(COLOURS[1], 49, 65), 0.0)
    recorder.add(plain((255, 255, 255), 98, 33), 0.1)
    recorder.close()
    _, (first, second) = read(tmp_path / "film.mp4")
    assert first.shape == (50, 66, 3)
    assert np.abs(first[5:45, 5:60].astype(int) - COLOURS[1]).max() <= 6
    # 33 x 98 at half size is 16 wide, in the middle of 65.
    assert second[25, 8:20].max() < 24
    assert second[25, 28:38].min() > 230
    assert second[25, 44:60].max() < 24


def test_fit_keeps_a_picture_of_the_right_size() -> None:
    image = np.arange(48 * 64 * 3, dtype=np.uint32).astype(np.uint8).reshape(48, 64, 3)
    np.testing.assert_array_equal(recording.fit(image, (64, 48)), image)
    padded = recording.fit(image[:47, :63], (63, 47))
    assert padded.shape == (48, 64, 3)
    np.testing.assert_array_equal(padded[:47, :63], image[:47, :63])
    np.testing.assert_array_equal(padded[47], padded[46])


def test_a_slow_encoder_drops_and_never_blocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entered, gate = threading.Event(), threading.Event()
    true_fit = recording.fit

    def slow_fit(image: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
        entered.set()
        assert gate.wait(60)
        return true_fit(image, size)

    monkeypatch.setattr(recording, "fit", slow_fit)
    recorder = Recorder(tmp_path / "film.mp4", (64, 48), 20)
    assert recorder.add(plain(COLOURS[0]), 0.0)
    assert entered.wait(60)
    taken = [recorder.add(plain(COLOURS[1]), (i + 1) / 20) for i in range(12)]
    assert taken == [True] * 8 + [False] * 4
    gate.set()
    summary = recorder.close()
    assert (summary.frames, summary.dropped) == (9, 4)
    assert len(read(tmp_path / "film.mp4")[0]) == 9


def test_a_picture_is_copied(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "film.mp4", (64, 48), 20)
    image = plain(COLOURS[2])
    recorder.add(image, 0.0)
    image[:] = 0
    recorder.close()
    _, (seen,) = read(tmp_path / "film.mp4")
    assert np.abs(seen[8:40, 8:56].astype(int) - COLOURS[2]).max() <= 6


def test_abort_leaves_nothing(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "film.mp4", (64, 48), 20)
    recorder.add(plain(COLOURS[0]), 0.0)
    recorder.abort()
    recorder.abort()
    assert list(tmp_path.iterdir()) == []
    assert not recorder.add(plain(COLOURS[0]), 1.0)


def test_nothing_recorded_is_said(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "film.mp4", (64, 48), 20)
    with pytest.raises(ExportError, match="Nothing was recorded"):
        recorder.close()
    assert list(tmp_path.iterdir()) == []


def test_an_existing_film_is_kept_unless_told(tmp_path: Path) -> None:
    target = tmp_path / "film.mp4"
    target.write_bytes(b"old")
    with pytest.raises(ExportError, match="exists already"):
        Recorder(target, (64, 48), 20)
    recorder = Recorder(target, (64, 48), 20, overwrite=True)
    recorder.add(plain(COLOURS[0]), 0.0)
    recorder.close()
    assert len(read(target)[0]) == 1


def test_no_encoder_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording, "_ENCODERS", ("no_such_encoder",))
    with pytest.raises(ExportError, match=r"no H\.264 encoder"):
        Recorder(tmp_path / "film.mp4", (64, 48), 20)
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_stops_the_recording_with_a_sentence(tmp_path: Path) -> None:
    resource = pytest.importorskip("resource")
    random = np.random.default_rng(0)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    recorder = Recorder(tmp_path / "film.mp4", (256, 256), 20)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
    try:
        for index in range(8):
            recorder.add(random.integers(0, 256, (256, 256, 3), np.uint8), index / 20)
        with pytest.raises(ExportError):
            recorder.close()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list(tmp_path.iterdir()) == []
