"""Reading Mask R-CNN: names, boxes on the picture, and torchvision's own network in our place."""

from __future__ import annotations

import re

import pytest
import torch
from torchvision.models.detection import maskrcnn_resnet50_fpn_v2

from engine.models import coco, registry
from engine.models.rcnn import PreparedPicture
from engine.tasks.heads import View
from engine.values import Box, Instances, SegmentSettings


def _answer(labels: list[int]) -> list[dict[str, torch.Tensor]]:
    boxes = [[10.0 * at, 8.0, 10.0 * at + 8, 24.0] for at in range(len(labels))]
    return [
        {
            "boxes": torch.tensor(boxes).view(-1, 4),
            "labels": torch.tensor(labels, dtype=torch.int64),
            "scores": torch.linspace(0.9, 0.5, len(labels)),
            "masks": torch.ones(len(labels), 1, 28, 28),
        }
    ]


def _read(raw: object, view: View) -> Instances:
    spec = registry.spec("maskrcnn_resnet50_fpn")
    assert spec.head is not None
    found = spec.head().read(raw, view).segmentation(SegmentSettings())
    assert isinstance(found, Instances)
    return found


def test_labels_are_cocos_with_gaps_and_boxes_lie_on_the_picture() -> None:
    # 12 stands for nothing; 17 is the cat; 90 is the toothbrush, the eightieth name.
    view = View((20, 40), Box(0, -4, 40, 28), (64, 80))
    found = _read(_answer([1, 12, 17, 90]), view)
    assert [coco.NAMES[item.category - 1] for item in found.items] == [
        "person",
        "cat",
        "toothbrush",
    ]
    assert found.items[1].box == Box(10, 0, 14, 8)  # half of (20, 8, 28, 24), less the border
    assert found.items[1].region.box == Box(10, 0, 14, 8)
    assert [item.score for item in found.items] == pytest.approx([0.9, 0.6333, 0.5], abs=1e-4)


def test_a_picture_without_objects() -> None:
    assert _read(_answer([]), View((20, 40), Box(0, 0, 40, 20), (64, 64))).items == ()


def test_preparing_the_picture_ourselves_changes_no_answer() -> None:
    torch.manual_seed(2)
    network = maskrcnn_resnet50_fpn_v2(
        weights=None, weights_backbone=None, num_classes=4, min_size=64, max_size=64,
        box_score_thresh=0.1, box_detections_per_img=5,
    ).eval()  # fmt: skip
    picture = torch.rand(1, 3, 64, 64)
    mean, std = torch.tensor([[0.485, 0.456, 0.406], [0.229, 0.224, 0.225]]).view(2, 3, 1, 1)
    with torch.inference_mode():
        (expected,) = network(picture)
        network.transform = PreparedPicture()
        (found,) = network((picture - mean) / std)
    assert len(expected["boxes"]) == 5
    for name in ("boxes", "labels", "scores"):
        torch.testing.assert_close(found[name], expected[name])
    assert found["masks"].shape == (5, 1, 28, 28)


def test_weights_with_the_names_of_older_releases_fit() -> None:
    """The published ones have them: the heads had other children then."""
    spec = registry.spec("maskrcnn_resnet50_fpn")
    network = spec.build()
    older = {
        re.sub(
            r"mask_head\.(\d)\.0",
            lambda found: f"mask_head.mask_fcn{int(found[1]) + 1}",
            re.sub(r"rpn\.head\.conv\.0\.0", "rpn.head.conv", _flat(name)),
        ): tensor
        for name, tensor in network.state_dict().items()
    }
    assert "roi_heads.mask_head.mask_fcn4.weight" in older
    assert "backbone.fpn.inner_blocks.3.weight" in older
    assert older.keys() != network.state_dict().keys()
    spec.load_state(spec.build(), older)


def _flat(name: str) -> str:
    return re.sub(r"(fpn\.\w+_blocks\.\d)\.0", r"\1", name)
