"""What is kept about one watched layer from frame to frame, and its answer to a frame."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
import torch

from engine.capture.atlas import compose
from engine.capture.fold import Folded
from engine.capture.statistics import Measured, SilenceCounter, finite, measure, to_stats
from engine.values import Activation, AtlasStyle, LayerKey, MapKind, SortKey

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

RESORT_EVERY_S = 1.0
"""Sorted grids are put in order again this often: every frame would make the tiles jump."""


class WatchedLayer:
    """A layer that is being watched.

    Parameters
    ----------
    key
        Which layer, which call.
    layer_kind
        Class of the module.
    clock
        Seconds that only go forward.
    """

    def __init__(
        self, key: LayerKey, layer_kind: str, clock: Callable[[], float] = time.perf_counter
    ) -> None:
        self.key = key
        self._layer_kind = layer_kind
        self._clock = clock
        self._silence = SilenceCounter()
        self._is_signed = False
        self._sort: tuple[SortKey, int, torch.device] | None = None
        self._order: Tensor | None = None
        self._sorted_at = 0.0

    def answer(
        self, folded: Folded, shape: tuple[int, ...], style: AtlasStyle, frame: object
    ) -> Activation:
        """Make the layer's :class:`Activation` from its folded output.

        Parameters
        ----------
        folded
            The maps, (N, h, w) float32 on the network's device.
        shape
            The output's true shape, without the batch.
        style
            How the atlas is drawn.
        frame
            The frame it answers to, told apart by identity.
        """
        maps, has_nonfinite = finite(folded.maps)
        maps = maps.contiguous()
        measured = measure(maps)
        silent = (measured.minimum == 0) & (measured.maximum == 0)
        if has_nonfinite:  # not zero, only drawn so
            silent &= torch.isfinite(folded.maps).flatten(1).all(dim=1)
        self._note_sign(measured, folded.kind)
        order = self._ordered(measured, style.sort)
        atlas = compose(maps, measured, style, order, is_signed=self._is_signed)
        stats = to_stats(measured, self._dead(silent, frame))
        low_high = torch.stack((atlas.low, atlas.high)).cpu().numpy()
        count = int(maps.shape[0])
        return Activation(
            key=self.key,
            layer_kind=self._layer_kind,
            shape=shape,
            kind=folded.kind,
            values=maps.cpu().numpy(),
            atlas=atlas.picture.cpu().numpy(),
            columns=atlas.columns,
            order=np.arange(count) if order is None else order.cpu().numpy(),
            low=low_high[0],
            high=low_high[1],
            gamma=style.gamma,
            is_signed=self._is_signed,
            stats=stats,
            has_nonfinite=has_nonfinite,
        )

    def _note_sign(self, measured: Measured, kind: MapKind) -> None:
        """Remember a sign once seen: the colours must not flip from frame to frame."""
        if not self._is_signed and kind is not MapKind.PICTURE:
            self._is_signed = bool(measured.minimum.min() < 0)

    def _dead(self, silent: Tensor, frame: object) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        self._silence.update(silent.cpu().numpy(), frame)
        return self._silence.dead

    def _ordered(self, measured: Measured, sort: SortKey) -> Tensor | None:
        """Return the order to stand in, put right again once a second."""
        if sort is SortKey.INDEX:
            self._sort = self._order = None
            return None
        now = self._clock()
        # A layer that moved to another device cannot be put in an order that stayed behind.
        wanted = (sort, len(measured.mean), measured.mean.device)
        if self._order is None or self._sort != wanted or now - self._sorted_at >= RESORT_EVERY_S:
            by = {
                SortKey.MEAN: measured.mean,
                SortKey.MAX: measured.maximum,
                SortKey.SPARSITY: measured.zeros,
            }[sort]
            self._order = torch.argsort(by, descending=True, stable=True)
            self._sort, self._sorted_at = wanted, now
        return self._order
