"""What is known about a network before it is built: no torch is needed to read this."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from torch import Tensor, nn

    from engine.tasks.heads import SegmentationHead

__all__ = [
    "PACKAGE_PREFIX",
    "RESOURCE_PREFIX",
    "Interpolation",
    "ModelSpec",
    "Preprocessing",
    "Task",
    "Weights",
    "WholePicture",
    "load_strictly",
]

Interpolation: TypeAlias = Literal["bilinear", "bicubic"]
Task: TypeAlias = Literal["classification", "semantic", "instance"]

PACKAGE_PREFIX = "package:"
"""Begins the location of a weights file that an installed distribution carries."""
RESOURCE_PREFIX = "resource:"
"""Begins the location of a weights file that comes with Layerscope, below `resources/`."""


@dataclass(frozen=True, slots=True)
class WholePicture:
    """How the whole of a picture is given to a network that takes any proportions.

    The picture is made as large as both limits allow, aspect kept, and borders are added on both
    sides evenly until the strides go in.

    Attributes
    ----------
    short, long
        Most pixels of its short and of its long side.
    stride
        Height and width of the input are whole multiples of it.
    border
        Grey of the borders, 0..255; None = the mean colour (0 after normalising).
    is_stretched
        Whether there are no borders: each side is rounded to whole strides instead.
    """

    short: int
    long: int
    stride: int = 1
    border: int | None = None
    is_stretched: bool = False

    def __post_init__(self) -> None:
        if not 1 <= self.short <= self.long:
            raise ValueError(f"expected 1 <= short <= long, got {self.short} and {self.long}")
        if self.stride < 1:
            raise ValueError(f"stride: expected 1 or more, got {self.stride}")
        if self.border is not None and not 0 <= self.border <= 255:
            raise ValueError(f"border: expected 0..255, got {self.border}")


@dataclass(frozen=True, slots=True)
class Preprocessing:
    """How the network's authors turned a picture into its input when they evaluated it.

    Attributes
    ----------
    input_size
        Height and width of the input, in pixels.
    resize_size
        Short side of the picture before the centre is cut out, in pixels.
    mean, std
        Of R, G and B on a 0..1 scale: the input is `(rgb / 255 - mean) / std`.
    interpolation
        "bilinear" or "bicubic".
    is_antialiased
        Whether shrinking averages over all pixels that fall into one.
    whole
        Of a network that is given whole pictures of any proportions: how. `input_size` is then
        what a square picture becomes.
    """

    input_size: tuple[int, int]
    resize_size: int
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    interpolation: Interpolation
    is_antialiased: bool = True
    whole: WholePicture | None = None

    def __post_init__(self) -> None:
        if len(self.input_size) != 2 or min(self.input_size) < 1:
            raise ValueError(f"input_size: expected two positive sizes, got {self.input_size}")
        if self.resize_size < max(self.input_size):
            raise ValueError(
                f"resize_size: expected at least {max(self.input_size)}, got {self.resize_size}"
            )
        if len(self.mean) != 3 or not all(0 <= value <= 1 for value in self.mean):
            raise ValueError(f"mean: expected three numbers in 0..1, got {self.mean}")
        if len(self.std) != 3 or not all(0 < value <= 1 for value in self.std):
            raise ValueError(f"std: expected three numbers in 0..1, above 0, got {self.std}")
        if self.interpolation not in get_args(Interpolation):
            raise ValueError(
                f"interpolation: expected one of {get_args(Interpolation)}, "
                f"got {self.interpolation!r}"
            )


@dataclass(frozen=True, slots=True)
class Weights:
    """Where published weights are, and how to know that they are the right ones.

    Attributes
    ----------
    location
        An http(s) address, `package:DISTRIBUTION/path/inside/it`, or `resource:path/inside/it`.
    sha256
        In lower-case hexadecimal: all 64 digits, or the first 8 or more where the publisher
        gives only those (in the file's name); empty where the publisher gives none.
    size_bytes
        Size of the file. Publishers round it; it is for showing and for the progress.
    licence
        Of the weights, as a short text.
    citation
        The paper: authors, title, where, year.
    accuracy_top1
        Published top-1 accuracy on the ImageNet validation set in per cent, or None.
    extra
        The extra of Layerscope that installs the distribution, where one does.
    """

    location: str
    sha256: str
    size_bytes: int
    licence: str
    citation: str
    accuracy_top1: float | None = None
    extra: str = ""

    def __post_init__(self) -> None:
        known = ("https://", "http://", PACKAGE_PREFIX, RESOURCE_PREFIX)
        if not self.location.startswith(known):
            raise ValueError(
                f"location: expected http(s)://... or {PACKAGE_PREFIX}..., got {self.location!r}"
            )
        if not re.fullmatch(r"[0-9a-f]{8,64}|", self.sha256):
            raise ValueError(
                f"sha256: expected 8 to 64 lower-case hexadecimal digits, got {self.sha256!r}"
            )
        if self.size_bytes < 0:
            raise ValueError(f"size_bytes: expected 0 or more, got {self.size_bytes}")
        if self.accuracy_top1 is not None and not 0 <= self.accuracy_top1 <= 100:
            raise ValueError(f"accuracy_top1: expected 0..100, got {self.accuracy_top1}")

    @property
    def is_packaged(self) -> bool:
        """Whether an installed distribution carries the file."""
        return self.location.startswith(PACKAGE_PREFIX)

    @property
    def is_shipped(self) -> bool:
        """Whether the file comes with Layerscope."""
        return self.location.startswith(RESOURCE_PREFIX)

    @property
    def how_to_install(self) -> str:
        """What a person types to have the distribution that carries the file."""
        if self.extra:
            return f'pip install -e ".[{self.extra}]"'
        return f"pip install {self.source.removeprefix('package ')}"

    @property
    def file_name(self) -> str:
        """The last part of the location."""
        return self.location.partition("?")[0].rpartition("/")[2]

    @property
    def source(self) -> str:
        """Where they come from, for the person: "package NAME", "Layerscope" or the address."""
        if self.is_shipped:
            return "Layerscope"
        if self.is_packaged:
            return f"package {self.location.removeprefix(PACKAGE_PREFIX).partition('/')[0]}"
        return self.location


def load_strictly(module: nn.Module, state: Mapping[str, Tensor]) -> None:
    """Load a state dict that fits the module name by name.

    Raises
    ------
    RuntimeError
        A name or a shape differs.
    """
    module.load_state_dict(state, strict=True)


@dataclass(frozen=True, slots=True)
class ModelSpec:
    """A network that can be built, and all that is needed to run it as published.

    Attributes
    ----------
    name
        Unique in the registry; what the person types.
    title
        As the paper writes it, for showing.
    family
        Under which heading it stands in a list.
    task
        What its output is.
    build
        Makes the module with random weights; downloads nothing, imports what it needs itself.
    preprocessing
        How a picture becomes its input.
    categories
        Returns the label of each output, in order.
    weights
        The published ones, or None where there are none.
    parameters
        Number of parameters of the built module.
    load_state
        Puts a downloaded state dict into the built module; must refuse one that does not fit.
    read_state
        Reads the weights file, where it is no plain state dict.
    head
        Of a network that segments: makes what reads its output.
    """

    name: str
    title: str
    family: str
    task: Task
    build: Callable[[], nn.Module]
    preprocessing: Preprocessing
    categories: Callable[[], tuple[str, ...]]
    weights: Weights | None
    parameters: int
    load_state: Callable[[nn.Module, Mapping[str, Tensor]], None] = load_strictly
    read_state: Callable[[Path], Mapping[str, Tensor]] | None = None
    head: Callable[[], SegmentationHead] | None = None

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z0-9][a-z0-9_.\-]*", self.name):
            raise ValueError(
                f"name: expected lower-case letters, digits, '_', '.', '-', got {self.name!r}"
            )
        if not (self.title and self.family):
            raise ValueError(f"{self.name}: expected a title and a family, got an empty text")
        if self.task not in get_args(Task):
            raise ValueError(f"task: expected one of {get_args(Task)}, got {self.task!r}")
        if self.parameters < 1:
            raise ValueError(f"parameters: expected a positive number, got {self.parameters}")
