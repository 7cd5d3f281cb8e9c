"""The table of costs as a file for other programs."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from engine.export.atomic import atomic_path
from gui.models.cost_columns import COLUMNS, field_text

if TYPE_CHECKING:
    from pathlib import Path

    from engine.values import NetworkCost

__all__ = ["write_costs"]


def write_costs(cost: NetworkCost, path: Path | str, *, overwrite: bool = False) -> None:
    """Write all rows as CSV, in order of execution, and the sums.

    Raises
    ------
    ExportError
        It cannot be written.
    """
    with (
        atomic_path(path, overwrite=overwrite) as part,
        part.open("w", newline="", encoding="utf-8") as file,
    ):
        writer = csv.writer(file)
        has_fields = any(layer.effective_field for layer in cost.layers)
        names = [column.name for column in COLUMNS]
        writer.writerow([*names, "effective_field"] if has_fields else names)
        for layer in cost.layers:
            values = [column.value(layer, cost) for column in COLUMNS[1:-1]]
            cells = [*map(_cell, values), field_text(layer.receptive_field)]
            cells += [_cell(layer.effective_field)] if has_fields else []
            writer.writerow([str(layer.key), *cells])
        sums = [column.total(cost) if column.total else None for column in COLUMNS[1:]]
        writer.writerow(["total", *map(_cell, sums)])


def _cell(value: object) -> object:
    """Return a value as a CSV file holds it: shapes as 64x56x56, unknown as nothing."""
    if value is None:
        return ""
    if isinstance(value, tuple):
        return "x".join(map(str, value))
    return round(value, 6) if isinstance(value, float) else value
