"""Class evidence of frame after frame: of the whole picture, and within a share of the time."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch

from engine.events import Notice
from engine.models.loading import LoadedModel
from engine.session import Session
from engine.tasks.evidence import whole_size
from engine.values import Box, ClassEvidence, EvidenceRequest, Frame, FrameResult
from tests.engine import tiny

torch.set_num_threads(1)


def frame(name: str = "plain", *, red: int = 200, size: tuple[int, int] = (40, 80)) -> Frame:
    """Return a picture whose left half is red and whose right half is blue."""
    image = np.zeros((*size, 3), np.uint8)
    image[:, : size[1] // 2, 0] = red
    image[:, size[1] // 2 :, 2] = 90
    return Frame(image, name=name)


class Bench:
    """A session that is heard."""

    def __init__(self, loaded: LoadedModel | None = None) -> None:
        self.notices: list[Notice] = []
        self.session = Session(self.notices.append)
        self.session.adopt(loaded or tiny.loaded(side=32))

    def evidence(self, request: EvidenceRequest | None, given: Frame | None = None) -> FrameResult:
        self.session.set_evidence(request)
        return self.session.process(given or frame())


def found(result: FrameResult) -> ClassEvidence:
    assert result.evidence is not None
    return result.evidence


def test_each_place_says_what_its_pixels_say() -> None:
    evidence = found(Bench().evidence(EvidenceRequest((1, 0, 2), 0)))
    # The whole picture, in its proportions, with the network's size on the short side.
    assert evidence.input_size == (32, 64)
    assert evidence.box == Box(0, 0, 80, 40)
    assert (evidence.stride, evidence.is_linear) == (1, True)
    assert evidence.classes == (1, 0, 2)
    assert evidence.labels == ("more blue", "more red", "neither")
    assert evidence.maps.shape == (3, 32, 64)
    # (R - G) where it is red, B where it is blue; away from the seam that resizing blurs.
    for index, left, right in ((0, 0.0, 90.0), (1, 200.0, 0.0), (2, 0.0, 0.0)):
        np.testing.assert_allclose(evidence.maps[index][:, :28], left, atol=1e-3)
        np.testing.assert_allclose(evidence.maps[index][:, 36:], right, atol=1e-3)
    red = evidence.map_of(0)
    assert red is not None
    assert np.array_equal(red, evidence.maps[1])
    assert evidence.map_of(7) is None
    assert evidence.macs == 32 * 64 * (6 + 6 + 6)


def test_best_classes_of_the_frame_are_asked_for_besides() -> None:
    result = Bench().evidence(EvidenceRequest((2,), top_k=2))
    assert result.classification is not None
    top = tuple(one.index for one in result.classification.top[:2])
    evidence = found(result)
    assert evidence.top == top
    assert evidence.classes == tuple(dict.fromkeys((2, *top)))
    assert len(evidence.maps) == len(evidence.classes)


def test_nothing_is_asked_for_nothing() -> None:
    bench = Bench()
    assert bench.session.process(frame()).evidence is None
    bench.evidence(EvidenceRequest())
    assert bench.evidence(None).evidence is None


def test_next_frame_waits_for_its_turn_but_another_picture_does_not() -> None:
    bench = Bench()
    bench.session.set_evidence(EvidenceRequest())
    assert bench.session.process(frame()).evidence is not None
    assert bench.session.process(frame()).evidence is None
    assert bench.session.process(frame("another")).evidence is not None
    bench.session.adopt(tiny.loaded(side=32))
    assert bench.session.process(frame("another")).evidence is not None
    bench.session.set_evidence(EvidenceRequest(stride=8))
    assert bench.session.process(frame("another")).evidence is not None


def test_network_without_places_is_told_once_and_answers_on() -> None:
    bench = Bench(tiny.loaded(tiny.Tokens(), "tokens"))
    bench.session.set_evidence(EvidenceRequest())
    for name in ("one", "two"):
        result = bench.session.process(frame(name))
        assert result.evidence is None
        assert result.classification is not None
    (told,) = [notice for notice in bench.notices if notice.topic == "evidence"]
    assert "mixes all places by attention" in told.message
    bench.session.adopt(tiny.loaded(side=32))
    assert bench.session.process(frame("three")).evidence is not None
    assert [n.message for n in bench.notices if n.topic == "evidence"][-1] == ""


def test_network_that_names_nothing_is_refused() -> None:
    loaded = tiny.loaded(side=32)
    loaded.card = dataclasses.replace(loaded.card, task="semantic")
    bench = Bench(loaded)
    bench.evidence(EvidenceRequest())
    assert "names no categories" in [n.message for n in bench.notices if n.topic == "evidence"][-1]


def test_class_that_does_not_exist_is_told() -> None:
    bench = Bench()
    assert bench.evidence(EvidenceRequest((3,))).evidence is None
    assert "has no class 3; choose one below 3" in bench.notices[-1].message


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((480, 640), (224, 288)),
        ((640, 480), (288, 224)),
        ((10, 1000), (224, 896)),
        ((1, 1), (224, 224)),
    ],
)
def test_size_of_the_input(size: tuple[int, int], expected: tuple[int, int]) -> None:
    assert whole_size(*size, short=224, multiple=32) == expected


def test_values_refuse_what_cannot_be() -> None:
    with pytest.raises(ValueError, match="stride: expected one of"):
        EvidenceRequest(stride=7)
    with pytest.raises(ValueError, match="as many classes and labels as maps"):
        ClassEvidence(
            np.zeros((2, 1, 1), np.float32), (1,), ("a",), (), Box(0, 0, 1, 1), 8, (8, 8), True
        )
