"""The chosen object: cut out of the picture, in numbers, and the channels that carry it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from engine.tasks.contrast import channel_contrast
from gui.map_colours import lut_of
from gui.theme import theme_of
from gui.views.contrast_bars import ContrastBars, ContrastRow
from gui.views.elided_label import ElidedLabel
from gui.views.frame_view import FrameView
from gui.views.image_tools import indexed_to_rgb

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.values import Activation, FrameResult, Region
    from gui.display_style import DisplayStyle
    from gui.segment.choice import Subject

__all__ = ["ObjectCard"]

MOST_CHANNELS = 8
MARGIN = 0.08
"""Of the longer side of the object, around it in its picture."""
DIM = 0.2
"""How much of the picture is seen beside the object."""


class ObjectCard(QWidget):
    """Shows one object.

    Signals
    -------
    channel_chosen : int
        A channel that carries it was clicked.
    """

    channel_chosen = Signal(int)

    def __init__(self, *, style: DisplayStyle, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._style = style
        self._numbers: dict[str, QLabel] = {}
        self._build_parts()
        self._build_layout()
        self.bars.channel_chosen.connect(self.channel_chosen)
        self.clear()

    def set_display(self, style: DisplayStyle) -> None:
        """Take the colours of maps."""
        self._style = style

    def clear(self) -> None:
        """Show nothing, but say what to do next."""
        self._title.setText(self.tr("No object chosen"))
        self._picture.clear(self.tr("Click an object in the picture or in the table"))
        for label in self._numbers.values():
            label.setText("–")
        self._of.setText("")
        self.bars.clear(self.tr("Choose an object to see which channels carry it"))

    def show_subject(
        self, subject: Subject, result: FrameResult, activation: Activation | None
    ) -> None:
        """Show an object of a result, and which channels of a layer carry it."""
        self._title.setText(subject.name)
        self._picture.show_frame(cut_out(result.frame.image, subject.region))
        self._show_numbers(subject, result.frame.image.shape[:2])
        self._show_channels(subject, result, activation)

    # ------------------------------------------------------------------------------------ private

    def _build_parts(self) -> None:
        self._title = ElidedLabel(parent=self)
        self._title.setProperty("role", "heading")
        self._picture = FrameView(self)
        self._picture.setMinimumSize(96, 88)
        self._picture.setAccessibleName(self.tr("The object, cut out"))
        self._of = ElidedLabel(parent=self)
        self._of.setProperty("role", "caption")
        self.bars = ContrastBars(self)

    def _build_layout(self) -> None:
        facts = QVBoxLayout()
        facts.setSpacing(4)
        facts.addWidget(self._title)
        facts.addLayout(self._grid())
        facts.addStretch(1)
        top = QHBoxLayout()
        top.setSpacing(8)
        top.addWidget(self._picture, 1)
        top.addLayout(facts, 1)
        heading = QLabel(self.tr("Channels that carry it"), self)
        heading.setProperty("role", "heading")
        heading.setToolTip(
            self.tr(
                "Mean on the object minus mean elsewhere, in standard deviations of the channel"
            )
        )
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(heading)
        row.addWidget(self._of, 1)
        scroll = QScrollArea(self)
        scroll.setWidgetResizable(True)
        scroll.setWidget(self.bars)
        scroll.setMinimumHeight(92)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(top, 2)
        layout.addLayout(row)
        layout.addWidget(scroll, 3)

    def _grid(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(2)
        names = {
            "score": self.tr("score"),
            "area": self.tr("area"),
            "share": self.tr("of picture"),
            "box": self.tr("box"),
            "at": self.tr("at"),
        }
        for row, (key, text) in enumerate(names.items()):
            caption = QLabel(text, self)
            caption.setProperty("role", "muted")
            number = QLabel("–", self)
            number.setProperty("role", "number")
            grid.addWidget(caption, row, 0)
            grid.addWidget(number, row, 1)
            self._numbers[key] = number
        grid.setColumnStretch(1, 1)
        return grid

    def _show_numbers(self, subject: Subject, size: tuple[int, int]) -> None:
        region = subject.region
        height, width = region.pixels.shape
        score = "–" if subject.score is None else f"{100 * subject.score:.1f} %"
        texts = {
            "score": score,
            "area": self.tr("{0} px").format(f"{region.area:,}"),
            "share": f"{100 * region.area / (size[0] * size[1]):.2f} %",
            "box": f"{width} × {height}",
            "at": f"{region.left}, {region.top}",
        }
        for key, text in texts.items():
            self._numbers[key].setText(text)

    def _show_channels(
        self, subject: Subject, result: FrameResult, activation: Activation | None
    ) -> None:
        if activation is None:
            self._of.setText("")
            self.bars.clear(self.tr("Waiting for the maps of the watched layer"))
            return
        self._of.setText(str(activation.key))
        if activation.map_size == (1, 1):
            text = self.tr("{0} has no places to compare; watch a layer before it")
            self.bars.clear(text.format(activation.key))
            return
        size = result.frame.image.shape[:2]
        found = channel_contrast(activation.values, subject.region, result.input_box, size)
        if found is None:
            self.bars.clear(self.tr("The layer's maps show nothing but the object, or none of it"))
            return
        lut = lut_of(activation, self._style, theme_of(self))
        self.bars.show_rows(
            tuple(
                ContrastRow(
                    channel,
                    float(found.contrast[channel]),
                    float(found.inside[channel]),
                    float(found.outside[channel]),
                    _small_map(activation, channel, lut),
                )
                for channel in found.ranked(MOST_CHANNELS).tolist()
            )
        )


def cut_out(image: NDArray[np.uint8], region: Region) -> NDArray[np.uint8]:
    """Return an object with a little around it, that dimmed: (h, w, 3) uint8.

    Parameters
    ----------
    image : ndarray, (H, W, 3), uint8
        The picture.
    region
        The object's pixels in it.
    """
    margin = 2 + round(MARGIN * max(region.pixels.shape))
    top, left = max(0, region.top - margin), max(0, region.left - margin)
    part = image[top : region.rows.stop + margin, left : region.columns.stop + margin]
    mask = np.zeros(part.shape[:2], np.bool_)
    height, width = region.pixels.shape
    y, x = region.top - top, region.left - left
    mask[y : y + height, x : x + width] = region.pixels
    dimmed = (part * DIM).astype(np.uint8)
    return np.where(mask[..., None], part, dimmed)


def _small_map(activation: Activation, channel: int, lut: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return a channel's map over its own range of values: it is there to show where."""
    values = activation.values[channel]
    step = max(1, max(values.shape) // 64)
    values = np.nan_to_num(values[::step, ::step])
    most, least = float(values.max()), float(values.min())
    if activation.is_signed:
        most = max(abs(most), abs(least))
        least = -most
    unit = (values - least) / (most - least if most > least else 1.0)
    return indexed_to_rgb(np.ascontiguousarray((255 * unit).astype(np.uint8)), lut)
