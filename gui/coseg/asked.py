"""What is asked of a set: the settings, chosen in a form and remembered."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, get_args

from engine.values import CosegMethod, CosegSettings, Refinement
from engine.values.coseg import MOST_GROUPS, MOST_PARTS
from gui import settings as keys

if TYPE_CHECKING:
    from gui.settings import Settings

__all__ = ["Asked", "asked_last", "store_asked"]


@dataclass(frozen=True, slots=True)
class Asked:
    """A network, and how it is to be used; model "" = the usual one."""

    model: str = ""
    settings: CosegSettings = field(default_factory=CosegSettings)


def asked_last(settings: Settings) -> Asked:
    """Return what was asked of the last set; nonsense in the file gives the defaults."""
    usual = CosegSettings()
    method, refinement = settings.get(keys.COSEG_METHOD), settings.get(keys.COSEG_REFINEMENT)
    parts = settings.get(keys.COSEG_PARTS)
    return Asked(
        settings.get(keys.COSEG_MODEL),
        CosegSettings(
            next((one for one in get_args(CosegMethod) if one == method), usual.method),
            next((one for one in get_args(Refinement) if one == refinement), usual.refinement),
            settings.get(keys.COSEG_OUTLIER_Z),
            parts=parts if 2 <= parts <= MOST_PARTS else 0,
            groups=min(settings.get(keys.COSEG_GROUPS), MOST_GROUPS),
        ),
    )


def store_asked(settings: Settings, asked: Asked) -> None:
    """Remember what was asked."""
    settings.set(keys.COSEG_MODEL, asked.model)
    settings.set(keys.COSEG_METHOD, asked.settings.method)
    settings.set(keys.COSEG_REFINEMENT, asked.settings.refinement)
    settings.set(keys.COSEG_OUTLIER_Z, asked.settings.outlier_z)
    settings.set(keys.COSEG_PARTS, asked.settings.parts)
    settings.set(keys.COSEG_GROUPS, asked.settings.groups)
