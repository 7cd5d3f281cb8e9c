"""Every network that can be loaded, by name.

A family is one file in `engine/models/families/` with a function under `@register_family` that
yields `ModelSpec`s. The files are found by looking into that folder, and nothing is imported
before the first question is asked.
"""

from __future__ import annotations

import difflib
import functools
import importlib
import pkgutil
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, TypeAlias

from engine.errors import ModelError
from engine.models import weights as weights_store
from engine.models.user.naming import ModelFile, is_file_name, model_file
from engine.values import ModelCard

if TYPE_CHECKING:
    from engine.models.spec import ModelSpec, Task

__all__ = [
    "DEFAULT_MODEL",
    "card",
    "cards",
    "collect",
    "default_model",
    "names",
    "register_family",
    "resolve",
    "spec",
]

DEFAULT_MODEL = "efficientnet_lite0"
"""The network that runs where none was chosen: small, and its weights come with the app."""

_DEFAULTS: dict[Task, str] = {
    "classification": DEFAULT_MODEL,
    "semantic": "lraspp_mobilenet_v3_large",
    "instance": "yolov5s_seg",
}

Family: TypeAlias = Callable[[], Iterator["ModelSpec"]]

_FAMILIES_PACKAGE = "engine.models.families"
_families: list[Family] = []


def register_family(family: Family) -> Family:
    """Register a function that yields the specs of one family; use as a decorator."""
    _families.append(family)
    return family


def collect(families: Iterable[Family]) -> dict[str, ModelSpec]:
    """Ask each family for its specs.

    Raises
    ------
    ValueError
        Two specs have the same name.
    """
    found: dict[str, ModelSpec] = {}
    for family in families:
        for one in family():
            if one.name in found:
                raise ValueError(f"{family.__module__}: a network named {one.name!r} stands there")
            found[one.name] = one
    return found


@functools.cache
def _specs() -> dict[str, ModelSpec]:
    package = importlib.import_module(_FAMILIES_PACKAGE)
    for module in pkgutil.iter_modules(package.__path__, f"{_FAMILIES_PACKAGE}."):
        importlib.import_module(module.name)
    return collect(_families)


def default_model(task: Task) -> str:
    """Return the network that does a task where none was chosen; its weights may not be here.

    Classification's come with the app, and those of instances with the extra "coco"; those of the
    semantic one are the smallest to download.
    """
    return _DEFAULTS[task]


def names() -> tuple[str, ...]:
    """Return the name of every network, family by family."""
    return tuple(_specs())


def resolve(text: str) -> ModelSpec | ModelFile:
    """Return what a text names: a network of the registry, or else a person's own file.

    Raises
    ------
    ModelError
        There is neither; the sentence offers the nearest name.
    """
    if is_file_name(text) and text not in _specs():
        return model_file(text)
    return _look_up(text)


def spec(name: str) -> ModelSpec:
    """Look one network up, or open it where the name is that of a file.

    Raises
    ------
    ModelError
        There is none of this name, and the sentence offers the nearest one; or the file cannot be
        opened, and the sentence says why.
    """
    found = resolve(name)
    if not isinstance(found, ModelFile):
        return found
    from engine.models.user.opening import open_model  # noqa: PLC0415 - torch, for a file alone

    return open_model(name).spec


def _look_up(name: str) -> ModelSpec:
    found = _specs().get(name)
    if found is not None:
        return found
    near = difflib.get_close_matches(name.lower().replace("-", "_"), _specs(), n=1, cutoff=0.5)
    if near:
        raise ModelError(f'There is no network named "{name}"; did you mean "{near[0]}"?')
    raise ModelError(
        f'There is no network named "{name}"; "layerscope models" lists those there are.'
    )


def card(one: ModelSpec) -> ModelCard:
    """Return what a list or menu shows of a network."""
    published = one.weights
    return ModelCard(
        name=one.name,
        title=one.title,
        family=one.family,
        task=one.task,
        parameters=one.parameters,
        input_size=one.preprocessing.input_size,
        weights_size_bytes=published.size_bytes if published else 0,
        weights_source=published.source if published else "",
        weights_licence=published.licence if published else "",
        are_weights_local=published is not None and weights_store.is_local(published),
        citation=published.citation if published else "",
        accuracy_top1=published.accuracy_top1 if published else None,
        weights_install=published.how_to_install if published and published.is_packaged else "",
    )


def cards() -> tuple[ModelCard, ...]:
    """Return the card of every network, in the order of `names`."""
    return tuple(card(one) for one in _specs().values())
