"""Which classifiers can be backbones, told by their names alone: nothing of them is loaded."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.values import ModelCard

__all__ = ["backbones", "can_be_backbone"]

_FIT = re.compile(
    r"efficientnet_lite0|(wide_)?resne(x)?t\d+\w*|shufflenet_\w+|regnet_\w+|mnasnet\w+"
    r"|(vgg|mobilenet|efficientnet_|densenet|convnext)\w+"
)


def can_be_backbone(name: str) -> bool:
    """Tell whether the engine knows the stages of a classifier of this name."""
    return _FIT.fullmatch(name) is not None


def backbones(cards: Iterable[ModelCard]) -> list[ModelCard]:
    """Return the classifiers that can be backbones, those first that need no download."""
    fit = [it for it in cards if it.task == "classification" and can_be_backbone(it.name)]
    return sorted(fit, key=lambda card: not card.are_weights_local)
