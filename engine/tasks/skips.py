"""See what the skips and the upsampling of a U-Net do: switch them while it runs.

Ronneberger et al., "U-Net", MICCAI 2015; the checkerboard is that of Odena et al., "Deconvolution
and Checkerboard Artifacts", Distill, 2016.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, cast, get_args

import cv2
import numpy as np

from engine.errors import ModelError
from engine.learn.networks.build import SegmentationNetwork
from engine.learn.networks.unet import UNetDecoder
from engine.tasks.heads import View
from engine.values import (
    BACKGROUND,
    LabelMap,
    SegmentSettings,
    UpsamplingComparison,
    UpsamplingView,
)
from engine.values.learn import Upsampling

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor

    from engine.network import Network
    from engine.values import Frame, InputFit, SkipSwitches

__all__ = ["checkerboard", "compare_upsampling", "switch"]

_FLAT = 1e-12


def switch(network: Network, switches: SkipSwitches) -> None:
    """Switch skips and upsampling from the next pass on; another network than ours stays as it is.

    Parameters
    ----------
    network
        That is loaded.
    switches
        What is on.
    """
    if isinstance(network.module, SegmentationNetwork):
        network.module.switch(switches)


def compare_upsampling(
    network: Network, frame: Frame, fit: InputFit, switches: SkipSwitches
) -> UpsamplingComparison:
    """Run a U-Net on a picture with each kind of upsampling; afterwards it is as `switches` say.

    Raises
    ------
    ModelError
        It is no U-Net that was trained here, or it fails on this picture.
    """
    module, head = network.module, network.head
    if (
        head is None
        or not isinstance(module, SegmentationNetwork)
        or not isinstance(module.decoder, UNetDecoder)
    ):
        raise ModelError(
            f"{network.info.card.title} has no skips to switch; choose a U-Net that was trained "
            "with Layerscope."
        )
    passes = []
    try:
        for kind in get_args(Upsampling):
            module.switch(dataclasses.replace(switches, upsampling=kind))
            done = network.run(frame, (), fit)
            height, width = frame.image.shape[:2]
            view = View((height, width), done.box, done.input_size)
            found = head.read(done.raw, view).segmentation(SegmentSettings())
            logits = cast("Tensor", done.raw)[0].float().cpu().numpy()
            passes.append((kind, cast("LabelMap", found), logits, done.forward_ms))
    finally:
        module.switch(switches)
    # Bilinear is what most are trained with: of its labels the most frequent is looked at.
    label = _most(passes[1][1].labels)
    views = tuple(
        UpsamplingView(
            kind=kind,
            found=found,
            scores=np.ascontiguousarray(logits[label], np.float32),
            checkerboard=checkerboard(logits[label]),
            forward_ms=milliseconds,
        )
        for kind, found, logits, milliseconds in passes
    )
    names = {one.id: one.name for one in passes[0][1].categories}
    return UpsamplingComparison(frame, names.get(label, "background"), views)


def checkerboard(values: NDArray[np.floating]) -> float:
    """Return how much of a map's fine structure is a pattern of period 2.

    What is finer than a smoothing over 3 x 3 cells (binomial: it takes a checkerboard out
    entirely) is averaged over the cells of even and odd rows and columns; the share of its energy
    that these four averages hold is the answer.

    Parameters
    ----------
    values : ndarray, (h, w), floating

    Returns
    -------
    float
        0..1; 0 of a map without fine structure.
    """
    maps = np.asarray(values, np.float32)
    fine = maps - cv2.sepFilter2D(
        maps,
        -1,
        np.array([1, 2, 1]) / 4,
        np.array([1, 2, 1]) / 4,
        borderType=cv2.BORDER_REFLECT_101,
    )
    energy = float(np.mean(fine.astype(np.float64) ** 2))
    if energy < _FLAT:
        return 0.0
    phases = np.array([fine[row::2, column::2].mean() for row in (0, 1) for column in (0, 1)])
    return min(1.0, float(np.mean(phases**2)) / energy)


def _most(labels: NDArray[np.integer]) -> int:
    """Return the most frequent label but the background's; that where there is nothing else."""
    counts = np.bincount(labels.ravel(), minlength=1)
    counts[BACKGROUND] = 0
    return int(counts.argmax()) if counts.any() else BACKGROUND
