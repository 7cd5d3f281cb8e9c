"""What the Segment workspace offers with a network that finds no objects, or nothing at all."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from engine.commands import LoadModel
from engine.events import ModelReady
from tests.gui.fake_engine import CONV1, model
from tests.gui.segment_kit import answer, show

if TYPE_CHECKING:
    from tests.gui.window_kit import Kit


def test_what_is_about_objects_is_out_of_use_where_there_are_labels_alone(kit: Kit) -> None:
    kit.trigger("workspace_segment")
    row = kit.window.segment.thresholds
    for task, is_enabled in (("semantic", False), ("instance", True)):
        info = model()
        kit.engine.tell(ModelReady(replace(info, card=replace(info.card, task=task))))
        assert row._score.isEnabled() is is_enabled
        before = row.chosen.as_
        kit.trigger("segment_as")
        assert (row.chosen.as_ is before) is not is_enabled


def test_a_network_that_labels_pixels_is_offered_too(kit: Kit) -> None:
    kit.trigger("workspace_segment")
    kit.loaded(CONV1)
    show(kit, answer(None, 1))
    kit.click(kit.window.segment.page, "Load U-Net")
    assert kit.engine.of(LoadModel)[0].name == "unet_efficientnet_lite0"
