"""Where a session's network runs: the device that was asked for, or the CPU where that is full."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Protocol

from engine.device import apply_threads, choose
from engine.events import Severity
from engine.network import Network, raise_unless_gpu_is_full
from engine.values import DeviceRequest

if TYPE_CHECKING:
    from engine.device import Placement
    from engine.models.loading import LoadedModel

__all__ = ["Seating", "Tell"]

_GPU_IS_FULL = (
    "The memory of {} is full, so {} runs on the CPU now; close other programs that use it and "
    "choose the device again."
)


class Tell(Protocol):
    """Says a sentence under a topic once, and once that it is over (an empty sentence)."""

    def __call__(self, topic: str, message: str, severity: Severity = Severity.INFO) -> None:
        """Say it."""


class Seating:
    """Puts networks where they run, and says so where it is not what was asked for.

    Parameters
    ----------
    tell
        Hears what the person should know.
    """

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self.settle(DeviceRequest(), choose(DeviceRequest()))

    @property
    def placement(self) -> Placement:
        """Where networks run now."""
        return self._placement

    def settle(self, request: DeviceRequest, placement: Placement) -> None:
        """Keep to a placement from now on, and say what of the request could not be had."""
        self._request, self._placement = request, placement
        apply_threads(placement.threads)
        self._tell("precision", placement.note)

    def seat(self, loaded: LoadedModel) -> Network:
        """Put a network on the device that was chosen, or on the CPU where that is full.

        Raises
        ------
        ModelError
            It cannot run an input of its own usual size.
        DeviceError
            There is not even enough memory for it on the CPU.
        """
        placement = self._placement
        try:
            return Network(loaded, placement)
        except (RuntimeError, MemoryError) as error:
            raise_unless_gpu_is_full(error, placement)
        return self.retreat(loaded)

    def retreat(self, loaded: LoadedModel) -> Network:
        """Go on on the CPU, and say so; raises as `seat`."""
        full = self._placement.info.title
        request = dataclasses.replace(self._request, name="cpu")
        self.settle(request, choose(request))
        network = self.seat(loaded)
        sentence = _GPU_IS_FULL.format(full, loaded.card.title)
        self._tell("device", sentence, Severity.WARNING)
        return network
