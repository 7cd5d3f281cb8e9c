"""Regular expressions that a person typed."""

from __future__ import annotations

import pytest

from engine.errors import EngineError
from engine.patterns import Pattern


def test_case_does_not_matter() -> None:
    pattern = Pattern(r"^Layer\d\.conv")
    assert pattern.is_in("layer1.CONV2")
    assert not pattern.is_in("a layer1.conv2")


@pytest.mark.parametrize("text", ["(", "a{2,1}", "["])
def test_a_broken_one_is_told(text: str) -> None:
    with pytest.raises(EngineError, match="is no regular expression"):
        Pattern(text)


def test_one_that_would_take_years_does_not() -> None:
    assert not Pattern("(.+)+x").is_in("a" * 60)


def test_one_that_takes_long_is_given_up() -> None:
    pattern = Pattern(r"(.*)(.*)(.*)(.*)(.*)(.*)\1\2\3\4\5\6y$")
    with pytest.raises(EngineError, match="takes too long"):
        pattern.is_in("ab" * 200 + "y")
