"""The page on skips: switches to the engine, the live mask, and ways of upsampling side by side."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from engine.commands import CompareUpsampling, LoadModel, SetSkips
from engine.events import ModelReady, UpsamplingCompared
from engine.values import (
    LayerInfo,
    LayerKey,
    ModelInfo,
    SkipSwitches,
    UpsamplingComparison,
    UpsamplingView,
)
from tests.gui.fake_engine import model, photo_frame, result
from tests.gui.segment_kit import labels
from tests.gui.window_kit import grab

if TYPE_CHECKING:
    from engine.values import Upsampling
    from gui.panels.skip_page import SkipPage
    from tests.gui.window_kit import Kit

KINDS: tuple[Upsampling, ...] = ("nearest", "bilinear", "transposed")


def unet(name: str = "unet", *, is_transposed: bool = False) -> ModelInfo:
    """Return what is told of a U-Net."""
    names = [f"decoder.up{stride}{end}" for stride in (16, 8, 4) for end in ("", ".skip")]
    names += ["decoder.up16.up.up"] if is_transposed else []
    layers = tuple(LayerInfo(LayerKey(it), "Step", (4, 8, 8), 0, is_leaf=False) for it in names)
    made = model(name)
    return replace(made, card=replace(made.card, task="semantic"), layers=layers)


def comparison(shares: tuple[float, float, float] = (0.0, 0.01, 0.22)) -> UpsamplingComparison:
    """Return three ways whose checkerboards are as strong as this."""
    views = tuple(
        UpsamplingView(kind, labels(), np.full((12, 16), place, np.float32), share, 5.0)
        for place, (kind, share) in enumerate(zip(KINDS, shares, strict=True))
    )
    return UpsamplingComparison(photo_frame(), "person", views)


@pytest.fixture
def page(kit: Kit) -> SkipPage:
    """Open the page with a U-Net that runs."""
    kit.loaded()
    kit.engine.load(unet())
    kit.trigger("workspace_train")
    kit.trigger("train_next_page")
    kit.trigger("train_next_page")
    QApplication.processEvents()
    kit.engine.forget()
    return kit.window.train.pages.skips


def sent(kit: Kit) -> list[SkipSwitches]:
    return [command.switches for command in kit.engine.of(SetSkips)]


def test_each_skip_has_a_key_and_goes_to_the_engine(kit: Kit, page: SkipPage) -> None:
    assert page.isVisible()
    assert page.has_unet
    for key in (Qt.Key.Key_3, Qt.Key.Key_1, Qt.Key.Key_3):
        kit.press(key)
    assert sent(kit) == [
        SkipSwitches((True, True, False)),
        SkipSwitches((False, True, False)),
        SkipSwitches((False, True, True)),
    ]
    assert page.diagram._skips == (False, True, True)
    assert page.sentence.startswith("Off at stride 16")
    kit.press(Qt.Key.Key_A)
    assert sent(kit)[-1] == SkipSwitches((False, True, True), "bilinear")


def test_a_click_on_a_skip_of_the_u_switches_it(kit: Kit, page: SkipPage) -> None:
    diagram = page.diagram
    spot = QPointF(diagram.width() / 2, diagram._row(2))  # the finest, on top
    assert diagram._row(2) < diagram._row(1) < diagram._row(0) < diagram._row(-1)
    QTest.mouseClick(diagram, Qt.MouseButton.LeftButton, pos=spot.toPoint())
    assert sent(kit) == [SkipSwitches((True, True, False))]
    assert not kit.is_checked("skip_4")
    assert kit.is_checked("skip_8")


def test_the_network_is_whole_again_where_the_page_cannot_be_seen(kit: Kit, page: SkipPage) -> None:
    kit.trigger("skip_8")
    kit.trigger("train_next_page")
    assert sent(kit)[-1] == SkipSwitches()
    kit.window.train.pages.show_page(page)
    assert sent(kit)[-1] == SkipSwitches((True, False, True))
    kit.trigger("workspace_segment")
    assert sent(kit)[-1] == SkipSwitches()
    assert len(sent(kit)) == 4
    assert page.switches == SkipSwitches((True, False, True))


def test_the_live_mask_is_shown(kit: Kit, page: SkipPage) -> None:
    found = labels()
    kit.engine.put(replace(result(name="unet"), segmentation=found))
    assert page.view.segmentation is found
    before = grab(page.view)
    plain = replace(found, labels=np.zeros_like(found.labels))
    kit.engine.put(replace(result(name="unet"), segmentation=plain))
    assert grab(page.view) != before


def test_another_network_is_told_of_and_one_is_offered(kit: Kit, page: SkipPage) -> None:
    kit.engine.load(model("tiny"))
    assert not page.has_unet
    assert page._why.text().startswith("Tiny has no skips to switch.")
    kit.trigger("skip_4")
    assert sent(kit) == []
    kit.click(page, "Load the U-Net")
    assert [command.name for command in kit.engine.of(LoadModel)] == ["unet_efficientnet_lite0"]


def test_a_network_that_comes_or_moves_has_its_skips_on(kit: Kit, page: SkipPage) -> None:
    kit.trigger("skip_4")
    kit.engine.tell(ModelReady(unet()))
    assert page.switches == SkipSwitches()
    assert kit.is_checked("skip_4")
    assert sent(kit)[-1] == SkipSwitches()


def test_ways_of_upsampling_stand_side_by_side(kit: Kit, page: SkipPage) -> None:
    assert kit.engine.of(CompareUpsampling) == []
    kit.press(Qt.Key.Key_B)
    assert len(kit.engine.of(CompareUpsampling)) == 1
    kit.engine.tell(UpsamplingCompared(comparison()))
    assert page.lanes.figures() == {
        "nearest": "checkerboard 0 %",
        "bilinear": "checkerboard 1 %",
        "transposed": "checkerboard 22 %",
    }
    assert "the scores for “person”" in page.lanes.sentence
    assert "covers the cells unevenly" in page.lanes.sentence
    # Not asked again before it rested, and not where nobody looks.
    assert len(kit.engine.of(CompareUpsampling)) == 1
    kit.window.train.skips._rest.timeout.emit()
    assert len(kit.engine.of(CompareUpsampling)) == 2
    kit.trigger("workspace_inspect")
    kit.engine.tell(UpsamplingCompared(comparison()))
    assert not kit.window.train.skips._rest.isActive()
    kit.window.train.skips._compare()
    assert len(kit.engine.of(CompareUpsampling)) == 2


def test_why_it_cannot_be_compared_is_said(kit: Kit, page: SkipPage) -> None:
    kit.trigger("skip_compare")
    kit.engine.tell(UpsamplingCompared(None, "There is no picture to measure on yet."))
    assert page.lanes.sentence == "There is no picture to measure on yet."
    assert page.lanes._sentence.property("role") == "error"
    assert page.lanes.comparison is None


def test_a_network_with_learnt_upsampling_is_explained_otherwise(kit: Kit, page: SkipPage) -> None:
    kit.engine.load(unet(is_transposed=True))
    kit.trigger("skip_compare")
    kit.engine.tell(UpsamplingCompared(comparison((0.0, 0.0, 0.01))))
    assert "which keeps a checkerboard away" in page.lanes.sentence
