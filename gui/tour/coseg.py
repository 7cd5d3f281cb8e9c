"""The tour through the workspace Co-segment: a set taken in, found, steered, saved, found live."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from engine.sources.base import SetPlaying
from engine.sources.demo import photo_files
from gui.tour.looks import shoot_looks
from gui.tour.report import files_in

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gui.tour.driver import Tour, Wait

__all__ = ["look_at_coseg"]

CAT, INTRUDER = "chelsea", "coffee"
PARTS = 3


def look_at_coseg(tour: Tour) -> Iterator[Wait]:
    """Find the cat that some pictures have in common, say where it is wrong, and save it."""
    tour.say("what a set of pictures has in common")
    window = tour.window
    window.source.command_given.emit(SetPlaying(False))  # the cores are the set's
    window.workspaces.show("coseg")
    yield tour.seconds(0.3)
    tour.shoot("coseg_empty")
    folder = _make_set(tour.out / "set")
    window.cosegs.open(str(folder))
    yield tour.until(lambda: len(window.cosegs.desk.collection) > 0, "the set")
    yield tour.seconds(0.5)
    window.actions_.trigger("coseg_run")
    yield tour.until(lambda: window.cosegs.desk.result is not None, "the common object", 180)
    yield from _rested(tour)
    tour.report.set("coseg_set", window.coseg_set.sentence)
    yield from shoot_looks(tour, "coseg", answers=0)
    yield from _steered(tour)
    yield from _saved(tour)
    yield from _live(tour)


def _make_set(folder: Path) -> Path:
    """Make a set of the demo's photos: a cat as it is, mirrored, near and dark, and a cup."""
    from PIL import Image, ImageEnhance, ImageOps  # noqa: PLC0415 - only here

    folder.mkdir(parents=True, exist_ok=True)
    files = {path.stem: path for path in photo_files()}
    cat = Image.open(files[CAT]).convert("RGB")
    width, height = cat.size
    near = cat.crop((width // 6, 0, width, height))
    for name, picture in (
        ("cat", cat),
        ("cat_mirrored", ImageOps.mirror(cat)),
        ("cat_near", near),
        ("cat_dark", ImageEnhance.Brightness(cat).enhance(0.55)),
        (INTRUDER, Image.open(files[INTRUDER]).convert("RGB")),
    ):
        picture.save(folder / f"{name}.png")
    return folder


def _rested(tour: Tour) -> Iterator[Wait]:
    """Wait until nothing is under way, maps of reasons too."""
    runs = tour.window.cosegs.runs
    yield tour.seconds(0.6)
    yield tour.until(lambda: not runs.is_busy, "the end of the set's work", 180)
    yield tour.seconds(0.3)


def _steered(tour: Tour) -> Iterator[Wait]:
    """Say what the object is, and split it into parts."""
    tour.say("a set steered with a click, and parts")
    window = tour.window
    view, form = window.coseg.picture.view, window.coseg_set.form
    tour.drag(view, (0.5, 0.5), (0.5, 0.5))
    if len(window.cosegs.desk.seeds.now) != 1:
        raise LookupError("a click said nothing")
    yield from _rested(tour)
    tour.shoot("coseg_steered")
    asked = form.asked
    form.set_asked(replace(asked, settings=replace(asked.settings, parts=PARTS)))
    yield from _rested(tour)
    tour.shoot("coseg_parts")
    window.actions_.trigger("coseg_undo")
    yield from _rested(tour)


def _saved(tour: Tour) -> Iterator[Wait]:
    """Save the set into the tour's folder, as the card does."""
    tour.say("saving the set")
    window, card, folder = tour.window, tour.window.coseg.save_card, tour.out / "common"
    begun_at = time.time()
    window.actions_.trigger("coseg_save")
    card.set_folder(str(folder))
    card.replace_files(is_replacing=True)
    yield tour.seconds(0.3)
    tour.shoot("coseg_save")
    tour.click(card, "Save")
    yield tour.until(lambda: not window.cosegs.saving.is_running, "the set's files", 120)
    if card.sentence:
        raise LookupError(f"the set was not saved: {card.sentence}")
    made = files_in(folder, begun_at)
    tour.report.set("coseg_files", len(made))
    if not any(path.name == "run.json" for path in made):
        raise LookupError("the set left no run.json")


def _live(tour: Tour) -> Iterator[Wait]:
    """Look for the cat in the live picture."""
    tour.say("the set's object in the live picture")
    window = tour.window
    yield from tour.hold_photo(CAT)
    window.actions_.trigger("coseg_live")
    yield tour.until(partial(_is_seen, tour), "the object in the live picture", 60)
    yield tour.seconds(0.3)
    tour.shoot("coseg_live")
    window.actions_.trigger("coseg_live")
    window.source.command_given.emit(SetPlaying(True))


def _is_seen(tour: Tour) -> bool:
    return tour.last is not None and tour.last.common is not None
