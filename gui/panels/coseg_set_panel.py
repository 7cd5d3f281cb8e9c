"""What is asked of a set: which pictures, how, against which truth; and how far it is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from gui.coseg.asked import asked_last
from gui.panels.coseg_folder_row import CosegFolderRow
from gui.panels.coseg_progress import CosegProgress
from gui.panels.coseg_settings_form import CosegSettingsForm
from gui.views.form_scroll import form_scroll

if TYPE_CHECKING:
    from gui.settings import Settings

__all__ = ["CosegSetPanel"]


class CosegSetPanel(QWidget):
    """A form and the button that begins.

    Attributes
    ----------
    folder, form, truth, truth_mean, progress
        Its parts.

    Signals
    -------
    run_wanted
        Work through the set.
    shown_wanted
        Take the folder that the source shows.
    """

    run_wanted = Signal()
    shown_wanted = Signal()

    def __init__(self, *, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.folder = CosegFolderRow(
            self.tr("None yet"),
            self.tr("Choose pictures that show the same object"),
            parent=self,
        )
        self.form = CosegSettingsForm(asked_last(settings), self)
        self.truth = CosegFolderRow(
            self.tr("None"),
            self.tr("Choose a folder of true masks: <name>.png for each picture, white = object"),
            can_clear=True,
            parent=self,
        )
        self.truth_mean = QLabel(self)
        self.truth_mean.setProperty("role", "number")
        self.truth_mean.setToolTip(
            self.tr("Means over the pictures that have a true mask: J = intersection over union")
        )
        self.truth_mean.hide()
        self.progress = CosegProgress(self)
        self._build_parts()
        self._build_layout()
        self.show_count("")
        self.offer("")

    # -------------------------------------------------------------------------------- for callers

    @property
    def sentence(self) -> str:
        """What is said of the set: how many pictures, or what a run came to."""
        return self._said.text()

    def show_count(self, text: str, *, is_error: bool = False) -> None:
        """Say how many pictures there are, what they came to, or why there are none."""
        self._said.setText(text)
        self._said.setProperty("role", "error" if is_error else "muted")
        self._said.style().polish(self._said)
        self._said.setVisible(bool(text))

    def show_mean(self, text: str) -> None:
        """Say how the whole set does against its true masks; "" = there are none."""
        self.truth_mean.setText(text)
        self.truth_mean.setVisible(bool(text))

    def show_details(self, text: str) -> None:
        """Say more in a tooltip: how long each stage took."""
        self._said.setToolTip(text)

    def offer(self, folder: str) -> None:
        """Offer the folder that the source shows; "" = it shows none."""
        self._shown.setVisible(bool(folder) and folder != self.folder.folder)
        metrics = self.fontMetrics()
        room = 20 * metrics.averageCharWidth()
        name = metrics.elidedText(Path(folder).name, Qt.TextElideMode.ElideMiddle, room)
        self._shown.setText(self.tr("Take “{0}” from the source").format(name))
        self._shown.setToolTip(folder)

    def show_state(self, *, can_run: bool, is_running: bool, is_answered: bool) -> None:
        """Say what the button does now."""
        self._run.setVisible(not is_running)
        self._run.setEnabled(can_run)
        self._run.setText(
            self.tr("Work through it again") if is_answered else self.tr("Find the common object")
        )
        self._run.setProperty("primary", "false" if is_answered else "true")
        self._run.style().polish(self._run)
        if not is_running:
            self.progress.hide()

    # ------------------------------------------------------------------------------------ private

    def _build_parts(self) -> None:
        self._shown = QPushButton(self)
        self._shown.setProperty("role", "link")
        self._shown.clicked.connect(self.shown_wanted)
        self._run = QPushButton(self.tr("Find the common object"), self)
        self._run.setProperty("primary", "true")
        self._run.setToolTip(self.tr("Cut out what the pictures have in common (Ctrl+Return)"))
        self._run.clicked.connect(self.run_wanted)
        self._said = QLabel(self)
        self._said.setWordWrap(True)
        self._said.setTextFormat(Qt.TextFormat.PlainText)

    def _build_layout(self) -> None:
        body = QWidget()
        body.setProperty("role", "form")
        rows = QVBoxLayout(body)
        rows.setContentsMargins(0, 0, 4, 0)
        rows.setSpacing(6)
        rows.addWidget(self._heading(self.tr("Pictures")))
        rows.addWidget(self.folder)
        rows.addWidget(self._shown, 0, Qt.AlignmentFlag.AlignLeft)
        rows.addSpacing(6)
        rows.addWidget(self._heading(self.tr("How")))
        rows.addWidget(self.form)
        rows.addSpacing(6)
        rows.addWidget(self._heading(self.tr("Ground truth")))
        rows.addWidget(self.truth)
        rows.addStretch(1)
        scroll = form_scroll(body, self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 8, 8)
        layout.setSpacing(8)
        layout.addWidget(scroll, 1)
        layout.addWidget(self._said)
        layout.addWidget(self.truth_mean)
        layout.addWidget(self.progress)
        layout.addWidget(self._run)

    def _heading(self, title: str) -> QLabel:
        label = QLabel(title, self)
        label.setProperty("role", "heading")
        return label
