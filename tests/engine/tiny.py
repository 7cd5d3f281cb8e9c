"""Networks small enough to compute by hand, and what it takes to run them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn

from engine.models import registry
from engine.models.loading import LoadedModel
from engine.models.spec import ModelSpec, Preprocessing
from engine.values import Frame, WeightsChoice

if TYPE_CHECKING:
    from collections.abc import Callable

SIDE = 4
CATEGORIES = ("more red", "more blue", "neither")


# --------------------------------------------------------------------------------- the networks


class Do(nn.Module):
    """A layer that is a function."""

    def __init__(self, function: Callable[[Tensor], Any]) -> None:
        super().__init__()
        self.function = function

    def forward(self, x: Tensor) -> Any:
        return self.function(x)


class Reused(nn.Module):
    """What residual networks have: a ReLU that works in place and fires twice, and a sum.

    On an input (R, G, B) its layers answer

    - conv: (R - G, B),  relu: (R - G, B) where positive
    - side: (0, -G),     relu:1: (R - G, B - G) where positive
    - fc: the means of these two, and 0

    The layer `spare` is never called.
    """

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 2, 1, bias=False)
        self.side = nn.Conv2d(3, 2, 1, bias=False)
        self.relu = nn.ReLU(inplace=True)
        self.spare = nn.Linear(2, 5)
        self.fc = nn.Linear(2, 3, bias=False)
        with torch.no_grad():
            self.conv.weight.copy_(torch.tensor([[1.0, -1, 0], [0, 0, 1]])[:, :, None, None])
            self.side.weight.copy_(torch.tensor([[0.0, 0, 0], [0, -1, 0]])[:, :, None, None])
            self.fc.weight.copy_(torch.tensor([[1.0, 0], [0, 1], [0, 0]]))

    def forward(self, x: Tensor) -> Tensor:
        first: Tensor = self.relu(self.conv(x))
        second: Tensor = self.relu(first + self.side(x))
        logits: Tensor = self.fc(second.mean((2, 3)))
        return logits


class Two(NamedTuple):
    """What GoogLeNet gives."""

    logits: Tensor
    aux: Tensor | None


class Wrapped(nn.Module):
    """A network that packs its answer into something."""

    def __init__(self, pack: Callable[[Tensor], Any]) -> None:
        super().__init__()
        self.net = Reused()
        self.pack = Do(pack)

    def forward(self, x: Tensor) -> Any:
        return self.pack(self.net(x))


class Tokens(nn.Module):
    """What a vision transformer is: patches of 2 x 2, a class token, one encoder layer."""

    def __init__(self) -> None:
        super().__init__()
        self.patches = nn.Conv2d(3, 4, 2, stride=2)
        self.first = nn.Parameter(torch.ones(1, 1, 4))
        self.block = nn.TransformerEncoderLayer(4, 2, 8, dropout=0.0, batch_first=True)
        self.head = nn.Linear(4, 3)

    def forward(self, x: Tensor) -> Tensor:
        tokens = self.patches(x / 255).flatten(2).transpose(1, 2)
        tokens = self.block(torch.cat((self.first, tokens), 1))
        logits: Tensor = self.head(tokens[:, 0])
        return logits


class Seeded(nn.Module):
    """Convolutions with random weights, always the same."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(5)
        self.body = nn.Sequential(
            nn.Conv2d(3, 8, 3, padding=1),
            nn.BatchNorm2d(8),
            nn.ReLU(inplace=True),
            nn.Conv2d(8, 6, 3, stride=2, padding=1),
        )
        self.head = nn.Linear(6, 3)

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.head(self.body(x / 255).mean((2, 3)))
        return logits


class Hungry(nn.Module):
    """A network that does not fit everywhere.

    Attributes
    ----------
    full
        For each kind of device that is full, what it raises there.
    where
        On which it was put.
    """

    def __init__(self) -> None:
        super().__init__()
        self.net = Reused()
        self.full: dict[str, BaseException] = {}
        self.is_seen_when_moved = False
        self.where = "cpu"

    def to(self, *args: Any, **kwargs: Any) -> Hungry:
        self.where = args[0].type
        super().to(*args, **kwargs)
        if self.is_seen_when_moved:
            self._use_memory()
        return self

    def forward(self, x: Tensor) -> Any:
        self._use_memory()
        return self.net(x)

    def _use_memory(self) -> None:
        if self.where in self.full:
            raise self.full[self.where]


class Gated(nn.Module):
    """A network that waits in the middle of a pass, once its gate was closed.

    Meant for an engine thread: `entered` is set when a pass stands before the gate.
    """

    def __init__(self, net: nn.Module) -> None:
        super().__init__()
        import threading

        self.net = net
        self.entered = threading.Event()
        self.gate = threading.Event()
        self.gate.set()

    def forward(self, x: Tensor) -> Any:
        if not self.gate.is_set():
            self.entered.set()
            assert self.gate.wait(60)
        return self.net(x)


# ---------------------------------------------------------------------------------- to run them


def preprocessing(side: int = SIDE) -> Preprocessing:
    """Return what makes the network's input out of the very bytes of a picture of its size."""
    one = 1 / 255
    return Preprocessing((side, side), side, (0, 0, 0), (one, one, one), "bilinear")


def spec(
    build: Callable[[], nn.Module] = Reused, name: str = "tiny", side: int = SIDE
) -> ModelSpec:
    """Describe a network."""
    return ModelSpec(
        name=name,
        title=name.title(),
        family="Tiny",
        task="classification",
        build=build,
        preprocessing=preprocessing(side),
        categories=lambda: CATEGORIES,
        weights=None,
        parameters=27,
    )


def loaded(net: nn.Module | None = None, name: str = "tiny", side: int = SIDE) -> LoadedModel:
    """Return a network as `engine.models.loading.load` does."""
    module = Reused() if net is None else net
    module.eval().requires_grad_(requires_grad=False)
    one = spec(lambda: module, name, side)
    return LoadedModel(one, module, WeightsChoice.RANDOM, CATEGORIES, registry.card(one))


def frame(index: int = 0, *, red: int = 0, at: float = 0.0, name: str = "ramp") -> Frame:
    """Return a picture of 4 x 4: red runs from `red` upward by 1, green is 5, blue is 7."""
    image = np.empty((SIDE, SIDE, 3), np.uint8)
    image[..., 0] = np.arange(red, red + SIDE * SIDE).reshape(SIDE, SIDE)
    image[..., 1:] = 5, 7
    return Frame(image, index, at, name)


def count_runs(module: nn.Module) -> list[int]:
    """Return a list that grows by one with each pass."""
    runs: list[int] = []
    module.register_forward_pre_hook(lambda _module, _inputs: runs.append(1))
    return runs


def hooks_of(module: nn.Module) -> int:
    """Return how many forward hooks there are in a network."""
    return sum(len(one._forward_hooks) for one in module.modules())
