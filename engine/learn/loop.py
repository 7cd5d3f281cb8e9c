"""Epochs: the steps over the crops, and the measure on the photos that are held out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
import torch.nn.functional as F

from engine.learn.frozen import rest_of
from engine.learn.loss import dice_loss, partial_cross_entropy
from engine.learn.networks.encoder import STRIDES
from engine.learn.schedule import one_cycle
from engine.learn.scores import Confusion

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray
    from torch import Tensor, nn

    from engine.jobs import JobControl
    from engine.learn.data import Dataset
    from engine.learn.material import Material
    from engine.learn.networks.encoder import Encoder
    from engine.values import TrainSettings

__all__ = ["Learner", "class_weights"]

_SLOWER = 0.1
"""Of the learning rate, for stages of the backbone that are trained too."""
_LEAST_SHARE = 1e-4
_HARDLY = 2
"""Fewer crops than this are no batch: batch normalisation needs a spread."""


def class_weights(frequencies: NDArray[np.float64], power: float) -> NDArray[np.float32]:
    """Return a weight for each class: frequency to the power of -`power`, 1 on average of pixels.

    Parameters
    ----------
    frequencies : ndarray, (K,), float64
        Each class' share of the pixels; a class of less than 0.01 % weighs as one of that.
    power
        0 = all weigh 1.
    """
    raw = np.maximum(frequencies, _LEAST_SHARE) ** -power
    return np.asarray(raw / max(1e-9, float((raw * frequencies).sum())), np.float32)


@dataclass(slots=True, eq=False)
class Learner:
    """A network that learns.

    Attributes
    ----------
    encoder, decoder
        Its parts; of the encoder only stages from `cut` on run here.
    cut
        See `Encoder.cut`.
    is_thawed
        Whether those stages are trained.
    settings, dataset, material
        How, and on what.
    weight : Tensor, (K,), float32
        Of the classes.
    device, dtype
        Where, and in which half precision the decoder runs; None = in none.
    """

    encoder: Encoder
    decoder: nn.Module
    cut: int
    is_thawed: bool
    settings: TrainSettings
    dataset: Dataset
    material: Material
    weight: Tensor
    device: torch.device
    dtype: torch.dtype | None
    optimizer: torch.optim.Optimizer

    @property
    def batches(self) -> int:
        """How many steps an epoch has."""
        rows, size = len(self.material.crops), self.settings.batch
        return max(1, rows // size + (rows % size >= _HARDLY))

    def epoch(self, number: int, control: JobControl) -> float:
        """Go once over all crops; return the mean loss.

        Parameters
        ----------
        number
            From 0 on; what is drawn at random depends on it and the seed alone.
        control
            Hears of each step, and may pause or cancel.

        Raises
        ------
        CancelledError
            `control` was cancelled.
        """
        settings, rows = self.settings, len(self.material.crops)
        random = np.random.default_rng([settings.seed, number])
        order = random.permutation(rows)
        self.decoder.train()
        total = 0.0
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(1_000_003 * settings.seed + number)
            for step in range(self.batches):
                stage = f"Epoch {number + 1} of {settings.epochs}"
                control.report(stage, step, self.batches)
                batch = np.sort(order[step * settings.batch : (step + 1) * settings.batch])
                self._pace(number * self.batches + step)
                total += self._step(batch, random)
        return total / self.batches

    @torch.no_grad()
    def validate(
        self, control: JobControl, shown: Mapping[int, Callable[[NDArray[np.uint8]], None]]
    ) -> Confusion:
        """Label each photo that is held out, and count.

        Parameters
        ----------
        control
            May pause or cancel.
        shown
            By the place of a photo: is given its labels, (h, w) uint8.
        """
        self.decoder.eval()
        confusion = Confusion.of(self.dataset.names)
        for place, photo in enumerate(self.material.held_out):
            control.check()
            scores = self._scores(self.material.photos.read(place))
            sample = photo.sample
            likely, possible = self.dataset.likely(sample), self.dataset.possible(sample)
            # Every other pixel tells enough, and takes a quarter of the time.
            labels = photo.labels[::2, ::2]
            confusion.add(labels, _labels_of(scores, labels.shape), likely, possible)
            if place in shown:
                shown[place](_labels_of(scores, photo.labels.shape))
        return confusion

    def state(self) -> dict[str, Any]:
        """Return the weights that are learnt, on the CPU, and copies."""
        found = {f"decoder.{k}": v for k, v in self.decoder.state_dict().items()}
        if self.is_thawed:
            found |= {f"encoder.{k}": v for k, v in self.encoder.state_dict().items()}
        return {name: tensor.detach().cpu().clone() for name, tensor in found.items()}

    def load(self, state: dict[str, Any]) -> None:
        """Put learnt weights back; raise `RuntimeError` where they do not fit."""
        own = {k[8:]: v for k, v in state.items() if k.startswith("decoder.")}
        self.decoder.load_state_dict(own)
        if self.is_thawed:
            kept = {k[8:]: v for k, v in state.items() if k.startswith("encoder.")}
            self.encoder.load_state_dict(kept)

    # --------------------------------------------------------------------------------- private

    def _pace(self, step: int) -> None:
        settings = self.settings
        rate = one_cycle(step, settings.epochs * self.batches, settings.learning_rate)
        for group, share in zip(self.optimizer.param_groups, (1.0, _SLOWER), strict=False):
            group["lr"] = rate * share

    def _step(self, batch: NDArray[np.intp], random: np.random.Generator) -> float:
        maps, marks = self._window(*self.material.crops.read(batch), random)
        scores = self._scores(maps)
        if scores.shape[2] < marks.shape[1]:  # a quarter of the pixels, and of the time
            marks = marks[:, 1::2, 1::2]
        scores = _scaled(scores, marks.shape[1:])
        labels = torch.from_numpy(np.ascontiguousarray(marks)).to(self.device, torch.int64)
        likely = torch.from_numpy(self.material.likely[batch]).to(self.device)
        possible = torch.from_numpy(self.material.possible[batch]).to(self.device)
        loss = partial_cross_entropy(
            scores,
            labels,
            likely,
            possible,
            weight=self.weight,
            background=self.settings.background,
        )
        if self.settings.dice:
            loss = loss + self.settings.dice * dice_loss(scores, labels, possible)
        self.optimizer.zero_grad(set_to_none=True)
        torch.autograd.backward(loss)
        self.optimizer.step()
        return float(loss.detach())

    def _window(
        self,
        maps: list[NDArray[np.float16]],
        marks: NDArray[np.uint8],
        random: np.random.Generator,
    ) -> tuple[list[NDArray[np.float16]], NDArray[np.uint8]]:
        """Cut the same part out of all crops of a batch, on the grid of the coarsest maps."""
        cells = self.settings.crop_px // STRIDES[-1]
        wanted = min(cells, self.settings.window_px // STRIDES[-1])
        top, left = random.integers(0, cells - wanted + 1, 2).tolist()

        def cut(array: NDArray[Any]) -> NDArray[Any]:
            one = array.shape[-1] // cells
            rows = slice(top * one, (top + wanted) * one)
            return array[..., rows, left * one : (left + wanted) * one]

        return [cut(it) for it in maps], cut(marks)

    def _scores(self, maps: Sequence[NDArray[np.float16]]) -> Tensor:
        tensors = [
            torch.from_numpy(it.copy() if not it.flags.writeable else it)
            .to(self.device)
            .float()
            .contiguous(memory_format=torch.channels_last)
            for it in maps
        ]
        with torch.autocast(self.device.type, self.dtype, enabled=self.dtype is not None):
            scores = rest_of(self.encoder, self.decoder, tensors, self.cut)
        return scores.float()


def _labels_of(scores: Tensor, size: tuple[int, ...]) -> NDArray[np.uint8]:
    """Return the most probable label of each pixel."""
    best = _scaled(scores, size)[0].argmax(dim=0).to("cpu", torch.uint8)
    return np.asarray(best.numpy(), np.uint8)


def _scaled(scores: Tensor, size: tuple[int, ...]) -> Tensor:
    if tuple(scores.shape[2:]) == tuple(size):
        return scores
    return F.interpolate(scores, size=tuple(size), mode="bilinear", align_corners=False)
