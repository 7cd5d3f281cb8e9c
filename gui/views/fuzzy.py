"""Find what someone means by a few letters: a subsequence match with a score."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Match", "fuzzy_match"]

_START = 12
_WORD = 8
_RUN = 6
_GAP = -1
_LONGEST_GAP = 6
_WORST = -(10**6)


@dataclass(frozen=True, slots=True)
class Match:
    """How well a text answers a query."""

    score: int
    """The higher the better; comparable between texts for one query."""
    positions: tuple[int, ...]
    """Which letters of the text were meant."""


def fuzzy_match(query: str, text: str) -> Match | None:
    """Match `query`'s letters, in order, anywhere in `text`; case and spaces do not count.

    Letters at the start, at the start of a word or of a part of a layer's name ("l32" finds
    "layer3.2"), and letters that follow each other count most.

    Parameters
    ----------
    query
        What was typed.
    text
        What it may mean.

    Returns
    -------
    Match or None
        The best way to lay the query into the text; None where letters are missing. An empty
        query matches everything with score 0.
    """
    wanted = "".join(query.casefold().split())
    if not wanted:
        return Match(0, ())
    # casefold may change the length (ß -> ss): letter by letter keeps positions true.
    letters = [letter.casefold() for letter in text]
    if not _is_within(wanted, letters):
        return None
    bonus = [_bonus(text, place) for place in range(len(text))]
    scores, origins = _lay(wanted, letters, bonus)
    end = max(range(len(letters)), key=lambda place: scores[-1][place])
    if scores[-1][end] <= _WORST:
        return None
    score = scores[-1][end]
    positions = [end]
    for row in range(len(wanted) - 1, 0, -1):
        end = origins[row][end]
        positions.append(end)
    # Of two equally good ones the shorter text is nearer to what was typed.
    return Match(10 * score - len(text), tuple(reversed(positions)))


def _is_within(wanted: str, letters: list[str]) -> bool:
    rest = iter(letters)
    return all(any(letter == have for have in rest) for letter in wanted)


def _bonus(text: str, place: int) -> int:
    if place == 0:
        return _START
    before, here = text[place - 1], text[place]
    starts_word = (
        (here.isalnum() and not before.isalnum())
        or (here.isdigit() and not before.isdigit())
        or (here.isupper() and before.islower())
    )
    return _WORD if starts_word else 0


def _lay(
    wanted: str, letters: list[str], bonus: list[int]
) -> tuple[list[list[int]], list[list[int]]]:
    """Best score of laying the first letters so that the last of them stands at each place."""
    scores: list[list[int]] = []
    origins: list[list[int]] = []
    for row, letter in enumerate(wanted):
        line = [_WORST] * len(letters)
        origin = [-1] * len(letters)
        for place, have in enumerate(letters):
            if have != letter:
                continue
            if row == 0:
                line[place] = bonus[place] + max(_GAP * place, _GAP * _LONGEST_GAP)
                continue
            best, origin[place] = _best_before(scores[-1], place)
            if best > _WORST:
                line[place] = best + bonus[place]
        scores.append(line)
        origins.append(origin)
    return scores, origins


def _best_before(previous: list[int], place: int) -> tuple[int, int]:
    best, where = _WORST, -1
    for before in range(place):
        if previous[before] <= _WORST:
            continue
        gap = place - before - 1
        step = _RUN if gap == 0 else max(_GAP * gap, _GAP * _LONGEST_GAP)
        if previous[before] + step > best:
            best, where = previous[before] + step, before
    return best, where
