"""Whole batches: real files in, real files out, and a run that was killed gone on with."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
from PIL import Image

from engine.batch.journal import FOLDER, Journal
from engine.batch.request import BatchRequest
from engine.batch.run import run_batch
from engine.errors import CancelledError, ExportError, ModelError, SourceError
from engine.export.masks.formats.areas import AreasWriter
from engine.export.masks.run import MaskExport
from engine.export.recording import Recorder
from engine.jobs import JobControl
from engine.values import DeviceRequest, SegmentSettings, WeightsChoice
from tests.engine.photos import chelsea, coffee

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.export.masks.contract import SegmentedPicture

ROOT = Path(__file__).parents[3]
MODEL = "lraspp_mobilenet_v3_large"
"""With random weights: its answers mean nothing, but each picture has one."""


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Make six small pictures, two folders deep, and one that is none."""
    folder = tmp_path / "photos"
    cat = chelsea()
    for number in range(6):
        path = folder / ("deep/ä b" if number > 3 else "") / f"cat {number}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(cat[20 * number : 20 * number + 96, 100:228]).save(path)
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff nothing")
    return folder


def _request(photos: Path, **changes: object) -> BatchRequest:
    request = BatchRequest(
        inputs=(str(photos),),
        output=photos.parent / "out",
        model=MODEL,
        weights=WeightsChoice.RANDOM,
        device=DeviceRequest(threads=1),
        formats=("npz", "coco"),
    )
    return replace(request, **changes)  # type: ignore[arg-type]  # the dataclass checks them


def _files(folder: Path) -> set[str]:
    return {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and FOLDER not in path.parts
    }


def test_every_picture_gets_its_files_and_the_bad_one_is_told(photos: Path) -> None:
    seen: list[str] = []
    report = run_batch(
        _request(photos), JobControl(), on_segmented=lambda picture: seen.append(str(picture.name))
    )
    assert (report.done, report.before) == (6, 0)
    ((name, sentence),) = report.failed
    assert name == "broken.jpg"
    assert sentence.startswith("broken.jpg ")
    assert report.output is not None
    assert _files(report.output) == {
        *(f"cat {n}.npz" for n in range(4)),
        *(f"deep/ä b/cat {n}.npz" for n in (4, 5)),
        "annotations.json",
        "export.json",
    }
    assert seen == [*(f"cat {n}.png" for n in range(4)), *(f"deep/ä b/cat {n}.png" for n in (4, 5))]
    manifest = json.loads((report.output / "export.json").read_text(encoding="utf-8"))
    assert manifest["model"] == MODEL
    assert manifest["counts"] == {"written": 6, "skipped": 1}
    assert manifest["skipped"][0]["picture"] == "broken.jpg"


def test_pictures_side_by_side_are_segmented_as_one_after_the_other(photos: Path) -> None:
    one = run_batch(_request(photos, output=photos.parent / "one"), JobControl())
    with_threads = _request(photos, device=DeviceRequest("cpu", threads=2))
    before = torch.get_num_threads()
    two = run_batch(with_threads, JobControl())
    torch.set_num_threads(before)
    assert one.output is not None
    assert two.output is not None
    for name in _files(one.output):
        if name.endswith(".npz"):
            with np.load(one.output / name) as alone, np.load(two.output / name) as beside:
                np.testing.assert_array_equal(alone["label"], beside["label"])


def test_a_cancelled_run_goes_on_without_doing_a_picture_twice(photos: Path) -> None:
    control = JobControl()
    seen: list[str] = []

    def note(picture: SegmentedPicture) -> None:
        seen.append(str(picture.name))
        if len(seen) == 2:
            control.cancel()

    with pytest.raises(CancelledError):
        run_batch(_request(photos), control, on_segmented=note)
    before = list(seen)
    report = run_batch(_request(photos, is_resumed=True), JobControl(), on_segmented=note)
    assert report.before == len(before)
    assert sorted(seen) == sorted(set(seen))
    assert len(seen) == 6
    assert report.output is not None
    coco = json.loads((report.output / "annotations.json").read_text(encoding="utf-8"))
    assert len(coco["images"]) == 6


def test_the_files_of_a_resumed_run_are_those_of_an_unbroken_one(photos: Path) -> None:
    whole = run_batch(_request(photos, output=photos.parent / "whole"), JobControl())
    control = JobControl()
    with pytest.raises(CancelledError):
        run_batch(_request(photos), control, on_segmented=lambda _picture: control.cancel())
    again = run_batch(_request(photos, is_resumed=True), JobControl())
    assert whole.output is not None
    assert again.output is not None
    assert _files(whole.output) == _files(again.output)
    for name in _files(whole.output) - {"export.json"}:
        if name.endswith(".npz"):
            with np.load(whole.output / name) as one, np.load(again.output / name) as other:
                np.testing.assert_array_equal(one["label"], other["label"])
        else:
            assert (whole.output / name).read_bytes() == (again.output / name).read_bytes()


def test_pictures_added_to_a_finished_run_are_done_alone(photos: Path) -> None:
    run_batch(_request(photos), JobControl())
    (photos / "broken.jpg").unlink()
    seen: list[str] = []
    nothing = run_batch(_request(photos, is_resumed=True), JobControl())
    assert (nothing.done, nothing.before, nothing.files) == (6, 6, 0)
    Image.fromarray(coffee()[:96, :128]).save(photos / "new.png")
    report = run_batch(
        _request(photos, is_resumed=True),
        JobControl(),
        on_segmented=lambda picture: seen.append(str(picture.name)),
    )
    assert (report.done, report.before, seen) == (7, 6, ["new.png"])
    assert report.output is not None
    coco = json.loads((report.output / "annotations.json").read_text(encoding="utf-8"))
    assert len(coco["images"]) == 7


@pytest.mark.parametrize("moment", ["all stand", "half are given away"])
def test_a_run_that_ends_while_it_finishes_is_gone_on_with(
    photos: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    formats = ("coco", "csv", "film")
    request = _request(photos, formats=formats)
    whole = run_batch(replace(request, output=photos.parent / "whole"), JobControl())

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        if moment == "all stand":
            patch.setattr(MaskExport, "finish", _until(MaskExport.finish, die))
        else:
            patch.setattr(AreasWriter, "end", die)
        with pytest.raises(KeyboardInterrupt):
            run_batch(request, JobControl())
    again = run_batch(replace(request, is_resumed=True), JobControl())
    assert (again.before, again.done) == (6, 6)
    assert whole.output is not None
    assert again.output is not None
    assert _files(whole.output) == _files(again.output)
    for name in ("annotations.json", "areas.csv", "masks.mp4"):
        assert (whole.output / name).read_bytes() == (again.output / name).read_bytes()


def _until(finish: Callable[..., Any], die: Callable[..., None]) -> Callable[..., Any]:
    return lambda self, on_written: (on_written, finish(self, die))


def test_the_film_of_pictures_added_later_stands_beside_the_first(photos: Path) -> None:
    request = _request(photos, formats=("film",))
    report = run_batch(request, JobControl())
    assert report.output is not None
    first = (report.output / "masks.mp4").read_bytes()
    Image.fromarray(coffee()[:96, :128]).save(photos / "new.png")
    run_batch(replace(request, is_resumed=True), JobControl())
    assert (report.output / "masks.mp4").read_bytes() == first
    assert (report.output / "masks_2.mp4").exists()
    manifest = json.loads((report.output / "export.json").read_text(encoding="utf-8"))
    assert sorted(manifest["files"]) == ["masks.mp4", "masks_2.mp4"]
    assert manifest["formats"] == {"film": {"fps": 25.0, "has_picture": True}}


def test_a_film_that_stands_but_was_not_noted_is_made_again(
    photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = photos.parent / "films"
    folder.mkdir()
    _film(folder / "walk.mp4")

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Journal, "add", die)
        with pytest.raises(KeyboardInterrupt):
            run_batch(_request(folder, formats=("overlay",)), JobControl())
    assert (photos.parent / "out" / "walk_overlay.mp4").exists()
    again = run_batch(_request(folder, formats=("overlay",), is_resumed=True), JobControl())
    assert (again.done, again.failed) == (1, ())


def test_a_persons_film_is_not_replaced_by_resuming(photos: Path) -> None:
    folder = photos.parent / "films"
    folder.mkdir()
    _film(folder / "walk.mp4")
    out = photos.parent / "out"
    out.mkdir()
    (out / "walk_overlay.mp4").write_bytes(b"mine")
    for is_resumed in (False, True):
        request = _request(folder, formats=("overlay",), is_resumed=is_resumed)
        ((name, sentence),) = run_batch(request, JobControl()).failed
        assert (name, "exists already" in sentence) == ("walk.mp4", True)
    assert (out / "walk_overlay.mp4").read_bytes() == b"mine"


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_a_name_that_is_no_unicode_does_not_stop_the_run(photos: Path) -> None:
    (photos / "cat 0.png").rename(os.fsdecode(os.fsencode(photos) + b"/bad\xff.png"))
    report = run_batch(_request(photos), JobControl())
    assert (report.done, len(report.failed)) == (6, 1)
    again = run_batch(_request(photos, is_resumed=True), JobControl())
    assert again.before == 6


def test_a_folder_with_files_of_another_is_left_alone(photos: Path) -> None:
    out = photos.parent / "out"
    out.mkdir()
    (out / "annotations.json").write_text("mine")
    with pytest.raises(ExportError, match="exists already"):
        run_batch(_request(photos), JobControl())
    assert (out / "annotations.json").read_text() == "mine"
    run_batch(_request(photos, is_anew=True), JobControl())
    assert (out / "annotations.json").read_text() != "mine"


def test_another_setting_is_no_resuming(photos: Path) -> None:
    run_batch(_request(photos), JobControl())
    other = _request(photos, is_resumed=True, settings=SegmentSettings(score=0.9))
    with pytest.raises(ExportError, match="differs from this one in settings"):
        run_batch(other, JobControl())


def test_wrong_names_are_told_before_anything_is_written(photos: Path) -> None:
    for changes, error, sentence in (
        ({"formats": ("cocoa",)}, ExportError, "did you mean “coco”"),
        ({"classes": ("catt",)}, ModelError, "did you mean “cat”"),
        ({"model": "efficientnet_lite0"}, ModelError, "does not segment"),
        ({"inputs": (str(photos / "nowhere"),)}, SourceError, "no file or folder"),
    ):
        with pytest.raises(error, match=sentence):
            run_batch(_request(photos, **changes), JobControl())
    assert not (photos.parent / "out").exists()


def test_only_the_wanted_classes_are_labelled(photos: Path) -> None:
    seen: set[int] = set()
    request = _request(photos, classes=("cat", "Dog"), output=None, formats=())
    run_batch(
        request,
        JobControl(),
        on_segmented=lambda picture: seen.update(np.unique(picture.segmentation.labels).tolist()),  # type: ignore[union-attr]  # the network makes label maps
    )
    assert seen <= {0, 8, 12}


TIMES = (0.0, 0.1, 0.3, 0.6, 0.7)


def _film(path: Path) -> None:
    recorder = Recorder(path, (128, 96), 10.0)
    cat = chelsea()
    for number, time_s in enumerate(TIMES):
        recorder.add(cat[10 * number : 10 * number + 96, 100:228], time_s, waits=True)
    recorder.close()


def test_a_video_gives_a_film_and_frames(photos: Path) -> None:
    folder = photos.parent / "films"
    folder.mkdir()
    _film(folder / "walk.mp4")
    report = run_batch(
        _request(folder, formats=("overlay", "npz"), output=photos.parent / "out"), JobControl()
    )
    assert report.failed == ()
    assert report.output is not None
    frames = {f"walk/walk_{n:06d}.npz" for n in range(5)}
    assert _files(report.output) == {*frames, "walk_overlay.mp4", "export.json"}
    manifest = json.loads((report.output / "export.json").read_text(encoding="utf-8"))
    listed = {file for picture in manifest["pictures"] for file in picture["files"]}
    assert listed == {*frames, "walk_overlay.mp4"}
    import av

    with av.open(str(report.output / "walk_overlay.mp4")) as film:
        shown = list(film.decode(video=0))
    assert [float(frame.time or 0) for frame in shown] == pytest.approx(TIMES, abs=1e-3)
    assert (shown[0].width, shown[0].height) == (128, 96)
    assert report.files == len(_files(report.output))


@pytest.mark.parametrize("kind", ["matroska", "mp4"])
def test_what_a_video_gave_that_ends_early_is_kept_and_told(photos: Path, kind: str) -> None:
    folder = photos.parent / "films"
    folder.mkdir()
    whole = folder / f"walk.{ {'matroska': 'mkv'}.get(kind, kind) }"
    _long_film(whole, kind)
    request = _request(folder, formats=("overlay", "npz"))
    assert run_batch(replace(request, output=photos.parent / "all"), JobControl()).notes == ()
    content = whole.read_bytes()
    whole.write_bytes(content[: int(len(content) * 0.6)])
    report = run_batch(request, JobControl())
    assert report.failed == ()
    ((name, note),) = report.notes
    assert name == whole.name
    assert note.startswith("the video ended early, after ")
    assert report.output is not None
    frames = len(list(report.output.rglob("*.npz")))
    assert 4 < frames < 20
    assert f"after {frames} frames" in note
    manifest = json.loads((report.output / "export.json").read_text(encoding="utf-8"))
    (entry,) = [one for one in manifest["pictures"] if one["picture"] == whole.name]
    assert entry["notes"] == [note]
    assert entry["files"] == ["walk_overlay.mp4"]


def _long_film(path: Path, kind: str) -> None:
    """Write 20 frames, two a second; the index of an MP4 in front, as on the web."""
    import av

    options = {"movflags": "+faststart"} if kind == "mp4" else {}
    with av.open(str(path), "w", format=kind, options=options) as film:
        stream = film.add_stream("libx264", rate=2, options={"g": "1", "tune": "zerolatency"})
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 128, 96, "yuv420p"
        for number in range(20):
            image = np.ascontiguousarray(chelsea()[5 * number : 5 * number + 96, 100:228])
            film.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        film.mux(stream.encode(None))


def test_two_runs_into_one_folder_are_kept_apart(photos: Path) -> None:
    errors: list[str] = []

    def begin_another(_picture: SegmentedPicture) -> None:
        with pytest.raises(ExportError) as caught:
            run_batch(_request(photos, is_resumed=True), JobControl())
        errors.append(str(caught.value))

    report = run_batch(_request(photos), JobControl(), on_segmented=begin_another)
    assert report.done == 6
    assert len(errors) == 6
    assert all(f"in use by another run (process {os.getpid()})" in error for error in errors)
    assert run_batch(_request(photos, is_resumed=True), JobControl()).before == 6


def _wait_for(path: Path, lines: int, process: subprocess.Popen[bytes]) -> None:
    pause = threading.Event()
    while process.poll() is None:
        if path.exists() and path.read_bytes().count(b"\n") >= lines:
            return
        pause.wait(0.01)


def _whole_lines(path: Path) -> list[bytes]:
    return [line for line in path.read_bytes().splitlines(keepends=True) if line.endswith(b"\n")]


@pytest.fixture
def many(photos: Path) -> Path:
    for number in range(20):
        Image.fromarray(chelsea()[number : number + 96, :128]).save(photos / f"more {number}.png")
    return photos


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal")
def test_a_run_that_was_killed_loses_nothing(many: Path) -> None:
    out = many.parent / "out"
    words = ["segment", str(many), "--out", str(out), "--model", MODEL, "--weights", "random"]
    words += ["--format", "npz,coco,yolo", "--threads", "1"]
    command = [sys.executable, str(ROOT / "main.py"), *words]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE)
    try:
        _wait_for(out / FOLDER / "done.jsonl", 5, process)
        process.send_signal(signal.SIGKILL)
    finally:
        process.communicate()
    assert process.returncode == -signal.SIGKILL
    notes = [json.loads(line) for line in _whole_lines(out / FOLDER / "done.jsonl")]
    done = sum(not note["error"] for note in notes)
    assert 4 <= done < 26
    assert not (out / "annotations.json").exists()
    again = subprocess.run([*command, "--resume"], cwd=ROOT, capture_output=True, check=False)
    said = again.stderr.decode()
    assert again.returncode == 1, said  # the broken picture
    # One picture may have been written and not noted when the process ended.
    assert f"26 done, {done} of them before, 1 failed" in said
    assert len([name for name in _files(out) if name.endswith(".npz")]) == 26
    coco = json.loads((out / "annotations.json").read_text(encoding="utf-8"))
    assert len({image["file_name"] for image in coco["images"]}) == 26
    assert len(list((out / "labels").rglob("*.txt"))) == 26
    assert not [name for name in os.listdir(out) if name.endswith(".part")]  # noqa: PTH208 - names
