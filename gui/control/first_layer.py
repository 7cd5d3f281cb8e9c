"""Which layer to show of a network that nobody has looked into yet."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.values import LayerInfo, LayerKey, ModelInfo

__all__ = ["first_layer"]

BEST_SIDE = 32
"""Maps of about this height and width show both edges and objects, and many fit a screen."""
ACTIVATIONS = ("relu", "silu", "gelu", "swish", "elu", "mish")


def first_layer(info: ModelInfo) -> LayerKey:
    """Return a telling layer: an activation with maps neither huge nor tiny.

    Where there is none with maps (a transformer), a block with tokens; where there is nothing
    else, the input.
    """
    with_maps = [x for x in info.layers if x.is_leaf and _side(x) > 4]
    for kinds in (ACTIVATIONS, ("conv",)):
        found = [x for x in with_maps if any(kind in x.kind.lower() for kind in kinds)]
        if found:
            return min(found, key=lambda x: abs(math.log(_side(x) / BEST_SIDE))).key
    blocks = [x for x in info.layers if not x.is_leaf and x.shape and len(x.shape) == 2]
    return blocks[min(3, len(blocks) - 1)].key if blocks else info.layers[0].key


def _side(layer: LayerInfo) -> int:
    shape = layer.shape
    if shape is None or len(shape) != 3:
        return 0
    return min(shape[1], shape[2])
