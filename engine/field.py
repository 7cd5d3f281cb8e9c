"""Measures receptive fields beside the live loop: one at a time, a pass at a time.

The passes are made between frames, by the thread that owns the network: a second thread would
meet the hooks of the first, and the two would share the processor's cores without a rule. After a
pass that held frames up, the live loop has the device for twice as long as the pass took, so
that it keeps more than half of its pace.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.values import Box, FieldRequest, MeasuredField

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.graph.measured_field import FieldMeasurement

__all__ = ["FieldMeter", "FieldTask"]

LIVE_SHARE = 2.0
"""Seconds that the live loop has after each second of measuring."""


@dataclass(frozen=True, slots=True)
class FieldTask:
    """A measurement that was begun, and what it is of."""

    request: FieldRequest
    measurement: FieldMeasurement
    frame_name: str
    input_box: Box

    def step(self) -> MeasuredField:
        """Make one pass and return what is known now.

        Raises
        ------
        EngineError
            It cannot be measured.
        """
        from engine.graph.measured_field import effective_size  # noqa: PLC0415 - torch

        measurement = self.measurement
        measurement.step()
        blob = measurement.blob
        return MeasuredField(
            request=self.request,
            cell=measurement.cell,
            blob=blob,
            size=effective_size(blob),
            samples=measurement.samples,
            is_final=measurement.is_done,
            frame_name=self.frame_name,
            input_box=self.input_box,
        )


class FieldMeter:
    """Gives the passes of the newest measurement their time.

    Parameters
    ----------
    clock
        Seconds that only go forward.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._task: FieldTask | None = None
        self._resumes_at = 0.0
        self._is_live = False

    def begin(self, task: FieldTask) -> None:
        """Measure this from now on; what was begun before is given up."""
        self._task = task

    def drop(self) -> None:
        """Give up what was begun."""
        self._task = None

    def note_frame(self) -> None:
        """Take note that the live loop has answered to a frame."""
        self._is_live = True

    def wait_s(self) -> float | None:
        """Return how many seconds the next pass must wait for; None = there is none to make."""
        if self._task is None:
            return None
        return max(0.0, self._resumes_at - self._clock()) if self._is_live else 0.0

    def step(self) -> MeasuredField | None:
        """Make the next pass, if it is time for it; return what is worth telling.

        That is the first pass, for a quick look, and the last.

        Raises
        ------
        EngineError
            It cannot be measured; it is given up.
        """
        task = self._task
        if task is None or self.wait_s() != 0.0:
            return None
        begun = self._clock()
        self._task = None  # should it fail
        field = task.step()
        ended = self._clock()
        self._resumes_at = ended + LIVE_SHARE * (ended - begun)
        self._is_live = False
        if not field.is_final:
            self._task = task
        return field if field.is_final or field.samples == 1 else None
