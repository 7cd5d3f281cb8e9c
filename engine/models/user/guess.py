"""Which architecture of torchvision or timm a file of weights belongs to.

The tensors' names and shapes are compared with an index of all architectures that both libraries
have (`resources/architectures.json`, written by `scripts/index_architectures.py`), so nothing is
built and torch is not needed. See `engine.models.user.fingerprint` for how.
"""

from __future__ import annotations

import functools
import importlib.resources
import json
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.models.user import fingerprint as fp
from engine.models.user.report import Guess

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    Shapes = Mapping[str, tuple[int, ...]]

__all__ = [
    "Architecture",
    "architecture",
    "architectures",
    "guess",
    "guess_as",
    "inner_name",
    "without_prefix",
]

MAX_GUESSES = 12
_TRIED = 40
"""How many of the most alike are looked at closely."""
_LEAST = 0.2


@dataclass(frozen=True, slots=True)
class Architecture:
    """One entry of the index.

    Attributes
    ----------
    name
        "torchvision/resnet18".
    sketch, print
        See `engine.models.user.fingerprint`; the shapes of heads, stems and places do not count.
    heads, stems, places
        The tensors whose shape follows the number of classes, of input channels, and the size of
        the input.
    classes, channels
        As published.
    """

    name: str
    sketch: tuple[int, ...]
    print: int
    heads: tuple[str, ...]
    stems: tuple[str, ...]
    places: tuple[str, ...]
    classes: int
    channels: int
    input_size: tuple[int, int]
    crop: float
    mean: tuple[float, ...]
    std: tuple[float, ...]
    interpolation: str

    @property
    def library(self) -> str:
        """Which library has it: "torchvision" or "timm"."""
        return self.name.partition("/")[0]

    @property
    def plain_name(self) -> str:
        """Its name in that library."""
        return self.name.partition("/")[2]

    def guess(self, shapes: Shapes, prefix: str, score: float) -> Guess:
        """Read off the shapes what the network was changed to."""
        classes = _first_size(shapes, [inner_name(it, shapes) for it in self.heads], 0)
        channels = _first_size(shapes, self.stems, 1)
        size = self._input_size(shapes)
        crop = self.crop if 0 < self.crop <= 1 else 1.0
        return Guess(
            architecture=self.name,
            score=score,
            prefix=prefix,
            num_classes=classes if classes != self.classes else 0,
            in_channels=channels or self.channels,
            input_size=size,
            resize_size=max(*size, math.floor(size[0] / crop)),
            mean=self.mean,
            std=self.std,
            interpolation=self.interpolation if self.interpolation == "bicubic" else "bilinear",
        )

    def _input_size(self, shapes: Shapes) -> tuple[int, int]:
        """Return the size of the input: of a transformer, as many patches as it has places."""
        for place in self.places:
            shape, stem = shapes.get(place, ()), shapes.get(self.stems[0] if self.stems else "", ())
            if len(shape) == 3 and shape[0] == 1 and len(stem) == 4:
                # Up to five places are no patches: class, distillation and register tokens.
                sides = [math.isqrt(shape[1] - extra) for extra in range(6) if shape[1] > extra]
                for extra, side in enumerate(sides):
                    if side * side == shape[1] - extra:
                        return side * stem[2], side * stem[3]
        return self.input_size


def inner_name(name: str, names: Iterable[str]) -> str:
    """Return "fc.1.weight" for "fc.weight" where only that is there, and else the name itself.

    Many put a dropout before the classifier when they fine-tune: a sequence in its place.
    """
    owner, _, own_name = name.rpartition(".")
    known = set(names)
    if name in known:
        return name
    inner = [it for it in known if re.fullmatch(rf"{re.escape(owner)}\.\d+\.{own_name}", it)]
    return inner[0] if len(inner) == 1 else name


def _first_size(shapes: Shapes, names: Iterable[str], axis: int) -> int:
    for name in names:
        shape = shapes.get(name, ())
        if len(shape) > axis:
            return shape[axis]
    return 0


@functools.cache
def architectures() -> Mapping[str, Architecture]:
    """Return the index, by full name."""
    text = importlib.resources.files("resources").joinpath("architectures.json").read_text("utf-8")
    return {name: _entry(name, it) for name, it in json.loads(text).items()}


def _entry(name: str, it: Mapping[str, Any]) -> Architecture:
    size, crop, mean, std, interpolation = it["preprocessing"]
    return Architecture(
        name=name,
        sketch=tuple(it["sketch"]),
        print=it["print"],
        heads=tuple(it["heads"]),
        stems=tuple(it["stems"]),
        places=tuple(it["places"]),
        classes=it["classes"],
        channels=it["channels"],
        input_size=(size[0], size[1]),
        crop=crop,
        mean=tuple(mean),
        std=tuple(std),
        interpolation=interpolation,
    )


def architecture(name: str) -> Architecture | None:
    """Look one up: "resnet18" is torchvision's, "timm/resnet18" timm's."""
    known = architectures()
    for full in (name, f"torchvision/{name}", f"timm/{name}"):
        if full in known:
            return known[full]
    return None


# ------------------------------------------------------------------------------------- guessing


def guess(shapes: Shapes, file_name: str = "") -> tuple[Guess, ...]:
    """Return the architectures that fit, best first.

    Parameters
    ----------
    shapes
        The shape of each tensor by its name.
    file_name
        Decides between architectures that have the same tensors, such as "efficientnet_b0" and
        "tf_efficientnet_b0".
    """
    best: dict[str, tuple[tuple[Any, ...], Guess]] = {}
    for prefix, plain in _readings(shapes):
        for score, one in _alike(plain):
            rank = (-score, *_preference(one, file_name), len(prefix))
            if one.name not in best or rank < best[one.name][0]:
                best[one.name] = rank, one.guess(plain, prefix, score)
    ranked = sorted(best.values(), key=lambda it: it[0])
    return tuple(it for _, it in ranked[:MAX_GUESSES])


def guess_as(name: str, shapes: Shapes) -> Guess | None:
    """Return what the tensors say if it is this architecture; None for one not in the index."""
    one = architecture(name)
    if one is None:
        return None
    found = max(
        (
            (fp.resemblance(fp.sketch(plain), one.sketch), -len(prefix), prefix, plain)
            for prefix, plain in _readings(shapes)
        ),
        key=lambda it: it[:2],
    )
    exact = _fits(one, found[3])
    return one.guess(found[3], found[2], 1.0 if exact else 0.99 * found[0])


def _alike(shapes: Shapes) -> list[tuple[float, Architecture]]:
    own = fp.sketch(shapes)
    scored = [(fp.resemblance(own, one.sketch), one) for one in architectures().values()]
    scored.sort(key=lambda it: -it[0])
    return [
        (1.0 if _fits(one, shapes) else 0.99 * score, one)
        for score, one in scored[:_TRIED]
        if score >= _LEAST
    ]


def _fits(one: Architecture, shapes: Shapes) -> bool:
    """Whether all names are there and all shapes fit, but for those that may differ."""
    return fp.fingerprint(shapes, [*one.heads, *one.stems, *one.places]) == one.print


def _preference(one: Architecture, file_name: str) -> tuple[int, int, int, str]:
    """Order architectures that fit equally well."""
    named = _letters(one.plain_name)
    is_named = len(named) if named and named in _letters(file_name) else 0
    return (-is_named, one.library != "torchvision", len(one.plain_name), one.name)


def _letters(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def _readings(shapes: Shapes) -> Iterator[tuple[str, Shapes]]:
    """Yield the tensors as they are named, and without a prefix that most of them share."""
    prefix, rest = "", shapes
    for _ in range(4):
        yield prefix, rest
        counts: dict[str, int] = {}
        for name in rest:
            first, dot, _ = name.partition(".")
            counts[first + dot] = counts.get(first + dot, 0) + bool(dot)
        top = max(counts, key=lambda it: counts[it], default="")
        if not top or counts[top] * 2 < len(rest):
            return
        prefix += top
        rest = without_prefix(shapes, prefix)


def without_prefix(shapes: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    """Return what begins with `prefix`, without it."""
    return {name.removeprefix(prefix): it for name, it in shapes.items() if name.startswith(prefix)}
