"""Videos whose files were cut: what came of them is kept, and what did not is told."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest

from engine.batch.request import BatchRequest
from engine.batch.run import run_batch
from engine.jobs import JobControl
from engine.values import DeviceRequest, WeightsChoice
from tests.engine.photos import chelsea

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("kind", ["matroska", "mp4"])
def test_what_a_video_gave_that_ends_early_is_kept_and_told(tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "films"
    folder.mkdir()
    whole = folder / f"walk.{ {'matroska': 'mkv'}.get(kind, kind) }"
    _long_film(whole, kind)
    request = BatchRequest(
        inputs=(str(folder),),
        output=tmp_path / "out",
        model="lraspp_mobilenet_v3_large",
        weights=WeightsChoice.RANDOM,
        device=DeviceRequest(threads=1),
        formats=("overlay", "npz"),
    )
    assert run_batch(replace(request, output=tmp_path / "all"), JobControl()).notes == ()
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
    options = {"movflags": "+faststart"} if kind == "mp4" else {}
    with av.open(str(path), "w", format=kind, options=options) as film:
        stream = film.add_stream("libx264", rate=2, options={"g": "1", "tune": "zerolatency"})
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 128, 96, "yuv420p"
        for number in range(20):
            image = np.ascontiguousarray(chelsea()[5 * number : 5 * number + 96, 100:228])
            film.mux(stream.encode(av.VideoFrame.from_ndarray(image, format="rgb24")))
        film.mux(stream.encode(None))
