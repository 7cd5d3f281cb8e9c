"""The pictures of a set, described one at a time, and what is remembered of each."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from engine.coseg.backbone import load_backbone
from engine.coseg.classics import is_inside
from engine.coseg.clusters import SAMPLED_CELLS, sampled
from engine.coseg.evidence import evidence
from engine.coseg.features import FeatureStore, describe_picture, file_hash
from engine.errors import SourceError
from engine.models import weights as weights_store
from engine.sources.decode import read_picture
from engine.values import WeightsChoice
from engine.values.coseg import CosegFailure

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from engine.coseg.backbone import Backbone
    from engine.coseg.features import Features
    from engine.jobs import JobControl
    from engine.values.coseg import CosegRequest

__all__ = ["Described", "DescribedSet", "identity"]

_HELD_BYTES = 192 << 20


@dataclass(slots=True, eq=False)
class Described:
    """What is remembered of a picture while the set is worked through.

    Attributes
    ----------
    evidence : ndarray, (h, w), float32
    rows : ndarray, (n, C), float16
        The cells that stand for it in the set's sample.
    inside : ndarray, (n,), bool
        Which of them are not on the picture's border.
    """

    path: Path
    key: str
    evidence: NDArray[np.float32]
    rows: NDArray[np.float16]
    inside: NDArray[np.bool_]

    @property
    def grid(self) -> tuple[int, int]:
        """Height and width in cells."""
        return self.evidence.shape[0], self.evidence.shape[1]


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
        self._store: FeatureStore | None = None
        self._held: OrderedDict[str, Features] = OrderedDict()
        self._held_bytes = 0

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

    def load(self, control: JobControl) -> Backbone:
        """Load the network, once."""
        if self._backbone is None:
            request = self.request
            self._backbone = load_backbone(request.model, request.weights, request.device, control)
            self._store = FeatureStore(identity(self._backbone), request.settings.long_side)
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
        paths, settings = self.request.paths, self.request.settings
        self.load(control)
        self.pictures, self.failures = [], []
        share = max(1, SAMPLED_CELLS // len(paths))
        for index, path in enumerate(paths):
            control.report("Describing pictures", index, len(paths))
            try:
                key = file_hash(path)
                features = self.features(path, key)
            except SourceError as error:
                self.failures.append(CosegFailure(path, error.message))
                continue
            except OSError as error:
                why = error.strerror or type(error).__name__
                self.failures.append(CosegFailure(path, f"“{path.name}” cannot be read ({why})."))
                continue
            rng = np.random.default_rng([settings.seed, index])
            chosen = sampled(features.grid[0] * features.grid[1], share, rng)
            rows = features.cells.reshape(-1, features.cells.shape[2])[chosen]
            inside = is_inside(features.grid)[chosen]
            self.pictures.append(Described(path, key, evidence(features), rows, inside))

    def features(self, path: Path, key: str) -> Features:
        """Return a picture's description: from memory, from the disk, or made."""
        held = self._held.get(key)
        if held is not None:
            self._held.move_to_end(key)
            return held
        features = self._store.read(key) if self._store is not None else None
        if features is None:
            long_side = self.request.settings.long_side
            features = describe_picture(self.backbone, read_picture(path), long_side)
            if self._store is not None:
                self._store.write(key, features)
        self._hold(key, features)
        return features

    def _hold(self, key: str, features: Features) -> None:
        self._held[key] = features
        self._held_bytes += features.nbytes
        while self._held_bytes > _HELD_BYTES and len(self._held) > 1:
            _, dropped = self._held.popitem(last=False)
            self._held_bytes -= dropped.nbytes

    def each(
        self, stage: str, members: Sequence[int], control: JobControl
    ) -> Iterator[tuple[int, Described, Features]]:
        """Go through some pictures: the place among `members`, the picture, its description."""
        for place, index in enumerate(members):
            control.report(stage, place, len(members))
            one = self.pictures[index]
            yield place, one, self.features(one.path, one.key)
