"""What a person may put right by hand: each operation makes new instances from given ones.

Objects are named by their place among the items. Regions that an operation does not touch are
shared with the instances that it was given, not copied.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from engine.correct import regions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from engine.values import Instance, Instances, Region

__all__ = [
    "delete",
    "drop_small",
    "erase",
    "fill_holes",
    "grow",
    "merge",
    "paint",
    "relabel",
    "shrink",
    "split",
]


def delete(instances: Instances, places: Iterable[int]) -> Instances:
    """Leave objects out."""
    gone = set(places)
    return _with(instances, [it for n, it in enumerate(instances.items) if n not in gone])


def relabel(instances: Instances, place: int, category: int) -> Instances:
    """Call an object by another category.

    Raises
    ------
    ValueError
        No category has this id.
    """
    return _changed(instances, place, lambda item: replace(item, category=category))


def merge(instances: Instances, places: Sequence[int]) -> Instances:
    """Make one object of several: it stands where the most certain one stood, and is called so."""
    chosen = sorted(set(places))
    if len(chosen) < 2:
        return instances
    first, *others = chosen
    whole = instances.items[first].region
    for place in others:
        whole = regions.union(whole, instances.items[place].region)
    return delete(_changed(instances, first, lambda item: _over(item, whole)), others)


def split(instances: Instances, place: int) -> Instances:
    """Make an object of each connected part, the largest first; only that keeps the track."""
    item = instances.items[place]
    parts = regions.parts_of(item.region)
    if len(parts) < 2:
        return instances
    made = [_over(item, parts[0]), *(replace(_over(item, part), track=0) for part in parts[1:])]
    items = [*instances.items[:place], *made, *instances.items[place + 1 :]]
    return _with(instances, items)


def paint(
    instances: Instances, place: int, points: Sequence[tuple[float, float]], radius: float
) -> Instances:
    """Add what a round brush covers on its way: (x, y) and radius in picture pixels."""
    brush = regions.stroke(points, radius, instances.size)
    return _reshaped(instances, place, lambda region: regions.union(region, brush))


def erase(
    instances: Instances, place: int, points: Sequence[tuple[float, float]], radius: float
) -> Instances:
    """Take away what a round brush covers; an object of which nothing is left goes."""
    brush = regions.stroke(points, radius, instances.size)
    return _reshaped(instances, place, lambda region: regions.minus(region, brush))


def grow(instances: Instances, place: int, distance: int = 1) -> Instances:
    """Add what lies within so many pixels of an object."""
    return _reshaped(
        instances, place, lambda region: regions.grown(region, distance, instances.size)
    )


def shrink(instances: Instances, place: int, distance: int = 1) -> Instances:
    """Take an object's border away, so many pixels deep; one that vanishes goes."""
    return _reshaped(instances, place, lambda region: regions.shrunk(region, distance))


def fill_holes(instances: Instances, place: int) -> Instances:
    """Fill what an object encloses."""
    return _reshaped(instances, place, regions.filled)


def drop_small(instances: Instances, least_area: int) -> Instances:
    """Leave out the objects of less than `least_area` pixels."""
    kept = [item for item in instances.items if item.region.area >= least_area]
    return _with(instances, kept) if len(kept) < len(instances.items) else instances


def _reshaped(instances: Instances, place: int, shape: Callable[[Region], Region]) -> Instances:
    item = instances.items[place]
    region = shape(item.region)
    if not region.pixels.size:
        return delete(instances, [place])
    is_same = region is item.region or (
        region.box == item.region.box and bool((region.pixels == item.region.pixels).all())
    )
    if is_same:
        return instances
    return _changed(instances, place, lambda one: _over(one, region))


def _over(item: Instance, region: Region) -> Instance:
    """Return the object over other pixels, with the box that fits them."""
    return replace(item, region=region, box=region.box)


def _changed(instances: Instances, place: int, change: Callable[[Instance], Instance]) -> Instances:
    items = list(instances.items)
    items[place] = change(items[place])
    return _with(instances, items)


def _with(instances: Instances, items: Sequence[Instance]) -> Instances:
    return replace(instances, items=tuple(items))
