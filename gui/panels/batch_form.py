"""What a batch is asked for: pictures, a network, forms, a folder."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from engine.values import SegmentSettings
from gui import settings as keys
from gui.dialogs import ask_for_folder
from gui.panels.batch_inputs import BatchInputs
from gui.panels.batch_offer import BatchOffer
from gui.segment.batch_words import found_text, network_text, offer_text, thresholds_text
from gui.segment.format_chooser import FormatChooser
from gui.views.elided_label import ElidedLabel
from gui.views.form_scroll import form_scroll

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.batch.standing import Look
    from engine.values import ModelCard
    from gui.settings import Settings

__all__ = ["BatchForm"]


class BatchForm(QWidget):
    """Fields for a batch, remembered; whoever starts one reads them.

    Attributes
    ----------
    inputs, formats, offer
        Its parts.

    Signals
    -------
    look_wanted
        Other pictures or another folder: look what there is.
    """

    look_wanted = Signal()

    def __init__(self, *, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._look: Look | None = None
        self._cards: dict[str, ModelCard] = {}
        self._counting = SegmentSettings()
        self.inputs = BatchInputs(settings=settings, parent=self)
        self.formats = FormatChooser(
            settings.get(keys.BATCH_FORMATS) or settings.get(keys.MASK_FORMATS), parent=self
        )
        self.offer = BatchOffer(self)
        self._build_parts()
        self._build_layout()
        self._connect_parts()
        self._show_state()

    # -------------------------------------------------------------------------------- for callers

    @property
    def model(self) -> str:
        """The name of the network; "" where none is known yet."""
        return str(self._network.currentData() or "")

    @property
    def folder(self) -> str:
        """Where files go; "" where none was chosen yet."""
        return self._settings.get(keys.BATCH_FOLDER)

    @property
    def threads(self) -> int:
        """Processor threads of the network."""
        return self._threads.value()

    @property
    def workers(self) -> int:
        """Threads that read ahead."""
        return self._workers.value()

    @property
    def look(self) -> Look | None:
        """What there is to do; None while it is not known."""
        return self._look

    def title(self, name: str) -> str:
        """Return what a network is called."""
        return self._cards[name].title if name in self._cards else name

    def show_networks(self, cards: Iterable[ModelCard], loaded: str) -> None:
        """Offer networks; the loaded one is chosen where it is one of them."""
        self._cards = {card.name: card for card in cards}
        before = self.model or self._settings.get(keys.BATCH_MODEL)
        self._network.blockSignals(True)
        self._network.clear()
        for card in sorted(
            self._cards.values(), key=lambda it: (it.name != loaded, not it.are_weights_local)
        ):
            self._network.addItem(network_text(card, is_loaded=card.name == loaded), card.name)
        wanted = loaded if loaded in self._cards else before
        self._network.setCurrentIndex(max(0, self._network.findData(wanted)))
        self._network.blockSignals(False)
        self._show_state()

    def show_thresholds(self, counting: SegmentSettings) -> None:
        """Say which answers count."""
        self._counting = counting
        self._show_state()

    def show_looking(self) -> None:
        """Say that pictures are being counted."""
        self._look = None
        has_inputs = bool(self.inputs.paths)
        self.inputs.show_count(self.tr("Counting…") if has_inputs else "")
        self._show_state()

    def show_look(self, look: Look) -> None:
        """Say what there is to do, and what the folder holds."""
        self._look = look
        self.inputs.show_count(found_text(look))
        self._show_state()

    def show_nothing(self, sentence: str) -> None:
        """Say why there is nothing to do."""
        self._look = None
        self.inputs.show_count(sentence, is_error=True)
        self._show_state()

    @Slot(str)
    def set_folder(self, folder: str) -> None:
        """Have files go there."""
        self._settings.set(keys.BATCH_FOLDER, folder)
        self._show_state()
        self.look_wanted.emit()

    # ------------------------------------------------------------------------------------ private

    def _build_parts(self) -> None:
        self._network = QComboBox(self)
        self._network.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self._network.setMinimumContentsLength(12)
        self._network.setAccessibleName(self.tr("Network"))
        self._choose = QPushButton(self.tr("Folder…"), self)
        self._choose.setToolTip(self.tr("Choose where the files go"))
        self._where = ElidedLabel(parent=self)
        self._thresholds = QLabel(self)
        self._thresholds.setProperty("role", "muted")
        self._thresholds.setWordWrap(True)
        self._thresholds.setToolTip(
            self.tr("Change them above the picture in the workspace Segment")
        )
        self._threads = self._spin(keys.BATCH_THREADS.key, os.cpu_count() or 1)
        self._threads.setValue(self._settings.get(keys.BATCH_THREADS))
        self._threads.setToolTip(
            self.tr("Processor threads of the network; with one the live picture keeps its pace")
        )
        self._workers = self._spin(keys.BATCH_WORKERS.key, 16)
        self._workers.setValue(self._settings.get(keys.BATCH_WORKERS))
        self._workers.setToolTip(self.tr("Pictures that are read at the same time"))

    def _spin(self, name: str, most: int) -> QSpinBox:
        spin = QSpinBox(self)
        spin.setObjectName(name)
        spin.setRange(1, most)
        spin.setFixedWidth(64)
        spin.setAlignment(Qt.AlignmentFlag.AlignRight)
        return spin

    def _build_layout(self) -> None:
        body = QWidget()
        body.setProperty("role", "form")
        rows = QVBoxLayout(body)
        rows.setContentsMargins(0, 0, 4, 0)
        rows.setSpacing(6)
        rows.addWidget(self._heading(self.tr("Pictures and videos")))
        rows.addWidget(self.inputs, 100)
        for title, part in (
            (self.tr("Network"), self._network),
            (self.tr("As in the picture"), self._thresholds),
            (self.tr("Save as"), self.formats),
            (self.tr("Into"), self._row(self._choose, self._where)),
            (self.tr("Threads"), self._thread_row()),
        ):
            rows.addSpacing(6)
            rows.addWidget(self._heading(title))
            rows.addWidget(part)
        rows.addStretch(1)  # below all, where the list has all the room it can use
        self._scroll = form_scroll(body, self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._scroll, 1)
        layout.addWidget(self.offer)

    def _heading(self, title: str) -> QLabel:
        label = QLabel(title, self)
        label.setProperty("role", "heading")
        return label

    def _row(self, *parts: QWidget) -> QWidget:
        row = QWidget(self)
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        for part in parts:
            layout.addWidget(part, int(isinstance(part, ElidedLabel)))
        return row

    def _thread_row(self) -> QWidget:
        network, reading = QLabel(self.tr("Network"), self), QLabel(self.tr("Reading"), self)
        for label, spin in ((network, self._threads), (reading, self._workers)):
            label.setProperty("role", "muted")
            label.setBuddy(spin)
        row = self._row(network, self._threads, reading, self._workers, ElidedLabel(parent=self))
        layout = row.layout()
        if isinstance(layout, QHBoxLayout):
            layout.insertSpacing(2, 8)
        return row

    def _connect_parts(self) -> None:
        self.inputs.changed.connect(self.look_wanted)
        self.formats.changed.connect(self._keep)
        self._network.currentIndexChanged.connect(self._keep)
        self._threads.valueChanged.connect(self._keep)
        self._workers.valueChanged.connect(self._keep)
        self._choose.clicked.connect(self._ask_folder)

    @Slot()
    def _ask_folder(self) -> None:
        start = self.folder or self._settings.get(keys.SAVE_FOLDER)
        ask_for_folder(self, start, self.set_folder, self.tr("Choose where the files go"))

    @Slot()
    def _keep(self) -> None:
        self._settings.set(keys.BATCH_FORMATS, self.formats.chosen)
        self._settings.set(keys.BATCH_MODEL, self.model)
        self._settings.set(keys.BATCH_THREADS, self.threads)
        self._settings.set(keys.BATCH_WORKERS, self.workers)
        self._show_state()

    def _show_state(self) -> None:
        self._where.setText(self.folder or self.tr("No folder chosen"))
        task = self._cards[self.model].task if self.model in self._cards else "instance"
        counting = thresholds_text(self._counting, task)
        self._thresholds.setText(counting[:1].upper() + counting[1:])
        missing = self._missing()
        standing = self._look.standing if self._look is not None else None
        if self._look is None or standing is None:
            self.offer.show_missing(missing)
            return
        total = self._look.pictures + self._look.videos
        self.offer.show_standing(
            offer_text(standing, total, self.title(standing.network)),
            is_finished=standing.is_finished,
            can_begin=not missing,
        )

    def _missing(self) -> str:
        """Return what has to be done before it can begin; "" = nothing."""
        if not self.inputs.paths:
            return self.tr("Add pictures or videos")
        if not self.model:
            return self.tr("Wait for the list of networks")
        if not self.formats.chosen:
            return self.tr("Tick a form to save")
        if not self.folder:
            return self.tr("Choose the folder that the files go into")
        if self._look is None:
            return self.tr("Wait for the pictures to be counted, or add others")
        return ""
