"""What keeps pauses short is in force, and gives back what it set aside."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator
from weakref import ref

import pytest

from gui.pauses import SWITCH_S, set_aside_garbage, take_short_turns


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    interval = sys.getswitchinterval()
    yield
    sys.setswitchinterval(interval)
    gc.unfreeze()


def test_threads_take_short_turns() -> None:
    take_short_turns()
    assert sys.getswitchinterval() == pytest.approx(SWITCH_S)


def test_what_lives_is_set_aside_and_garbage_is_not() -> None:
    class Node:
        me: object = None

    lost, kept = Node(), Node()
    lost.me = lost
    seen = ref(lost)
    del lost
    set_aside_garbage()
    assert seen() is None
    assert gc.get_freeze_count() > 1000
    kept.me = kept
    again = ref(kept)
    del kept
    gc.collect()
    assert again() is not None  # spared, as all that was there then
    set_aside_garbage()
    assert again() is None
