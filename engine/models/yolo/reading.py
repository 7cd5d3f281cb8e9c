"""Read YOLO weights that were published as a whole pickled network, and run none of its code.

The pickle is read by our own machine (`engine.models.user.pickles`), which makes an inert stand-in
wherever a class is named, so the file's classes need not be installed, and nothing that a pickle
can ask for happens. The tensors' bytes then come from the archive by size and offset.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from engine.models.user import pickles
from engine.models.user.archive import Archive
from engine.models.user.errors import ModelFileError
from engine.models.user.pickled import PickledTensor, PickleError, StandIn
from engine.models.user.tensors import check_tensor

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from torch import Tensor

__all__ = ["load_published", "own_name", "read_state"]

_LAYERS = "model."
"""Before the number of each layer in the published names."""


def read_state(path: Path) -> dict[str, Tensor]:
    """Return the parameters and buffers of a pickled network, by their published names, float32.

    Parameters
    ----------
    path
        A file of `torch.save({"model": network, ...})`, in the format since PyTorch 1.6.

    Raises
    ------
    ValueError
        It is no such file, or damaged.
    """
    try:
        archive = Archive(path)
        content = pickles.read(io.BytesIO(archive.read("data.pkl")), has_stand_ins=True)
        network = _network_in(content.root)
        room = {
            name.removeprefix("data/"): archive.members[name].size
            for name in archive.names("data/")
        }
        state = {}
        for name, tensor in _tensors_of(network):
            check_tensor(name, tensor, room, path)
            state[name] = _made(tensor, archive)
    except (ModelFileError, PickleError) as error:
        raise ValueError(str(error)) from error
    return state


def own_name(network: nn.Module, published: str) -> str:
    """Return what a published parameter is called in our network.

    "model.2.cv1.conv.weight" is "backbone.stage1.c3.main.conv.weight" in YOLOv5.

    Raises
    ------
    ValueError
        There is none of that published name.
    """
    number, _, rest = published.removeprefix(_LAYERS).partition(".")
    path = getattr(type(network), "published", {}).get(number)
    if path is None or not published.startswith(_LAYERS):
        raise ValueError(f"no layer is published as {published!r}")
    module: Any = network.get_submodule(path)
    names = [path]
    for part in rest.split("."):
        own = getattr(type(module), "published", {}).get(part, part)
        names.append(own)
        module = getattr(module, own, None)
    return ".".join(names)


def load_published(
    network: nn.Module, state: Mapping[str, Tensor], anchors: tuple[Any, ...]
) -> None:
    """Fill our network, each of its parameters and buffers, from a published state.

    Parameters
    ----------
    network
        With `published`.
    state
        By published names.
    anchors
        Those that the answer is going to be read with, in input pixels: 3 x 3 x 2.

    Raises
    ------
    ValueError
        The anchors are others.
    RuntimeError
        A name or a shape differs.
    """
    own = {}
    for name, tensor in state.items():
        if name.endswith(".anchors"):
            strides = torch.tensor([8.0, 16.0, 32.0]).view(3, 1, 1)
            if not torch.equal(tensor * strides, torch.tensor(anchors, dtype=torch.float32)):
                raise ValueError("the anchors of the weights are not those of the network")
        # Left in YOLOv7's file from training: as many numbers as boxes have without mask
        # coefficients, so that the published network cannot use them either.
        elif ".im." not in name:
            own[own_name(network, name)] = tensor
    network.load_state_dict(own, strict=True)


def _network_in(root: Any) -> StandIn:
    """Return the network of a checkpoint: the averaged one where there is one."""
    if isinstance(root, dict):
        for key in ("ema", "model"):
            network = root.get(key)
            if isinstance(network, StandIn):
                return network
    raise ValueError("there is no network in the file")


def _tensors_of(network: StandIn) -> Iterator[tuple[str, PickledTensor]]:
    waiting: list[tuple[str, Any]] = [("", network)]
    seen: set[int] = set()  # a pickle may hold itself
    while waiting:
        prefix, module = waiting.pop()
        if not isinstance(module, StandIn):
            raise ValueError("the network holds what is no module")  # noqa: TRY004 - the content
        if id(module) in seen:
            continue
        seen.add(id(module))
        for kind in ("_parameters", "_buffers"):
            for name, tensor in _dict_of(module, kind).items():
                if isinstance(tensor, PickledTensor):
                    yield f"{prefix}{name}", tensor
        waiting += [(f"{prefix}{key}.", it) for key, it in _dict_of(module, "_modules").items()]


def _dict_of(module: StandIn, name: str) -> dict[str, Any]:
    found = module.attributes.get(name)
    return found if isinstance(found, dict) else {}


def _made(tensor: PickledTensor, archive: Archive) -> Tensor:
    """Return a tensor of its own; numbers of half precision become whole floats."""
    dtype: torch.dtype = getattr(torch, tensor.dtype)
    content = archive.read_stored(f"data/{tensor.storage.key}")
    if not content:
        return torch.zeros(tensor.shape, dtype=dtype)
    values = torch.frombuffer(content, dtype=dtype)
    made = values.as_strided(tensor.shape, tensor.stride, tensor.offset).clone()
    return made.float() if made.is_floating_point() else made
