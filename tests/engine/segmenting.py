"""A session with a tiny network that finds objects where the picture is bright."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, cast

import numpy as np
import torch
from torch import Tensor, nn

from engine.models.spec import ModelSpec, Preprocessing, WholePicture
from engine.tasks.heads import SegmentationHead, View
from engine.tasks.instance import Candidates, InstanceReading, Prototyped
from engine.values import Box, Category, Frame
from tests.engine import tiny

if TYPE_CHECKING:
    from engine.models.loading import LoadedModel

CATEGORIES = (Category(1, "square"), Category(2, "dot"))
SIZE = (24, 40)
"""Of a picture; its input has borders above and below."""


class Bright(nn.Module):
    """Gives the brightness as the one prototype, and two objects: the left and the right half.

    The left one is as certain as the picture is bright at its brightest.
    """

    def __init__(self) -> None:
        super().__init__()
        self.grey = nn.Conv2d(3, 1, 1, bias=False)
        nn.init.constant_(self.grey.weight, 1 / 3)

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        maps: Tensor = self.grey(x)
        return {"masks": maps - 0.5, "scores": torch.stack((maps.max(), maps.max() / 2))[None]}


class BrightHead:
    """Reads what `Bright` gives, and counts how often."""

    categories = CATEGORIES

    def __init__(self) -> None:
        self.reads = 0
        self.views: list[View] = []

    def read(self, raw: object, view: View) -> InstanceReading:
        self.reads += 1
        self.views.append(view)
        found = cast("dict[str, Tensor]", raw)
        height, width = view.size
        boxes = torch.tensor([[0, 0, width / 2, height], [width / 2, 0, width, height]])
        masks = Prototyped(found["masks"][0], torch.ones(2, 1), view.box)
        scores = found["scores"][0]
        return InstanceReading(
            view.size, CATEGORIES, Candidates(boxes, scores, torch.tensor([0, 1]), masks)
        )


def spec(head: SegmentationHead | None = None) -> ModelSpec:
    """Describe the network."""
    one = tiny.spec(Bright, "bright")
    return dataclasses.replace(
        one,
        task="instance",
        preprocessing=Preprocessing(
            (32, 32), 32, (0, 0, 0), (1, 1, 1), "bilinear", whole=WholePicture(40, 40, 8, 0)
        ),
        categories=lambda: tuple(category.name for category in CATEGORIES),
        head=lambda: head or BrightHead(),
    )


def loaded(net: nn.Module, head: SegmentationHead) -> LoadedModel:
    """Return the network as if it had been loaded."""
    return dataclasses.replace(tiny.loaded(net), spec=spec(head))


def frame(index: int = 0, left: int = 4, name: str = "made") -> Frame:
    """Return a dark picture with a bright square of 8 and a dot of 2 in the other half."""
    picture = np.zeros((*SIZE, 3), np.uint8)
    picture[8:16, left : left + 8] = 255
    picture[10:12, 30:32] = 255
    return Frame(picture, index, float(index), name)


SQUARE, DOT = Box(4, 8, 12, 16), Box(30, 10, 32, 12)
