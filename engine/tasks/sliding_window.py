"""The same score map twice: a classifier asked window by window, and in one pass.

A classifier that is slid over a picture computes nearly everything many times over; as a fully
convolutional network it gives the same map in one pass (Sermanet et al., OverFeat, ICLR 2014;
Long, Shelhamer and Darrell, CVPR 2015). For a window of side w at stride s the pass runs at output
stride s (`engine.tasks.dilation`) and averages the window's own cells.

The two are exactly equal where a window's cells see the same pixels in both. Alone, a window is
surrounded by the zeros of the network's padding instead of by the picture, and the maps differ, the
more the smaller the window is beside the receptive field. With `context` each window brings its
surroundings along, and only its own cells are averaged: once the context covers the receptive
field, both maps are the same to rounding. (Networks with squeeze and excitation average over all
they see, so they agree only where the context is the whole picture.)
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import torch
import torch.nn.functional as F

from engine.errors import ModelError
from engine.models.preprocess import prepare
from engine.tasks.evidence import autocast, class_label, view_of, whole_picture
from engine.tasks.fully_convolutional import sharing_copy
from engine.values import Agreement, InputFit, Lane, Race

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray
    from torch import Tensor

    from engine.jobs import JobControl
    from engine.network import Network
    from engine.tasks.fully_convolutional import FullyConvolutional
    from engine.values import Frame, RaceSettings

__all__ = ["RaceRun", "agreement", "prepare_race", "raced_size", "single_pass", "slide"]

BATCH_PIXELS = 32 * 64 * 64
"""About so many pixels of windows go through the network at a time."""
TELL_S = 0.08


def raced_size(frame: Frame, settings: RaceSettings) -> tuple[int, int]:
    """Return height and width of a picture as it is raced: whole strides, one window at least."""
    height, width = frame.image.shape[:2]
    scale = settings.long_side / max(height, width)
    step, window = settings.stride, settings.window
    rows, columns = (max(window, round(side * scale / step) * step) for side in (height, width))
    return rows, columns


@dataclass(frozen=True, slots=True)
class _Part:
    """What was asked at once: numbers of windows, their logits (n, K), and what it cost."""

    numbers: range
    logits: Tensor
    macs: int
    seconds: float


def slide(view: FullyConvolutional, x: Tensor, settings: RaceSettings) -> Iterator[_Part]:
    """Ask a classifier window by window, row by row.

    Parameters
    ----------
    view
        The classifier.
    x : Tensor, (1, 3, H, W)
        The picture, normalised.
    settings
        Window, stride and context.

    Yields
    ------
    _Part
        One batch of windows.
    """
    rows, columns = _places(x, settings)
    if settings.context:
        yield from _slide_in_context(view, x, settings)
        return
    side, step = settings.window, settings.stride
    batch = max(1, BATCH_PIXELS // (side * side))
    for first in range(0, rows * columns, batch):
        numbers = range(first, min(first + batch, rows * columns))
        start = time.perf_counter()
        corners = [(n // columns * step, n % columns * step) for n in numbers]
        windows = torch.cat([x[..., t : t + side, l : l + side] for t, l in corners])  # noqa: E741 - top and left
        answer = view.answer(windows)
        yield _Part(numbers, answer.logits[..., 0, 0], answer.macs, _since(start, x))


def _slide_in_context(
    view: FullyConvolutional, x: Tensor, settings: RaceSettings
) -> Iterator[_Part]:
    rows, columns = _places(x, settings)
    cells = view.cells_of((settings.window, settings.window))
    fine = min(settings.stride, view.stride)
    x = _filled(x, view.stride)
    for number in range(rows * columns):
        start = time.perf_counter()
        corner = [n * settings.stride for n in divmod(number, columns)]
        ends = [
            _around(at, settings, view.stride, x.shape[2 + axis]) for axis, at in enumerate(corner)
        ]
        (top, bottom), (left, right) = ends
        asked = view(x[..., top:bottom, left:right], fine, cells)
        row, column = (corner[0] - top) // fine, (corner[1] - left) // fine
        logits = asked.logits[..., row, column]
        yield _Part(range(number, number + 1), logits, asked.macs, _since(start, x))


def _around(at: int, settings: RaceSettings, grid: int, whole: int) -> tuple[int, int]:
    """Return where a window's surroundings begin and end, on the network's own grid."""
    first = max(0, at - settings.context) // grid * grid
    last = -(-(at + settings.window + settings.context) // grid) * grid
    return first, min(last, whole)


def single_pass(view: FullyConvolutional, x: Tensor, settings: RaceSettings) -> tuple[Tensor, int]:
    """Ask a classifier for all windows in one pass.

    Returns
    -------
    Tensor, (K, rows, columns)
        Logits of each window.
    int
        Multiply-adds.
    """
    rows, columns = _places(x, settings)
    fine = min(settings.stride, view.stride)
    cells = view.cells_of((settings.window, settings.window))
    asked = view(_filled(x, view.stride), fine, cells)
    every = settings.stride // fine
    logits = asked.logits[0, :, ::every, ::every]
    return logits[:, :rows, :columns], asked.macs


def agreement(
    ours: NDArray[np.float32], theirs: NDArray[np.float32], same_best: float
) -> Agreement:
    """Compare the maps of a class as far as both have them.

    Parameters
    ----------
    ours, theirs : ndarray, (rows, columns), float32
        NaN where nothing is known.
    same_best
        Passed through.
    """
    both = np.isfinite(ours) & np.isfinite(theirs)
    a, b = ours[both].astype(np.float64), theirs[both].astype(np.float64)
    spread = float(a.std() * b.std()) if a.size else 0.0
    correlation = float(((a - a.mean()) * (b - b.mean())).mean() / spread) if spread else np.nan
    return Agreement(correlation, float(np.abs(a - b).max()) if a.size else 0.0, same_best)


class RaceRun:
    """One race, ready to be run in any thread.

    Parameters
    ----------
    network
        A classifier.
    view
        Its fully convolutional view, on a module of its own.
    frame, settings
        What is raced.
    """

    def __init__(
        self, network: Network, view: FullyConvolutional, frame: Frame, settings: RaceSettings
    ) -> None:
        self._network = network
        self._view = view
        self._frame = frame
        self._settings = settings
        self._size = raced_size(frame, settings)

    def run(self, control: JobControl, tell: Callable[[Race], None]) -> Race:
        """Race to the end; one pass goes first, since it takes but a moment.

        Raises
        ------
        CancelledError
            Stopping was asked for; what was told stands.
        ModelError
            The network fails.
        """
        with torch.inference_mode(), autocast(self._network):
            return self._run(control, tell)

    def _run(self, control: JobControl, tell: Callable[[Race], None]) -> Race:
        x = whole_picture(self._network, self._frame, self._size)
        index = self._class_index()
        # Once for nothing: the first pass of a size is slower, and is not what is compared.
        self._view.answer(x[..., : self._settings.window, : self._settings.window])
        start = time.perf_counter()
        logits, macs = single_pass(self._view, x, self._settings)
        seconds = _since(start, x)
        rows, columns = logits.shape[1:]
        single = Lane(logits[index].cpu().numpy(), 1, 1, macs, seconds)
        best = logits.argmax(0).flatten().cpu()
        sliding = Lane(np.full((rows, columns), np.nan, np.float32), 0, rows * columns, 0, 0.0)
        race = Race(
            self._settings,
            self._frame,
            self._network.info.card.title,
            self._size,
            index,
            class_label(self._network, index),
            sliding,
            single,
            is_random=self._network.info.is_random,
        )
        tell(race)
        told_at, same = time.perf_counter(), 0
        for part in slide(self._view, x, self._settings):
            control.report("Sliding the window", part.numbers.stop, rows * columns)
            same += int((part.logits.argmax(1).cpu() == best[list(part.numbers)]).sum())
            race = _moved(race, part, same)
            if race.is_done or time.perf_counter() - told_at >= TELL_S:
                told_at = time.perf_counter()
                tell(race)
        return race

    def _class_index(self) -> int:
        """Return the class that was asked for, or that of the picture as the network sees it."""
        if self._settings.class_index is not None:
            return self._settings.class_index
        place = self._network.placement
        own = self._network.loaded.spec.preprocessing
        x, _ = prepare(
            self._frame.image,
            own,
            InputFit.CROP,
            place.device,
            channels_last=place.is_channels_last,
        )
        return int(self._view.answer(x).logits[0, :, 0, 0].argmax())


def prepare_race(network: Network, frame: Frame | None, settings: RaceSettings) -> RaceRun:
    """Make a race ready, in the thread that owns the network.

    Raises
    ------
    ModelError
        There is no picture, the network is no classifier of this form, or it cannot be slid
        like this.
    """
    if frame is None:
        raise ModelError("There is no picture yet; open one first.")
    view = view_of(network, sharing_copy(network.module))
    title = network.info.card.title
    step, side = settings.stride, settings.window
    if settings.class_index is not None and settings.class_index >= view.classes:
        raise ModelError(
            f"{title} has no class {settings.class_index}; choose one below {view.classes}."
        )
    if step % view.stride and view.stride % step:
        raise ModelError(
            f"A stride of {step} does not fit the cells of {title}, {view.stride} pixels apart; "
            f"choose {view.stride}, {view.stride // 2} or {view.stride // 4}."
        )
    if side % view.stride and (side, side) != network.input_size:
        raise ModelError(
            f"Windows of {title} are whole multiples of {view.stride} pixels; {side} is none."
        )
    view.cells_of((side, side))
    return RaceRun(network, view, frame, settings)


def _moved(race: Race, part: _Part, same: int) -> Race:
    lane = race.sliding
    scores = lane.scores.copy()
    scores.reshape(-1)[part.numbers.start : part.numbers.stop] = (
        part.logits[:, race.class_index].cpu().numpy()
    )
    done = part.numbers.stop
    sliding = Lane(scores, done, lane.passes, lane.macs + part.macs, lane.seconds + part.seconds)
    agreed = agreement(scores, race.single.scores, same / done)
    return replace(race, sliding=sliding, agreement=agreed)


def _places(x: Tensor, settings: RaceSettings) -> tuple[int, int]:
    rows, columns = ((side - settings.window) // settings.stride + 1 for side in x.shape[2:])
    return rows, columns


def _filled(x: Tensor, grid: int) -> Tensor:
    """Fill a picture up to whole cells with zeros, right and below."""
    below, right = (-side % grid for side in x.shape[2:])
    return F.pad(x, (0, right, 0, below)) if below or right else x


def _since(start: float, x: Tensor) -> float:
    if x.device.type == "cuda":
        torch.cuda.synchronize(x.device)
    elif x.device.type == "mps":
        torch.mps.synchronize()
    return time.perf_counter() - start
