"""Which channels of the watched layer carry the chosen object, live, and how one is chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.gui.fake_engine import CONV1
from tests.gui.segment_kit import answer, show
from tests.gui.segment_kit import three as three_objects

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from tests.gui.window_kit import Kit


@pytest.fixture
def there(kit: Kit) -> Kit:
    """Open the workspace with three objects in the picture."""
    kit.trigger("workspace_segment")
    kit.loaded(CONV1)
    show(kit, answer(three_objects()))
    QApplication.processEvents()
    return kit


def carriers() -> NDArray[np.float32]:
    """Return maps of 16 channels of 12 x 16 cells: 5 is the car, 9 the opposite of it."""
    values = np.random.default_rng(0).normal(size=(16, 12, 16)).astype(np.float32)
    x = np.arange(16) * 4 + 2
    y = np.arange(12) * 4 + 2
    is_car = ((y >= 10) & (y < 22))[:, None] & ((x >= 40) & (x < 56))[None, :]
    values[5] = np.where(is_car, 6, 0) + 0.1 * values[5]
    values[9] = np.where(is_car, -3, 0) + 0.1 * values[9]
    return values


def test_the_channels_that_carry_an_object_are_ranked_live(there: Kit) -> None:
    show(there, answer(three_objects(), 1, carriers()))
    there.window.segments.choose((1,))
    ranked = there.window.objects.card.bars.rows
    assert [row.channel for row in ranked[:2]] == [5, 9]
    assert ranked[0].contrast > 5
    assert ranked[1].contrast < -5
    assert len(ranked) == 8
    show(there, answer(three_objects(), 2, np.flip(carriers(), 0).copy()))
    assert [row.channel for row in there.window.objects.card.bars.rows[:2]] == [10, 6]


def test_a_channel_that_is_clicked_becomes_the_chosen_one(there: Kit) -> None:
    show(there, answer(three_objects(), 1, carriers()))
    there.window.segments.choose((1,))
    bars = there.window.objects.card.bars
    QTest.mouseClick(bars, Qt.MouseButton.LeftButton, pos=bars._row(0).center().toPoint())
    page = there.window.maps.current_page
    assert page is not None
    assert page.channel == 5
    assert there.window.channel.channel == 5
    assert bars._channel == 5
    QTest.keyClick(bars, Qt.Key.Key_Down)
    assert page.channel == 9
