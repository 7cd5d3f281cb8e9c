"""How maps are shown: what the bar of choices tells the engine, and what each kind looks like."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from engine import colormaps
from engine.commands import SetStyle
from engine.values import AtlasStyle, ScaleMode, SortKey
from gui import theme
from gui.control.exports import to_array
from gui.display_style import GAMMAS, VectorView
from tests.gui.fake_engine import CLASSIFIER, CONV1, INPUT, LABELS, RELU, activation, result

if TYPE_CHECKING:
    from PySide6.QtWidgets import QComboBox, QWidget

    from gui.panels.layer_page import LayerPage
    from gui.panels.style_bar import StyleBar
    from tests.gui.window_kit import Kit


def bar(kit: Kit) -> StyleBar:
    """Return the choices above the maps."""
    return kit.window.maps.style_bar


def page(kit: Kit) -> LayerPage:
    """Return the current page."""
    current = kit.window.maps.current_page
    assert current is not None
    return current


def choose(combo: QComboBox, value: object) -> None:
    """Choose an entry by what it stands for."""
    combo.setCurrentIndex(combo.findData(value))


def told(kit: Kit) -> list[AtlasStyle]:
    """Return the styles that the engine was told, proportions aside."""
    return [AtlasStyle(s.scale, s.fixed_low, s.fixed_high, s.gamma, s.sort) for s in styles(kit)]


def styles(kit: Kit) -> list[AtlasStyle]:
    return [command.style for command in kit.engine.of(SetStyle)]


def shown_lut(kit: Kit) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Return the colours of the current grid."""
    lut = page(kit)._lut
    assert lut is not None
    return lut


def pixels(view: QWidget) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Return what a view shows, (H, W, 3) uint8."""
    return to_array(view.grab().toImage())


# ------------------------------------------------------------------------------------ the choices


def test_each_choice_tells_the_engine_once(kit: Kit) -> None:
    kit.loaded(CONV1)
    choose(bar(kit)._scale, ScaleMode.CHANNEL)
    choose(bar(kit)._gamma, 0.5)
    choose(bar(kit)._sort, SortKey.SPARSITY)
    assert told(kit) == [
        AtlasStyle(ScaleMode.CHANNEL),
        AtlasStyle(ScaleMode.CHANNEL, gamma=0.5),
        AtlasStyle(ScaleMode.CHANNEL, gamma=0.5, sort=SortKey.SPARSITY),
    ]


def test_colour_map_is_no_business_of_the_engine(kit: Kit) -> None:
    kit.loaded(RELU)
    before = pixels(page(kit).atlas)
    choose(bar(kit)._colour, "magma")
    assert kit.engine.posted == []
    after = pixels(page(kit).atlas)
    assert not np.array_equal(before, after)
    shown = set(map(tuple, after.reshape(-1, 3).tolist()))
    assert len(shown & set(map(tuple, colormaps.lut("magma").tolist()))) > 100


def test_gamma_goes_round(kit: Kit) -> None:
    kit.loaded(CONV1)
    for _ in GAMMAS:
        kit.trigger("cycle_gamma")
    assert [style.gamma for style in told(kit)] == [0.7, 0.5, 0.3, 1.0]


def test_bounds_show_only_with_the_fixed_scale(kit: Kit) -> None:
    kit.loaded(CONV1)
    assert not bar(kit)._low.isVisible()
    choose(bar(kit)._scale, ScaleMode.FIXED)
    assert bar(kit)._low.isVisible()
    assert bar(kit)._high.isVisible()
    assert told(kit) == [AtlasStyle(ScaleMode.FIXED, 0.0, 1.0)]


@pytest.mark.parametrize(
    ("which", "value", "expected"),
    [
        ("_low", -2.0, (-2.0, 1.0)),
        ("_high", 6.0, (0.0, 6.0)),
        ("_low", 3.0, (3.0, 3.01)),
        ("_high", -3.0, (-3.01, -3.0)),
        ("_low", 1e6, (1e6 - 0.01, 1e6)),
        ("_high", -1e6, (-1e6, -1e6 + 0.01)),
    ],
)
def test_low_bound_stays_below_the_high_one(
    kit: Kit, which: str, value: float, expected: tuple[float, float]
) -> None:
    kit.loaded(CONV1)
    choose(bar(kit)._scale, ScaleMode.FIXED)
    getattr(bar(kit), which).setValue(value)
    last = styles(kit)[-1]
    assert (last.fixed_low, last.fixed_high) == pytest.approx(expected, abs=1e-6)
    shown = bar(kit)._low.value(), bar(kit)._high.value()
    assert shown == pytest.approx(expected, abs=1e-6)


def test_grid_asks_for_the_proportions_of_its_place_once(kit: Kit) -> None:
    kit.loaded(CONV1)
    bar(kit).set_aspect(0.5)
    bar(kit).set_aspect(0.502)
    assert [style.aspect for style in styles(kit)] == [0.5]


# --------------------------------------------------------------------------------- kinds of layers


def test_input_is_shown_in_grey(kit: Kit) -> None:
    kit.loaded(INPUT)
    place = page(kit).atlas._tile_rect(0).toRect().adjusted(6, 20, -6, -6)
    tile = pixels(page(kit).atlas)[place.top() : place.bottom(), place.left() : place.right()]
    assert len(np.unique(tile)) > 10
    assert (tile.max(-1) == tile.min(-1)).all()


def test_signed_values_have_zero_in_the_middle(kit: Kit) -> None:
    kit.loaded(CONV1)
    shown = page(kit).activation
    assert shown is not None
    assert shown.is_signed
    lut = colormaps.lut(colormaps.DEFAULT_DIVERGING)
    assert np.array_equal(shown_lut(kit), lut)
    kit.window.maps.set_layers((RELU,))
    kit.engine.answer(RELU)
    assert np.array_equal(shown_lut(kit), colormaps.lut("viridis"))


def test_vector_is_shown_as_bars_or_as_tiles(kit: Kit) -> None:
    kit.loaded(CLASSIFIER)
    assert page(kit).bars.isVisible()
    assert not page(kit).atlas.isVisible()
    assert bar(kit)._vectors.isVisible()
    choose(bar(kit)._vectors, VectorView.TILES)
    assert page(kit).atlas.isVisible()
    assert not page(kit).bars.isVisible()
    assert kit.engine.posted == []
    kit.window.maps.watch(CONV1)
    kit.engine.answer(CONV1)
    assert not bar(kit)._vectors.isVisible()


def test_bar_that_is_clicked_is_marked_and_named(kit: Kit) -> None:
    kit.loaded(CLASSIFIER)
    vector = page(kit).bars.vector
    place = QPoint(round(vector.width() * 5.5 / 7), vector.height() // 2)
    QTest.mouseClick(vector, Qt.MouseButton.LeftButton, pos=place)
    assert kit.window.channel.channel == vector._chosen
    chosen = vector._chosen
    assert chosen in {4, 5, 6}
    assert kit.window.channel._title.text() == f"Channel {chosen}, {LABELS[chosen]}"
    kit.press(Qt.Key.Key_Left)
    assert vector._chosen == chosen - 1
    assert kit.window.channel.channel == chosen - 1


def test_pointer_over_a_bar_reads_its_value(kit: Kit) -> None:
    kit.loaded(CLASSIFIER)
    page(kit).bars.channel_hovered.emit(2)
    said = kit.window.status._what.text()
    assert said.startswith(f"classifier [2]  {LABELS[2]}  value = ")
    page(kit).bars.channel_hovered.emit(None)
    assert kit.window.status._what.text().startswith("classifier   Linear   7")


def test_channel_panel_shows_the_numbers_of_its_channel(kit: Kit) -> None:
    kit.loaded(CONV1)
    values = np.zeros((16, 16, 16), np.float32)
    values[3, :8] = 2.0
    kit.engine.put(result(activation(CONV1, values=values)))
    kit.window.channel.set_channel(3)
    numbers = {name: label.text() for name, label in kit.window.channel._numbers.items()}
    assert numbers == {"minimum": "0", "maximum": "2", "mean": "1", "std": "1", "zeros": "50.0%"}
    kit.window.channel.set_channel(4)
    assert kit.window.channel._badge.text() == "silent on this picture"


def test_channel_follows_the_theme_while_no_frame_comes(kit: Kit, plain_app: QApplication) -> None:
    theme.apply(plain_app, "dark")
    kit.loaded(CONV1)
    values = np.linspace(-1, 1, 16 * 16 * 16, dtype=np.float32).reshape(16, 16, 16)
    kit.engine.put(result(activation(CONV1, values=values)))
    large = kit.window.channel._map
    before = pixels(large)
    theme.apply(plain_app, "light")
    QApplication.processEvents()
    middle = pixels(large)[large.height() // 2, large.width() // 2]
    assert middle.tolist() != before[large.height() // 2, large.width() // 2].tolist()
    light = colormaps.lut("coolwarm")
    assert (np.abs(light.astype(int) - middle[:3]).sum(axis=1) == 0).any()
