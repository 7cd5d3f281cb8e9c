"""One picture's masks to files: what the window shows becomes what the exporters take."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from engine.values import OverlayStyle

if TYPE_CHECKING:
    from typing import Final

    from engine.export.masks import MaskExport
    from engine.values import Frame, FrameResult, Segmentation

__all__ = ["Shown", "WriteOrder", "picture_name", "write_masks"]

_PICTURES: Final = frozenset(
    {".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".ppm", ".pgm"}
)


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """What is shown of a picture.

    Attributes
    ----------
    result
        The network's answer to it.
    found
        What is drawn: the answer, or what was made of it by hand.
    style
        How it is drawn.
    is_corrected
        Whether a person changed something.
    """

    result: FrameResult
    found: Segmentation
    style: OverlayStyle = field(default_factory=OverlayStyle)
    is_corrected: bool = False


@dataclass(frozen=True, slots=True)
class WriteOrder:
    """In which forms a picture's masks are written, and where.

    Attributes
    ----------
    formats
        Names of exporters: "coco", "voc", ...
    folder
        Where the files go.
    policy
        What becomes of files that are there: "refuse", "suffix" or "overwrite".
    """

    formats: tuple[str, ...]
    folder: str
    policy: str = "suffix"


def write_masks(shown: Shown, order: WriteOrder) -> tuple[tuple[Path, ...], tuple[str, ...]]:
    """Write one picture; returns the files, and what they do not hold as it was.

    Raises
    ------
    ExportError
        Something cannot be written; the sentence says what to do.
    """
    from engine.export.masks import SegmentedPicture  # noqa: PLC0415 - off the GUI thread

    export = _export(shown, order)
    frame = shown.result.frame
    picture = SegmentedPicture(frame.image, shown.found, picture_name(frame))
    written = export.add(picture)
    return (*written.files, *export.finish()), written.notes


def picture_name(frame: Frame) -> PurePosixPath:
    """Return what the picture's files are called after: its own name, or the source and frame."""
    name = PurePosixPath(Path(frame.name).name or "picture")
    if name.suffix.lower() in _PICTURES:
        return name
    return PurePosixPath(f"{name}_{frame.index:06d}.png")


def _export(shown: Shown, order: WriteOrder) -> MaskExport:
    from engine.export.masks import (  # noqa: PLC0415
        ExportOptions,
        MaskExport,
        Origin,
        Policy,
        make_writer,
    )

    writers = [make_writer(name) for name in order.formats]
    options = ExportOptions(Policy(order.policy), shown.style)
    origin = Origin(shown.result.model, settings={"is_corrected": shown.is_corrected})
    return MaskExport(Path(order.folder), writers, options, origin)
