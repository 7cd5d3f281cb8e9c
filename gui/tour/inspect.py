"""The tour through the workspace Inspect: layers, channels, pictures, files, fields."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

from engine.sources.base import SetPlaying, Step
from engine.values import LayerKey, ScaleMode
from gui.tour.driver import Wait
from gui.tour.looks import shoot_looks
from gui.views.atlas_view import HoverInfo

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from engine.jobs import Job
    from gui.tour.driver import Tour

__all__ = ["look_at_inspect"]

LAYERS = (
    "input",
    "conv_stem",
    "blocks.1.0.bn2.act",
    "blocks.2.0.conv_dw",
    "blocks.4.1.conv_pw",
    "conv_head",
    "classifier",
)
PICTURES = 6
FIELD_LAYER = LayerKey("blocks.2.0.conv_dw")


def look_at_inspect(tour: Tour) -> Iterator[Wait]:
    """Look at everything that the first workspace shows."""
    yield from _first_answer(tour)
    yield from _look_at_layers(tour)
    yield from _look_at_display(tour)
    yield from _look_at_pictures(tour)
    yield from _look_at_overlays(tour)
    yield from _look_at_cost(tour)
    yield from _look_at_field(tour)
    yield from _save_and_record(tour)
    tour.say("light and dark, small and large")
    yield from _click(tour, LayerKey("blocks.2.0.bn2.act"))
    yield from shoot_looks(tour, "inspect", answers=8)


def _first_answer(tour: Tour) -> Iterator[Wait]:
    tour.say("waiting for the first answer")
    begun_at = time.perf_counter()
    window = tour.window

    yield Wait(lambda: window.models.info is not None, "the network", 120)
    yield tour.results_later(1)
    tour.report.set("first_answer_s", time.perf_counter() - begun_at)
    info = window.models.info
    if info is not None:
        tour.report.set("network", info.card.title)
        tour.report.set("device", info.device.title)
    yield tour.results_later(20, "a second of answers")


def _look_at_layers(tour: Tour) -> Iterator[Wait]:
    for name in LAYERS:
        tour.say(f"layer {name}")
        yield from _click(tour, LayerKey(name))
        yield tour.results_later(5)
        tour.shoot(f"layer_{name.replace('.', '_')}")


def _click(tour: Tour, key: LayerKey) -> Iterator[Wait]:
    """Choose a layer in the tree, as a click does, and take the time until its maps are shown."""
    clicked_at = time.perf_counter()
    if not tour.window.layers.choose(key):
        raise LookupError(f"no layer {key} in the tree")

    def is_seen() -> bool:
        page = tour.window.maps.current_page
        return page is not None and page.key == key and page.activation is not None

    yield Wait(is_seen, f"the maps of {key}")
    page = tour.window.maps.current_page
    if page is not None and page.activation is not None:
        took_ms = (time.perf_counter() - clicked_at) * 1e3
        tour.report.add_layer(str(key), page.activation.shape, took_ms)


def _look_at_display(tour: Tour) -> Iterator[Wait]:
    tour.say("scale, gamma, order, colours, side by side")
    window, actions = tour.window, tour.window.actions_
    yield from _click(tour, LayerKey("blocks.2.0.bn2.act"))
    actions.trigger("cycle_scale")
    if window.maps.style_bar.style_now.atlas.scale is not ScaleMode.CHANNEL:
        raise LookupError("the scale did not change")
    for _ in range(2):
        actions.trigger("channel_right_fast")
        actions.trigger("channel_down")
    actions.trigger("cycle_sort")
    yield tour.results_later(5)
    tour.shoot("sorted_by_mean")
    actions.trigger("cycle_zoom")
    yield tour.results_later(3)
    tour.shoot("zoomed")
    for action in ("reset_view", "cycle_sort", "cycle_sort", "cycle_sort"):
        actions.trigger(action)
    window.maps.watch_also(LayerKey("blocks.4.0.conv_pw"))
    actions.trigger("split_layers")
    yield tour.results_later(5)
    tour.shoot("side_by_side")
    actions.trigger("split_layers")
    actions.trigger("close_layer")


def _look_at_pictures(tour: Tour) -> Iterator[Wait]:
    """Hold each demo picture still for a moment and note what the network says of it."""
    tour.say("demo pictures")
    for number in range(PICTURES):
        name = tour.last.frame.name if tour.last is not None else ""
        yield tour.results_later(12)
        if tour.last is not None:
            tour.report.add_answer(tour.last.frame.name, tour.last.classification)
        if number < PICTURES - 1:
            tour.window.source.command_given.emit(Step(1))
            yield Wait(
                partial(_is_other, tour, name),
                "the next picture",
            )
    tour.window.source.command_given.emit(SetPlaying(False))
    tour.window.source.command_given.emit(Step(1))
    yield tour.seconds(1.0)
    tour.shoot("frozen")
    tour.window.source.command_given.emit(SetPlaying(True))
    yield tour.results_later(3)


def _look_at_overlays(tour: Tour) -> Iterator[Wait]:
    tour.say("overlay, palette, help, timings")
    actions = tour.window.actions_
    actions.trigger("overlay")
    actions.trigger("timing")
    yield tour.results_later(10)
    tour.shoot("overlay_and_timings")
    actions.trigger("overlay")
    actions.trigger("timing")
    actions.trigger("palette")
    yield tour.seconds(0.3)
    tour.shoot("palette")
    tour.window.palette_.hide()
    actions.trigger("choose_model")
    yield tour.seconds(0.3)
    tour.shoot("networks")
    tour.window.palette_.hide()
    actions.trigger("help")
    yield tour.seconds(0.3)
    tour.shoot("help")
    actions.trigger("help")


def _look_at_cost(tour: Tour) -> Iterator[Wait]:
    tour.say("what every operation costs")
    tour.window.docks["cost"].raise_()
    yield tour.seconds(0.5)
    tour.shoot("cost")
    for name in ("layers", "channel"):
        tour.window.docks[name].raise_()


def _look_at_field(tour: Tour) -> Iterator[Wait]:
    """Point at a cell: theory's box on the picture, then what of it the network uses."""
    tour.say("the receptive field of a cell")
    window, cells = tour.window, list[HoverInfo]()
    yield from _click(tour, FIELD_LAYER)
    page = window.maps.current_page
    if page is None:
        raise LookupError("no maps to point at")
    page.channel_hovered.connect(lambda info: cells.extend([info] if info else []))
    atlas = page.atlas

    def point() -> None:
        tour.hover(atlas, 0.02, 0.02)
        tour.hover(atlas, 0.53, 0.47)

    def has_measured() -> bool:
        is_there = bool(cells) and "measured" in _field_text(tour, cells[-1])
        return is_there and not window.fields.is_under_way

    yield from tour.hold_photo("chelsea")
    yield tour.results_later(3)
    window.source.command_given.emit(SetPlaying(False))
    yield tour.seconds(0.5)
    point()
    if not cells:
        raise LookupError("no cell under the pointer")
    tour.shoot("field")
    window.actions_.trigger("measured_field")
    yield tour.until(has_measured, "the measured field")
    tour.report.set("receptive_field", _field_text(tour, cells[-1]))
    yield from shoot_looks(tour, "field", answers=0, before=point, until=has_measured)
    window.actions_.trigger("measured_field")
    window.source.command_given.emit(SetPlaying(True))
    tour.leave(atlas)


def _field_text(tour: Tour, cell: HoverInfo) -> str:
    return tour.window.fields.text(FIELD_LAYER, (cell.y, cell.x))


def _save_and_record(tour: Tour) -> Iterator[Wait]:
    tour.say("saving maps and figures, recording")
    exports = tour.window.exports
    film = tour.out / "session.mp4"
    exports.start_recording(str(film))
    for name, suffix in (("conv_stem", ".npz"), ("blocks.4.1.conv_pw", ".csv")):
        yield from _click(tour, LayerKey(name))
        yield tour.results_later(3)
        stem = name.replace(".", "_")
        saving = (
            exports.save_figure(str(tour.out / f"figure_{stem}.png")),
            exports.save_maps(str(tour.out / f"maps_{stem}{suffix}")),
        )
        for job in saving:
            if job is None:
                raise LookupError(f"nothing to save of {name}")
            yield Wait(partial(_has_ended, job), "the file")
        tour.report.add_file(tour.out / f"figure_{stem}.png")
        tour.report.add_file(tour.out / f"maps_{stem}{suffix}")
    yield tour.seconds(2.0)
    recording = exports.stop_recording()
    if recording is not None:
        tour.report.add_file(film)
        tour.report.set("recording_s", recording.duration_s)
        tour.report.set("recording_frames", recording.frames)
    yield tour.results_later(2)
    tour.window.notices.clear("export")


def _is_other(tour: Tour, name: str) -> bool:
    return tour.last is not None and tour.last.frame.name != name


def _has_ended(job: Job[Path]) -> bool:
    return not job.is_running
