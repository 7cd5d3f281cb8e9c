from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from engine.errors import SourceError
from engine.sources.address import has_password
from engine.sources.base import FrameSource, SourceKind, SourceSpec
from engine.sources.opening import describe, open_source, parse_source


@pytest.mark.parametrize(("text", "kind", "location", "title"), [
    ("demo", SourceKind.DEMO, "", "Demo"),
    ("  Demo ", SourceKind.DEMO, "", "Demo"),
    ("camera", SourceKind.CAMERA, "0", "Camera 0"),
    ("camera:12", SourceKind.CAMERA, "12", "Camera 12"),
    ("rtsp://host:554/live", SourceKind.STREAM, "rtsp://host:554/live", "host:554/live"),
    ("HTTP://Host/a.jpg", SourceKind.STREAM, "HTTP://Host/a.jpg", "host/a.jpg"),
    ("https://[::1]:8080/", SourceKind.STREAM, "https://[::1]:8080/", "[::1]:8080"),
])  # fmt: skip
def test_what_is_no_file(text: str, kind: SourceKind, location: str, title: str) -> None:
    spec = parse_source(text)
    assert (spec.kind, spec.location) == (kind, location)
    assert describe(spec) == title


@pytest.mark.parametrize(("name", "kind"), [
    ("a b.png", SourceKind.IMAGE),
    ("Ä.JPG", SourceKind.IMAGE),
    ("clip.Mp4", SourceKind.VIDEO),
    ("100%.mkv", SourceKind.VIDEO),
])  # fmt: skip
def test_files(tmp_path: Path, name: str, kind: SourceKind) -> None:
    path = tmp_path / name
    path.touch()
    expected = SourceSpec(kind, str(path))
    assert parse_source(str(path)) == expected
    assert parse_source(f' "{path}" ') == expected
    assert parse_source(path.as_uri()) == expected
    assert describe(expected) == name


def test_folder_and_relative_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "shots").mkdir()
    monkeypatch.chdir(tmp_path)
    assert parse_source("shots") == SourceSpec(SourceKind.FOLDER, str(tmp_path / "shots"))
    assert parse_source("./shots/").kind is SourceKind.FOLDER


def test_picture_without_a_suffix(tmp_path: Path) -> None:
    Image.new("L", (1, 1)).save(tmp_path / "download", "PNG")
    assert parse_source(str(tmp_path / "download")).kind is SourceKind.IMAGE


@pytest.mark.parametrize(("text", "word"), [
    ("", "nothing"),
    ("camera:x", "number"),
    ("camera:-1", "number"),
    ("gopher://host/x", "gopher"),
    ("http://", "host"),
    ("http://[::1", "host"),
    ("/none/of/this.png", "this.png"),
    ("file:///none/of/this.png", "this.png"),
    ("nul\0byte", "no file"),
    ("x" * 5000, "no file"),
])  # fmt: skip
def test_nonsense_is_refused_in_one_sentence(text: str, word: str) -> None:
    with pytest.raises(SourceError) as caught:
        parse_source(text)
    assert word in str(caught.value)
    assert str(caught.value).endswith(".")
    assert len(str(caught.value)) < 250


def test_other_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello")
    with pytest.raises(SourceError, match=r"notes\.txt"):
        parse_source(str(tmp_path / "notes.txt"))


def test_title_shows_no_secret() -> None:
    url = "rtsp://anna:s3cret@cam.example:554/live/1?token=s3cret&user=anna"
    assert describe(parse_source(url)) == "cam.example:554/live/1"
    assert parse_source(url).location == url
    with pytest.raises(SourceError) as caught:
        parse_source("gopher://anna:s3cret@host/x")
    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("kind", SourceKind)
def test_every_kind_has_its_source(kind: SourceKind) -> None:
    source = open_source(SourceSpec(kind, "1"))
    assert isinstance(source, FrameSource)
    source.close()


def test_importing_is_light() -> None:
    """The window must be on screen soon: no decoder is loaded before it is needed."""
    code = (
        "import sys, engine.sources.thread, engine.sources.opening, engine.sources.thumbnails,"
        " engine.sources.camera, engine.sources.stream, engine.sources.video, engine.sources.demo,"
        " engine.sources.folder, engine.sources.image\n"
        "heavy = {'cv2', 'av', 'PIL', 'skimage', 'torch', 'PySide6', 'cv2_enumerate_cameras'}\n"
        "sys.exit(', '.join(heavy & set(sys.modules)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("rtsp://anna:secret@camera.local/1", True),
        ("rtsp://anna@camera.local/1", False),
        ("http://camera.local:80/video?x=@", False),
        ("/pictures/a@b.png", False),
        ("http://[broken@", True),
        ("", False),
    ],
)
def test_an_address_with_a_password_is_told(url: str, expected: bool) -> None:
    assert has_password(url) is expected
