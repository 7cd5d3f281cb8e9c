"""NumPy's own archive: everything, exactly."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from engine.export.masks.pieces import by_score, categories_of
from engine.export.masks.registry import register_format
from engine.export.masks.writing import Output, Plan, Writer
from engine.overlay.palette import colour_of
from engine.values import Instances, LabelMap

if TYPE_CHECKING:
    from pathlib import Path, PurePosixPath

    from numpy.typing import NDArray

    from engine.export.masks.contract import SegmentedPicture
    from engine.values import OverlayStyle

__all__ = ["NpzWriter"]


@register_format
@dataclass(slots=True)
class NpzWriter(Writer):
    """`<stem>.npz`; `numpy.load` opens it with `allow_pickle=False`.

    ================ ==================== ===================================================
    `size`           (2,) int64           height and width of the picture
    `category_ids`   (K,) int64           of all that the network knows
    `names`          (K,) text            their names
    `palette`        (K, 3) uint8         their colours, RGB
    `label`          (H, W) uint8, uint16 category a pixel, 0 = background, 255 = void
    `masks`          (N, H, ceil(W / 8))  bits: `np.unpackbits(masks, axis=2, count=W)`
    `class_ids`      (N,) int64           category of each object, the most certain first
    `scores`         (N,) float64         in 0..1
    `boxes`          (N, 4) float64       left, top, right, bottom in pixels
    `tracks`         (N,) int64           0 = not tracked
    `confidence`     (H, W) uint8         of a label map: 0..255 for 0..1
    `note`           text                 of a label map
    ================ ==================== ===================================================

    `masks` to `tracks` stand for objects alone, `confidence` and `note` for label maps.
    """

    name: ClassVar[str] = "npz"
    title: ClassVar[str] = "NumPy archive (.npz)"

    def plan(self, picture: SegmentedPicture, stem: PurePosixPath) -> Plan:
        """See `Writer`."""

        def write(path: Path) -> None:
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
                fields = _fields(picture, self._options.style)
                for name, array in fields.items():
                    with archive.open(f"{name}.npy", "w", force_zip64=True) as file:
                        np.lib.format.write_array(file, array, allow_pickle=False)
                if isinstance(picture.segmentation, Instances):
                    _write_masks(archive, picture.segmentation)

        return Plan((Output(stem.with_name(f"{stem.name}.npz"), write),))


def _fields(picture: SegmentedPicture, style: OverlayStyle) -> dict[str, NDArray[Any]]:
    segmentation = picture.segmentation
    categories = segmentation.categories
    fields: dict[str, NDArray[Any]] = {
        "size": np.array(segmentation.size, np.int64),
        "category_ids": np.array([category.id for category in categories], np.int64),
        "names": np.array([category.name for category in categories], np.str_),
        "palette": np.array([colour_of(c.id, style) for c in categories], np.uint8).reshape(-1, 3),
        "label": categories_of(picture),
    }
    if isinstance(segmentation, LabelMap):
        fields["note"] = np.array(segmentation.note, np.str_)
        if segmentation.confidence is not None:
            fields["confidence"] = segmentation.confidence
        return fields
    items = by_score(segmentation)
    boxes = [(i.box.left, i.box.top, i.box.right, i.box.bottom) for i in items]
    fields["class_ids"] = np.array([item.category for item in items], np.int64)
    fields["scores"] = np.array([item.score for item in items], np.float64)
    fields["boxes"] = np.array(boxes, np.float64).reshape(-1, 4)
    fields["tracks"] = np.array([item.track for item in items], np.int64)
    return fields


def _write_masks(archive: zipfile.ZipFile, instances: Instances) -> None:
    """Write the masks one by one: 300 of a 4K picture are 300 MB even as bits."""
    height, width = instances.size
    items = by_score(instances)
    shape = (len(items), height, -(-width // 8))
    header = {"descr": "|u1", "fortran_order": False, "shape": shape}
    with archive.open("masks.npy", "w", force_zip64=True) as file:
        np.lib.format.write_array_header_1_0(file, header)
        for item in items:
            file.write(np.packbits(item.region.full(instances.size), axis=1).tobytes())
