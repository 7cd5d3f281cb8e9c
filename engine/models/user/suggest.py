"""What to begin with when a model file is opened, and why: guesses in words. No torch is needed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from engine.models.user import guess as guessing
from engine.models.user.errors import ModelFileError
from engine.models.user.options import IMAGENET, NUMBERS, OpenOptions, read_categories
from engine.models.user.report import Guess

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.models.user.report import FileReport

__all__ = ["Suggestion", "labels_beside", "suggest"]

_IMAGENET_CLASSES = 1000
_LIKELY = 0.5
"""Below this share of fitting tensors, nobody is told that it fits."""
_LABEL_FILES = (
    "labels.txt",
    "classes.txt",
    "categories.txt",
    "class_names.txt",
    "labels.json",
    "classes.json",
    "categories.json",
    "id2label.json",
    "config.json",
)
_USUAL = Guess("", 0.0)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What to begin with.

    Attributes
    ----------
    options
        A value for everything that is asked; of the sizes, None = found by trying.
    score
        0..1: the share of tensors that fit the architecture.
    channels, outputs
        Of the network's input and answer; 0 = the file does not say.
    why
        A sentence for each: "architecture", "input_size", "normalisation", "channel_order",
        "categories".
    """

    options: OpenOptions
    score: float
    channels: int
    outputs: int
    why: Mapping[str, str]


def suggest(
    report: FileReport, architecture: str | None = None, beside: Mapping[str, int] | None = None
) -> Suggestion:
    """Return what to begin with.

    Parameters
    ----------
    report
        Of the file.
    architecture
        The one that the person chose; None = the best guess.
    beside
        Files with labels, and how many each holds: see `labels_beside`.
    """
    guess = _guess(report, architecture)
    known = guess or _USUAL
    channels = _channels(report, guess)
    outputs = _outputs(guess)
    size, why_size = _size(report, guess)
    order, why_order = _order(report, channels)
    categories, why_categories = _categories(outputs, beside or {})
    mean, std = _three(known.mean), _three(known.std)
    options = OpenOptions(
        architecture=guess.architecture if guess else None,
        input_size=size,
        resize_size=_resize(size, guess),
        mean=mean,
        std=std,
        channel_order=order,
        categories=categories,
    )
    why = {
        "architecture": _why_architecture(report, guess),
        "input_size": why_size,
        "normalisation": f"As published for {guess.architecture}."
        if guess
        else "What most networks were trained with; the file does not say.",
        "channel_order": why_order,
        "categories": why_categories,
    }
    return Suggestion(options, known.score, channels, outputs, why)


def labels_beside(path: Path) -> dict[str, int]:
    """Return the files beside a model file that hold labels, and how many each holds."""
    names = (f"{path.stem}.txt", f"{path.stem}.json", *_LABEL_FILES)
    found = {}
    for one in dict.fromkeys(path.parent / name for name in names):
        try:
            if one.is_file():
                found[str(one)] = len(read_categories(str(one)))
        except (ModelFileError, OSError):
            continue  # another file of this name: it is no list
    return found


# ----------------------------------------------------------------------------------- one by one


def _guess(report: FileReport, architecture: str | None) -> Guess | None:
    if not report.kind.needs_architecture:
        return None
    if architecture is None:
        return report.guesses[0] if report.guesses else None
    listed = [it for it in report.guesses if it.architecture == architecture]
    return listed[0] if listed else guessing.guess_as(architecture, report.shapes)


def _why_architecture(report: FileReport, guess: Guess | None) -> str:
    if guess is None:
        return "The tensors fit no network of torchvision or timm; name it if it is one of theirs."
    if guess.score < _LIKELY:
        return f"Only about {guess.score:.0%} of the tensors fit, so it will hardly open."
    if guess.score < 1:
        return f"About {guess.score:.0%} of the tensors fit by name and shape."
    count = sum(it.score == 1 and it.architecture != guess.architecture for it in report.guesses)
    others = f"; {count} other architecture{'s' * (count > 1)} would too" if count else ""
    return f"All {report.tensors:,} tensors fit by name and shape{others}."


def _channels(report: FileReport, guess: Guess | None) -> int:
    if guess is not None:
        return guess.in_channels
    shape = report.inputs[0] if report.inputs else ()
    if len(shape) == 4:
        return max(0, shape[3] if _is_last(shape) else shape[1])
    return next((it.shape[1] for it in report.sample if len(it.shape) == 4), 0)


def _outputs(guess: Guess | None) -> int:
    if guess is None:
        return 0
    known = guessing.architecture(guess.architecture)
    return guess.num_classes or (known.classes if known and known.heads else 0)


def _size(report: FileReport, guess: Guess | None) -> tuple[tuple[int, int] | None, str]:
    if guess is not None:
        known = guessing.architecture(guess.architecture)
        if known is not None and guess.input_size != known.input_size:
            return guess.input_size, "Told by the number of positions in the file."
        return guess.input_size, f"As published for {guess.architecture}."
    shape = report.inputs[0] if report.inputs else ()
    if len(shape) == 4:
        sides = shape[1:3] if _is_last(shape) else shape[2:4]
        if min(sides) > 0:
            said = " × ".join("any" if n < 0 else str(n) for n in shape)
            return (sides[0], sides[1]), f"The file says so: its input is {said}."
    return None, "The file does not say. Left empty, the usual sizes are tried until one runs."


def _is_last(shape: tuple[int, ...]) -> bool:
    return shape[3] in {1, 3} and shape[1] not in {1, 3}


def _resize(size: tuple[int, int] | None, guess: Guess | None) -> int | None:
    if size is None:
        return None
    return max(*size, guess.resize_size) if guess else max(size)


def _order(report: FileReport, channels: int) -> tuple[Literal["rgb", "bgr"], str]:
    if channels == 1:
        return "rgb", "The first convolution takes 1 channel: pictures become grey first."
    name = re.search(r"(?<![a-z])(bgr|caffe)(?![a-z])", Path(report.path).name.lower())
    if name:
        return "bgr", f"BGR: the file's name says “{name[1]}”."
    said = f"; the first convolution takes {channels} channels" if channels else ""
    return "rgb", f"RGB, as PyTorch's networks take it{said}."


def _categories(outputs: int, beside: Mapping[str, int]) -> tuple[str | None, str]:
    if not outputs:
        return None, "The file does not say how many outputs there are: 1,000 get ImageNet's names."
    fitting = [path for path, count in beside.items() if count == outputs]
    if fitting:
        name = Path(fitting[0]).name
        return fitting[0], f"{outputs:,} outputs, and “{name}” beside the file has as many names."
    if outputs == _IMAGENET_CLASSES:
        return IMAGENET, "1,000 outputs, as ImageNet-1k has."
    return NUMBERS, f"{outputs:,} outputs, and no list of as many names beside the file."


def _three(values: tuple[float, ...]) -> tuple[float, float, float]:
    if len(values) == 3:
        return values[0], values[1], values[2]
    return values[0], values[0], values[0]
