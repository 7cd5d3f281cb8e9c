"""What the tests of the Co-segment workspace begin with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.gui.coseg_kit import Script, photos_in, ready

if TYPE_CHECKING:
    from pathlib import Path

    from tests.gui.window_kit import Kit


@pytest.fixture
def script(kit: Kit) -> Script:
    """Open the workspace over sets that a test steers."""
    script = Script()
    ready(kit, script)
    return script


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make four small pictures."""
    return photos_in(tmp_path / "photos")
