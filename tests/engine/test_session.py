"""A session answers frame after frame, for the layers that are watched."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
from torch import nn

from engine import session as session_module
from engine.capture.statistics import DEAD_AFTER
from engine.device import Placement
from engine.errors import ModelError
from engine.events import Severity
from engine.values import Box, DeviceInfo, Frame, InputFit, LayerKey, MapKind
from tests.engine import tiny
from tests.engine.bench import Bench, one

if TYPE_CHECKING:
    from engine.values import FrameResult

CONV, RELU, AGAIN, FC = LayerKey("conv"), LayerKey("relu"), LayerKey("relu", 1), LayerKey("fc")
INPUT, SPARE = LayerKey("input"), LayerKey("spare")


# -------------------------------------------------------------------------------------- the answer


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


# --------------------------------------------------------------------------------- what is watched


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
