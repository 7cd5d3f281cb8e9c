"""The colours of the graph: one table for the window, the SVG and the PNG.

Hues follow Okabe and Ito's and Tol's sets for colour-blind readers; the kinds that meet most
often (convolution, normalisation, activation, pooling, addition, concatenation, linear) differ
in lightness too. No kind is told by colour alone: its name always stands on the item.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from engine.values.graph import OpKind
from engine.values.graph_diff import DiffKind

__all__ = ["DIFF_SIGNS", "KIND_TITLES", "THEMES", "Theme", "ThemeName", "Tone", "mixed", "rgb"]

ThemeName = Literal["dark", "light"]

_KINDS: dict[OpKind, tuple[str, str, str]] = {
    OpKind.INPUT: ("Input", "#aab2c0", "#5b6472"),
    OpKind.OUTPUT: ("Output", "#aab2c0", "#5b6472"),
    OpKind.CONVOLUTION: ("Convolution", "#4f9ff0", "#1a6bc7"),
    OpKind.LINEAR: ("Linear", "#ab8ff0", "#7048c4"),
    OpKind.NORMALISATION: ("Normalisation", "#86d3de", "#2f8f9d"),
    OpKind.ACTIVATION: ("Activation", "#e5862d", "#c05f00"),
    OpKind.POOLING: ("Pooling", "#2fae7b", "#07794f"),
    OpKind.RESIZING: ("Resizing", "#b9c74a", "#6f7d10"),
    OpKind.ADD: ("Addition", "#f3d64e", "#a88700"),
    OpKind.CONCATENATION: ("Concatenation", "#e47fb6", "#b93a84"),
    OpKind.ATTENTION: ("Attention", "#ee6a5f", "#c23a2e"),
    OpKind.RESHAPING: ("Reshaping", "#bfa285", "#86643f"),
    OpKind.DROPOUT: ("Dropout", "#868e9c", "#7d8592"),
    OpKind.OTHER: ("Other", "#6f7d94", "#4d5a70"),
}

KIND_TITLES: dict[OpKind, str] = {kind: row[0] for kind, row in _KINDS.items()}
"""What each kind is called for the person."""

DIFF_SIGNS: dict[DiffKind, str] = {
    DiffKind.SAME: "",
    DiffKind.CHANGED: "≠",
    DiffKind.ONLY_HERE: "+",
}
"""The mark of what differs between two networks: it is not told by colour alone."""


@dataclass(frozen=True, slots=True)
class Tone:
    """How an item is coloured that stands for a difference, not for its kind."""

    ink: str
    """As "#rrggbb"."""
    sign: str = ""
    """On a disc at its corner; empty = it is quiet."""


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours as "#rrggbb"."""

    background: str
    text: str
    muted: str
    edge: str
    frame: str
    """Outline of an open box."""
    accent: str
    """Of what is highlighted."""
    kinds: dict[OpKind, str]
    diffs: dict[DiffKind, str]
    """Orange and blue of Okabe and Ito's set, which every reader tells apart, and a grey."""

    def fill(self, kind: OpKind, *, is_closed: bool = False) -> str:
        """Return the face of an item of a kind; a closed module's is stronger."""
        return self.face(self.kinds[kind], is_closed=is_closed)

    def outline(self, kind: OpKind) -> str:
        """Return the border of an item of a kind."""
        return self.border(self.kinds[kind])

    def face(self, ink: str, *, is_closed: bool = False) -> str:
        """Return the face of an item of a colour."""
        return mixed(self.background, ink, 0.26 if is_closed else 0.14)

    def border(self, ink: str) -> str:
        """Return the border of an item of a colour."""
        return mixed(self.background, ink, 0.62)

    def tone(self, kind: DiffKind) -> Tone:
        """Return how an item is coloured that differs so from the other network's."""
        return Tone(self.diffs[kind], DIFF_SIGNS[kind])

    def frame_fill(self, depth: int) -> str:
        """Return the ground of an open box; each depth stands out from the one around it."""
        return mixed(self.background, self.frame, 0.10 if depth % 2 else 0.20)


def rgb(colour: str) -> tuple[int, int, int]:
    """Return red, green and blue, 0 to 255, of "#rrggbb"."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def mixed(ground: str, ink: str, share: float) -> str:
    """Return `ground` with a share, 0 to 1, of `ink` in it, in sRGB."""
    pairs = zip(rgb(ground), rgb(ink), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def _diffs(same: str, changed: str, only_here: str) -> dict[DiffKind, str]:
    return {
        DiffKind.SAME: same,
        DiffKind.CHANGED: changed,
        DiffKind.ONLY_HERE: only_here,
    }


THEMES: dict[ThemeName, Theme] = {
    "dark": Theme(
        background="#111317",
        text="#eceef2",
        muted="#a3a9b3",
        edge="#7d8694",
        frame="#6d7889",
        accent="#ffb74d",
        kinds={kind: row[1] for kind, row in _KINDS.items()},
        diffs=_diffs("#6d7889", "#f0a52a", "#56b4e9"),
    ),
    "light": Theme(
        background="#ffffff",
        text="#14161a",
        muted="#5c626c",
        edge="#7b838f",
        frame="#8b95a5",
        accent="#a65400",
        kinds={kind: row[2] for kind, row in _KINDS.items()},
        diffs=_diffs("#8b95a5", "#b85a00", "#0072b2"),
    ),
}
