"""The common object in the live picture: what is told to the engine, and how it is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from engine.values import FigureGround, Instances
    from gui.backend import Backend

__all__ = ["post_model", "shown_overlay"]


def post_model(backend: Backend, model: FigureGround | None) -> None:
    """Have the engine look for the object of a set; None = for none."""
    from engine import commands  # noqa: PLC0415

    backend.post(commands.SetCommonObject(model))


def shown_overlay(found: Instances | None) -> NDArray[np.uint8] | None:
    """Return the object as it is laid over the live picture, (H, W, 4) uint8; None = nothing."""
    if found is None or not found.items:
        return None
    from engine.overlay import overlay_rgba  # noqa: PLC0415 - brings OpenCV and Pillow
    from engine.values import OverlayStyle  # noqa: PLC0415

    return overlay_rgba(found, OverlayStyle(opacity=0.4, has_labels=False, has_scores=False))
