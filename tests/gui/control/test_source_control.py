"""Opening and playing sources, by menu, by key and by dropping; and what is said when one fails."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLineEdit, QMenu, QPushButton

from engine.sources.base import (
    Seek,
    SetLoop,
    SetMirror,
    SetPlaying,
    SourceInfo,
    SourceKind,
    SourceSpec,
    SourceState,
    Step,
)
from gui import settings as keys
from tests.gui.fake_engine import CONV1, photo_frame

if TYPE_CHECKING:
    from pathlib import Path

    from tests.gui.window_kit import Kit

Key = Qt.Key
DEMO = SourceSpec(SourceKind.DEMO)
CAMERA = SourceSpec(SourceKind.CAMERA, "1", is_mirrored=True)
VIDEO = SourceSpec(SourceKind.VIDEO, "/films/cat.mp4")
FILM = SourceInfo("cat.mp4", 64, 48, frames=250, fps=25.0, can_seek=True, can_play=True)
LIVE = SourceInfo("USB camera", 640, 480)
LOST = "The camera does not answer; it is tried again every second."


def picture(path: Path, colour: int = 0xFF336699) -> Path:
    """Write a small picture."""
    image = QImage(24, 16, QImage.Format.Format_RGB32)
    image.fill(colour)
    assert image.save(str(path))
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with three pictures."""
    place = tmp_path / "pictures"
    place.mkdir()
    for name in ("a.png", "b.png", "c.png"):
        picture(place / name)
    return place


def folder_info(folder: Path) -> tuple[SourceSpec, SourceInfo]:
    """Return what the engine says of an open folder."""
    paths = tuple(sorted(str(path) for path in folder.iterdir()))
    names = tuple(path.rpartition("/")[2] for path in paths)
    info = SourceInfo("pictures", 24, 16, 3, None, names, paths, can_seek=True)
    return SourceSpec(SourceKind.FOLDER, str(folder)), info


def buttons(kit: Kit) -> list[str]:
    """Return the texts of the next steps that a notice offers."""
    return [b.text() for b in kit.window.source.notices.findChildren(QPushButton)]


def titles(kit: Kit) -> list[str]:
    """Return what the source menu offers."""
    menu = kit.window.source._menu
    menu._menu.aboutToShow.emit()
    return [action.text() for action in menu._menu.actions()]


# ------------------------------------------------------------------------------------ dropping


def test_dropped_picture_folder_and_several_pictures_are_opened(kit: Kit, folder: Path) -> None:
    assert kit.drop_files(folder / "b.png")
    assert kit.drop_files(folder)
    assert kit.drop_files(folder / "a.png", folder / "c.png")
    assert [(spec.kind, spec.location) for spec in kit.engine.opened] == [
        (SourceKind.IMAGE, str(folder / "b.png")),
        (SourceKind.FOLDER, str(folder)),
        (SourceKind.FOLDER, str(folder)),
    ]
    assert kit.source_notices == {}


def test_dropped_address_is_opened_as_a_stream(kit: Kit) -> None:
    data = QMimeData()
    data.setUrls([QUrl("http://10.0.0.7:8080/video")])
    assert kit.drop(data)
    text = QMimeData()
    text.setText("  rtsp://10.0.0.8/live \n")
    assert kit.drop(text)
    assert [(spec.kind, spec.location) for spec in kit.engine.opened] == [
        (SourceKind.STREAM, "http://10.0.0.7:8080/video"),
        (SourceKind.STREAM, "rtsp://10.0.0.8/live"),
    ]


def test_dropped_text_that_is_a_path_is_opened(kit: Kit, folder: Path) -> None:
    text = QMimeData()
    text.setText(f"{folder / 'a.png'}\n")
    assert kit.drop(text)
    assert kit.engine.opened[-1].location == str(folder / "a.png")


def test_dropped_nonsense_is_refused_in_a_sentence(kit: Kit, tmp_path: Path) -> None:
    text = QMimeData()
    text.setText("hello")
    assert not kit.drop(text)
    assert kit.source_notices["open"].startswith("There is no file or folder hello;")
    notes = tmp_path / "notes.txt"
    notes.write_text("no picture")
    assert not kit.drop_files(notes)
    assert kit.source_notices["open"].startswith("notes.txt is neither a picture nor a video")
    assert not kit.drop(QMimeData())
    assert kit.engine.opened == []


def test_refusal_goes_away_when_something_else_is_opened(kit: Kit) -> None:
    kit.window.sources.open_text("nonsense")
    assert "open" in kit.source_notices
    kit.trigger("open_demo")
    assert kit.source_notices == {}


def test_hint_is_shown_only_while_something_is_dragged(kit: Kit, folder: Path) -> None:
    hint = kit.window.view._drop_hint
    assert not hint.isVisible()
    kit.drop_files(folder)
    assert not hint.isVisible()


# ------------------------------------------------------------------------- when a source fails


@pytest.mark.parametrize(
    ("state", "message", "offered"),
    [
        (SourceState.FAILED, "The file clip.mp4 is cut off.", ["Try again", "Show the demo"]),
        (SourceState.WAITING, LOST, ["Try again", "Show the demo"]),
        (SourceState.ENDED, "The film is over; press Play to see it again.", []),
        (SourceState.PLAYING, "b.png was skipped: it is no picture.", []),
    ],
)
def test_sentence_of_a_source_stands_in_its_panel(
    kit: Kit, state: SourceState, message: str, offered: list[str]
) -> None:
    kit.engine.status(VIDEO, state, FILM, message=message)
    assert kit.source_notices == {"source": message}
    assert buttons(kit) == offered
    kit.engine.status(VIDEO, SourceState.PLAYING, FILM)
    assert kit.source_notices == {}


def test_failed_source_is_tried_again_or_left_for_the_demo(kit: Kit) -> None:
    kit.engine.status(CAMERA, SourceState.OPENING)
    kit.engine.status(CAMERA, SourceState.FAILED, message="There is no camera 1.")
    kit.click(kit.window.source.notices, "Try again")
    assert kit.engine.opened == [CAMERA]
    kit.engine.status(CAMERA, SourceState.FAILED, message="There is no camera 1.")
    kit.click(kit.window.source.notices, "Show the demo")
    assert kit.engine.opened == [CAMERA, DEMO]


def test_sentence_that_stays_the_same_keeps_its_notice(kit: Kit) -> None:
    kit.engine.status(CAMERA, SourceState.WAITING, LIVE, message=LOST)
    before = kit.button(kit.window.source.notices, "Try again")
    kit.engine.status(CAMERA, SourceState.WAITING, LIVE, index=3, message=LOST)
    assert kit.button(kit.window.source.notices, "Try again") is before


def test_pause_freezes_and_says_so(kit: Kit) -> None:
    kit.loaded(CONV1)
    kit.engine.status(CAMERA, SourceState.PLAYING, LIVE)
    kit.press(Key.Key_F)
    assert kit.engine.sent == [SetPlaying(False)]
    kit.engine.status(CAMERA, SourceState.PAUSED, LIVE)
    assert kit.is_checked("freeze")
    assert kit.window.source.view._badges == {"frozen": ("frozen", False)}
    kit.press(Key.Key_F)
    assert kit.engine.sent[-1] == SetPlaying(True)
    kit.engine.status(CAMERA, SourceState.PLAYING, LIVE)
    assert not kit.is_checked("freeze")
    assert kit.window.source.view._badges == {}


def test_preview_is_shown_until_the_network_answers(kit: Kit) -> None:
    kit.engine.status(DEMO, SourceState.OPENING)
    assert kit.window.source.view._badges == {"state": ("opening", False)}
    kit.engine.status(DEMO, SourceState.PLAYING, SourceInfo("Demo", can_play=True))
    first = photo_frame(index=1)
    kit.engine.preview(first)
    assert kit.window.source.view._image is first.image
    kit.engine.load()
    answered = kit.engine.answer(CONV1, index=2)
    kit.engine.preview(photo_frame(index=3))
    assert kit.window.source.view._image is answered.frame.image
    kit.engine.status(CAMERA, SourceState.OPENING)
    other = photo_frame(index=4)
    kit.engine.preview(other)
    assert kit.window.source.view._image is other.image
    assert kit.window.source.view._box is None  # that was of another picture


# --------------------------------------------------------------------------------- how it plays


def test_transport_of_a_video(kit: Kit) -> None:
    kit.engine.status(VIDEO, SourceState.PLAYING, FILM, index=50)
    transport = kit.window.source._transport
    assert transport.isVisible()
    assert transport._position.text() == "0:02.0 / 0:10.0"
    assert (transport._slider.value(), transport._slider.maximum()) == (50, 249)
    assert transport._loop.isVisible()
    assert kit.is_checked("play")
    assert kit.engine.sent == []  # showing where it stands asks for nothing
    kit.press(Key.Key_P)
    kit.press(Key.Key_E)
    kit.press(Key.Key_W)
    transport._slider.setValue(100)
    assert kit.engine.sent == [SetPlaying(False), Step(1), Step(-1), Seek(100)]


def test_transport_of_a_folder_has_no_clock(kit: Kit, folder: Path) -> None:
    spec, info = folder_info(folder)
    kit.engine.status(spec, SourceState.PLAYING, info, index=1)
    transport = kit.window.source._transport
    assert transport._position.text() == "2 / 3"
    assert not transport._play.isVisible()
    assert not transport._loop.isVisible()
    assert kit.window.source._menu.text() == "pictures"


def test_transport_is_not_there_for_a_camera(kit: Kit) -> None:
    kit.engine.status(VIDEO, SourceState.PLAYING, FILM)
    kit.engine.status(CAMERA, SourceState.PLAYING, LIVE)
    assert not kit.window.source._transport.isVisible()
    assert kit.window.source._mirror.isVisible()
    assert kit.is_checked("mirror")


def test_loop_and_mirror_stay_as_they_were_set(kit: Kit) -> None:
    """The engine names a source by what was opened; what was changed since is ours to keep."""
    kit.engine.status(VIDEO, SourceState.PLAYING, FILM)
    assert kit.is_checked("loop")
    kit.trigger("loop")
    kit.engine.status(VIDEO, SourceState.PLAYING, FILM, index=9)
    assert kit.engine.sent == [SetLoop(False)]
    assert not kit.is_checked("loop")
    kit.engine.status(CAMERA, SourceState.PLAYING, LIVE)
    kit.trigger("mirror")
    kit.engine.status(CAMERA, SourceState.WAITING, LIVE, message=LOST)
    assert kit.engine.sent[-1] == SetMirror(False)
    assert not kit.is_checked("mirror")
    kit.trigger("reload")
    assert kit.engine.opened == [replace(CAMERA, is_mirrored=False)]


def test_thumbnails_of_a_folder_are_loaded_once_and_choose(kit: Kit, folder: Path) -> None:
    spec, info = folder_info(folder)
    kit.engine.status(spec, SourceState.PLAYING, info, index=0)
    strip = kit.window.source._strip
    assert strip.isVisible()
    resets: list[int] = []
    strip.model().modelReset.connect(lambda: resets.append(1))
    kit.engine.status(spec, SourceState.PLAYING, info, index=1)
    assert strip.currentIndex().row() == 1
    assert resets == []  # or each picture shown would load all thumbnails again
    assert kit.engine.sent == []
    place = strip.visualRect(strip.model().index(2, 0)).center()
    QTest.mouseClick(strip.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert kit.engine.sent == [Seek(2)]
    kit.engine.status(DEMO, SourceState.PLAYING, SourceInfo("Demo", can_play=True))
    assert not strip.isVisible()


# ------------------------------------------------------------------------- choosing from a menu


def test_file_that_is_chosen_is_opened_and_its_folder_remembered(kit: Kit, folder: Path) -> None:
    kit.trigger("open_file")
    (dialog,) = kit.window.findChildren(QFileDialog)
    dialog.fileSelected.emit(str(folder / "c.png"))
    dialog.reject()
    assert [spec.kind for spec in kit.engine.opened] == [SourceKind.IMAGE]
    assert kit.settings.get(keys.FOLDER) == str(folder)


def test_sources_that_played_are_offered_again(kit: Kit, folder: Path) -> None:
    kit.engine.status(VIDEO, SourceState.PLAYING, FILM)
    kit.engine.status(CAMERA, SourceState.OPENING)
    kit.engine.status(CAMERA, SourceState.FAILED, message="There is no camera 1.")
    assert kit.settings.get(keys.RECENT_SOURCES) == (VIDEO,)
    assert "Camera 1" not in titles(kit)
    action = next(a for a in kit.window.source._menu._menu.actions() if a.text() == "cat.mp4")
    action.trigger()
    assert kit.engine.opened == [VIDEO]


def test_resolution_of_a_camera_can_be_chosen(kit: Kit) -> None:
    assert "Camera resolution" not in titles(kit)
    kit.engine.status(CAMERA, SourceState.PLAYING, LIVE)
    assert "Camera resolution" in titles(kit)
    menu = next(
        m
        for m in kit.window.source._menu._menu.findChildren(QMenu)
        if m.title() == "Camera resolution"
    )
    wide = next(a for a in menu.actions() if a.text() == "1280 × 720")
    wide.trigger()
    assert kit.engine.opened == [replace(CAMERA, width=1280, height=720)]


def test_key_c_goes_to_the_camera_and_back(kit: Kit) -> None:
    kit.engine.status(VIDEO, SourceState.PLAYING, FILM)
    kit.press(Key.Key_C)
    camera = kit.engine.opened[-1]
    assert (camera.kind, camera.location) == (SourceKind.CAMERA, "0")
    kit.engine.status(camera, SourceState.PLAYING, LIVE)
    kit.press(Key.Key_C)
    assert kit.engine.opened[-1] == VIDEO


# ---------------------------------------------------------------------------------- the address


def test_address_is_typed_and_opened_by_enter(kit: Kit) -> None:
    kit.press(Key.Key_U, Qt.KeyboardModifier.ControlModifier)
    row = kit.window.source._stream
    assert row.isVisible()
    kit.type("http://10.0.0.7/video")
    kit.press(Key.Key_Return)
    assert [spec.location for spec in kit.engine.opened] == ["http://10.0.0.7/video"]
    assert not row.isVisible()


def test_address_that_cannot_be_opened_is_refused_in_a_sentence(kit: Kit) -> None:
    kit.trigger("open_stream")
    kit.type("gopher://10.0.0.7/video")
    kit.press(Key.Key_Return)
    assert kit.engine.opened == []
    assert kit.window.source._stream.isVisible()
    assert "gopher" in kit.source_notices["open"]
    field = kit.window.source._stream.findChildren(QLineEdit)[0]
    field.clear()
    kit.type("rtsp://10.0.0.7/video")
    kit.press(Key.Key_Return)
    assert kit.source_notices == {}


def test_escape_hides_the_field_and_the_keys_work_again(kit: Kit) -> None:
    kit.loaded(CONV1)
    kit.trigger("open_stream")
    kit.type("http")
    kit.press(Key.Key_Escape)
    assert not kit.window.source._stream.isVisible()
    kit.press(Key.Key_Right)
    assert kit.window.channel.channel == 1
