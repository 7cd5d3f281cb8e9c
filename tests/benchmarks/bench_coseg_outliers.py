"""Co-segmentation with pictures mixed in that do not show the object."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks.harness import Figure, Plan, benchmark

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from engine.values import CosegResult

DATA = Path(os.environ.get("COSEG_DATA", Path("..", "shared", "data", "pascal_coseg")))
"""Groups as `layerscope evaluate --coseg` takes them; where there are none nothing is measured."""
PICTURES = 24
INTRUDERS = 6
"""A fifth of the whole."""
THRESHOLDS = (1.0, 1.5, 2.0, 2.5, 3.0)
USUAL = 2.0
FALL, FOUND, FLAGGED = 3.0, 65.0, 5.0


@benchmark("coseg_outliers", "coseg_fall", "coseg_intruders_found", "coseg_true_flagged")
def coseg_outliers(plan: Plan) -> Iterator[Figure]:
    """A fifth of a set without the object: how J falls, how many are found, how many wrongly."""
    if not (DATA / "images").is_dir():
        return
    import numpy as np

    from engine.coseg.evaluate import groups_of
    from engine.coseg.outliers import outliers
    from engine.sources.folder import list_pictures

    groups = groups_of(DATA)[:: plan.pick(1, 5)]
    pictures = [list_pictures(folder)[:PICTURES] for _, folder, _ in groups]
    fall, found, flagged = [], [], []
    for number, (_, _, masks) in enumerate(groups):
        own = pictures[number]
        count = min(INTRUDERS, len(own) // 4)
        strange = [pictures[(number + 1 + each) % len(groups)][number % 8] for each in range(count)]
        alone, mixed = _run(own, plan), _run([*own, *strange], plan)
        fall.append(100 * (_jaccard(alone, own, masks) - _jaccard(mixed, own, masks)))
        likeness = np.array([one.likeness for one in mixed.pictures], np.float32)
        odd = np.stack([outliers(likeness, z) for z in THRESHOLDS])
        found.append(odd[:, len(own) :].mean(axis=1))
        flagged.append(odd[:, : len(own)].mean(axis=1))
    for z, one, other in zip(
        THRESHOLDS, np.mean(found, axis=0), np.mean(flagged, axis=0), strict=True
    ):
        is_usual = z == USUAL
        end = "" if is_usual else f"_z{z}"
        yield Figure(
            f"coseg_intruders_found{end}", 100 * one, "%", "higher", FOUND if is_usual else None
        )
        yield Figure(
            f"coseg_true_flagged{end}", 100 * other, "%", "lower", FLAGGED if is_usual else None
        )
    yield Figure("coseg_fall", float(np.mean(fall)), "points of J", "lower", FALL)


def _run(paths: Sequence[Path], plan: Plan) -> CosegResult:
    from engine.coseg.pipeline import run_coseg
    from engine.jobs import JobControl
    from engine.values import CosegRequest, CosegSettings

    settings = CosegSettings(refinement="none" if plan.is_quick else "grabcut")
    return run_coseg(CosegRequest(tuple(paths), settings), JobControl())


def _jaccard(result: CosegResult, own: Sequence[Path], masks: Path) -> float:
    from engine.coseg.evaluate import mean_of, read_mask, scores_of

    wanted = set(own)
    return mean_of(
        "",
        [
            scores_of(
                one.path.name, one.region.full(one.size), read_mask(masks / f"{one.path.stem}.png")
            )
            for one in result.pictures
            if one.path in wanted
        ],
    ).jaccard
