"""Pictures with their truth on disk, segmented one after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from engine.errors import EngineError
from engine.evaluate.mean_iou import VOC_NAMES
from engine.export.masks.reading import read_labelmap, read_labels
from engine.sources.decode import read_picture
from engine.sources.folder import list_pictures

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from engine.evaluate.annotations import Annotated
    from engine.jobs import JobControl
    from engine.values import Segmentation

__all__ = [
    "CanSegment",
    "annotated_pictures",
    "labelled_pictures",
    "names_beside",
    "pictures_there",
]


class CanSegment(Protocol):
    """A network that is ready for pictures."""

    def segment(self, image: NDArray[np.uint8]) -> Segmentation:
        """Segment (H, W, 3) uint8 RGB."""


def annotated_pictures(
    network: CanSegment, folder: Path, annotated: Annotated, control: JobControl
) -> Iterator[tuple[int, Segmentation]]:
    """Segment the annotated pictures that are in a folder; the others are passed over."""
    there = pictures_there(folder, annotated)
    for done, (number, path) in enumerate(there):
        control.report("Segmenting", done, len(there))
        yield number, network.segment(read_picture(path))


def pictures_there(folder: Path, annotated: Annotated) -> list[tuple[int, Path]]:
    """Return the annotated pictures that are in a folder, by their id."""
    named = [(number, folder / name) for number, name in sorted(annotated.pictures.items())]
    return [(number, path) for number, path in named if path.is_file()]


def labelled_pictures(
    network: CanSegment, folder: Path, truth: Path, control: JobControl
) -> Iterator[tuple[Segmentation, NDArray[np.uint8] | NDArray[np.uint16]]]:
    """Segment the pictures of a folder whose label picture, `<stem>.png`, is in another."""
    pictures = list_pictures(folder)
    pairs = [(path, truth / f"{path.stem}.png") for path in pictures]
    pairs = [(path, labels) for path, labels in pairs if labels.is_file()]
    for done, (path, labels) in enumerate(pairs):
        control.report("Segmenting", done, len(pairs))
        yield network.segment(read_picture(path)), read_labels(labels)


def names_beside(truth: Path) -> Mapping[int, str]:
    """Return what the labels of a folder stand for: by `labelmap.txt` in or above it, else VOC's.

    Raises
    ------
    EngineError
        The folder is missing.
    """
    if not truth.is_dir():
        raise EngineError(f"There is no folder “{truth}”; check the path.")
    for folder in (truth, truth.parent):
        path = folder / "labelmap.txt"
        if path.is_file():
            return {category.id: category.name for category in read_labelmap(path)}
    return dict(enumerate(VOC_NAMES, 1))
