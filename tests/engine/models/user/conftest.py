"""A cache of its own for each test, small networks, and files that try to run code."""

from __future__ import annotations

import os
import pickle
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from collections.abc import Iterator

torch.set_num_threads(1)


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAYERSCOPE_CACHE", str(tmp_path / "own-cache"))


@pytest.fixture(autouse=True)
def _quiet_libraries() -> Iterator[None]:
    """TorchScript is deprecated, which this room has to live with."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*torch.jit.*", category=FutureWarning)
        warnings.filterwarnings("ignore", message=".*torch.jit.*", category=DeprecationWarning)
        yield


class Block(nn.Module):
    """A convolution with what goes around it, and a shortcut."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(4, 4, 3, padding=1, groups=2)
        self.bn = nn.BatchNorm2d(4)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.relu(self.bn(self.conv(x)) + x)
        return out


class Net(nn.Module):
    """Two blocks, one of them used twice."""

    def __init__(self, channels: int = 3, classes: int = 5) -> None:
        super().__init__()
        self.stem = nn.Conv2d(channels, 4, 3, stride=2)
        self.blocks = nn.Sequential(Block(), Block())
        self.head = nn.Linear(4, classes)

    def forward(self, x: Tensor) -> Tensor:
        x = self.blocks(self.stem(x))
        x = self.blocks[0](x)
        logits: Tensor = self.head(x.mean((2, 3)))
        return logits


@pytest.fixture
def net() -> Net:
    torch.manual_seed(0)
    made = Net().eval()
    with torch.no_grad():
        for module in made.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.running_mean.uniform_(-0.5, 0.5)  # type: ignore[union-attr]
                module.running_var.uniform_(0.5, 1.5)  # type: ignore[union-attr]
    return made


@pytest.fixture
def picture() -> Tensor:
    return torch.rand(1, 3, 16, 16, generator=torch.Generator().manual_seed(1))


class Evil:
    """What runs a command when it is unpickled."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> Any:
        return os.system, (f"touch '{self.marker}'",)


@pytest.fixture
def marker(tmp_path: Path) -> Path:
    """Return the file that malicious files of the test make, where they are believed."""
    return tmp_path / "was-run"


@pytest.fixture
def evil(marker: Path) -> Evil:
    """Return an object whose pickle runs a command, and make sure that it does."""
    made = Evil(marker)
    pickle.loads(pickle.dumps(made))
    assert marker.exists()
    marker.unlink()
    return made
