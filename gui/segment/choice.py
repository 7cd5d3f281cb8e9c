"""Which objects, or which class, a person has chosen, from frame to frame."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.values import BACKGROUND, VOID, Instances, LabelMap, Region
from gui.segment.pointing import category_name, follow, object_name

if TYPE_CHECKING:
    from engine.values import Instance, Segmentation

__all__ = ["Choice", "Subject"]


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """What the card of a chosen thing is about: an object, or a class of a label map.

    Attributes
    ----------
    name
        "person 3".
    region
        Its pixels.
    score
        How sure the network is, in 0..1; None where it does not say.
    """

    name: str
    region: Region
    score: float | None = None


class Choice:
    """The chosen objects of the newest frame, and the class that goes with them.

    Attributes
    ----------
    category
        Id of the chosen class: of the first object, or chosen by itself; 0 = none.
    """

    def __init__(self) -> None:
        self._items: tuple[Instance, ...] = ()
        self.category = BACKGROUND

    def clear(self) -> None:
        """Choose nothing."""
        self._items, self.category = (), BACKGROUND

    def take(self, found: Instances, places: tuple[int, ...]) -> None:
        """Choose objects by their places; those that there are not are left out."""
        count = len(found.items)
        self._items = tuple(found.items[place] for place in places if place < count)
        self.category = self._items[0].category if self._items else BACKGROUND

    def take_category(self, category: int) -> None:
        """Choose a class alone."""
        self._items = ()
        self.category = BACKGROUND if category == VOID else category

    def keep(self, found: Segmentation) -> tuple[int, ...]:
        """Find the chosen objects in the next frame, and return their places there."""
        if isinstance(found, LabelMap):
            self._items = ()
            return ()
        places = [follow(item, found) for item in self._items]
        kept = tuple(dict.fromkeys(place for place in places if place is not None))
        self._items = tuple(found.items[place] for place in kept)
        return kept

    def places(self, found: Segmentation | None) -> tuple[int, ...]:
        """Return the places of the chosen objects, in the order in which they were chosen."""
        if not isinstance(found, Instances):
            return ()
        place_of = {id(item): place for place, item in enumerate(found.items)}
        return tuple(place_of[id(item)] for item in self._items if id(item) in place_of)

    def subject(self, found: Segmentation | None) -> Subject | None:
        """Return what is to be told of: the first object, or the class of a label map."""
        if isinstance(found, Instances):
            places = self.places(found)
            if not places:
                return None
            item = found.items[places[0]]
            return Subject(object_name(found, places[0]), item.region, item.score)
        if found is None or not self.category:
            return None
        mask = found.labels == self.category
        sure = found.confidence
        score = None if sure is None or not mask.any() else float(sure[mask].mean()) / 255
        return Subject(category_name(found, self.category), Region.of(mask), score)
