"""How masks are drawn and what counts: remembered, and never a reason to fail."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.values import (
    Category,
    MaskColours,
    OverlayStyle,
    PaletteChoice,
    SegmentAs,
    SegmentSettings,
)
from gui import settings as keys
from gui.segment.drawn import Drawn
from gui.segment.look import (
    SegmentLook,
    segment_look,
    segment_settings,
    store_look,
    store_segment_settings,
)
from gui.settings import Settings

if TYPE_CHECKING:
    from pathlib import Path

STYLE = OverlayStyle(
    opacity=0.75,
    has_labels=False,
    has_scores=False,
    has_boxes=True,
    colours_of=MaskColours.INSTANCE,
    palette=PaletteChoice.VOC,
)
LOOK = SegmentLook(STYLE, Drawn.OUTLINE, (("traffic light", (1, 20, 255)), ("person", (0, 0, 0))))


def test_what_is_drawn_switches_the_other_off() -> None:
    both = SegmentLook(OverlayStyle(opacity=0.4, contour=3))
    fill = SegmentLook(both.style, Drawn.FILL).style_for(())
    line = SegmentLook(both.style, Drawn.OUTLINE).style_for(())
    assert (both.style_for(()).opacity, both.style_for(()).contour) == (0.4, 3)
    assert (fill.opacity, fill.contour) == (0.4, 0)
    assert (line.opacity, line.contour) == (0.0, 3)


def test_own_colours_go_by_name() -> None:
    look = SegmentLook().with_colour("cat", (1, 2, 3)).with_colour("dog", (4, 5, 6))
    look = look.with_colour("cat", (7, 8, 9))
    voc, coco = (Category(8, "cat"),), (Category(17, "cat"), Category(18, "dog"))
    assert look.style_for(voc).colours == ((8, (7, 8, 9)),)
    assert look.style_for(coco).colours == ((17, (7, 8, 9)), (18, (4, 5, 6)))


def test_the_look_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "layerscope.ini"
    first = Settings(path)
    store_look(first, LOOK)
    assert first.sync()
    assert segment_look(Settings(path)) == LOOK


def test_a_new_persons_look_is_the_default(settings: Settings) -> None:
    assert segment_look(settings) == SegmentLook()
    assert segment_settings(settings) == SegmentSettings()


def test_nonsense_is_left_out(settings: Settings) -> None:
    lines = ("person\t#zz0000", "car\t#102030", "\t#ffffff", "no colour")
    settings.set(keys.OWN_COLOURS, lines)
    settings._store.setValue(keys.MASK_OPACITY.key, "7")
    look = segment_look(settings)
    assert look.own == (("car", (16, 32, 48)),)
    assert look.style.opacity == OverlayStyle().opacity


def test_what_counts_comes_back_for_all_classes(settings: Settings) -> None:
    chosen = SegmentSettings(0.4, 0.6, 20, frozenset({1}), SegmentAs.LABELS, is_tracked=False)
    store_segment_settings(settings, chosen)
    assert segment_settings(settings) == SegmentSettings(
        0.4, 0.6, 20, None, SegmentAs.LABELS, is_tracked=False
    )
