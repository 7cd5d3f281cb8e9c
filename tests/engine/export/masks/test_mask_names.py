"""Names of exported files."""

from __future__ import annotations

import json
from pathlib import Path, PurePosixPath

import pytest

from engine.export.masks import ExportOptions, MaskExport, make_writer
from engine.export.masks.names import Names, safe_name, safe_path
from engine.export.masks.registry import format_titles
from tests.engine.export.masks import hard


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("cat", "cat"), ("a b ü 猫", "a b ü 猫"), ('a<b>:"c|?*', "a_b___c___"), ("end. . ", "end"),
        ("CON", "CON_"), ("nul.tar", "nul_.tar"), ("Com1", "Com1_"), ("console", "console"),
        ("a\udcff", "a_"), ("", "_"), (".", "_"), ("..", "_"), ("a\x00\n", "a__"), ("A\u0308", "Ä"),
    ],
)  # fmt: skip
def test_names_are_valid_everywhere(text: str, name: str) -> None:
    assert safe_name(text) == name


def test_long_names_are_cut_and_stay_apart() -> None:
    one, other = safe_name("猫" * 200 + "1"), safe_name("猫" * 200 + "2")
    assert one != other
    assert len(one.encode()) <= 160


def test_no_name_leads_out_of_the_folder() -> None:
    assert safe_path(PurePosixPath("/etc/../x")) == PurePosixPath("etc/_/x")


def test_two_pictures_never_share_a_name(tmp_path: Path) -> None:
    wished = ["a.jpg", "a.png", "A.jpg", "sub/a.jpg", "a?.jpg", "a*.jpg", "a.jpg"]
    stems = [str(Names(tmp_path).stem(PurePosixPath(name))) for name in wished]
    assert stems == ["a", "a_png", "A_jpg", "sub/a", "a_", "a__jpg", "a"]


def test_no_picture_takes_the_name_of_a_file_of_many(tmp_path: Path) -> None:
    export = MaskExport(tmp_path, [make_writer(n) for n in ("labelme", "coco")], ExportOptions())
    for name in ("annotations.png", "Export.png", "sub/export.png"):
        export.add(hard.build(hard.objects(), name))
    export.finish()
    assert hard.files_in(tmp_path) == [
        "Export_png.json", "annotations.json", "annotations_png.json", "export.json",
        "sub/export.json",
    ]  # fmt: skip


def test_a_name_that_is_no_unicode_is_written_as_such(tmp_path: Path) -> None:
    name = "bad\udcff.png"  # as Python reads a byte that is no UTF-8
    writers = [make_writer(one) for one in format_titles() if one != "film"]
    export = MaskExport(tmp_path, writers, ExportOptions())
    export.add(hard.build(hard.objects(), name))
    export.skip(PurePosixPath("worse\udcfe.png"), "The file is cut off.")
    export.finish()
    assert "bad_.npz" in hard.files_in(tmp_path)
    (image,) = json.loads((tmp_path / "annotations.json").read_text("utf-8"))["images"]
    assert image["file_name"] == name
    content = json.loads((tmp_path / "export.json").read_text("utf-8"))
    assert [picture["picture"] for picture in content["pictures"]] == [name]
    assert "bad\\udcff.png" in (tmp_path / "areas.csv").read_text("utf-8")
