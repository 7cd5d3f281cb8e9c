"""What of a classifier co-segmentation looks at: two of its layers, and its class evidence."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import hashlib
import re
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar, cast

import torch
import torch.nn.functional as F
from torch import nn

from engine import device as devices
from engine.capture.hooks import first_tensor, planar_copy
from engine.coseg.side_by_side import side_by_side
from engine.errors import DeviceError, ModelError
from engine.models import loading, registry
from engine.models import weights as weights_store
from engine.models.fusing import fused
from engine.models.preprocess import prepare
from engine.values import DeviceRequest, InputFit, WeightsChoice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor

    from engine.jobs import JobControl
    from engine.models.loading import LoadedModel

__all__ = [
    "Backbone",
    "Layers",
    "Raw",
    "input_size",
    "layers_of",
    "load_backbone",
    "weights_sha256",
]

T = TypeVar("T")
R = TypeVar("R")

LONG_SIDE_PX = 640
STRIDE_PX = 32
_MOST_STREAMS = 4
"""Each takes the memory of one pass."""
_TRIED_PX = (256, 256)
"""Of the noise that shows that a fused network answers as the network does."""


@dataclass(frozen=True, slots=True)
class Layers:
    """The layers of a network that are looked at.

    Attributes
    ----------
    fine, coarse
        What cells are described by; `coarse` is brought to the grid of `fine`.
    last, classifier
        The maps whose mean the linear classifier reads; empty where it reads no mean.
    """

    fine: str
    coarse: str
    last: str = ""
    classifier: str = ""


_TABLE: tuple[tuple[str, Layers], ...] = (
    (r"efficientnet_lite0", Layers("blocks.4", "blocks.6", "bn2", "classifier")),
    (r"(wide_)?resne(x)?t\d+(_\w+)?", Layers("layer3", "layer4", "layer4", "fc")),
    (r"vgg11", Layers("features.14", "features.19")),
    (r"vgg13", Layers("features.18", "features.23")),
    (r"vgg16", Layers("features.22", "features.29")),
    (r"vgg19", Layers("features.26", "features.35")),
)
"""By the names of the registry: the last layers at strides 16 and 32; of VGG relu4 and relu5."""


def layers_of(name: str) -> Layers:
    """Return the layers of a network.

    Raises
    ------
    ModelError
        None are known of it.
    """
    for pattern, layers in _TABLE:
        if re.fullmatch(pattern, name):
            return layers
    raise ModelError(
        f"“{name}” cannot be used for co-segmentation yet; choose {registry.DEFAULT_MODEL}, "
        "a ResNet or a VGG without batch normalisation."
    )


@dataclass(frozen=True, slots=True)
class Raw:
    """What one pass over a picture gives.

    Attributes
    ----------
    fine, coarse : Tensor, (C, h, w), float32
    logits : Tensor, (K,), float32
        Without any where only the cells were asked for; `dense` too.
    dense : Tensor, (K, h, w), float32
        Logits of the classes at each place of the last maps, averaged over 2 x 2 places; where the
        classifier reads no mean, the mean-pooled coarse maps themselves.
    """

    fine: Tensor
    coarse: Tensor
    logits: Tensor
    dense: Tensor


def input_size(size: tuple[int, int], long_side: int = LONG_SIDE_PX) -> tuple[int, int]:
    """Return the input's height and width for a picture's: multiples of 32, the long side given."""
    scale = long_side / max(size)
    height, width = (max(1, round(side * scale / STRIDE_PX)) * STRIDE_PX for side in size)
    return height, width


class _Enough(Exception):  # noqa: N818 - no error
    """All maps that are wanted have been taken."""


class _Taps:
    """Takes maps during passes, of several threads at the same time: each its own.

    The hooks stay, unlike those of `capture`: one that comes and goes with a pass would be called
    by the passes of other threads.
    """

    def __init__(self, module: nn.Module, names: set[str]) -> None:
        self._module = module
        self._of_thread = threading.local()
        for name in names:
            module.get_submodule(name).register_forward_hook(functools.partial(self._take, name))

    def run(
        self, tensor: Tensor, wanted: set[str], *, is_whole: bool
    ) -> tuple[dict[str, Tensor], Tensor | None]:
        """Return the maps by name, and the network's answer where the pass is to be whole."""
        taken: dict[str, Tensor] = {}
        self._of_thread.taken, self._of_thread.wanted = taken, wanted
        self._of_thread.is_whole = is_whole
        try:
            return taken, self._module(tensor)
        except _Enough:
            return taken, None
        finally:
            self._of_thread.taken = None

    def _take(self, name: str, _module: nn.Module, _inputs: object, output: object) -> None:
        own = self._of_thread
        tensor = first_tensor(output)
        if getattr(own, "taken", None) is None or name not in own.wanted or tensor is None:
            return
        own.taken[name] = planar_copy(tensor)
        if not own.is_whole and len(own.taken) == len(own.wanted):
            raise _Enough


class Backbone:
    """A network on a device, asked for the maps that describe a picture's cells.

    Several threads may ask at the same time.

    Parameters
    ----------
    loaded
        The network; nobody else is to run it.
    request
        Where it runs.
    """

    def __init__(self, loaded: LoadedModel, request: DeviceRequest) -> None:
        self.name = loaded.spec.name
        self.title = loaded.spec.title
        self.loaded = loaded
        self.layers = layers_of(self.name)
        self._placement = devices.choose(request)
        is_cpu = self._placement.device.type == "cpu"
        threads = max(1, self._placement.threads) if is_cpu else 1
        self._streams = min(threads, _MOST_STREAMS)
        self._threads = threads // self._streams
        self._module = loaded.module.to(self._placement.device)
        self._lock = threading.Lock()
        self._taps: _Taps | None = None

    @contextlib.contextmanager
    def side_by_side(
        self, work: Callable[[T], R], items: Iterable[T]
    ) -> Iterator[Iterator[Callable[[], R]]]:
        """Work on some items at the same time; see `engine.coseg.side_by_side`.

        Each has one thread, as long as there are no more threads than items at a time: within a
        picture, threads wait for each other at the end of every operation.
        """
        own = torch.get_num_threads()
        begin = functools.partial(devices.apply_threads, self._threads)
        try:
            with contextlib.closing(side_by_side(work, items, self._streams, begin)) as results:
                yield results
        finally:
            torch.set_num_threads(own)  # what threads that are started later begin with

    def _made_ready(self) -> _Taps:
        """Return the network, on a processor in fewer operations: not before it is needed."""
        with self._lock:
            if self._taps is None:
                if self._placement.device.type == "cpu":
                    self._module = fused(self._module, _TRIED_PX, has_any_size=True)
                names = {self.layers.fine, self.layers.coarse, self.layers.last} - {""}
                self._taps = _Taps(self._module, names)
            return self._taps

    @torch.inference_mode()
    def run(
        self, image: NDArray[np.uint8], long_side: int = LONG_SIDE_PX, *, is_whole: bool = True
    ) -> Raw:
        """Describe a picture.

        Parameters
        ----------
        image : ndarray, (H, W, 3), uint8
            RGB.
        long_side
            Of the input, in pixels.
        is_whole
            Whether the class evidence is wanted too; otherwise the pass ends with the cells.

        Raises
        ------
        ModelError
            The network fails on it.
        DeviceError
            There is not enough memory.
        """
        size = input_size((image.shape[0], image.shape[1]), long_side)
        preprocessing = dataclasses.replace(
            self.loaded.spec.preprocessing, input_size=size, resize_size=max(size), whole=None
        )
        device, layers = self._placement.device, self.layers
        tensor, _ = prepare(
            image, preprocessing, InputFit.STRETCH, device, channels_last=device.type == "cpu"
        )
        wanted = {layers.fine, layers.coarse, layers.last if is_whole else ""} - {""}
        try:
            maps, logits = self._made_ready().run(tensor, wanted, is_whole=is_whole)
        except (RuntimeError, MemoryError) as error:
            sentence = devices.out_of_memory_sentence(error, device)
            if sentence is not None:
                raise DeviceError(sentence) from error
            raise ModelError(
                f"{self.title} failed on a picture; choose another network."
            ) from error
        fine, coarse = maps[layers.fine][0], maps[layers.coarse]
        if logits is None:
            return Raw(fine, coarse[0], coarse.new_zeros(0), coarse.new_zeros(0, 1, 1))
        dense = self._dense(maps.get(layers.last), coarse)
        return Raw(fine, coarse[0], logits[0].float(), dense[0])

    def _dense(self, last: Tensor | None, coarse: Tensor) -> Tensor:
        maps = coarse if last is None else last
        pooled = F.avg_pool2d(maps, 2, ceil_mode=True, count_include_pad=False)
        if last is None:
            return pooled
        linear = cast("nn.Linear", self._module.get_submodule(self.layers.classifier))
        return F.conv2d(pooled, linear.weight[:, :, None, None], linear.bias)


def load_backbone(
    name: str, weights: WeightsChoice, device: DeviceRequest, control: JobControl
) -> Backbone:
    """Load a network for co-segmentation.

    Raises
    ------
    ModelError
        There is none of this name, or none of its layers are known.
    DeviceError
        There is no such device.
    CancelledError
        `control` was cancelled.
    """
    layers_of(registry.spec(name).name)  # before anything is downloaded
    return Backbone(loading.load(name, weights, control), device)


def weights_sha256(name: str, weights: WeightsChoice) -> str:
    """Return all 64 digits of the weights file's checksum, or nothing where there is no file."""
    published = registry.spec(name).weights
    path = weights_store.local_path(published) if published is not None else None
    if weights is not WeightsChoice.PUBLISHED or path is None:
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
