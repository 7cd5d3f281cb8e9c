"""The engine's live loop against the bare network."""

from __future__ import annotations

import statistics
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from tests.benchmarks.harness import Figure, Plan, benchmark
from tests.benchmarks.timing import alternate, median_ratio, repeat_for

if TYPE_CHECKING:
    from collections.abc import Iterator


@benchmark("loop_resnet50")
def loop_resnet50(plan: Plan) -> Iterator[Figure]:
    """ResNet-50, live loop with layer2.3.conv2 (128 x 28 x 28) watched, over the bare network."""
    yield from compare("resnet50", "layer2.3.conv2", 0.90, plan)


@benchmark("loop_lite0")
def loop_lite0(plan: Plan) -> Iterator[Figure]:
    """EfficientNet-Lite0, live loop with blocks.2.0.conv_pw (144 x 56 x 56) watched."""
    yield from compare("efficientnet_lite0", "blocks.2.0.conv_pw", 0.80, plan)


def compare(model: str, layer: str, target: float, plan: Plan) -> Iterator[Figure]:
    """Measure both loops in turns; frames per second of the one over those of the other."""
    import torch

    from engine.values import WeightsChoice
    from tests.benchmarks.engine_loop import EngineLoop, demo_frames
    from tests.benchmarks.networks import prepared

    short = model.replace("efficientnet_", "")
    frames = demo_frames(8)
    bare, tensor = prepared(model, frames[0])

    @torch.inference_mode()
    def run_bare(seconds: float) -> float:
        return repeat_for(lambda: bare(tensor), seconds)

    # A thread of its own, as the engine has: memory is had faster there than in the main thread.
    with (
        ThreadPoolExecutor(1) as aside,
        EngineLoop(model, WeightsChoice.RANDOM, (layer,), frames) as loop,
    ):
        sides = {
            "bare": lambda seconds: aside.submit(run_bare, seconds).result(),
            "engine": loop.run_for,
        }
        taken = alternate(sides, plan.pick(50, 10), 0.7)
        name = f"loop_{short}"
        yield Figure(name, median_ratio(taken["bare"], taken["engine"]), "x", "higher", target)
        for side, seconds in taken.items():
            rate = 1 / statistics.median(seconds)
            yield Figure(f"{name}_{side}", rate, "frames/s", "higher")
        for phase in ("preprocess_ms", "forward_ms", "atlas_ms", "total_ms"):
            yield Figure(f"{name}_{phase}", loop.phase_ms(phase), "ms", "lower")
        between = statistics.median(taken["engine"]) * 1e3 - loop.phase_ms("total_ms")
        yield Figure(f"{name}_between_ms", between, "ms", "lower")
