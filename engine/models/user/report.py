"""What is found out about a model file without opening it. No torch is needed to read this."""

from __future__ import annotations

import enum
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["FileKind", "FileReport", "Guess", "TensorInfo"]


class FileKind(enum.StrEnum):
    """What kind of model file it is."""

    STATE_DICT = "state-dict"
    SAFETENSORS = "safetensors"
    TORCHSCRIPT = "torchscript"
    EXPORTED = "torch-export"
    ONNX = "onnx"
    PYTHON = "python"
    UNKNOWN = "unknown"

    @property
    def label(self) -> str:
        """What a person reads."""
        return _TITLES[self]

    @property
    def needs_architecture(self) -> bool:
        """Whether the file holds weights alone, so that somebody has to name the network."""
        return self in {FileKind.STATE_DICT, FileKind.SAFETENSORS}


_TITLES = {
    FileKind.STATE_DICT: "PyTorch state dict",
    FileKind.SAFETENSORS: "safetensors",
    FileKind.TORCHSCRIPT: "TorchScript",
    FileKind.EXPORTED: "torch.export program",
    FileKind.ONNX: "ONNX",
    FileKind.PYTHON: "Python file",
    FileKind.UNKNOWN: "unknown",
}


@dataclass(frozen=True, slots=True)
class TensorInfo:
    """One tensor of a file."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    """As torch calls it: "float32"."""

    @property
    def numel(self) -> int:
        """How many values it has."""
        return math.prod(self.shape)


@dataclass(frozen=True, slots=True)
class Guess:
    """One architecture that the tensors of a file may belong to.

    Attributes
    ----------
    architecture
        "torchvision/resnet18" or "timm/resnet18"; an option takes it with or without the library.
    score
        0..1: the share of tensors that fit by name and shape; 1 = every one does.
    prefix
        What stands before each name in the file, such as "module.".
    num_classes, in_channels
        Read off the shapes of the classifier and of the first convolution; 0 = as usual.
    input_size, resize_size, mean, std, interpolation
        How pictures become its input: what its published weights take, but for a size that the
        tensors say otherwise.
    """

    architecture: str
    score: float
    prefix: str = ""
    num_classes: int = 0
    in_channels: int = 3
    input_size: tuple[int, int] = (224, 224)
    resize_size: int = 256
    mean: tuple[float, ...] = (0.485, 0.456, 0.406)
    std: tuple[float, ...] = (0.229, 0.224, 0.225)
    interpolation: str = "bilinear"


@dataclass(frozen=True, slots=True)
class FileReport:
    """What a file says about itself.

    Attributes
    ----------
    path
        The file, without ":function".
    kind
        What it is.
    size_bytes
        Of the file.
    tensors, parameters
        How many tensors there are, and how many values in them (of an ONNX file: its
        initializers; 0 where that cannot be told without running code).
    sample
        The first few tensors.
    runs_code
        Whether opening it runs code that stands in it, so that the person must be asked.
    why_code
        The sentence to ask with.
    problem
        The sentence why it cannot be opened; empty where it can.
    guesses
        The architectures that fit, best first; for a file of weights alone.
    functions
        The functions of a Python file that take no argument they must be given.
    inputs
        Shapes of the inputs, where the file says; -1 = any.
    shapes
        The shape of each tensor by its name, for a file of weights alone.
    """

    path: str
    kind: FileKind
    size_bytes: int = 0
    tensors: int = 0
    parameters: int = 0
    sample: tuple[TensorInfo, ...] = ()
    runs_code: bool = False
    why_code: str = ""
    problem: str = ""
    guesses: tuple[Guess, ...] = ()
    functions: tuple[str, ...] = ()
    inputs: tuple[tuple[int, ...], ...] = field(default=())
    shapes: Mapping[str, tuple[int, ...]] = field(default_factory=dict, repr=False, compare=False)

    @property
    def can_open(self) -> bool:
        """Whether it can be opened, perhaps after consent."""
        return not self.problem
