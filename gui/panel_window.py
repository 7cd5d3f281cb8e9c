"""All panels of the window, in their docks; what joins them stands in `gui.main_window`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QWidget

from gui import settings as keys
from gui.actions import Actions
from gui.control.train_room import TrainRoom
from gui.coseg.keymap import COSEG_GROUP, COSEG_KEYMAP
from gui.graph.keymap import GRAPH_GROUP, GRAPH_KEYMAP
from gui.keymap import GROUPS, KEYMAP
from gui.learn.keymap import TRAIN_GROUP, TRAIN_KEYMAP
from gui.panels.activation_panel import ActivationPanel
from gui.panels.batch_panel import BatchPanel
from gui.panels.centre_column import CentreColumn
from gui.panels.channel_panel import ChannelPanel
from gui.panels.compare_panel import ComparePanel
from gui.panels.coseg_panel import CosegPanel
from gui.panels.coseg_set_panel import CosegSetPanel
from gui.panels.cost_panel import CostPanel
from gui.panels.evidence_panel import EvidencePanel
from gui.panels.graph_panel import GraphPanel
from gui.panels.layers_panel import LayersPanel
from gui.panels.loading_row import LoadingRow
from gui.panels.objects_panel import ObjectsPanel
from gui.panels.open_model_card import OpenModelCard
from gui.panels.prediction_panel import PredictionPanel
from gui.panels.race_panel import RacePanel
from gui.panels.segment_panel import SegmentPanel
from gui.panels.source_panel import SourcePanel
from gui.panels.status_line import StatusLine
from gui.panels.timing_panel import TimingPanel
from gui.panels.top_bar import TopBar
from gui.remembered import display_style
from gui.segment.keymap import CORRECT_GROUP, SEGMENT_GROUP, SEGMENT_KEYMAP
from gui.views.help_overlay import HelpOverlay
from gui.views.notice_bar import NoticeBar
from gui.views.page_tabs import PageTabs
from gui.views.palette import CommandPalette
from gui.views.settings_overlay import SettingsOverlay
from gui.workspaces import bring_forward, make_docks

if TYPE_CHECKING:
    from gui.settings import Settings

__all__ = ["PanelWindow"]

DEFAULT_SIZE = (1280, 800)
KEYMAPS = (*KEYMAP, *GRAPH_KEYMAP, *SEGMENT_KEYMAP, *COSEG_KEYMAP, *TRAIN_KEYMAP)
ALL_GROUPS = (*GROUPS, GRAPH_GROUP, SEGMENT_GROUP, COSEG_GROUP, CORRECT_GROUP, TRAIN_GROUP)
"""In the order of the menu."""


class PanelWindow(QMainWindow):
    """A window with every panel in its place, and nothing that acts on them.

    Parameters
    ----------
    settings
        What is remembered.
    """

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings = settings
        self._build_window()
        self._build_panels()
        self._build_docks()

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
        self.actions_ = Actions(self, KEYMAPS)

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
        self.segment = SegmentPanel(actions=actions, settings=self._settings, parent=self)
        self.objects = ObjectsPanel(style=style, parent=self)
        self.batch = BatchPanel(settings=self._settings, parent=self)
        self.coseg = CosegPanel(actions=actions, settings=self._settings, parent=self)
        self.coseg_set = CosegSetPanel(settings=self._settings, parent=self)
        self.train = TrainRoom(actions=actions, settings=self._settings, parent=self)
        self.evidence = EvidencePanel(self)
        self.race = RacePanel(self)
        pages = (
            (self.tr("Class evidence"), self.evidence),
            (self.tr("Sliding window"), self.race),
        )
        self.lessons = PageTabs(pages, self)
        self.stack = QStackedWidget(self)
        rows = (self.loading, self.notices)
        self.setCentralWidget(CentreColumn(rows, self.file_card, self.stack, self))
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
            "objects": (self.tr("Objects"), self.objects),
            "batch": (self.tr("Batch"), self.batch),
            "common": (self.tr("Set"), self.coseg_set),
            "training": (self.tr("Training"), self.train.form),
        }
        self.docks = make_docks(self, panels)
        # Before the controls connect theirs: who searches a panel wants to see it first.
        for action, name in (("find_layer", "layers"), ("graph_find", "graph")):
            self.actions_.connect(action, partial(bring_forward, self.docks[name]))
