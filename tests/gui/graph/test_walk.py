"""Where the arrow keys lead."""

from __future__ import annotations

import pytest

from engine.values import Direction
from gui.graph.scene import build_scene
from gui.graph.walk import Way, step
from tests.gui.graph.drawings import diamond


@pytest.mark.parametrize(
    ("start", "way", "goal"),
    [
        ("n3", Way.UP, "n1"),
        ("n1", Way.DOWN, "n3"),
        ("n1", Way.UP, "n0"),
        ("n0", Way.UP, None),
        ("n1", Way.RIGHT, "n2"),
        ("n2", Way.RIGHT, "n4"),
        ("n4", Way.LEFT, "n2"),
        ("n1", Way.LEFT, None),
        ("n0", Way.RIGHT, None),
        ("gone", Way.UP, None),
    ],
)
def test_down(start: str, way: Way, goal: str | None) -> None:
    assert step(build_scene(diamond()), start, way) == goal


@pytest.mark.parametrize(
    ("start", "way", "goal"),
    [
        ("n1", Way.RIGHT, "n3"),
        ("n1", Way.LEFT, "n0"),
        ("n1", Way.DOWN, "n2"),
        ("n2", Way.UP, "n1"),
    ],
)
def test_to_the_right(start: str, way: Way, goal: str) -> None:
    assert step(build_scene(diamond(Direction.RIGHT)), start, way) == goal
