"""The live loop with an instance network beside the bare network."""

from __future__ import annotations

import statistics
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from tests.benchmarks.harness import Figure, Plan, benchmark
from tests.benchmarks.timing import alternate, median_ratio, repeat_for
from tests.engine.photos import astronaut

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.values import Frame

SIZE = (1280, 720)
TARGET = 0.85


@benchmark("segment_live")
def segment_live(plan: Plan) -> Iterator[Figure]:
    """YOLOv5s-seg at 640 on a letterboxed 720p stream, the whole loop, over the bare network."""
    import torch

    from tests.benchmarks.engine_loop import EngineLoop
    from tests.benchmarks.networks import prepared, segmenting

    model, weights = segmenting()
    frames = frames_of(8, SIZE)
    bare, tensor = prepared(model, frames[0], weights)

    @torch.inference_mode()
    def run_bare(seconds: float) -> float:
        return repeat_for(lambda: bare(tensor), seconds)

    with ThreadPoolExecutor(1) as aside, EngineLoop(model, weights, (), frames) as loop:
        sides = {
            "bare": lambda seconds: aside.submit(run_bare, seconds).result(),
            "engine": loop.run_for,
        }
        taken = alternate(sides, plan.pick(20, 4), 2.0)
        ratio = median_ratio(taken["bare"], taken["engine"])
        yield Figure("segment_live", ratio, "x", "higher", TARGET)
        for side, seconds in taken.items():
            rate = 1 / statistics.median(seconds)
            yield Figure(f"segment_live_{side}", rate, "frames/s", "higher")
        for phase in ("preprocess_ms", "forward_ms", "total_ms"):
            yield Figure(f"segment_live_{phase}", loop.phase_ms(phase), "ms", "lower")


def frames_of(count: int, size: tuple[int, int]) -> list[Frame]:
    """Return frames of this width and height: a photograph with people and things, panned."""
    import numpy as np
    from PIL import Image, ImageOps

    from engine.values import Frame

    width, height = size
    wide = ImageOps.fit(Image.fromarray(astronaut()), (width + 8 * count, height))
    pixels = np.asarray(wide)
    return [
        Frame(np.ascontiguousarray(pixels[:, 8 * k : 8 * k + width]), k, name="pan")
        for k in range(count)
    ]
