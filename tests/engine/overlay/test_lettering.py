"""Names that Pillow's own font has no letters for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import ImageFont

from engine.overlay import draw_overlay, lettering
from engine.values import Box, Category, Instance, Instances, OverlayStyle, Region

if TYPE_CHECKING:
    from collections.abc import Iterator

SIZE = (120, 160)


def _found(name: str, number: int = 7) -> Instances:
    region = Region(40, 50, np.ones((50, 80), np.bool_))
    item = Instance(number, 0.9, Box(40, 50, 120, 100), region)
    return Instances(SIZE, (Category(number, name),), (item,))


def _drawn(name: str) -> bytes:
    image = np.full((*SIZE, 3), 90, np.uint8)
    return draw_overlay(image, _found(name), OverlayStyle(has_labels=True)).tobytes()


@pytest.fixture
def no_fonts(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Leave no font but Pillow's own."""
    lettering._wide.cache_clear()
    monkeypatch.setattr(lettering, "_installed", tuple)
    yield
    lettering._wide.cache_clear()


@pytest.mark.usefixtures("no_fonts")
def test_without_a_font_the_number_stands_for_the_name() -> None:
    assert lettering.is_writable("cat")
    assert lettering.is_writable("Ähre?")
    assert not lettering.is_writable("猫")
    assert _drawn("猫") == _drawn("7")


def test_a_font_of_the_system_writes_what_it_has() -> None:
    if "DejaVuSans.ttf" not in lettering._installed():
        pytest.skip("DejaVu Sans is not installed")
    text, face = lettering.lettering("собака", 20)
    assert text == "собака"
    expected = ImageFont.truetype("DejaVuSans.ttf", 20)
    assert bytes(face.getmask(text)) == bytes(expected.getmask(text))
    assert not lettering._has("DejaVuSans.ttf", "猫")
    assert lettering._has("DejaVuSans.ttf", "α z")


def test_what_is_too_wide_is_cut() -> None:
    text, face = lettering.lettering("a very long name", 20)
    short = lettering.cut(text, face, 80)
    assert short.endswith("…")
    assert face.getlength(short) <= 80
