"""A session with a network that segments: what it gives, and what needs no other pass."""

from __future__ import annotations

import numpy as np
import pytest

from engine import commands as c
from engine.session import Session
from engine.tasks.labels import FROM_INSTANCES
from engine.values import (
    FrameResult,
    InputFit,
    Instances,
    LabelMap,
    LayerKey,
    SegmentAs,
    SegmentSettings,
)
from tests.engine import segmenting, tiny


class Stand:
    """A session with the network, and how often it ran."""

    def __init__(self) -> None:
        self.net = segmenting.Bright()
        self.head = segmenting.BrightHead()
        self.session = Session()
        self.session.adopt(segmenting.loaded(self.net, self.head))
        self.runs = tiny.count_runs(self.net)

    def process(self, index: int = 0, **given: object) -> FrameResult:
        return self.session.process(segmenting.frame(index, **given))  # type: ignore[arg-type]

    def again(self, **settings: object) -> FrameResult:
        self.session.set_segmentation(SegmentSettings(**settings))  # type: ignore[arg-type]
        result = self.session.recompose()
        assert result is not None
        return result


@pytest.fixture
def stand() -> Stand:
    return Stand()


def _objects(result: FrameResult) -> Instances:
    assert isinstance(result.segmentation, Instances)
    return result.segmentation


def test_a_frame_has_its_objects_at_the_pictures_resolution(stand: Stand) -> None:
    result = stand.process()
    square, dot = _objects(result).items
    assert (square.category, dot.category) == (1, 2)
    assert (square.score, dot.score) == (1.0, 0.5)
    assert square.region.box == segmenting.SQUARE
    assert dot.region.box == segmenting.DOT
    assert _objects(result).size == segmenting.SIZE
    assert result.classification is None
    assert result.timing.decode_ms > 0
    assert result.timing.total_ms >= result.timing.forward_ms + result.timing.decode_ms


@pytest.mark.parametrize("fit", list(InputFit))
def test_the_whole_picture_is_seen_whatever_the_fit(stand: Stand, fit: InputFit) -> None:
    stand.session.set_fit(fit)
    result = stand.process()
    (view,) = stand.head.views
    assert view.input_size == (24, 40)
    assert (result.input_box.left, result.input_box.right) == (0, 40)
    assert (result.input_box.top, result.input_box.bottom) == (0, 24)


def test_thresholds_act_without_another_pass(stand: Stand) -> None:
    stand.process()
    runs = len(stand.runs)
    assert [it.category for it in _objects(stand.again(score=0.6)).items] == [1]
    assert [it.category for it in _objects(stand.again(categories=frozenset({2}))).items] == [2]
    assert [it.category for it in _objects(stand.again(most=1)).items] == [1]
    assert len(_objects(stand.again()).items) == 2
    made = stand.again(as_=SegmentAs.LABELS).segmentation
    assert isinstance(made, LabelMap)
    assert made.note == FROM_INSTANCES
    assert np.count_nonzero(made.labels == 1) == 64
    assert np.count_nonzero(made.labels == 2) == 4
    assert len(stand.runs) == runs == 1
    assert stand.head.reads == 1


def test_what_did_not_change_is_not_made_again(stand: Stand) -> None:
    first = stand.process().segmentation
    again = stand.session.recompose()
    assert again is not None
    assert again.segmentation is first


def test_objects_keep_their_numbers_from_frame_to_frame(stand: Stand) -> None:
    assert [it.track for it in _objects(stand.process(0)).items] == [1, 2]
    assert [it.track for it in _objects(stand.process(1, left=6)).items] == [1, 2]
    assert [it.track for it in _objects(stand.again(is_tracked=False)).items] == [0, 0]
    assert [it.track for it in _objects(stand.again(score=0.7)).items] == [1]
    assert [it.track for it in _objects(stand.process(2, name="another")).items] == [1]


def test_another_network_begins_anew(stand: Stand) -> None:
    stand.process()
    stand.session.adopt(tiny.loaded(tiny.Reused()))
    result = stand.session.process(tiny.frame(0))
    assert result.segmentation is None
    assert result.timing.decode_ms == 0
    assert result.classification is not None


def test_its_layers_can_be_watched_and_traced(stand: Stand) -> None:
    stand.session.watch([LayerKey("grey"), LayerKey("input")])
    grey, given = stand.process().activations
    assert grey.values.shape == (1, 24, 40)
    assert given.values.shape == (3, 24, 40)
    graph = stand.session.trace()
    assert [node.op for node in graph.nodes if node.op == "Conv2d"] == ["Conv2d"]


def test_the_engine_thread_does_as_it_is_told(stand: Stand) -> None:
    from engine.thread import _set, _Stale

    stand.process()
    settings = SegmentSettings(score=0.6)
    assert _set(stand.session, c.SetSegmentation(settings)) is _Stale.COMPOSE
    again = stand.session.recompose()
    assert again is not None
    assert len(_objects(again).items) == 1
