"""What taking one layer's output adds to a forward pass, ours and the peers' side by side."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING

from tests.benchmarks.harness import Figure, Plan, benchmark
from tests.benchmarks.timing import Block, alternate, median_ratio, repeat_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from torch import Tensor, nn

LAYERS = {"resnet50": "layer2.3.conv2", "efficientnet_lite0": "blocks.2.0.conv_pw"}
SHORT_S = 0.1
"""The sides change quickly: a slow spell of the machine outlasts a round."""


@benchmark("hooks_only", "hooks_resnet50", "hooks_lite0")
def hooks_only(plan: Plan) -> Iterator[Figure]:
    """Forward with one layer captured over the bare forward; torchvision's and torchlens's too."""
    from tests.benchmarks.engine_loop import demo_frames
    from tests.benchmarks.networks import prepared

    frame = demo_frames(1)[0]
    networks = {model: prepared(model, frame) for model in LAYERS}
    for model, (module, tensor) in networks.items():
        name = f"hooks_{model.replace('efficientnet_', '')}"
        yield from compare(name, module, tensor, LAYERS[model], plan)
    # Last of all: from its first use on torchlens wraps the functions of torch.
    for model, (module, tensor) in networks.items():
        name = f"hooks_{model.replace('efficientnet_', '')}"
        yield from compare_torchlens(name, module, tensor, LAYERS[model], plan)


def compare(
    name: str, module: nn.Module, tensor: Tensor, layer: str, plan: Plan
) -> Iterator[Figure]:
    """Measure ours and torchvision's against the bare forward."""
    from torchvision.models.feature_extraction import create_feature_extractor

    from engine.capture.hooks import capture
    from engine.values import LayerKey

    key = LayerKey(layer)
    last = [child for child, _ in module.named_children()][-1]
    # The whole network, as ours runs it: the extractor stops behind its last output otherwise.
    # timm's padding depends on the size in Python: it is not to be traced into.
    unseen = [kind for kind in {type(m) for m in module.modules()} if kind.__name__ == "Conv2dSame"]
    extractor = create_feature_extractor(
        module, [layer, last], tracer_kwargs={"leaf_modules": unseen}
    )

    def with_capture() -> None:
        with capture(module, (key,)) as taken:
            module(tensor)
        if key not in taken:
            raise RuntimeError(f"{layer} was not captured")

    works: dict[str, Callable[[], object]] = {
        "bare": lambda: module(tensor),
        "capture": with_capture,
        "feature_extractor": lambda: extractor(tensor),
    }
    sides = {side: _timed(work) for side, work in works.items()}
    taken = alternate(sides, plan.pick(150, 30), SHORT_S)
    yield Figure(name, median_ratio(taken["capture"], taken["bare"]), "x", "lower", 1.05)
    extractor_ratio = median_ratio(taken["feature_extractor"], taken["bare"])
    yield Figure(f"{name}_feature_extractor", extractor_ratio, "x", "lower")
    yield Figure(f"{name}_bare_ms", statistics.median(taken["bare"]) * 1e3, "ms", "lower")


def compare_torchlens(
    name: str, module: nn.Module, tensor: Tensor, layer: str, plan: Plan
) -> Iterator[Figure]:
    """Measure torchlens's two ways to log one layer; nothing where it is not installed."""
    try:
        import torchlens
    except ImportError:
        return
    works: dict[str, Callable[[], object]] = {
        "bare": lambda: module(tensor),
        "torchlens_record": lambda: torchlens.record(module, tensor, save=torchlens.module(layer)),
        "torchlens_trace": lambda: torchlens.trace(module, tensor, save=torchlens.module(layer)),
    }
    sides = {side: _timed(work) for side, work in works.items()}
    taken = alternate(sides, plan.pick(8, 2), SHORT_S)
    for side in ("torchlens_record", "torchlens_trace"):
        ratio = median_ratio(taken[side], taken["bare"])
        yield Figure(f"{name}_{side}", ratio, "x", "lower")


def _timed(work: Callable[[], object]) -> Block:
    def block(seconds: float) -> float:
        import torch

        with torch.inference_mode():
            return repeat_for(work, seconds)

    return block
