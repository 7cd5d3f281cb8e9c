"""The fully convolutional view of a classifier: its last layer asked at every place.

A classifier ends in a global pooling and a linear layer, or in linear layers on a small grid.
Without the pooling, and with the linear layer run as a 1 x 1 convolution, it answers a map: for
each class, how much each place speaks for it (Long, Shelhamer and Darrell, Fully Convolutional
Networks for Semantic Segmentation, CVPR 2015; Zhou et al., Learning Deep Features for
Discriminative Localization, CVPR 2016). A finer map comes by dilation in place of strides
(`engine.tasks.dilation`). It is evidence for a class, not a segmentation: the network was never
taught where an object ends.

How the head is found: one pass at the network's own input size is watched. The head begins at
the last pooling that leaves one value a channel (`AdaptiveAvgPool2d(1)`, `x.mean((2, 3))`,
`AvgPool2d` over the whole map), or leaves the map as it is (the 7 x 7 of VGG); where a network
has no pooling, at the last time that a map is flattened. Poolings of squeeze-and-excitation come
earlier, and go on over the whole map. Nothing of the network is changed, no hook stays and no
weight is copied.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from engine.capture.hooks import first_tensor
from engine.errors import ModelError
from engine.tasks.dilation import FLATTENS, Dilated

if TYPE_CHECKING:
    from engine.tasks.dilation import Head, Seen

__all__ = ["FullyConvolutional", "Map", "sharing_copy"]

_LINEAR_CALLS = frozenset({*FLATTENS, "linear", "conv2d", "dropout", "contiguous", "size", "shape"})
_ATTENDS = (
    "{} mixes all places by attention, so no place of it can be asked by itself; choose a "
    "convolutional network."
)
_NO_HEAD = (
    "{} has no pooling or flattening before its last layer that could be left out, so it has no "
    "fully convolutional view; choose another network."
)


@dataclass(frozen=True, slots=True)
class Map:
    """What a fully convolutional pass answers.

    Attributes
    ----------
    logits : Tensor, (B, K, h, w), float32
    macs
        Multiply-adds of the pass, counted as `engine.graph.macs` counts them.
    """

    logits: Tensor
    macs: int


class FullyConvolutional:
    """A classifier that answers at every place.

    Parameters
    ----------
    module
        The classifier, in evaluation mode; it is shared, not copied, and not changed.
    input_size
        Height and width of its own input.
    title
        What the person calls it.

    Attributes
    ----------
    stride
        Pixels from one of its own cells to the next.
    kernel
        Height and width, in cells, that the head takes in: (1, 1) after global pooling.
    is_linear
        Whether the mean of the map over its places is the classifier's answer.

    Raises
    ------
    ModelError
        It is no classifier of this form; the sentence says why.
    """

    def __init__(self, module: nn.Module, input_size: tuple[int, int], title: str) -> None:
        self._module = module
        self._title = title
        self.input_size = input_size
        self._device = next((p.device for p in module.parameters()), torch.device("cpu"))
        output, seen = self._watch(input_size)
        self._head = self._find_head(seen, output)
        self.stride = self._head.grid.stride
        self.kernel = self._head.kernel
        self.classes = int(output.shape[1])
        self.is_linear = self._has_linear_head()

    @torch.inference_mode()
    def __call__(
        self, x: Tensor, stride: int | None = None, cells: tuple[int, int] = (1, 1)
    ) -> Map:
        """Answer at every place.

        Parameters
        ----------
        x : Tensor, (B, 3, H, W)
            The network's input in any size; multiples of its stride are best.
        stride
            Pixels from one answer to the next; None = the network's own.
        cells
            How many of the network's own cells each answer averages, as its own last pooling
            would in a window; (1, 1) = each cell by itself.

        Raises
        ------
        ModelError
            The picture is too small, or the network fails on it.
        """
        mode = Dilated(stride or self.stride, self._head, cells)
        try:
            with mode:
                output = first_tensor(self._module(x))
        except (RuntimeError, ValueError, TypeError) as error:
            raise ModelError(
                f"{self._title} cannot be asked place by place on {x.shape[3]} x {x.shape[2]} "
                "pixels; choose a larger picture or another network."
            ) from error
        if output is None or output.ndim != 4:
            raise ModelError(_NO_HEAD.format(self._title))
        return Map(output.to(torch.float32), mode.seen.macs)

    @torch.inference_mode()
    def answer(self, x: Tensor) -> Map:
        """Run the classifier as it is, counting; `logits` is (B, K, 1, 1)."""
        mode = Dilated()
        with mode:
            output = first_tensor(self._module(x))
        if output is None:
            raise ModelError(_NO_HEAD.format(self._title))
        return Map(output.to(torch.float32)[..., None, None], mode.seen.macs)

    def cells_of(self, size: tuple[int, int]) -> tuple[int, int]:
        """Return how many cells its last pooling averages in an input of this size.

        Raises
        ------
        ModelError
            The network cannot run so small an input, or its head wants another grid.
        """
        least = max(self.input_size)
        sentence = f"{self._title} cannot run windows of {size[1]} x {size[0]} pixels; use {least}."
        try:
            _, seen = self._watch(size)
        except ModelError as error:
            raise ModelError(sentence) from error
        here = [h for h in seen.heads if (h.name, h.number) == self._head[:2]]
        if not here or (self.kernel != (1, 1) and here[0].size != self.kernel):
            raise ModelError(sentence)
        return here[0].size if self.kernel == (1, 1) else (1, 1)

    # ------------------------------------------------------------------------------------ private

    @torch.inference_mode()
    def _watch(self, size: tuple[int, int]) -> tuple[Tensor, Seen]:
        mode = Dilated()
        try:
            with mode:
                output = first_tensor(self._module(torch.zeros(1, 3, *size, device=self._device)))
        except Exception as error:
            raise ModelError(
                f"{self._title} failed on an input of {size[1]} x {size[0]} pixels; choose "
                "another network (the log has the details)."
            ) from error
        if output is None or output.ndim != 2:
            raise ModelError(_NO_HEAD.format(self._title))
        return output, mode.seen

    def _find_head(self, seen: Seen, output: Tensor) -> Head:
        if seen.has_attention:
            raise ModelError(_ATTENDS.format(self._title))
        for name in ("pool", "flatten"):
            places = [head for head in seen.heads if head.name == name]
            if places and (name == "flatten" or places[-1].kernel in {(1, 1), places[-1].size}):
                head = places[-1]
                if self._gives_map(head, int(output.shape[1])):
                    return head
        raise ModelError(_NO_HEAD.format(self._title))

    def _gives_map(self, head: Head, classes: int) -> bool:
        """Whether the network answers a map when its head is taken to begin here."""
        mode = Dilated(head.grid.stride, head)
        x = torch.zeros(1, 3, *self.input_size, device=self._device)
        try:
            with torch.inference_mode(), mode:
                output = first_tensor(self._module(x))
        except (RuntimeError, ValueError, TypeError):
            return False
        return output is not None and output.ndim == 4 and output.shape[1] == classes

    def _has_linear_head(self) -> bool:
        if self.kernel != (1, 1):
            return False
        mode = Dilated(self.stride, self._head)
        with torch.inference_mode(), mode:
            self._module(torch.zeros(1, 3, *self.input_size, device=self._device))
        return _LINEAR_CALLS.issuperset(mode.seen.head_calls)


def sharing_copy(module: nn.Module) -> nn.Module:
    """Return a module of its own whose parameters and buffers are those of `module`.

    Hooks that are put on one later do not fire in the other, so that another thread may run it.

    Raises
    ------
    ModelError
        It cannot be taken apart.
    """
    memo: dict[int, Any] = {id(tensor): tensor for tensor in module.parameters()}
    memo |= {id(tensor): tensor for tensor in module.buffers()}
    try:
        return copy.deepcopy(module, memo)
    except Exception as error:
        raise ModelError(
            "This network cannot be run twice at the same time; choose another one."
        ) from error
