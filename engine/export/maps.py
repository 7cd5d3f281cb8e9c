"""Save the maps of a layer as numbers: `.npz`, `.npy` or a table of statistics."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from engine.errors import ExportError
from engine.export.atomic import atomic_path
from engine.export.origin import Origin

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.values import Activation

__all__ = ["MAP_SUFFIXES", "save_maps"]

_COLUMNS = ("channel", "min", "max", "mean", "std", "zeros", "dead")


def save_maps(
    path: Path | str, activation: Activation, origin: Origin, *, overwrite: bool = False
) -> None:
    """Write the values of a layer in the format that the suffix names.

    `.npz` holds `values` (N, h, w) float32 with `shape`, `layer`, `layer_kind`, `kind`, `model`,
    `picture`, `is_random`, `low`, `high`, `gamma`, `is_signed`, `order` and the statistics of
    each channel (`min`, `max`, `mean`, `std`, `zeros`, `dead`); nothing in it needs pickle.
    `.npy` holds the values alone. `.csv` has one line a channel: min, max, mean and std in the
    layer's own unit, `zeros` as a share in 0..1, `dead` as true or false.

    Raises
    ------
    ExportError
        The suffix is another one, or the file cannot be written.
    """
    suffix = Path(path).suffix.lower()
    write = _WRITERS.get(suffix)
    if write is None:
        expected = ", ".join(MAP_SUFFIXES)
        raise ExportError(f"Maps are saved as {expected}; “{Path(path).name}” is none of these.")
    with atomic_path(path, overwrite=overwrite) as part:
        write(part, activation, origin)


def _write_npz(part: Path, activation: Activation, origin: Origin) -> None:
    stats = activation.stats
    with part.open("wb") as file:
        np.savez_compressed(
            file,
            values=activation.values,
            shape=np.array(activation.shape, np.int64),
            layer=np.array(str(activation.key)),
            layer_kind=np.array(activation.layer_kind),
            kind=np.array(activation.kind.value),
            model=np.array(origin.model),
            picture=np.array(origin.picture),
            is_random=np.array(origin.is_random),
            low=activation.low,
            high=activation.high,
            gamma=np.array(activation.gamma, np.float64),
            is_signed=np.array(activation.is_signed),
            order=activation.order.astype(np.int64),
            min=stats.minimum,
            max=stats.maximum,
            mean=stats.mean,
            std=stats.std,
            zeros=stats.zeros,
            dead=stats.dead,
        )


def _write_npy(part: Path, activation: Activation, _origin: Origin) -> None:
    with part.open("wb") as file:
        np.save(file, activation.values, allow_pickle=False)


def _write_csv(part: Path, activation: Activation, _origin: Origin) -> None:
    stats = activation.stats
    numbers = (stats.minimum, stats.maximum, stats.mean, stats.std, stats.zeros)
    with part.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(_COLUMNS)
        for channel in range(activation.channels):
            # str of a float32 is the shortest text that reads back as the same float32.
            row = [str(column[channel]) for column in numbers]
            table.writerow([channel, *row, str(bool(stats.dead[channel])).lower()])


_WRITERS: dict[str, Callable[[Path, Activation, Origin], None]] = {
    ".npz": _write_npz,
    ".npy": _write_npy,
    ".csv": _write_csv,
}

MAP_SUFFIXES = tuple(_WRITERS)
"""The suffixes that `save_maps` writes."""
