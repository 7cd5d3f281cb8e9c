"""Finding nodes, and what depends on what."""

from __future__ import annotations

import pytest

from engine.errors import EngineError
from engine.graph.search import downstream, find, item_of_node, path_between, upstream
from engine.graph.visible import visible
from tests.engine.graph_view import made_graphs as made

RESIDUAL = made.residual()


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("stem", (1,)),
        ("B.0.CONV", (14, 16)),
        ("add", (5, 9, 13, 19, 23)),
        ("normalisation", (18,)),
        ("3x8x8", (0,)),
        ("3×8×8", (0,)),
        ("a.0/add", (5,)),
        ("a.0.", (2, 3, 4)),
        ("(", ()),
        ("", ()),
    ],
)
def test_a_word_is_found_in_name_kind_and_shape(pattern: str, found: tuple[int, ...]) -> None:
    assert find(RESIDUAL, pattern) == found


def test_a_regular_expression_is_one_only_on_request() -> None:
    assert find(RESIDUAL, r"^a\.\d\.conv1$", is_regex=True) == (2, 6, 10)
    assert find(RESIDUAL, r"^a\.\d\.conv1$") == ()


@pytest.mark.parametrize("pattern", ["(", "a{2,1}", "a{99999999999}", "(" * 9999 + ")" * 9999])
def test_a_broken_expression_is_told(pattern: str) -> None:
    with pytest.raises(EngineError, match="no regular expression"):
        find(RESIDUAL, pattern, is_regex=True)


def test_what_a_node_depends_on() -> None:
    assert upstream(RESIDUAL, 5) == {0, 1, 2, 3, 4, 5}
    assert upstream(RESIDUAL, 0) == {0}
    # the other branch of b.0 is not upstream of its shortcut
    assert upstream(RESIDUAL, 18) == set(range(14)) | {17, 18}


def test_what_depends_on_a_node() -> None:
    assert downstream(RESIDUAL, 17) == {17, 18, 19, 20, 21, 22, 23, 24}
    assert downstream(RESIDUAL, 24) == {24}


def test_all_ways_between_two() -> None:
    assert path_between(RESIDUAL, 13, 19) == {13, 14, 15, 16, 17, 18, 19}
    assert path_between(RESIDUAL, 19, 13) == path_between(RESIDUAL, 13, 19)
    assert path_between(RESIDUAL, 15, 18) == frozenset()
    assert path_between(RESIDUAL, 7, 7) == {7}


def test_each_node_is_shown_by_an_item() -> None:
    shown = item_of_node(visible(RESIDUAL, frozenset({"a", "b", "b.0"})))
    assert shown[0] == "n0"
    assert [shown[n] for n in range(2, 14)] == ["ra.0"] * 12
    assert shown[14] == "n14"
    assert shown[17] == "bb.0.down"
    assert shown[20] == "bb.1"
