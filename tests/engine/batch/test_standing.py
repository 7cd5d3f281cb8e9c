"""What a folder holds of an earlier run, and that it is gone on with as it was begun."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from engine.batch.inputs import collect
from engine.batch.journal import FINISHED, FOLDER, RUN, DoneItem, Journal
from engine.batch.request import BatchRequest, plain
from engine.batch.standing import StandingRun, look, standing_run
from engine.errors import CancelledError, SourceError
from engine.jobs import JobControl
from engine.values import MaskColours, OverlayStyle, PaletteChoice, SegmentAs, SegmentSettings

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = SegmentSettings(0.4, 0.6, 7, frozenset({3, 18}), SegmentAs.LABELS, is_tracked=False)
STYLE = OverlayStyle(
    0.25,
    0,
    has_labels=False,
    has_boxes=True,
    colours_of=MaskColours.INSTANCE,
    palette=PaletteChoice.VOC,
    colours=((3, (1, 2, 3)), (18, (4, 5, 6))),
    hidden=frozenset({18}),
)
RUN_OF = {
    "network": "tiny",
    "weights": "",
    "settings": plain(SETTINGS),
    "formats": plain(("coco", "voc")),
    "style": plain(STYLE),
}


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Make three files that are called pictures, and one that is called a video."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for name in ("1.jpg", "2.png", "10.jpg", "film.mp4"):
        (folder / name).write_bytes(b"x")
    return folder


@pytest.fixture
def out(photos: Path, tmp_path: Path) -> Path:
    """Leave a run behind that has one picture done and one failed."""
    folder = tmp_path / "out"
    folder.mkdir()
    first, second, *_ = collect([photos])
    with Journal(folder, RUN_OF) as journal:
        journal.add(first, DoneItem("1.jpg", ("1.png",)))
        journal.add(second, DoneItem("2.png", error="2.png is damaged."))
    return folder


def test_a_run_is_read_as_it_was_begun(out: Path) -> None:
    assert standing_run(out) == StandingRun(
        "tiny", SETTINGS, STYLE, ("coco", "voc"), 1, (("2.png", "2.png is damaged."),)
    )
    (out / FOLDER / FINISHED).touch()
    standing = standing_run(out)
    assert standing is not None
    assert standing.is_finished


def test_looking_changes_nothing(out: Path) -> None:
    done = out / FOLDER / "done.jsonl"
    done.write_bytes(done.read_bytes() + b'{"relative": "10.jpg", "fi')
    before = done.read_bytes()
    standing = standing_run(out)
    assert standing is not None
    assert standing.done == 1
    assert done.read_bytes() == before


def test_it_is_gone_on_with_as_it_was_begun(out: Path) -> None:
    standing = standing_run(out)
    assert standing is not None
    asked = BatchRequest(("photos",), out, model="other", formats=("npz",), is_anew=True, workers=5)
    request = standing.gone_on_with(asked)
    assert request == replace(
        asked,
        model="tiny",
        settings=SETTINGS,
        style=STYLE,
        formats=("coco", "voc"),
        is_resumed=True,
        is_anew=False,
    )
    # What it says is what the journal compares: the run is taken for the same one.
    again = {**RUN_OF, "settings": plain(request.settings), "style": plain(request.style)}
    Journal(out, again, is_resumed=True).close()


@pytest.mark.parametrize("note", ["", "[]", "{", '{"settings": {"score": 7}, "formats": 3}'])
def test_a_spoilt_note_is_still_a_run(out: Path, note: str) -> None:
    (out / FOLDER / RUN).write_text(note)
    standing = standing_run(out)
    assert standing is not None
    assert (standing.network, standing.settings, standing.formats) == ("", SegmentSettings(), ())


def test_a_folder_without_a_run_holds_none(tmp_path: Path) -> None:
    assert standing_run(tmp_path) is None
    assert standing_run(tmp_path / "not there") is None


def test_what_there_is_to_do_is_counted(photos: Path, out: Path) -> None:
    found = look([str(photos)], out, JobControl())
    assert (found.pictures, found.videos) == (3, 1)
    assert found.standing == standing_run(out)
    assert look([str(photos)], None, JobControl()).standing is None
    with pytest.raises(SourceError):
        look([str(photos / "nothing")], None, JobControl())


def test_counting_can_be_stopped(photos: Path) -> None:
    control = JobControl()
    control.cancel()
    with pytest.raises(CancelledError):
        look([str(photos)], None, control)
