"""The common object of a set, looked for in other pictures: what the set taught, applied live."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
import torch.nn.functional as F

from engine.capture.hooks import capture
from engine.coseg.backbone import input_size, layers_of
from engine.coseg.features import unit
from engine.coseg.refine import refined
from engine.errors import ModelError
from engine.tasks.evidence import autocast, whole_picture
from engine.values import Category, Instance, Instances, LayerKey, Region

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

    from engine.network import Network
    from engine.values import FigureGround, Frame

__all__ = ["chance_of_cells", "common_object"]

_EVEN = 0.5
_LEAST_SHARE = 0.002
"""Of the picture's pixels: less is taken for nothing."""


def chance_of_cells(fine: Tensor, coarse: Tensor, model: FigureGround) -> NDArray[np.float32]:
    """Return how likely each cell belongs to the object: (h, w) float32 in 0..1.

    Parameters
    ----------
    fine, coarse : Tensor, (C, h, w) and (C', h', w')
        The layers' maps; cells are made of them as in `engine.coseg.features.describe`.
    model
        Its slopes are C + C' numbers.
    """
    size = (int(fine.shape[-2]), int(fine.shape[-1]))
    large = F.interpolate(coarse[None].float(), size=size, mode="bilinear", align_corners=False)[0]
    slopes = torch.from_numpy(model.slopes).to(fine.device) / 2**0.5
    middle = fine.shape[0]
    odds = torch.tensordot(slopes[:middle], unit(fine.float()), dims=1)
    odds = odds + torch.tensordot(slopes[middle:], unit(large), dims=1) + model.offset
    return np.asarray(odds.sigmoid().cpu().numpy(), np.float32)


@torch.inference_mode()
def common_object(network: Network, frame: Frame, model: FigureGround) -> Instances:
    """Look for a set's common object in a picture.

    Parameters
    ----------
    network
        That is loaded.
    frame
        (H, W, 3) uint8 RGB of any size.
    model
        What the set taught.

    Returns
    -------
    Instances
        One object, its pixels at the picture's size, or none.

    Raises
    ------
    ModelError
        The network is not the one that the set was described with, or fails on the picture.
    """
    loaded = network.loaded
    if loaded.spec.name != model.model or loaded.weights is not model.weights:
        raise ModelError(
            f"What the set taught holds for “{model.model}” with {model.weights.value} weights; "
            "load that network to look for the object."
        )
    height, width = frame.image.shape[:2]
    size = input_size((height, width), model.long_side)
    layers = layers_of(model.model)
    keys = (LayerKey(layers.fine), LayerKey(layers.coarse))
    with autocast(network), capture(network.module, keys) as taken:
        network.module(whole_picture(network, frame, size))
    fine, coarse = (taken[key][0] for key in keys)
    if len(fine) + len(coarse) != len(model.slopes):
        raise ModelError("What the set taught is of another network; run the set again.")
    chance = chance_of_cells(fine, coarse, model)
    mask = refined(frame.image, chance, "guided", _EVEN)
    categories = (Category(1, model.title or "object"),)
    if mask.mean() < _LEAST_SHARE:
        return Instances((height, width), categories)
    region = Region.of(mask)
    sure = chance[chance > _EVEN]
    score = float(sure.mean()) if len(sure) else _EVEN
    return Instances((height, width), categories, (Instance(1, score, region.box, region),))
