"""Layers, tabs and the cursor, with mouse and keys as a person has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton

from engine.commands import WatchLayers
from engine.events import ModelReady
from engine.values import LayerKey, WeightsChoice
from gui.remembered import layers_of, store_layers
from tests.gui.fake_engine import (
    CLASSIFIER,
    CONV1,
    CONV2,
    INPUT,
    RELU,
    RELU2,
    UNUSED,
    activation,
    model,
    on_gpu,
    result,
)

if TYPE_CHECKING:
    from gui.panels.layer_page import LayerPage
    from tests.gui.window_kit import Kit

CTRL = Qt.KeyboardModifier.ControlModifier
Key = Qt.Key


def page(kit: Kit) -> LayerPage:
    """Return the current page."""
    current = kit.window.maps.current_page
    assert current is not None
    return current


def watched(kit: Kit) -> tuple[LayerKey, ...]:
    """Return what the engine was told last to watch."""
    return kit.engine.of(WatchLayers)[-1].layers


def click_channel(kit: Kit, on: LayerPage, channel: int) -> None:
    """Click the middle of a channel's tile."""
    QTest.mouseClick(
        on.atlas, Qt.MouseButton.LeftButton, pos=on.atlas._tile_rect(channel).center().toPoint()
    )


def hover(on: LayerPage, channel: int) -> None:
    """Move the pointer over a channel."""
    place = QPointF(on.atlas._tile_rect(channel).center())
    event = QMouseEvent(
        QEvent.Type.MouseMove,
        place,
        QPointF(on.atlas.mapToGlobal(place)),
        Qt.MouseButton.NoButton,
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(on.atlas, event)


# ------------------------------------------------------------------------------------ the tree


def test_click_in_the_tree_watches_the_layer_and_shows_its_maps(kit: Kit) -> None:
    kit.loaded(CONV1)
    kit.click_layer(CONV2)
    assert kit.window.maps.keys == (CONV2,)
    assert watched(kit) == (CONV2,)
    assert page(kit).activation is None
    kit.engine.answer(CONV2)
    shown = page(kit).activation
    assert shown is not None
    assert shown.shape == (24, 8, 8)
    assert "24 × 8 × 8" in page(kit)._facts.text()


def test_ctrl_and_click_opens_a_tab_beside(kit: Kit) -> None:
    kit.loaded(CONV1)
    kit.click_layer(CONV2, CTRL)
    assert kit.window.maps.keys == (CONV1, CONV2)
    assert kit.window.inspect.current == CONV2
    assert watched(kit) == (CONV2,)
    kit.click_layer(CONV1)  # it has a tab: that one comes to the front
    assert kit.window.maps.keys == (CONV1, CONV2)
    assert kit.window.inspect.current == CONV1


def test_layer_that_is_never_called_cannot_be_watched(kit: Kit) -> None:
    kit.loaded(CONV1)
    kit.click_layer(UNUSED)
    kit.click_layer(UNUSED, CTRL)
    assert kit.window.maps.keys == (CONV1,)
    assert kit.engine.posted == []


def test_search_and_enter_watches_the_first_hit(kit: Kit) -> None:
    kit.loaded(CONV1)
    kit.press(Key.Key_F, CTRL)
    kit.type("conv2")
    kit.press(Key.Key_Return)
    assert kit.window.maps.keys == (CONV2,)


def test_enter_in_the_search_passes_over_what_is_never_called(kit: Kit) -> None:
    kit.loaded(CONV1)
    kit.press(Key.Key_F, CTRL)
    kit.type("unused")
    kit.press(Key.Key_Return)
    assert kit.window.maps.keys == (CONV1,)


def test_search_without_a_hit_says_so(kit: Kit) -> None:
    kit.loaded(CONV1)
    kit.press(Key.Key_F, CTRL)
    kit.type("zzz")
    assert kit.window.layers._empty.isVisible()
    kit.press(Key.Key_Return)
    assert kit.window.maps.keys == (CONV1,)


def test_down_goes_from_the_search_into_the_tree(kit: Kit) -> None:
    kit.loaded(CONV1)
    kit.press(Key.Key_F, CTRL)
    kit.type("conv")
    kit.press(Key.Key_Down)
    assert kit.window.layers._tree.hasFocus()
    kit.press(Key.Key_Down)
    kit.press(Key.Key_Return)
    assert kit.window.inspect.current == CONV2


# ------------------------------------------------------------------------------------ the keys


def test_arrows_move_the_cursor_from_the_first_moment(kit: Kit) -> None:
    kit.loaded(CONV1)
    kit.press(Key.Key_Right)
    kit.press(Key.Key_Down)
    assert page(kit).channel == 6
    assert kit.window.channel.channel == 6
    assert kit.window.channel._title.text() == "Channel 6"


def test_arrows_go_on_moving_the_cursor_in_the_next_layer(kit: Kit) -> None:
    kit.loaded(CONV1)
    click_channel(kit, page(kit), 7)
    kit.press(Key.Key_O)
    assert kit.window.inspect.current == RELU
    assert kit.window.maps.hasFocus()
    kit.engine.answer(RELU)
    kit.press(Key.Key_Right)
    assert page(kit).channel == 8


def test_letters_typed_into_a_field_do_nothing_else(kit: Kit) -> None:
    kit.loaded(CONV1)
    kit.press(Key.Key_F, CTRL)
    before = page(kit).channel, kit.window.maps.style_bar.style_now
    kit.type("cfpewutsmyzhqjklio089")
    assert kit.window.layers._search.text() == "cfpewutsmyzhqjklio089"
    assert (kit.engine.posted, kit.engine.opened, kit.engine.sent) == ([], [], [])
    assert (page(kit).channel, kit.window.maps.style_bar.style_now) == before
    assert kit.window.isVisible()
    assert not kit.window.help.isVisible()


def test_u_and_o_walk_over_all_calls_and_stop_at_the_ends(kit: Kit) -> None:
    kit.loaded(INPUT)
    seen = [kit.window.inspect.current]
    for _ in range(6):
        kit.press(Key.Key_O)
        seen.append(kit.window.inspect.current)
    assert seen == [INPUT, CONV1, RELU, RELU2, CONV2, CLASSIFIER, CLASSIFIER]
    for _ in range(6):
        kit.press(Key.Key_U)
    assert kit.window.inspect.current == INPUT
    assert kit.window.maps.keys == (INPUT,)


def test_walk_begins_at_a_layer_with_children_too(kit: Kit) -> None:
    kit.loaded(LayerKey("features"))
    kit.press(Key.Key_O)
    assert kit.window.inspect.current == CONV1


def test_walk_from_a_layer_that_the_network_lacks_does_nothing(kit: Kit) -> None:
    kit.loaded(CONV1)
    kit.window.maps.set_layers((LayerKey("nonsense"),))
    kit.press(Key.Key_O)
    assert kit.window.maps.keys == (LayerKey("nonsense"),)


def test_channel_stays_the_same_in_the_next_layer(kit: Kit) -> None:
    kit.loaded(CONV1)
    click_channel(kit, page(kit), 9)
    kit.press(Key.Key_O)
    kit.engine.answer(RELU)
    assert page(kit).channel == 9
    assert kit.window.channel._title.text() == "Channel 9"


def test_channel_is_found_again_beyond_a_layer_with_few(kit: Kit) -> None:
    kit.loaded(CONV1)
    click_channel(kit, page(kit), 12)
    kit.press(Key.Key_U)
    kit.engine.answer(INPUT)
    assert page(kit).channel == 2  # red, green and blue only
    kit.press(Key.Key_O)
    kit.engine.answer(CONV1)
    assert page(kit).channel == 12


# ------------------------------------------------------------------------------- tabs and split


def test_tab_closes_by_its_button_and_the_last_one_stays(kit: Kit) -> None:
    kit.loaded(CONV1, CONV2)
    tabs = kit.window.maps._tabs
    assert tabs.tabsClosable()
    buttons = [b for b in tabs.children() if b.metaObject().className() == "CloseButton"]
    assert len(buttons) == 2
    tabs.tabCloseRequested.emit(0)
    assert kit.window.maps.keys == (CONV2,)
    assert watched(kit) == (CONV2,)
    assert not tabs.tabsClosable()
    kit.press(Key.Key_W, CTRL)
    assert kit.window.maps.keys == (CONV2,)


def test_split_shows_all_layers_and_tells_the_engine(kit: Kit, qtlog: Any) -> None:
    kit.loaded(CONV1, CONV2)
    kit.trigger("split_layers")
    assert watched(kit) == (CONV1, CONV2)
    assert all(one.isVisible() for one in kit.window.maps._pages)
    kit.engine.answer(CONV1, CONV2)
    assert [one.activation is not None for one in kit.window.maps._pages] == [True, True]
    kit.trigger("split_layers")
    assert watched(kit) == (CONV1,)
    assert [one.isVisible() for one in kit.window.maps._pages] == [True, False]
    assert not [record for record in qtlog.records if "QStackedWidget" in record.message]


def test_at_most_four_stand_side_by_side(kit: Kit) -> None:
    kit.loaded(INPUT, CONV1, RELU, RELU2, CONV2)
    kit.trigger("split_layers")
    assert watched(kit) == (INPUT, CONV1, RELU, RELU2)
    kit.click_layer(CONV2)
    assert watched(kit) == (CONV1, RELU, RELU2, CONV2)


def test_click_in_the_other_grid_makes_it_the_current_one(kit: Kit) -> None:
    kit.loaded(CONV1, CONV2)
    kit.trigger("split_layers")
    kit.engine.answer(CONV1, CONV2)
    QApplication.processEvents()
    click_channel(kit, kit.window.maps._pages[1], 3)
    assert kit.window.inspect.current == CONV2
    assert kit.window.channel.channel == 3
    kit.engine.answer(CONV1, CONV2)
    assert kit.window.channel._activation is not None
    assert kit.window.channel._activation.key == CONV2


def test_grids_side_by_side_fit_their_places_after_a_zoom(kit: Kit) -> None:
    kit.loaded(CONV1, CONV2)
    kit.press(Key.Key_Z)
    kit.trigger("split_layers")
    kit.engine.answer(CONV1, CONV2)
    QApplication.processEvents()
    kit.press(Key.Key_Z)
    kit.press(Key.Key_Escape)
    for one in kit.window.maps._pages:
        kit.window.grab()
        place, geometry = one.atlas._viewport.placement(), one.atlas._geometry
        assert geometry is not None
        pitch = place.scale * geometry.width
        assert pitch == int(pitch) >= 6
        assert place.left >= 0 <= place.top
        assert geometry.columns * pitch <= one.atlas.width()
        assert geometry.rows * pitch <= one.atlas.height()


def test_escape_shows_the_whole_of_every_grid_that_is_seen(kit: Kit) -> None:
    kit.loaded(CONV1, CONV2)
    kit.trigger("split_layers")
    kit.engine.answer(CONV1, CONV2)
    for one in kit.window.maps._pages:
        one.atlas.cycle_zoom()
        assert one.atlas._viewport.is_zoomed
    kit.trigger("reset_view")
    assert [one.atlas._viewport.is_zoomed for one in kit.window.maps._pages] == [False, False]


# --------------------------------------------------------------------------------- the network


def test_same_network_on_another_device_keeps_tabs_and_channel(kit: Kit) -> None:
    kit.loaded(CONV1, CONV2)
    click_channel(kit, page(kit), 5)
    kit.engine.tell(ModelReady(on_gpu(model())))
    assert kit.window.maps.keys == (CONV1, CONV2)
    assert page(kit).channel == 5
    assert watched(kit) == (CONV1,)


def test_same_network_with_random_weights_keeps_its_tabs(kit: Kit) -> None:
    kit.loaded(CONV2)
    kit.engine.load(model(weights=WeightsChoice.RANDOM))
    assert kit.window.maps.keys == (CONV2,)


def test_each_network_has_its_own_layers_remembered(kit: Kit) -> None:
    store_layers(
        kit.settings, "other", ("classifier", "features.relu:1", "gone", "features.relu:2")
    )
    kit.loaded(CONV1, CONV2)
    kit.engine.load(model("other"))
    assert kit.window.maps.keys == (CLASSIFIER, RELU2)
    assert watched(kit) == (CLASSIFIER,)
    kit.engine.load(model("tiny"))
    assert kit.window.maps.keys == (CONV1, CONV2)
    assert layers_of(kit.settings, "tiny") == ("features.conv1", "features.conv2")


def test_unknown_network_begins_with_a_telling_layer(kit: Kit) -> None:
    kit.engine.load(model("fresh"))
    assert kit.window.maps.keys == (RELU,)  # an activation of 16 x 16


# ------------------------------------------------------------------------------ under the pointer


def test_pointer_reads_channel_place_and_value(kit: Kit) -> None:
    kit.loaded(CONV1)
    hover(page(kit), 6)
    said = kit.window.status._what.text()
    shown = page(kit).activation
    assert shown is not None
    assert said.startswith("features.conv1 [6]  y = 8  x = 8  value = ")
    assert float(said.rpartition("= ")[2].replace("−", "-")) == pytest.approx(
        float(shown.values[6, 8, 8]), rel=1e-2, abs=1e-3
    )
    QApplication.sendEvent(page(kit).atlas, QEvent(QEvent.Type.Leave))
    assert kit.window.status._what.text().startswith("features.conv1   Conv2d   16 × 16 × 16")


def test_pointer_over_the_other_grid_names_the_other_layer(kit: Kit) -> None:
    kit.loaded(CONV1, CONV2)
    kit.trigger("split_layers")
    kit.engine.answer(CONV1, CONV2)
    QApplication.processEvents()
    hover(kit.window.maps._pages[1], 0)
    assert kit.window.status._what.text().startswith("features.conv2 [0]")


def test_dead_channels_and_nan_are_marked(kit: Kit) -> None:
    kit.loaded(CONV1)
    kit.engine.put(result(activation(CONV1, dead=(2, 3), has_nonfinite=True)))
    assert "2 dead" in page(kit)._facts.text()
    assert page(kit)._warning.isVisible()
    assert "NaN" in page(kit)._warning.text()
    click_channel(kit, page(kit), 3)
    assert kit.window.channel._badge.isVisible()
    assert "dead" in kit.window.channel._badge.text()
    kit.engine.answer(CONV1)
    assert not page(kit)._warning.isVisible()
    assert not kit.window.channel._badge.isVisible()


def test_buttons_of_the_panel_carry_their_actions(kit: Kit) -> None:
    kit.loaded(CONV1, CONV2)
    buttons = {
        b.defaultAction().objectName()
        for b in kit.window.maps.findChildren(QToolButton)
        if b.defaultAction() is not None and b.isVisible()
    }
    assert buttons == {"watch_also", "split_layers"}
    assert kit.window.maps.mapTo(kit.window, QPoint(0, 0)).x() > 0
