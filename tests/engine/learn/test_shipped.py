"""The decoder that comes with Layerscope: its file, its card, and what it says of photos."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
import skimage.data
import torch
from numpy.typing import NDArray

from engine.cli import main
from engine.errors import ModelError, WeightsUnavailableError
from engine.jobs import JobControl
from engine.learn.classes import NAMES, STUFF
from engine.learn.model_file import described, save_model
from engine.models import registry, weights
from engine.models.families.unet import SHIPPED
from engine.models.loading import load
from engine.session import Session
from engine.tasks.segmenter import Segmenter
from engine.values import (
    DeviceRequest,
    Frame,
    FrameResult,
    LabelMap,
    LayerKey,
    SkipSwitches,
    WeightsChoice,
)

ROOT = Path(__file__).resolve().parents[3]
WEIGHTS = ROOT / "resources" / "weights"
NAME = "unet_efficientnet_lite0"
EVERYWHERE = (slice(None), slice(None))
CPU = DeviceRequest("cpu", threads=1)


def share(labels: NDArray[np.generic], name: str, where: tuple[slice, slice] = EVERYWHERE) -> float:
    return float((labels[where] == NAMES.index(name)).mean())


def labels_of(result: FrameResult) -> NDArray[np.generic]:
    assert isinstance(result.segmentation, LabelMap)
    return result.segmentation.labels


@pytest.fixture(scope="module")
def network() -> Segmenter:
    return Segmenter.load(task="semantic", device=CPU)


def test_the_file_says_what_the_registry_says() -> None:
    spec = registry.spec(NAME)
    path = WEIGHTS / f"{NAME}.safetensors"
    assert described(path) == SHIPPED
    assert spec.weights is not None
    assert weights.local_path(spec.weights) == path
    assert path.stat().st_size == spec.weights.size_bytes
    assert weights.fetch(spec.weights, JobControl()) == path  # its checksum is right
    assert sum(one.stat().st_size for one in WEIGHTS.iterdir()) < 5_000_000


def test_its_card_tells_what_went_in_and_what_came_of_it() -> None:
    facts = json.loads((WEIGHTS / f"{NAME}.json").read_text())
    lines = (WEIGHTS / f"{NAME}.validation.txt").read_text().splitlines()[1:]
    assert [line.split()[0] for line in lines] == sorted(facts["held_out"])
    assert all(re.fullmatch(r"[0-9a-f]{32} \w+/[\w.]+", line) for line in lines)
    assert facts["data"]["validation"] == len(lines)
    assert facts["model"]["names"] == list(NAMES)
    found = facts["measured"]
    assert found["voc21_mean_iou_raw"] >= 0.62
    assert found["person_iou_coco_and_msrc"] >= 0.55
    assert found["msrc_pixel_accuracy"] >= 0.80


def test_it_finds_an_astronaut_and_a_cat(network: Segmenter) -> None:
    astronaut = skimage.data.astronaut()  # type: ignore[no-untyped-call]
    found = network.segment(astronaut)
    assert isinstance(found, LabelMap)
    assert found.labels.shape == (512, 512)
    assert share(found.labels, "person") > 0.15
    assert share(found.labels, "person", np.s_[:200, 330:]) < 0.1  # the model of a rocket
    cat = network.segment(skimage.data.chelsea())  # type: ignore[no-untyped-call]
    assert isinstance(cat, LabelMap)
    assert share(cat.labels, "cat") > 0.5


def test_it_runs_live_with_maps_and_a_graph() -> None:
    session = Session()
    session.set_device(CPU)
    session.load(NAME, WeightsChoice.PUBLISHED)
    session.watch([LayerKey("encoder.blocks.1"), LayerKey("decoder.up4.conv")])
    image = np.ascontiguousarray(skimage.data.chelsea())  # type: ignore[no-untyped-call]
    result = session.process(Frame(image, 1, name="cat"))
    assert isinstance(result.segmentation, LabelMap)
    assert [one.values.shape[0] for one in result.activations] == [24, 32]
    graph = session.trace()
    modules = {node.key.name for node in graph.nodes}
    assert {"encoder.conv_stem", "decoder.up8.conv.0", "decoder.scores"} <= modules
    assert len(session.cost().layers) > 100
    session.close()


def test_skips_are_switched_on_the_frame_that_stands() -> None:
    session = Session()
    session.set_device(CPU)
    session.load(NAME, WeightsChoice.PUBLISHED)
    image = np.ascontiguousarray(skimage.data.chelsea())  # type: ignore[no-untyped-call]
    before = labels_of(session.process(Frame(image, 1, name="cat")))
    session.set_skips(SkipSwitches((False, False, False), "nearest"))
    again = session.recompose()
    assert again is not None
    assert (labels_of(again) != before).mean() > 0.01
    session.set_skips(SkipSwitches())
    again = session.recompose()
    assert again is not None
    np.testing.assert_array_equal(labels_of(again), before)
    session.close()


def test_the_command_line_takes_it_without_a_word(tmp_path: Path) -> None:
    from PIL import Image

    Image.fromarray(skimage.data.chelsea()).save(tmp_path / "cat.png")  # type: ignore[no-untyped-call]
    words = ["segment", str(tmp_path / "cat.png"), "--task", "semantic", "--out"]
    assert main([*words, str(tmp_path / "out"), "--format", "voc", "--threads", "1"]) == 0
    labels = np.asarray(Image.open(tmp_path / "out" / "SegmentationClass" / "cat.png"))
    assert share(labels, "cat") > 0.5


def test_stuff_is_what_fills_pictures() -> None:
    assert {NAMES[number] for number in STUFF} >= {"sky", "grass", "water", "road"}
    assert NAMES[1:21] == registry.spec("fcn_resnet50").categories()


def test_a_file_that_does_not_hold_what_it_says_is_refused(tmp_path: Path) -> None:
    module = load(NAME, WeightsChoice.PUBLISHED, JobControl()).module
    state = {k: v for k, v in module.state_dict().items() if k.startswith("decoder.")}
    state.pop("decoder.scores.weight")
    save_model(tmp_path / "half.safetensors", state, SHIPPED)
    with pytest.raises(ModelError, match="does not hold the weights that it says"):
        registry.spec(str(tmp_path / "half.safetensors"))


def test_weights_that_are_not_there_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "_shipped_path", lambda _: Path("nowhere"))
    with pytest.raises(WeightsUnavailableError, match="comes with Layerscope is missing"):
        load(NAME, WeightsChoice.PUBLISHED, JobControl())


def test_halves_lose_nothing_that_is_seen(network: Segmenter) -> None:
    module = load(NAME, WeightsChoice.PUBLISHED, JobControl()).module
    assert all(it.dtype == torch.float32 for it in module.parameters())
