"""Masks to files, in the formats that the field reads."""

from __future__ import annotations

from engine.export.masks.contract import (
    ExportOptions,
    MaskWriter,
    Policy,
    SegmentedPicture,
    Written,
)
from engine.export.masks.registry import make_writer, register_format
from engine.export.masks.run import MaskExport, Origin

__all__ = [
    "ExportOptions",
    "MaskExport",
    "MaskWriter",
    "Origin",
    "Policy",
    "SegmentedPicture",
    "Written",
    "make_writer",
    "register_format",
]
