"""By what the graph can be coloured, and from numbers of layers to numbers of items."""

from __future__ import annotations

import enum
import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from engine import colormaps
from engine.values import OpKind
from gui.graph.look import Measure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.values import GraphItem, LayerKey, NetworkCost
    from gui.graph.look import Share
    from gui.graph.scene import GraphScene

__all__ = ["LIVE", "ColourBy", "cost_values", "measure_of", "shares_of", "title_of"]

# Under this name lupdate finds the calls.
translate = QCoreApplication.translate


class ColourBy(enum.StrEnum):
    """By what the items are coloured."""

    KIND = "kind"
    MEAN = "mean"
    SPARSITY = "sparsity"
    DEAD = "dead"
    TIME = "time"
    MACS = "macs"
    PARAMETERS = "parameters"
    MEMORY = "memory"


LIVE = frozenset({ColourBy.MEAN, ColourBy.SPARSITY, ColourBy.DEAD, ColourBy.TIME})
"""What changes with each frame, or must be measured first."""
_SHARES = frozenset({ColourBy.SPARSITY, ColourBy.DEAD})
_SUMS = frozenset({ColourBy.TIME, ColourBy.MACS, ColourBy.PARAMETERS, ColourBy.MEMORY})


def title_of(colour_by: ColourBy) -> str:
    """Return what a measure is called for the person."""
    return {
        ColourBy.KIND: translate("Graph", "Kind"),
        ColourBy.MEAN: translate("Graph", "Mean activation"),
        ColourBy.SPARSITY: translate("Graph", "Sparsity"),
        ColourBy.DEAD: translate("Graph", "Dead channels"),
        ColourBy.TIME: translate("Graph", "Time"),
        ColourBy.MACS: translate("Graph", "Multiply-adds"),
        ColourBy.PARAMETERS: translate("Graph", "Parameters"),
        ColourBy.MEMORY: translate("Graph", "Memory of the output"),
    }[colour_by]


def _label_of(colour_by: ColourBy) -> str:
    """Return a measure's name with the unit of its numbers."""
    return {
        ColourBy.MEAN: translate("Graph", "mean of |activation|"),
        ColourBy.SPARSITY: translate("Graph", "share of zeros"),
        ColourBy.DEAD: translate("Graph", "share of dead channels"),
        ColourBy.TIME: translate("Graph", "time, ms"),
        ColourBy.MACS: translate("Graph", "million multiply-adds"),
        ColourBy.PARAMETERS: translate("Graph", "thousand parameters"),
        ColourBy.MEMORY: translate("Graph", "output, KiB"),
    }.get(colour_by, "")


def cost_values(cost: NetworkCost, colour_by: ColourBy) -> dict[LayerKey, float]:
    """Return a measure of each operation, out of a network's cost, in the unit it is shown in."""
    if colour_by is ColourBy.MACS:
        return {it.key: it.macs / 1e6 for it in cost.layers}
    if colour_by is ColourBy.PARAMETERS:
        return {it.key: it.parameters / 1e3 for it in cost.layers}
    if colour_by is ColourBy.MEMORY:
        return {it.key: it.memory_kib for it in cost.layers}
    if colour_by is ColourBy.TIME:
        return {it.key: it.time_ms for it in cost.layers if it.time_ms is not None}
    return {}


def measure_of(scene: GraphScene, values: Mapping[LayerKey, float], colour_by: ColourBy) -> Measure:
    """Return how a scene's items are coloured by a measure of layers.

    A closed box has the sum of what is in it where sums make sense (time, multiply-adds,
    parameters, memory), and otherwise the value of its output.

    Parameters
    ----------
    values
        By layer, in the unit of `cost_values`; for live measures whatever is known.
    """
    how = _summed if colour_by in _SUMS else _of_output
    found = ((it.item.id, how(scene, it.item, values)) for it in scene.items)
    by_item = {id_: value for id_, value in found if value is not None and math.isfinite(value)}
    high = 1.0 if colour_by in _SHARES else max(by_item.values(), default=0.0)
    lut = colormaps.lut(colormaps.DEFAULT)
    return Measure(by_item, lut, 0.0, high if high > 0 else 1.0, _label_of(colour_by))


def shares_of(
    scene: GraphScene, energies: Mapping[LayerKey, tuple[float, ...]]
) -> dict[str, tuple[Share, ...]]:
    """Return how much comes by which edge at the sums that are drawn.

    Parameters
    ----------
    energies
        By the key of an addition: the energy of each of its inputs, in their order.
    """
    if scene.graph is None:
        return {}
    shares: dict[str, tuple[Share, ...]] = {}
    for placed in scene.items:
        item = placed.item
        parts = energies.get(item.key) if item.key is not None else None
        if parts is None or item.kind is not OpKind.ADD or sum(parts) <= 0:
            continue
        rows = [scene.row_of_node(source) for source in scene.sources_of(item.nodes[0])]
        shares[item.id] = tuple(
            (scene.items[row].item.id, part / sum(parts))
            for row, part in zip(rows, parts, strict=False)
            if row is not None
        )
    return shares


def _summed(scene: GraphScene, item: GraphItem, values: Mapping[LayerKey, float]) -> float | None:
    found = [values.get(scene.nodes[node].key) for node in item.nodes if node in scene.nodes]
    known = [value for value in found if value is not None]
    return sum(known) if known else None


def _of_output(
    scene: GraphScene, item: GraphItem, values: Mapping[LayerKey, float]
) -> float | None:
    if item.key is not None and item.key in values:
        return values[item.key]
    last = scene.nodes.get(item.nodes[-1]) if item.nodes else None
    return values.get(last.key) if last is not None else None
