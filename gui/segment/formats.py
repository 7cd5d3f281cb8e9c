"""In which forms masks can be saved, as a person reads it."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

__all__ = ["formats"]

translate = QCoreApplication.translate


def formats() -> dict[str, tuple[str, str]]:
    """Return the forms in the order in which they are offered: name -> (title, what it is)."""
    return {
        "overlay": (
            translate("Segment", "Overlay"),
            translate("Segment", "The picture with masks and names, as PNG"),
        ),
        "voc": (
            translate("Segment", "PASCAL VOC"),
            translate("Segment", "Class and object masks as indexed PNG, boxes as XML"),
        ),
        "coco": (
            translate("Segment", "COCO"),
            translate("Segment", "One JSON file with polygons or RLE, boxes and scores"),
        ),
        "yolo": (
            translate("Segment", "YOLO"),
            translate("Segment", "A text file of polygons, with the list of classes"),
        ),
        "labelme": (
            translate("Segment", "LabelMe"),
            translate("Segment", "A JSON file of polygons that LabelMe opens"),
        ),
        "cutout": (
            translate("Segment", "Cut-outs"),
            translate("Segment", "Each object on a transparent ground, as PNG"),
        ),
        "binary": (
            translate("Segment", "Binary masks"),
            translate("Segment", "A black and white PNG for each object"),
        ),
        "npz": (
            translate("Segment", "NumPy"),
            translate("Segment", "All masks, boxes and scores as arrays"),
        ),
        "csv": (
            translate("Segment", "Table"),
            translate("Segment", "Class, score, box and area of each object as CSV"),
        ),
    }
