"""A whole batch with all formats beside the bare network."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks.harness import Figure, Plan, benchmark
from tests.benchmarks.timing import Clocked, clocked, median_ratio
from tests.engine.photos import astronaut, chelsea, coffee

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.batch.pipeline import BatchProgress
    from engine.batch.request import BatchRequest
    from engine.values import WeightsChoice

SIZE = (1152, 864)
"""Width and height: 1 MP."""
FORMATS = ("overlay", "coco", "voc", "yolo", "labelme", "cutout", "npz", "csv")
"""What goes to other tools: all but the film and the binary masks."""
TARGET = 0.9
GROWTH_MB = 60.0


@benchmark("batch", "batch_throughput", "batch_eight_formats", "batch_growth")
def batch(plan: Plan) -> Iterator[Figure]:
    """Batches of pictures of 1 MP, all formats and eight: rate over the bare network's; memory."""
    import psutil
    import torch

    from engine.export.masks.registry import format_titles
    from engine.sources.decode import read_picture
    from engine.values import Frame
    from tests.benchmarks.networks import prepared, segmenting

    rounds, pictures = plan.pick(5, 2), plan.pick(40, 10)
    model, weights = segmenting()
    process = psutil.Process()
    bare, whole, all_ten = Clocked(), Clocked(), Clocked()
    memory: list[float] = []
    with tempfile.TemporaryDirectory(prefix="layerscope-batch-") as name:
        folder = Path(name)
        _write_photos(folder / "photos", pictures)
        image = read_picture(folder / "photos" / "0000.jpg")
        network, tensor = prepared(model, Frame(image, 0), weights)

        @torch.inference_mode()
        def run_bare() -> None:
            for _ in range(pictures):
                network(tensor)

        for number in range(-1, rounds):  # one to warm up
            at = clocked(run_bare)
            run = _Run(_request(folder, f"{number}", model, FORMATS, weights))
            ten = _Run(_request(folder, f"{number} ten", model, tuple(format_titles()), weights))
            taken = (at, run(), ten())
            memory.append(process.memory_info().rss / 1e6)
            if number >= 0:
                for side, (wall, processor) in zip((bare, whole, all_ten), taken, strict=True):
                    side.wall.append(wall)
                    side.processor.append(processor)
    yield Figure("batch_throughput", median_ratio(bare.wall, all_ten.wall), "x", "higher", TARGET)
    share = median_ratio(bare.processor, all_ten.processor)
    yield Figure("batch_processor_share", share, "x", "higher")
    yield Figure("batch_eight_formats", median_ratio(bare.wall, whole.wall), "x", "higher")
    yield Figure("batch_rate", pictures / min(all_ten.wall), "pictures/s", "higher")
    yield Figure("batch_network_rate", pictures / min(bare.wall), "pictures/s", "higher")
    yield Figure("batch_memory_start", memory[0], "MB", "lower")
    yield Figure("batch_memory_end", memory[-1], "MB", "lower")
    yield Figure("batch_growth", memory[-1] - memory[0], "MB", "lower", GROWTH_MB)


class _Run:
    """One batch, timed from the first picture on: loading the network is no part of its rate."""

    def __init__(self, request: BatchRequest) -> None:
        self._request = request
        self.wall_s = self.processor_s = 0.0

    def __call__(self) -> tuple[float, float]:
        """Run it; returns seconds by the clock on the wall and by that of the processors."""
        from engine.batch.run import run_batch
        from engine.jobs import JobControl

        report = run_batch(self._request, JobControl(), on_progress=self._note)
        self.wall_s = time.perf_counter() - self.wall_s
        self.processor_s = time.process_time() - self.processor_s
        assert not report.failed, report.failed
        return self.wall_s, self.processor_s

    def _note(self, progress: BatchProgress) -> None:
        if not progress.done:
            self.wall_s, self.processor_s = time.perf_counter(), time.process_time()


def _request(
    folder: Path, name: str, model: str, formats: tuple[str, ...], weights: WeightsChoice
) -> BatchRequest:
    from engine.batch.request import BatchRequest
    from tests.benchmarks.engine_loop import CPU

    return BatchRequest(
        inputs=(str(folder / "photos"),),
        output=folder / f"masks {name}",
        model=model,
        formats=formats,
        device=CPU,
        weights=weights,
    )


def _write_photos(folder: Path, count: int) -> None:
    """Write photographs that come with scikit-image, enlarged and mirrored, as JPEG."""
    from PIL import Image, ImageOps

    folder.mkdir()
    photos = [Image.fromarray(photo()) for photo in (astronaut, chelsea, coffee)]
    for number in range(count):
        picture = ImageOps.fit(photos[number % len(photos)], SIZE)
        if number % 2:
            picture = ImageOps.mirror(picture)
        picture.save(folder / f"{number:04d}.jpg", quality=90)
