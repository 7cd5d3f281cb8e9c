"""What keeps pauses short is in force, and gives back what it set aside."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from weakref import ref

import pytest

from gui.pauses import SWITCH_S, set_aside_garbage, take_back, take_short_turns


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    interval = sys.getswitchinterval()
    yield
    sys.setswitchinterval(interval)
    gc.unfreeze()


def test_threads_take_short_turns() -> None:
    take_short_turns()
    assert sys.getswitchinterval() == pytest.approx(SWITCH_S)


class Node:
    me: object = None


def circle() -> Node:
    node = Node()
    node.me = node
    return node


def test_what_lives_is_set_aside_and_garbage_is_not() -> None:
    lost, kept = circle(), circle()
    seen = ref(lost)
    del lost
    set_aside_garbage()
    assert seen() is None
    assert gc.get_freeze_count() > 1000
    again = ref(kept)
    del kept
    gc.collect()
    assert again() is not None  # spared, as all that was there then
    take_back()
    gc.collect()
    assert again() is None


def test_only_what_is_new_is_looked_at_again() -> None:
    """A full collection would hold all threads up for a quarter of a second, with torch there."""
    set_aside_garbage()
    kept = circle()
    set_aside_garbage()
    seen = ref(kept)
    del kept
    late = circle()
    new = ref(late)
    del late
    set_aside_garbage()
    assert seen() is not None
    assert new() is None
