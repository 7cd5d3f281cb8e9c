"""The tour through the workspace Graph: the graph alive, what everything costs, two networks."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from engine.values import LayerKey
from gui.graph.measures import ColourBy
from gui.tour.looks import shoot_looks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gui.tour.driver import Tour, Wait

__all__ = ["look_at_graph"]

OTHER = "mobilenet_v2"


def look_at_graph(tour: Tour) -> Iterator[Wait]:
    """Look at the graph alive, at its colours and costs, and beside another network's."""
    window = tour.window
    window.workspaces.show("graph")
    yield tour.until(lambda: window.graph.view.scene is not None, "the graph")
    yield from _alive(tour)
    yield from _coloured(tour)
    yield from _saved(tour)
    yield from _compared(tour)
    window.workspaces.show("inspect")


def _alive(tour: Tour) -> Iterator[Wait]:
    tour.say("graph: small maps on the nodes")
    window = tour.window
    window.actions_.trigger("graph_pictures")
    window.maps.watch(LayerKey("blocks.1.1/add"))
    yield tour.results_later(12)
    show = partial(window.actions_.trigger, "graph_fit_selection")
    show()
    yield tour.seconds(1.0)
    yield from shoot_looks(tour, "graph", answers=6, before=show)


def _coloured(tour: Tour) -> Iterator[Wait]:
    tour.say("graph: coloured by sparsity and by multiply-adds")
    window = tour.window
    window.actions_.trigger("graph_pictures")
    for wanted in (ColourBy.SPARSITY, ColourBy.MACS):
        for _ in ColourBy:
            if window.graph.bar.colour_by is wanted:
                break
            window.actions_.trigger("graph_colour")
        if window.graph.bar.colour_by is not wanted:
            raise LookupError(f"the graph is not coloured by {wanted}")
        window.actions_.trigger("graph_fit_selection")
        yield tour.results_later(8)
        yield tour.seconds(0.5)
        tour.shoot(f"graph_by_{wanted}")


def _saved(tour: Tour) -> Iterator[Wait]:
    window, path = tour.window, tour.out / "graph.svg"
    job = window.graphs.save_graph(str(path))
    if job is None:
        raise LookupError("no graph to save")
    yield tour.until(lambda: not job.is_running, "the drawing")
    tour.report.add_file(path)
    yield tour.seconds(0.2)
    window.notices.clear("export")


def _compared(tour: Tour) -> Iterator[Wait]:
    """Trace a second network without its weights, and go to what differs."""
    tour.say(f"comparing with {OTHER}")
    window = tour.window
    window.comparing.compare_with(OTHER)
    yield tour.until(lambda: window.compare.index is not None, "the comparison")
    index = window.compare.index
    if index is None:
        raise LookupError("no comparison")
    tour.report.set("compare_with", OTHER)
    tour.report.set("compare_same", index.diff.same)
    tour.report.set("compare_changed", index.diff.changed)
    only = len(index.diff.only_left), len(index.diff.only_right)
    tour.report.set("compare_only_one_has", sum(only))
    yield tour.seconds(1.0)
    for _ in range(3):
        window.actions_.trigger("compare_next")
        yield tour.seconds(0.4)
    yield from shoot_looks(tour, "compare", before=window.comparing.wanted.emit)
    window.actions_.trigger("compare_close")
