"""The window: its panels, and what joins them to the engine and to each other."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QEvent, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QCloseEvent, QContextMenuEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QWidget

from engine.commands import SetClassification, SetFit, SetStyle
from gui import settings as keys
from gui.context import WindowContext
from gui.control.batch import BatchControl
from gui.control.compare import CompareControl
from gui.control.coseg import CosegControl
from gui.control.evidence import EvidenceControl
from gui.control.exports import ExportControl
from gui.control.far_work import FarWorkControl
from gui.control.fields import FieldControl
from gui.control.graph import GraphControl
from gui.control.inspect import InspectControl
from gui.control.models import ModelControl
from gui.control.segment import SegmentControl
from gui.control.sources import SourceControl
from gui.control.window_view import ViewControl
from gui.control.workspaces import WorkspaceControl
from gui.menus import window_menu
from gui.paint_clock import PaintClock
from gui.panel_window import ALL_GROUPS, PanelWindow
from gui.parts import WindowParts
from gui.pauses import set_aside_garbage, take_back
from gui.views.focus_ring import FocusRing
from gui.workspaces import bring_forward, is_out_of_sight, workspace_of

if TYPE_CHECKING:
    from engine.values import FrameResult, ModelInfo
    from gui.backend import Backend
    from gui.settings import Settings

__all__ = ["MainWindow"]

SEGMENT_TASKS = frozenset({"instance", "semantic"})
"""What networks are called that say which pixels belong to what."""
SETTLE_MS = 1500
"""After a network came: by then it has answered, and its graph is drawn."""


class MainWindow(PanelWindow):
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
        super().__init__(settings)
        self._backend = backend
        self.clock = PaintClock(self)
        self._ring = FocusRing(self)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLE_MS)
        self._settle.timeout.connect(set_aside_garbage)
        self._build_controls()
        self._connect_panels()
        self._build_menu()
        self._restore()

    # ------------------------------------------------------------------------------------ building

    def _build_controls(self) -> None:
        context = WindowContext(self.actions_, self._backend, self._settings)
        self.workspaces = WorkspaceControl(
            self,
            context,
            stack=self.stack,
            pages={
                "maps": self.maps,
                "segment": self.segment,
                "evidence": self.lessons,
                "coseg": self.coseg,
                "train": self.train.pages,
            },
            docks=self.docks,
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
        self.comparing = CompareControl(
            context, panel=self.compare, maps=self.maps, palette=self.palette_
        )
        self.evidences = EvidenceControl(context, evidence=self.evidence, race=self.race)
        self.exports = ExportControl(self, context, maps=self.maps, notices=self.notices)
        self.segments = SegmentControl(
            context, panel=self.segment, objects=self.objects, maps=self.maps
        )
        self.batches = BatchControl(self.batch, context, drawn=self.segments.drawn)
        self.cosegs = CosegControl(
            context, panel=self.coseg, form=self.coseg_set, source=self.source
        )
        self.train.connect_window(context, workspaces=self.workspaces, models=self.models)
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
        self.segments.model_wanted.connect(self.models.load)
        self.segments.choice_wanted.connect(partial(self.models.choose, SEGMENT_TASKS))
        self.segments.pointed_told.connect(self.status.show_pointed)
        self.segment.thresholds.settings_changed.connect(self.batches.show_thresholds)
        self.cosegs.live.model_wanted.connect(self.models.load)
        far = FarWorkControl(
            self, workspaces=self.workspaces, docks=self.docks, notices=self.notices
        )
        far.follow(self.batches, "batch", ("segment", "batch"), self.tr("Batch – {0}"))
        far.follow(self.cosegs, "coseg", ("coseg", "common"), self.tr("Co-segment – {0}"))
        training = self.train.training
        far.follow(training, "training", ("train", "training"), self.tr("Training – {0}"))
        self.cosegs.saving.train_wanted.connect(training.open_data)
        self.palette_.recent_changed.connect(
            lambda ids: self._settings.set(keys.PALETTE_RECENT, ids)
        )

    def _build_menu(self) -> None:
        """Put all actions behind the button at the right end of the top bar."""
        self.top.menu_button(window_menu(self, self.actions_, ALL_GROUPS, self.docks.values()))

    # -------------------------------------------------------------------------------------- layout

    def _restore(self) -> None:
        self.restoreGeometry(QByteArray(self._settings.get(keys.GEOMETRY)))
        self.workspaces.arranging_for.connect(self._show_source_for)
        self.workspaces.arranging_for.connect(lambda _id: self.status.show_pointed(""))
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
        self.segments.begin()

    @Slot(object)
    def _show_result(self, result: FrameResult) -> None:
        self.clock.begin(result.frame.captured_at)
        self.source.show_result(result)
        self.prediction.show_result(result)
        self.inspect.show_result(result)
        self.fields.show_result(result)
        self.exports.show_result(result)
        self.graphs.show_result(result)
        self.segments.show_result(result)
        self.evidences.show_result(result)
        self.cosegs.live.show_result(result)
        self.train.show_result(result)
        self.view.show_result(result)
        self.status.show_result(result, self.clock.paint_ms, self.clock.latency_ms)
        self.timing.add(result, self.clock.paint_ms)
        self.clock.finish()
        self.result_shown.emit(result)

    @Slot(object)
    def _take_model(self, info: ModelInfo) -> None:
        self.setWindowTitle(f"{info.card.title} – Layerscope")
        self.prediction.clear(self.tr("Waiting for the first answer"))
        self.channel.set_categories(info.categories)
        set_aside_garbage()  # before its graph is traced and drawn, and again when it is
        self._settle.start()
        self.inspect.show_model(info)

    @Slot()
    def _show_compare(self) -> None:
        """Bring up the two networks, wide, where the graph stands."""
        self.workspaces.show("graph")
        dock = self.docks["compare"]
        bring_forward(dock)
        self.resizeDocks([dock], [round(self.width() * 0.56)], Qt.Orientation.Horizontal)

    @Slot(str)
    def _show_source_for(self, workspace: str) -> None:
        """Leave the picture out of the source panel where the workspace shows it large."""
        self.source.set_picture_shown(is_shown=not workspace_of(workspace).has_picture)

    @Slot(int, float)
    def _set_classification(self, top_k: int, smoothing_s: float) -> None:
        self._backend.post(SetClassification(top_k, smoothing_s))

    # ------------------------------------------------------------------------------ Qt's overrides

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Offer to copy and save the view under the pointer."""
        self.exports.show_menu(event.globalPos())

    def focusNextPrevChild(self, is_next: bool) -> bool:
        """Pass the keyboard on to what can be seen, and show where it is."""
        passed: set[QWidget] = set()
        while super().focusNextPrevChild(is_next):
            focused = QApplication.focusWidget()
            if focused is None or focused in passed:
                return True  # nothing else can be seen
            if not is_out_of_sight(self, focused):
                self._ring.show_on(focused)
                return True
            passed.add(focused)
        return False

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
        self.batches.close()
        self.train.close()
        self.models.close()
        self.graphs.close()
        self.comparing.close()
        self.segments.close()
        self.cosegs.close()
        self._settings.sync()
        self._settle.stop()
        take_back()
        self._backend.stop()
        super().closeEvent(event)
