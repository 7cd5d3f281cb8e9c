"""Pictures with masks that are hard on formats."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray

from engine.export.masks import SegmentedPicture
from engine.values import Category, Instance, Instances, LabelMap, Region, Segmentation

SIZE = (40, 60)
CATEGORIES = (Category(1, "person"), Category(3, "Hütte, rot"), Category(17, "cat: small"))


def ring_mask() -> NDArray[np.bool_]:
    """A square with a hole, which holds a smaller square."""
    mask = np.zeros(SIZE, np.bool_)
    mask[4:20, 4:24] = True
    mask[8:16, 8:20] = False
    mask[11:13, 12:15] = True
    return mask


def two_parts() -> NDArray[np.bool_]:
    """Two parts, one of them touching the picture's corner."""
    mask = np.zeros(SIZE, np.bool_)
    mask[30:40, 50:60] = True
    mask[22:26, 30:36] = True
    return mask


def pixel() -> NDArray[np.bool_]:
    mask = np.zeros(SIZE, np.bool_)
    mask[0, 0] = True
    return mask


def diagonal() -> NDArray[np.bool_]:
    """Pixels that touch at corners alone, and overlap the ring."""
    mask = np.zeros(SIZE, np.bool_)
    mask[np.arange(2, 30), np.arange(2, 30)] = True
    return mask


def column() -> NDArray[np.bool_]:
    """From the top edge to the bottom edge: its runs join over the columns' ends."""
    mask = np.zeros(SIZE, np.bool_)
    mask[:, 40:43] = True
    return mask


MASKS = {
    "ring": ring_mask(), "two_parts": two_parts(), "pixel": pixel(), "diagonal": diagonal(),
    "column": column(), "whole": np.ones(SIZE, np.bool_),
}  # fmt: skip


def instance(mask: NDArray[np.bool_], category: int = 1, score: float = 0.5) -> Instance:
    region = Region.of(mask)
    return Instance(category, score, region.box, region)


def objects() -> Instances:
    """Every hard mask but the whole picture, surest first."""
    masks = [mask for name, mask in MASKS.items() if name != "whole"]
    ids = [1, 3, 17, 1, 3]
    items = [instance(m, c, 0.9 - 0.1 * k) for k, (m, c) in enumerate(zip(masks, ids, strict=True))]
    return Instances(SIZE, CATEGORIES, tuple(items))


def many(count: int = 300) -> Instances:
    """So many objects of 1 to 6 pixels, each in a cell of its own."""
    items = []
    for k in range(count):
        mask = np.zeros((60, 80), np.bool_)
        y, x = divmod(k, 20)
        mask[4 * y : 4 * y + 1 + k % 3, 4 * x : 4 * x + 1 + k % 2] = True
        items.append(instance(mask, 1, 1 - k / 1000))
    return Instances((60, 80), CATEGORIES, tuple(items))


def labelled() -> LabelMap:
    labels = np.zeros(SIZE, np.uint8)
    labels[5:20, 5:20], labels[10:30, 30:50], labels[0, :] = 1, 17, 255
    return LabelMap(labels, CATEGORIES, np.full(SIZE, 204, np.uint8), "by hand")


def nothing() -> Instances:
    return Instances(SIZE, CATEGORIES)


def build(segmentation: Segmentation, name: str = "a.png") -> SegmentedPicture:
    height, width = segmentation.size
    image = np.random.default_rng(0).integers(1, 256, (height, width, 3), dtype=np.uint8)
    return SegmentedPicture(image, segmentation, PurePosixPath(name))


def files_in(folder: Path) -> list[str]:
    """What a person sees in a folder."""
    return sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and ".layerscope" not in path.relative_to(folder).parts
    )
