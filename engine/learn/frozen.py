"""The part of a backbone that is never trained, and so runs once for each crop."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch

from engine.learn.whole import whole_photo
from engine.models.preprocess import input_size, prepare
from engine.values import InputFit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from torch import Tensor, nn

    from engine.learn.networks.encoder import Encoder
    from engine.models.spec import Preprocessing

__all__ = ["Frozen", "rest_of"]


class Frozen:
    """Runs the stages before the cut.

    Parameters
    ----------
    encoder
        In evaluation mode.
    preprocessing
        Of the classifier.
    cut
        So many stages are run.
    device
        Where.
    workers
        Threads that may ask at the same time.
    """

    def __init__(
        self,
        encoder: Encoder,
        preprocessing: Preprocessing,
        cut: int,
        device: torch.device,
        workers: int = 1,
    ) -> None:
        self._encoder = encoder
        self._preprocessing = preprocessing
        self._device = device
        self.cut = cut
        self.workers = max(1, workers) if device.type == "cpu" else 1
        both = torch.tensor([preprocessing.mean, preprocessing.std], device=device) * 255
        self._shift, self._scale = both.view(2, 1, 3, 1, 1)

    @torch.inference_mode()
    def crops(self, images: Sequence[NDArray[np.uint8]]) -> list[NDArray[np.float16]]:
        """Run crops of one size, (H, W, 3) uint8 each; return maps, the last one at the cut."""
        pixels = torch.from_numpy(np.stack(images)).to(self._device).permute(0, 3, 1, 2)
        return self._run((pixels.float() - self._shift) / self._scale)

    @torch.inference_mode()
    def photo(self, image: NDArray[np.uint8], long_side: int) -> list[NDArray[np.float16]]:
        """Run a whole photo, as the finished model is given it."""
        way = whole_photo(self._preprocessing, long_side)
        x, _ = prepare(image, way, InputFit.STRETCH, self._device)
        return self._run(x)

    def size_of(self, size: tuple[int, int], long_side: int) -> tuple[int, int]:
        """Return the input's height and width for a photo's."""
        return input_size(size, whole_photo(self._preprocessing, long_side), InputFit.STRETCH)

    def _run(self, x: Tensor) -> list[NDArray[np.float16]]:
        x = x.contiguous(memory_format=torch.channels_last)
        last, taken = self._encoder.run(x, (), 0, self.cut)
        maps = taken if self.cut - 1 in self._encoder.taps else [*taken, last]
        # What a half cannot hold would become infinite.
        return [it.float().clamp(-65504, 65504).half().cpu().contiguous().numpy() for it in maps]


def rest_of(encoder: Encoder, decoder: nn.Module, maps: Sequence[Tensor], cut: int) -> Tensor:
    """Return the scores for what `Frozen` gave."""
    is_tap = cut - 1 in encoder.taps
    taken = maps if is_tap else maps[:-1]
    _, all_maps = encoder.run(maps[-1], taken, cut, len(encoder.chain))
    scores: Tensor = decoder(all_maps)
    return scores
