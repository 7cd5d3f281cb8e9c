"""A view as people may have it: light and dark, in a small and in a large window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication

from gui import theme

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gui.theme import ThemeChoice
    from gui.tour.driver import Tour, Wait

__all__ = ["SMALL", "shoot_looks"]

SMALL = (1280, 800)
LARGE = (1920, 1080)
_LOOKS: tuple[tuple[ThemeChoice, tuple[int, int]], ...] = (
    ("light", SMALL),
    ("light", LARGE),
    ("dark", LARGE),
    ("dark", SMALL),
)
"""The last is how the tour goes on."""


def shoot_looks(
    tour: Tour,
    name: str,
    *,
    answers: int = 4,
    before: Callable[[], object] = lambda: None,
    until: Callable[[], bool] = lambda: True,
) -> Iterator[Wait]:
    """Take a picture of what stands there in each theme and size.

    Parameters
    ----------
    answers
        How many to wait for in each; 0 = the picture stands still.
    before
        Called once the size is there, for what a new one undoes.
    until
        What must be so on the picture.
    """
    app, window = QApplication.instance(), tour.window
    for choice, size in _LOOKS:
        if isinstance(app, QApplication):
            theme.apply(app, choice)
        window.resize(*size)
        window.workspaces.reset()
        yield tour.seconds(0.3)
        before()
        yield tour.seconds(0.3)
        if answers:
            yield tour.results_later(answers)
        yield tour.until(until, f"what {name} shows")
        tour.shoot(f"{name}_{choice}_{size[0]}x{size[1]}")
