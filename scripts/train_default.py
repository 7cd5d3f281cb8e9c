"""Train the decoder that comes with Layerscope, and measure it: `make train-default`.

Needs the three sets `pascal_coseg`, `msrc` and `coco_instances` in one folder. Leaves in the folder
of weights: the model, its card, and the checksums of the photos that were held out.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import shutil
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from engine.errors import EngineError
from engine.jobs import JobControl, Progress
from engine.learn.card import amend_card
from engine.learn.dataset import Survey, look_through
from engine.learn.measure import measured, set_of
from engine.learn.model_file import described, read_model, save_model
from engine.learn.shipped import (
    HOW,
    LICENCE,
    OBJECT_OFFSET,
    SETTINGS,
    STUFF_OFFSET,
    lowered,
    shipped_dataset,
)
from engine.learn.training import train_on
from engine.tasks.segmenter import Segmenter
from engine.values import DeviceRequest, EpochReport, TrainRequest

NAME = "unet_efficientnet_lite0"
SUFFIXES = (".safetensors", ".md", ".json", ".validation.txt")
OFFSETS = {"object_offset": OBJECT_OFFSET, "stuff_offset": STUFF_OFFSET}
WEIGHTS = Path(__file__).resolve().parent.parent / "resources" / "weights"


def main() -> int:
    """Return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder with the three sets")
    parser.add_argument("--work", type=Path, default=Path("out/train-default"), help="meanwhile")
    parser.add_argument("--weights", type=Path, default=WEIGHTS, help="where the result goes")
    parser.add_argument("--threads", type=int, default=0, help="CPU threads; 0 = all cores")
    args = parser.parse_args()
    try:
        run(args.data, args.work, args.weights, DeviceRequest("cpu", threads=args.threads))
    except EngineError as error:
        print(error.message, file=sys.stderr)
        return 1
    return 0


def run(data: Path, work: Path, weights: Path, device: DeviceRequest) -> None:
    """Train, measure, and put the result in place; what was stopped half way goes on."""
    control = JobControl(_show())
    dataset = shipped_dataset(data)
    request = TrainRequest(data, work, name=NAME, settings=SETTINGS, device=device, licence=LICENCE)
    (work / f"{NAME}.safetensors").unlink(missing_ok=True)
    begun = time.process_time()
    result = train_on(dataset, request, control, (_tell, lambda _: None), is_resumed=True)
    cpu_s = time.process_time() - begun
    state, description = read_model(result.model), described(result.model)
    if description is not None:
        save_model(result.model, lowered(state), description)
    survey = look_through(dataset, SETTINGS, control)
    finish(result.model, survey, weights, {"cpu_minutes": round(cpu_s / 60, 1)})


def finish(
    model: Path, survey: Survey, weights: Path, told: dict[str, object], how: Sequence[str] = HOW
) -> None:
    """Measure a model, say so in its card, and put all of it in place."""
    control = JobControl(_show())
    with contextlib.closing(Segmenter.load(str(model), device=DeviceRequest("cpu"))) as network:
        found = measured(network, survey, control)
    amend_card(model, {**OFFSETS, **told, **found}, how)
    _write_held_out(model.with_suffix(".validation.txt"), survey)
    weights.mkdir(parents=True, exist_ok=True)
    for suffix in SUFFIXES:
        shutil.copyfile(model.with_suffix(suffix), weights / f"{NAME}{suffix}")
    print({name: value for name, value in found.items() if not isinstance(value, dict)})
    placed = weights / f"{NAME}.safetensors"
    print(f"{placed}: {placed.stat().st_size:,} bytes, SHA-256", _sha256(placed))


def _write_held_out(path: Path, survey: Survey) -> None:
    """Write the checksum, set and name of each photo that was held out."""
    marks = zip(survey.digests, survey.dataset.samples, survey.is_held_out, strict=True)
    lines = [f"{it} {set_of(one)}/{one.picture.name}" for it, one, held in marks if held]
    head = "# BLAKE2b (16 bytes) of the file, and the photo: held out, never trained on.\n"
    path.write_text(head + "\n".join(sorted(lines)) + "\n", encoding="ascii")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _tell(report: EpochReport) -> None:
    print(
        f"epoch {report.epoch}/{report.epochs}: loss {report.loss:.4f}, IoU {report.mean_iou:.4f}, "
        f"accuracy {report.accuracy:.4f}, {report.seconds:.0f} s, {report.left_s:.0f} s left",
        flush=True,
    )


def _show() -> Callable[[Progress], None]:
    """Return what prints how far the work is, twice a minute."""
    last = [0.0]

    def show(progress: Progress) -> None:
        if time.monotonic() - last[0] > 30:
            last[0] = time.monotonic()
            print(f"{progress.stage}: {progress.done} of {progress.total}", flush=True)

    return show


if __name__ == "__main__":
    sys.exit(main())
