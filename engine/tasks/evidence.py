"""Class evidence, live: which places of the picture speak for a class.

The classifier is asked at every place of the whole picture (`engine.tasks.fully_convolutional`).
A pass on a finer grid costs several plain ones, so it is made as often as the live loop's pace
allows.
"""

from __future__ import annotations

import dataclasses
import time
from contextlib import nullcontext
from typing import TYPE_CHECKING

import torch

from engine.capture.survey import Budget
from engine.errors import EngineError, ModelError
from engine.models.preprocess import prepare
from engine.tasks.fully_convolutional import FullyConvolutional
from engine.values import Box, ClassEvidence, InputFit

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from torch import Tensor, nn

    from engine.network import Network
    from engine.values import Classification, EvidenceRequest, Frame, FrameResult

__all__ = ["LiveEvidence", "class_label", "evidence", "whole_picture", "whole_size"]

LONGEST = 4.0
"""Pictures longer than this many times their short side are squeezed."""
_NO_CLASSIFIER = "{} names no categories, so there is no evidence for any; choose a classifier."


def view_of(network: Network, module: nn.Module | None = None) -> FullyConvolutional:
    """Return the fully convolutional view of a network.

    Parameters
    ----------
    network
        That is loaded.
    module
        To be run in its place: a copy that shares its weights.

    Raises
    ------
    ModelError
        It is no classifier, or has no such view.
    """
    title = network.info.card.title
    if network.info.card.task != "classification":
        raise ModelError(_NO_CLASSIFIER.format(title))
    return FullyConvolutional(module or network.module, network.input_size, title)


def whole_size(height: int, width: int, *, short: int, multiple: int) -> tuple[int, int]:
    """Return the size of an input that shows a whole picture in nearly its proportions.

    Parameters
    ----------
    height, width
        Of the picture.
    short
        About how long the short side shall be.
    multiple
        Of which both sides shall be whole multiples.
    """
    scale = short / min(height, width)
    longest = short * LONGEST
    sides = (min(height * scale, longest), min(width * scale, longest))
    rows, columns = (max(1, round(side / multiple)) * multiple for side in sides)
    return rows, columns


def whole_picture(network: Network, frame: Frame, size: tuple[int, int]) -> Tensor:
    """Return a network's input that shows the whole picture: (1, 3, *size), on its device."""
    own = network.loaded.spec.preprocessing
    wanted = dataclasses.replace(own, input_size=size, resize_size=max(size))
    place = network.placement
    tensor, _ = prepare(
        frame.image, wanted, InputFit.STRETCH, place.device, channels_last=place.is_channels_last
    )
    return tensor


def autocast(network: Network) -> AbstractContextManager[object]:
    """Run in the precision that was chosen."""
    dtype = network.placement.autocast_dtype
    return nullcontext() if dtype is None else torch.autocast(network.placement.device.type, dtype)


def class_label(network: Network, index: int) -> str:
    """Return the name of a class; a network without names gets "class 17"."""
    names = network.info.categories
    return names[index] if index < len(names) else f"class {index}"


def evidence(
    network: Network,
    view: FullyConvolutional,
    frame: Frame,
    request: EvidenceRequest,
    answer: Classification | None,
) -> ClassEvidence:
    """Ask every place of a picture for some classes.

    Parameters
    ----------
    network, view
        A classifier and its fully convolutional view.
    frame
        (H, W, 3) uint8 RGB; all of it is asked, with the network's own size on the short side.
    request
        Which classes, and how finely.
    answer
        What the classifier says of the frame: its best classes are asked for, too.

    Raises
    ------
    ModelError
        There is no such class, or the network fails on the picture.
    """
    beyond = [index for index in request.classes if index >= view.classes]
    if beyond:
        raise ModelError(
            f"{network.info.card.title} has no class {beyond[0]}; choose one below {view.classes}."
        )
    start = time.perf_counter()
    height, width = frame.image.shape[:2]
    size = whole_size(height, width, short=min(network.input_size), multiple=max(32, view.stride))
    with autocast(network):
        asked = view(whole_picture(network, frame, size), min(request.stride, view.stride))
    top = tuple(one.index for one in answer.top[: request.top_k]) if answer else ()
    classes = tuple(dict.fromkeys((*request.classes, *top)))
    maps = asked.logits[0, list(classes)].cpu().numpy()
    return ClassEvidence(
        maps=maps,
        classes=classes,
        labels=tuple(class_label(network, index) for index in classes),
        top=top,
        box=Box(0, 0, width, height),
        stride=min(request.stride, view.stride),
        input_size=size,
        is_linear=view.is_linear,
        macs=asked.macs,
        took_ms=(time.perf_counter() - start) * 1e3,
    )


class LiveEvidence:
    """Makes evidence of frame after frame, within a share of the loop's time."""

    def __init__(self) -> None:
        self._request: EvidenceRequest | None = None
        self._budget = Budget()
        self._network: Network | None = None
        self._view: FullyConvolutional | None = None
        self._picture = ""
        self.trouble = ""

    def set_request(self, request: EvidenceRequest | None) -> None:
        """Ask for this from now on, at once for the first time; None = for nothing."""
        self._request = request
        self._budget = Budget()
        self.trouble = ""
        if request is None:
            self._network = self._view = None

    def answer(self, network: Network, result: FrameResult, now: float) -> ClassEvidence | None:
        """Return the evidence of a frame that was answered, or None while none is due.

        What goes wrong is said in `trouble`, and does not come with every frame.
        """
        if self._request is None or not self._is_due(network, result.frame, now):
            return None
        self._picture = result.frame.name
        start = time.perf_counter()
        try:
            if network is not self._network:
                self._network, self._view = network, None
                self._view = view_of(network)
            if self._view is None:
                return None  # it was said why
            found = evidence(
                network, self._view, result.frame, self._request, result.classification
            )
        except EngineError as error:
            self.trouble = error.message
            return None
        finally:
            done = time.perf_counter()
            self._budget.note(done, done - start)
        self.trouble = ""
        return found

    def _is_due(self, network: Network, frame: Frame, now: float) -> bool:
        # A still picture comes but once: it cannot wait for its turn.
        is_new = network is not self._network or frame.name != self._picture
        return is_new or self._budget.is_due(now)
