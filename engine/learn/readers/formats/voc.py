"""PASCAL VOC's folders: `JPEGImages`, `SegmentationClass`, `labelmap.txt`."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from engine.evaluate.mean_iou import VOC_NAMES
from engine.export.masks.reading import read_labelmap
from engine.learn.data import PSEUDO, DataError, Dataset, Sample
from engine.learn.readers.formats.index_png import IndexTruth, tables
from engine.learn.readers.places import exported_photos, pairs, photos_of
from engine.learn.readers.registry import register_reader

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["VocReader"]

_CLASSES = "SegmentationClass"


@register_reader
class VocReader:
    """Label pictures in `SegmentationClass`; photos in `JPEGImages`, `images`, or beside it.

    `labelmap.txt`, as Layerscope and CVAT write it, names the ids; without it they are VOC's.
    """

    name: ClassVar[str] = "voc"
    title: ClassVar[str] = "Pascal VOC label pictures"
    rank: ClassVar[int] = 10

    def fits(self, path: Path) -> bool:
        """See `Reader`."""
        return (path / _CLASSES).is_dir()

    def read(self, path: Path) -> Dataset:
        """See `Reader`."""
        masks = path / _CLASSES
        if not masks.is_dir():
            raise DataError(f"“{path}” has no folder “{_CLASSES}”; check the path.")
        photos = photos_of(path)
        found = pairs(photos or path, masks)
        notes: tuple[str, ...] = ()
        if not found:
            found, notes = _of_export(path, masks), (PSEUDO,)
        if not found:
            raise DataError(
                f"“{path}” has no photo for a picture in “{_CLASSES}”; put the photos into a "
                "folder “JPEGImages” beside it."
            )
        listed = path / "labelmap.txt"
        if listed.is_file():
            named = {one.id: one.name for one in read_labelmap(listed)}
        else:
            named = dict(enumerate(VOC_NAMES, 1))
        names, table = tables(named)
        every = frozenset(range(1, len(names)))
        samples = tuple(Sample(photo, IndexTruth(mask, table), every) for photo, mask in found)
        return Dataset(path, self.name, names, samples, notes=notes)


def _of_export(path: Path, masks: Path) -> tuple[tuple[Path, Path], ...]:
    """Return photos and masks of what Layerscope has segmented, the photos where they are."""
    named = ((photo, masks / f"{name}.png") for name, photo in exported_photos(path).items())
    return tuple(dict(pair for pair in named if pair[1].is_file()).items())
