"""The receptive field that a network really has: how much each input pixel moves one cell.

After Luo, Li, Urtasun, Zemel: Understanding the Effective Receptive Field in Deep Convolutional
Neural Networks, NeurIPS 2016.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np
import torch

from engine.capture.fold import fold
from engine.capture.hooks import INPUT, capture
from engine.device import out_of_memory_sentence
from engine.errors import DeviceError, EngineError, ModelError

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor, nn

    from engine.values import LayerKey

__all__ = ["ENERGY", "FieldMeasurement", "effective_size", "measured_receptive_field"]

NOISE = 0.1
"""Standard deviation of what is added to the input, as a share of the input's own."""
SAMPLES = 8
"""Passes that a field is measured with."""
ENERGY = 0.95
"""Share of the gradient's energy that the effective size holds."""


class FieldMeasurement:
    """Measures how strongly a cell of a map depends on each pixel of the input, pass by pass.

    All channels of the cell are taken together: their gradients with random signs, squared, are
    on average the sum of the squares of all of them, so that none cancels another. Each pass is
    made at a slightly different picture; a ReLU that is shut at one of them does not hide what
    lies behind it. A pass ends at the layer: what lies behind it is not computed.

    Parameters
    ----------
    module
        In evaluation mode; its parameters are left as they are.
    image : Tensor, (1, C, H, W)
        The input.
    key
        A module's or an operation's output, or "input".
    cell
        Row and column; None = the middle cell.
    samples
        How many passes, each forward and backward.
    """

    def __init__(
        self,
        module: nn.Module,
        image: Tensor,
        key: LayerKey,
        cell: tuple[int, int] | None = None,
        *,
        samples: int = SAMPLES,
    ) -> None:
        self._module = module
        self._key = key
        self._cell = cell
        self._samples = samples
        self._made = 0
        self._generator = torch.Generator().manual_seed(0)
        with torch.inference_mode(mode=False):
            self._image = image.detach().clone()
            self._scale = NOISE * float(image.std()) if image.numel() > 1 else 0.0
            self._energy = torch.zeros(image.shape[-2:], device=image.device)

    @property
    def samples(self) -> int:
        """How many passes were made."""
        return self._made

    @property
    def is_done(self) -> bool:
        """Whether all passes were made."""
        return self._made >= self._samples

    @property
    def cell(self) -> tuple[int, int]:
        """Row and column; the middle cell is known after the first pass."""
        return self._cell or (0, 0)

    @property
    def blob(self) -> NDArray[np.float32]:
        """Root of the mean square of the gradients so far.

        Returns
        -------
        ndarray, (H, W), float32
            Scaled to a greatest value of 1; all 0 where the cell depends on nothing.
        """
        field = self._energy.sqrt()
        greatest = field.max()
        if greatest > 0:
            field = field / greatest
        blob: NDArray[np.float32] = field.cpu().numpy()
        return blob

    def step(self) -> None:
        """Make one pass.

        Raises
        ------
        ModelError
            The layer has no such cell, or gives nothing that has a gradient.
        DeviceError
            There is not enough memory.
        """
        try:
            with torch.inference_mode(mode=False), torch.enable_grad():
                gradient = self._gradient(self._noisy())
        except EngineError:
            raise
        except Exception as error:
            sentence = out_of_memory_sentence(error, self._image.device)
            if sentence is not None:
                raise DeviceError(sentence) from error
            raise ModelError(
                f"The receptive field of “{self._key}” cannot be measured: the network lets no "
                "gradient through; choose another layer (the log has the details)."
            ) from error
        self._energy += gradient.to(torch.float32).square().sum(dim=(0, 1))
        self._made += 1

    def _noisy(self) -> Tensor:
        clean = self._image
        noise = torch.randn(clean.shape, generator=self._generator)
        return clean + self._scale * noise.to(clean.device, clean.dtype)

    def _gradient(self, image: Tensor) -> Tensor:
        image.requires_grad_()
        output = _output(self._module, image, self._key)
        if output is None or output.grad_fn is None:
            raise ModelError(
                f"Layer “{self._key}” gives nothing that depends on the picture smoothly."
            )
        maps = fold(output, (int(image.shape[-2]), int(image.shape[-1]))).maps
        height, width = int(maps.shape[1]), int(maps.shape[2])
        if self._cell is None:
            self._cell = height // 2, width // 2
        row, column = self._cell
        if not (0 <= row < height and 0 <= column < width):
            raise ModelError(
                f"Layer “{self._key}” has maps of {height} × {width}; there is no cell "
                f"{row}, {column}."
            )
        channels = maps[:, row, column]
        signs = torch.randint(0, 2, channels.shape, generator=self._generator)
        signed = (signs.to(channels) * 2 - 1) * channels
        (gradient,) = torch.autograd.grad(signed.sum(), image)
        return gradient


def measured_receptive_field(
    module: nn.Module,
    image: Tensor,
    key: LayerKey,
    cell: tuple[int, int],
    *,
    samples: int = SAMPLES,
) -> NDArray[np.float32]:
    """Return how strongly a cell of a map depends on each pixel of the input.

    Parameters
    ----------
    module, image, key, cell, samples
        As of :class:`FieldMeasurement`.

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
    measurement = FieldMeasurement(module, image, key, cell, samples=samples)
    while not measurement.is_done:
        measurement.step()
    return measurement.blob


def effective_size(blob: NDArray[np.float32], share: float = ENERGY) -> tuple[int, int]:
    """Return how many rows and how many columns hold most of a measured field.

    Luo et al. (2016) count pixels above a threshold; the shortest run of rows, and of columns,
    that holds a share of the energy stands beside the theory's height and width.

    Parameters
    ----------
    blob : ndarray, (H, W), float32
        Sizes of gradients, on any scale.
    share
        Of the sum of their squares, in 0..1.

    Returns
    -------
    rows, columns : int
        In pixels; 0 where there is no gradient at all.
    """
    energy = np.square(blob, dtype=np.float64)
    return _shortest_run(energy.sum(axis=1), share), _shortest_run(energy.sum(axis=0), share)


def _shortest_run(energy: NDArray[np.float64], share: float) -> int:
    sums = np.concatenate(([0.0], np.cumsum(energy)))
    if not sums[-1] > 0:
        return 0
    wanted = share * sums[-1] * (1 - 1e-9)  # so that rounding does not ask for one more
    # Where each run would have to end; behind the last one where there is not enough left.
    ends = np.searchsorted(sums, sums[:-1] + wanted)
    lengths = (ends - np.arange(len(energy)))[ends <= len(energy)]
    return int(lengths.min())


class _ReachedError(Exception):
    """The layer has answered; the rest of the pass is not wanted."""


def _output(module: nn.Module, image: Tensor, key: LayerKey) -> Tensor | None:
    if key == INPUT:
        return image.clone()
    found: list[Tensor] = []

    def take(tensor: Tensor) -> Tensor:
        found.append(tensor.clone())
        raise _ReachedError

    with suppress(_ReachedError), capture(module, [key], copy=take):
        module(image.clone())  # the network may write over what it is given
    return found[0] if found else None
