"""The file of a trained segmentation network: what was learnt, and what it stands on.

safetensors, halves. Its header holds, as JSON under `layerscope`, the `Description`; the backbone's
own weights are not in the file, but for stages that were trained too.
"""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any

import torch

from engine.errors import ModelError
from engine.export.atomic import atomic_path
from engine.learn.description import Description

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from torch import Tensor

__all__ = ["described", "read_model", "save_model"]

_KEY = "layerscope"
_FORMAT = "segmentation 1"
_MOST_HEADER_BYTES = 1 << 20


def save_model(path: Path, state: Mapping[str, Tensor], description: Description) -> None:
    """Write a model file, whole or not at all; one that is there is replaced.

    Raises
    ------
    ExportError
        It cannot be written.
    """
    from safetensors.torch import save_file  # noqa: PLC0415 - for this alone

    halves = {
        name: (it.half() if it.is_floating_point() else it).contiguous()
        for name, it in state.items()
    }
    told = {"format": _FORMAT, **dataclasses.asdict(description)}
    with atomic_path(path, overwrite=True) as part:
        save_file(halves, part, {_KEY: json.dumps(told, ensure_ascii=True)})


def described(path: Path) -> Description | None:
    """Return what a file says that it is, or None where it is another safetensors file.

    Raises
    ------
    ModelError
        It was made by a later version, or is damaged.
    """
    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            if not 2 <= length <= _MOST_HEADER_BYTES:
                return None
            header = json.loads(file.read(length))
        text = header.get("__metadata__", {}).get(_KEY)
    except (OSError, ValueError, AttributeError, RecursionError):
        return None
    return None if text is None else _parsed(text, path)


def _parsed(text: str, path: Path) -> Description:
    try:
        fields: dict[str, Any] = json.loads(text)
        form = fields.pop("format")
        if form != _FORMAT:
            raise ModelError(
                f"“{path.name}” was written by another version of Layerscope ({form}); update it."
            )
        return Description(**fields | {"names": tuple(fields["names"])})
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(
            f"What “{path.name}” says of itself cannot be read ({error}); export it again."
        ) from error


def read_model(path: Path) -> dict[str, Tensor]:
    """Return the tensors of a model file, in single precision.

    Raises
    ------
    OSError, ValueError, RuntimeError
        It cannot be read.
    """
    from safetensors import SafetensorError  # noqa: PLC0415 - for this alone
    from safetensors.torch import load_file  # noqa: PLC0415 - as above

    try:
        state = load_file(path)
    except SafetensorError as error:
        raise ValueError(str(error)) from error
    return {
        name: it.to(torch.float32) if it.is_floating_point() else it for name, it in state.items()
    }
