"""What a training is asked for: a set, a network, how it is trained, where the model goes."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from engine.values import TrainSettings
from gui import settings as keys
from gui.dialogs import ask_for_folder
from gui.learn.asked import store_train, train_asked
from gui.learn.backbones import backbones
from gui.learn.fields import ARCHITECTURES, MAIN, MORE, UPSAMPLINGS, translated
from gui.learn.words import short_path
from gui.panels.train_data_field import TrainDataField
from gui.panels.train_numbers import TrainNumbers
from gui.panels.train_offer import TrainOffer
from gui.segment.batch_words import network_text
from gui.views.choices import choice_box
from gui.views.elided_label import ElidedLabel
from gui.views.form_scroll import form_scroll

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.values import ModelCard
    from gui.actions import Actions
    from gui.learn.asked import TrainAsked
    from gui.settings import Settings

__all__ = ["TrainForm"]


class TrainForm(QWidget):
    """Fields for a training, remembered.

    Attributes
    ----------
    data, offer
        Its parts: the set, and how it begins.

    Signals
    -------
    changed
        Something else is asked for.
    set_changed
        What is shown of the set does not hold any more.
    """

    changed = Signal()
    set_changed = Signal()

    def __init__(
        self, *, actions: Actions, settings: Settings, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._settings = settings
        self._asked = train_asked(settings)
        self.data = TrainDataField(self._asked.data, self._asked.format, self)
        self.offer = TrainOffer(actions=actions, parent=self)
        self._build_choices()
        self._build_files()
        self._build_layout()
        self._connect_parts()
        self.show_asked(self._asked)

    # -------------------------------------------------------------------------------- for callers

    @property
    def asked(self) -> TrainAsked:
        """What is asked for."""
        return self._asked

    def show_asked(self, asked: TrainAsked) -> None:
        """Show what is asked for, without telling anyone."""
        self._asked = asked
        settings = asked.settings
        self.data.show_set(asked.data, asked.format)
        for box, value in (
            (self._architecture, settings.architecture),
            (self._upsampling, settings.upsampling),
        ):
            box.blockSignals(True)
            box.setCurrentIndex(box.findData(value))
            box.blockSignals(False)
        self._show_backbone()
        self._main.show_settings(settings)
        self._more.show_settings(settings)
        self._threads.blockSignals(True)
        self._threads.setValue(asked.threads)
        self._threads.blockSignals(False)
        for field, text in ((self._name, asked.name), (self._licence, asked.licence)):
            if _bare(field.text()) != _bare(text):  # a space at the end is one that goes on
                field.setText(text)
        self._where.setText(short_path(asked.out) or self.tr("none chosen"))
        self._where.setToolTip(asked.out)
        self._upsampling.setEnabled(settings.architecture == "unet")

    def show_networks(self, cards: Iterable[ModelCard]) -> None:
        """Offer classifiers as backbones."""
        self._backbone.blockSignals(True)
        self._backbone.clear()
        for card in backbones(cards):
            self._backbone.addItem(network_text(card, is_loaded=False), card.name)
        self._backbone.blockSignals(False)
        self._show_backbone()

    def set_running(self, *, is_running: bool) -> None:
        """Let nothing be changed while a training runs."""
        self._body.setEnabled(not is_running)

    @Slot(str)
    def set_out(self, folder: str) -> None:
        """Have the model go there."""
        self._change(replace(self._asked, out=folder))

    # ------------------------------------------------------------------------------------ private

    def _build_choices(self) -> None:
        self._architecture = choice_box(
            self, self.tr("What stands on the backbone"), [(it[1], it[0]) for it in ARCHITECTURES]
        )
        for place, (_, _, tip) in enumerate(ARCHITECTURES):
            role = Qt.ItemDataRole.ToolTipRole
            self._architecture.setItemData(place, translated(tip), role)
        self._backbone = choice_box(
            self,
            self.tr("A classifier whose stages are the encoder; it stays as it is (frozen)"),
            [],
        )
        self._upsampling = choice_box(
            self,
            self.tr("How the U-Net makes a coarse map fine"),
            [(translated(it[1]), it[0]) for it in UPSAMPLINGS],
        )
        for place, (_, _, tip) in enumerate(UPSAMPLINGS):
            self._upsampling.setItemData(place, translated(tip), Qt.ItemDataRole.ToolTipRole)
        self._main = TrainNumbers(MAIN, self)
        self._more = TrainNumbers(MORE, self)
        self._threads = QSpinBox(self)
        self._threads.setRange(1, max(os.cpu_count() or 1, self._asked.threads))
        self._threads.setFixedWidth(96)
        self._threads.setAlignment(Qt.AlignmentFlag.AlignRight)
        self._threads.setToolTip(
            self.tr("Processor threads of the training; fewer leave more to the live picture")
        )
        self._fold = QToolButton(self)
        self._fold.setText(self.tr("More settings"))
        self._fold.setCheckable(True)
        self._fold.setToolTip(self.tr("Show what hardly anybody changes, or hide it"))
        self._fold.setArrowType(Qt.ArrowType.RightArrow)
        self._fold.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._usual = QPushButton(self.tr("As at first"), self)
        self._usual.setProperty("role", "link")
        self._usual.setToolTip(self.tr("Put all settings of the training back"))
        self._more.hide()
        self._usual.hide()

    def _build_files(self) -> None:
        self._name = QLineEdit(self)
        self._name.setPlaceholderText("model")
        self._name.setToolTip(self.tr("What the model's file is called"))
        self._name.setMaxLength(80)
        self._licence = QLineEdit(self)
        self._licence.setPlaceholderText(self.tr("not known"))
        self._licence.setToolTip(
            self.tr("Licence of the photos and masks, for the model card, such as CC BY 4.0")
        )
        self._choose = QPushButton(self.tr("Folder…"), self)
        self._choose.setToolTip(self.tr("Choose where the model goes"))
        self._where = ElidedLabel(parent=self)

    def _build_layout(self) -> None:
        self._body = QWidget()
        self._body.setProperty("role", "form")
        rows = QVBoxLayout(self._body)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(6)
        rows.addWidget(self._heading(self.tr("Set")))
        rows.addWidget(self.data)
        rows.addSpacing(6)
        rows.addWidget(self._heading(self.tr("Network")))
        rows.addLayout(
            self._grid(
                (self.tr("Decoder"), self._architecture),
                (self.tr("Backbone"), self._backbone),
                (self.tr("Upsampling"), self._upsampling),
            )
        )
        rows.addSpacing(6)
        rows.addWidget(self._heading(self.tr("Training")))
        rows.addWidget(self._main)
        rows.addLayout(self._grid((self.tr("Threads"), self._threads), is_right=True))
        fold = QHBoxLayout()
        fold.addWidget(self._fold)
        fold.addStretch(1)
        fold.addWidget(self._usual)
        rows.addLayout(fold)
        rows.addWidget(self._more)
        rows.addSpacing(6)
        rows.addWidget(self._heading(self.tr("Save the model")))
        rows.addLayout(
            self._grid(
                (self.tr("Name"), self._name),
                (self.tr("Into"), self._into()),
                (self.tr("Licence"), self._licence),
            )
        )
        rows.addStretch(1)
        scroll = form_scroll(self._body, self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.setSpacing(8)
        layout.addWidget(scroll, 1)
        layout.addWidget(self.offer)

    def _into(self) -> QWidget:
        row = QWidget(self)
        layout = QHBoxLayout(row)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._choose)
        layout.addWidget(self._where, 1)
        return row

    def _heading(self, title: str) -> QLabel:
        label = QLabel(title, self)
        label.setProperty("role", "heading")
        return label

    def _grid(self, *parts: tuple[str, QWidget], is_right: bool = False) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(0 if is_right else 1, 1)
        if not is_right:
            grid.setColumnMinimumWidth(0, 80)
        for row, (title, part) in enumerate(parts):
            label = QLabel(title, self)
            label.setProperty("role", "muted")
            label.setBuddy(part)
            grid.addWidget(label, row, 0)
            grid.addWidget(part, row, 1)
        return grid

    def _connect_parts(self) -> None:
        self.data.chosen.connect(self._take_set)
        self._architecture.currentIndexChanged.connect(
            lambda: self._set("architecture", self._architecture.currentData())
        )
        self._upsampling.currentIndexChanged.connect(
            lambda: self._set("upsampling", self._upsampling.currentData())
        )
        self._backbone.currentIndexChanged.connect(
            lambda: self._set("backbone", self._backbone.currentData())
        )
        for numbers in (self._main, self._more):
            numbers.changed.connect(self._set)
        self._threads.valueChanged.connect(
            lambda value: self._change(replace(self._asked, threads=value))
        )
        self._fold.toggled.connect(self._unfold)
        self._usual.clicked.connect(self._restore)
        self._name.textEdited.connect(
            lambda text: self._change(replace(self._asked, name=file_name(text)))
        )
        self._licence.textEdited.connect(
            lambda text: self._change(replace(self._asked, licence=text.strip()))
        )
        self._choose.clicked.connect(self._ask_folder)

    @Slot(str, str)
    def _take_set(self, path: str, form: str) -> None:
        self._change(self._asked.with_set(path, form))
        self.set_changed.emit()

    @Slot(str, object)
    def _set(self, name: str, value: object) -> None:
        if value is None:
            return
        settings = replace(self._asked.settings, **{name: value})  # type: ignore[arg-type]  # of the field's own type
        self._change(replace(self._asked, settings=settings))
        if name in {"validation", "seed", "crop_px"}:
            self.set_changed.emit()

    @Slot()
    def _restore(self) -> None:
        backbone = self._asked.settings.backbone
        self._change(replace(self._asked, settings=TrainSettings(backbone=backbone)))
        self.set_changed.emit()

    def _change(self, asked: TrainAsked) -> None:
        store_train(self._settings, asked)
        self.show_asked(asked)
        self.changed.emit()

    @Slot(bool)
    def _unfold(self, is_open: bool) -> None:
        self._fold.setArrowType(Qt.ArrowType.DownArrow if is_open else Qt.ArrowType.RightArrow)
        self._more.setVisible(is_open)
        self._usual.setVisible(is_open)

    @Slot()
    def _ask_folder(self) -> None:
        start = self._asked.out or self._settings.get(keys.SAVE_FOLDER) or str(Path.home())
        ask_for_folder(self, start, self.set_out, self.tr("Choose where the model goes"))

    def _show_backbone(self) -> None:
        """Show the chosen backbone, also where it is not in the list."""
        wanted = self._asked.settings.backbone
        self._backbone.blockSignals(True)
        if self._backbone.findData(wanted) < 0:
            self._backbone.addItem(wanted, wanted)
        self._backbone.setCurrentIndex(self._backbone.findData(wanted))
        self._backbone.blockSignals(False)


def _bare(text: str) -> str:
    return file_name(text).strip()


def file_name(text: str) -> str:
    """Return what can be a file's name of a text."""
    return "".join(letter for letter in text.strip() if letter not in '/\\:*?"<>|\0').strip(".")
