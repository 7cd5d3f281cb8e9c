"""Settings: what is written comes back, and nothing that is in the file can hurt."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from engine.sources.base import SourceKind, SourceSpec
from engine.values import InputFit, ScaleMode, SortKey
from gui import settings as s
from gui.settings import ALL, RECENT_CAP, Setting, Settings

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

CAMERA = SourceSpec(SourceKind.CAMERA, "0", backend=200, width=640, height=480, is_mirrored=True)
FILE = SourceSpec(SourceKind.IMAGE, '/pictures/a, b; ü 猫 "c".png', is_looping=False)

VALUES: list[tuple[Setting[Any], Any]] = [
    (s.THEME, "light"),
    (s.TEXT_SCALE, 1.25),
    (s.GEOMETRY, bytes(range(256))),
    (s.PALETTE_RECENT, ("freeze", "help")),
    (s.LAST_SOURCE, (FILE,)),
    (s.RECENT_SOURCES, (CAMERA, FILE)),
    (s.IS_MIRRORED, False),
    (s.FOLDER, "C:\\pictures\\été"),
    (s.MODEL, "resnet50"),
    (s.THREADS, 4),
    (s.FIT, InputFit.PAD),
    (s.SMOOTHING_S, 0.1),
    (s.SCALE, ScaleMode.CHANNEL),
    (s.SORT, SortKey.SPARSITY),
    (s.WATCHED, ("layer3.2.conv2", "relu:1")),
]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config" / "layerscope.ini"


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


@pytest.mark.parametrize(("setting", "value"), VALUES, ids=lambda value: getattr(value, "key", ""))
def test_round_trip(path: Path, setting: Setting[Any], value: Any) -> None:
    first = Settings(path)
    first.set(setting, value)
    assert first.get(setting) == value
    assert first.sync()
    del first
    again = Settings(path)
    assert again.get(setting) == value
    assert type(again.get(setting)) is type(value)
    again.reset(setting)
    assert again.get(setting) == setting.default


def test_keys_are_unique_and_defaults_come_first(path: Path) -> None:
    assert len(ALL) > 20
    assert len({setting.key for setting in ALL}) == len(ALL)
    fresh = Settings(path)
    assert all(fresh.get(setting) == setting.default for setting in ALL)
    assert fresh.notice == ""


@pytest.mark.parametrize("setting", ALL, ids=lambda setting: setting.key)
@pytest.mark.parametrize(
    "nonsense", ["", "purple", "-1", "nan", "1e999", "[1, {}, null]", "{}", '"', "@Invalid()"]
)
def test_nonsense_reads_as_something_valid(
    path: Path, setting: Setting[Any], nonsense: str
) -> None:
    section, name = setting.key.split("/")
    escaped = nonsense.replace("\\", "\\\\").replace('"', '\\"')
    _write(path, f'[{section}]\n{name}="{escaped}"\n'.encode())
    value = Settings(path).get(setting)
    assert type(value) is type(setting.default)
    if isinstance(value, float):
        assert math.isfinite(value)


def test_out_of_range_is_the_default(path: Path) -> None:
    _write(path, b"[maps]\ngamma=0\n[model]\nthreads=99999999\ntop_k=5\n")
    settings = Settings(path)
    assert settings.get(s.GAMMA) == 1.0
    assert settings.get(s.THREADS) == 0
    assert settings.get(s.TOP_K) == 5


def test_spoilt_source_is_left_out_and_wrong_types_are_defaults(path: Path) -> None:
    settings = Settings(path)
    raw = '[{"kind": "hologram"}, 7, {"kind": "camera", "location": "1", "width": true}]'
    settings._store.setValue(s.RECENT_SOURCES.key, raw)
    assert settings.get(s.RECENT_SOURCES) == (SourceSpec(SourceKind.CAMERA, "1"),)


@pytest.mark.parametrize(
    "content", [b"\x00\x01\x02" * 50, b"\xff\xfe\x80garbage", b"this is no\nini file ]["],
    ids=["zeros", "not-utf-8", "no-sections"],
)  # fmt: skip
def test_corrupt_file_is_set_aside(path: Path, content: bytes) -> None:
    _write(path, content)
    settings = Settings(path)
    aside = path.with_name("layerscope.ini.broken")
    assert aside.read_bytes() == content
    assert str(aside) in settings.notice
    assert settings.get(s.MODEL) == "efficientnet_lite0"
    settings.set(s.MODEL, "vgg16")
    assert settings.sync()
    assert Settings(path).get(s.MODEL) == "vgg16"
    assert Settings(path).notice == ""


def test_unwritable_place_is_told_and_survived(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    settings = Settings(tmp_path / "file" / "layerscope.ini")
    assert "LAYERSCOPE_CONFIG" in settings.notice
    settings.set(s.MODEL, "vgg16")
    assert settings.get(s.MODEL) == "vgg16"
    assert not settings.sync()


def test_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAYERSCOPE_CONFIG", str(tmp_path / "here"))
    assert Settings().path == tmp_path / "here" / "layerscope.ini"
    monkeypatch.delenv("LAYERSCOPE_CONFIG")
    assert s.default_path().name == "layerscope.ini"
    assert "layerscope" in s.default_path().parent.name


def test_recents(path: Path) -> None:
    settings = Settings(path)
    for number in range(RECENT_CAP + 5):
        settings.add_recent_source(SourceSpec(SourceKind.IMAGE, f"{number}.png"))
        settings.add_recent_model(f"net{number}")
    settings.add_recent_source(SourceSpec(SourceKind.IMAGE, "9.png", is_mirrored=True))
    settings.add_recent_model("net9")
    recent = settings.get(s.RECENT_SOURCES)
    wanted = ["9.png", *(f"{n}.png" for n in range(16, 4, -1) if n != 9)]
    assert [spec.location for spec in recent] == wanted
    assert recent[0].is_mirrored
    assert len(recent) == RECENT_CAP
    assert settings.get(s.RECENT_MODELS)[:2] == ("net9", "net16")


def test_window_state_round_trip(path: Path, qtbot: QtBot) -> None:
    from PySide6.QtWidgets import QMainWindow

    window = QMainWindow()
    qtbot.addWidget(window)
    window.resize(700, 500)
    settings = Settings(path)
    settings.set(s.GEOMETRY, bytes(window.saveGeometry().data()))
    settings.sync()
    other = QMainWindow()
    qtbot.addWidget(other)
    assert other.restoreGeometry(Settings(path).get(s.GEOMETRY))
    assert other.size() == window.size()
