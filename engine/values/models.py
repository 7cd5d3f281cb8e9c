"""Networks, their layers, and what they run on."""

from __future__ import annotations

import enum
from dataclasses import dataclass

__all__ = [
    "DeviceInfo",
    "DeviceRequest",
    "LayerInfo",
    "LayerKey",
    "ModelCard",
    "ModelInfo",
    "WeightsChoice",
]


class WeightsChoice(enum.StrEnum):
    """Which weights a network runs with."""

    PUBLISHED = "published"
    RANDOM = "random"
    """Structure only: random weights. Its answers mean nothing and must be marked so."""


@dataclass(frozen=True, slots=True)
class ModelCard:
    """A network that can be loaded, as a list or menu shows it."""

    name: str
    title: str
    family: str
    task: str
    parameters: int
    """Number of parameters (weights and biases)."""
    input_size: tuple[int, int]
    """Height and width of the usual input, in pixels."""
    weights_size_bytes: int
    weights_source: str
    """Where the weights come from: "package NAME" or an address."""
    weights_licence: str
    are_weights_local: bool
    """Whether the weights can be had now without a network connection."""
    citation: str
    accuracy_top1: float | None = None
    """Published top-1 accuracy on the ImageNet validation set, in per cent."""
    weights_install: str = ""
    """What a person types to have them, where an optional package carries them; else empty."""


@dataclass(frozen=True, slots=True, order=True)
class LayerKey:
    """One call of one layer: a module that fires twice in a pass has two keys."""

    name: str
    """The module's path, as in `named_modules()`; "input" is the network's input."""
    call: int = 0

    def __str__(self) -> str:
        return self.name if self.call == 0 else f"{self.name}:{self.call}"

    @classmethod
    def parse(cls, text: str) -> LayerKey:
        """Read what `str` wrote: `name` or `name:call`."""
        name, colon, call = text.rpartition(":")
        if colon and call.isdecimal():
            return cls(name, int(call))
        return cls(text)


@dataclass(frozen=True, slots=True)
class LayerInfo:
    """One module of the loaded network."""

    key: LayerKey
    kind: str
    """The class of the module, such as "Conv2d"; "Input" for the network's input."""
    shape: tuple[int, ...] | None
    """Output shape without the batch, or None where the module was not called."""
    parameters: int
    """Its own and its children's parameters."""
    is_leaf: bool
    calls: int = 1
    """How often it fires in one pass."""
    detail: str = ""
    """Kernel, stride, padding and the like, short: "3x3, stride 2, groups 32"."""


@dataclass(frozen=True, slots=True)
class DeviceRequest:
    """What the person asked the network to run on."""

    name: str = "auto"
    """"auto", "cpu", "cuda", "cuda:1", "mps"."""
    is_half: bool = False
    """Half precision (autocast) where the device gains by it."""
    threads: int = 0
    """Intra-operation CPU threads; 0 = as many as there are physical cores, at most
    OMP_NUM_THREADS where that is set."""


@dataclass(frozen=True, slots=True)
class DeviceInfo:
    """What the network runs on."""

    name: str
    """"cpu", "cuda:0", "mps"."""
    title: str
    """For the person: "NVIDIA H200", "CPU, 2 threads"."""
    precision: str
    """"float32", "float16" or "bfloat16"."""
    is_channels_last: bool = False


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """The network that is loaded."""

    card: ModelCard
    weights: WeightsChoice
    device: DeviceInfo
    layers: tuple[LayerInfo, ...]
    """In order of `named_modules()`, the input first; a reused module stands once."""
    categories: tuple[str, ...]

    @property
    def is_random(self) -> bool:
        """Whether its weights are random and its answers mean nothing."""
        return self.weights is WeightsChoice.RANDOM
