"""What objects cost beside the network that finds them."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING

from tests.benchmarks.harness import Figure, Plan, benchmark
from tests.benchmarks.timing import Block, alternate, repeat_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from torch import Tensor

OBJECTS = 20
PICTURES = {"": (480, 640), "_1080p": (1080, 1920), "_4k": (2160, 3840)}
LIMIT = 0.15


@benchmark(
    "segment_decode", *(f"segment_decode{name}" for name in PICTURES), "segment_decode_large_4k"
)
def segment_decode(plan: Plan) -> Iterator[Figure]:
    """Time of reading 20 objects with their masks over that of YOLOv5s' pass, 640 x 480."""
    import torch

    from engine.models import coco
    from engine.models.yolo.v5 import ANCHORS, YOLOv5Seg
    from engine.tasks.heads import View
    from engine.tasks.yolo import YoloHead
    from engine.values import Box, SegmentSettings

    torch.manual_seed(0)
    network = YOLOv5Seg().eval()
    picture = torch.rand(1, 3, 480, 640)
    head = YoloHead(coco.categories(), ANCHORS)
    with torch.inference_mode():
        answer = network(picture)
        # Objects of up to 200 pixels, far enough from each other that none is suppressed.
        numbers = answer["stride16"][0].view(3, -1, 30, 40)
        for at in range(OBJECTS):
            row, column = 3 + 6 * (at // 5), 3 + 8 * (at % 5)
            numbers[2, :5, row, column] = torch.tensor([0.0, 0.0, 2.0, 0.0, 4.0])
            numbers[2, 5 + at, row, column] = 6.0

        # The worst that can be: all over most of the picture, of different categories.
        large = {name: maps.clone() for name, maps in answer.items()}
        large["stride16"][0].view(3, -1, 30, 40)[:, 4] = -9
        large["masks"] = torch.nn.functional.interpolate(
            torch.randn(1, large["masks"].shape[1], 6, 8), size=(120, 160), mode="bicubic"
        )
        numbers = large["stride32"][0].view(3, -1, 15, 20)
        for at in range(OBJECTS):
            row, column = 6 + at // 5, 8 + at % 5
            numbers[2, :5, row, column] = torch.tensor([0.0, 0.0, 0.4, 0.4, 4.0])
            numbers[2, 5 + at, row, column] = 6.0

    def read(size: tuple[int, int], answer: dict[str, Tensor]) -> Callable[[], object]:
        view = View(size, Box(0, 0, size[1], size[0]), (480, 640))

        def work() -> object:
            found = head.read(answer, view).segmentation(SegmentSettings())
            assert len(found.items) == OBJECTS
            return found

        return work

    def timed(work: Callable[[], object]) -> Block:
        def block(seconds: float) -> float:
            with torch.inference_mode():
                return repeat_for(work, seconds)

        return block

    works: dict[str, Callable[[], object]] = {"network": lambda: network(picture)}
    works |= {f"objects{name}": read(size, answer) for name, size in PICTURES.items()}
    works["objects_large_4k"] = read(PICTURES["_4k"], large)
    taken = alternate({name: timed(it) for name, it in works.items()}, plan.pick(20, 3), 0.3)
    network_s = statistics.median(taken["network"])
    for name in (*PICTURES, "_large_4k"):
        share = statistics.median(taken[f"objects{name}"]) / network_s
        target = LIMIT if name in {"", "_large_4k"} else None
        yield Figure(f"segment_decode{name}", share, "x", "lower", target)
