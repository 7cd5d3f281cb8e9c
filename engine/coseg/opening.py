"""The door to co-segmentation for who must not load torch before it is sure: the window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.coseg.pipeline import CosegSet
    from engine.values import CosegRequest

__all__ = ["open_set", "usable_networks", "weights_checksum"]


def open_set(request: CosegRequest) -> CosegSet:
    """Return a set to be worked through; see `engine.coseg.pipeline.CosegSet`."""
    from engine.coseg.pipeline import CosegSet  # noqa: PLC0415 - torch, when it is sure

    return CosegSet(request)


def usable_networks(names: Iterable[str]) -> tuple[str, ...]:
    """Return those of the registry's networks that can be used for co-segmentation."""
    from engine.coseg.backbone import layers_of  # noqa: PLC0415 - torch

    usable = []
    for name in names:
        try:
            layers_of(name)
        except ModelError:
            continue
        usable.append(name)
    return tuple(usable)


def weights_checksum(request: CosegRequest) -> str:
    """Return the SHA-256 of the network's weights file; empty where it is not known."""
    from engine.coseg.backbone import weights_sha256  # noqa: PLC0415 - torch

    return weights_sha256(request.model, request.weights)
