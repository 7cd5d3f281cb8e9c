"""A training that runs, and what it came to: curves, classes, validation photos, the card."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSplitter,
    QTabWidget,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from engine.errors import CancelledError
from gui.learn.words import left_text, result_text, stopped_text
from gui.messages import ProgressText
from gui.panels.train_gallery import TrainGallery
from gui.views.curve_view import CurveView
from gui.views.elided_label import ElidedLabel
from gui.views.form_scroll import form_scroll
from gui.views.iou_bars import IouBars

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.errors import EngineError
    from engine.jobs import Progress
    from engine.values import TrainResult
    from gui.actions import Actions
    from gui.learn.history import TrainHistory

__all__ = ["TrainRunPage"]

_STEPS = 1000
_MARGIN_PX = 12
_UNITS = {"Reading": "photos", "Looking": "pictures", "Epoch": "steps"}
"""What is counted in a stage, by its first word; other stages count bytes."""


class TrainRunPage(QWidget):
    """Shows how a training goes.

    Attributes
    ----------
    curves, bars, gallery
        Its parts.

    Signals
    -------
    pause_wanted, cancel_wanted, resume_wanted, live_wanted, folder_wanted
        Its buttons.
    """

    pause_wanted = Signal()
    cancel_wanted = Signal()
    resume_wanted = Signal()
    live_wanted = Signal()
    folder_wanted = Signal()

    def __init__(self, *, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._words: dict[str, ProgressText] = {}
        self._history: TrainHistory | None = None
        self._colours: NDArray[np.uint8] = np.zeros((1, 3), np.uint8)
        self.curves = CurveView(self)
        self.bars = IouBars(self)
        self.gallery = TrainGallery(actions=actions, parent=self)
        self._build_parts(actions)
        self._build_layout()
        self._connect_parts()
        self.show_nothing()

    # -------------------------------------------------------------------------------- for callers

    @property
    def title(self) -> str:
        """What happens: "Training", "Paused", "Done"."""
        return self._title.text()

    @property
    def sentence(self) -> str:
        """How far it is, or what it came to."""
        return self._facts.text()

    @property
    def card(self) -> str:
        """The text of the model card."""
        return self._card.toPlainText()

    def show_nothing(self) -> None:
        """Say that nothing was trained yet."""
        self._title.setText(self.tr("No training yet"))
        self._say(self.tr("Choose a set, then start; here it is seen how the network learns."))
        self._what.setText("")
        self._best.setText("")
        self._bar.setRange(0, _STEPS)
        self._bar.setValue(0)
        self._show_buttons()

    def begin(self, what: str, where: str) -> None:
        """Show a training at its beginning: `what` is trained on what, `where` it goes to."""
        self._words = {}
        self._what.setText(what)
        self._what.setToolTip(where)
        self._best.setText("")
        self._bar.setRange(0, 0)
        self.curves.show_reports(())
        self.bars.show_iou(())
        self.gallery.clear()
        self._pages.setCurrentWidget(self.gallery)
        self._pages.setTabVisible(1, False)
        self._say(self.tr("Getting ready"))
        self._show_buttons(self._pause, self._cancel)
        self.set_paused(is_paused=False)

    def set_paused(self, *, is_paused: bool) -> None:
        """Show that it stands still, or goes on."""
        self._title.setText(self.tr("Paused") if is_paused else self.tr("Training"))
        self._pause.setText(self.tr("Go on") if is_paused else self.tr("Pause"))

    def show_stage(self, stage: Progress) -> None:
        """Show what is done now."""
        unit = _UNITS.get(stage.stage.split()[0], "bytes") if stage.stage else "bytes"
        words = self._words.setdefault(unit, ProgressText(unit))
        self._say(words.text(stage))
        share = ProgressText.share(stage)
        self._bar.setRange(0, 0 if share is None else _STEPS)
        self._bar.setValue(0 if share is None else round(_STEPS * share))

    def show_history(self, history: TrainHistory, colours: NDArray[np.uint8]) -> None:
        """Show what came of the epochs so far; `colours` is (classes, 3) uint8."""
        self._history, self._colours = history, colours
        self.curves.show_reports(history.reports)
        self.gallery.show_history(history, colours)
        if history.reports:
            self._best.setText(left_text(history))

    def show_cancelling(self) -> None:
        """Say that it stops as soon as it can."""
        self._title.setText(self.tr("Stopping…"))
        self._pause.setEnabled(False)
        self._cancel.setEnabled(False)

    def show_result(self, result: TrainResult, card: str) -> None:
        """Say what it came to, and show the model card (Markdown)."""
        self._title.setText(self.tr("Done"))
        self._say(result_text(result))
        self._best.setText("")
        self._bar.setRange(0, _STEPS)
        self._bar.setValue(_STEPS)
        self._card.setMarkdown(card)
        self._card.document().setDocumentMargin(_MARGIN_PX)
        self._pages.setTabVisible(1, bool(card))
        self._show_buttons(self._open, self._live)
        self.gallery.show_best()

    def show_failure(
        self, error: EngineError, history: TrainHistory, *, is_resumable: bool
    ) -> None:
        """Say why it stopped, and where."""
        if isinstance(error, CancelledError):
            self._title.setText(self.tr("Stopped"))
            self._say(stopped_text(history))
        else:
            self._title.setText(self.tr("It did not work"))
            self._say(error.message, is_error=True)
        self._bar.setRange(0, _STEPS)
        self._show_buttons(*((self._resume,) if is_resumable else ()))

    # ------------------------------------------------------------------------------------ private

    def _build_parts(self, actions: Actions) -> None:
        self._title = QLabel(self)
        self._title.setProperty("role", "title")
        self._what = ElidedLabel(parent=self)
        self._what.setProperty("role", "muted")
        self._bar = QProgressBar(self)
        self._bar.setTextVisible(False)
        self._facts = QLabel(self)
        self._facts.setWordWrap(True)
        self._facts.setTextFormat(Qt.TextFormat.PlainText)
        self._facts.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._best = QLabel(self)
        self._best.setProperty("role", "muted")
        self._card = QTextBrowser(self)
        self._card.setOpenExternalLinks(True)
        self._card.setFrameShape(QFrame.Shape.NoFrame)
        self._card.setAccessibleName(self.tr("Model card"))
        self._pause = QPushButton(self)
        self._pause.setToolTip(actions.action("train_pause").toolTip())
        self._cancel = QPushButton(self.tr("Stop"), self)
        self._cancel.setToolTip(actions.action("train_cancel").toolTip())
        self._resume = QPushButton(self.tr("Go on"), self)
        self._resume.setToolTip(self.tr("Go on from the last whole epoch"))
        self._open = QPushButton(self.tr("Open folder"), self)
        self._open.setToolTip(self.tr("Show the model's file and its card"))
        self._live = QPushButton(self.tr("Show live"), self)
        self._live.setToolTip(actions.action("train_live").toolTip())
        for button in (self._resume, self._live):
            button.setProperty("primary", "true")
        self._buttons = (self._pause, self._cancel, self._open, self._resume, self._live)

    def _build_layout(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._title)
        head.addWidget(self._what, 1)
        for button in self._buttons:
            head.addWidget(button)
        facts = QHBoxLayout()
        facts.setSpacing(12)
        facts.addWidget(self._facts, 1)
        facts.addWidget(self._best, 0, Qt.AlignmentFlag.AlignTop)
        self._pages = QTabWidget(self)
        self._pages.setDocumentMode(True)
        self._pages.addTab(self.gallery, self.tr("Held-out photos"))
        self._pages.addTab(self._card, self.tr("Model card"))
        self._pages.setTabVisible(1, False)
        body = QSplitter(Qt.Orientation.Horizontal, self)
        body.setChildrenCollapsible(False)
        body.addWidget(self._left())
        body.addWidget(self._pages)
        body.setStretchFactor(0, 2)
        body.setStretchFactor(1, 3)
        body.setSizes([380, 580])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 12, 12, 12)
        layout.setSpacing(8)
        layout.addLayout(head)
        layout.addWidget(self._bar)
        layout.addLayout(facts)
        layout.addSpacing(4)
        layout.addWidget(body, 1)

    def _left(self) -> QWidget:
        inner = QWidget()
        inner.setProperty("role", "form")
        rows = QVBoxLayout(inner)
        rows.setContentsMargins(0, 0, 4, 0)
        rows.addWidget(self.bars)
        rows.addStretch(1)
        scroll = form_scroll(inner, self)
        title = QLabel(self.tr("IoU of each class"), self)
        title.setProperty("role", "heading")
        title.setToolTip(
            self.tr(
                "Intersection over union on the held-out photos, of the epoch that is looked at; "
                "the line marks the best epoch"
            )
        )
        left = QWidget(self)
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(8)
        column.addWidget(self.curves, 3)
        column.addWidget(title)
        column.addWidget(scroll, 2)
        return left

    def _connect_parts(self) -> None:
        self._pause.clicked.connect(self.pause_wanted)
        self._cancel.clicked.connect(self.cancel_wanted)
        self._resume.clicked.connect(self.resume_wanted)
        self._open.clicked.connect(self.folder_wanted)
        self._live.clicked.connect(self.live_wanted)
        self.curves.epoch_chosen.connect(self.gallery.show_epoch)
        self.gallery.epoch_shown.connect(self._show_epoch)

    @Slot(int)
    def _show_epoch(self, epoch: int) -> None:
        """Show curves and classes as they were after an epoch."""
        self.curves.mark(epoch)
        history = self._history
        if history is None:
            return
        report = history.report(epoch)
        best = history.best
        self.bars.show_iou(report.iou if report else (), best.iou if best else ())

    def set_class_colours(self, names: tuple[str, ...], colours: NDArray[np.uint8]) -> None:
        """Draw the classes' bars in their colours; `colours` is (classes, 3) uint8."""
        pairs = zip(names[1:], colours[1:], strict=False)
        self.bars.set_colours({name: (int(r), int(g), int(b)) for name, (r, g, b) in pairs})

    def _say(self, sentence: str, *, is_error: bool = False) -> None:
        self._facts.setText(sentence)
        role = "error" if is_error else ""
        if self._facts.property("role") != role:
            self._facts.setProperty("role", role)
            self._facts.style().polish(self._facts)

    def _show_buttons(self, *shown: QPushButton) -> None:
        for button in self._buttons:
            button.setVisible(button in shown)
            button.setEnabled(True)
