"""The notes of a batch: what was done stays done, what was cut short is done again."""

from __future__ import annotations

import json
from pathlib import Path, PurePosixPath

import pytest

from engine.batch.inputs import BatchItem
from engine.batch.journal import FOLDER, DoneItem, Journal
from engine.errors import ExportError

RUN = {"model": "tiny", "score": 0.25, "formats": ["coco"]}


@pytest.fixture
def items(tmp_path: Path) -> list[BatchItem]:
    found = []
    for number in range(3):
        path = tmp_path / "in" / f"{number}.jpg"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x" * (number + 1))
        found.append(BatchItem(path, PurePosixPath(path.name)))
    return found


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


def _do(journal: Journal, item: BatchItem) -> None:
    journal.add(item, DoneItem(item.relative.as_posix(), (f"{item.relative.stem}.png",)))


def test_a_resumed_run_knows_what_is_done(out: Path, items: list[BatchItem]) -> None:
    with Journal(out, RUN) as journal:
        _do(journal, items[0])
        _do(journal, items[2])
    with Journal(out, RUN, is_resumed=True) as journal:
        assert [journal.has(item) for item in items] == [True, False, True]
        assert [done.files for done in journal] == [("0.png",), ("2.png",)]


def test_a_line_cut_short_counts_for_nothing(out: Path, items: list[BatchItem]) -> None:
    with Journal(out, RUN) as journal:
        _do(journal, items[0])
        _do(journal, items[1])
    lines = out / FOLDER / "done.jsonl"
    whole = lines.read_bytes()
    first = whole.index(b"\n") + 1
    for length in range(first, len(whole)):
        lines.write_bytes(whole[:length])
        with Journal(out, RUN, is_resumed=True) as journal:
            assert [journal.has(item) for item in items] == [True, False, False]
            _do(journal, items[1])
        assert [json.loads(line)["relative"] for line in lines.read_bytes().splitlines()] == [
            "0.jpg",
            "1.jpg",
        ]


def test_a_file_that_changed_is_done_again(out: Path, items: list[BatchItem]) -> None:
    with Journal(out, RUN) as journal:
        _do(journal, items[0])
        items[0].path.write_bytes(b"another picture")
        assert not journal.has(items[0])
        _do(journal, items[0])
        assert journal.has(items[0])
        assert len(journal.done) == 1


def test_a_failed_item_is_tried_again(out: Path, items: list[BatchItem]) -> None:
    with Journal(out, RUN) as journal:
        journal.add(items[0], DoneItem("0.jpg", error="It is damaged."))
        assert not journal.has(items[0])


def test_a_run_is_not_begun_over_another_unasked(out: Path, items: list[BatchItem]) -> None:
    with Journal(out, RUN) as journal:
        _do(journal, items[0])
    with pytest.raises(ExportError, match=r"holds a run already; go on with it \(--resume\)"):
        Journal(out, RUN)
    with Journal(out, RUN, is_anew=True) as journal:
        assert journal.done == ()


def test_a_run_is_resumed_only_as_it_was(out: Path) -> None:
    Journal(out, RUN).close()
    with pytest.raises(ExportError, match="differs from this one in score; resume it as it was"):
        Journal(out, {**RUN, "score": 0.5}, is_resumed=True)
    (out / FOLDER / "run.json").write_text("[spoilt")
    with pytest.raises(ExportError, match="differs from this one in model, score, formats"):
        Journal(out, RUN, is_resumed=True)


def test_resuming_where_nothing_stands_begins(out: Path) -> None:
    with Journal(out, RUN, is_resumed=True) as journal:
        assert journal.done == ()
