"""Where exported values come from: it stands in titles and in the files' metadata."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.values import MapKind

if TYPE_CHECKING:
    from engine.values import Activation, FrameResult

__all__ = ["Origin", "shape_text"]

RANDOM_WEIGHTS = "Random weights: these values mean nothing"


@dataclass(frozen=True, slots=True)
class Origin:
    """The network and the picture that values come from."""

    model: str
    picture: str = ""
    is_random: bool = False
    """Whether the network ran with random weights: every export says so."""

    @classmethod
    def of(cls, result: FrameResult) -> Origin:
        """Return where a result comes from."""
        return cls(result.model, result.frame.name, result.is_random)

    def metadata(self, activation: Activation) -> dict[str, str]:
        """Return what is written into a picture of `activation`, as names and texts."""
        low, high = float(activation.low.min()), float(activation.high.max())
        entries = {
            "Software": "Layerscope",
            "Model": self.model,
            "Weights": "random" if self.is_random else "published",
            "Picture": self.picture,
            "Layer": str(activation.key),
            "Layer kind": activation.layer_kind,
            "Shape": shape_text(activation),
            "Range": f"{low:.6g} to {high:.6g}",
            "Gamma": f"{activation.gamma:g}",
        }
        return {name: text for name, text in entries.items() if text}


def shape_text(activation: Activation) -> str:
    """Return a layer's shape as a person reads it: "144 x 56 x 56", "1000 values"."""
    shape = activation.shape
    if activation.kind is MapKind.VECTOR and len(shape) == 1:
        return f"{shape[0]:,} values" if shape[0] != 1 else "1 value"
    return " x ".join(str(size) for size in shape)
