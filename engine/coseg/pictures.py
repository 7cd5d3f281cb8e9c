"""The pictures of a set, described one at a time, and what is remembered of each."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.checksums import file_hash
from engine.coseg.backbone import load_backbone
from engine.coseg.classics import is_inside
from engine.coseg.clusters import SAMPLED_CELLS, sampled
from engine.coseg.evidence import evidence
from engine.coseg.features import FeatureStore, describe, describe_picture
from engine.coseg.outliers import class_evidence
from engine.coseg.refine import probability
from engine.errors import SourceError
from engine.models import weights as weights_store
from engine.sources.decode import read_picture
from engine.values import WeightsChoice
from engine.values.coseg import CosegFailure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from engine.coseg.backbone import Backbone
    from engine.coseg.features import Features
    from engine.jobs import JobControl
    from engine.values.coseg import CosegRequest

__all__ = ["SCALES", "Described", "DescribedSet", "View", "identity"]

SCALES = (1.0, 1.4)
"""Of the long side: what a picture is described at. The first counts for all; the clusters' scores
are averaged over both, which is worth more than one point of J (see docs/cosegmentation.md)."""
_HELD_BYTES = 160 << 20
_SALIENT, _SOFT = 0.6, 0.1
"""Of a picture's evidence: where object and background are as likely, before the set is asked."""


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """A picture at one scale.

    Attributes
    ----------
    evidence : ndarray, (h, w), float32
    rows : ndarray, (n, C), float16
        The cells that stand for it in the set's sample.
    chosen : ndarray, (n,), intp
        Which these are.
    """

    evidence: NDArray[np.float32]
    rows: NDArray[np.float16]
    chosen: NDArray[np.intp]

    @property
    def grid(self) -> tuple[int, int]:
        """Height and width in cells."""
        return self.evidence.shape[0], self.evidence.shape[1]

    @property
    def inside(self) -> NDArray[np.bool_]:
        """Which of the chosen cells are not on the picture's border: (n,) bool."""
        return is_inside(self.grid)[self.chosen]


@dataclass(slots=True, eq=False)
class Described:
    """What is remembered of a picture while the set is worked through: some kilobytes.

    Attributes
    ----------
    size
        Height and width in pixels.
    views
        At each of the scales.
    logits : ndarray, (K,), float32
        The network's answer to the picture.
    traits : ndarray, (K,), float32
        Its answer to what is salient in the picture, before the set is asked.
    """

    path: Path
    key: str
    size: tuple[int, int]
    views: tuple[View, ...]
    logits: NDArray[np.float32]
    traits: NDArray[np.float32]

    @property
    def grid(self) -> tuple[int, int]:
        """Height and width in cells, at the first scale."""
        return self.views[0].grid

    @property
    def evidence(self) -> NDArray[np.float32]:
        """What is salient, at the first scale: (h, w) float32 in 0..1."""
        return self.views[0].evidence


def identity(backbone: Backbone) -> str:
    """Return what tells the network and its weights from others, as part of a folder's name."""
    loaded = backbone.loaded
    kind = "random"
    if loaded.weights is WeightsChoice.PUBLISHED and loaded.spec.weights is not None:
        place = weights_store.local_path(loaded.spec.weights)
        facts = f"{loaded.spec.weights.sha256}{place.stat().st_size if place else ''}"
        kind = hashlib.blake2b(facts.encode(), digest_size=6).hexdigest()
    return f"{backbone.name}-{kind}"


class DescribedSet:
    """A set of pictures, and their descriptions: few in memory, all on the disk.

    Parameters
    ----------
    request
        Its pictures, network, device and long side count here, and no other setting.
    """

    def __init__(self, request: CosegRequest) -> None:
        self.request = request
        self.pictures: list[Described] = []
        self.failures: list[CosegFailure] = []
        self._backbone: Backbone | None = None
        self._stores: tuple[FeatureStore, ...] = ()
        self._held: OrderedDict[tuple[str, int], Features] = OrderedDict()
        self._held_bytes = 0
        self._lock = threading.Lock()

    @property
    def title(self) -> str:
        """The network's name, for showing; empty before it was loaded."""
        return self._backbone.title if self._backbone is not None else ""

    @property
    def backbone(self) -> Backbone:
        """The network; `describe` must have loaded it."""
        if self._backbone is None:
            raise RuntimeError("DescribedSet: expected describe() first")
        return self._backbone

    @property
    def _sides(self) -> tuple[int, ...]:
        return tuple(round(scale * self.request.settings.long_side) for scale in SCALES)

    def load(self, control: JobControl) -> Backbone:
        """Load the network, once."""
        if self._backbone is None:
            request = self.request
            self._backbone = load_backbone(request.model, request.weights, request.device, control)
            name = identity(self._backbone)
            self._stores = tuple(FeatureStore(name, side) for side in self._sides)
        return self._backbone

    def describe(self, control: JobControl) -> None:
        """Describe all pictures; those that cannot be read are named in `failures`.

        Raises
        ------
        ModelError, DeviceError
            The network cannot be used.
        CancelledError
            `control` was cancelled; what was described stays on the disk.
        """
        paths = self.request.paths
        backbone = self.load(control)
        self.pictures, self.failures = [], []
        with backbone.side_by_side(self._described, enumerate(paths)) as found:
            for index, (path, result) in enumerate(zip(paths, found, strict=True)):
                control.report("Describing pictures", index, len(paths))
                self._add(path, result)
        for store in self._stores[:1]:
            store.clean(keep=frozenset(one.key for one in self.pictures))

    def _add(self, path: Path, result: Callable[[], Described]) -> None:
        try:
            self.pictures.append(result())
        except SourceError as error:
            self.failures.append(CosegFailure(path, error.message))
        except OSError as error:
            why = error.strerror or type(error).__name__
            self.failures.append(CosegFailure(path, f"“{path.name}” cannot be read ({why})."))

    def _described(self, place: tuple[int, Path]) -> Described:
        """Describe the picture of an index and a path; several threads do at the same time."""
        index, path = place
        key, image = file_hash(path), read_picture(path)
        share = max(1, SAMPLED_CELLS // len(self.request.paths))
        views, first = [], None
        for scale in range(len(SCALES)):
            features = self.features(path, key, scale, image)
            cells = features.grid[0] * features.grid[1]
            rng = np.random.default_rng([self.request.settings.seed, index, scale])
            chosen = sampled(cells, share, rng)
            rows = features.cells.reshape(cells, -1)[chosen]
            views.append(View(evidence(features), rows, chosen))
            first = first or features
        if first is None:
            raise RuntimeError("SCALES: expected one at least")
        traits = class_evidence(first, probability(views[0].evidence, _SALIENT, _SOFT))
        size = (image.shape[0], image.shape[1])
        return Described(path, key, size, tuple(views), first.logits, traits)

    def features(
        self, path: Path, key: str, scale: int = 0, image: NDArray[np.uint8] | None = None
    ) -> Features:
        """Return a picture's description: from memory, from the disk, or made.

        Parameters
        ----------
        path, key
            Its file, and the file's checksum.
        scale
            Which of `SCALES`.
        image
            Its pixels, where they are at hand.
        """
        with self._lock:
            held = self._held.get((key, scale))
            if held is not None:
                self._held.move_to_end((key, scale))
                return held
        store = self._stores[scale]
        raw = store.read(key)
        if raw is None:
            pixels = read_picture(path) if image is None else image
            # Classes are asked for at the first scale alone.
            raw = describe_picture(self.backbone, pixels, self._sides[scale], is_whole=scale == 0)
            store.write(key, raw)
        features = describe(raw)
        self._hold((key, scale), features)
        return features

    def _hold(self, key: tuple[str, int], features: Features) -> None:
        with self._lock:
            if key in self._held:  # another thread had the same file
                return
            self._held[key] = features
            self._held_bytes += features.nbytes
            while self._held_bytes > _HELD_BYTES and len(self._held) > 1:
                _, dropped = self._held.popitem(last=False)
                self._held_bytes -= dropped.nbytes

    def each(
        self, stage: str, members: Sequence[int], control: JobControl, scale: int = 0
    ) -> Iterator[tuple[int, Described, Features]]:
        """Go through some pictures: the place among `members`, the picture, its description."""
        for place, index in enumerate(members):
            control.report(stage, place, len(members))
            one = self.pictures[index]
            yield place, one, self.features(one.path, one.key, scale)
