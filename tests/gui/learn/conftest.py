"""What the tests of the Train workspace begin with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.gui.train_kit import Trainer, ready

if TYPE_CHECKING:
    from pathlib import Path

    from tests.gui.window_kit import Kit


@pytest.fixture
def trainer(kit: Kit) -> Trainer:
    """Open the workspace over an engine that a test steers."""
    trainer = Trainer()
    ready(kit, trainer)
    return trainer


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Return a folder; what is in it the test's engine makes up."""
    folder = tmp_path / "pets"
    folder.mkdir()
    return folder
