"""The first run of a stranger's network: bounded in memory, and cancelled between operations."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch
from torch import Tensor, nn

from engine.errors import CancelledError
from engine.jobs import JobControl
from engine.models.user.errors import ModelFileError
from engine.models.user.input_form import find_form
from engine.models.user.opening import open_model

if TYPE_CHECKING:
    from pathlib import Path


class Huge(nn.Module):
    """A few bytes that ask for 4 TiB; summing them up would take an hour."""

    def forward(self, x: Tensor) -> Tensor:
        return x + torch.zeros(1).expand(1 << 20, 1 << 20).mean()


class Endless(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.control = JobControl()
        self.rounds = 0

    def forward(self, x: Tensor) -> Tensor:
        while True:
            self.rounds += 1
            if self.rounds == 3:
                self.control.cancel()
            x = x + 1


def test_no_tensor_is_larger_than_a_network_needs() -> None:
    with pytest.raises(ModelFileError, match="makes a tensor of 1048576 x 1048576 values"):
        find_form(Huge(), [(8, 8)])


def test_a_network_without_end_is_cancelled() -> None:
    net = Endless()
    with pytest.raises(CancelledError):
        find_form(net, [(8, 8)], control=net.control)
    assert net.rounds == 3


def test_a_script_that_asks_for_everything_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "huge.pt"
    torch.jit.save(torch.jit.script(Huge()), path)
    with pytest.raises(ModelFileError, match="more than any that is shown here needs"):
        open_model(path)
