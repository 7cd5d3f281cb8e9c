"""A set that is worked through in a thread of its own, and the newest of what it tells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeAlias

from engine.mailbox import Inbox, Mailbox

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from engine.jobs import JobControl, Progress
    from engine.values import (
        CosegPicture,
        CosegRequest,
        CosegResult,
        CosegSeed,
        CosegSettings,
        FigureGround,
    )
    from engine.values.coseg import WhyMap

    OnPicture = Callable[[CosegPicture, NDArray[np.uint8]], None]

__all__ = ["CosegWatch", "OpenSet", "PictureSet", "open_set"]


class PictureSet(Protocol):
    """A set held in hand; see `engine.coseg.pipeline.CosegSet`."""

    @property
    def request(self) -> CosegRequest:
        """What it was asked last."""

    def run(self, control: JobControl, on_picture: OnPicture) -> CosegResult:
        """Work through it."""

    def with_settings(
        self, settings: CosegSettings, control: JobControl, on_picture: OnPicture
    ) -> CosegResult:
        """Answer it otherwise."""

    def steered(
        self, seeds: Sequence[CosegSeed], control: JobControl, on_picture: OnPicture
    ) -> CosegResult:
        """Answer it as these seeds say."""

    def why(self, path: Path, kind: WhyMap, control: JobControl) -> NDArray[np.generic]:
        """Return a map of reasons."""

    def model(self, number: int = 1) -> FigureGround:
        """Return what a group of it taught."""


OpenSet: TypeAlias = "Callable[[CosegRequest], PictureSet]"


def open_set(request: CosegRequest) -> PictureSet:
    """Open a set with the engine, in the thread that works through it."""
    from engine.coseg import opening  # noqa: PLC0415 - off the GUI thread

    return opening.open_set(request)


class CosegWatch:
    """Keeps what a run tells until somebody looks: the newest stage, and all new pictures.

    The run's thread tells it; the GUI thread takes.

    Attributes
    ----------
    stages
        How far it is.
    """

    def __init__(self) -> None:
        self.stages: Mailbox[Progress] = Mailbox()
        self._pictures: Inbox[CosegPicture] = Inbox()

    def take_picture(self, picture: CosegPicture, _image: NDArray[np.uint8]) -> None:
        """Hear of a picture that has its mask; its pixels are not kept."""
        self._pictures.put(picture)

    def pictures(self) -> list[CosegPicture]:
        """Return the pictures that came since this was asked last."""
        return self._pictures.take_all()
