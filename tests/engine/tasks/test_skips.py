"""Switching skips and upsampling while a U-Net runs: by hand, in a session and in its thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from engine.commands import CompareUpsampling, SetSkips
from engine.errors import ModelError
from engine.events import UpsamplingCompared
from engine.jobs import Job
from engine.learn.networks.build import SegmentationNetwork
from engine.learn.networks.unet import UNetDecoder
from engine.models import registry
from engine.models.loading import LoadedModel
from engine.models.spec import ModelSpec, Preprocessing, WholePicture
from engine.session import Session
from engine.tasks.semantic import SemanticHead
from engine.tasks.skips import checkerboard
from engine.thread import EngineThread
from engine.values import Category, Frame, LabelMap, SkipSwitches, WeightsChoice
from tests.engine import tiny
from tests.engine.ear import WAIT_S, Ear

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIDE = 64
OFF, PART = SkipSwitches((False, False, False)), SkipSwitches((False, True, True))


class Pyramid(nn.Module):
    """An encoder: the input's mean over cells of 4, 8, 16 and 32 pixels."""

    channels = (3, 3, 3, 3)

    def forward(self, x: Tensor) -> list[Tensor]:
        return [nn.functional.avg_pool2d(x, stride) for stride in (4, 8, 16, 32)]


def unet() -> LoadedModel:
    torch.manual_seed(7)
    decoder = UNetDecoder(Pyramid.channels, 3, "bilinear", (4, 4, 4, 4))
    module = SegmentationNetwork(Pyramid(), decoder).eval().requires_grad_(requires_grad=False)  # type: ignore[arg-type]  # all that it needs of an encoder
    with torch.no_grad():  # so that each class is somewhere the likeliest
        decoder.scores.bias -= module(_pixels()).mean((0, 2, 3))
    spec = ModelSpec(
        name="small_unet",
        title="Small U-Net",
        family="Tests",
        task="semantic",
        build=lambda: module,
        preprocessing=Preprocessing(
            input_size=(SIDE, SIDE),
            resize_size=SIDE,
            interpolation="bilinear",
            mean=(0.5, 0.5, 0.5),
            std=(0.5, 0.5, 0.5),
            whole=WholePicture(SIDE, SIDE, stride=32, is_stretched=True),
        ),
        categories=lambda: ("cat", "dog"),
        weights=None,
        parameters=1,
        head=lambda: SemanticHead((Category(1, "cat"), Category(2, "dog"))),
    )
    return LoadedModel(spec, module, WeightsChoice.RANDOM, ("cat", "dog"), registry.card(spec))


def frame(seed: int = 0) -> Frame:
    image = np.random.default_rng(seed).integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8)
    return Frame(image, 0, 0.0, "noise")


def _pixels() -> Tensor:
    """Return what the network is given of the picture."""
    return (torch.from_numpy(frame().image).permute(2, 0, 1)[None].float() / 255 - 0.5) / 0.5


def labels(session: Session) -> NDArray[np.uint8] | NDArray[np.uint16]:
    found = session.process(frame()).segmentation
    assert isinstance(found, LabelMap)
    return found.labels


def by_hand(switches: SkipSwitches) -> NDArray[np.uint8]:
    """Run the same network without a session."""
    module = unet().module
    assert isinstance(module, SegmentationNetwork)
    module.switch(switches)
    with torch.inference_mode():
        scores = module(_pixels())
        fine = nn.functional.interpolate(scores, size=(SIDE, SIDE), mode="bilinear")
    return np.asarray(fine[0].argmax(0).numpy().astype(np.uint8))


# ---------------------------------------------------------------------------- the checkerboard


def test_a_checkerboard_is_all_of_its_fine_structure() -> None:
    rows, columns = np.mgrid[:20, :24]
    board = ((rows + columns) % 2).astype(np.float32)
    assert checkerboard(board) == pytest.approx(1.0)
    assert checkerboard(3 * board - 7) == pytest.approx(1.0)
    stripes = (columns % 2).astype(np.float32)
    assert checkerboard(stripes) == pytest.approx(1.0)


def test_flat_and_sloping_maps_have_none() -> None:
    assert checkerboard(np.full((16, 16), 5.0, np.float32)) == 0.0
    wide = np.repeat(np.repeat([[0.0, 1.0], [1.0, 0.0]], 8, 0), 8, 1)
    # Away from its edges nothing is fine, and an edge falls on even and odd cells alike.
    assert checkerboard(wide) < 0.05


def test_noise_is_fine_but_no_pattern() -> None:
    noise = np.random.default_rng(3).normal(size=(128, 128))
    # Four averages of a quarter of the cells each: about 4 / cells of the energy.
    assert checkerboard(noise) < 0.002


# ------------------------------------------------------------------------------- in a session


def test_a_session_switches_skips_and_upsampling() -> None:
    session = Session()
    session.adopt(unet())
    seen = []
    for switches in (
        SkipSwitches(),
        OFF,
        PART,
        SkipSwitches(upsampling="nearest"),
        SkipSwitches(),
    ):
        session.set_skips(switches)
        seen.append(labels(session))
        assert (seen[-1] == by_hand(switches)).all()
    assert (seen[0] == seen[-1]).all()
    for other in seen[1:4]:
        assert (other != seen[0]).any()


def test_recomposing_after_a_switch_runs_the_network_again() -> None:
    session = Session()
    session.adopt(unet())
    before = labels(session)
    session.set_skips(OFF)
    again = session.recompose()
    assert again is not None
    assert isinstance(again.segmentation, LabelMap)
    assert (again.segmentation.labels != before).any()


def test_ways_of_upsampling_are_compared_and_the_switches_stay() -> None:
    session = Session()
    session.adopt(unet())
    session.set_skips(PART)
    before = labels(session)
    found = session.compare_upsampling()
    assert [view.kind for view in found.views] == ["nearest", "bilinear", "transposed"]
    assert (labels(session) == before).all()
    assert (found.views[2].found.labels != before).any()  # with which it ended
    for view in found.views:
        assert (view.found.labels == by_hand(SkipSwitches(PART.skips, view.kind))).all()
        assert view.scores.shape == (SIDE // 4, SIDE // 4)
        assert view.checkerboard == checkerboard(view.scores)
    assert found.frame.name == "noise"


def test_scores_are_those_of_the_class_that_fills_most_of_the_picture() -> None:
    session = Session()
    session.adopt(unet())
    session.process(frame())
    found = session.compare_upsampling()
    counts = np.bincount(by_hand(SkipSwitches()).ravel(), minlength=3)
    most = 1 + int(counts[1:].argmax())
    assert counts[most]
    assert found.category == ("background", "cat", "dog")[most]
    with torch.inference_mode():
        expected = unet().module(_pixels())[0, most].numpy()
    np.testing.assert_allclose(found.views[1].scores, expected, atol=1e-4)
    session.set_skips(OFF)  # nothing but background is left
    assert session.compare_upsampling().category == "background"


def test_another_network_ignores_switches_and_says_why_it_has_none() -> None:
    session = Session()
    with pytest.raises(ModelError, match="No network is loaded"):
        session.compare_upsampling()
    session.adopt(tiny.loaded())
    session.set_skips(OFF)
    with pytest.raises(ModelError, match="There is no picture"):
        session.compare_upsampling()
    session.process(frame())
    with pytest.raises(ModelError, match="has no skips to switch; choose a U-Net"):
        session.compare_upsampling()


def test_a_network_that_comes_has_all_skips_on() -> None:
    session = Session()
    session.adopt(unet())
    whole = labels(session)
    session.set_skips(OFF)
    session.adopt(unet())
    assert (labels(session) == whole).all()
    found = session.compare_upsampling()
    assert (found.views[1].found.labels == whole).all()


# ------------------------------------------------------------------------------- in its thread


def test_the_thread_answers_with_a_comparison_or_with_the_reason(ear: Ear) -> None:
    engine = EngineThread(ear.hear, ear.nudge)
    ear.engine = engine
    engine.start()
    engine.post(CompareUpsampling())
    nothing = ear.wait(UpsamplingCompared)
    assert nothing.comparison is None
    assert nothing.message == "No network is loaded; choose one first."
    engine._load_number = 1
    engine._loading = Job(lambda _: unet(), on_done=lambda _: None, on_failed=lambda _: None)
    engine._loaded.append((1, unet()))
    engine.frames.put(frame())
    assert ear.result(1).segmentation is not None
    engine.post(SetSkips(OFF))
    later = ear.result(2).segmentation
    assert isinstance(later, LabelMap)
    assert (later.labels == by_hand(OFF)).all()
    engine.post(CompareUpsampling())
    assert ear.wait(UpsamplingCompared, 2).comparison is not None
    assert engine.stop(WAIT_S)
