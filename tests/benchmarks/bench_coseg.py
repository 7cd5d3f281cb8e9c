"""Co-segmentation: the time of a set and of a seed, and memory at a thousand pictures."""

from __future__ import annotations

import os
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks.harness import Figure, Plan, benchmark
from tests.engine.photos import astronaut, chelsea, coffee

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

PICTURES = 30
MANY = 1000
SIDES = (500, 375)
TARGET_S = 15.0
STEERED_S = 1.0
TARGET_GB = 1.5


def write_photos(folder: Path, count: int) -> tuple[Path, ...]:
    """Write pictures of 500 x 375 pixels, each another part of one of three photos."""
    import cv2
    import numpy as np

    drawn = np.random.default_rng(0)
    photos = (astronaut(), chelsea(), coffee())
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number in range(count):
        photo = photos[number % len(photos)]
        picture = cv2.resize(_part(photo, drawn), SIDES, interpolation=cv2.INTER_AREA)
        paths.append(folder / f"{number:05}.jpg")
        cv2.imwrite(str(paths[-1]), picture[:, :, ::-1])
    return tuple(paths)


def _part(photo: NDArray[np.uint8], drawn: np.random.Generator) -> NDArray[np.uint8]:
    height, width = photo.shape[:2]
    tall, wide = int(height * drawn.uniform(0.7, 1)), int(width * drawn.uniform(0.7, 1))
    top, left = drawn.integers(height - tall + 1), drawn.integers(width - wide + 1)
    return photo[top : top + tall, left : left + wide]


@benchmark("coseg", "coseg_total", "coseg_steered")
def coseg(plan: Plan) -> Iterator[Figure]:
    """Seconds for 30 pictures of 500 x 375, the network loaded in them, and for a seed after."""
    from engine.jobs import JobControl
    from engine.values import CosegRequest, CosegSeed

    with tempfile.TemporaryDirectory(prefix="layerscope-coseg-") as name:
        _cache_in(Path(name))
        paths = write_photos(Path(name, "set"), plan.pick(PICTURES, 6))
        start = time.perf_counter()
        from engine.coseg.pipeline import CosegSet

        held = CosegSet(CosegRequest(paths))
        result = held.run(JobControl())
        total = time.perf_counter() - start
        scale = PICTURES / len(paths)
        for stage, seconds in result.seconds:
            name_ = "coseg_" + stage.lower().replace(" ", "_")
            yield Figure(name_, seconds, "s", "lower")
        target = None if plan.is_quick else TARGET_S
        yield Figure("coseg_total", total, "s", "lower", target)
        seed = CosegSeed(paths[0], slice(180, 181), slice(250, 251), is_object=False)
        start = time.perf_counter()
        held.steered((seed,), JobControl())
        yield Figure(
            "coseg_steered", scale * (time.perf_counter() - start), "s", "lower", STEERED_S
        )


@benchmark("coseg_memory")
def coseg_memory(plan: Plan) -> Iterator[Figure]:
    """Growth of memory over a thousand pictures, the packages loaded before."""
    import psutil

    import engine.coseg.pipeline
    from engine.jobs import JobControl, Progress
    from engine.values import CosegRequest, CosegSettings

    process, most = psutil.Process(), [0]

    def hear(_progress: Progress) -> None:
        most[0] = max(most[0], process.memory_info().rss)

    with tempfile.TemporaryDirectory(prefix="layerscope-coseg-") as name:
        _cache_in(Path(name))
        paths = write_photos(Path(name, "set"), plan.pick(MANY, 60))
        before = process.memory_info().rss
        request = CosegRequest(paths, CosegSettings(refinement="guided"))
        engine.coseg.pipeline.run_coseg(request, JobControl(hear))
    yield Figure("coseg_memory", (most[0] - before) / 2**30, "GiB", "lower", TARGET_GB)


def _cache_in(folder: Path) -> None:
    """Keep descriptions in a folder that goes; weights are looked for where they are."""
    from engine.models.weights import cache_dir

    home = folder / "home"
    home.mkdir()
    weights = cache_dir()
    weights.mkdir(parents=True, exist_ok=True)
    (home / weights.name).symlink_to(weights, target_is_directory=True)
    os.environ["LAYERSCOPE_CACHE"] = str(home)
