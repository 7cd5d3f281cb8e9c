"""From a layer's output to one picture that a window can show."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING

from tests.benchmarks.harness import Figure, Plan, benchmark
from tests.benchmarks.timing import Block, alternate, repeat_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LIMIT_MS = 5.0


@benchmark("atlas_2048x7x7")
def atlas_2048x7x7(plan: Plan) -> Iterator[Figure]:
    """2,048 maps of 7 x 7 with their statistics to one uint8 picture."""
    yield from compose_maps((2048, 7, 7), plan)


@benchmark("atlas_64x112x112")
def atlas_64x112x112(plan: Plan) -> Iterator[Figure]:
    """64 maps of 112 x 112 with their statistics to one uint8 picture."""
    yield from compose_maps((64, 112, 112), plan)


def compose_maps(shape: tuple[int, int, int], plan: Plan) -> Iterator[Figure]:
    """Measure all that is done with a watched layer's output, and parts of it, in turns.

    The values are normal with both signs, as a convolution's are, in contiguous float32, as
    `capture` leaves them. `_gamma` draws with gamma 0.5 and sorts by the mean.
    """
    import torch

    from engine.capture.atlas import compose
    from engine.capture.fold import fold
    from engine.capture.statistics import measure
    from engine.capture.watch import WatchedLayer
    from engine.values import AtlasStyle, LayerKey, SortKey

    output = torch.randn(1, *shape, generator=torch.Generator().manual_seed(0))
    rectified = output.relu()
    style = AtlasStyle()
    watched = {
        name: WatchedLayer(LayerKey("layer"), "Conv2d") for name in ("signed", "rectified", "gamma")
    }
    maps = output[0]
    measured = measure(maps)
    lifted = AtlasStyle(gamma=0.5, sort=SortKey.MEAN)

    works: dict[str, Callable[[], object]] = {
        "": lambda: watched["signed"].answer(fold(output, (224, 224)), shape, style, object()),
        "_rectified": lambda: watched["rectified"].answer(
            fold(rectified, (224, 224)), shape, style, object()
        ),
        "_gamma": lambda: watched["gamma"].answer(
            fold(output, (224, 224)), shape, lifted, object()
        ),
        "_compose": lambda: compose(maps, measured, style, None, is_signed=True),
        "_measure": lambda: measure(maps),
    }

    def timed(work: Callable[[], object]) -> Block:
        def block(seconds: float) -> float:
            with torch.inference_mode():
                return repeat_for(work, seconds)

        return block

    taken = alternate({name: timed(work) for name, work in works.items()}, plan.pick(60, 6), 0.1)
    base = f"atlas_{'x'.join(map(str, shape))}"
    for name, seconds in taken.items():
        target = LIMIT_MS if not name else None
        yield Figure(f"{base}{name}", statistics.median(seconds) * 1e3, "ms", "lower", target)
    yield Figure(f"{base}_fastest", min(taken[""]) * 1e3, "ms", "lower")
