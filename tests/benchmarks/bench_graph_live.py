"""The live loop while the graph is alive: colours by what is measured, and small maps."""

from __future__ import annotations

import statistics
import time
from typing import TYPE_CHECKING

from tests.benchmarks.harness import Figure, Plan, benchmark
from tests.benchmarks.timing import alternate, median_ratio

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.values import FrameResult, NetworkGraph, NodeSummary, SurveyRequest
    from tests.benchmarks.engine_loop import EngineLoop

MODEL = "resnet50"
LIMIT = 0.5
SIZE = (480, 900)


@benchmark("graph_live", "graph_live_measure", "graph_live_pictures", "graph_live_both")
def graph_live(plan: Plan) -> Iterator[Figure]:
    """ResNet-50's loop with its graph coloured live, with small maps, with both, over the plain.

    Every operation of the network is asked for, and a graph panel's view is painted with each
    answer, by another thread than the engine's, as a window does.
    """
    from engine.values import SurveyRequest, WeightsChoice
    from tests.benchmarks.engine_loop import EngineLoop, demo_frames

    with EngineLoop(MODEL, WeightsChoice.RANDOM, (), demo_frames(8)) as loop:
        graph = loop.trace()
        screen = _Screen(graph)
        every = frozenset(node.key for node in graph.nodes)
        sides = {
            "plain": _Side(loop, screen, None),
            "measure": _Side(loop, screen, SurveyRequest(every), has_colours=True),
            "pictures": _Side(loop, screen, SurveyRequest(every, has_thumbnails=True)),
            "both": _Side(
                loop, screen, SurveyRequest(every, has_thumbnails=True), has_colours=True
            ),
        }
        works = {name: side.run_for for name, side in sides.items()}
        taken = alternate(works, plan.pick(20, 3), 1.5)
        screen.close()
    for name, side in sides.items():
        label = f"graph_live_{name}"
        if name != "plain":
            ratio = median_ratio(taken["plain"], taken[name])
            yield Figure(label, ratio, "x", "higher", LIMIT)
            ratio = median_ratio(sides["plain"].processor, side.processor)
            yield Figure(f"{label}_processor", ratio, "x", "higher")
            yield Figure(f"{label}_looks", side.looks / side.seconds, "looks/s", "higher")
        yield Figure(f"{label}_rate", 1 / statistics.median(taken[name]), "frames/s", "higher")


class _Side:
    """The loop with one thing asked of it.

    Attributes
    ----------
    processor
        Seconds a frame, of all threads, for each block.
    looks, seconds
        How many frames had been summed up, and how long it ran.
    """

    def __init__(
        self,
        loop: EngineLoop,
        screen: _Screen,
        request: SurveyRequest | None,
        *,
        has_colours: bool = False,
    ) -> None:
        self._loop, self._screen, self._request = loop, screen, request
        self._has_colours = has_colours
        self.processor: list[float] = []
        self.looks = 0
        self.seconds = 0.0

    def run_for(self, seconds: float) -> float:
        """Run a block; return the seconds a frame."""
        self._loop.survey(self._request)
        self._loop.on_result = self._show
        frames = len(self._loop.timings)
        start, spent = time.perf_counter(), time.process_time()
        taken = self._loop.run_for(seconds)
        frames = len(self._loop.timings) - frames
        self.processor.append((time.process_time() - spent) / frames)
        self.seconds += time.perf_counter() - start
        return taken

    def _show(self, result: FrameResult) -> None:
        if result.survey and self._request is not None:
            self.looks += 1
            self._screen.show(result.survey, has_colours=self._has_colours)


class _Screen:
    """A graph, all of it open, at a size at which its small maps are seen."""

    def __init__(self, graph: NetworkGraph) -> None:
        from engine.graph.layout import layout
        from engine.graph.visible import all_paths, visible
        from gui.app import create_application
        from gui.graph.view import GraphView
        from gui.settings import Settings

        self._app = create_application(Settings(), ["layerscope"])
        self._view = GraphView()
        self._view.resize(*SIZE)
        self._view.show_layout(layout(visible(graph, all_paths(graph))), graph)
        self._view.show()
        self._app.processEvents()

    def show(self, found: tuple[NodeSummary, ...], *, has_colours: bool) -> None:
        """Colour by the means and put the maps on, as the window's panel does, and paint."""
        from gui.graph.measures import ColourBy, measure_of, shares_of

        view = self._view
        scene = view.scene
        if scene is None:
            return
        pictures = {it.key: it.thumbnail for it in found if it.thumbnail is not None}
        keyed = {it.item.id: pictures.get(it.item.key) for it in scene.items if it.item.key}
        view.set_thumbnails({id_: it for id_, it in keyed.items() if it is not None})
        view.set_shares(shares_of(scene, {it.key: it.shares for it in found if it.shares}))
        if has_colours:
            view.set_measure(measure_of(scene, {it.key: it.mean for it in found}, ColourBy.MEAN))
        else:
            view.set_measure(None)
        self._app.processEvents()

    def close(self) -> None:
        """Take it off the screen."""
        self._view.close()
        self._app.processEvents()
