"""Long work tells how far it is, stops at safe points, and ends with exactly one callback."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Any

import pytest

from engine.errors import CancelledError, EngineError, ModelError
from engine.jobs import SOMETHING_WENT_WRONG, Job, JobControl, Progress

if TYPE_CHECKING:
    from collections.abc import Callable

WAIT_S = 30.0


class Outcome:
    """What a job told."""

    def __init__(self) -> None:
        self.done: list[Any] = []
        self.failed: list[EngineError] = []
        self.progress: list[Progress] = []
        self.threads: set[str] = set()

    def run(self, work: Callable[[JobControl], Any], *, is_cancelled: bool = False) -> None:
        """Run a job to its end."""
        job = self.job(work)
        if is_cancelled:
            job.cancel()
        job.start()
        job.join(WAIT_S)
        assert not job.is_running

    def job(self, work: Callable[[JobControl], Any]) -> Job[Any]:
        return Job(
            work,
            on_done=self._note(self.done),
            on_failed=self._note(self.failed),
            on_progress=self._note(self.progress),
            name="test",
        )

    def _note(self, into: list[Any]) -> Callable[[Any], None]:
        def note(it: Any) -> None:
            into.append(it)
            self.threads.add(threading.current_thread().name)

        return note


@pytest.fixture
def outcome() -> Outcome:
    return Outcome()


def test_the_result_comes_once_in_the_jobs_thread(outcome: Outcome) -> None:
    outcome.run(lambda _control: 42)
    assert (outcome.done, outcome.failed) == ([42], [])
    assert outcome.threads == {"layerscope-test"}


def test_a_result_of_none_is_a_result(outcome: Outcome) -> None:
    outcome.run(lambda _control: None)
    assert (outcome.done, outcome.failed) == ([None], [])


def test_progress_comes_in_order(outcome: Outcome) -> None:
    def work(control: JobControl) -> str:
        control.report("Counting")
        for n in (1, 2):
            control.report("Counting", n, 2)
        return "end"

    outcome.run(work)
    counting = [Progress("Counting", 0, 0), Progress("Counting", 1, 2), Progress("Counting", 2, 2)]
    assert outcome.progress == counting
    assert outcome.done == ["end"]


def test_an_error_for_the_person_comes_as_it_is(outcome: Outcome) -> None:
    error = ModelError("There is none; choose another.")

    def work(_control: JobControl) -> None:
        raise error

    outcome.run(work)
    assert outcome.failed == [error]
    assert outcome.done == []


def test_a_defect_is_logged_and_told_in_a_sentence(
    outcome: Outcome, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        outcome.run(lambda _control: 1 // 0)
    assert [error.message for error in outcome.failed] == [SOMETHING_WENT_WRONG]
    assert type(outcome.failed[0]) is EngineError
    assert outcome.done == []
    assert "ZeroDivisionError" in caplog.text


@pytest.mark.parametrize(
    "stand", [lambda c: c.check(), lambda c: c.report("Now"), lambda c: c.wait(WAIT_S)]
)
def test_it_stops_at_each_kind_of_safe_point(
    outcome: Outcome, stand: Callable[[JobControl], None]
) -> None:
    outcome.run(stand, is_cancelled=True)
    assert [type(error) for error in outcome.failed] == [CancelledError]
    assert outcome.failed[0].message == "Cancelled."
    assert (outcome.done, outcome.progress) == ([], [])


def test_a_wait_ends_as_soon_as_it_is_cancelled(outcome: Outcome) -> None:
    is_waiting = threading.Event()

    def work(control: JobControl) -> None:
        is_waiting.set()
        control.wait(10 * WAIT_S)

    job = outcome.job(work).start()
    assert is_waiting.wait(WAIT_S)
    assert job.is_running
    job.cancel()
    job.join(WAIT_S)
    assert [type(error) for error in outcome.failed] == [CancelledError]


@pytest.mark.parametrize("error", [ModelError("The connection broke."), OSError("closed")])
def test_what_breaks_while_it_is_being_cancelled_is_no_failure(
    outcome: Outcome, error: Exception
) -> None:
    def work(control: JobControl) -> None:
        assert control.is_cancelled
        raise error

    outcome.run(work, is_cancelled=True)
    assert [type(error) for error in outcome.failed] == [CancelledError]


def test_work_without_a_safe_point_ends_with_its_result(outcome: Outcome) -> None:
    outcome.run(lambda _control: 3, is_cancelled=True)
    assert (outcome.done, outcome.failed) == ([3], [])


def test_a_control_without_a_listener_is_enough() -> None:
    control = JobControl()
    control.report("Anything", 1, 2)
    control.wait(0.0)
    assert not control.is_cancelled
    control.cancel()
    assert control.is_cancelled
