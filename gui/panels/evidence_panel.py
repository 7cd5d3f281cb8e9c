"""The evidence panel: which places of the picture speak for a class, live."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QSlider,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from engine import colormaps
from engine.values import EVIDENCE_STRIDES, EvidenceRequest
from gui.views.class_field import ClassField
from gui.views.colorbar import ColorBar
from gui.views.frame_view import FrameView
from gui.views.value_scale import ValueScale

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PySide6.QtGui import QHideEvent, QShowEvent

    from engine.values import ClassEvidence, FrameResult

__all__ = ["EvidencePanel"]

TOP_K = 5
DEFAULT_STRIDE = 16
FAINTEST = 40
"""Of 255: how opaque the map is where it says least, so that its cells are seen there, too."""
SIDE_WIDTH = 216


class EvidencePanel(QWidget):
    """Lays the evidence for one class over the picture.

    Signals
    -------
    request_changed : EvidenceRequest or None
        What is to be asked of the frames; None while nobody looks.
    """

    request_changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._result: FrameResult | None = None
        self._evidence: ClassEvidence | None = None
        self._chosen: int | None = None
        self._build_parts()
        self._build_layout()
        self._connect_parts()

    @property
    def request(self) -> EvidenceRequest | None:
        """What is to be asked of the frames."""
        if not self.isVisible():
            return None
        classes = () if self._chosen is None else (self._chosen,)
        return EvidenceRequest(classes, TOP_K, self._stride.currentData())

    def set_categories(self, names: tuple[str, ...]) -> None:
        """Take the names of another network's classes."""
        self._find.set_categories(names)
        self._chosen = None
        self.clear(self.tr("Waiting for the first answer"))
        self._tell()

    def show_result(self, result: FrameResult) -> None:
        """Take the newest frame, with evidence or (between two looks) without."""
        self._result = result
        if result.evidence is not None:
            self._evidence = result.evidence
        if self.isVisible():
            self._show()

    def clear(self, message: str) -> None:
        """Show nothing, but a sentence that says what to do next."""
        self._evidence = None
        self.picture.clear(message)
        self._list.clear()
        self._facts.clear()
        self._bar.hide()

    def views(self) -> tuple[QWidget, ...]:
        """Return the views that can be copied."""
        return (self.picture,)

    # ------------------------------------------------------------------------------------ private

    def _build_parts(self) -> None:
        self._warning = QLabel(self.tr("Evidence, not segmentation"), self)
        self._warning.setProperty("role", "badge")
        self._warning.setToolTip(
            self.tr(
                "The classifier's last layer is asked at each place by itself: it shows what "
                "speaks for the class, and knows nothing of where an object ends."
            )
        )
        self._stride = QComboBox(self)
        self._stride.setToolTip(
            self.tr("Pixels of the network's input from one place to the next; finer costs more")
        )
        self._stride.setAccessibleName(self.tr("Output stride"))
        for stride in EVIDENCE_STRIDES:
            self._stride.addItem(self.tr("Stride {0}").format(stride), stride)
        self._stride.setCurrentIndex(EVIDENCE_STRIDES.index(DEFAULT_STRIDE))
        self._opacity = QSlider(Qt.Orientation.Horizontal, self)
        self._opacity.setRange(0, 100)
        self._opacity.setValue(70)
        self._opacity.setMaximumWidth(96)
        self._opacity.setToolTip(self.tr("How much of the map covers the picture"))
        self._opacity.setAccessibleName(self.tr("Opacity of the overlay"))
        self.picture = FrameView(self)
        self.picture.clear(self.tr("Open a picture to see what in it speaks for a class"))
        self._bar = ColorBar(self)
        self._bar.setMinimumWidth(60)
        self._bar.set_unit(self.tr("logit"))
        self._bar.set_lut(colormaps.lut(colormaps.DEFAULT))
        self._bar.hide()
        self._find = ClassField(self)
        self._find.setPlaceholderText(self.tr("Find a class"))
        self._find.setToolTip(self.tr("Choose any class of the network by a part of its name"))
        self._list = QTreeWidget(self)
        self._list.setColumnCount(2)
        self._list.setHeaderHidden(True)
        self._list.setRootIsDecorated(False)
        header = self._list.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self._list.setAccessibleName(self.tr("Classes"))
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self._facts = QLabel(self)
        self._facts.setProperty("role", "caption")
        self._facts.setWordWrap(True)

    def _build_layout(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(8)
        top.addWidget(self._warning)
        top.addStretch(1)
        top.addWidget(self._stride)
        top.addWidget(QLabel(self.tr("Overlay"), self))
        top.addWidget(self._opacity)
        self._side = QWidget(self)
        self._side.setFixedWidth(SIDE_WIDTH)
        side = QVBoxLayout(self._side)
        side.setContentsMargins(0, 0, 0, 0)
        side.setSpacing(4)
        side.addWidget(self._find)
        side.addWidget(self._list, 1)
        side.addWidget(self._facts)
        body = QHBoxLayout()
        body.setSpacing(8)
        body.addWidget(self.picture, 1)
        body.addWidget(self._bar)
        body.addWidget(self._side)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(8)
        layout.addLayout(top)
        layout.addLayout(body, 1)

    def _connect_parts(self) -> None:
        self._stride.currentIndexChanged.connect(self._tell)
        self._opacity.valueChanged.connect(self._show)
        self._find.class_chosen.connect(self._choose)
        self._list.itemClicked.connect(self._choose_item)
        self._list.itemActivated.connect(self._choose_item)

    @Slot()
    def _tell(self) -> None:
        self.request_changed.emit(self.request)

    @Slot(object)
    def _choose(self, index: int | None) -> None:
        if index == self._chosen:
            return
        self._chosen = index
        self._find.set_chosen(index)
        self._show()
        self._tell()

    @Slot(QTreeWidgetItem)
    def _choose_item(self, item: QTreeWidgetItem) -> None:
        self._choose(item.data(0, Qt.ItemDataRole.UserRole))

    @Slot()
    def _show(self) -> None:
        result, evidence = self._result, self._evidence
        if result is None or evidence is None:
            return
        self.picture.show_frame(result.frame.image)
        mark = self.tr("random weights") if result.is_random else ""
        self.picture.set_badge("random", mark, is_warning=True)
        self._show_classes(evidence)
        self._show_facts(evidence)
        index = self._shown(evidence)
        values = evidence.map_of(index) if index is not None else None
        self._bar.setVisible(values is not None)
        if values is None:  # asked for a moment ago: it comes with the next look
            self.picture.set_overlay(None)
            return
        scale = ValueScale(float(values.min()), float(values.max()))
        self._bar.set_scale(scale)
        self._show_heat(values, scale, evidence)

    def _show_heat(
        self, values: NDArray[np.float32], scale: ValueScale, evidence: ClassEvidence
    ) -> None:
        levels = scale.indices(values)
        alpha = (FAINTEST + levels * ((255 - FAINTEST) / 255)).astype(np.uint8)
        heat = np.dstack((colormaps.lut(colormaps.DEFAULT)[levels], alpha))
        self.picture.set_overlay(heat, evidence.box, self._opacity.value() / 100)

    def _shown(self, evidence: ClassEvidence) -> int | None:
        if self._chosen is not None:
            return self._chosen
        return evidence.top[0] if evidence.top else None

    def _show_classes(self, evidence: ClassEvidence) -> None:
        """List the best class of each frame, then those that have maps, with their peaks."""
        rows: list[tuple[int | None, str, str]] = [(None, self.tr("Best class of each frame"), "")]
        for place, label in enumerate(evidence.labels):
            highest = float(evidence.maps[place].max())
            rows.append((evidence.classes[place], label, f"{highest:.1f}"))
        tree = self._list
        while tree.topLevelItemCount() > len(rows):
            tree.takeTopLevelItem(tree.topLevelItemCount() - 1)
        while tree.topLevelItemCount() < len(rows):
            tree.addTopLevelItem(QTreeWidgetItem())
        for place, row in enumerate(rows):
            item = tree.topLevelItem(place)
            if item is not None:
                self._fill(item, *row)

    def _fill(self, item: QTreeWidgetItem, index: int | None, label: str, highest: str) -> None:
        item.setText(0, label)
        item.setToolTip(0, label)
        item.setText(1, highest)
        item.setToolTip(1, self.tr("The highest logit of the map"))
        item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        item.setData(0, Qt.ItemDataRole.UserRole, index)
        item.setFirstColumnSpanned(index is None)
        if index == self._chosen:
            self._list.setCurrentItem(item)

    def _show_facts(self, evidence: ClassEvidence) -> None:
        height, width = evidence.maps.shape[1:]
        self._facts.setText(
            self.tr("{0} × {1} places, {2} G multiply-adds, {3} ms a look").format(
                width, height, f"{evidence.macs / 1e9:.2f}", f"{evidence.took_ms:.0f}"
            )
        )
        mean = self.tr("The mean of the map is the class's logit for the whole input.")
        other = self.tr("The head is not linear: the map's mean is not the network's answer.")
        self._facts.setToolTip(mean if evidence.is_linear else other)

    # ------------------------------------------------------------------------------ Qt's overrides

    def showEvent(self, event: QShowEvent) -> None:
        """Have the frames asked while somebody looks."""
        super().showEvent(event)
        self._show()
        self._tell()

    def hideEvent(self, event: QHideEvent) -> None:
        """Have nothing asked while nobody looks."""
        super().hideEvent(event)
        self._tell()
