"""From a network to its graph on the screen, and whether the window stays alive meanwhile."""

from __future__ import annotations

import functools
import statistics
from typing import TYPE_CHECKING

from tests.benchmarks.harness import Figure, Plan, benchmark
from tests.benchmarks.timing import clocked, percentile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from engine.values import NetworkGraph
    from tests.benchmarks.graph_window import GraphWindow

LIMITS_S = {1000: 1.0, 5000: 3.0}
"""For how many operations how long a layout may take."""
SHAPES = ("chain", "dense_48", "dense_12", "hub", "unrolled")
GAP_MS = 33.0


@benchmark("graph_layout", *(f"layout_{shape}_{size}" for size in LIMITS_S for shape in SHAPES))
def graph_layout(plan: Plan) -> Iterator[Figure]:
    """Graphs of 1,000 and 5,000 operations, everything open, to their layout."""
    from engine.graph.layout import layout
    from engine.graph.visible import all_paths, visible

    def lay_out(graph: NetworkGraph) -> None:
        layout(visible(graph, all_paths(graph), fold=False))

    for size, limit in LIMITS_S.items():
        for shape in SHAPES:
            graph = _made(shape, size)
            times = [clocked(functools.partial(lay_out, graph)) for _ in range(plan.pick(3, 1))]
            wall, processor = (statistics.median(it) for it in zip(*times, strict=True))
            name = f"layout_{shape}_{size}"
            yield Figure(name, wall, "s", "lower", limit)
            yield Figure(f"{name}_processor", processor, "s", "lower")


def _made(shape: str, size: int) -> NetworkGraph:
    """Return a graph of about so many operations; see `made_graphs` for the shapes.

    Dense blocks have 12 or 48 layers, DenseNet's smallest and its largest; the hub is an output
    that is needed at 24 places far down.
    """
    from tests.engine.graph_view import made_graphs as made

    make: dict[str, Callable[[], NetworkGraph]] = {
        "chain": lambda: made.chain(size),
        "dense_48": lambda: made.flat_dense(round(size / 97), 48),
        "dense_12": lambda: made.flat_dense(round(size / 25), 12),
        "hub": lambda: made.hub(size, 24),
        "unrolled": lambda: made.unrolled(round(size / 3)),
    }
    return make[shape]()


@benchmark("graph_screen", "graph_screen_densenet201", "graph_gap_max")
def graph_screen(plan: Plan) -> Iterator[Figure]:
    """DenseNet-201 and Mask R-CNN traced, laid out, opened whole and painted in the window."""
    from tests.benchmarks.graph_window import GraphWindow

    networks = _networks()
    there = GraphWindow()
    try:
        for name, (forward, trace) in networks.items():
            there.heart.start()
            ways = [_walk(there, forward, trace) for _ in range(plan.pick(5, 1))]
            there.heart.is_on = False
            limit = 1.0 if name == "densenet201" else None
            for clock, suffix in enumerate(("", "_processor")):
                chosen, opened, bare = (
                    [way[part][clock] for way in ways] for part in ("chosen", "opened", "bare")
                )
                beyond = statistics.median(a - b for a, b in zip(chosen, bare, strict=True))
                target = None if suffix else limit
                yield Figure(f"graph_screen_{name}{suffix}", beyond, "s", "lower", target)
                for part, taken in (("forward", bare), ("whole", opened)):
                    label = f"graph_screen_{name}_{part}{suffix}"
                    yield Figure(label, statistics.median(taken), "s", "lower")
    finally:
        there.close()
    gaps, busy = there.heart.gaps, there.heart.busy
    yield Figure("graph_gap_max", max(gaps), "ms", "lower", GAP_MS)
    yield Figure("graph_gap_p99", percentile(gaps, 0.99), "ms", "lower")
    # What the window's own thread had to do at a stretch, whatever else the machine had to.
    yield Figure("graph_gap_max_processor", max(busy), "ms", "lower", GAP_MS)
    yield Figure("graph_gap_p99_processor", percentile(busy, 0.99), "ms", "lower")


def _walk(
    there: GraphWindow, forward: Callable[[], object], trace: Callable[[], NetworkGraph]
) -> dict[str, tuple[float, float]]:
    """Return the seconds, by both clocks, to the graph on the screen, to all of it, of a forward.

    The forward runs beside the window, as the trace does, and just before it.
    """
    bare = there.run_aside(forward)
    chosen = there.choose(trace)
    there.rest()
    opened = there.open_whole()
    there.rest()
    return {"bare": bare, "chosen": chosen, "opened": opened}


def _networks() -> dict[str, tuple[Callable[[], object], Callable[[], NetworkGraph]]]:
    """Return for each network what runs it, and what traces it; all with random weights."""
    import torch
    from torchvision.models import densenet201
    from torchvision.models.detection import maskrcnn_resnet50_fpn

    from engine.graph.trace import trace

    torch.manual_seed(0)
    picture = torch.zeros(1, 3, 224, 224)
    dense = densenet201(weights=None).eval()
    mask = maskrcnn_resnet50_fpn(weights=None, weights_backbone=None, min_size=320).eval()
    both = {
        "densenet201": (dense, (picture,)),
        "maskrcnn": (mask, ([torch.rand(3, 320, 320)],)),
    }

    def run(module: torch.nn.Module, inputs: tuple[object, ...]) -> None:
        with torch.inference_mode():
            module(*inputs)

    return {
        name: (
            functools.partial(run, module, inputs),
            functools.partial(trace, module, inputs, name=name),
        )
        for name, (module, inputs) in both.items()
    }
