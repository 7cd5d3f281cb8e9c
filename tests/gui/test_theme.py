"""The theme: contrast, a complete style sheet, and following the system."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QIcon, QPalette
from PySide6.QtWidgets import QApplication

import resources
from gui import theme
from gui.theme import DARK, LIGHT, Theme

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

FOLDER = Path(resources.__file__).parent
TEXTS = ("text", "text_muted")
SURFACES = ("window", "panel", "raised", "field", "canvas")
PAIRS = [
    *((text, surface) for text in TEXTS for surface in SURFACES),
    *(("text", back) for back in ("hover", "pressed", "selection", "accent_soft")),
    *(("text", f"{kind}_soft") for kind in ("info", "warning", "error")),
    ("text_muted", "hover"),
    ("text_muted", "selection"),
    ("accent", "panel"),
    ("accent", "raised"),
    ("accent", "hover"),
    ("accent", "accent_soft"),
    ("accent", "info_soft"),
    ("accent", "selection"),
    ("accent_text", "accent"),
    ("accent_text", "accent_hover"),
    *((kind, surface) for kind in ("error", "warning", "success") for surface in SURFACES[:3]),
    ("warning", "warning_soft"),
    ("error", "error_soft"),
]
FAINT_PAIRS = [
    *(("text_faint", surface) for surface in ("window", "panel", "raised", "field")),
    *(("focus", surface) for surface in ("window", "panel", "raised", "field")),
    ("bar", "track"),
    ("bar", "panel"),
    ("marker", "marker_halo"),
]


def _luminance(colour: QColor) -> float:
    """Relative luminance as WCAG 2.1 defines it."""

    def linear(channel: float) -> float:
        return channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4

    red, green, blue = (
        linear(channel) for channel in (colour.redF(), colour.greenF(), colour.blueF())
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(QColor(one)), _luminance(QColor(other))), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_formula() -> None:
    # The two values that WCAG itself names.
    assert _contrast("#000000", "#ffffff") == pytest.approx(21.0)
    assert _contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)


@pytest.mark.parametrize("tokens", [DARK, LIGHT], ids=lambda tokens: tokens.name)
@pytest.mark.parametrize(("text", "surface"), PAIRS)
def test_text_is_readable(tokens: Theme, text: str, surface: str) -> None:
    assert _contrast(getattr(tokens, text), getattr(tokens, surface)) >= 4.5


@pytest.mark.parametrize("tokens", [DARK, LIGHT], ids=lambda tokens: tokens.name)
@pytest.mark.parametrize(("text", "surface"), FAINT_PAIRS)
def test_what_is_faint_is_still_seen(tokens: Theme, text: str, surface: str) -> None:
    assert _contrast(getattr(tokens, text), getattr(tokens, surface)) >= 3.0


@pytest.mark.parametrize("tokens", [DARK, LIGHT], ids=lambda tokens: tokens.name)
def test_every_token_is_a_colour_or_a_measure(tokens: Theme) -> None:
    for field in dataclasses.fields(tokens):
        value = getattr(tokens, field.name)
        if field.name == "name":
            assert value in ("dark", "light")
        elif isinstance(value, str):
            assert QColor(value).isValid(), field.name
        else:
            assert value > 0, field.name


@pytest.mark.parametrize("tokens", [DARK, LIGHT], ids=lambda tokens: tokens.name)
def test_style_sheet_is_complete(tokens: Theme) -> None:
    sheet = theme.style_sheet(tokens)
    assert "$" not in sheet
    assert sheet.count("{") == sheet.count("}")
    pictures = re.findall(r"url\(layerscope:([^)]*)\)", sheet)
    assert len(pictures) > 10
    assert [name for name in pictures if not (FOLDER / name).is_file()] == []


def test_every_picture_of_the_sheet_can_be_drawn(qapp: QApplication) -> None:
    for path in FOLDER.glob("*-dark.svg"):
        assert not QIcon(str(path)).pixmap(16, 16).isNull(), path.name


def test_style_sheet_is_understood(
    plain_app: QApplication, qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    from PySide6.QtWidgets import QLabel

    theme.apply(plain_app, "light")
    label = QLabel("x")
    label.setProperty("role", "error")
    qtbot.addWidget(label)
    label.ensurePolished()
    assert label.palette().color(QPalette.ColorRole.WindowText) == QColor(LIGHT.error)
    assert "Could not parse" not in caplog.text


@pytest.mark.parametrize(("choice", "tokens"), [("dark", DARK), ("light", LIGHT)])
def test_apply(plain_app: QApplication, choice: theme.ThemeChoice, tokens: Theme) -> None:
    assert theme.apply(plain_app, choice) == tokens
    assert theme.theme_of() == tokens
    assert plain_app.palette().color(QPalette.ColorRole.Window) == QColor(tokens.panel)
    assert plain_app.font().pixelSize() == tokens.text_normal


def test_before_apply_it_is_dark(qapp: QApplication) -> None:
    assert theme.theme_of() is DARK


def test_text_scale(plain_app: QApplication) -> None:
    scaled = theme.apply(plain_app, "dark", text_scale=1.5)
    assert (scaled.text_small, scaled.text_normal, scaled.text_large) == (16, 20, 26)
    assert scaled.control_height == 42
    assert theme.apply(plain_app, "dark", text_scale=100.0).text_normal == 26


def test_follows_the_system_only_when_asked(
    plain_app: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    hints = plain_app.styleHints()
    scheme = Qt.ColorScheme.Light

    class Hints:
        def colorScheme(self) -> Qt.ColorScheme:  # noqa: N802  Qt's name
            return scheme

        def __getattr__(self, name: str) -> object:
            return getattr(hints, name)

    theme.apply(plain_app, "dark")
    monkeypatch.setattr(plain_app, "styleHints", Hints)
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Light)
    assert theme.theme_of() == DARK
    assert theme.apply(plain_app, "system") == LIGHT
    scheme = Qt.ColorScheme.Dark
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Dark)
    assert theme.theme_of() == DARK
    scheme = Qt.ColorScheme.Light
    hints.colorSchemeChanged.emit(Qt.ColorScheme.Light)
    assert theme.theme_of() == LIGHT


def test_numbers_are_tabular(qapp: QApplication) -> None:
    font = theme.number_font(DARK, "small")
    assert font.pixelSize() == DARK.text_small
    assert font.featureValue(QFont.Tag("tnum")) == 1
