"""Colour bar, histogram, bars, sparkline."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QFontMetricsF
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from engine.values import Classification, Prediction
from gui.theme import number_font, theme_of
from gui.views.bars_view import BarsView
from gui.views.colorbar import THICKNESS, TICK, ColorBar
from gui.views.histogram_view import HistogramView, distribution
from gui.views.sparkline import Sparkline
from gui.views.value_scale import ValueScale
from gui.views.vector_bars import gather

RAMP = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, axis=1)
ANSWER = Classification((Prediction(281, "tabby", 0.75), Prediction(282, "tiger cat", 0.25)))


# ---------------------------------------------------------------------------------- colour bar


@pytest.mark.parametrize("orientation", list(Qt.Orientation))
def test_ticks_lie_in_the_range_with_the_ends_and_zero(
    qtbot: QtBot, orientation: Qt.Orientation
) -> None:
    bar = ColorBar(orientation=orientation)
    qtbot.addWidget(bar)
    bar.resize(bar.sizeHint())
    bar.set_scale(ValueScale(-3.14, 3.14, 1.0, is_signed=True))
    ticks = bar.ticks()
    assert ticks[0] == (-3.14, "−3.14")
    assert ticks[-1] == (3.14, "3.14")
    assert (0.0, "0") in ticks


def test_gamma_thins_out_where_colours_are_crowded(qtbot: QtBot) -> None:
    bar = ColorBar()
    qtbot.addWidget(bar)
    bar.resize(60, 200)
    bar.set_scale(ValueScale(0, 10, 1.0))
    even = [value for value, _ in bar.ticks()]
    bar.set_scale(ValueScale(0, 10, 0.1))
    lifted = [value for value, _ in bar.ticks()]
    assert even == pytest.approx([0, 2, 4, 6, 8, 10])
    # With gamma 0.1 the value 2 stands at 0.2 ** 0.1 = 0.85 of the height.
    assert lifted[0] == 0
    assert lifted[-1] == 10
    assert len(lifted) < len(even)


@pytest.mark.parametrize(
    ("low", "high"),
    [
        (-0.000512, 0.00038),
        (-0.000123456, 0.0),
        (1.234e-12, 5.678e-11),
        (-1.234e-30, 5.678e-30),
        (-10541.7, 34235.7),
        (-98765.4, 98765.4),
        (-7.654e22, 1.0),
        (-0.001213, -0.0011983),
    ],
)
def test_no_number_beside_the_bar_is_cut_off(qtbot: QtBot, low: float, high: float) -> None:
    bar = ColorBar()
    qtbot.addWidget(bar)
    bar.resize(bar.sizeHint())
    bar.set_scale(ValueScale(low, high))
    numbers = QFontMetricsF(number_font(theme_of(bar), "small"))
    room = bar.width() - (2 + THICKNESS + TICK + 3)  # as the painter places them
    ticks = bar.ticks()
    assert {low, high} <= {value for value, _ in ticks}
    for _, text in ticks:
        assert numbers.horizontalAdvance(text) <= room, text


def test_an_empty_range_still_draws(qtbot: QtBot) -> None:
    bar = ColorBar()
    qtbot.addWidget(bar)
    bar.set_scale(ValueScale(0.0, 0.0))
    bar.set_marker(0.0)
    assert [text for _, text in bar.ticks()] == ["0"]
    assert not bar.grab().isNull()


def test_the_brightest_colour_is_on_top(qtbot: QtBot) -> None:
    bar = ColorBar()
    qtbot.addWidget(bar)
    bar.resize(60, 220)
    bar.set_lut(RAMP)
    image = bar.grab().toImage()
    levels = [image.pixelColor(7, y).red() for y in range(30, 200)]
    assert levels == sorted(levels, reverse=True)
    assert levels[0] > 230
    assert levels[-1] < 25


def test_marking_and_describing(qtbot: QtBot) -> None:
    bar = ColorBar()
    qtbot.addWidget(bar)
    bar.set_scale(ValueScale(0, 2, 0.5))
    bar.set_unit("gradient")
    assert bar.toolTip() == "gradient, from 0 to 2, gamma 0.5"
    plain = bar.grab().toImage()
    bar.set_marker(1.0)
    assert bar.grab().toImage() != plain


# ----------------------------------------------------------------------------------- histogram


def test_distribution_counts_exactly_and_keeps_zeros_apart() -> None:
    values = np.array([0, 0, 0, 1, 1, 2, 5, np.nan, np.inf], np.float32)
    found = distribution(values, bins=4)
    assert found is not None
    assert (found.low, found.high) == (1.0, 5.0)
    assert found.counts.tolist() == [2, 1, 0, 1]
    assert found.zeros == pytest.approx(3 / 7)


def test_distribution_of_one_value_and_of_none() -> None:
    found = distribution(np.full(4, 3, np.float32), bins=3)
    assert found is not None
    assert found.counts.tolist() == [0, 4, 0]
    only_zeros = distribution(np.zeros((2, 2), np.float32))
    assert only_zeros is not None
    assert (only_zeros.zeros, only_zeros.counts.sum()) == (1.0, 0)
    assert distribution(np.full(3, np.nan, np.float32)) is None


def test_large_layers_are_sampled_evenly() -> None:
    values = np.tile(np.array([0, 1, 2, 3], np.float32), 100_001)
    found = distribution(values, bins=3)
    assert found is not None
    assert found.zeros == pytest.approx(0.25, abs=0.01)


def test_the_histogram_draws_every_state(qtbot: QtBot) -> None:
    view = HistogramView()
    qtbot.addWidget(view)
    view.resize(240, 120)
    empty = view.grab().toImage()
    view.show_values(np.random.default_rng(0).normal(size=500).astype(np.float32))
    linear = view.grab().toImage()
    view.set_log(True)
    logarithmic = view.grab().toImage()
    view.set_marker(0.5)
    assert empty != linear
    assert linear != logarithmic
    assert view.grab().toImage() != logarithmic


# ---------------------------------------------------------------------------------------- bars


def test_a_bar_is_as_long_as_its_probability(qtbot: QtBot) -> None:
    view = BarsView()
    qtbot.addWidget(view)
    view.resize(400, 200)
    view.show()
    view.show_classification(ANSWER)
    image = view.grab().toImage()
    bar, track = QColor(theme_of(view).bar).rgb(), QColor(theme_of(view).track).rgb()
    for row, share in enumerate((0.75, 0.25)):
        line = [image.pixel(x, row * 26 + 13) for x in range(400)]
        filled, rest = line.count(bar), line.count(track)
        assert filled / (filled + rest) == pytest.approx(share, abs=0.04)


def test_random_weights_are_marked(qtbot: QtBot) -> None:
    view = BarsView()
    qtbot.addWidget(view)
    view.resize(400, 200)
    view.show()
    view.show_classification(ANSWER, is_random=True)
    image = view.grab().toImage()
    used = {image.pixel(x, y) for x in range(400) for y in range(200)}
    assert QColor(theme_of(view).bar).rgb() not in used
    assert QColor(theme_of(view).warning).rgb() in used


def test_the_answer_can_be_heard(qtbot: QtBot) -> None:
    view = BarsView()
    qtbot.addWidget(view)
    view.show_classification(ANSWER)
    assert view.ranks.accessibleDescription() == "tabby 75 %, tiger cat 25 %"


def test_no_peak_is_lost_in_a_column() -> None:
    values = np.zeros(4096, np.float32)
    values[1234], values[4095] = -7, 3
    channels = gather(values, 300)
    assert channels.size == 300
    assert {1234, 4095} <= set(channels.tolist())
    assert gather(values[:10], 300).tolist() == list(range(10))


def test_hovering_and_choosing_a_column(qtbot: QtBot) -> None:
    view = BarsView()
    qtbot.addWidget(view)
    view.resize(400, 120)
    view.show()
    view.show_vector(np.array([1, -2, 3, 4], np.float32))
    told: list[object] = []
    view.channel_hovered.connect(told.append)
    area = view.vector._area()
    spots = [QPoint(int(area.left() + (n + 0.5) * area.width() / 4), 50) for n in range(4)]
    QTest.mouseMove(view.vector, spots[2])
    QTest.mouseMove(view.vector, spots[1])
    assert told == [2, 1]
    with qtbot.waitSignal(view.channel_chosen) as chosen:
        QTest.mouseClick(view.vector, Qt.MouseButton.LeftButton, pos=spots[3])
    assert chosen.args == [3]


# ----------------------------------------------------------------------------------- sparkline


def test_a_sparkline_keeps_the_last_values(qtbot: QtBot) -> None:
    line = Sparkline("engine time, ms", 3)
    qtbot.addWidget(line)
    empty = line.grab().toImage()
    for value in (5.0, 20.0, 30.0, 25.0):
        line.add(value)
    assert line.values == (20.0, 30.0, 25.0)
    assert line.toolTip() == "engine time, ms: 25 (last 3: 20 to 30)"
    assert line.grab().toImage() != empty
    line.clear()
    assert len(line.values) == 0
