"""The check of what a test leaves behind, on tests that leave something behind."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from numpy.typing import NDArray

CONFTEST = Path(__file__).with_name("conftest.py")

TESTS = """
import threading
import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QLabel, QWidget
kept = []

def test_thread():
    stop = threading.Event()
    threading.Thread(target=stop.wait, name="layerscope-left", daemon=True).start()

def test_widget(qapp):
    kept.append(QLabel("left", objectName="left"))

def test_timer(qapp):
    timer = QTimer(qapp, objectName="left")
    timer.start(10_000)

def test_failed(qapp):
    kept.append(QLabel("left"))
    assert not kept

def test_cycle(qapp):
    widget = QLabel("goes with the next collection")
    widget.itself = widget

def test_tidy(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    timer = QTimer(window)
    timer.start(10_000)
    threading.Thread(target=threading.Event().wait, args=(0.05,), name="layerscope-short").start()

def test_daemon_of_a_library():
    threading.Thread(target=threading.Event().wait, name="of a library", daemon=True).start()
"""


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """Run the tests above; return what pytest says of each: its failure and error messages."""
    folder = tmp_path_factory.mktemp("left")
    # A short grace: nothing that is left behind here ends by itself.
    conftest = re.sub(r"GRACE_S = .*", "GRACE_S = 1.0", CONFTEST.read_text(encoding="utf-8"))
    (folder / "conftest.py").write_text(conftest, encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\nqt_api = pyside6\n", encoding="utf-8")
    (folder / "test_it.py").write_text(TESTS, encoding="utf-8")
    words = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--junitxml=report.xml"]
    subprocess.run(words, cwd=folder, capture_output=True, check=False, timeout=100)
    cases = ET.parse(folder / "report.xml").getroot().iter("testcase")
    return {
        case.attrib["name"]: [f"{it.tag}: {it.attrib['message']}" for it in case] for case in cases
    }


@pytest.mark.parametrize(
    ("name", "messages"),
    [
        ("thread", ["left behind: thread layerscope-left"]),
        ("widget", ["left behind: widget QLabel 'left'"]),
        ("timer", ["left behind: running timer QTimer 'left'"]),
        ("cycle", []),
        ("tidy", []),
        ("daemon_of_a_library", []),
    ],
)
def test_what_is_left_behind_fails_the_test(
    verdicts: dict[str, list[str]], name: str, messages: list[str]
) -> None:
    expected = [f'error: failed on teardown with "Failed: {text}"' for text in messages]
    assert verdicts[f"test_{name}"] == expected


def test_a_failed_test_is_not_blamed_for_what_its_traceback_holds(
    verdicts: dict[str, list[str]],
) -> None:
    (message,) = verdicts["test_failed"]
    assert message.startswith("failure: ")


def test_photo_is_the_cat(photo: NDArray[np.uint8]) -> None:
    assert photo.shape == (300, 451, 3)
    assert photo.dtype == np.uint8
    assert photo.flags.writeable
    assert photo[0, 0].tolist() == [143, 120, 104]


def test_settings_and_caches_are_of_the_tests() -> None:
    from PySide6.QtCore import QSettings, QStandardPaths

    names = ["XDG_CONFIG_HOME", "XDG_CACHE_HOME", "LAYERSCOPE_CACHE", "TORCH_HOME", "HF_HOME"]
    places = [os.environ[name] for name in names]
    places.append(QSettings("layerscope", "a test").fileName())
    places.append(
        QStandardPaths.writableLocation(QStandardPaths.StandardLocation.GenericCacheLocation)
    )
    temporary = str(Path(tempfile.gettempdir()) / "layerscope-tests-")
    assert [place for place in places if not place.startswith(temporary)] == []
