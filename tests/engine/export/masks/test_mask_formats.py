"""The contract of every format: one test each, run over the whole registry."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from engine.errors import ExportError
from engine.export.masks import ExportOptions, MaskExport, Policy, make_writer
from engine.export.masks.registry import format_titles, register_format
from engine.export.masks.writing import Plan, Writer
from engine.values import Category, Instances, Segmentation
from tests.engine.export.masks import hard

OPTIONS = ExportOptions()
PICTURES: dict[str, Segmentation] = {
    "hard": hard.objects(), "nothing": hard.nothing(), "labels": hard.labelled(),
    "many": hard.many(),
}  # fmt: skip


def contents(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in hard.files_in(folder)}


def assert_same(folder: Path, other: Path) -> None:
    """See that two folders hold the same; films the same pictures, since encoders remember."""
    got, expected = contents(folder), contents(other)
    films = {name for name in expected if name.endswith(".mp4")}
    assert got.keys() == expected.keys()
    assert [name for name in expected if got[name] != expected[name] and name not in films] == []
    for name in films:
        frames, wanted = _frames(folder / name), _frames(other / name)
        assert frames.shape == wanted.shape
        assert np.abs(frames - wanted).max() < 24


def _frames(path: Path) -> NDArray[np.int16]:
    with av.open(str(path)) as film:
        return np.array([f.to_ndarray(format="rgb24") for f in film.decode(video=0)], np.int16)


def export(name: str, folder: Path, pictures: list[str], options: ExportOptions = OPTIONS) -> None:
    writer = make_writer(name)
    writer.begin(folder, options)
    for k, key in enumerate(pictures):
        writer.add(hard.build(PICTURES[key], f"sub/{k} {key}.png"))
    writer.finish()


def test_all_that_are_promised_are_there() -> None:
    assert set(format_titles()) == {
        "overlay", "voc", "binary", "cutout", "coco", "yolo", "labelme", "npz", "csv", "film",
    }  # fmt: skip
    assert all(format_titles().values())


@pytest.mark.parametrize("name", format_titles())
def test_it_writes_what_it_says(name: str, tmp_path: Path) -> None:
    writer = make_writer(name)
    writer.begin(tmp_path, OPTIONS)
    told: list[Path] = []
    for k, (key, segmentation) in enumerate(PICTURES.items()):
        told += writer.add(hard.build(segmentation, f"sub/{k} {key}.png")).files
    told += writer.finish()
    assert sorted(p.relative_to(tmp_path).as_posix() for p in told) == hard.files_in(tmp_path)
    assert all(p.stat().st_size > 0 for p in told if "nothing" not in p.name)
    assert not list(tmp_path.rglob("*.part"))


@pytest.mark.parametrize("name", format_titles())
def test_adding_again_changes_nothing(name: str, tmp_path: Path) -> None:
    once, twice = tmp_path / "once", tmp_path / "twice"
    export(name, once, ["hard", "labels"])
    writer = make_writer(name)
    writer.begin(twice, OPTIONS)
    for k, key in ((0, "hard"), (1, "labels"), (0, "hard")):
        writer.add(hard.build(PICTURES[key], f"sub/{k} {key}.png"))
    writer.finish()
    assert_same(twice, once)


@pytest.mark.parametrize("name", format_titles())
def test_it_goes_on_after_it_was_cut_off(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    export(name, whole, ["hard", "labels", "nothing"])
    writer = make_writer(name)
    writer.begin(cut, OPTIONS)
    writer.add(hard.build(PICTURES["hard"], "sub/0 hard.png"))
    with monkeypatch.context() as patch:
        # Dies in the middle of the second picture, after its files are in their places.
        patch.setattr(Writer, "_write", _until_the_record(Writer._write))
        with pytest.raises(KeyboardInterrupt):
            writer.add(hard.build(PICTURES["labels"], "sub/1 labels.png"))
    # What a process leaves that is killed while it writes.
    notes = cut / ".layerscope"
    with (notes / "records" / f"{name}.jsonl").open("ab") as file:
        file.write(b'{"picture":"sub/1 labels.png","is_do')
    begun = {path.parent for path in cut.rglob("1 labels*")} - {cut}
    for folder in {notes / "names", *begun}:
        (folder / ".layerscope-0123456789ab.part").touch()
    (cut / ".layerscope-ba9876543210.part").touch()  # a recording into the same folder
    again = make_writer(name)
    again.begin(cut, OPTIONS)
    assert [path.parent for path in cut.rglob("*.part")] == [cut]
    (cut / ".layerscope-ba9876543210.part").unlink()
    for k, key in ((2, "nothing"), (1, "labels")):
        again.add(hard.build(PICTURES[key], f"sub/{k} {key}.png"))
    again.finish()
    assert_same(cut, whole)


def _until_the_record(write: Callable[..., Any]) -> Callable[..., Any]:
    def cut(self: Writer, *args: Any) -> Any:
        real = self._journal.write

        def stop(picture: str, entry: dict[str, Any]) -> None:
            if entry.get("is_done"):
                raise KeyboardInterrupt
            real(picture, entry)

        self._journal.write = stop  # type: ignore[assignment, method-assign]  # to die there
        try:
            return write(self, *args)
        finally:
            self._journal.write = real  # type: ignore[method-assign]  # back again

    return cut


@pytest.mark.parametrize("name", format_titles())
def test_a_persons_file_is_never_replaced_unasked(name: str, tmp_path: Path) -> None:
    export(name, tmp_path, ["hard"])
    for path in hard.files_in(tmp_path):
        (tmp_path / path).write_bytes(b"mine")
    before = contents(tmp_path)
    with pytest.raises(ExportError, match="exists already"):
        export(name, tmp_path, ["hard"])
    assert contents(tmp_path) == before
    export(name, tmp_path, ["hard"], ExportOptions(Policy.SUFFIX))
    after = contents(tmp_path)
    assert {path: after[path] for path in before} == before
    assert len(after) == 2 * len(before)
    export(name, tmp_path, ["hard"], ExportOptions(Policy.OVERWRITE))
    assert b"mine" not in contents(tmp_path).values()
    assert len(contents(tmp_path)) == len(after)


@pytest.mark.parametrize("name", format_titles())
def test_a_full_disk_leaves_nothing_half_written(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = make_writer(name)
    writer.begin(tmp_path, OPTIONS)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(ExportError, match="The disk is full"):
            writer.add(hard.build(PICTURES["hard"]))
    assert hard.files_in(tmp_path) == []
    writer.add(hard.build(PICTURES["hard"]))
    writer.finish()
    assert hard.files_in(tmp_path)


@pytest.mark.parametrize("name", format_titles())
def test_masks_of_another_network_are_turned_away(name: str, tmp_path: Path) -> None:
    writer = make_writer(name)
    writer.begin(tmp_path, OPTIONS)
    writer.add(hard.build(hard.objects()))
    other = Instances(hard.SIZE, (Category(1, "dog"),))
    with pytest.raises(ExportError, match="other categories"):
        writer.add(hard.build(other, "b.png"))


def test_an_unknown_name_is_told_the_nearest() -> None:
    with pytest.raises(ExportError, match="did you mean “coco”"):
        make_writer("cocoa")


def test_a_name_is_taken_once() -> None:
    class Second(Writer):
        name = "coco"
        title = "again"

        def plan(self, picture: object, stem: PurePosixPath) -> Plan:
            return Plan()

    with pytest.raises(ValueError, match="'coco'"):
        register_format(Second)


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ExportError, match="cannot be made"):
        make_writer("coco").begin(tmp_path / "file" / "out", OPTIONS)


def test_the_picture_is_of_the_masks_size() -> None:
    image = np.zeros((3, 4, 3), np.uint8)
    with pytest.raises(ValueError, match=r"expected \(40, 60, 3\) uint8"):
        type(hard.build(hard.objects()))(image, hard.objects(), PurePosixPath("a.png"))


def test_memory_stays_flat(tmp_path: Path) -> None:
    """The journal is read record by record: no writer keeps what it was given."""
    import gc
    import weakref

    writers = [make_writer(name) for name in format_titles() if name != "film"]
    export_ = MaskExport(tmp_path, writers, OPTIONS)
    seen = []
    for k in range(3):
        picture = hard.build(hard.objects(), f"{k}.png")
        seen.append(weakref.ref(picture.image))
        export_.add(picture)
        del picture
    gc.collect()
    assert [ref() for ref in seen] == [None] * 3
