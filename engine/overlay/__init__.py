"""Segmentations drawn over their pictures, and what their colours mean. No torch, no Qt."""

from __future__ import annotations

from engine.overlay.legend import LegendRow, legend
from engine.overlay.legend_plate import draw_legend
from engine.overlay.palette import colour_of, colour_of_instance, colours_of, voc_palette
from engine.overlay.render import draw_overlay, overlay_rgba

__all__ = [
    "LegendRow",
    "colour_of",
    "colour_of_instance",
    "colours_of",
    "draw_legend",
    "draw_overlay",
    "legend",
    "overlay_rgba",
    "voc_palette",
]
