"""The receptive field that a network really has: how much each input pixel moves one cell.

After Luo, Li, Urtasun, Zemel: Understanding the Effective Receptive Field in Deep Convolutional
Neural Networks, NeurIPS 2016.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from engine.capture.fold import fold
from engine.capture.hooks import capture
from engine.errors import ModelError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor, nn

    from engine.values import LayerKey

__all__ = ["measured_receptive_field"]

NOISE = 0.1
"""Standard deviation of what is added to the input, as a share of the input's own."""


def measured_receptive_field(
    module: nn.Module, image: Tensor, key: LayerKey, cell: tuple[int, int], *, samples: int = 8
) -> NDArray[np.float32]:
    """Return how strongly a cell of a map depends on each pixel of the input.

    All channels of the cell are taken together: their gradients with random signs, squared, are
    on average the sum of the squares of all of them, so that none cancels another. Each sample is
    taken at a slightly different picture; a ReLU that is shut at one of them does not hide what
    lies behind it.

    Parameters
    ----------
    module
        In evaluation mode; its parameters are left as they are.
    image : Tensor, (1, C, H, W)
        The input.
    key
        A module's or an operation's output.
    cell
        Row and column.
    samples
        How many pictures; each costs a forward and a backward pass.

    Returns
    -------
    ndarray, (H, W), float32
        Root of the mean square of the gradients, scaled to a greatest value of 1; all 0 where
        the cell depends on nothing.

    Raises
    ------
    ModelError
        The layer has no such cell, or gives nothing that has a gradient.
    """
    generator = torch.Generator().manual_seed(0)
    with torch.inference_mode(mode=False), torch.enable_grad():
        clean = image.detach().clone()
        scale = NOISE * float(clean.std()) if clean.numel() > 1 else 0.0
        energy = torch.zeros(clean.shape[-2:], device=clean.device)
        for _ in range(samples):
            noise = torch.randn(clean.shape, generator=generator).to(clean.device, clean.dtype)
            gradient = _gradient(module, clean + scale * noise, key, cell, generator)
            energy += gradient.to(torch.float32).square().sum(dim=(0, 1))
    field = energy.sqrt()
    greatest = field.max()
    if greatest > 0:
        field = field / greatest
    blob: NDArray[np.float32] = field.cpu().numpy()
    return blob


def _gradient(
    module: nn.Module,
    image: Tensor,
    key: LayerKey,
    cell: tuple[int, int],
    generator: torch.Generator,
) -> Tensor:
    image.requires_grad_()
    with capture(module, [key], copy=torch.clone) as taken:
        module(image.clone())  # the network may write over what it is given
    output = taken.get(key)
    if output is None or output.grad_fn is None:
        raise ModelError(f"Layer “{key}” gives nothing that depends on the picture smoothly.")
    maps = fold(output, (int(image.shape[-2]), int(image.shape[-1]))).maps
    row, column = cell
    if not (0 <= row < maps.shape[1] and 0 <= column < maps.shape[2]):
        height, width = maps.shape[1:]
        raise ModelError(
            f"Layer “{key}” has maps of {height} × {width}; there is no cell {row}, {column}."
        )
    channels = maps[:, row, column]
    signs = torch.randint(0, 2, channels.shape, generator=generator).to(channels) * 2 - 1
    (gradient,) = torch.autograd.grad((signs * channels).sum(), image)
    return gradient
