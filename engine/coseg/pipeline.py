"""The whole of it: a set of pictures in, the masks of what they have in common out.

Pictures are worked through one at a time, three times over: described, asked for their share in
the set's clusters, and cut out. Between two the work may be cancelled. What stays in memory of each
is a few kilobytes, and its mask.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, TypeVar

import numpy as np

from engine.coseg import refine
from engine.coseg.backbone import load_backbone
from engine.coseg.classics import DescriptorTransform, Factorization, is_inside
from engine.coseg.clusters import SAMPLED_CELLS, ClusterScores, sampled, spherical_kmeans
from engine.coseg.confidence import picture_confidence, sentence
from engine.coseg.evidence import evidence
from engine.coseg.features import FeatureStore, describe_picture, file_hash
from engine.coseg.outliers import class_evidence, likeness, outliers
from engine.errors import SourceError
from engine.models import weights as weights_store
from engine.sources.decode import read_picture
from engine.values import Region, WeightsChoice
from engine.values.coseg import CosegFailure, CosegPicture, CosegResult

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from engine.coseg.backbone import Backbone
    from engine.coseg.features import Features
    from engine.jobs import JobControl
    from engine.values.coseg import CosegMethod, CosegRequest

__all__ = ["CLUSTER_COUNTS", "Described", "run_coseg", "soft_maps"]

T = TypeVar("T")

CLUSTER_COUNTS = (12, 16, 20, 25, 30, 40)
THRESHOLDS: dict[CosegMethod, float] = {"clusters": refine.THRESHOLD, "dff": 0.5, "ddt": 0.5}
"""The score where object and background are as likely, by method."""


class _Scorer(Protocol):
    def soft(self, rows: NDArray[np.float32], /) -> NDArray[np.float32]:
        """Return a score for each cell, (N,) in 0..1."""


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


@dataclass(slots=True)
class _Run:
    """One run: what it was asked, and what it knows so far."""

    request: CosegRequest
    backbone: Backbone
    store: FeatureStore
    control: JobControl
    described: list[Described] = field(default_factory=list)
    failures: list[CosegFailure] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)

    def features(self, path: Path, key: str) -> Features:
        """Return a picture's description, from the disk where it is there."""
        features = self.store.read(key)
        if features is None:
            long_side = self.request.settings.long_side
            features = describe_picture(self.backbone, read_picture(path), long_side)
            self.store.write(key, features)
        return features

    def each(self, stage: str) -> Iterator[tuple[int, Described, Features]]:
        """Go through the pictures that could be described."""
        for index, one in enumerate(self.described):
            self.control.report(stage, index, len(self.described))
            yield index, one, self.features(one.path, one.key)


def run_coseg(
    request: CosegRequest,
    control: JobControl,
    on_picture: Callable[[CosegPicture, NDArray[np.uint8]], None] = lambda _picture, _image: None,
) -> CosegResult:
    """Find what a set of pictures has in common.

    Parameters
    ----------
    request
        The pictures and how.
    control
        Hears of each stage, and may cancel between two pictures.
    on_picture
        Called with each picture as soon as it has its mask, and with its pixels, (H, W, 3) uint8.

    Returns
    -------
    CosegResult
        The same for the same request and files. Pictures that cannot be read are named in it.

    Raises
    ------
    SourceError
        There is no picture, or none can be read.
    ModelError
        The network is not known, or cannot be used for this.
    DeviceError
        There is no such device, or not enough memory.
    CancelledError
        `control` was cancelled.
    """
    if not request.paths:
        raise SourceError("There are no pictures to segment; choose a folder with some.")
    backbone = load_backbone(request.model, request.weights, request.device, control)
    store = FeatureStore(_identity(backbone), request.settings.long_side)
    run = _Run(request, backbone, store, control)
    _timed(run, "Describing pictures", lambda: _describe(run))
    if not run.described:
        raise SourceError("None of the pictures can be read; choose others.")
    softs = _timed(run, "Comparing pictures", lambda: soft_maps(run))
    traits = _timed(run, "Looking for outliers", lambda: _likeness(run, softs))
    pictures = _timed(run, "Cutting out", lambda: _cut_out(run, softs, traits, on_picture))
    return CosegResult(
        tuple(pictures),
        tuple(run.failures),
        backbone.title,
        sentence(pictures),
        tuple(run.seconds.items()),
    )


def _timed(run: _Run, stage: str, work: Callable[[], T]) -> T:
    start = time.perf_counter()
    result = work()
    run.seconds[stage] = time.perf_counter() - start
    return result


def _identity(backbone: Backbone) -> str:
    """Return what tells the network and its weights from others, as part of a folder's name."""
    loaded = backbone.loaded
    kind = "random"
    if loaded.weights is WeightsChoice.PUBLISHED and loaded.spec.weights is not None:
        place = weights_store.local_path(loaded.spec.weights)
        facts = f"{loaded.spec.weights.sha256}{place.stat().st_size if place else ''}"
        kind = hashlib.blake2b(facts.encode(), digest_size=6).hexdigest()
    return f"{backbone.name}-{kind}"


def _describe(run: _Run) -> None:
    paths, settings = run.request.paths, run.request.settings
    share = max(1, SAMPLED_CELLS // len(paths))
    for index, path in enumerate(paths):
        run.control.report("Describing pictures", index, len(paths))
        try:
            key = file_hash(path)
            features = run.features(path, key)
        except SourceError as error:
            run.failures.append(CosegFailure(path, error.message))
            continue
        except OSError as error:
            why = error.strerror or type(error).__name__
            run.failures.append(CosegFailure(path, f"“{path.name}” cannot be read ({why})."))
            continue
        rng = np.random.default_rng([settings.seed, index])
        chosen = sampled(features.grid[0] * features.grid[1], share, rng)
        flat = features.cells.reshape(-1, features.cells.shape[2])
        run.described.append(
            Described(path, key, evidence(features), flat[chosen], is_inside(features.grid)[chosen])
        )


def soft_maps(run: _Run) -> list[NDArray[np.float32]]:
    """Return a score for each cell of each picture: (h, w) float32 in 0..1."""
    rng = np.random.default_rng(run.request.settings.seed)
    rows = np.concatenate([one.rows for one in run.described]).astype(np.float32)
    inside = np.concatenate([one.inside for one in run.described])
    if len(rows) > SAMPLED_CELLS:
        chosen = sampled(len(rows), SAMPLED_CELLS, rng)
        rows, inside = rows[chosen], inside[chosen]
    scorer: _Scorer
    match run.request.settings.method:
        case "dff":
            scorer = Factorization.fit(rows, inside, rng, run.control.check)
        case "ddt":
            scorer = DescriptorTransform.fit(rows, inside)
        case _:
            return _cluster_maps(run, rows, rng)
    return [
        scorer.soft(features.rows).reshape(features.grid)
        for _, _, features in run.each("Comparing pictures")
    ]


def _cluster_maps(
    run: _Run, rows: NDArray[np.float32], rng: np.random.Generator
) -> list[NDArray[np.float32]]:
    centres = [
        spherical_kmeans(rows, count, rng, check=run.control.check) for count in CLUSTER_COUNTS
    ]
    scores = ClusterScores.of(centres)
    labels = []
    for _, one, features in run.each("Comparing pictures"):
        labels.append(scores.labels(features.rows))
        scores.add(labels[-1], one.evidence.ravel())
    return [
        scores.soft(own).reshape(one.evidence.shape)
        for own, one in zip(labels, run.described, strict=True)
    ]


def _likeness(run: _Run, softs: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
    threshold = THRESHOLDS[run.request.settings.method]
    found = [
        class_evidence(features, refine.probability(softs[index], threshold))
        for index, _, features in run.each("Looking for outliers")
    ]
    return likeness(np.stack(found))


def _cut_out(
    run: _Run,
    softs: Sequence[NDArray[np.float32]],
    traits: NDArray[np.float32],
    on_picture: Callable[[CosegPicture, NDArray[np.uint8]], None],
) -> list[CosegPicture]:
    settings = run.request.settings
    odd = outliers(traits, settings.outlier_z)
    pictures = []
    for index, one in enumerate(run.described):
        run.control.report("Cutting out", index, len(run.described))
        image = read_picture(one.path)
        height, width = image.shape[:2]
        threshold = THRESHOLDS[settings.method]
        mask = np.zeros((height, width), np.bool_)
        if not odd[index]:
            mask = refine.refined(image, softs[index], settings.refinement, threshold)
        chance = refine.probability(softs[index], threshold)
        like = float(traits[index])
        confidence = 0.0 if odd[index] else picture_confidence(chance, like, float(mask.mean()))
        picture = CosegPicture(
            one.path, (height, width), Region.of(mask), softs[index], confidence, like,
            bool(odd[index]),
        )  # fmt: skip
        pictures.append(picture)
        on_picture(picture, image)
    return pictures
