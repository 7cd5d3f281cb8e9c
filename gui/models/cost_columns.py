"""The columns of the cost table: what each says of an operation, and by what it is sorted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.values import LayerCost, NetworkCost, ReceptiveField

__all__ = ["COLUMNS", "Column", "field_text", "shape_text", "shown_shape"]

Value = str | float | tuple[int, ...]

# Under this name lupdate finds the calls.
translate = QCoreApplication.translate


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes
    ----------
    name
        By which the code and a CSV file's first line call it.
    value
        Number (or text) of an operation: by this the column is sorted; None = not known.
    text
        The value for the person.
    total
        The sum that stands in the last row; None = none does.
    is_number
        Whether it stands at the right.
    """

    name: str
    value: Callable[[LayerCost, NetworkCost], Value | None]
    text: Callable[[LayerCost, NetworkCost], str]
    total: Callable[[NetworkCost], float | None] | None = None
    is_number: bool = True

    @property
    def title(self) -> str:
        """What stands over it."""
        return _title(self.name)

    @property
    def tooltip(self) -> str:
        """What it means."""
        return _tooltip(self.name)

    def total_text(self, cost: NetworkCost) -> str:
        """Return the sum as it is written."""
        total = self.total(cost) if self.total is not None else None
        return "" if total is None else _number(total)


def shape_text(shape: tuple[int, ...]) -> str:
    """Return a shape as "64 × 56 × 56"."""
    return " × ".join(f"{size}" for size in shape)


def shown_shape(layer: LayerCost, cost: NetworkCost) -> tuple[int, ...]:
    """Return an output's shape without its batch."""
    shape = layer.output_shape
    has_batch = len(shape) > 1 and shape[0] == cost.batch
    return shape[1:] if has_batch else shape


def _number(value: float) -> str:
    """Write a number in full, with at most three decimals: "200,704", "196.5", "0.031"."""
    if float(value).is_integer():
        return f"{int(value):,}"
    return f"{value:,.1f}" if value >= 100 else f"{value:.3g}"


def _whole(read: Callable[[LayerCost], int]) -> Callable[[LayerCost, NetworkCost], str]:
    """Write a count; nothing for 0, which most rows have."""
    return lambda layer, _: f"{read(layer):,}" if read(layer) else ""


def _share(layer: LayerCost, cost: NetworkCost) -> float:
    return 100 * layer.macs / cost.macs if cost.macs else 0.0


def _share_text(layer: LayerCost, cost: NetworkCost) -> str:
    share = _share(layer, cost)
    return f"{share:.1f}" if share >= 0.05 else ("<0.1" if share else "")


def _pair(pair: tuple[float, float]) -> str:
    first, second = (f"{value:g}" for value in pair)
    return first if first == second else f"{first} × {second}"


def field_text(field: ReceptiveField | None) -> str:
    """Return theory's field as "99 / 16": its size, and the distance of neighbouring ones."""
    if field is None:
        return ""
    if not all(field.size):
        return translate("Cost", "all")
    return f"{_pair(field.size)} / {_pair(field.stride)}"


def _both_fields(layer: LayerCost) -> str:
    """Return theory's field, and in brackets what was measured."""
    text = field_text(layer.receptive_field)
    if layer.effective_field is None:
        return text
    return f"{text} ({_pair(layer.effective_field)})".lstrip()


def _field_size(field: ReceptiveField | None) -> float | None:
    if field is None:
        return None
    return field.size[0] * field.size[1] if all(field.size) else float("inf")


COLUMNS = (
    Column("layer", lambda it, _: it.node, lambda it, _: str(it.key), is_number=False),
    Column("kind", lambda it, _: it.op, lambda it, _: it.op, is_number=False),
    Column(
        "output_shape",
        shown_shape,
        lambda it, cost: shape_text(shown_shape(it, cost)),
        is_number=False,
    ),
    Column("elements", lambda it, _: it.elements, _whole(lambda it: it.elements)),
    Column(
        "memory_kib",
        lambda it, _: it.memory_kib,
        lambda it, _: _number(it.memory_kib),
        lambda cost: cost.memory_kib,
    ),
    Column(
        "weight_shape",
        lambda it, _: it.weight_shape,
        lambda it, _: shape_text(it.weight_shape),
        is_number=False,
    ),
    Column(
        "parameters",
        lambda it, _: it.parameters,
        _whole(lambda it: it.parameters),
        lambda cost: cost.parameters,
    ),
    Column("macs", lambda it, _: it.macs, _whole(lambda it: it.macs), lambda cost: cost.macs),
    Column("flops", lambda it, _: it.flops, _whole(lambda it: it.flops), lambda cost: cost.flops),
    Column("share", _share, _share_text, lambda cost: 100.0 if cost.macs else None),
    Column(
        "time_ms",
        lambda it, _: it.time_ms,
        lambda it, _: "" if it.time_ms is None else f"{it.time_ms:.3f}",
        lambda cost: cost.time_ms,
    ),
    Column(
        "receptive_field",
        lambda it, _: _field_size(it.receptive_field),
        lambda it, _: _both_fields(it),
    ),
)
"""In the order in which they stand."""


def _title(name: str) -> str:
    return {
        "layer": translate("Cost", "Layer"),
        "kind": translate("Cost", "Kind"),
        "output_shape": translate("Cost", "Output"),
        "elements": translate("Cost", "Elements"),
        "memory_kib": translate("Cost", "KiB"),
        "weight_shape": translate("Cost", "Weights"),
        "parameters": translate("Cost", "Parameters"),
        "macs": translate("Cost", "MACs"),
        "flops": translate("Cost", "FLOPs"),
        "share": translate("Cost", "% of MACs"),
        "time_ms": translate("Cost", "ms"),
        "receptive_field": translate("Cost", "Field"),
    }[name]


def _tooltip(name: str) -> str:
    return {
        "layer": translate("Cost", "The operation; sorted in order of execution"),
        "kind": translate("Cost", "What it is"),
        "output_shape": translate("Cost", "Shape of the output, without the batch"),
        "elements": translate("Cost", "Number of values in the output"),
        "memory_kib": translate("Cost", "Memory of the output, in KiB (1,024 bytes)"),
        "weight_shape": translate("Cost", "Shape of the weights"),
        "parameters": translate("Cost", "Weights and biases; the sum counts a reused module once"),
        "macs": translate("Cost", "Multiply-adds: each is one multiplication and one addition"),
        "flops": translate("Cost", "Floating-point operations: 2 × MACs"),
        "share": translate("Cost", "Share of all multiply-adds, in per cent"),
        "time_ms": translate("Cost", "Measured time in milliseconds: median on this device"),
        "receptive_field": translate(
            "Cost",
            "Receptive field in input pixels / distance of neighbouring fields; in brackets, where "
            "it was measured, what holds 95 % of the gradient",
        ),
    }[name]
