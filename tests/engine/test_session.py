"""A session answers frame after frame, runs the network only where it must, and survives."""

from __future__ import annotations

import gc
import math
import threading
import weakref
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from engine import session as session_module
from engine.capture.fold import fold
from engine.capture.statistics import DEAD_AFTER
from engine.device import Placement
from engine.errors import CancelledError, DeviceError, ModelError
from engine.events import Notice, Severity
from engine.jobs import JobControl
from engine.session import Session
from engine.values import (
    AtlasStyle,
    Box,
    DeviceInfo,
    DeviceRequest,
    Frame,
    InputFit,
    LayerKey,
    MapKind,
    ScaleMode,
    SortKey,
    WeightsChoice,
)
from tests.engine import tiny
from tests.engine.fake_gpu import fake_gpu

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from engine.models.spec import ModelSpec
    from engine.values import Activation, FrameResult

CONV, RELU, AGAIN, FC = LayerKey("conv"), LayerKey("relu"), LayerKey("relu", 1), LayerKey("fc")
INPUT, SPARE = LayerKey("input"), LayerKey("spare")
RANDOM = WeightsChoice.RANDOM
FULL_CPU = "There is not enough memory for this network; "


class Bench:
    """A session with a network on it, what it says, and how often its network runs."""

    def __init__(self, net: nn.Module | None = None, side: int = tiny.SIDE) -> None:
        self.notices: list[Notice] = []
        self.net = net or tiny.Reused()
        self.session = Session(self.notices.append)
        self.session.adopt(tiny.loaded(self.net, side=side))
        self.runs = tiny.count_runs(self.net)

    def process(self, index: int = 0, **given: Any) -> FrameResult:
        return self.session.process(tiny.frame(index, **given))

    def recompose(self) -> FrameResult:
        result = self.session.recompose()
        assert result is not None
        return result


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.fixture(autouse=True)
def _same_threads_after() -> Iterator[None]:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def one(result: FrameResult) -> Activation:
    (activation,) = result.activations
    return activation


# ------------------------------------------------------------------------------------- the answer


def test_the_answer_to_a_frame(bench: Bench) -> None:
    bench.session.watch([CONV])
    frame = tiny.frame()
    result = bench.session.process(frame)
    assert result.frame is frame
    assert (result.model, result.is_random) == ("tiny", True)
    assert result.input_box == Box(0, 0, 4, 4)
    powers = [math.exp(55 / 16), math.exp(2), 1]
    expected = [power / sum(powers) for power in powers]
    assert result.classification is not None
    top = result.classification.top
    assert [(it.index, it.label) for it in top] == list(enumerate(tiny.CATEGORIES))
    assert [it.probability for it in top] == pytest.approx(expected, rel=1e-6)
    bits = -sum(p * math.log2(p) for p in expected)
    assert result.classification.entropy == pytest.approx(bits, rel=1e-6)
    assert result.finished_at > 0
    assert result.memory_mib > 10
    timing = result.timing
    assert 0 < timing.forward_ms < timing.total_ms
    assert timing.total_ms >= timing.preprocess_ms + timing.forward_ms + timing.atlas_ms


def test_the_maps_of_a_layer(bench: Bench) -> None:
    bench.session.watch([CONV])
    got = one(bench.process())
    assert (got.key, got.layer_kind, got.kind) == (CONV, "Conv2d", MapKind.MAPS)
    assert got.shape == (2, 4, 4)
    assert got.values[0].tolist() == (np.arange(16) - 5).reshape(4, 4).tolist()
    assert got.values[1].tolist() == [[7] * 4] * 4
    assert got.is_signed
    assert (got.low.tolist(), got.high.tolist()) == ([-10, -10], [10, 10])
    # 12.8 a unit from 128 at zero, the fraction cut off; 10 would be 256
    assert got.columns == 2
    assert got.atlas[0].tolist() == [64, 76, 89, 102, *[217] * 4]
    assert got.atlas[3].tolist() == [217, 230, 243, 255, *[217] * 4]
    assert got.stats.mean.tolist() == [2.5, 7]
    assert got.stats.minimum.tolist() == [-5, 7]
    assert got.stats.maximum.tolist() == [10, 7]
    assert got.stats.zeros.tolist() == [1 / 16, 0]


def test_layers_come_in_the_order_in_which_they_are_watched(bench: Bench) -> None:
    keys = [FC, INPUT, AGAIN, RELU, FC]
    bench.session.watch(keys)
    result = bench.process()
    assert bench.session.watched == tuple(keys[:4])
    assert [it.key for it in result.activations] == keys[:4]
    assert [it.kind for it in result.activations] == [
        MapKind.VECTOR, MapKind.PICTURE, MapKind.MAPS, MapKind.MAPS,
    ]  # fmt: skip
    assert [it.shape for it in result.activations] == [(3,), (3, 4, 4), (2, 4, 4), (2, 4, 4)]
    first, second = result.activation(RELU), result.activation(AGAIN)
    assert first is not None
    assert second is not None
    assert (first.values[1, 0, 0], second.values[1, 0, 0]) == (7, 2)


def test_tokens_stand_on_their_grid() -> None:
    bench = Bench(tiny.Tokens())
    bench.session.watch([LayerKey("block")])
    got = one(bench.process())
    assert (got.kind, got.shape, got.values.shape) == (MapKind.TOKENS, (5, 4), (4, 2, 2))


def test_a_layer_that_is_not_reached_is_missing(bench: Bench) -> None:
    bench.session.watch([SPARE, FC])
    assert [it.key for it in bench.process().activations] == [FC]


def test_a_layer_of_an_output_without_batch_has_its_shape() -> None:
    bench = Bench(tiny.Wrapped(lambda x: (x, x[0])[::1]))
    bench.session.watch([LayerKey("pack")])
    assert one(bench.process()).shape == (3,)
    bench = Bench(nn.Sequential(tiny.Do(lambda x: x.mean((0, 2, 3))), tiny.Do(lambda x: x[None])))
    bench.session.watch([LayerKey("0")])
    got = one(bench.process())
    assert (got.shape, got.values.shape) == ((3,), (3, 1, 1))


def test_an_output_that_is_no_list_of_logits_has_no_answer() -> None:
    bench = Bench(nn.Conv2d(3, 2, 1))
    assert bench.process().classification is None
    assert bench.notices == []


def test_how_many_categories_are_named(bench: Bench) -> None:
    for top_k, count in ((2, 2), (1, 1), (0, 1), (100, 3)):
        bench.session.set_classification(top_k)
        answer = bench.process().classification
        assert answer is not None
        assert len(answer.top) == count


def test_answers_are_averaged_over_time(bench: Bench) -> None:
    """Two pictures whose answers are known alone, a time constant apart."""

    def shares(result: FrameResult) -> dict[int, float]:
        assert result.classification is not None
        return {it.index: it.probability for it in result.classification.top}

    dark, bright = shares(bench.process()), shares(bench.process(red=2))
    bench.session.set_classification(3, smoothing_s=0.5)
    bench.session.set_fit(InputFit.STRETCH)  # what was seen until now is forgotten
    assert shares(bench.process(at=7.0)) == pytest.approx(dark)
    got = shares(bench.process(at=7.5, red=2))
    keep = math.exp(-1)
    mixed = {n: keep * dark[n] + (1 - keep) * bright[n] for n in dark}
    assert got == pytest.approx(mixed, rel=1e-9)
    assert got[0] != pytest.approx(bright[0], rel=1e-3)
    assert shares(bench.recompose()) == got  # seen again, not counted again
    bench.session.set_classification(3)
    assert shares(bench.recompose()) == pytest.approx(bright)


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_an_answer_that_is_no_number_is_said_once(bad: float) -> None:
    is_bad = True
    bench = Bench(tiny.Wrapped(lambda x: x + (bad if is_bad else 0)))
    bench.session.watch([LayerKey("pack")])
    for index in range(3):
        result = bench.process(index)
        assert result.classification is None
        assert one(result).has_nonfinite
        assert one(result).values.tolist() == [[[0]], [[0]], [[0]]]
    (notice,) = bench.notices
    assert (notice.topic, notice.severity) == ("answer", Severity.WARNING)
    assert notice.message == (
        "Tiny answered with values that are not numbers, so there are no categories to name; "
        "choose full precision or another network."
    )
    is_bad = False
    assert bench.process(3).classification is not None
    assert (bench.notices[-1].topic, bench.notices[-1].message) == ("answer", "")
    assert len(bench.notices) == 2


def test_frames_of_any_size(bench: Bench) -> None:
    bench.session.watch([INPUT, CONV, FC])
    for size in ((1, 1), (1, 300), (300, 1), (2160, 3840)):
        for fit in InputFit:
            bench.session.set_fit(fit)
            result = bench.session.process(Frame(np.zeros((*size, 3), np.uint8)))
            assert [it.shape for it in result.activations] == [(3, 4, 4), (2, 4, 4), (3,)]
            assert result.classification is not None


def test_precision_and_layout_change_the_answer_little(
    monkeypatch: pytest.MonkeyPatch, photo: np.ndarray[Any, np.dtype[np.uint8]]
) -> None:
    def answer(dtype: torch.dtype | None, *, is_channels_last: bool) -> FrameResult:
        info = DeviceInfo("cpu", "CPU", str(dtype), is_channels_last)
        placement = Placement(torch.device("cpu"), dtype, is_channels_last, 1, info)
        monkeypatch.setattr(session_module, "choose", lambda _request: placement)
        bench = Bench(tiny.Seeded(), 32)
        bench.session.watch([LayerKey("body.2"), LayerKey("body.3"), LayerKey("head")])
        return bench.session.process(Frame(photo))

    exact = answer(None, is_channels_last=False)
    for dtype, is_last in ((None, True), (torch.bfloat16, False), (torch.bfloat16, True)):
        got = answer(dtype, is_channels_last=is_last)
        for mine, reference in zip(got.activations, exact.activations, strict=True):
            assert (mine.shape, mine.atlas.shape) == (reference.shape, reference.atlas.shape)
            scale = np.abs(reference.values).max()
            assert np.abs(mine.values - reference.values).max() < 2**-7 * scale
        assert got.classification is not None
        assert exact.classification is not None
        for mine_p, exact_p in zip(got.classification.top, exact.classification.top, strict=True):
            assert mine_p.index == exact_p.index
            assert mine_p.probability == pytest.approx(exact_p.probability, abs=0.01)


# --------------------------------------------------------------------------- what is watched


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (LayerKey("cnv"), "Tiny has no layer “cnv”. Did you mean conv?"),
        (LayerKey("relu", 2), "Layer “relu” fires 2 times in a pass"),
    ],
)
def test_a_layer_that_is_not_there_changes_nothing(
    bench: Bench, wrong: LayerKey, sentence: str
) -> None:
    bench.session.watch([CONV])
    before = dict(bench.session._watched)
    with pytest.raises(ModelError) as caught:
        bench.session.watch([FC, wrong])
    assert caught.value.message.startswith(sentence)
    assert bench.session._watched == before
    assert [it.key for it in bench.process().activations] == [CONV]


def test_layers_that_stay_watched_keep_their_history(bench: Bench) -> None:
    """A channel's silence is counted on while other layers come and go."""
    bench.session.watch([AGAIN])
    half = DEAD_AFTER // 2

    def dark(index: int) -> list[bool]:
        # Red below green: the first channel is silent.
        frame = Frame(np.full((4, 4, 3), (1, 5, 7), np.uint8), index)
        got = bench.session.process(frame).activation(AGAIN)
        assert got is not None
        return [bool(it) for it in got.stats.dead]

    for index in range(half):
        dark(index)
    bench.session.watch([CONV, AGAIN])
    for index in range(half, DEAD_AFTER - 1):
        assert dark(index) == [False, False]
    assert dark(DEAD_AFTER) == [True, False]
    bench.session.watch([CONV])
    bench.session.watch([AGAIN])
    assert dark(DEAD_AFTER + 1) == [False, False]


def test_another_network_has_nothing_watched(bench: Bench) -> None:
    bench.session.watch([CONV])
    bench.process()
    info = bench.session.adopt(tiny.loaded(tiny.Tokens(), "other"))
    assert bench.session.info is info
    assert info.card.name == "other"
    assert bench.session.watched == ()
    assert bench.process().model == "other"


# -------------------------------------------------------------------- again, without the network


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


# ---------------------------------------------------------------------------- loading and closing


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


# ------------------------------------------------------------------------------------- the device


def test_a_device_that_is_not_there_changes_nothing(bench: Bench) -> None:
    threads = torch.get_num_threads()
    info = bench.session.info
    with pytest.raises(DeviceError, match='no device "tpu"'):
        bench.session.set_device(DeviceRequest("tpu", threads=threads + 1))
    assert bench.session.info is info
    assert torch.get_num_threads() == threads


def test_threads_are_used_as_asked(bench: Bench) -> None:
    threads = torch.get_num_threads() + 1
    device = bench.session.set_device(DeviceRequest("cpu", threads=threads))
    assert torch.get_num_threads() == threads
    assert bench.session.info is not None
    assert bench.session.info.device is device


def test_a_precision_that_is_not_to_be_had_is_said_once(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", dict, raising=False)
    for _ in range(2):
        bench.session.set_device(DeviceRequest("cpu", is_half=True))
    (notice,) = bench.notices
    assert notice.topic == "precision"
    assert "float32 is used" in notice.message
    bench.session.set_device(DeviceRequest("cpu"))
    assert (bench.notices[-1].topic, bench.notices[-1].message) == ("precision", "")


FULL_GPU = [
    torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB."),
    RuntimeError("CUDA error: out of memory"),
    RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
]
GONE_TO_THE_CPU = (
    "The memory of Fake GPU is full, so Tiny runs on the CPU now; close other programs that use it "
    "and choose the device again."
)


@pytest.mark.parametrize("error", FULL_GPU)
def test_a_gpu_that_is_full_for_a_frame(error: RuntimeError) -> None:
    net = tiny.Hungry()
    with fake_gpu():
        bench = Bench(net)
        bench.session.set_device(DeviceRequest("auto", threads=2))
        bench.session.watch([LayerKey("net.conv")])
        bench.session.set_style(AtlasStyle(sort=SortKey.MEAN))
        assert bench.process(0).memory_mib == 3
        assert net.where == "cuda"
        assert bench.notices == []
        net.full["cuda"] = error
        result = bench.process(1)
        assert net.where == "cpu"
        assert result.frame.index == 1
        assert one(result).values[0, 0, 0] == -5
        assert bench.session.info is not None
        assert bench.session.info.device.title == "CPU, 2 threads"
        assert [(it.topic, it.message) for it in bench.notices] == [("device", GONE_TO_THE_CPU)]
        assert bench.notices[0].severity is Severity.WARNING
        bench.process(2)
        assert len(bench.notices) == 1
        assert tiny.hooks_of(net) == 0
        net.full.clear()
        assert bench.session.set_device(DeviceRequest("cuda")).name == "cuda:0"
        assert bench.notices[-1] == Notice("device", "")
        assert bench.process(3).memory_mib == 3


def test_a_gpu_that_is_full_when_grids_are_composed(monkeypatch: pytest.MonkeyPatch) -> None:
    with fake_gpu():
        bench = Bench(tiny.Hungry())
        bench.session.watch([LayerKey("net.conv")])
        errors = [FULL_GPU[0]]

        def fold_once_full(output: Tensor, size: tuple[int, int]) -> object:
            if errors:
                raise errors.pop()
            return fold(output, size)

        monkeypatch.setattr(session_module, "fold", fold_once_full)
        assert one(bench.process()).values[0, 0, 0] == -5
        assert [it.message for it in bench.notices] == [GONE_TO_THE_CPU]


@pytest.mark.parametrize("error", FULL_GPU)
@pytest.mark.parametrize("is_seen_when_moved", [False, True])
def test_a_gpu_that_is_full_for_a_new_network(
    error: RuntimeError, is_seen_when_moved: bool
) -> None:
    net = tiny.Hungry()
    net.full["cuda"] = error
    net.is_seen_when_moved = is_seen_when_moved
    with fake_gpu():
        bench = Bench(net)
        assert [it.message for it in bench.notices] == [GONE_TO_THE_CPU]
        assert net.where == "cpu"
        assert bench.session.info is not None
        assert bench.session.info.device.name == "cpu"
        assert bench.process().classification is not None


@pytest.mark.parametrize("is_seen_when_moved", [False, True])
def test_a_move_to_a_full_gpu_is_undone(is_seen_when_moved: bool) -> None:
    net = tiny.Hungry()
    net.full["cuda"] = FULL_GPU[0]
    with fake_gpu():
        notices: list[Notice] = []
        session = Session(notices.append)
        session.set_device(DeviceRequest("cpu"))
        info = session.adopt(tiny.loaded(net))
        net.is_seen_when_moved = is_seen_when_moved
        session.watch([LayerKey("net.conv")])
        threads = torch.get_num_threads()
        with pytest.raises(DeviceError, match="memory of Fake GPU is full"):
            session.set_device(DeviceRequest("cuda", threads=threads + 1))
        assert net.where == "cpu"
        assert torch.get_num_threads() == threads
        assert session.info is info
        assert notices == []
        assert one(session.process(tiny.frame())).values[0, 0, 0] == -5


@pytest.mark.parametrize(
    "error", [MemoryError(), RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate")]
)
def test_a_full_cpu_is_said(error: Exception) -> None:
    net = tiny.Hungry()
    bench = Bench(net)
    net.full["cpu"] = error
    with pytest.raises(DeviceError) as caught:
        bench.process()
    assert caught.value.message.startswith(FULL_CPU)
    assert tiny.hooks_of(net) == 0
    net.full.clear()
    assert bench.process().classification is not None
    other = tiny.Hungry()
    other.full["cpu"] = error
    with pytest.raises(DeviceError) as caught:
        bench.session.adopt(tiny.loaded(other, "other"))
    assert caught.value.message.startswith(FULL_CPU)
    assert bench.process().model == "tiny"


def test_where_neither_gpu_nor_cpu_has_room() -> None:
    net = tiny.Hungry()
    with fake_gpu():
        bench = Bench(net)
        net.full = {"cuda": FULL_GPU[0], "cpu": MemoryError()}
        with pytest.raises(DeviceError) as caught:
            bench.process()
        assert caught.value.message.startswith(FULL_CPU)
        net.full.clear()
        assert bench.process().classification is not None


def test_a_network_that_fails_is_not_moved() -> None:
    net = tiny.Hungry()
    with fake_gpu():
        bench = Bench(net)
        net.full["cuda"] = RuntimeError("sizes do not fit")
        with pytest.raises(ModelError, match="Tiny failed on this picture"):
            bench.process()
        assert net.where == "cuda"
        assert bench.notices == []


def test_no_thread_is_made(bench: Bench) -> None:
    before = threading.active_count()
    bench.process()
    assert threading.active_count() == before
