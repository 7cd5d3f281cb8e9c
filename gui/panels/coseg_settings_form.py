"""How a set is to be segmented: network, method, refinement, outliers, parts, groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QGridLayout, QLabel, QSpinBox, QWidget

from engine.values import CosegSettings
from engine.values.coseg import MOST_GROUPS, MOST_PARTS
from gui.coseg.asked import Asked
from gui.segment.batch_words import network_text
from gui.views.choices import choice_box

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.values import CosegMethod, ModelCard, Refinement

__all__ = ["CosegSettingsForm"]

DEFAULT_MODEL = "efficientnet_lite0"
REST_MS = 500
"""A number that is being changed is taken when it rests for so long."""


class CosegSettingsForm(QWidget):
    """Edits an :class:`Asked`.

    Signals
    -------
    asked_changed : Asked
        The person chose something.
    """

    asked_changed = Signal(object)

    def __init__(self, asked: Asked, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._asked = asked
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._build_parts()
        self._build_layout()
        self._display()
        self._connect_parts()

    # -------------------------------------------------------------------------------- for callers

    @property
    def asked(self) -> Asked:
        """What is chosen."""
        return self._asked

    @property
    def title(self) -> str:
        """What the network is called."""
        return self._network.currentText()

    def show_networks(self, cards: Iterable[ModelCard]) -> None:
        """Offer these networks; the one that was chosen last stays, where it is among them."""
        known = sorted(cards, key=lambda card: (not card.are_weights_local, card.title.lower()))
        if not known:
            return
        with QSignalBlocker(self._network):
            self._network.clear()
            for card in known:
                self._network.addItem(network_text(card, is_loaded=False), card.name)
            wanted = self._network.findData(self._asked.model or DEFAULT_MODEL)
            self._network.setCurrentIndex(max(0, wanted))
        self._take()

    def set_asked(self, asked: Asked) -> None:
        """Choose all of it, and tell."""
        if asked != self._asked:
            self._asked = asked
            self._display()
            self.asked_changed.emit(asked)

    # ------------------------------------------------------------------------------------ private

    def _build_parts(self) -> None:
        first = self._asked.model or DEFAULT_MODEL  # until the list is there
        self._network = choice_box(
            self, self.tr("The network whose features are compared"), ((first, first),)
        )
        self._method = choice_box(
            self,
            self.tr("How the object is found"),
            (
                (self.tr("Clusters"), "clusters"),
                (self.tr("Figure/ground model"), "evidence"),
                (self.tr("DFF"), "dff"),
                (self.tr("DDT"), "ddt"),
            ),
        )
        for place, tip in enumerate(
            (
                self.tr("Cells of all pictures clustered together, weighed by what is salient"),
                self.tr("A model of object and background that the set teaches, in rounds"),
                self.tr("Deep Feature Factorization (Collins et al., ECCV 2018)"),
                self.tr("Deep Descriptor Transforming (Wei et al., IJCAI 2017)"),
            )
        ):
            self._method.setItemData(place, tip, Qt.ItemDataRole.ToolTipRole)
        self._refinement = choice_box(
            self,
            self.tr("How pixels are decided: GrabCut (Rother 2004), guided filter (He 2013), none"),
            (
                (self.tr("GrabCut"), "grabcut"),
                (self.tr("Guided filter"), "guided"),
                (self.tr("None"), "none"),
            ),
        )
        self._outlier = QDoubleSpinBox(self)
        self._outlier.setRange(0.0, 10.0)
        self._outlier.setSingleStep(0.1)
        self._outlier.setDecimals(1)
        self._outlier.setSpecialValueText(self.tr("off"))
        self._outlier.setToolTip(
            self.tr(
                "A picture is left empty that is so many median deviations less like the others: "
                "smaller = stricter"
            )
        )
        self._parts = self._spin(MOST_PARTS, self.tr("none"))
        self._parts.setToolTip(self.tr("Into how many parts the object is split, across the set"))
        self._groups = self._spin(MOST_GROUPS, self.tr("find"))
        self._groups.setToolTip(
            self.tr("How many different objects the set holds, each in pictures of its own")
        )

    def _spin(self, most: int, special: str) -> QSpinBox:
        spin = QSpinBox(self)
        spin.setRange(0, most)
        spin.setSpecialValueText(special)
        return spin

    def _build_layout(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(6)
        rows = (
            (self.tr("Network"), self._network),
            (self.tr("Method"), self._method),
            (self.tr("Pixels"), self._refinement),
            (self.tr("Outliers"), self._outlier),
            (self.tr("Parts"), self._parts),
            (self.tr("Groups"), self._groups),
        )
        for number, (title, widget) in enumerate(rows):
            label = QLabel(title, self)
            label.setProperty("role", "muted")
            label.setBuddy(widget)
            widget.setAccessibleName(title)
            grid.addWidget(label, number, 0)
            grid.addWidget(widget, number, 1)
        for spin in (self._outlier, self._parts, self._groups):
            spin.setAlignment(Qt.AlignmentFlag.AlignRight)
        grid.setColumnStretch(1, 1)

    def _connect_parts(self) -> None:
        for combo in (self._network, self._method, self._refinement):
            combo.currentIndexChanged.connect(self._take)
        for spin in (self._outlier, self._parts, self._groups):
            spin.valueChanged.connect(lambda _value: self._rest.start())
            spin.editingFinished.connect(self._take)
        self._rest.timeout.connect(self._take)

    def _display(self) -> None:
        settings = self._asked.settings
        for combo, value in (
            (self._network, self._asked.model or DEFAULT_MODEL),
            (self._method, settings.method),
            (self._refinement, settings.refinement),
        ):
            self._show_choice(combo, value)
        for spin, number in (
            (self._outlier, settings.outlier_z),
            (self._parts, settings.parts),
            (self._groups, settings.groups),
        ):
            with QSignalBlocker(spin):
                spin.setValue(number)  # type: ignore[arg-type]  # whole numbers for whole spins

    @staticmethod
    def _show_choice(combo: QComboBox, value: str) -> None:
        place = combo.findData(value)
        if place >= 0:
            with QSignalBlocker(combo):
                combo.setCurrentIndex(place)

    @Slot()
    def _take(self) -> None:
        self._rest.stop()
        parts = self._parts.value()
        if parts == 1:  # one part is the object itself: from none on to two, from two back to none
            parts = 2 if self._asked.settings.parts == 0 else 0
        self.set_asked(
            Asked(
                str(self._network.currentData() or self._asked.model),
                CosegSettings(
                    cast("CosegMethod", self._method.currentData()),
                    cast("Refinement", self._refinement.currentData()),
                    round(self._outlier.value(), 1),
                    parts=parts,
                    groups=self._groups.value(),
                ),
            )
        )
        self._display()
