"""Which pixels belong to what: label maps, instances, and how they are asked for and drawn."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from engine.values.checks import require
from engine.values.pictures import Box

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "BACKGROUND",
    "VOID",
    "Category",
    "Instance",
    "Instances",
    "LabelMap",
    "MaskColours",
    "OverlayStyle",
    "PaletteChoice",
    "Region",
    "SegmentAs",
    "SegmentSettings",
    "Segmentation",
]

BACKGROUND = 0
"""The label of what belongs to no category."""
VOID = 255
"""The label of what nobody decided, as in PASCAL VOC; never a category's id."""


@dataclass(frozen=True, slots=True)
class Category:
    """A kind of thing that pixels are named after.

    Attributes
    ----------
    id
        Stands in label maps and exported files: 1 or more, never `VOID`; 0 is the background.
    name
        For the person, and in exported files.
    """

    id: int
    name: str

    def __post_init__(self) -> None:
        if self.id < 1 or self.id == VOID:
            raise ValueError(f"Category.id: expected 1 or more and not {VOID}, got {self.id}")


@dataclass(frozen=True, slots=True, eq=False)
class Region:
    """Some pixels of a picture, kept as the smallest rectangle that holds them.

    300 whole masks of a 4K picture would take 2.5 GB.

    Attributes
    ----------
    left, top
        Where the rectangle begins in the picture, in pixels.
    pixels : ndarray, (h, w), bool
        Which pixels of the rectangle belong.
    """

    left: int
    top: int
    pixels: NDArray[np.bool_]

    def __post_init__(self) -> None:
        require(self.pixels, 2, np.bool_, "Region.pixels")
        if self.left < 0 or self.top < 0:
            raise ValueError(f"Region: expected left and top >= 0, got {self.left}, {self.top}")

    @classmethod
    def of(cls, mask: NDArray[np.bool_], left: int = 0, top: int = 0) -> Region:
        """Cut a mask to the smallest rectangle that holds its pixels.

        Parameters
        ----------
        mask : ndarray, (h, w), bool
        left, top
            Where the mask's own corner lies in the picture.
        """
        rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
        if not len(rows):
            return cls(left, top, np.zeros((0, 0), np.bool_))
        y0, y1, x0, x1 = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
        return cls(left + int(x0), top + int(y0), np.ascontiguousarray(mask[y0:y1, x0:x1]))

    @property
    def area(self) -> int:
        """How many pixels belong to it."""
        return int(np.count_nonzero(self.pixels))

    @property
    def rows(self) -> slice:
        """The rows of the picture that the rectangle covers."""
        return slice(self.top, self.top + self.pixels.shape[0])

    @property
    def columns(self) -> slice:
        """The columns of the picture that the rectangle covers."""
        return slice(self.left, self.left + self.pixels.shape[1])

    @property
    def box(self) -> Box:
        """The rectangle, right and bottom open."""
        height, width = self.pixels.shape
        return Box(self.left, self.top, self.left + width, self.top + height)

    def has(self, y: int, x: int) -> bool:
        """Tell whether a pixel of the picture belongs to it."""
        height, width = self.pixels.shape
        y, x = y - self.top, x - self.left
        return 0 <= y < height and 0 <= x < width and bool(self.pixels[y, x])

    def full(self, size: tuple[int, int]) -> NDArray[np.bool_]:
        """Return the mask of the whole picture: (H, W) bool for `size` = (H, W)."""
        mask = np.zeros(size, np.bool_)
        mask[self.rows, self.columns] = self.pixels
        return mask


@dataclass(frozen=True, slots=True, eq=False)
class Instance:
    """One object.

    Attributes
    ----------
    category
        Id of its :class:`Category`.
    score
        How sure the network is, in 0..1.
    box
        As the network gave it, in picture pixels.
    region
        Its pixels.
    track
        Number of the object from frame to frame, from 1; 0 = not tracked.
    """

    category: int
    score: float
    box: Box
    region: Region
    track: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Instances:
    """The objects of one picture, the most certain first. They may overlap.

    Attributes
    ----------
    size
        Height and width of the picture, in pixels.
    categories
        All those that the network knows, in order of id.
    items
        The objects.
    """

    size: tuple[int, int]
    categories: tuple[Category, ...]
    items: tuple[Instance, ...] = ()

    def __post_init__(self) -> None:
        known = {category.id for category in self.categories}
        height, width = self.size
        for item in self.items:
            if item.category not in known:
                raise ValueError(f"Instances: no category has the id {item.category}")
            if item.region.rows.stop > height or item.region.columns.stop > width:
                raise ValueError(
                    f"Instances: a region reaches beyond the picture of {height} x {width} pixels"
                )


@dataclass(frozen=True, slots=True, eq=False)
class LabelMap:
    """One label for each pixel of a picture.

    Attributes
    ----------
    labels : ndarray, (H, W), uint8 or uint16
        Ids of categories, `BACKGROUND` or `VOID`.
    categories
        All those that the network knows, in order of id.
    confidence : ndarray, (H, W), uint8, or None
        How sure the network is of the label: 0..255 for 0..1.
    note
        What the map is, where it is not what its name says: "objects, from instances".
    """

    labels: NDArray[np.uint8] | NDArray[np.uint16]
    categories: tuple[Category, ...]
    confidence: NDArray[np.uint8] | None = None
    note: str = ""

    def __post_init__(self) -> None:
        if self.labels.ndim != 2 or self.labels.dtype not in (np.uint8, np.uint16):
            raise ValueError(
                "LabelMap.labels: expected (H, W) uint8 or uint16, "
                f"got {self.labels.shape} {self.labels.dtype}"
            )
        if self.confidence is not None:
            require(self.confidence, 2, np.uint8, "LabelMap.confidence")
            if self.confidence.shape != self.labels.shape:
                raise ValueError(
                    f"LabelMap.confidence: expected {self.labels.shape}, "
                    f"got {self.confidence.shape}"
                )

    @property
    def size(self) -> tuple[int, int]:
        """Height and width of the picture, in pixels."""
        height, width = self.labels.shape
        return height, width


Segmentation: TypeAlias = Instances | LabelMap


class SegmentAs(enum.StrEnum):
    """What is made of an instance network's answer."""

    INSTANCES = "instances"
    LABELS = "labels"
    """A label map: where objects overlap, the higher score wins."""


@dataclass(frozen=True, slots=True)
class SegmentSettings:
    """Which of a network's answers count.

    Attributes
    ----------
    score
        Least score of an object, in 0..1.
    iou
        Of two boxes of a category that overlap by more than this, the less certain one goes.
    most
        So many objects at most.
    categories
        Ids of those that count; None = all.
    as_
        Instances, or a label map of them.
    is_tracked
        Whether objects keep their number from frame to frame.
    """

    score: float = 0.25
    iou: float = 0.45
    most: int = 100
    categories: frozenset[int] | None = None
    as_: SegmentAs = SegmentAs.INSTANCES
    is_tracked: bool = True

    def __post_init__(self) -> None:
        for name in ("score", "iou"):
            if not 0.0 <= getattr(self, name) <= 1.0:
                raise ValueError(f"{name}: expected 0..1, got {getattr(self, name)}")
        if self.most < 1:
            raise ValueError(f"most: expected 1 or more, got {self.most}")


class MaskColours(enum.StrEnum):
    """What gives an object its colour."""

    CATEGORY = "category"
    INSTANCE = "instance"


class PaletteChoice(enum.StrEnum):
    """Which colours categories have."""

    VOC = "voc"
    """PASCAL VOC's, by the bits of the id."""
    SAFE = "safe"
    """Told apart by colour-blind people too (Okabe and Ito), repeated in lighter tones."""


@dataclass(frozen=True, slots=True)
class OverlayStyle:
    """How a segmentation is drawn over its picture.

    Attributes
    ----------
    opacity
        Of the fill, in 0..1; 0 = no fill.
    contour
        Width of the outline in picture pixels; 0 = none.
    has_labels, has_scores, has_boxes
        What is written and drawn beside the masks.
    colours_of
        One colour a category, or one an object.
    palette
        The colours.
    colours
        The person's own: (category id, (R, G, B)) pairs, before the palette's.
    hidden
        Ids of categories that are not drawn.
    """

    opacity: float = 0.5
    contour: int = 2
    has_labels: bool = True
    has_scores: bool = True
    has_boxes: bool = False
    colours_of: MaskColours = MaskColours.CATEGORY
    palette: PaletteChoice = PaletteChoice.SAFE
    colours: tuple[tuple[int, tuple[int, int, int]], ...] = ()
    hidden: frozenset[int] = field(default_factory=frozenset)

    def __post_init__(self) -> None:
        if not 0.0 <= self.opacity <= 1.0:
            raise ValueError(f"opacity: expected 0..1, got {self.opacity}")
        if self.contour < 0:
            raise ValueError(f"contour: expected 0 or more, got {self.contour}")
