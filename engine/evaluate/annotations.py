"""Annotations in COCO's form, through COCO's own code."""

from __future__ import annotations

import contextlib
import io
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine.errors import EngineError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["Annotated", "open_annotations", "quiet"]

_NOT_INSTALLED = (
    "Measuring against annotations needs pycocotools; type: pip install “layerscope[evaluate]”."
)


@dataclass(frozen=True, slots=True)
class Annotated:
    """Pictures with annotations.

    Attributes
    ----------
    coco
        What COCO's code made of the file.
    pictures
        The file name of each picture, by its id.
    categories
        The id of each category, by its name in small letters.
    """

    coco: Any
    pictures: dict[int, str]
    categories: dict[str, int]


def open_annotations(path: Path) -> Annotated:
    """Read a file of annotations.

    Raises
    ------
    EngineError
        pycocotools is not installed, or the file is not in COCO's form.
    """
    try:
        from pycocotools.coco import COCO  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise EngineError(_NOT_INSTALLED) from error
    try:
        with quiet():
            coco = COCO(str(path))
        pictures = {int(it["id"]): str(it["file_name"]) for it in coco.dataset["images"]}
        categories = {fold(it["name"]): int(it["id"]) for it in coco.dataset["categories"]}
        anything = coco.dataset["annotations"]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, AssertionError) as error:
        raise EngineError(f"“{path}” cannot be read as annotations in COCO's form.") from error
    if not pictures or not categories or not anything:
        raise EngineError(f"“{path}” has no pictures with annotations; choose another file.")
    return Annotated(coco, pictures, categories)


def fold(name: str) -> str:
    """Return a category's name as it is compared: "Dining Table" and "dining_table" are one."""
    return " ".join(name.replace("_", " ").replace("-", " ").casefold().split())


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep what COCO's code prints, and NumPy's warnings about it, from the person."""
    with contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        yield
