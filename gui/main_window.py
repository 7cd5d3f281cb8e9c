"""The window: it builds the panels, puts them into docks, and connects what joins them."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QEvent, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent, QContextMenuEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QMainWindow, QMenu, QStackedWidget, QWidget

from engine.commands import SetClassification, SetFit, SetStyle
from gui import settings as keys
from gui.actions import Actions
from gui.context import WindowContext
from gui.control.compare import CompareControl
from gui.control.exports import ExportControl
from gui.control.fields import FieldControl
from gui.control.graph import GraphControl
from gui.control.inspect import InspectControl
from gui.control.models import ModelControl
from gui.control.sources import SourceControl
from gui.control.window_view import ViewControl
from gui.control.workspaces import WorkspaceControl
from gui.graph.keymap import GRAPH_GROUP, GRAPH_KEYMAP
from gui.keymap import GROUPS, KEYMAP
from gui.panels.activation_panel import ActivationPanel
from gui.panels.centre_column import CentreColumn
from gui.panels.channel_panel import ChannelPanel
from gui.panels.compare_panel import ComparePanel
from gui.panels.cost_panel import CostPanel
from gui.panels.graph_panel import GraphPanel
from gui.panels.layers_panel import LayersPanel
from gui.panels.loading_row import LoadingRow
from gui.panels.open_model_card import OpenModelCard
from gui.panels.prediction_panel import PredictionPanel
from gui.panels.source_panel import SourcePanel
from gui.panels.status_line import StatusLine
from gui.panels.timing_panel import TimingPanel
from gui.panels.top_bar import TopBar
from gui.parts import WindowParts
from gui.pauses import set_aside_garbage, take_back
from gui.remembered import display_style
from gui.views.help_overlay import HelpOverlay
from gui.views.notice_bar import NoticeBar
from gui.views.palette import CommandPalette
from gui.views.settings_overlay import SettingsOverlay
from gui.workspaces import bring_forward, make_docks

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.values import FrameResult, ModelInfo
    from gui.backend import Backend
    from gui.settings import Settings

__all__ = ["MainWindow"]

DEFAULT_SIZE = (1280, 800)
UNPAINTED_MS = 1000
SETTLE_MS = 1500
"""After a network came: by then it has answered, and its graph is drawn."""


_PAINTED = QEvent.Type(QEvent.registerEventType())


class MainWindow(QMainWindow):
    """Everything that is seen.

    Parameters
    ----------
    backend
        The engine.
    settings
        What is remembered.
    """

    result_shown = Signal(object)
    """A FrameResult went to all panels; it is painted next."""

    def __init__(self, *, backend: Backend, settings: Settings) -> None:
        super().__init__()
        self._backend = backend
        self._settings = settings
        self._is_painted = False
        self._waiting: list[Callable[[], None]] = []
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLE_MS)
        self._settle.timeout.connect(set_aside_garbage)
        self._paint_ms = self._latency_ms = 0.0
        self._shown_at = self._captured_at = 0.0
        self._build_window()
        self._build_panels()
        self._build_docks()
        self._build_controls()
        self._connect_panels()
        self._build_menu()
        self._restore()

    @property
    def latency_ms(self) -> float:
        """From the capture of the frame painted last to its being on the screen."""
        return self._latency_ms

    @property
    def paint_ms(self) -> float:
        """What handling and painting the last result cost the GUI thread."""
        return self._paint_ms

    def when_painted(self, do: Callable[[], None]) -> None:
        """Do something once the window has been painted for the first time.

        Where no painting comes (a window that is not exposed), it is done after a second.
        """
        if self._is_painted:
            do()
            return
        self._waiting.append(do)
        QTimer.singleShot(UNPAINTED_MS, self, self._end_waiting)

    @Slot()
    def _end_waiting(self) -> None:
        waiting, self._waiting = self._waiting, []
        for do in waiting:
            do()

    # ------------------------------------------------------------------------------------ building

    def _build_window(self) -> None:
        self.setWindowTitle("Layerscope")
        self.setObjectName("main_window")
        self.setAcceptDrops(True)
        self.setDockNestingEnabled(True)
        self.resize(*DEFAULT_SIZE)
        for corner, area in (
            (Qt.Corner.BottomLeftCorner, Qt.DockWidgetArea.LeftDockWidgetArea),
            (Qt.Corner.BottomRightCorner, Qt.DockWidgetArea.RightDockWidgetArea),
        ):
            self.setCorner(corner, area)
        self.actions_ = Actions(self, (*KEYMAP, *GRAPH_KEYMAP))

    def _build_panels(self) -> None:
        style = display_style(self._settings)
        actions = self.actions_
        self.top = TopBar(actions=actions, parent=self)
        self.addToolBar(self.top)
        self.status = StatusLine(self)
        self.setStatusBar(self.status)
        self.notices = NoticeBar(self)
        self.loading = LoadingRow(self)
        self.file_card = OpenModelCard(self)
        self.source = SourcePanel(actions=actions, settings=self._settings, parent=self)
        self.prediction = PredictionPanel(settings=self._settings, parent=self)
        self.layers = LayersPanel(self)
        self.maps = ActivationPanel(actions=actions, style=style, parent=self)
        self.channel = ChannelPanel(actions=actions, style=style, parent=self)
        self.timing = TimingPanel(self)
        self.graph = GraphPanel(actions=actions, parent=self)
        self.cost = CostPanel(self)
        self.compare = ComparePanel(actions=actions, parent=self)
        self._stack = QStackedWidget(self)
        rows = (self.loading, self.notices)
        self.setCentralWidget(CentreColumn(rows, self.file_card, self._stack, self))
        recent = self._settings.get(keys.PALETTE_RECENT)
        self.palette_ = CommandPalette(actions, self, recent)
        self.help = HelpOverlay(actions, self)
        self.preferences = SettingsOverlay(self, self._settings)

    def _build_docks(self) -> None:
        panels: dict[str, tuple[str, QWidget]] = {
            "source": (self.tr("Source"), self.source),
            "prediction": (self.tr("Prediction"), self.prediction),
            "graph": (self.tr("Graph"), self.graph),
            "layers": (self.tr("Layers"), self.layers),
            "channel": (self.tr("Channel"), self.channel),
            "cost": (self.tr("Cost"), self.cost),
            "timing": (self.tr("Timings"), self.timing),
            "compare": (self.tr("Compare"), self.compare),
        }
        self.docks = make_docks(self, panels)
        # Before the controls connect theirs: who searches a panel wants to see it first.
        for action, name in (("find_layer", "layers"), ("graph_find", "graph")):
            self.actions_.connect(action, partial(bring_forward, self.docks[name]))

    def _build_controls(self) -> None:
        context = WindowContext(self.actions_, self._backend, self._settings)
        self.workspaces = WorkspaceControl(
            self, context, stack=self._stack, pages={"maps": self.maps}, docks=self.docks
        )
        self.sources = SourceControl(self.source, context)
        self.models = ModelControl(
            context,
            top=self.top,
            loading=self.loading,
            card=self.file_card,
            notices=self.notices,
            palette=self.palette_,
        )
        self.inspect = InspectControl(
            context, layers=self.layers, maps=self.maps, channel=self.channel
        )
        self.graphs = GraphControl(
            context, graph=self.graph, cost=self.cost, maps=self.maps, notices=self.notices
        )
        self.comparing = CompareControl(context, panel=self.compare, palette=self.palette_)
        self.exports = ExportControl(self, context, maps=self.maps, notices=self.notices)
        parts = WindowParts(
            window=self,
            docks=self.docks,
            source=self.source,
            maps=self.maps,
            channel=self.channel,
            cost=self.cost,
            status=self.status,
            notices=self.notices,
            palette=self.palette_,
            help=self.help,
            preferences=self.preferences,
        )
        self.fields = FieldControl(parts, context)
        self.view = ViewControl(
            parts, context, inspect=self.inspect, models=self.models, fields=self.fields
        )

    def _connect_panels(self) -> None:
        bridge = self._backend.bridge
        bridge.result_ready.connect(self._show_result)
        bridge.preview_ready.connect(self.source.show_preview)
        self.models.model_ready.connect(self._take_model)
        self.comparing.wanted.connect(self._show_compare)
        self.compare.closed.connect(self.docks["compare"].hide)
        self.sources.model_dropped.connect(self.models.load)
        self.prediction.classification_changed.connect(self._set_classification)
        self.prediction.fit_changed.connect(lambda fit: self._backend.post(SetFit(fit)))
        self.actions_.connect("cycle_fit", self.prediction.cycle_fit)
        self.view.layout_reset_wanted.connect(self.workspaces.reset)
        self.inspect.layer_changed.connect(self.status.show_layer)
        self.maps.channel_hovered.connect(self.view.show_pointed)
        self.channel.cell_hovered.connect(self.view.show_pointed)
        self.palette_.recent_changed.connect(
            lambda ids: self._settings.set(keys.PALETTE_RECENT, ids)
        )

    def _build_menu(self) -> None:
        """Put all actions, group by group, behind the button at the right end of the top bar."""
        menu = QMenu(self)
        groups = self.actions_.by_group()
        for group in (*GROUPS, GRAPH_GROUP):
            specs = groups.get(group, [])
            if specs:
                part = menu.addMenu(specs[0].group_title)
                part.addActions([self.actions_.action(spec.id) for spec in specs])
        panels = menu.addMenu(self.tr("Panels"))
        panels.addActions([dock.toggleViewAction() for dock in self.docks.values()])
        self.top.menu_button(menu)

    # -------------------------------------------------------------------------------------- layout

    def _restore(self) -> None:
        self.restoreGeometry(QByteArray(self._settings.get(keys.GEOMETRY)))
        self.workspaces.start()
        self.maps.set_split(self._settings.get(keys.IS_SPLIT))
        if self._settings.notice:
            self.notices.show_notice("settings", self._settings.notice)

    # ----------------------------------------------------------------------------------- the loop

    def begin(self) -> None:
        """Tell the engine how things are wanted, before the first network is loaded."""
        self._backend.post(SetStyle(self.maps.style_bar.style_now.atlas))
        self._backend.post(SetFit(self.prediction.fit))
        self._set_classification(self.prediction.top_k, self.prediction.smoothing_s)

    @Slot(object)
    def _show_result(self, result: FrameResult) -> None:
        self._shown_at, self._captured_at = time.perf_counter(), result.frame.captured_at
        self.source.show_result(result)
        self.prediction.show_result(result)
        self.inspect.show_result(result)
        self.fields.show_result(result)
        self.exports.show_result(result)
        self.graphs.show_result(result)
        self.view.show_result(result)
        self.status.show_result(result, self._paint_ms, self._latency_ms)
        self.timing.add(result, self._paint_ms)
        # Repaints are events of low priority: an event of the same behind them comes when all
        # is painted.
        QApplication.postEvent(self, QEvent(_PAINTED), Qt.EventPriority.LowEventPriority.value)
        self.result_shown.emit(result)

    @Slot(object)
    def _take_model(self, info: ModelInfo) -> None:
        self.setWindowTitle(f"{info.card.title} – Layerscope")
        self.prediction.clear(self.tr("Waiting for the first answer"))
        self.channel.set_categories(info.categories)
        self._settle.start()
        self.inspect.show_model(info)

    @Slot()
    def _show_compare(self) -> None:
        """Bring up the two networks, wide, where the graph stands."""
        self.workspaces.show("graph")
        dock = self.docks["compare"]
        dock.show()
        dock.raise_()
        self.resizeDocks([dock], [round(self.width() * 0.62)], Qt.Orientation.Horizontal)

    @Slot(int, float)
    def _set_classification(self, top_k: int, smoothing_s: float) -> None:
        self._backend.post(SetClassification(top_k, smoothing_s))

    # ------------------------------------------------------------------------------ Qt's overrides

    def event(self, event: QEvent) -> bool:
        """Take the time when a result has been painted; notice the first painting."""
        if event.type() == QEvent.Type.UpdateRequest and not self._is_painted:
            self._is_painted = super().event(event)
            QTimer.singleShot(0, self, self._end_waiting)
            return self._is_painted
        if event.type() == _PAINTED:
            now = time.perf_counter()
            self._paint_ms = (now - self._shown_at) * 1e3
            self._latency_ms = (now - self._captured_at) * 1e3
            return True
        return super().event(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer to copy and save the view under the pointer."""
        self.exports.show_menu(event.globalPos())

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files and addresses from anywhere."""
        if event.mimeData().hasUrls() or event.mimeData().hasText():
            event.acceptProposedAction()
            self.view.show_drop_hint(is_shown=True)

    def dragLeaveEvent(self, event: QEvent) -> None:
        """Take the hint away."""
        self.view.show_drop_hint(is_shown=False)
        event.accept()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open what was dropped."""
        self.view.show_drop_hint(is_shown=False)
        if self.sources.open_dropped(event.mimeData()):
            event.acceptProposedAction()

    def closeEvent(self, event: QCloseEvent) -> None:
        """Remember the layout, finish what is under way, and stop the engine."""
        self._settings.set(keys.GEOMETRY, bytes(self.saveGeometry().data()))
        self.workspaces.remember()
        self._settings.set(keys.IS_SPLIT, self.maps.is_split)
        self.exports.close()
        self.models.close()
        self.graphs.close()
        self.comparing.close()
        self._settings.sync()
        self._settle.stop()
        take_back()
        self._backend.stop()
        super().closeEvent(event)
