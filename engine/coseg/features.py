"""Describe pictures cell by cell, one at a time, and keep what that takes on the disk."""

from __future__ import annotations

import contextlib
import dataclasses
import os
import shutil
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
import torch.nn.functional as F

from engine.coseg.backbone import LONG_SIDE_PX, Raw
from engine.errors import EngineError
from engine.export.atomic import atomic_path
from engine.models.weights import cache_dir

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from engine.coseg.backbone import Backbone

__all__ = [
    "LEAST_FREE_BYTES",
    "MOST_BYTES",
    "FeatureStore",
    "Features",
    "describe",
    "describe_picture",
    "halved",
    "unit",
]

_VERSION = 3
"""Part of each name in the cache: raised where what is kept changes."""
MOST_BYTES = 6 << 30
"""Of the cache on the disk: what was not asked for the longest goes first."""
LEAST_FREE_BYTES = 2 << 30
"""Of the disk: with less, nothing more is kept."""
_NARROW = 1e-12
_HALVED = ("fine", "coarse", "dense")


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """What is known of one picture.

    Attributes
    ----------
    cells : ndarray, (h, w, C), float16
        One description a cell, of length 1: both layers, each of length 1 before, side by side.
    strength : ndarray, (h, w), float32
        Length of the coarse layer's description: how much the network sees there.
    logits : ndarray, (K,), float32
        The network's answer to the whole picture.
    dense : ndarray, (K, h', w'), float16
        Its answer place by place, on a coarser grid.
    """

    cells: NDArray[np.float16]
    strength: NDArray[np.float32]
    logits: NDArray[np.float32]
    dense: NDArray[np.float16]

    @property
    def grid(self) -> tuple[int, int]:
        """Height and width in cells."""
        return self.cells.shape[0], self.cells.shape[1]

    @property
    def nbytes(self) -> int:
        """The memory that it takes."""
        return sum(getattr(self, name).nbytes for name in type(self).__slots__)

    @property
    def rows(self) -> NDArray[np.float32]:
        """The cells one below the other: (h * w, C) float32."""
        return self.cells.reshape(-1, self.cells.shape[2]).astype(np.float32)

    @property
    def pooled(self) -> NDArray[np.float32]:
        """The mean cell, of length 1: (C,) float32; describes the picture as a whole."""
        mean = self.rows.mean(axis=0)
        return np.asarray(mean / max(float(np.linalg.norm(mean)), _NARROW), np.float32)


def unit(maps: torch.Tensor) -> torch.Tensor:
    """Scale the vector at each place to length 1: (C, h, w) to the same."""
    return F.normalize(maps, dim=0, eps=_NARROW)


def halved(raw: Raw) -> Raw:
    """Make maps what comes back from the disk, so that the answer is one: rounded, on the CPU."""
    maps = {name: getattr(raw, name).to(torch.float16).cpu().float() for name in _HALVED}
    return dataclasses.replace(raw, logits=raw.logits.cpu(), **maps)


def describe(raw: Raw) -> Features:
    """Put a pass together as one description a cell.

    The coarse layer is brought to the grid of the fine one by bilinear interpolation before it is
    scaled to length 1.
    """
    height, width = raw.fine.shape[-2:]
    coarse = F.interpolate(
        raw.coarse[None], size=(height, width), mode="bilinear", align_corners=False
    )[0]
    cells = torch.cat([unit(raw.fine), unit(coarse)]) / 2**0.5
    return Features(
        cells=cells.permute(1, 2, 0).to(torch.float16).cpu().numpy(),
        strength=coarse.norm(dim=0).cpu().numpy(),
        logits=raw.logits.cpu().numpy(),
        dense=raw.dense.to(torch.float16).cpu().numpy(),
    )


class FeatureStore:
    """Maps of pictures on the disk, by network and by the bytes of the picture's file.

    Both layers are kept as the network gave them, in half precision and on their own grids: half
    of what the cells take. A thousand pictures at 640 pixels take about 0.6 GB there and nothing
    in memory. A file that cannot be written or read is no failure: the picture is described again.

    Parameters
    ----------
    model
        What made them: the network's name and its weights' checksum.
    long_side
        Of the input, in pixels.
    folder
        Where; None = "coseg" in the cache folder (`LAYERSCOPE_CACHE`).
    """

    def __init__(
        self, model: str, long_side: int = LONG_SIDE_PX, folder: Path | None = None
    ) -> None:
        self._top = folder if folder is not None else cache_dir().parent / "coseg"
        self._folder = self._top / f"{model}-{long_side}-v{_VERSION}"

    def path(self, key: str) -> Path:
        """Return where the maps of a file stand, by its checksum."""
        return self._folder / f"{key}.npz"

    def read(self, key: str) -> Raw | None:
        """Return what is kept, or None where there is nothing that can be read."""
        try:
            path = self.path(key)
            with path.open("rb") as file, np.load(file, allow_pickle=False) as fields:
                maps = [torch.from_numpy(fields[name]).float() for name in Raw.__slots__]
            os.utime(path)  # it was asked for now
        except (OSError, ValueError, KeyError, TypeError, zipfile.BadZipFile, EOFError):
            return None
        return Raw(*maps)

    def write(self, key: str, raw: Raw) -> bool:
        """Keep maps, as `halved` has made them; tell whether that went well."""
        fields = {name: getattr(raw, name).to(torch.float16).cpu().numpy() for name in _HALVED}
        fields["logits"] = raw.logits.cpu().numpy()
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            if shutil.disk_usage(self._folder).free < LEAST_FREE_BYTES:
                return False
            with atomic_path(self.path(key), overwrite=True) as part, part.open("wb") as file:
                np.savez(file, **fields)
        except (OSError, EngineError):
            return False
        return True

    def clean(self, most_bytes: int = MOST_BYTES, keep: frozenset[str] = frozenset()) -> int:
        """Remove what was asked for the longest ago, of whatever network; return how many files.

        Parameters
        ----------
        most_bytes
            That may stay.
        keep
            Checksums of files in use: theirs stay, also beyond that.
        """
        found = []
        for path in self._top.glob("*/*.npz"):
            with contextlib.suppress(OSError):  # another process cleans, too
                facts = path.stat()
                found.append((facts.st_mtime, str(path), facts.st_size, path))
        total, removed = sum(size for _, _, size, _ in found), 0
        for _, _, size, path in sorted(found):
            if total <= most_bytes:
                break
            if path.stem in keep:
                continue
            with contextlib.suppress(OSError):
                path.unlink()
                removed += 1
            total -= size
        return removed


def describe_picture(
    backbone: Backbone,
    image: NDArray[np.uint8],
    long_side: int = LONG_SIDE_PX,
    *,
    is_whole: bool = True,
) -> Raw:
    """Run the network over a picture, (H, W, 3) uint8 RGB; see `Backbone.run`, which may raise."""
    return halved(backbone.run(image, long_side, is_whole=is_whole))
