"""Open a model file: from a path to a network that is ready to answer, like one of the registry."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeVar

import psutil
import torch
from torch import Tensor, nn

from engine.device import out_of_memory_sentence
from engine.errors import DeviceError, EngineError
from engine.jobs import JobControl
from engine.learn.model_file import described
from engine.models import imagenet
from engine.models.loading import LoadedModel
from engine.models.spec import ModelSpec, Preprocessing
from engine.models.user.archive import Archive
from engine.models.user.detect import file_kind
from engine.models.user.errors import CHANGED, FileChangedError, ModelFileError
from engine.models.user.input_form import InputForm, find_form
from engine.models.user.naming import ModelFile, model_file
from engine.models.user.options import (
    IMAGENET,
    OpenOptions,
    content_hash,
    read_categories,
    recall,
    remember,
)
from engine.models.user.report import FileKind, Guess
from engine.values import ModelCard, WeightsChoice

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from engine.learn.description import Description

__all__ = ["OpenedModel", "open_model"]

T = TypeVar("T")
_logger = logging.getLogger(__name__)

FAMILY = "Your own"
_USUAL = Guess("", 0.0)
_IMAGENET_CLASSES = 1000
_ROOM = 3
"""How many times its own size a file may need in memory while it is opened."""


@dataclass(slots=True)
class OpenedModel(LoadedModel):
    """A network out of a person's own file.

    Attributes
    ----------
    kind
        What the file is.
    options
        What it was opened with, guesses filled in.
    warnings
        Sentences on what is not as it should be: NaN weights, layers that cannot be watched.
    """

    kind: FileKind = FileKind.UNKNOWN
    options: OpenOptions = field(default_factory=OpenOptions)
    warnings: tuple[str, ...] = ()


@dataclass(slots=True)
class _Found:
    """A network as the file gives it."""

    module: nn.Module
    guess: Guess = _USUAL
    input_shape: tuple[int, ...] = ()
    warnings: tuple[str, ...] = ()
    kind: FileKind = FileKind.UNKNOWN


def open_model(
    path: str | Path,
    options: OpenOptions | None = None,
    control: JobControl | None = None,
    *,
    is_exact: bool = False,
    content: str = "",
) -> OpenedModel:
    """Open a model file.

    Parameters
    ----------
    path
        The file; "net.py:build" names a function in it.
    options
        What the person chose; the rest is as it was the last time for this content, or guessed.
        They are remembered when it opened.
    control
        Hears how far it is, and may cancel.
    is_exact
        What `options` leaves open is guessed, whatever it was the last time.
    content
        The SHA-256 of what the person was shown; empty = they were shown nothing.

    Raises
    ------
    NeedsConsentError
        Opening it would run code, and `options.allow_code` is False now and was before.
    FileChangedError
        The file holds something else than `content`; nothing of it has been opened.
    ModelFileError
        It cannot be opened; the sentence says why.
    DeviceError
        There is not enough memory.
    CancelledError
        Cancelled at a safe point.
    """
    control = control or JobControl()
    control.report("Looking at the file")
    file = _seen(model_file(str(path)), content)
    before = recall(file.path, file.content) or OpenOptions()
    chosen = options or OpenOptions()
    if not is_exact:
        chosen = chosen.over(before)
    kind = file_kind(file.path)
    if kind is FileKind.SAFETENSORS and (description := described(file.path)) is not None:
        return _attempt(lambda: _open_trained(file, description, control), file)
    labels = read_categories(chosen.categories)
    found = _attempt(lambda: _LOADERS[kind](file, chosen, control), file)
    found.kind = kind
    control.check()
    found.module.eval().requires_grad_(requires_grad=False)
    control.report("Trying the network")
    form = _attempt(
        lambda: find_form(found.module, _sizes(found, chosen), found.input_shape, control), file
    )
    opened = _attempt(lambda: _finish(file, found, form, chosen, labels), file)
    control.check()
    if chosen != before:
        remember(file.path, chosen, file.content)
    return opened


def _seen(file: ModelFile, content: str) -> ModelFile:
    """Return the file with what it holds now, which must be `content` where that is not empty."""
    try:
        now = content_hash(file.path)
    except OSError as error:
        raise ModelFileError(f"“{file.path.name}” cannot be read; try again.") from error
    if content and content != now:
        raise FileChangedError(CHANGED.format(file.path.name))
    return replace(file, content=now)


def _attempt(work: Callable[[], T], file: ModelFile) -> T:
    """Do what touches a stranger's file: whatever that makes the libraries raise is a sentence."""
    try:
        return work()
    except EngineError:
        raise
    except Exception as error:
        sentence = out_of_memory_sentence(error, torch.device("cpu"))
        if sentence is not None:
            raise DeviceError(sentence) from error
        _logger.warning("%s cannot be opened", file.label, exc_info=error)
        raise ModelFileError(
            f"“{file.label}” cannot be opened: it is damaged, or made by a version that does not "
            "fit (the log has the details); save or export it again."
        ) from error


def _open_trained(file: ModelFile, description: Description, control: JobControl) -> OpenedModel:
    """Open a network that Layerscope has trained: its file says all that must be known."""
    from engine.models.trained import open_trained  # noqa: PLC0415 - one kind of many

    spec, module = open_trained(file.path, description, control)
    return OpenedModel(
        spec=spec,
        module=module,
        weights=WeightsChoice.PUBLISHED,
        categories=spec.categories(),
        card=_card(spec, file, FileKind.SAFETENSORS),
        kind=FileKind.SAFETENSORS,
        warnings=tuple(_oddities(module)),
    )


# -------------------------------------------------------------------------------- each kind of file


def _load_weights(file: ModelFile, options: OpenOptions, control: JobControl) -> _Found:
    from engine.models.user.state_dict import load_weights  # noqa: PLC0415 - one kind of many

    _require_memory(file.path)
    filled = load_weights(file.path, file_kind(file.path), options, control)
    return _Found(filled.module, filled.guess, (), filled.warnings)


def _load_torchscript(file: ModelFile, options: OpenOptions, control: JobControl) -> _Found:
    from engine.models.user.script import load_script  # noqa: PLC0415 - one kind of many

    _require_memory(file.path)
    control.report("Compiling TorchScript")
    return _Found(load_script(Archive(file.path), allow_code=options.allow_code))


def _load_exported(file: ModelFile, options: OpenOptions, control: JobControl) -> _Found:
    from engine.models.user import exported, exported_graph  # noqa: PLC0415 - one kind of many

    _require_memory(file.path)
    control.report("Reading the graph")
    archive = Archive(file.path)
    shapes = exported_graph.read(archive).input_shapes
    module = exported.load_exported(archive, allow_code=options.allow_code)
    return _Found(module, input_shape=shapes[0] if shapes else ())


def _load_onnx(file: ModelFile, _options: OpenOptions, control: JobControl) -> _Found:
    from engine.models.user.onnx import load_onnx  # noqa: PLC0415 - one kind of many
    from engine.models.user.onnx_wire import onnx_outline  # noqa: PLC0415 - likewise

    _require_memory(file.path)
    control.report("Converting ONNX")
    shapes = tuple(onnx_outline(file.path).inputs.values())
    return _Found(load_onnx(file.path), input_shape=shapes[0] if shapes else ())


def _load_python(file: ModelFile, options: OpenOptions, control: JobControl) -> _Found:
    from engine.models.user.pyfile import load_python  # noqa: PLC0415 - one kind of many

    control.report("Running the Python file")
    return _Found(load_python(file, allow_code=options.allow_code))


_LOADERS: dict[FileKind, Callable[[ModelFile, OpenOptions, JobControl], _Found]] = {
    FileKind.STATE_DICT: _load_weights,
    FileKind.SAFETENSORS: _load_weights,
    FileKind.TORCHSCRIPT: _load_torchscript,
    FileKind.EXPORTED: _load_exported,
    FileKind.ONNX: _load_onnx,
    FileKind.PYTHON: _load_python,
}


def _require_memory(path: Path) -> None:
    free = psutil.virtual_memory().available
    needed = _ROOM * path.stat().st_size
    if needed > free:
        raise DeviceError(
            f"“{path.name}” needs about {needed / 1e9:.1f} GB of memory to be opened, and "
            f"{free / 1e9:.1f} GB are free; close other programs or choose a smaller network."
        )


# ------------------------------------------------------------------------------------ finishing


def _finish(
    file: ModelFile,
    found: _Found,
    form: InputForm,
    options: OpenOptions,
    labels: tuple[str, ...],
) -> OpenedModel:
    module, kind = found.module, found.kind
    warnings = [*found.warnings, *_oddities(module), *form.warnings]
    if kind is FileKind.TORCHSCRIPT:
        warnings += [it for it in (module.open_up(form.example()),) if it]  # type: ignore[operator]  # a ScriptedNetwork
    form.adapt(module, is_bgr=options.channel_order == "bgr")
    categories = _categories(labels, form, options)
    if categories and form.outputs and len(categories) != form.outputs:
        warnings.append(
            f"There are {len(categories)} categories for {form.outputs} outputs; give a list of "
            f"{form.outputs}."
        )
    preprocessing = _preprocessing(found.guess, form, options)
    spec = _spec(file, found, form, preprocessing, categories)
    return OpenedModel(
        spec=spec,
        module=module,
        weights=WeightsChoice.PUBLISHED,
        categories=categories,
        card=_card(spec, file, kind),
        kind=kind,
        options=replace(
            options,
            architecture=found.guess.architecture or None,
            input_size=preprocessing.input_size,
            resize_size=preprocessing.resize_size,
            mean=preprocessing.mean,
            std=preprocessing.std,
            channel_order=options.channel_order or "rgb",
        ),
        warnings=tuple(warnings),
    )


def _sizes(found: _Found, options: OpenOptions) -> Sequence[tuple[int, int]]:
    """Return the sizes of input to try."""
    if options.input_size is not None:
        return [options.input_size]
    return [found.guess.input_size] if found.guess.architecture else []


def _categories(labels: tuple[str, ...], form: InputForm, options: OpenOptions) -> tuple[str, ...]:
    """Return the labels that were given, or ImageNet's where they are wanted or as many."""
    is_guessed = options.categories is None and form.outputs == _IMAGENET_CLASSES
    return imagenet.categories() if is_guessed or options.categories == IMAGENET else labels


def _oddities(module: nn.Module) -> list[str]:
    """Say which weights are no numbers."""
    bad = [
        name
        for name, tensor in module.state_dict().items()
        if isinstance(tensor, Tensor)
        and tensor.is_floating_point()
        and not bool(torch.isfinite(tensor).all())
    ]
    if not bad:
        return []
    sentence = (
        f"{len(bad)} of the weights hold values that are no numbers, NaN or infinite (“{bad[0]}”); "
        "the answers may mean nothing."
    )
    return [sentence]


def _preprocessing(guess: Guess, form: InputForm, options: OpenOptions) -> Preprocessing:
    size = form.size
    resize = guess.resize_size if guess.architecture and size == guess.input_size else max(size)
    resize = options.resize_size or resize
    return Preprocessing(
        input_size=size,
        resize_size=max(resize, *size),
        mean=options.mean or _three(guess.mean),
        std=options.std or _three(guess.std),
        interpolation="bicubic" if guess.interpolation == "bicubic" else "bilinear",
    )


def _three(values: tuple[float, ...]) -> tuple[float, float, float]:
    """Return one value for each of R, G and B; a grey network has one for all."""
    if len(values) == 3:
        return values[0], values[1], values[2]
    return values[0], values[0], values[0]


def _spec(
    file: ModelFile,
    found: _Found,
    form: InputForm,
    preprocessing: Preprocessing,
    categories: tuple[str, ...],
) -> ModelSpec:
    name = re.sub(r"[^a-z0-9_.\-]+", "-", file.label.lower()).lstrip("_.-") or "network"
    return ModelSpec(
        name=name,
        title=file.label,
        family=FAMILY,
        task="semantic" if form.is_map else "classification",
        build=lambda: found.module,
        preprocessing=preprocessing,
        categories=lambda: categories,
        weights=None,
        parameters=max(1, sum(it.numel() for it in found.module.parameters())),
    )


def _card(spec: ModelSpec, file: ModelFile, kind: FileKind) -> ModelCard:
    return ModelCard(
        name=spec.name,
        title=spec.title,
        family=spec.family,
        task=spec.task,
        parameters=spec.parameters,
        input_size=spec.preprocessing.input_size,
        weights_size_bytes=file.path.stat().st_size,
        weights_source=f"{kind.label}, {file.path}",
        weights_licence="",
        are_weights_local=True,
        citation="",
    )
