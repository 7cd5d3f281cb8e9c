"""A correction in the Segment workspace: begun, looked at, and overtaken by the next picture."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QApplication

from engine.sources.base import SourceInfo, SourceKind, SourceSpec, SourceState
from engine.values import Instances
from tests.gui.fake_engine import CONV1
from tests.gui.segment_kit import answer, picture, show, three

if TYPE_CHECKING:
    from engine.values import FrameResult
    from tests.gui.window_kit import Kit


def begin(kit: Kit) -> Kit:
    """Open the workspace with three objects in the picture, and begin to correct them."""
    kit.trigger("workspace_segment")
    kit.loaded(CONV1)
    show(kit, first())
    QApplication.processEvents()
    kit.engine.forget()
    kit.trigger("segment_correct")
    return kit


def first() -> FrameResult:
    return answer(three(), frame=picture())


def shown(kit: Kit) -> Instances:
    now = kit.window.segments.shown
    assert now is not None
    assert isinstance(now[1], Instances)
    return now[1]


def areas(kit: Kit) -> list[int]:
    return [item.region.area for item in shown(kit).items]


def badges(kit: Kit) -> set[str]:
    """Return the words in the picture's corner, but for "frozen"."""
    words = {text for text, _ in kit.window.segment.view._badges.values()}
    return words - {"frozen"}


def stand_still(kit: Kit) -> None:
    """Have the source tell that it has stopped, as it does some time after it was asked."""
    info = SourceInfo("street", can_play=True)
    kit.engine.status(SourceSpec(SourceKind.DEMO), SourceState.PAUSED, info)


def next_picture(kit: Kit) -> None:
    """Show an answer to a picture that was read after the source stood still."""
    stand_still(kit)
    show(kit, answer(three(), frame=replace(picture(5), captured_at=time.perf_counter())))
