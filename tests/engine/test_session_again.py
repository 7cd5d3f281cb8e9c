"""A session runs its network only where it must, and lets go of what it no longer needs."""

from __future__ import annotations

import gc
import weakref
from typing import TYPE_CHECKING

import numpy as np
import pytest
from torch import Tensor

from engine.capture.statistics import DEAD_AFTER
from engine.errors import CancelledError, ModelError
from engine.jobs import JobControl
from engine.session import Session
from engine.values import (
    AtlasStyle,
    DeviceRequest,
    InputFit,
    LayerKey,
    ScaleMode,
    SortKey,
    WeightsChoice,
)
from tests.engine import tiny
from tests.engine.bench import Bench, one

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.models.spec import ModelSpec

CONV, RELU, AGAIN, FC = LayerKey("conv"), LayerKey("relu"), LayerKey("relu", 1), LayerKey("fc")
INPUT, SPARE = LayerKey("input"), LayerKey("spare")
RANDOM = WeightsChoice.RANDOM


# ---------------------------------------------------------------------- again, without the network


@pytest.mark.parametrize(
    "change",
    [
        lambda s: s.set_style(AtlasStyle(gamma=0.5)),
        lambda s: s.set_style(AtlasStyle(sort=SortKey.MEAN)),
        lambda s: s.set_classification(1),
        lambda s: s.watch([CONV]),
        lambda s: s.watch([FC, SPARE, CONV]),
        lambda s: s.watch([]),
    ],
    ids=["gamma", "sort", "top", "fewer layers", "another order", "none"],
)
def test_no_pass_is_needed_for(bench: Bench, change: Callable[[Session], None]) -> None:
    bench.session.watch([CONV, FC, SPARE])  # the last of them is never reached
    bench.process()
    change(bench.session)
    bench.recompose()
    assert len(bench.runs) == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda s: s.watch([CONV, RELU]),
        lambda s: s.watch([RELU, AGAIN]),
        lambda s: s.set_fit(InputFit.PAD),
        lambda s: s.set_device(DeviceRequest("cpu")),
    ],
    ids=["a new layer", "another call", "fit", "device"],
)
def test_a_pass_is_needed_for(bench: Bench, change: Callable[[Session], None]) -> None:
    bench.session.watch([CONV, RELU])
    frame = tiny.frame()
    bench.session.process(frame)
    bench.session.watch([CONV])
    change(bench.session)
    seen = len(bench.runs)  # moving a network tries it out
    result = bench.recompose()
    assert result.frame is frame
    is_new = bench.session.watched == (CONV, RELU)  # this was taken in the pass there was
    assert len(bench.runs) - seen == (0 if is_new else 1)


def test_a_style_is_composed_from_the_same_maps(bench: Bench) -> None:
    bench.session.watch([FC])
    bench.process()
    bench.session.set_style(
        AtlasStyle(ScaleMode.FIXED, fixed_low=0, fixed_high=4, sort=SortKey.SPARSITY, aspect=9)
    )
    got = one(bench.recompose())
    # logits 3.4375, 2, 0: only the last is all zeros
    assert got.order.tolist() == [2, 0, 1]
    assert got.atlas.tolist() == [[0, 219, 128]]
    assert len(bench.runs) == 1


def test_the_same_frame_is_counted_once_among_the_silent(bench: Bench) -> None:
    bench.session.watch([FC])
    bench.process()
    for _ in range(2 * DEAD_AFTER):
        assert not one(bench.recompose()).stats.dead.any()


def test_there_is_nothing_to_compose_before_the_first_frame(bench: Bench) -> None:
    assert bench.session.recompose() is None
    assert Session().recompose() is None


def test_after_a_frame_that_failed_no_older_one_is_shown() -> None:
    is_broken = False

    def work(x: Tensor) -> Tensor:
        if is_broken:
            raise RuntimeError("no")
        return x.mean((2, 3))

    bench = Bench(tiny.Do(work))
    bench.process(0)
    is_broken = True
    with pytest.raises(ModelError):
        bench.process(1)
    with pytest.raises(ModelError):
        bench.session.recompose()
    is_broken = False
    assert bench.recompose().frame.index == 1


def test_what_was_answered_does_not_change_afterwards(bench: Bench) -> None:
    bench.session.watch([CONV, INPUT])
    first = bench.process(0)
    kept = [(it.values.copy(), it.atlas.copy()) for it in first.activations]
    bench.session.set_style(AtlasStyle(gamma=0.3))
    bench.recompose()
    bench.process(1, red=90)
    for activation, (values, atlas) in zip(first.activations, kept, strict=True):
        assert np.array_equal(activation.values, values)
        assert np.array_equal(activation.atlas, atlas)


# ----------------------------------------------------------------------------- loading and closing


def test_without_a_network_it_says_so() -> None:
    session = Session()
    assert session.info is None
    for work in (lambda: session.process(tiny.frame()), lambda: session.watch([CONV])):
        with pytest.raises(ModelError, match="No network is loaded; choose one first"):
            work()


def test_a_network_of_the_registry(tiny_registry: dict[str, ModelSpec]) -> None:
    session = Session()
    info = session.load("tokens", RANDOM)
    assert session.info is info
    assert info.is_random
    result = session.process(tiny.frame())
    assert (result.model, result.is_random) == ("tokens", True)


def test_what_cannot_be_loaded_leaves_the_present_one(
    bench: Bench, tiny_registry: dict[str, ModelSpec]
) -> None:
    bench.session.watch([CONV])
    control = JobControl()
    control.cancel()
    info = bench.session.info
    with pytest.raises(CancelledError):
        bench.session.load("reused", RANDOM, control)
    with pytest.raises(ModelError, match="no network named"):
        bench.session.load("nothing", RANDOM)
    with pytest.raises(ModelError, match="No weights are published"):
        bench.session.load("reused", WeightsChoice.PUBLISHED)
    with pytest.raises(ModelError, match="Picky failed on an input of its own usual size"):
        bench.session.load("picky", RANDOM)
    assert bench.session.info is info
    assert [it.key for it in bench.process().activations] == [CONV]


def test_no_hook_is_left_after_anything(bench: Bench) -> None:
    bench.session.watch([CONV, RELU, AGAIN, FC, SPARE, INPUT])
    bench.process()
    bench.session.watch([CONV])
    bench.process(1)
    bench.session.set_device(DeviceRequest("cpu"))
    bench.recompose()
    bench.session.close()
    assert tiny.hooks_of(bench.net) == 0


def test_closing_lets_go_of_the_network(bench: Bench) -> None:
    bench.session.watch([CONV, INPUT])
    frame = tiny.frame()
    bench.session.process(frame)
    gone = weakref.ref(bench.net)
    bench.session.close()
    bench.session.close()
    assert bench.session.info is None
    assert bench.session.watched == ()
    assert bench.session.recompose() is None
    del bench.net
    bench.runs.clear()
    gc.collect()
    assert gone() is None
    with pytest.raises(ModelError, match="No network is loaded"):
        bench.session.process(frame)


def test_replacing_a_network_lets_go_of_it(bench: Bench) -> None:
    bench.session.watch([CONV])
    bench.process()
    gone = weakref.ref(bench.net)
    bench.session.adopt(tiny.loaded(tiny.Tokens()))
    del bench.net
    gc.collect()
    assert gone() is None


def test_a_network_in_a_circle_is_let_go_of_though_it_was_set_aside() -> None:
    session = Session()
    net = tiny.Reused()
    net.circle = [net]  # type: ignore[assignment] # as code that torch generates does
    session.adopt(tiny.loaded(net))
    gone = weakref.ref(net)
    del net
    gc.collect()
    gc.freeze()  # as a window does
    try:
        session.adopt(tiny.loaded(tiny.Tokens()))
        assert gone() is None
    finally:
        gc.unfreeze()
