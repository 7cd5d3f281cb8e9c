"""Build the architecture that a file of weights belongs to, and fill it."""

from __future__ import annotations

import contextlib
import difflib
import warnings as python_warnings
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from engine.models.user import detect, guess
from engine.models.user.errors import ModelFileError
from engine.models.user.report import FileKind, Guess

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from engine.jobs import JobControl
    from engine.models.user.options import OpenOptions
    from engine.models.user.tensors import Weights

__all__ = ["Filled", "load_weights"]

_TRIES = 6
_LEAST_SCORE = 0.5
_SEED = 0


@dataclass(slots=True)
class Filled:
    """A network with the weights of a file.

    Attributes
    ----------
    guess
        What it was taken for.
    warnings
        Sentences on what did not fit.
    """

    module: nn.Module
    guess: Guess
    warnings: tuple[str, ...]


class _MisfitError(Exception):
    """The tensors do not fit the architecture; the text says how."""


def load_weights(path: Path, kind: FileKind, options: OpenOptions, control: JobControl) -> Filled:
    """Build the network and fill it.

    Raises
    ------
    ModelFileError
        The file is damaged or hostile, or no architecture fits it.
    """
    weights = detect.read_weights(path, kind)
    candidates = _candidates(weights, path, options)
    control.report("Reading the weights")
    state = _read(path, kind, weights)
    reasons = []
    for one in candidates[:_TRIES]:
        control.report("Building the network")
        try:
            module = _build(one, state)
            control.report("Loading the weights")
            filled = _fill(module, one, state)
        except _MisfitError as error:
            reasons.append(str(error))
            continue
        return _with_rivals(filled, candidates)
    raise ModelFileError(
        f"The tensors of “{path.name}” do not fit {candidates[0].architecture}: {reasons[0]}; "
        "name another architecture, such as timm/resnet18."
    )


def _candidates(weights: Weights, path: Path, options: OpenOptions) -> tuple[Guess, ...]:
    if options.architecture is None:
        found = tuple(
            it for it in guess.guess(weights.shapes, path.name) if it.score >= _LEAST_SCORE
        )
        if not found:
            raise ModelFileError(
                f"“{path.name}” holds {len(weights.tensors)} tensors that fit no network of "
                "torchvision or timm; name the architecture if it is one of theirs, or open the "
                "network by a Python file (net.py:function)."
            )
    else:
        one = guess.guess_as(options.architecture, weights.shapes)
        if one is None:
            raise ModelFileError(_unknown(options.architecture))
        found = (one,)
    if options.num_classes is None:
        return found
    return tuple(replace(it, num_classes=options.num_classes) for it in found)


def _unknown(name: str) -> str:
    known = guess.architectures()
    plain = [one.plain_name for one in known.values()]
    near = difflib.get_close_matches(name.rpartition("/")[2], plain, n=1, cutoff=0.5)
    hint = f"; did you mean “{near[0]}”?" if near else "; take a name of torchvision or timm."
    return f"There is no architecture named “{name}”{hint}"


def _with_rivals(filled: Filled, candidates: tuple[Guess, ...]) -> Filled:
    """Say so where other architectures have the same tensors and may answer otherwise."""
    chosen = filled.guess
    known = guess.architectures()
    rivals = [
        it.architecture
        for it in candidates
        if it.score == chosen.score == 1.0 and it.architecture != chosen.architecture
    ]
    # torchvision's networks are what others began with: to take them for granted is no surprise.
    if not rivals or known[chosen.architecture].library == "torchvision":
        return filled
    sentence = (
        f"It was opened as {chosen.architecture}; {', '.join(rivals[:3])} "
        f"{'has' if len(rivals) == 1 else 'have'} the same tensors and may answer otherwise."
    )
    return replace(filled, warnings=(*filled.warnings, sentence))


# -------------------------------------------------------------------------------------- reading


def _read(path: Path, kind: FileKind, weights: Weights) -> dict[str, Tensor]:
    """Read the tensors, after everything was checked that their headers say."""
    if kind is FileKind.SAFETENSORS:
        from safetensors.torch import load_file  # noqa: PLC0415 - for this format alone

        state: Any = load_file(path)
    else:
        with path.open("rb") as file:
            is_archive = file.read(2) == b"PK"
        with _quietly():
            state = torch.load(path, map_location="cpu", weights_only=True, mmap=is_archive)
        for key in weights.where:
            state = state[key]
    found = {name: it for name, it in state.items() if isinstance(it, Tensor)}
    if {name: tuple(it.shape) for name, it in found.items()} != weights.shapes:
        raise ModelFileError(f"“{path.name}” changed while it was read; open it again.")
    return found


@contextlib.contextmanager
def _quietly() -> Iterator[None]:
    with python_warnings.catch_warnings():
        python_warnings.simplefilter("ignore")
        yield


# ------------------------------------------------------------------------------------- building


def _build(one: Guess, state: Mapping[str, Tensor]) -> nn.Module:
    known = guess.architectures()[one.architecture]
    build = _build_torchvision if known.library == "torchvision" else _build_timm
    try:
        with torch.random.fork_rng(devices=[]), _quietly():
            torch.default_generator.manual_seed(_SEED)
            module = build(known, one, state)
    except (ValueError, TypeError, RuntimeError, AssertionError, KeyError) as error:
        raise _MisfitError(f"it cannot be built like this ({error})") from error
    return module


def _build_timm(known: guess.Architecture, one: Guess, _state: Mapping[str, Tensor]) -> nn.Module:
    import timm  # noqa: PLC0415 - it takes half a second

    changes: dict[str, Any] = {}
    if one.num_classes:
        changes["num_classes"] = one.num_classes
    if one.in_channels != known.channels:
        changes["in_chans"] = one.in_channels
    if one.input_size != known.input_size and known.places:
        changes["img_size"] = one.input_size
    module: nn.Module = timm.create_model(known.plain_name, pretrained=False, **changes)
    return module


def _build_torchvision(
    known: guess.Architecture, one: Guess, state: Mapping[str, Tensor]
) -> nn.Module:
    from torchvision import models  # noqa: PLC0415 - it takes a second

    name = known.plain_name
    keys = {key.removeprefix(one.prefix) for key in state}
    changes: dict[str, Any] = {"weights": None}
    if one.num_classes:
        changes["num_classes"] = one.num_classes
    if one.input_size != known.input_size and known.places:
        changes["image_size"] = one.input_size[0]
    if name in {"googlenet", "inception_v3"}:
        # As torchvision builds them for its own weights, which is what most others began with.
        has_aux = any(key.startswith(("aux", "Aux")) for key in keys)
        changes |= {"aux_logits": has_aux, "transform_input": True, "init_weights": False}
    if hasattr(models.segmentation, name):
        changes |= {"weights_backbone": None}
        if not name.startswith("lraspp"):
            changes["aux_loss"] = any(key.startswith("aux_classifier.") for key in keys)
    module: nn.Module = models.get_model(name, **changes)
    if one.in_channels != known.channels and known.stems:
        _widen(module, known.stems[0], one.in_channels)
    return module


def _widen(module: nn.Module, stem: str, channels: int) -> None:
    """Give the first convolution another number of input channels."""
    owner, _, name = stem.removesuffix(".weight").rpartition(".")
    parent = module.get_submodule(owner)
    old = getattr(parent, name)
    if not isinstance(old, nn.Conv2d):
        raise TypeError(f"{stem} is of no convolution")
    new = nn.Conv2d(
        channels,
        old.out_channels,
        (old.kernel_size[0], old.kernel_size[1]),
        stride=(old.stride[0], old.stride[1]),
        padding=old.padding if isinstance(old.padding, str) else (old.padding[0], old.padding[1]),
        bias=old.bias is not None,
    )
    setattr(parent, name, new)


# -------------------------------------------------------------------------------------- filling


def _fill(module: nn.Module, one: Guess, state: Mapping[str, Tensor]) -> Filled:
    wanted = module.state_dict()
    known = guess.architectures()[one.architecture]
    given = guess.without_prefix(state, one.prefix)
    for head in known.heads:
        name = guess.inner_name(head, given)
        if head in wanted and name in given:
            given[head] = given.pop(name)
    for name, tensor in given.items():
        if name in wanted and wanted[name].shape != tensor.shape:
            raise _MisfitError(
                f"“{name}” is {_size(tensor)} in the file and {_size(wanted[name])} in the network"
            )
    missing = [
        name for name in wanted if name not in given and not name.endswith("num_batches_tracked")
    ]
    foreign = [name for name in given if name not in wanted]
    without_head = [name for name in missing if name not in known.heads]
    if without_head:
        raise _MisfitError(f"{len(without_head)} tensors are missing (“{without_head[0]}”)")
    module.load_state_dict(
        {name: tensor for name, tensor in given.items() if name in wanted}, strict=False
    )
    sentences = []
    if missing:
        sentences.append(
            "The file has no classifier, so the classifier is random and the answers mean nothing."
        )
    if foreign:
        sentences.append(
            f"{len(foreign)} tensors of the file were not used (“{foreign[0]}”"
            f"{', …' if len(foreign) > 1 else ''})."
        )
    return Filled(module, one, tuple(sentences))


def _size(tensor: Tensor) -> str:
    return "×".join(map(str, tensor.shape)) or "one number"
