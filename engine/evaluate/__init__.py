"""How good segmentations are, against annotations: AP and AR of objects, IoU of label maps."""

from __future__ import annotations

from engine.evaluate.average_precision import InstanceScores, average_precision
from engine.evaluate.mean_iou import LabelScores, mean_iou

__all__ = ["InstanceScores", "LabelScores", "average_precision", "mean_iou"]
