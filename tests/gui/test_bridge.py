"""The bridge: few deliveries, the newest wins, in the GUI thread, and silence after the end."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, TypeVar

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt, QThread

from engine.events import Notice
from engine.mailbox import Mailbox
from engine.sources.base import SourceKind, SourceSpec, SourceState, SourceStatus
from gui.bridge import EngineBridge
from tests.gui.fake_engine import photo_frame, result

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from engine.values import FrameResult

T = TypeVar("T")
pytestmark = pytest.mark.usefixtures("qapp")


def in_thread(work: Callable[[T], object], *items: T) -> list[BaseException]:
    """Do something with each item in another thread, to its end; what went wrong there."""
    errors: list[BaseException] = []

    def run() -> None:
        try:
            for item in items:
                work(item)
        except Exception as error:  # noqa: BLE001 - handed to the test
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(10)
    assert not thread.is_alive()
    return errors


def listening() -> tuple[EngineBridge, Mailbox[FrameResult], list[FrameResult]]:
    """Return a bridge with a mailbox of results, and the list of what it delivers."""
    bridge = EngineBridge()
    taken: list[FrameResult] = []
    results: Mailbox[FrameResult] = Mailbox(bridge.nudge)
    bridge.listen(results)
    bridge.result_ready.connect(taken.append)
    return bridge, results, taken


def test_thousand_results_make_one_delivery_of_the_newest(qtbot: QtBot) -> None:
    bridge, results, taken = listening()
    nudges: list[int] = []
    bridge._nudged.connect(lambda: nudges.append(1), Qt.ConnectionType.DirectConnection)
    made = [result(frame=photo_frame(index=n)) for n in range(1000)]
    assert in_thread(results.put, *made) == []
    qtbot.waitUntil(lambda: bool(taken))
    QCoreApplication.processEvents()
    assert [one.frame.index for one in taken] == [999]
    assert results.dropped == 999
    assert len(nudges) == 1  # nothing piles up in the window's queue of events


def test_each_result_is_delivered_where_the_window_keeps_up(qtbot: QtBot) -> None:
    bridge, results, taken = listening()
    for number in range(5):
        one = result(frame=photo_frame(index=number))
        with qtbot.waitSignal(bridge.result_ready):
            in_thread(results.put, one)
    assert [one.frame.index for one in taken] == [0, 1, 2, 3, 4]


def test_result_put_while_one_is_being_shown_is_not_forgotten(qtbot: QtBot) -> None:
    bridge, results, taken = listening()
    second = result(frame=photo_frame(index=1))

    def put_another(first: FrameResult) -> None:
        if first.frame.index == 0:
            in_thread(results.put, second)

    bridge.result_ready.connect(put_another)
    results.put(result(frame=photo_frame(index=0)))
    qtbot.waitUntil(lambda: len(taken) == 2)
    assert taken[1] is second


def test_signals_are_emitted_in_the_gui_thread(qtbot: QtBot) -> None:
    bridge, results, _taken = listening()
    threads: list[QThread] = []
    for signal in (
        bridge.result_ready,
        bridge.preview_ready,
        bridge.event_received,
        bridge.source_changed,
    ):
        signal.connect(lambda _what: threads.append(QThread.currentThread()))
    status = SourceStatus(SourceSpec(SourceKind.DEMO), SourceState.PLAYING)

    def work(_item: object) -> None:
        results.put(result())
        bridge.previews.put(photo_frame())
        bridge.tell_event(Notice("engine", "The network cannot run."))
        bridge.tell_status(status)

    assert in_thread(work, None) == []
    qtbot.waitUntil(lambda: len(threads) == 4)
    assert set(threads) == {QCoreApplication.instance().thread()}  # type: ignore[union-attr]  # there is one


def test_events_are_all_delivered_in_their_order(qtbot: QtBot) -> None:
    bridge = EngineBridge()
    heard: list[Notice] = []
    bridge.event_received.connect(heard.append)
    notices = [Notice("engine", f"{number}") for number in range(300)]
    in_thread(bridge.tell_event, *notices)
    qtbot.waitUntil(lambda: len(heard) == 300)
    assert heard == notices


def test_nothing_is_delivered_and_nothing_raised_after_the_end() -> None:
    bridge, results, taken = listening()
    previews, status = bridge.previews, SourceStatus(SourceSpec(SourceKind.DEMO), SourceState.ENDED)
    nudge, tell_event, tell_status = bridge.nudge, bridge.tell_event, bridge.tell_status
    bridge.deleteLater()
    QCoreApplication.sendPostedEvents(bridge, QEvent.Type.DeferredDelete.value)

    def work(_item: object) -> None:
        results.put(result())
        previews.put(photo_frame())
        nudge()
        tell_event(Notice("engine", "late"))
        tell_status(status)

    assert in_thread(work, None) == []
    QCoreApplication.processEvents()
    assert taken == []
