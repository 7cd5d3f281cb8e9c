"""What every control of a window is given: its actions, the engine, and what is remembered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gui.actions import Actions
    from gui.backend import Backend
    from gui.settings import Settings

__all__ = ["WindowContext"]


@dataclass(frozen=True, slots=True)
class WindowContext:
    """One window's actions, the engine behind it, and the settings."""

    actions: Actions
    backend: Backend
    settings: Settings
