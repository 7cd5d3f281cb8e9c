"""An engine thread that is heard, and a registry of tiny networks; torch comes only with those."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from engine.thread import EngineThread
from tests.engine.ear import WAIT_S, Ear

if TYPE_CHECKING:
    from collections.abc import Iterator

    from torch import nn

    from engine.models.spec import ModelSpec
    from tests.engine.bench import Bench
    from tests.engine.shelf import Loaded, Shelf


@pytest.fixture
def ear() -> Ear:
    return Ear()


@pytest.fixture
def engine(ear: Ear) -> Iterator[EngineThread]:
    """Run an engine thread for the time of the test."""
    thread = EngineThread(ear.hear, ear.nudge)
    ear.engine = thread
    thread.start()
    yield thread
    assert thread.stop(WAIT_S)


@pytest.fixture
def shelf(monkeypatch: pytest.MonkeyPatch) -> Shelf:
    """Put networks that a test chooses in the place of what is loaded by name."""
    from engine.models import loading
    from tests.engine.shelf import Shelf

    shelf = Shelf()
    monkeypatch.setattr(loading, "load", shelf.load)
    return shelf


@pytest.fixture
def reused(engine: EngineThread, ear: Ear, shelf: Shelf) -> Loaded:
    """Return an engine on which a network runs."""
    from tests.engine import tiny
    from tests.engine.shelf import Loaded

    return Loaded(engine, ear, shelf, tiny.Reused())


@pytest.fixture
def bench() -> Bench:
    """Return a session on which a network runs."""
    from tests.engine.bench import Bench

    return Bench()


@pytest.fixture
def tiny_registry(monkeypatch: pytest.MonkeyPatch) -> dict[str, ModelSpec]:
    """Put tiny networks in the place of the real ones; a test may add some."""
    from torch.nn import Conv2d

    from engine.models import registry
    from tests.engine import tiny

    def refuse() -> nn.Module:
        raise ArithmeticError("a defect of the builder")

    specs = {
        "reused": tiny.spec(tiny.Reused, "reused"),
        "tokens": tiny.spec(tiny.Tokens, "tokens"),
        "broken": tiny.spec(refuse, "broken"),
        # Its own input is too small for it.
        "picky": tiny.spec(lambda: Conv2d(3, 2, 9), "picky"),
    }
    monkeypatch.setattr(registry, "_specs", lambda: specs)
    return specs
