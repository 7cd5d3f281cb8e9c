"""Collections of garbage are kept out of a work, and back afterwards, however it ends."""

from __future__ import annotations

import gc

import pytest

from engine.collecting import without_collections
from engine.errors import CancelledError
from engine.graph.layout import layout
from engine.graph.visible import visible
from engine.jobs import JobControl
from tests.engine.graph_view import made_graphs as made


def test_there_are_none_meanwhile() -> None:
    assert gc.isenabled()
    with without_collections():
        assert not gc.isenabled()
        with without_collections():
            assert not gc.isenabled()
        assert not gc.isenabled()
    assert gc.isenabled()


def test_two_that_overlap_leave_them_on() -> None:
    one, other = without_collections(), without_collections()
    one.__enter__()
    other.__enter__()
    one.__exit__(None, None, None)
    other.__exit__(None, None, None)
    assert gc.isenabled()


def test_a_cancelled_layout_leaves_them_on() -> None:
    control = JobControl()
    control.cancel()
    with pytest.raises(CancelledError):
        layout(visible(made.chain(5)), control=control)
    assert gc.isenabled()
