"""Networks that Layerscope has trained, as networks of the registry."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from engine.errors import ModelError
from engine.learn.whole import whole_photo
from engine.models import registry
from engine.models.spec import ModelSpec, Weights, load_strictly

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from torch import Tensor, nn

    from engine.jobs import JobControl
    from engine.learn.description import Description
    from engine.models.spec import Preprocessing
    from engine.tasks.heads import SegmentationHead

__all__ = ["build", "filled", "open_trained", "trained_spec"]


def trained_spec(
    description: Description,
    preprocessing: Preprocessing,
    title: str,
    weights: Weights | None,
    parameters: int,
) -> ModelSpec:
    """Describe a trained network for the registry.

    Parameters
    ----------
    description
        What its file says of it.
    preprocessing
        Of its backbone.
    title
        What it is called; the name is made of it.
    weights
        Where its file is; None = it is a person's own and opened by its path.
    parameters
        Of the whole network, encoder included.
    """
    names = description.names[1:]
    return ModelSpec(
        name=re.sub(r"[^a-z0-9_.\-]+", "_", title.lower()).lstrip("_.-") or "network",
        title=title,
        family="U-Net" if description.architecture == "unet" else "Your own",
        task="semantic",
        build=functools.partial(build, description),
        preprocessing=whole_photo(preprocessing, description.long_side),
        categories=functools.partial(tuple, names),
        weights=weights,
        parameters=parameters,
        read_state=functools.partial(_read_state, description),
        head=functools.partial(_head, names),
    )


def build(description: Description) -> nn.Module:
    """Make the network with random weights.

    Raises
    ------
    ModelError
        Its backbone is not in the registry, or cannot be one.
    """
    from engine.learn.networks.build import SegmentationNetwork, make_decoder  # noqa: PLC0415
    from engine.learn.networks.encoder import encoder_of  # noqa: PLC0415

    backbone = registry.spec(description.backbone)
    encoder = encoder_of(description.backbone, backbone.build())
    decoder = make_decoder(
        description.architecture, encoder.channels, len(description.names), description.upsampling
    )
    return SegmentationNetwork(encoder, decoder)


def filled(description: Description, state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Put the weights of the backbone beside those of the file, which come before them.

    Raises
    ------
    ModelError, WeightsUnavailableError
        The backbone's weights cannot be had.
    """
    from engine.jobs import JobControl  # noqa: PLC0415 - with torch, where it is used
    from engine.learn.networks.encoder import encoder_of  # noqa: PLC0415
    from engine.models import loading  # noqa: PLC0415
    from engine.values import WeightsChoice  # noqa: PLC0415

    loaded = loading.load(description.backbone, WeightsChoice.PUBLISHED, JobControl())
    encoder = encoder_of(description.backbone, loaded.module)
    own = {f"encoder.{name}": tensor for name, tensor in encoder.state_dict().items()}
    return own | dict(state)


def open_trained(
    path: Path, description: Description, control: JobControl
) -> tuple[ModelSpec, nn.Module]:
    """Open a file that `engine.learn` wrote; the network is in evaluation mode.

    Raises
    ------
    ModelError
        Its backbone is not in the registry, its weights cannot be had, or the file does not hold
        what it says.
    CancelledError
        `control` was cancelled.
    """
    from engine.learn.model_file import read_model  # noqa: PLC0415 - torch
    from engine.learn.networks.build import SegmentationNetwork, make_decoder  # noqa: PLC0415
    from engine.learn.networks.encoder import encoder_of  # noqa: PLC0415
    from engine.models import loading  # noqa: PLC0415
    from engine.values import WeightsChoice  # noqa: PLC0415

    loaded = loading.load(description.backbone, WeightsChoice.PUBLISHED, control)
    encoder = encoder_of(description.backbone, loaded.module)
    module = SegmentationNetwork(
        encoder,
        make_decoder(
            description.architecture,
            encoder.channels,
            len(description.names),
            description.upsampling,
        ),
    )
    try:
        own = {f"encoder.{name}": it for name, it in encoder.state_dict().items()}
        load_strictly(module, own | read_model(path))
    except (OSError, ValueError, RuntimeError) as error:
        raise ModelError(
            f"“{path.name}” does not hold the weights that it says; get the file again."
        ) from error
    module.eval().requires_grad_(requires_grad=False)
    parameters = sum(it.numel() for it in module.parameters())
    base = loaded.spec.preprocessing
    return trained_spec(description, base, path.stem, None, parameters), module


def _read_state(description: Description, path: Path) -> Mapping[str, Tensor]:
    from engine.learn.model_file import read_model  # noqa: PLC0415 - torch

    return filled(description, read_model(path))


def _head(names: tuple[str, ...]) -> SegmentationHead:
    from engine.tasks.semantic import SemanticHead  # noqa: PLC0415 - torch
    from engine.values import Category  # noqa: PLC0415 - beside it

    return SemanticHead(tuple(Category(number, it) for number, it in enumerate(names, start=1)))
