"""Saving the masks of the picture that is shown: which files, and what is said of them."""

from __future__ import annotations

import json
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import pytest

from gui import settings as keys
from gui.segment.formats import formats
from gui.segment.writing import picture_name
from tests.gui.fake_engine import CONV1
from tests.gui.segment_kit import answer, picture, show, three

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from gui.panels.save_masks_card import SaveMasksCard
    from tests.gui.window_kit import Kit


@pytest.fixture
def card(kit: Kit, tmp_path: Path) -> SaveMasksCard:
    """Open the card over three objects."""
    kit.trigger("workspace_segment")
    kit.loaded(CONV1)
    show(kit, answer(three(), frame=picture()))
    kit.trigger("segment_save")
    card = kit.window.segment.save_card
    card.set_folder(str(tmp_path / "out"))
    return card


def saved(kit: Kit, qtbot: QtBot) -> str:
    """Click Save and return what is said in the end."""
    with qtbot.waitSignal(kit.window.segments.saving._written, timeout=60_000):
        kit.click(kit.window.segment.save_card, "Save")
    return kit.window.segment.notices.message("save")


def test_every_form_can_be_had() -> None:
    from engine.export.masks.registry import format_titles as known

    assert set(formats()) <= set(known())


def test_all_forms_are_written(kit: Kit, card: SaveMasksCard, qtbot: QtBot, tmp_path: Path) -> None:
    card.tick(*formats())
    said = saved(kit, qtbot)
    files = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    visible = [path for path in files if not any(part.startswith(".") for part in path.parts)]
    assert said.startswith(f"{len(visible)} files in {tmp_path / 'out'}.")
    assert len(visible) > len(formats())
    assert not card.isVisible()


def test_what_was_corrected_is_what_is_written(
    kit: Kit, card: SaveMasksCard, qtbot: QtBot, tmp_path: Path
) -> None:
    kit.trigger("segment_correct")
    kit.window.segments.choose((0,))
    kit.trigger("correct_delete")
    card.tick("coco")
    saved(kit, qtbot)
    (path,) = (tmp_path / "out").rglob("annotations.json")
    found = json.loads(path.read_text("utf-8"))["annotations"]
    assert sorted(entry["area"] for entry in found) == [192, 300]
    (path,) = (tmp_path / "out").rglob("export.json")
    assert json.loads(path.read_text("utf-8"))["settings"] == {"is_corrected": True}


def test_ticks_and_folder_are_remembered(
    kit: Kit, card: SaveMasksCard, qtbot: QtBot, tmp_path: Path
) -> None:
    card.tick("csv")
    saved(kit, qtbot)
    assert kit.settings.get(keys.MASK_FORMATS) == ("csv",)
    assert kit.settings.get(keys.MASK_FOLDER) == str(tmp_path / "out")


def test_a_folder_that_cannot_be_written_to_is_said(
    kit: Kit, card: SaveMasksCard, qtbot: QtBot, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("no folder")
    card.set_folder(str(tmp_path / "file"))
    card.tick("csv")
    said = saved(kit, qtbot)
    assert said
    assert "files in" not in said
    assert (tmp_path / "file").read_text() == "no folder"


def test_nothing_to_save_is_said(kit: Kit, tmp_path: Path) -> None:
    kit.trigger("workspace_segment")
    kit.trigger("segment_save")
    card = kit.window.segment.save_card
    card.set_folder(str(tmp_path))
    kit.click(card, "Save")
    assert kit.window.segment.notices.message("save") == (
        "Nothing was found yet that could be saved."
    )


def test_save_waits_for_a_form_and_a_folder(kit: Kit, tmp_path: Path) -> None:
    kit.trigger("workspace_segment")
    kit.trigger("segment_save")
    card = kit.window.segment.save_card
    assert not card._save.isEnabled()
    card.set_folder(str(tmp_path))
    assert card._save.isEnabled()
    card.tick()
    assert not card._save.isEnabled()


@pytest.mark.parametrize(
    ("name", "index", "expected"),
    [
        ("cat.png", 3, "cat.png"),
        ("/a/b/dog.JPG", 0, "dog.JPG"),
        ("camera 0", 12, "camera 0_000012.png"),
        ("film.mp4", 7, "film.mp4_000007.png"),
        ("", 0, "picture_000000.png"),
    ],
)
def test_files_are_called_after_the_picture(name: str, index: int, expected: str) -> None:
    assert picture_name(picture(index, name)) == PurePosixPath(expected)
