"""The look in one place: design tokens, the palette and the style sheet made from them.

A view takes its colours from `theme_of(self)` when it paints, and repaints when Qt tells it of a
change (`QEvent.PaletteChange`, `QEvent.StyleChange`); so nothing has to be told of a new theme.
"""

from __future__ import annotations

import dataclasses
import string
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast

from PySide6.QtCore import QDir, QObject, Qt, Slot
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette
from PySide6.QtWidgets import QApplication

import resources

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


@dataclass(frozen=True, slots=True)
class Theme:
    """Every colour and measure of the window.

    Colours are `#rrggbb` (or Qt's `#aarrggbb` where they let something shine through), so that
    `QColor(theme.accent)` and the style sheet read the same text. Measures are in
    device-independent pixels.
    """

    name: Literal["dark", "light"]

    # Surfaces, from the back to the front.
    window: str
    panel: str
    raised: str
    """Controls and cards that stand on a panel."""
    field: str
    """Where one types."""
    canvas: str
    """Behind pictures and maps."""
    hover: str
    pressed: str
    selection: str
    """Behind a chosen row; `text` stands on it."""

    border: str
    border_strong: str
    """Around what can be operated."""
    focus: str
    """The ring around what has the keyboard."""

    text: str
    text_muted: str
    """Captions, units, what is read second."""
    text_faint: str
    """Disabled or empty: 3:1 only."""

    accent: str
    accent_hover: str
    accent_text: str
    """Text on `accent`."""
    accent_soft: str
    """The accent as a quiet background; `text` stands on it."""

    success: str
    warning: str
    error: str
    warning_soft: str
    """Backgrounds of notices; `text` stands on them."""
    error_soft: str
    info_soft: str

    # Drawing.
    grid_line: str
    axis: str
    bar: str
    """Bars of probabilities, lines of histograms."""
    track: str
    """The empty part of a bar."""
    marker: str
    """Cursor and chosen tile over a map: light, with `marker_halo` around it, so that it is seen
    on every colour of a colour map."""
    marker_halo: str
    dead: str
    """The mark of a channel that never answers."""
    scrim: str
    """Laid over the window below an overlay."""

    # Measures.
    unit: int = 4
    gap: int = 8
    gap_large: int = 12
    radius: int = 6
    radius_small: int = 4
    control_height: int = 28
    icon_size: int = 18
    text_small: int = 11
    text_normal: int = 13
    text_large: int = 17


DARK = Theme(
    name="dark",
    window="#0f1114",
    panel="#15181c",
    raised="#1d2126",
    field="#101317",
    canvas="#090a0c",
    hover="#262b31",
    pressed="#2e343b",
    selection="#1c3a44",
    border="#262b31",
    border_strong="#39414a",
    focus="#58bdd3",
    text="#e4e7eb",
    text_muted="#a0a9b4",
    text_faint="#76808b",
    accent="#58bdd3",
    accent_hover="#74cce0",
    accent_text="#06181d",
    accent_soft="#173038",
    success="#6cc495",
    warning="#e2b25c",
    error="#f08a82",
    warning_soft="#2b2415",
    error_soft="#321c1d",
    info_soft="#15272e",
    grid_line="#242a30",
    axis="#5b656f",
    bar="#58bdd3",
    track="#22272d",
    marker="#ffffff",
    marker_halo="#c0000000",
    dead="#e2b25c",
    scrim="#d00a0c0f",
)

LIGHT = Theme(
    name="light",
    window="#eceef1",
    panel="#f7f8fa",
    raised="#ffffff",
    field="#ffffff",
    canvas="#dde1e5",
    hover="#e6e9ed",
    pressed="#d9dee3",
    selection="#cbe6ed",
    border="#d5dae0",
    border_strong="#b4bcc6",
    focus="#0b7285",
    text="#191d22",
    text_muted="#515a65",
    text_faint="#747d88",
    accent="#0b7285",
    accent_hover="#095e6e",
    accent_text="#ffffff",
    accent_soft="#d8edf2",
    success="#1c6b41",
    warning="#845400",
    error="#b3261e",
    warning_soft="#fdf1d8",
    error_soft="#fce6e4",
    info_soft="#e1f1f5",
    grid_line="#dfe3e8",
    axis="#8b95a0",
    bar="#1a8ba0",
    track="#e1e5ea",
    marker="#ffffff",
    marker_halo="#c0000000",
    dead="#845400",
    scrim="#d0e9ecef",
)


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
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    font.setPixelSize(getattr(theme, f"text_{size}"))
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
    return string.Template(sheet).substitute(dataclasses.asdict(theme))


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
        if self._choice == "system":
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
