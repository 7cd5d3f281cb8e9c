"""Back and forth between states, without end and without copies."""

from __future__ import annotations

import numpy as np

from engine.correct import operations
from engine.correct.history import EditHistory
from engine.values import Category, Instance, Instances, Region


def two() -> Instances:
    regions = [Region(4 * n, 0, np.ones((3, 3), np.bool_)) for n in range(2)]
    items = tuple(Instance(1, 0.5, region.box, region) for region in regions)
    return Instances((10, 10), (Category(1, "cat"),), items)


def test_a_fresh_history_has_nowhere_to_go() -> None:
    history = EditHistory(two())
    assert history.undo() is history.original
    assert history.redo() is history.original
    assert (history.is_changed, history.undone_next, history.redone_next) == (False, "", "")


def test_back_and_forth_gives_the_very_states() -> None:
    first = two()
    history = EditHistory(first)
    second = operations.grow(first, 0)
    third = operations.delete(second, [1])
    assert history.add(second, "grow")
    assert history.add(third, "delete")
    assert history.undone_next == "delete"
    assert history.undo() is second
    assert (history.undone_next, history.redone_next) == ("grow", "delete")
    assert history.undo() is first
    assert not history.is_changed
    assert history.redo() is second
    assert history.redo() is third
    assert history.now is third


def test_a_new_step_forgets_what_was_taken_back() -> None:
    first = two()
    history = EditHistory(first)
    history.add(operations.grow(first, 0), "grow")
    history.undo()
    other = operations.delete(first, [0])
    history.add(other, "delete")
    assert history.redo() is other
    assert history.undo() is first


def test_a_step_that_changes_nothing_is_not_kept() -> None:
    history = EditHistory(two())
    assert not history.add(operations.fill_holes(history.now, 0), "fill")
    assert not history.is_changed


def test_thousands_of_steps_share_what_they_do_not_touch() -> None:
    history = EditHistory(two())
    for n in range(3000):
        history.add(operations.relabel(history.now, 0, 1), f"step {n}")
    untouched = history.original.items[1].region
    assert history.now.items[1].region is untouched
    assert history.now.items[0].region is history.original.items[0].region
    for _ in range(3000):
        history.undo()
    assert history.now is history.original
