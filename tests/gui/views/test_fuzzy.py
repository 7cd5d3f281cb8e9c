"""Fuzzy matching: what is meant comes first."""

from __future__ import annotations

import pytest

from gui.views.fuzzy import fuzzy_match

LAYERS = ["layer1.0.conv2", "layer3.2.conv2", "layer3.2", "layer3.12.bn1", "fc", "relu"]


def _order(query: str, texts: list[str]) -> list[str]:
    found = [(match.score, text) for text in texts if (match := fuzzy_match(query, text))]
    return [text for _, text in sorted(found, key=lambda item: -item[0])]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        *(("l32", "layer3.2"), ("layer3.2", "layer3.2"), ("32c2", "layer3.2.conv2")),
        *(("fc", "fc"), ("bn", "layer3.12.bn1"), ("LAYER1", "layer1.0.conv2")),
    ],
)
def test_best_layer(query: str, first: str) -> None:
    assert _order(query, LAYERS)[0] == first


def test_words_and_runs_win() -> None:
    actions = ["Show the channel's panel", "Next layer", "Find a layer", "Full screen"]
    assert _order("nl", actions)[0] == "Next layer"
    assert _order("fl", actions)[0] == "Find a layer"
    assert _order("fs", actions)[0] == "Full screen"


@pytest.mark.parametrize(
    ("query", "text", "positions"),
    [
        ("nl", "Next layer", (0, 5)),
        ("conv2", "layer1.conv1.conv2", (13, 14, 15, 16, 17)),
        ("n l", "Next layer", (0, 5)),
        ("", "anything", ()),
        ("SS", "große ss", (6, 7)),
    ],
)
def test_letters_that_were_meant(query: str, text: str, positions: tuple[int, ...]) -> None:
    match = fuzzy_match(query, text)
    assert match is not None
    assert match.positions == positions


@pytest.mark.parametrize(("query", "text"), [("x", ""), ("ba", "ab"), ("aa", "a"), ("zz", "jaz")])
def test_no_match(query: str, text: str) -> None:
    assert fuzzy_match(query, text) is None


def test_shorter_text_wins_between_equals() -> None:
    assert _order("relu", ["relu_out", "relu"]) == ["relu", "relu_out"]
