"""From what a network that segments gives to a segmentation: who does which step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from engine.values import Box, Category, Segmentation, SegmentSettings

__all__ = ["Reading", "SegmentationHead", "View"]


@dataclass(frozen=True, slots=True)
class View:
    """Where a network's input lies in its picture.

    Attributes
    ----------
    size
        Height and width of the picture, in pixels.
    box
        The part of it that the input covers, borders included, in picture pixels.
    input_size
        Height and width of the input, in pixels.
    """

    size: tuple[int, int]
    box: Box
    input_size: tuple[int, int]

    @property
    def scale(self) -> tuple[float, float]:
        """Picture pixels for each input pixel, across and down."""
        height, width = self.input_size
        return self.box.width / width, self.box.height / height


class Reading(Protocol):
    """One pass' answer, read once; settings act on it as often as they change."""

    def segmentation(self, settings: SegmentSettings) -> Segmentation:
        """Return what counts by these settings, at the picture's own resolution.

        An instance network's is always instances, whatever `settings.as_` says.
        """
        ...


class SegmentationHead(Protocol):
    """What reads the output of one network."""

    @property
    def categories(self) -> tuple[Category, ...]:
        """All that the network knows, in order of id."""
        ...

    def read(self, raw: object, view: View) -> Reading:
        """Read the output of one pass.

        Parameters
        ----------
        raw
            As the module gave it, with a batch of one, on its device.
        view
            What the pass saw.
        """
        ...
