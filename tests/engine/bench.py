"""A session with a tiny network on it, and what it says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.session import Session
from tests.engine import tiny

if TYPE_CHECKING:
    from torch import nn

    from engine.events import Notice
    from engine.values import Activation, FrameResult


class Bench:
    """A session with a network on it, what it says, and how often its network runs."""

    def __init__(self, net: nn.Module | None = None, side: int = tiny.SIDE) -> None:
        self.notices: list[Notice] = []
        self.net = net or tiny.Reused()
        self.session = Session(self.notices.append)
        self.session.adopt(tiny.loaded(self.net, side=side))
        self.runs = tiny.count_runs(self.net)

    def process(self, index: int = 0, **given: Any) -> FrameResult:
        return self.session.process(tiny.frame(index, **given))

    def recompose(self) -> FrameResult:
        result = self.session.recompose()
        assert result is not None
        return result


def one(result: FrameResult) -> Activation:
    (activation,) = result.activations
    return activation
