"""At 1280 x 800, in any state: sentences are whole, names legible, the window keeps its size."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtWidgets import (
    QApplication,
    QLabel,
    QMenu,
    QPushButton,
    QStyle,
    QStyleOptionComboBox,
    QStyleOptionViewItem,
    QWidget,
)

from engine.commands import SetStyle
from engine.events import LoadingFailed, Severity
from engine.models import coco
from engine.sources.base import SourceInfo, SourceKind, SourceSpec, SourceState
from engine.values import ScaleMode, WeightsChoice
from gui.models.object_table import ObjectColumn
from tests.gui.fake_engine import CLASSIFIER, CONV1, CONV2, RELU, model
from tests.gui.segment_kit import PERSON, answer, instances, item, rectangle, show

if TYPE_CHECKING:
    from tests.gui.window_kit import Kit

CAMERA = SourceSpec(SourceKind.CAMERA, "0")
LIVE = SourceInfo("Integrated webcam with a long name", 640, 480)
LOST = (
    "The camera Integrated webcam with a long name does not answer; plug it in again, "
    "it is tried every second."
)
FAILED = (
    "The weights of EfficientNet-B0 could not be downloaded (no connection to the server); "
    "connect to the internet and try again, or look at its structure with random weights."
)


def settle(kit: Kit) -> None:
    """Let layouts and paints come to rest."""
    QApplication.processEvents()
    kit.window.grab()


def sentences(bar: QWidget) -> list[QLabel]:
    """Return the labels of a bar that wrap."""
    return [label for label in bar.findChildren(QLabel) if label.wordWrap()]


@pytest.mark.parametrize("place", ["source", "centre"])
def test_sentence_with_two_next_steps_is_whole(kit: Kit, place: str) -> None:
    kit.loaded(CONV1)
    settle(kit)
    before = kit.window.docks["source"].width()
    if place == "source":
        kit.engine.status(CAMERA, SourceState.WAITING, LIVE, message=LOST)
        bar = kit.window.source.notices
    else:
        kit.engine.tell(LoadingFailed("b0", FAILED, can_run_random=True))
        bar = kit.window.notices
    settle(kit)
    (sentence,) = sentences(bar)
    assert sentence.height() >= sentence.heightForWidth(sentence.width())
    assert sentence.width() >= 0.7 * bar.width()
    assert sentence.height() <= sentence.heightForWidth(sentence.width()) + 4
    assert bar.height() <= sentence.height() + 64  # and no room is wasted on it
    for button in bar.findChildren(QPushButton):
        assert button.width() >= button.sizeHint().width()
        assert bar.rect().contains(button.mapTo(bar, button.rect().bottomRight()))
    assert kit.window.docks["source"].width() == before


def test_long_sentence_without_a_next_step_is_whole(kit: Kit) -> None:
    kit.window.source.notices.show_notice("open", FAILED, Severity.ERROR)
    settle(kit)
    (sentence,) = sentences(kit.window.source.notices)
    assert sentence.height() >= sentence.heightForWidth(sentence.width())


def test_panels_do_not_move_when_the_source_changes(kit: Kit) -> None:
    kit.loaded(CONV1)
    settle(kit)
    before = kit.window.docks["source"].width()
    film = SourceInfo("a film.mp4", 64, 48, frames=150_000, fps=25.0, can_seek=True, can_play=True)
    kit.engine.status(SourceSpec(SourceKind.VIDEO, "a film.mp4"), SourceState.PLAYING, film, 90_000)
    settle(kit)
    assert kit.window.docks["source"].width() == before
    assert kit.window.source._transport._slider.width() >= 40


def test_three_layers_and_fixed_bounds_fit_the_window(kit: Kit) -> None:
    kit.loaded(CONV1, CONV2, RELU)
    kit.trigger("split_layers")
    bar = kit.window.maps.style_bar
    bar._scale.setCurrentIndex(bar._scale.findData(ScaleMode.FIXED))
    bar._low.setValue(-1000)
    kit.engine.answer(CONV1, CONV2, RELU)
    settle(kit)
    assert kit.engine.of(SetStyle)[-1].style.fixed_low == -1000
    assert kit.window.width() == 1280
    for page in kit.window.maps._pages:
        assert len(page._name.shown_text) >= 10
        assert page.width() >= 150


def test_choices_for_a_vector_fit_the_window(kit: Kit) -> None:
    kit.loaded(CONV1)
    bar = kit.window.maps.style_bar
    bar._scale.setCurrentIndex(bar._scale.findData(ScaleMode.FIXED))
    settle(kit)
    before = {name: dock.width() for name, dock in kit.window.docks.items()}
    kit.window.maps.set_layers((CLASSIFIER,))
    kit.engine.answer(CLASSIFIER)
    settle(kit)
    assert kit.window.width() == 1280
    assert {name: dock.width() for name, dock in kit.window.docks.items()} == before


def test_chosen_bar_is_marked_from_the_first(kit: Kit) -> None:
    kit.loaded(CLASSIFIER)
    page = kit.window.maps.current_page
    assert page is not None
    assert page.bars.vector._chosen == 0


def test_timings_show_curves_and_no_menu(kit: Kit) -> None:
    kit.loaded(CONV1)
    kit.trigger("timing")
    settle(kit)
    assert [menu for menu in kit.window.findChildren(QMenu) if menu.isVisible()] == []
    assert "network" in kit.window.timing._legend.text()


def test_choices_below_the_answer_are_whole(kit: Kit) -> None:
    kit.loaded(CONV1)
    settle(kit)
    panel = kit.window.prediction
    for combo in (panel._smoothing, panel._fit):
        option = QStyleOptionComboBox()
        combo.initStyleOption(option)
        room = combo.style().subControlRect(
            QStyle.ComplexControl.CC_ComboBox,
            option,
            QStyle.SubControl.SC_ComboBoxEditField,
            combo,
        )
        texts = [combo.itemText(index) for index in range(combo.count())]
        assert max(map(combo.fontMetrics().horizontalAdvance, texts)) <= room.width()
    field, metrics = panel._count.lineEdit(), panel._count.fontMetrics()
    assert field.width() >= metrics.horizontalAdvance("Top 20") + 4


def test_tree_has_no_cut_off_titles_before_there_is_a_network(kit: Kit) -> None:
    settle(kit)
    header = kit.window.layers._tree.header()
    shown = [n for n in range(header.count()) if not header.isSectionHidden(n)]
    metrics = header.fontMetrics()
    for section in shown:
        title = header.model().headerData(section, header.orientation())
        assert header.sectionSize(section) > metrics.horizontalAdvance(str(title))


def test_top_bar_says_what_to_do_when_the_first_network_failed(kit: Kit) -> None:
    kit.window.models.load("b0")
    assert kit.window.top._model.text() == "Loading a network"
    kit.engine.tell(LoadingFailed("b0", FAILED, can_run_random=False))
    assert kit.window.top._model.text() == "Choose a network"
    kit.engine.load()
    assert kit.window.top._model.text() == "Tiny"
    kit.engine.tell(LoadingFailed("b0", FAILED, can_run_random=False))
    assert kit.window.top._model.text() == "Tiny"


def test_no_name_of_a_network_makes_the_window_wider(kit: Kit) -> None:
    kit.loaded(CONV1)
    kit.window.resize(1280, 800)
    settle(kit)
    name = "my_network_that_was_trained_for_a_long_time_" * 4
    kit.engine.load(model(f"{name}.pth", WeightsChoice.RANDOM))
    kit.trigger("workspace_graph")
    settle(kit)
    assert kit.window.width() == 1280
    top = kit.window.top
    assert top._model.text().endswith(".pth")
    assert name[:100] in top._model.toolTip().lower()
    assert top._random.width() >= top._random.sizeHint().width()


def test_what_is_chosen_over_the_maps_is_legible_beside_the_graph(kit: Kit) -> None:
    kit.loaded(CONV1)
    kit.window.resize(1280, 800)
    kit.trigger("workspace_graph")
    settle(kit)
    bar = kit.window.maps.style_bar
    for combo in (bar._colour, bar._scale, bar._gamma, bar._sort):
        option = QStyleOptionComboBox()
        combo.initStyleOption(option)
        field = combo.style().subControlRect(
            QStyle.ComplexControl.CC_ComboBox, option, QStyle.SubControl.SC_ComboBoxEditField, combo
        )
        assert field.width() >= combo.fontMetrics().horizontalAdvance(combo.currentText()), (
            combo.currentText()
        )


@pytest.mark.parametrize("width", [1280, 1100])
def test_what_is_chosen_over_the_maps_is_legible_beside_two_networks(kit: Kit, width: int) -> None:
    kit.loaded(CONV1)
    kit.window.resize(width, 800)
    kit.window.comparing.wanted.emit()
    settle(kit)
    bar = kit.window.maps.style_bar
    bar._scale.setCurrentIndex(bar._scale.findData(ScaleMode.FIXED))
    settle(kit)
    for combo in (bar._colour, bar._scale, bar._gamma, bar._sort):
        assert combo.shown_text == combo.currentText()  # type: ignore[attr-defined]  # an ElidedCombo
    parts = [it for it in bar.children() if isinstance(it, QWidget) and it.isVisible()]
    assert len(parts) == 6
    for one in parts:
        assert bar.rect().contains(one.geometry())
        assert not any(one.geometry().intersects(it.geometry()) for it in parts if it is not one)
    assert kit.window.width() == width


def test_the_costs_are_found_in_a_field_that_says_what_for(kit: Kit) -> None:
    kit.loaded(CONV1)
    kit.window.resize(1280, 800)
    kit.trigger("workspace_graph")
    settle(kit)
    search = kit.window.cost._search
    needed = search.fontMetrics().horizontalAdvance(search.placeholderText())
    assert search.width() >= needed + 16


def test_the_names_of_cocos_classes_are_whole_in_the_table_of_objects(kit: Kit) -> None:
    kit.trigger("workspace_segment")
    kit.loaded(CONV1)
    many = tuple(item(rectangle(4, 4, 10, 20), PERSON, 0.9, track=at) for at in range(1, 30))
    show(kit, answer(instances(*many)))
    settle(kit)
    table = kit.window.objects._table
    assert table.verticalScrollBar().isVisible()  # it takes of the room
    option = QStyleOptionViewItem()
    option.initFrom(table)
    margin = table.style().pixelMetric(QStyle.PixelMetric.PM_FocusFrameHMargin) + 1
    swatch = option.decorationSize.width() if option.decorationSize.width() > 0 else 16
    room = table.columnWidth(ObjectColumn.CLASS) - swatch - 4 * margin
    needed = {name: table.fontMetrics().horizontalAdvance(name) for name in coco.NAMES}
    assert {name for name, width in needed.items() if width > room} == set()


def test_a_wide_panel_has_room_for_pixels_too(kit: Kit) -> None:
    kit.trigger("workspace_segment")
    panel = kit.window.objects
    settle(kit)
    assert panel._table.isColumnHidden(ObjectColumn.AREA)
    kit.window.resize(1920, 1080)
    kit.window.workspaces.reset()
    settle(kit)
    assert not panel._table.isColumnHidden(ObjectColumn.AREA)


def test_a_network_has_its_whole_name_where_there_is_room(kit: Kit) -> None:
    kit.loaded(CONV1)
    kit.window.resize(1280, 740)
    kit.engine.load(model("U-Net EfficientNet-Lite0"))
    settle(kit)
    assert "…" not in kit.window.top._model.text()
    assert not kit.window.top._row.is_compact


@pytest.mark.parametrize(("width", "is_compact"), [(1280, False), (880, True)])
def test_a_narrow_window_has_one_button_for_all_workspaces(
    kit: Kit, width: int, is_compact: bool
) -> None:
    kit.loaded(CONV1)
    kit.trigger("toggle_unit")  # what stands there needs more
    kit.window.resize(width, 740)
    settle(kit)
    assert kit.window.width() == width
    assert kit.window.top._row.is_compact is is_compact
    kit.trigger("workspace_train")
    assert kit.window.top._row._one.text() == "Train"
