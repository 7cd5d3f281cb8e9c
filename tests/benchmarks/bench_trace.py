"""What tracing a network costs over running it, ours and the peers' side by side."""

from __future__ import annotations

import functools
import statistics
from typing import TYPE_CHECKING

from tests.benchmarks.harness import Figure, Plan, benchmark
from tests.benchmarks.timing import alternate_clocked, median_ratio

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from torch import Tensor, nn

MODELS = ("resnet50", "densenet201")
LIMIT = 2.0


@benchmark("trace", *(f"trace_{model}" for model in MODELS))
def trace_networks(plan: Plan) -> Iterator[Figure]:
    """Trace of a network over its plain forward pass; torchview's and torchlens's too."""
    from tests.benchmarks.engine_loop import demo_frames
    from tests.benchmarks.networks import prepared

    frame = demo_frames(1)[0]
    networks = {model: prepared(model, frame) for model in MODELS}
    for model, (module, tensor) in networks.items():
        yield from compare(f"trace_{model}", module, tensor, plan)
    # Last of all: from its first use on torchlens wraps the functions of torch.
    for model, (module, tensor) in networks.items():
        yield from compare_torchlens(f"trace_{model}", module, tensor, plan)


def compare(name: str, module: nn.Module, tensor: Tensor, plan: Plan) -> Iterator[Figure]:
    """Measure ours and torchview's against the bare forward; torchview where it is installed.

    torchview is asked for as much as we note: every function, all levels of modules.
    """
    from engine.graph.trace import trace

    works: dict[str, Callable[[], object]] = {
        "bare": functools.partial(_forward, module, tensor),
        "ours": lambda: trace(module, tensor),
    }
    view = _torchview(module, tensor)
    if view is not None:
        works["torchview"] = view
    taken = alternate_clocked(works, plan.pick(30, 4))
    bare = taken.pop("bare")
    for side, clocks in taken.items():
        is_ours = side == "ours"
        label = name if is_ours else f"{name}_{side}"
        target = LIMIT if is_ours else None
        yield Figure(label, median_ratio(clocks.wall, bare.wall), "x", "lower", target)
        ratio = median_ratio(clocks.processor, bare.processor)
        yield Figure(f"{label}_processor", ratio, "x", "lower")
    yield Figure(f"{name}_bare_ms", statistics.median(bare.wall) * 1e3, "ms", "lower")


def compare_torchlens(name: str, module: nn.Module, tensor: Tensor, plan: Plan) -> Iterator[Figure]:
    """Measure torchlens, which keeps the activations too; nothing where it is not installed."""
    try:
        import torchlens
    except ImportError:
        return
    works: dict[str, Callable[[], object]] = {
        "bare": functools.partial(_forward, module, tensor),
        "torchlens": lambda: torchlens.trace(module, tensor),
    }
    taken = alternate_clocked(works, plan.pick(6, 1))
    ratio = median_ratio(taken["torchlens"].wall, taken["bare"].wall)
    yield Figure(f"{name}_torchlens", ratio, "x", "lower")
    ratio = median_ratio(taken["torchlens"].processor, taken["bare"].processor)
    yield Figure(f"{name}_torchlens_processor", ratio, "x", "lower")


def _forward(module: nn.Module, tensor: Tensor) -> None:
    import torch

    with torch.inference_mode():
        module(tensor)


def _torchview(module: nn.Module, tensor: Tensor) -> Callable[[], object] | None:
    try:
        from torchview import draw_graph
    except ImportError:
        return None

    def draw() -> object:
        return draw_graph(
            module,
            tensor,
            depth=99,
            expand_nested=True,
            hide_module_functions=False,
            hide_inner_tensors=True,
            device="cpu",
        )

    return draw
