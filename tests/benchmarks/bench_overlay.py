"""Masks drawn over a picture, as the window and the exports draw them."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING

from tests.benchmarks.harness import Figure, Plan, benchmark
from tests.benchmarks.timing import Block, alternate, median_ratio, repeat_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy as np
    from numpy.typing import NDArray

    from engine.values import Instances

SIZE = (720, 1280)
COUNT = 20
LIMIT_MS = 6.0
TIMES_FASTER = 5.0
BLOCK_S = 0.15


@benchmark("overlay", "overlay_20", "overlay_over_supervision")
def overlay(plan: Plan) -> Iterator[Figure]:
    """20 objects on 1280 x 720: fill, outline and names; supervision's the same, side by side."""
    import cv2
    import numpy as np
    from skimage.data import astronaut

    from engine.allocator import keep_freed_memory
    from engine.overlay import draw_overlay, overlay_rgba
    from engine.values import OverlayStyle

    keep_freed_memory()  # as the engine's thread does
    photo = astronaut()  # type: ignore[no-untyped-call]  # of scikit-image
    image = np.asarray(cv2.resize(photo, SIZE[::-1]), np.uint8)
    found, style = instances(), OverlayStyle()
    works: dict[str, Callable[[], object]] = {
        "ours": lambda: draw_overlay(image, found, style),
        "rgba": lambda: overlay_rgba(found, style),
    }
    peer = supervisions(image, found)
    if peer is not None:
        works["supervision"] = peer
    taken = alternate(
        {name: _timed(work) for name, work in works.items()}, plan.pick(60, 8), BLOCK_S
    )
    yield Figure("overlay_20", statistics.median(taken["ours"]) * 1e3, "ms", "lower", LIMIT_MS)
    yield Figure("overlay_20_fastest", min(taken["ours"]) * 1e3, "ms", "lower")
    yield Figure("overlay_20_rgba", statistics.median(taken["rgba"]) * 1e3, "ms", "lower")
    if peer is not None:
        ratio = median_ratio(taken["supervision"], taken["ours"])
        yield Figure("overlay_over_supervision", ratio, "x", "higher", TIMES_FASTER)


def instances() -> Instances:
    """Return objects with wavy outlines, a third to a tenth of the picture wide."""
    import numpy as np

    from engine.values import Category, Instance, Instances, Region

    random = np.random.default_rng(0)
    items = []
    for number in range(COUNT):
        height, width = (int(side) for side in random.integers(100, 420, 2))
        top, left = int(random.integers(SIZE[0] - height)), int(random.integers(SIZE[1] - width))
        y, x = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
        waves = 0.2 * np.sin(np.arctan2(y, x) * random.integers(2, 7) + 6 * random.random())
        region = Region.of(np.hypot(x, y) < 0.75 + waves, left, top)
        score = 0.99 - 0.03 * number
        items.append(Instance(int(random.integers(1, 81)), score, region.box, region))
    categories = tuple(Category(number, f"class {number}") for number in range(1, 81))
    return Instances(SIZE, categories, tuple(items))


def supervisions(image: NDArray[np.uint8], found: Instances) -> Callable[[], object] | None:
    """Return a call that draws the same with supervision; None where it is not installed."""
    try:
        import supervision as sv
    except ImportError:
        return None
    import numpy as np

    items = found.items
    boxes = [(i.box.left, i.box.top, i.box.right, i.box.bottom) for i in items]
    detections = sv.Detections(
        xyxy=np.array(boxes, np.float32),
        mask=np.stack([item.region.full(SIZE) for item in items]),
        confidence=np.array([item.score for item in items], np.float32),
        class_id=np.array([item.category for item in items]),
    )
    texts = [f"class {item.category} {item.score:.2f}" for item in items]
    fill, outline, label = sv.MaskAnnotator(), sv.PolygonAnnotator(), sv.LabelAnnotator()

    def draw() -> object:
        scene = fill.annotate(image.copy(), detections)
        return label.annotate(outline.annotate(scene, detections), detections, labels=texts)

    return draw


def _timed(work: Callable[[], object]) -> Block:
    return lambda seconds: repeat_for(work, seconds)
