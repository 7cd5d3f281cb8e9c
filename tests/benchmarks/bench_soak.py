"""Ten thousand frames with the layers changing: what is left of it in memory."""

from __future__ import annotations

import gc
import statistics
import threading
from typing import TYPE_CHECKING

from tests.benchmarks.harness import Figure, Plan, benchmark

if TYPE_CHECKING:
    from collections.abc import Iterator

SWITCH_EVERY = 50
SAMPLE_EVERY = 10


@benchmark("soak", "soak_growth", "soak_threads_left", "soak_hooks_left")
def soak(plan: Plan) -> Iterator[Figure]:
    """10,000 demo frames, another layer every 50: growth of memory, threads and hooks left."""
    import psutil

    from engine.sources.demo import DemoSource
    from engine.values import WeightsChoice
    from tests.benchmarks.engine_loop import EngineLoop

    frames, warm_up = plan.pick(10_000, 1_000), plan.pick(1_000, 500)
    source = DemoSource()
    source.open()
    process = psutil.Process()
    before = set(threading.enumerate())
    memory: list[float] = []
    with EngineLoop("efficientnet_lite0", WeightsChoice.PUBLISHED, (), []) as loop:
        names = _every_tenth([layer.key.name for layer in loop.info.layers if layer.shape])
        for number in range(frames):
            if number % SWITCH_EVERY == 0:
                turn = number // SWITCH_EVERY
                # One layer, then the next one beside it, then that one alone, ...
                loop.watch(*{names[turn % len(names)], names[(turn + turn % 2) % len(names)]})
            result = loop.answer_to(source.frame_at(number))
            if result.classification is None or not result.activations:
                raise RuntimeError(f"no answer to frame {number}")
            del result
            if number % SAMPLE_EVERY == 0:
                memory.append(process.memory_info().rss / 1e6)
    source.close()
    left = [it.name for it in threading.enumerate() if it not in before]
    # Memory goes up and down with the layer watched: compare whole rounds through the layers.
    start = statistics.median(memory[warm_up // SAMPLE_EVERY // 2 : warm_up // SAMPLE_EVERY])
    end = statistics.median(memory[-warm_up // SAMPLE_EVERY // 2 :])
    yield Figure("soak_growth", end - start, "MB", "lower", 30.0)
    yield Figure("soak_growth_at_most", max(memory) - start, "MB", "lower")
    yield Figure("soak_memory", end, "MB", "lower")
    yield Figure("soak_threads_left", len(left), "", "lower", 0.0)
    yield Figure("soak_hooks_left", _hooks(), "", "lower", 0.0)


def _every_tenth(names: list[str]) -> list[str]:
    """Return ten names from all depths, so that warming up meets each of them."""
    return names[:: max(1, len(names) // 10)][:10]


def _hooks() -> int:
    """Count the forward hooks of all modules that are still there."""
    from torch import nn

    gc.collect()
    # By its type: isinstance would ask each object for its class, and some of torch's then warn.
    modules = [it for it in gc.get_objects() if issubclass(type(it), nn.Module)]
    return sum(len(it._forward_hooks) + len(it._forward_pre_hooks) for it in modules)
