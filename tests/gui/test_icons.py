"""Icons: every one has a glyph, and is drawn in the theme's colours of the moment."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QIcon, QImage
from PySide6.QtWidgets import QApplication

from gui.icons import Icon, icon
from gui.theme import DARK, LIGHT


def _strongest(image: QImage) -> QColor:
    """Return the colour of the most opaque pixel."""
    pixels = (image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height()))
    return max(pixels, key=QColor.alpha)


def _drawn(one: QIcon, mode: QIcon.Mode, state: QIcon.State = QIcon.State.Off) -> QColor:
    image = one.pixmap(QSize(64, 64), mode, state).toImage()
    return _strongest(image.convertToFormat(QImage.Format.Format_ARGB32))


@pytest.mark.parametrize("which", list(Icon))
def test_has_a_glyph(which: Icon, qapp: QApplication) -> None:
    image = icon(which, DARK).pixmap(QSize(32, 32)).toImage()
    assert _strongest(image).alpha() > 200
    # Nothing is cut off: the rim stays free.
    rim = [image.pixelColor(x, y).alpha() for x in range(32) for y in (0, 31)]
    assert max(rim) == 0


def test_no_two_are_alike() -> None:
    assert len({which.value for which in Icon}) == len(Icon.__members__)


@pytest.mark.parametrize(
    ("mode", "state", "token"),
    [
        (QIcon.Mode.Normal, QIcon.State.Off, "text_muted"),
        (QIcon.Mode.Active, QIcon.State.Off, "text"),
        (QIcon.Mode.Normal, QIcon.State.On, "accent"),
        (QIcon.Mode.Disabled, QIcon.State.Off, "text_faint"),
        (QIcon.Mode.Disabled, QIcon.State.On, "text_faint"),
    ],
)
def test_colour_of_each_state(
    qapp: QApplication, mode: QIcon.Mode, state: QIcon.State, token: str
) -> None:
    for theme in (DARK, LIGHT):
        drawn = _drawn(icon(Icon.STOP, theme), mode, state)
        wanted = QColor(getattr(theme, token))
        assert abs(drawn.red() - wanted.red()) <= 2
        assert abs(drawn.green() - wanted.green()) <= 2
        assert abs(drawn.blue() - wanted.blue()) <= 2


def test_follows_a_change_of_theme(qapp: QApplication) -> None:
    one = QIcon(icon(Icon.STOP))
    try:
        qapp.setProperty("layerscope_theme", LIGHT)
        light = _drawn(one, QIcon.Mode.Normal)
        qapp.setProperty("layerscope_theme", DARK)
        dark = _drawn(one, QIcon.Mode.Normal)
    finally:
        qapp.setProperty("layerscope_theme", None)
    assert light.lightness() < 128 < dark.lightness()
