"""The design tokens: every colour and measure of the window, once for dark and once for light."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = ["DARK", "LIGHT", "Theme"]


@dataclass(frozen=True, slots=True)
class Theme:
    """Every colour and measure of the window.

    Colours are `#rrggbb` (or Qt's `#aarrggbb` where they let something shine through), so that
    `QColor(theme.accent)` and the style sheet read the same text. Measures are in
    device-independent pixels.
    """

    name: Literal["dark", "light"]

    # Surfaces, from the back to the front.
    window: str
    panel: str
    raised: str
    """Controls and cards that stand on a panel."""
    field: str
    """Where one types."""
    canvas: str
    """Behind pictures and maps."""
    hover: str
    pressed: str
    selection: str
    """Behind a chosen row; `text` stands on it."""

    border: str
    border_strong: str
    """Around what can be operated."""
    focus: str
    """The ring around what has the keyboard."""

    text: str
    text_muted: str
    """Captions, units, what is read second."""
    text_faint: str
    """Disabled or empty: 3:1 only."""

    accent: str
    accent_hover: str
    accent_text: str
    """Text on `accent`."""
    accent_soft: str
    """The accent as a quiet background; `text` stands on it."""

    success: str
    warning: str
    error: str
    warning_soft: str
    """Backgrounds of notices; `text` stands on them."""
    error_soft: str
    info_soft: str
    warning_line: str
    """Around notices."""
    error_line: str
    info_line: str

    # Drawing.
    grid_line: str
    axis: str
    bar: str
    """Bars of probabilities, lines of histograms."""
    track: str
    """The empty part of a bar."""
    marker: str
    """Cursor and chosen tile over a map: light, with `marker_halo` around it, so that it is seen
    on every colour of a colour map."""
    marker_halo: str
    dead: str
    """The mark of a channel that never answers."""
    scrim: str
    """Laid over the window below an overlay."""

    # Measures.
    unit: int = 4
    gap: int = 8
    gap_large: int = 12
    radius: int = 6
    radius_small: int = 4
    control_height: int = 28
    icon_size: int = 18
    text_small: int = 11
    text_normal: int = 13
    text_large: int = 17


DARK = Theme(
    name="dark",
    window="#0f1114",
    panel="#15181c",
    raised="#1d2126",
    field="#101317",
    canvas="#090a0c",
    hover="#262b31",
    pressed="#2e343b",
    selection="#1c3a44",
    border="#262b31",
    border_strong="#39414a",
    focus="#58bdd3",
    text="#e4e7eb",
    text_muted="#a0a9b4",
    text_faint="#76808b",
    accent="#58bdd3",
    accent_hover="#74cce0",
    accent_text="#06181d",
    accent_soft="#173038",
    success="#6cc495",
    warning="#e2b25c",
    error="#f08a82",
    warning_soft="#2b2415",
    error_soft="#321c1d",
    info_soft="#15272e",
    warning_line="#5d4a22",
    error_line="#6e3638",
    info_line="#264a55",
    grid_line="#242a30",
    axis="#5b656f",
    bar="#58bdd3",
    track="#22272d",
    marker="#ffffff",
    marker_halo="#c0000000",
    dead="#e2b25c",
    scrim="#d00a0c0f",
)

LIGHT = Theme(
    name="light",
    window="#eceef1",
    panel="#f7f8fa",
    raised="#ffffff",
    field="#ffffff",
    canvas="#dde1e5",
    hover="#e6e9ed",
    pressed="#d9dee3",
    selection="#d5ecf2",
    border="#d5dae0",
    border_strong="#b4bcc6",
    focus="#0b7285",
    text="#191d22",
    text_muted="#515a65",
    text_faint="#747d88",
    accent="#0b7285",
    accent_hover="#095e6e",
    accent_text="#ffffff",
    accent_soft="#d8edf2",
    success="#1c6b41",
    warning="#845400",
    error="#b3261e",
    warning_soft="#fdf1d8",
    error_soft="#fce6e4",
    info_soft="#e1f1f5",
    warning_line="#e3c483",
    error_line="#e9aaa5",
    info_line="#a9d3dd",
    grid_line="#dfe3e8",
    axis="#8b95a0",
    bar="#1a8ba0",
    track="#e1e5ea",
    marker="#ffffff",
    marker_halo="#c0000000",
    dead="#845400",
    scrim="#d0e9ecef",
)
