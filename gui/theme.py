"""The look in one place: design tokens, the palette and the style sheet made from them.

A view takes its colours from `theme_of(self)` when it paints, and repaints when Qt tells it of a
change (`QEvent.PaletteChange`, `QEvent.StyleChange`); so nothing has to be told of a new theme.
"""

from __future__ import annotations

import dataclasses
import functools
import string
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast

from PySide6.QtCore import QDir, QObject, Qt, Slot
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

import resources
from gui.tokens import DARK, LIGHT, Theme

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

__all__ = [
    "DARK",
    "LIGHT",
    "Theme",
    "ThemeChoice",
    "apply",
    "number_font",
    "style_sheet",
    "text_font",
    "theme_of",
]

ThemeChoice = Literal["system", "dark", "light"]
TextSize = Literal["small", "normal", "large"]

_PROPERTY = "layerscope_theme"
_FOLLOWER = "layerscope_theme_follower"


def theme_of(widget: QWidget | None = None) -> Theme:
    """Return the theme that `widget` (or the application) is drawn with.

    Before `apply` was called it is `DARK`, so that a view can be used and tested on its own.
    """
    del widget  # One theme for all windows today; views are written as if each had its own.
    app = QApplication.instance()
    stored = app.property(_PROPERTY) if app is not None else None
    return stored if isinstance(stored, Theme) else DARK


def apply(app: QApplication, choice: ThemeChoice = "system", text_scale: float = 1.0) -> Theme:
    """Give `app` a theme, and keep it in step with the system where `choice` is "system".

    Parameters
    ----------
    app
        The application; its style, palette, font and style sheet are set.
    choice
        "system" follows the system's colour scheme from now on (dark where it has none).
    text_scale
        Factor on all text sizes, 0.75 to 2.

    Returns
    -------
    Theme
        The one in force now.
    """
    follower = cast("_Follower | None", app.property(_FOLLOWER))
    if follower is None:
        QDir.addSearchPath("layerscope", str(Path(resources.__file__).parent))
        app.setStyle("Fusion")
        follower = _Follower(app)
        app.setProperty(_FOLLOWER, follower)
    return follower.choose(choice, min(max(text_scale, 0.75), 2.0))


def text_font(theme: Theme, size: TextSize = "normal", *, is_bold: bool = False) -> QFont:
    """Return the system's UI font in one of the three text sizes."""
    return QFont(_font(getattr(theme, f"text_{size}"), is_bold=is_bold))


@functools.cache
def _font(pixels: int, *, is_bold: bool) -> QFont:
    """Make a font once: views ask for one at each painting."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    font.setPixelSize(pixels)
    if is_bold:
        font.setWeight(QFont.Weight.DemiBold)
    # Figures of one width: nothing jitters when a digit changes. Fonts without the feature
    # (most system fonts have it, or are tabular anyway) are drawn as they are.
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def number_font(theme: Theme, size: TextSize = "normal") -> QFont:
    """Return the font for numbers that change: figures all of one width."""
    return text_font(theme, size)


def style_sheet(theme: Theme) -> str:
    """Return `resources/style.qss` with the theme's tokens put in.

    Raises
    ------
    KeyError
        The sheet names a token that the theme does not have.
    """
    sheet = (Path(resources.__file__).parent / "style.qss").read_text(encoding="utf-8")
    # The sheet gives heights inside the border of 1.
    inner = theme.control_height - 2
    return string.Template(sheet).substitute(dataclasses.asdict(theme), control_inner=inner)


def _palette(theme: Theme) -> QPalette:
    role = QPalette.ColorRole
    colours = {
        role.Window: theme.panel,
        role.WindowText: theme.text,
        role.Base: theme.field,
        role.AlternateBase: theme.raised,
        role.ToolTipBase: theme.raised,
        role.ToolTipText: theme.text,
        role.PlaceholderText: theme.text_faint,
        role.Text: theme.text,
        role.Button: theme.raised,
        role.ButtonText: theme.text,
        role.BrightText: theme.error,
        role.Light: theme.hover,
        role.Midlight: theme.hover,
        role.Mid: theme.border_strong,
        role.Dark: theme.border,
        role.Shadow: theme.canvas,
        role.Highlight: theme.selection,
        role.HighlightedText: theme.text,
        role.Link: theme.accent,
        role.LinkVisited: theme.accent,
        role.Accent: theme.accent,
    }
    palette = QPalette()
    for which, colour in colours.items():
        palette.setColor(which, QColor(colour))
    for which in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, QColor(theme.text_faint))
    return palette


def _scaled(theme: Theme, factor: float) -> Theme:
    return dataclasses.replace(
        theme,
        text_small=round(theme.text_small * factor),
        text_normal=round(theme.text_normal * factor),
        text_large=round(theme.text_large * factor),
        control_height=round(theme.control_height * max(factor, 1.0)),
    )


class _Follower(QObject):
    """Keeps an application's theme in step with the choice and with the system."""

    def __init__(self, app: QApplication) -> None:
        super().__init__(app)
        self._app = app
        self._choice: ThemeChoice = "system"
        self._text_scale = 1.0
        app.styleHints().colorSchemeChanged.connect(self._follow_system)

    def choose(self, choice: ThemeChoice, text_scale: float) -> Theme:
        """Remember the choice and put it in force."""
        self._choice = choice
        self._text_scale = text_scale
        hints = self._app.styleHints()
        # Title bars and native dialogs follow too, where the platform can.
        if choice == "system":
            hints.unsetColorScheme()
        else:
            hints.setColorScheme(Qt.ColorScheme.Light if choice == "light" else Qt.ColorScheme.Dark)
        return self._put_in_force()

    @Slot(Qt.ColorScheme)
    def _follow_system(self, _scheme: Qt.ColorScheme) -> None:
        # Changes nothing where the person chose: what is in force does not depend on the system.
        self._put_in_force()

    def _put_in_force(self) -> Theme:
        is_light = self._choice == "light" or (
            self._choice == "system"
            and self._app.styleHints().colorScheme() is Qt.ColorScheme.Light
        )
        theme = _scaled(LIGHT if is_light else DARK, self._text_scale)
        if theme_of() == theme and self._app.styleSheet():
            return theme
        self._app.setProperty(_PROPERTY, theme)
        self._app.setPalette(_palette(theme))
        self._app.setFont(text_font(theme))
        self._app.setStyleSheet(style_sheet(theme))
        return theme
