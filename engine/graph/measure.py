"""How long each operation takes on the device that the network is on."""

from __future__ import annotations

import dataclasses
import statistics
import time
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from engine.graph.scopes import observing
from engine.graph.tensors import mapped, tensors_in

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import nn

    from engine.graph.scopes import Call, Operation
    from engine.values import LayerKey, NetworkCost, NetworkGraph

__all__ = ["Times", "measure", "with_times"]

WARM_UP = 1


@dataclasses.dataclass(frozen=True, slots=True)
class Times:
    """Medians over repeated passes, in milliseconds.

    Attributes
    ----------
    nodes
        By the id of the graph's node; without those that were never reached.
    whole_ms
        A pass in which nothing else is measured: less than the sum of the parts, each of which is
        waited for.
    device
        "cpu", "cuda:0".
    """

    nodes: Mapping[int, float]
    whole_ms: float
    device: str


def measure(
    module: nn.Module,
    inputs: Tensor | tuple[Any, ...],
    graph: NetworkGraph,
    *,
    repeats: int = 5,
) -> Times:
    """Run a network several times and clock each node of its graph.

    Parameters
    ----------
    module
        The network that `graph` was traced from, where it is to be measured.
    inputs
        As for `engine.graph.trace.trace`; on the network's device.
    graph
        Its graph.
    repeats
        Passes that count, after one that does not; as many again for the whole.
    """
    given = inputs if isinstance(inputs, tuple) else (inputs,)
    device = next((t.device for t in tensors_in(given)), torch.device("cpu"))
    clock = _Clock(device)
    whole = []
    with torch.inference_mode():
        for at in range(WARM_UP + repeats):
            start = clock.now()
            module(*_copied(given))
            if at >= WARM_UP:
                whole.append((clock.now() - start) * 1e3)
        for _ in range(repeats):
            with observing(module, clock):
                module(*_copied(given))
    nodes = {
        node.id: statistics.median(clock.found[node.key])
        for node in graph.nodes
        if node.key in clock.found
    }
    return Times(nodes, statistics.median(whole), str(device))


def with_times(cost: NetworkCost, times: Times) -> NetworkCost:
    """Return a cost with the times that were measured."""
    layers = tuple(
        dataclasses.replace(layer, time_ms=times.nodes.get(layer.node)) for layer in cost.layers
    )
    return dataclasses.replace(cost, layers=layers, time_ms=times.whole_ms, device=times.device)


def _copied(given: tuple[Any, ...]) -> tuple[Any, ...]:
    """Copy the inputs: the network may write over them."""
    return tuple(mapped(item, torch.clone) for item in given)


class _Clock:
    """An observer that notes how long each module and each operation took."""

    def __init__(self, device: torch.device) -> None:
        self.found: defaultdict[LayerKey, list[float]] = defaultdict(list)
        self._device = device
        self._began: dict[Call, float] = {}

    def now(self) -> float:
        """Return the time in seconds, once the device has done what it was given."""
        if self._device.type == "cuda":
            torch.cuda.synchronize(self._device)
        elif self._device.type == "mps":
            torch.mps.synchronize()
        return time.perf_counter()

    def enter(self, call: Call, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        """Start a module's clock."""
        del args, kwargs
        self._began[call] = self.now()

    def leave(self, call: Call, output: Any) -> Any:
        """Stop a module's clock."""
        del output
        self.found[call.key].append((self.now() - self._began.pop(call)) * 1e3)

    def before(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> float:
        """Start an operation's clock."""
        del args, kwargs
        return self.now()

    def after(self, operation: Operation, looked: float, result: Any) -> Any:
        """Stop an operation's clock."""
        self.found[operation.key].append((self.now() - looked) * 1e3)
        return result
