"""An icon that stands in a row of text and follows the theme."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from gui.icons import Icon, paint_icon
from gui.theme import theme_of

if TYPE_CHECKING:
    from typing import Final

__all__ = ["IconLabel"]

_SIDE: Final = 18


class IconLabel(QWidget):
    """A fixed square with an icon in it.

    Parameters
    ----------
    which
        The icon.
    colour
        Name of the theme's colour: "text_muted", "error".
    side
        Width and height in device-independent pixels.
    parent
        Where it stands.
    """

    def __init__(
        self,
        which: Icon,
        colour: str = "text_muted",
        side: int = _SIDE,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._icon = which
        self._colour = colour
        self.setFixedSize(side, side)

    def show_icon(self, which: Icon, colour: str = "text_muted") -> None:
        """Change the icon and its colour."""
        self._icon = which
        self._colour = colour
        self.update()

    # Qt's overrides.

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the icon in the theme's colour of now."""
        theme = theme_of(self)
        name = self._colour if self.isEnabled() else "text_faint"
        paint_icon(QPainter(self), self._icon, self.rect(), QColor(getattr(theme, name)))
