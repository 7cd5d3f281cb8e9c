"""Copying, saving and recording: files are read back, and what cannot be written is said."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QContextMenuEvent, QGuiApplication, QImage
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu

from engine.values import LayerKey
from gui import settings as keys
from gui.control.exports import to_array
from tests.gui.fake_engine import CONV1, CONV2, values_of

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from engine.jobs import Job
    from tests.gui.window_kit import Kit

FINE = 300
"""More colours than a plain surface has."""


def colours(path: Path) -> int:
    """Return how many colours a picture has."""
    with Image.open(path) as picture:
        return len(picture.convert("RGB").getcolors(1 << 24) or ())


def saved(kit: Kit, qtbot: QtBot, job: Job[Path] | None, path: Path) -> Path:
    """Wait until a file is saved and said to be."""
    assert job is not None
    qtbot.waitUntil(lambda: kit.notices.get("export") == f"Saved {path}.")
    assert path.exists()
    return path


def test_picture_of_qt_becomes_an_array() -> None:
    expected = np.arange(2 * 5 * 3, dtype=np.uint8).reshape(2, 5, 3)  # rows that Qt pads
    image = QImage(5, 2, QImage.Format.Format_ARGB32)
    for y, row in enumerate(expected.tolist()):
        for x, rgb in enumerate(row):
            image.setPixelColor(x, y, QColor(*rgb))
    assert (to_array(image) == expected).all()


def film(path: Path) -> tuple[int, int, int]:
    """Play a film to its end; frames, width and height."""
    with av.open(str(path)) as container:
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    height, width = frames[0].shape[:2]
    return len(frames), width, height


# ------------------------------------------------------------------------------------ the clipboard


def test_copy_puts_the_grid_on_the_clipboard(kit: Kit) -> None:
    kit.loaded(CONV1)
    page = kit.window.maps.current_page
    assert page is not None
    page.atlas.setFocus()
    seen = to_array(page.atlas.grab().toImage())
    kit.press(Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    copied = to_array(QGuiApplication.clipboard().image())
    assert copied.shape == seen.shape
    assert (copied == seen).all()
    assert kit.notices == {"export": "Copied the view as a picture."}


def test_confirmation_goes_by_itself_and_a_failure_stays(
    kit: Kit, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("gui.views.notice_bar.BRIEF_MS", 1)
    kit.loaded(CONV1)
    kit.window.exports.save_maps(str(tmp_path / "maps.txt"))
    qtbot.waitUntil(lambda: "export" in kit.notices)
    failure = kit.notices["export"]
    kit.trigger("cycle_theme")
    assert set(kit.notices) == {"export", "theme"}
    qtbot.waitUntil(lambda: "theme" not in kit.notices)
    assert kit.notices == {"export": failure}


def test_right_click_offers_to_copy_and_save_that_view(kit: Kit) -> None:
    kit.loaded(CONV1)
    view = kit.window.channel._map
    centre = view.rect().center()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, centre, view.mapToGlobal(centre))
    QApplication.sendEvent(view, event)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    texts = [action.text() for action in menu.actions() if action.text()]
    assert texts == [
        "Copy as a picture",
        "Save as a picture…",
        "Save a figure…",
        "Save the maps…",
    ]
    menu.actions()[0].trigger()
    menu.close()
    assert QGuiApplication.clipboard().image().size() == view.size()


# ------------------------------------------------------------------------------------------- files


def test_maps_are_saved_as_numbers(kit: Kit, qtbot: QtBot, tmp_path: Path) -> None:
    kit.loaded(CONV1)
    exports = kit.window.exports
    path = tmp_path / "maps.npz"
    with np.load(saved(kit, qtbot, exports.save_maps(str(path)), path)) as archive:
        assert (archive["values"] == values_of(CONV1)).all()
        assert str(archive["layer"]) == "features.conv1"
        assert str(archive["model"]) == "tiny"
        assert str(archive["picture"]) == "cat.png"
        assert not archive["is_random"]
    path = tmp_path / "maps.npy"
    assert (
        np.load(saved(kit, qtbot, exports.save_maps(str(path)), path)) == values_of(CONV1)
    ).all()
    path = tmp_path / "maps.csv"
    saved(kit, qtbot, exports.save_maps(str(path)), path)
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [float(row["max"]) for row in rows] == pytest.approx(values_of(CONV1).max((1, 2)))
    assert kit.settings.get(keys.SAVE_FOLDER) == str(tmp_path)


def test_figure_is_a_picture_that_names_its_origin(kit: Kit, qtbot: QtBot, tmp_path: Path) -> None:
    kit.loaded(CONV1)
    path = tmp_path / "figure.png"
    saved(kit, qtbot, kit.window.exports.save_figure(str(path)), path)
    assert colours(path) > FINE
    with Image.open(path) as picture:
        notes = picture.info
    assert (notes["Model"], notes["Layer"], notes["Weights"]) == (
        "tiny",
        "features.conv1",
        "published",
    )


def test_figure_of_random_weights_says_so(kit: Kit, qtbot: QtBot, tmp_path: Path) -> None:
    kit.loaded(CONV1)
    plain, marked = tmp_path / "plain.png", tmp_path / "marked.png"
    saved(kit, qtbot, kit.window.exports.save_figure(str(plain)), plain)
    kit.engine.answer(CONV1, is_random=True)
    saved(kit, qtbot, kit.window.exports.save_figure(str(marked)), marked)
    with Image.open(plain) as first, Image.open(marked) as second:
        assert second.info["Weights"] == "random"
        assert first.size != second.size or first.tobytes() != second.tobytes()


def test_window_and_view_are_saved_as_they_are_seen(kit: Kit, qtbot: QtBot, tmp_path: Path) -> None:
    kit.loaded(CONV1)
    path = tmp_path / "window.png"
    expected = to_array(kit.window.grab().toImage())
    saved(kit, qtbot, kit.window.exports.save_view(kit.window, str(path)), path)
    with Image.open(path) as picture:
        assert picture.size == (1280, 800)
        assert np.mean(np.asarray(picture.convert("RGB")) == expected) > 0.99
    path = tmp_path / "view.png"
    view = kit.window.channel._histogram
    saved(kit, qtbot, kit.window.exports.save_view(view, str(path)), path)
    with Image.open(path) as picture:
        assert picture.size == (view.width(), view.height())


def test_file_that_cannot_be_written_is_said_in_a_sentence(
    kit: Kit, qtbot: QtBot, tmp_path: Path
) -> None:
    kit.loaded(CONV1)
    (tmp_path / "file").write_text("in the way")
    job = kit.window.exports.save_maps(str(tmp_path / "file" / "maps.npz"))
    qtbot.waitUntil(lambda: "export" in kit.notices)
    assert job is not None
    assert kit.notices["export"].endswith(".")
    assert "Traceback" not in kit.notices["export"]
    assert kit.settings.get(keys.SAVE_FOLDER) == ""


def test_unknown_suffix_is_said_in_a_sentence(kit: Kit, qtbot: QtBot, tmp_path: Path) -> None:
    kit.loaded(CONV1)
    kit.window.exports.save_maps(str(tmp_path / "maps.txt"))
    qtbot.waitUntil(lambda: "export" in kit.notices)
    assert kit.notices["export"].startswith("Maps are saved as .npz, .npy, .csv;")


def test_nothing_to_save_is_said_before_a_file_is_asked_for(kit: Kit) -> None:
    kit.engine.load()
    for action in ("save_maps", "save_figure"):
        kit.trigger(action)
        assert kit.notices == {"export": "No maps yet: choose a layer first."}
        kit.window.notices.clear_all()
    assert kit.window.findChildren(QFileDialog) == []


def test_suggested_name_tells_picture_network_and_layer(kit: Kit) -> None:
    kit.loaded(LayerKey("features.relu", 1))
    kit.trigger("save_maps")
    (dialog,) = kit.window.findChildren(QFileDialog)
    (name,) = dialog.selectedFiles()
    dialog.reject()
    assert name.endswith("/cat_tiny_features.relu-1.npz")


def test_suffix_is_added_where_the_person_left_it_out(
    kit: Kit, qtbot: QtBot, tmp_path: Path
) -> None:
    kit.loaded(CONV1)
    kit.trigger("save_figure")
    (dialog,) = kit.window.findChildren(QFileDialog)
    dialog.fileSelected.emit(str(tmp_path / "mine"))
    dialog.reject()
    qtbot.waitUntil((tmp_path / "mine.png").exists)


# --------------------------------------------------------------------------------------- recording


def test_recording_makes_a_film_that_plays(kit: Kit, qtbot: QtBot, tmp_path: Path) -> None:
    kit.loaded(CONV1)
    path, exports = tmp_path / "session.mp4", kit.window.exports
    exports.start_recording(str(path))
    assert exports.is_recording
    assert kit.is_checked("record")
    recorder = exports._recorder
    assert recorder is not None
    qtbot.waitUntil(lambda: recorder.frames >= 3)
    kit.engine.answer(CONV1, index=1)
    kit.trigger("record")
    assert exports._recorder is None
    assert not kit.is_checked("record")
    frames, width, height = film(path)
    assert frames >= 3
    assert (width, height) == (1280, 800)
    assert kit.notices["export"].endswith(f"{path.name}.")


def test_film_is_kept_when_the_window_closes(kit: Kit, qtbot: QtBot, tmp_path: Path) -> None:
    kit.loaded(CONV1)
    path, exports = tmp_path / "session.mp4", kit.window.exports
    exports.start_recording(str(path))
    recorder = exports._recorder
    assert recorder is not None
    qtbot.waitUntil(lambda: recorder.frames >= 2)
    kit.window.close()
    assert film(path)[0] >= 2
    assert list(tmp_path.glob("*.mp4*")) == [path]


def test_film_that_cannot_be_written_is_said_and_nothing_records(kit: Kit, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    kit.window.exports.start_recording(str(tmp_path / "file" / "session.mp4"))
    assert not kit.window.exports.is_recording
    assert not kit.is_checked("record")
    assert kit.notices["export"].endswith(".")


def test_recording_waits_for_its_file_to_be_chosen(kit: Kit) -> None:
    kit.trigger("record")
    (dialog,) = kit.window.findChildren(QFileDialog)
    assert not kit.is_checked("record")
    dialog.reject()
    assert not kit.window.exports.is_recording


def test_place_without_a_view_has_no_menu_of_ours(kit: Kit) -> None:
    kit.loaded(CONV2)
    kit.window.exports.show_menu(kit.window.mapToGlobal(QPoint(2, 2)))
    assert QApplication.activePopupWidget() is None
