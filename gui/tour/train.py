"""The tour through the workspace Train: a set, a training, its network live, and its skips."""

from __future__ import annotations

import shutil
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from engine.sources.base import SetPlaying
from engine.sources.demo import photo_files
from engine.values import TrainSettings
from gui.tour.looks import shoot_looks

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gui.tour.driver import Tour, Wait

__all__ = ["look_at_train"]

PHOTO = "motorcycle_left"
SET = "halves"
STARTS, WIDE, HIGH = (0.0, 0.15, 0.3), 0.7, 0.85
"""Where parts begin, and how wide and high they are, as shares of the photo."""
SETTINGS = TrainSettings(epochs=8, crops=6, crop_px=160, batch=6, long_side=320, validation=0.3)
"""Small: it takes seconds."""


def look_at_train(tour: Tour) -> Iterator[Wait]:
    """Train on the masks that were found in the demo's photos before, and look at the skips."""
    tour.say("a training on masks that were found before")
    window = tour.window
    window.source.command_given.emit(SetPlaying(False))  # the cores are the training's
    window.workspaces.show("train")
    yield tour.seconds(0.3)
    tour.shoot("train_without_set")
    yield from _set(tour, tour.out / "segmented")
    yield from _trained(tour)
    yield from _live(tour)
    yield from _skips(tour)


def _set(tour: Tour, folder: Path) -> Iterator[Wait]:
    """Take halves of the photos, with what `layerscope segment` found in them, as a set."""
    room = tour.window.train
    out = tour.out / "trained"
    for left in (out, folder / SET):
        shutil.rmtree(left, ignore_errors=True)  # of an earlier tour
    _cut(folder, folder / SET)
    asked = replace(room.form.asked, settings=SETTINGS, name="demo", out=str(out))
    room.form.show_asked(asked)
    room.training.open_data(str(folder / SET))
    yield tour.until(lambda: room.training.sets.look is not None, "the set")
    yield from shoot_looks(tour, "train_set", answers=0)


def _cut(folder: Path, target: Path) -> None:
    """Cut photos and their masks, in Pascal VOC's form, into overlapping halves."""
    from PIL import Image  # noqa: PLC0415 - a tenth of a second that the window need not wait for

    found: set[tuple[int, ...]] = set()
    for photo in photo_files():
        mask = folder / "SegmentationClass" / f"{photo.stem}.png"
        with Image.open(photo) as image, Image.open(mask) as labels:
            colours = np.unique(np.asarray(labels.convert("RGB")).reshape(-1, 3), axis=0)
            found |= {tuple(one) for one in colours.tolist()}
            for number, start in enumerate(STARTS):
                left, top = start * image.width, 0.4 * start * image.height
                right, bottom = left + WIDE * image.width, top + HIGH * image.height
                box = (round(left), round(top), round(right), round(bottom))
                for part, place in ((image.convert("RGB"), "JPEGImages"),
                                    (labels, "SegmentationClass")):  # fmt: skip
                    path = target / place / f"{photo.stem}_{number}.png"
                    path.parent.mkdir(parents=True, exist_ok=True)
                    part.crop(box).save(path)
    lines = (folder / "labelmap.txt").read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if line.startswith("#") or _colour(line) in found]
    (target / "labelmap.txt").write_text("\n".join(kept) + "\n", encoding="utf-8")


def _colour(line: str) -> tuple[int, ...]:
    return tuple(int(number) for number in line.split(":")[1].split(","))


def _trained(tour: Tour) -> Iterator[Wait]:
    room = tour.window.train
    runs, page = room.training.runs, room.pages.run
    tour.click(room.form.offer, "Start")
    yield tour.until(lambda: len(page.curves.reports) > 2, "three epochs", 240)
    tour.shoot("train_running")
    yield tour.until(lambda: not runs.is_running, "the end of the training", 240)
    if runs.result is None:
        raise LookupError(f"the training failed: {page.sentence}")
    tour.report.set("train_mean_iou", runs.result.best.mean_iou)
    tour.report.set("train_s", runs.result.seconds)
    yield from shoot_looks(tour, "train", answers=0)


def _live(tour: Tour) -> Iterator[Wait]:
    tour.say("the network that was trained, live")
    window = tour.window
    tour.click(window.train.pages.run, "Show live")
    yield tour.until(lambda: tour.last is not None and tour.last.model == "demo", "its answer", 60)
    yield from tour.hold_photo(PHOTO)
    yield tour.seconds(0.3)
    tour.shoot("train_live")


def _skips(tour: Tour) -> Iterator[Wait]:
    tour.say("what its skips do")
    window = tour.window
    page = window.train.pages.skips
    window.workspaces.show("train")
    window.train.pages.show_page(page)
    yield from tour.hold_photo(PHOTO)
    yield from shoot_looks(tour, "skips", before=partial(tour.show_photo, PHOTO), answers=0)
    for name in ("skip_16", "skip_8", "skip_4"):
        window.actions_.trigger(name)
        yield tour.results_later(1)
    tour.shoot("skips_off")
    for name in ("skip_16", "skip_8", "skip_4"):
        window.actions_.trigger(name)
    window.actions_.trigger("skip_compare")
    yield tour.until(lambda: page.lanes.comparison is not None, "ways of upsampling")
    yield tour.seconds(0.3)
    tour.shoot("skips_side_by_side")
    window.actions_.trigger("skip_compare")
    window.workspaces.show("inspect")
