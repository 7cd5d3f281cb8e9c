"""The shipped U-Net: what its decoder adds to the encoder, and the live loop with it."""

from __future__ import annotations

import statistics
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from tests.benchmarks.bench_segment_live import frames_of
from tests.benchmarks.harness import Figure, Plan, benchmark
from tests.benchmarks.timing import alternate, median_ratio, repeat_for

if TYPE_CHECKING:
    from collections.abc import Iterator

MODEL = "unet_efficientnet_lite0"
SIDE_PX = 320


@benchmark("unet", "unet_added", "unet_live")
def unet(plan: Plan) -> Iterator[Figure]:
    """Time of the U-Net's decoder at 320 px over the encoder's; its live loop over the bare one."""
    import torch

    from engine.values import WeightsChoice
    from tests.benchmarks.networks import prepared

    bare, _ = prepared(MODEL, frames_of(1, (SIDE_PX, SIDE_PX))[0], WeightsChoice.PUBLISHED)
    tensor = torch.rand(1, 3, SIDE_PX, SIDE_PX).contiguous(memory_format=torch.channels_last)
    encoder = bare.get_submodule("encoder")

    @torch.inference_mode()
    def run_for(network: torch.nn.Module, seconds: float) -> float:
        return repeat_for(lambda: network(tensor), seconds)

    taken = alternate(
        {"encoder": lambda s: run_for(encoder, s), "whole": lambda s: run_for(bare, s)},
        plan.pick(30, 6),
        1.0,
    )
    added = median_ratio(taken["whole"], taken["encoder"]) - 1
    yield Figure("unet_added", added, "x", "lower", 0.70)
    for side, seconds in taken.items():
        yield Figure(f"unet_{side}", 1e3 * statistics.median(seconds), "ms", "lower")
    yield from _live(plan)


def _live(plan: Plan) -> Iterator[Figure]:
    import torch

    from engine.values import WeightsChoice
    from tests.benchmarks.engine_loop import EngineLoop
    from tests.benchmarks.networks import prepared

    frames = frames_of(8, (SIDE_PX, SIDE_PX))
    bare, tensor = prepared(MODEL, frames[0], WeightsChoice.PUBLISHED)

    @torch.inference_mode()
    def run_bare(seconds: float) -> float:
        return repeat_for(lambda: bare(tensor), seconds)

    with (
        ThreadPoolExecutor(1) as aside,
        EngineLoop(MODEL, WeightsChoice.PUBLISHED, (), frames) as loop,
    ):
        sides = {
            "bare": lambda seconds: aside.submit(run_bare, seconds).result(),
            "engine": loop.run_for,
        }
        taken = alternate(sides, plan.pick(20, 4), 2.0)
        ratio = median_ratio(taken["bare"], taken["engine"])
        yield Figure("unet_live", ratio, "x", "higher", 0.85)
        for side, seconds in taken.items():
            rate = 1 / statistics.median(seconds)
            yield Figure(f"unet_live_{side}", rate, "frames/s", "higher")
