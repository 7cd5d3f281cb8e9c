"""Thumbnails are loaded when seen, by a worker that ends with the widget."""

from __future__ import annotations

import threading

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from pytestqt.qtbot import QtBot

from gui.models.thumbnails import ThumbnailModel
from gui.views.thumbnail_strip import CELL, ThumbnailStrip

WAIT_MS = 20_000


class Loader:
    """Answers with one colour a picture, and remembers what was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.gate = threading.Event()
        self.gate.set()

    def __call__(self, path: str, size_px: int) -> NDArray[np.uint8] | None:
        self.asked.append(path)
        self.gate.wait(20)
        if path == "broken":
            return None
        if path == "defect":
            raise RuntimeError("on purpose")
        return np.full((40, 60, 3), int(path), np.uint8)


@pytest.fixture
def loader() -> Loader:
    return Loader()


@pytest.fixture
def strip(qtbot: QtBot, loader: Loader) -> ThumbnailStrip:
    widget = ThumbnailStrip(loader)
    qtbot.addWidget(widget, before_close_func=lambda w: w.stop())
    widget.resize(3 * CELL.width(), widget.sizeHint().height())
    widget.show()
    return widget


def test_only_what_is_seen_is_loaded(strip: ThumbnailStrip, loader: Loader, qtbot: QtBot) -> None:
    strip.set_paths(tuple(str(n % 200) for n in range(5000)))
    point = QPoint(CELL.width() // 2, CELL.height() // 2)

    def second_is_drawn() -> None:
        image = strip.viewport().grab().toImage()
        assert image.pixelColor(point + QPoint(CELL.width(), 0)).red() == 1

    qtbot.waitUntil(second_is_drawn, timeout=WAIT_MS)
    assert len(loader.asked) < 10


def test_choosing_is_told_and_marking_is_not(strip: ThumbnailStrip, qtbot: QtBot) -> None:
    strip.set_paths(("1", "2", "3"))
    told: list[int] = []
    strip.index_chosen.connect(told.append)
    strip.set_current(2)
    assert (strip.currentIndex().row(), told) == (2, [])
    centre = strip.visualRect(strip.model().index(1, 0)).center()
    QTest.mouseClick(strip.viewport(), Qt.MouseButton.LeftButton, pos=centre)
    assert told == [1]
    QTest.keyClick(strip, Qt.Key.Key_Left)
    assert told == [1, 0]


def test_the_worker_ends_with_the_widget(qtbot: QtBot, loader: Loader) -> None:
    widget = ThumbnailStrip(loader)
    widget.resize(300, 90)
    widget.set_paths(("1", "2"))
    widget.show()
    qtbot.waitUntil(lambda: len(loader.asked) >= 2, timeout=WAIT_MS)
    names = [t.name for t in threading.enumerate()]
    assert "layerscope-thumbnails" in names
    widget.deleteLater()
    QCoreApplication.sendPostedEvents(widget, QEvent.Type.DeferredDelete.value)
    assert "layerscope-thumbnails" not in [t.name for t in threading.enumerate()]


def test_what_cannot_be_read_is_marked(
    qtbot: QtBot, loader: Loader, caplog: pytest.LogCaptureFixture
) -> None:
    model = ThumbnailModel(loader)
    try:
        model.set_paths(("broken", "defect"), ("a.png", "b.png"))
        for row in range(2):
            index = model.index(row)
            with qtbot.waitSignal(model.dataChanged, timeout=WAIT_MS):
                assert index.data(Qt.ItemDataRole.DecorationRole) is None
            assert index.data(ThumbnailModel.FAILED_ROLE) is True
        assert "cannot be read" in model.index(0).data(Qt.ItemDataRole.ToolTipRole)
        assert "thumbnail of defect failed" in caplog.text
        assert model.index(1).data() == "b.png"
    finally:
        model.loader.stop()


def test_thumbnails_of_another_folder_are_thrown_away(qtbot: QtBot, loader: Loader) -> None:
    model = ThumbnailModel(loader)
    try:
        loader.gate.clear()
        model.set_paths(("1",))
        model.index(0).data(Qt.ItemDataRole.DecorationRole)
        qtbot.waitUntil(lambda: loader.asked == ["1"], timeout=WAIT_MS)
        model.set_paths(("9",))
        with qtbot.waitSignal(model.dataChanged, timeout=WAIT_MS):
            model.index(0).data(Qt.ItemDataRole.DecorationRole)
            loader.gate.set()
        image = model.index(0).data(Qt.ItemDataRole.DecorationRole)
        assert image.pixelColor(0, 0).red() == 9
    finally:
        model.loader.stop()


def test_the_model_keeps_qts_rules(qtbot: QtBot, loader: Loader) -> None:
    model = ThumbnailModel(loader)
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    try:
        model.set_paths(("1", "2"))
        model.set_paths(())
    finally:
        model.loader.stop()
