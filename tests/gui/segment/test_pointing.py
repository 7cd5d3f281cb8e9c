"""What lies under a pixel, in words, and who is who in the next frame."""

from __future__ import annotations

import numpy as np
import pytest

from engine.values import LabelMap
from gui.segment.pointing import Pointed, describe, follow, pointed_at
from tests.gui.segment_kit import CAR, CATEGORIES, PERSON, instances, item, labels, rectangle, three


def test_the_one_on_top_comes_first() -> None:
    assert pointed_at(three(), 41, 12) == Pointed(41, 12, (1, 2), CAR.id, 0.8)
    assert pointed_at(three(), 37, 12) == Pointed(37, 12, (2,), PERSON.id, 0.5)
    assert pointed_at(three(), 0, 0) == Pointed(0, 0)


def test_hidden_classes_are_not_there() -> None:
    assert pointed_at(three(), 41, 12, frozenset({CAR.id})) == Pointed(41, 12, (2,), 1, 0.5)


@pytest.mark.parametrize("place", [(-1, 0), (0, -1), (64, 0), (0, 48)])
def test_beside_the_picture_is_nothing(place: tuple[int, int]) -> None:
    assert pointed_at(three(), *place) is None


def test_a_label_map_says_class_and_confidence() -> None:
    found = labels()
    assert pointed_at(found, 3, 3) == Pointed(3, 3, (), PERSON.id, 1.0)
    assert pointed_at(found, 40, 40) == Pointed(40, 40, (), CAR.id, 204 / 255)


@pytest.mark.parametrize(
    ("place", "text"),
    [((5, 5), "person 1   90 %"), ((41, 12), "car 2   80 %"), ((0, 0), "no object")],
)
def test_objects_in_words(place: tuple[int, int], text: str) -> None:
    at = pointed_at(three(), *place)
    assert at is not None
    assert describe(three(), at) == text


@pytest.mark.parametrize(
    ("place", "text"),
    [
        ((3, 3), "person   100 %"),
        ((40, 3), "background   80 %"),
        ((63, 0), "undecided   80 %"),
    ],
)
def test_labels_in_words(place: tuple[int, int], text: str) -> None:
    at = pointed_at(labels(), *place)
    assert at is not None
    assert describe(labels(), at) == text


def test_a_map_without_confidence_says_none() -> None:
    found = LabelMap(np.full((4, 4), 3, np.uint8), CATEGORIES)
    at = pointed_at(found, 1, 1)
    assert at is not None
    assert describe(found, at) == "car"


def test_a_track_is_followed_wherever_it_goes() -> None:
    chosen = item(rectangle(0, 0, 5, 5), track=7)
    after = instances(item(rectangle(0, 0, 5, 5), track=3), item(rectangle(40, 30, 5, 5), track=7))
    assert follow(chosen, after) == 1


def test_without_tracks_the_same_class_at_the_same_place() -> None:
    chosen = item(rectangle(10, 10, 10, 10), CAR)
    after = instances(
        item(rectangle(10, 10, 10, 10), PERSON),
        item(rectangle(30, 10, 10, 10), CAR),
        item(rectangle(12, 10, 10, 10), CAR),
    )
    assert follow(chosen, after) == 2
    # 10 x 4 of 160 pixels in common: too little to be the same.
    assert follow(chosen, instances(item(rectangle(16, 10, 10, 10), CAR))) is None
    assert follow(None, after) is None
    assert follow(chosen, instances()) is None


def test_another_track_is_another_object() -> None:
    chosen = item(rectangle(10, 10, 10, 10), CAR, track=1)
    assert follow(chosen, instances(item(rectangle(10, 10, 10, 10), CAR, track=2))) is None
