"""The graph and the cost of the network that is loaded: traced, followed, live, saved."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from engine.commands import MeasureCost, SetSurvey, TraceGraph
from engine.events import (
    CostMeasured,
    EngineEvent,
    GraphTraced,
    ModelReady,
    Notice,
    Severity,
)
from engine.graph.crop import cropped
from engine.jobs import Job
from engine.values import SurveyRequest
from gui import settings as keys
from gui.dialogs import ask_where_to_save
from gui.graph.measures import LIVE, ColourBy
from gui.theme import theme_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.errors import EngineError
    from engine.jobs import JobControl
    from engine.values import FrameResult, LayerKey, NodeSummary
    from gui.context import WindowContext
    from gui.panels.activation_panel import ActivationPanel
    from gui.panels.cost_panel import CostPanel
    from gui.panels.graph_panel import GraphPanel
    from gui.views.notice_bar import NoticeBar

__all__ = ["GraphControl"]


class GraphControl(QObject):
    """Keeps the graph panel and the cost panel in step with the engine and the watched layers.

    Parameters
    ----------
    context
        Of the window.
    graph, cost
        The panels.
    maps
        Has the watched layers.
    notices
        Where it says what was saved, or why not.
    """

    _saved = Signal(object, str)

    def __init__(
        self,
        context: WindowContext,
        *,
        graph: GraphPanel,
        cost: CostPanel,
        maps: ActivationPanel,
        notices: NoticeBar,
    ) -> None:
        super().__init__(graph)
        self._backend = context.backend
        self._settings = context.settings
        self._graph = graph
        self._cost = cost
        self._maps = maps
        self._notices = notices
        self._title = ""
        self._has_pictures = False
        self._seen: tuple[LayerKey, ...] = ()
        self._request: SurveyRequest | None = None
        self._jobs: list[Job[Path]] = []
        context.actions.connect("cost_times", self._measure_times)
        context.actions.connect("cost_save", self._ask_cost)
        self._connect_parts()

    @Slot(object)
    def show_result(self, result: FrameResult) -> None:
        """Show what a survey found, on the frames that have one."""
        if not result.survey or not self._is_live:  # one may come after the last wish
            return
        colour_by = self._graph.bar.colour_by
        values = {it.key: _measured(it, colour_by) for it in result.survey}
        if colour_by in LIVE and colour_by is not ColourBy.TIME:
            self._graph.show_values(colour_by, values)
        pictures = {it.key: it.thumbnail for it in result.survey if it.thumbnail is not None}
        self._graph.show_pictures(pictures)
        self._graph.show_shares({it.key: it.shares for it in result.survey if it.shares})
        cost_ms = f"{result.timing.survey_ms:.0f}"
        self._graph.set_note(self.tr("{0} ms a look").format(cost_ms))

    def close(self) -> None:
        """Finish what is under way."""
        self._graph.finish()
        for job in self._jobs:
            job.join(10)

    # ------------------------------------------------------------------------------------ private

    @property
    def _is_live(self) -> bool:
        """Whether something of the graph is to follow the pictures."""
        return self._has_pictures or self._graph.bar.colour_by in LIVE - {ColourBy.TIME}

    def _connect_parts(self) -> None:
        self._backend.bridge.event_received.connect(self._hear)
        for chosen in (self._graph.layer_chosen, self._cost.layer_chosen):
            chosen.connect(self._maps.watch)
        self._graph.layer_added.connect(self._maps.watch_also)
        self._graph.colour_changed.connect(self._recolour)
        self._graph.pictures_changed.connect(self._set_pictures)
        self._graph.seen_changed.connect(self._survey)
        self._graph.save_wanted.connect(self._ask_graph)
        self._cost.measure_wanted.connect(self._measure_times)
        self._cost.save_wanted.connect(self._ask_cost)
        self._maps.current_changed.connect(self._follow)
        self._saved.connect(self._tell_saved)

    @Slot(object)
    def _hear(self, event: EngineEvent) -> None:
        match event:
            case ModelReady(info):
                self._title = info.card.title
                self._graph.show_waiting(self.tr("Tracing {0}").format(info.card.title))
                self._backend.post(TraceGraph())
                self._backend.post(MeasureCost())
                self._send(None)
            case GraphTraced(graph):
                self._graph.show_graph(graph)
                page = self._maps.current_page
                self._graph.mark_watched(self._maps.keys, page.key if page else None)
            case CostMeasured(cost):
                self._graph.set_cost(cost)
                self._cost.show_cost(cost)
                self._cost.set_measuring(False)
            case Notice("graph", message, _) if message:
                self._graph.show_error(message)

    @Slot(object)
    def _follow(self, key: LayerKey) -> None:
        self._graph.mark_watched(self._maps.keys, key)
        self._cost.mark_current(key)

    @Slot(object)
    def _recolour(self, colour_by: ColourBy) -> None:
        if colour_by is ColourBy.TIME:
            self._measure_times()
        self._survey(self._seen)

    @Slot(bool)
    def _set_pictures(self, is_wanted: bool) -> None:
        self._has_pictures = is_wanted
        self._survey(self._seen)

    @Slot(object)
    def _survey(self, seen: tuple[LayerKey, ...]) -> None:
        """Have the engine sum up what is seen, while something live is wanted of it."""
        self._seen = seen
        request = SurveyRequest(frozenset(seen), self._has_pictures)
        self._send(request if self._is_live and seen else None)

    def _send(self, request: SurveyRequest | None) -> None:
        if request != self._request:
            self._request = request
            self._backend.post(SetSurvey(request))
        if request is None:
            self._graph.set_note("")
            self._graph.show_shares({})

    @Slot()
    def _measure_times(self) -> None:
        self._cost.set_measuring(True)
        self._backend.post(MeasureCost(has_times=True))

    # ------------------------------------------------------------------------------------- saving

    @Slot(str, bool)
    def _ask_graph(self, kind: str, is_part: bool) -> None:
        kinds = {self.tr("Drawing"): ".svg", self.tr("Picture"): ".png"}
        if kind == "png":
            kinds = dict(reversed(kinds.items()))
        suggestion = str(self._folder() / f"{self._title or 'graph'}.{kind}")
        ask_where_to_save(self._graph, suggestion, kinds, partial(self.save_graph, is_part=is_part))

    @Slot()
    def _ask_cost(self) -> None:
        suggestion = str(self._folder() / f"{self._title or 'network'} cost.csv")
        kinds = {self.tr("Table"): ".csv"}
        ask_where_to_save(self._cost, suggestion, kinds, self.save_cost)

    def save_graph(self, path: str, *, is_part: bool = False) -> Job[Path] | None:
        """Save the graph as it is opened now, as a drawing (.svg) or a picture (.png).

        Parameters
        ----------
        is_part
            Only what is seen of it.
        """
        scene = self._graph.view.scene
        if scene is None:
            return None
        graph, layout = scene.graph, scene.layout
        if is_part:
            layout = cropped(layout, self._graph.view.camera.seen)
        title, look = self._title, theme_of(self._graph).name

        def write(_control: JobControl) -> Path:
            from engine.graph.saving import save_drawing, subtitle_of  # noqa: PLC0415 - off the GUI thread

            below = subtitle_of(graph) if graph is not None else ""
            save_drawing(path, layout, heading=(title, below), theme=look, overwrite=True)
            return Path(path)

        return self._start(write)

    def save_cost(self, path: str) -> Job[Path]:
        """Save the table of costs."""

        def write(_control: JobControl) -> Path:
            self._cost.to_csv(path, overwrite=True)
            return Path(path)

        return self._start(write)

    def _folder(self) -> Path:
        return Path(self._settings.get(keys.SAVE_FOLDER) or Path.home())

    def _start(self, write: Callable[[JobControl], Path]) -> Job[Path]:
        self._jobs = [job for job in self._jobs if job.is_running]

        def failed(error: EngineError) -> None:
            self._saved.emit(None, error.message)

        job = Job(
            write,
            on_done=lambda path: self._saved.emit(path, ""),
            on_failed=failed,
            name="save-graph",
        ).start()
        self._jobs.append(job)
        return job

    @Slot(object, str)
    def _tell_saved(self, path: Path | None, message: str) -> None:
        if path is None:
            self._notices.show_notice("export", message, Severity.ERROR)
        else:
            self._notices.show_brief("export", self.tr("Saved {0}.").format(path))


def _measured(summary: NodeSummary, colour_by: ColourBy) -> float:
    return {
        ColourBy.MEAN: summary.mean,
        ColourBy.SPARSITY: summary.zeros,
        ColourBy.DEAD: summary.dead,
    }.get(colour_by, 0.0)
