"""What a format of masks is given and what it gives back."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, ClassVar, Protocol

import numpy as np

from engine.export.masks.once import Once
from engine.values import OverlayStyle

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.values import Segmentation

__all__ = ["ExportOptions", "MaskWriter", "Policy", "SegmentedPicture", "Written"]


class Policy(enum.StrEnum):
    """What becomes of files that are there already and are not of the same, unfinished export."""

    REFUSE = "refuse"
    """Nothing is written, and a sentence says so."""
    SUFFIX = "suffix"
    """The new file is named beside it: `cat_2.png`."""
    OVERWRITE = "overwrite"
    """The new file takes its place."""


@dataclass(frozen=True, slots=True, eq=False)
class SegmentedPicture:
    """A picture and what was found in it.

    Attributes
    ----------
    image : ndarray, (H, W, 3), uint8
        RGB, upright, at the size of its source.
    segmentation
        Of the same size.
    name
        The picture's path below the folder that is worked through, suffix and all: its files lie
        in the same sub-folders. It tells pictures apart.
    source
        The file itself; None where there is none, as for a camera.
    once
        What formats share of it.
    """

    image: NDArray[np.uint8]
    segmentation: Segmentation
    name: PurePosixPath
    source: Path | None = None
    once: Once = field(default_factory=Once, init=False, repr=False)

    def __post_init__(self) -> None:
        expected = (*self.segmentation.size, 3)
        if self.image.dtype != np.uint8 or self.image.shape != expected:
            got = f"{self.image.shape} {self.image.dtype}"
            raise ValueError(f"SegmentedPicture.image: expected {expected} uint8, got {got}")


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """What holds for every format of an export.

    Attributes
    ----------
    policy
        For files that are there already.
    style
        Colours, and how overlays are drawn.
    is_continued
        Whether pictures that an earlier export into the folder knew stay in files that hold many
        pictures (`annotations.json`, ...). An export that was cut off goes on only so.
    is_reopened
        Whether the earlier export goes on though it came to its end: what it wrote may be replaced.
    """

    policy: Policy = Policy.REFUSE
    style: OverlayStyle = field(default_factory=OverlayStyle)
    is_continued: bool = True
    is_reopened: bool = False


@dataclass(frozen=True, slots=True)
class Written:
    """What adding a picture came to.

    Attributes
    ----------
    files
        What was written for this picture alone.
    notes
        What the file does not hold as it was, a sentence each.
    """

    files: tuple[Path, ...] = ()
    notes: tuple[str, ...] = ()


class MaskWriter(Protocol):
    """One format. Its settings are keyword arguments of its class, all with defaults.

    `begin` once, then `add` for each picture, then `finish`. Adding a picture again replaces what
    was written for it, so that after a crash the export may be begun again in the same folder and
    go on with any picture. Memory does not grow with the number of pictures.
    """

    name: ClassVar[str]
    """A word, as the command line takes it."""
    title: ClassVar[str]
    """For the person."""

    def begin(self, folder: Path, options: ExportOptions) -> None:
        """Make ready to write into a folder; it is made where it is missing.

        Raises
        ------
        ExportError
            The folder cannot be written to, or a file is there that may not be replaced.
        """

    def add(self, picture: SegmentedPicture) -> Written:
        """Write one picture.

        Raises
        ------
        ExportError
            It cannot be written; nothing half-written is left.
        """

    def write_all(self) -> tuple[Path, ...]:
        """Write the files that hold many pictures, and return them; again, if need be."""

    def end(self) -> None:
        """Give the files away: from now on they are the person's, and no crash is mended."""

    def finish(self) -> tuple[Path, ...]:
        """Do both: `write_all`, then `end`."""
