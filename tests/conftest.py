"""What every test gets: no screen, one thread, a home of its own, and a check of what it leaves.

The environment is set when this file is read: before Qt, torch or OpenMP are loaded, which read
it once.
"""

from __future__ import annotations

import atexit
import gc
import os
import shutil
import sys
import tempfile
import threading
import time
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from numpy.typing import NDArray
    from PySide6.QtCore import QObject

GRACE_S = 5.0

_home = Path(tempfile.mkdtemp(prefix="layerscope-tests-"))
atexit.register(shutil.rmtree, _home, ignore_errors=True)

os.environ.update(
    {
        "QT_QPA_PLATFORM": "offscreen",
        "OMP_NUM_THREADS": "1",
        "OMP_WAIT_POLICY": "PASSIVE",
        # A test touches nobody's settings, caches or downloaded weights.
        "XDG_CONFIG_HOME": str(_home / "config"),
        "XDG_DATA_HOME": str(_home / "data"),
        "XDG_STATE_HOME": str(_home / "state"),
        "XDG_CACHE_HOME": str(_home / "cache"),
        "LAYERSCOPE_CACHE": str(_home / "cache" / "layerscope"),
        "TORCH_HOME": str(_home / "cache" / "torch"),
        "HF_HOME": str(_home / "cache" / "huggingface"),
        "HF_HUB_OFFLINE": "1",
    }
)


@lru_cache(maxsize=1)
def _settings_at_home() -> None:
    """Send QSettings to the tests' own home, on every system."""
    from PySide6.QtCore import QSettings

    QSettings.setDefaultFormat(QSettings.Format.IniFormat)
    for scope in (QSettings.Scope.UserScope, QSettings.Scope.SystemScope):
        QSettings.setPath(QSettings.Format.IniFormat, scope, str(_home / "config"))


@lru_cache(maxsize=1)
def _one_torch_thread() -> None:
    import torch

    torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def _same_for_all() -> None:
    """Set up what is loaded; a test that needs neither torch nor Qt pays for neither."""
    if "torch" in sys.modules:
        _one_torch_thread()
    if "PySide6" in sys.modules:
        _settings_at_home()


# --------------------------------------------------------------------------------- the pictures


@lru_cache(maxsize=1)
def _chelsea() -> NDArray[np.uint8]:
    import skimage
    from PIL import Image

    path = Path(skimage.__file__).parent / "data" / "chelsea.png"
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB"))


@pytest.fixture
def photo() -> NDArray[np.uint8]:
    """Return a photo of a cat: (300, 451, 3), uint8, RGB; each test has its own copy."""
    return _chelsea().copy()


# ---------------------------------------------------------------- what a test must not leave behind

_failed = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember a failure: its traceback keeps widgets alive that are no leak."""
    report = yield
    if call.excinfo is not None:
        item.stash[_failed] = True
    return report


@pytest.fixture(autouse=True)
def _nothing_left_behind(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail the test that leaves a thread, a top-level widget or a running timer behind."""
    threads = set(threading.enumerate())
    widgets, timers = _qt_objects()
    yield
    if request.node.stash.get(_failed, False):
        return
    left = [f"thread {thread.name}" for thread in _threads_left(threads)]
    if any(_qt_left(widgets, timers)):
        gc.collect()  # a window that refers to itself goes only now
        left += [f"{what} {_describe(it)}" for what, it in _named(*_qt_left(widgets, timers))]
    if left:
        pytest.fail(f"left behind: {', '.join(left)}", pytrace=False)


def _threads_left(before: set[threading.Thread]) -> list[threading.Thread]:
    end = time.monotonic() + GRACE_S
    new = [thread for thread in threading.enumerate() if thread not in before]
    ours = [t for t in new if not t.daemon or t.name.startswith("layerscope-")]
    for thread in ours:
        thread.join(max(0.0, end - time.monotonic()))
    return [thread for thread in ours if thread.is_alive()]


def _qt_objects() -> tuple[list[QObject], list[QObject]]:
    """Return the parentless top-level widgets and the running timers under them or the app."""
    if "PySide6.QtWidgets" not in sys.modules:
        return [], []
    from PySide6.QtCore import QCoreApplication, QEvent, QTimer
    from PySide6.QtWidgets import QApplication

    app = QApplication.instance()
    if not isinstance(app, QApplication):
        return [], []
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    tops = [widget for widget in app.topLevelWidgets() if widget.parent() is None]
    # Qt makes the label of a tooltip itself and keeps it.
    widgets: list[QObject] = [w for w in tops if w.metaObject().className() != "QTipLabel"]
    roots = [app, *widgets]
    timers = [t for root in roots for t in root.findChildren(QTimer) if t.isActive()]
    return widgets, list(timers)


def _qt_left(
    widgets_before: list[QObject], timers_before: list[QObject]
) -> tuple[list[QObject], list[QObject]]:
    # The lists from before keep their wrappers alive, so that an identity is not used again.
    widgets, timers = _qt_objects()
    known = {id(it) for it in (*widgets_before, *timers_before)}
    return [w for w in widgets if id(w) not in known], [t for t in timers if id(t) not in known]


def _named(widgets: list[QObject], timers: list[QObject]) -> list[tuple[str, QObject]]:
    return [*(("widget", it) for it in widgets), *(("running timer", it) for it in timers)]


def _describe(it: Any) -> str:
    name = it.objectName()
    return f"{type(it).__name__} {name!r}" if name else type(it).__name__
