"""What is said of a set and of a training."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from gui.messages import duration_text

if TYPE_CHECKING:
    from engine.values import EpochReport, TrainResult
    from gui.learn.history import TrainHistory
    from gui.learn.running import SetLook

__all__ = [
    "epoch_text",
    "format_title",
    "left_text",
    "odd_text",
    "result_text",
    "set_text",
    "short_path",
    "short_set_text",
    "stopped_text",
]

translate = QCoreApplication.translate

_FORMATS = {
    "binary": "Black and white masks",
    "index": "Masks of class numbers",
    "colour": "Colour masks",
    "coco": "COCO",
    "labelme": "labelme",
    "voc": "PASCAL VOC",
    "yolo": "YOLO",
    "layerscope": "Masks made in Layerscope",
}
"""What the formats of the engine are called; another has its own name."""


def format_title(name: str) -> str:
    """Return what a form of masks is called."""
    if name == "auto":
        return translate("Train", "Automatic")
    return translate("Train", _FORMATS.get(name, name))


def short_path(path: str) -> str:
    """Return the end of a path, by which a person knows it: its folder and its name."""
    return "/".join(Path(path).parts[-2:]) if path else ""


def _photos(count: int) -> str:
    one, many = translate("Train", "{0} photo"), translate("Train", "{0} photos")
    return (one if count == 1 else many).format(f"{count:,}")


def _classes(count: int) -> str:
    one, many = translate("Train", "{0} class"), translate("Train", "{0} classes")
    return (one if count == 1 else many).format(f"{count:,}")


def short_set_text(look: SetLook) -> str:
    """Return how much there is: "40 photos, 3 classes"."""
    summary = look.summary
    return f"{_photos(len(summary.photos))}, {_classes(len(summary.classes) - 1)}"


def set_text(look: SetLook) -> str:
    """Return what was understood of a set, in a sentence or two."""
    summary = look.summary
    text = translate("Train", "{0}, {1}: {2} to learn from, {3} held out. {4}.").format(
        _photos(len(summary.photos)),
        _classes(len(summary.classes) - 1),
        f"{len(summary.training):,}",
        f"{len(summary.validation):,}",
        format_title(summary.format),
    )
    parts = [text]
    if summary.is_partial:
        parts.append(
            translate("Train", "Not all classes are marked in all photos; the loss allows for it.")
        )
    if summary.ignored:
        share = f"{100 * summary.ignored:.1f}"
        parts.append(translate("Train", "{0} % of the pixels are to be ignored.").format(share))
    return " ".join(parts)


def odd_text(look: SetLook) -> str:
    """Return what is odd about a set, a line each; "" where nothing is."""
    summary = look.summary
    lines = list(summary.notes)
    if summary.skipped:
        one, many = translate("Train", "{0} is left out:"), translate("Train", "{0} are left out:")
        count = len(summary.skipped)
        lines.append((one if count == 1 else many).format(_photos(count)))
        lines += [f"  {_reason(path.name, sentence)}" for path, sentence in summary.skipped]
    return "\n".join(lines)


def _reason(name: str, sentence: str) -> str:
    """Return a photo and why it is left out; its name stands once."""
    return sentence if sentence.startswith((f"{name} ", f"“{name}” ")) else f"{name}: {sentence}"


def epoch_text(report: EpochReport) -> str:
    """Return what came of an epoch: "Epoch 3 of 24, mean IoU 0.712, loss 0.41"."""
    return translate("Train", "Epoch {0} of {1}: mean IoU {2}, loss {3}, {4} s").format(
        report.epoch,
        report.epochs,
        f"{report.mean_iou:.3f}",
        f"{report.loss:.3g}",
        f"{report.seconds:.1f}",
    )


def left_text(history: TrainHistory) -> str:
    """Return how the training stands: the best epoch, and the time that is left at most."""
    last, best = history.reports[-1], history.best
    parts = []
    if best is not None:
        best_text = translate("Train", "best mean IoU {0} after epoch {1}")
        parts.append(best_text.format(f"{best.mean_iou:.3f}", best.epoch))
    if last.epoch < last.epochs:
        left = translate("Train", "at most {0} left")
        parts.append(left.format(duration_text(last.left_s)))
    text = ", ".join(parts)
    return text[:1].upper() + text[1:]


def result_text(result: TrainResult) -> str:
    """Return what a training came to."""
    return translate("Train", "{0} Mean IoU {1} on held-out photos after epoch {2}, {3}.").format(
        result.stopped,
        f"{result.best.mean_iou:.3f}",
        result.best.epoch,
        duration_text(result.seconds),
    )


def stopped_text(history: TrainHistory) -> str:
    """Return where a training was cancelled, and that nothing is lost."""
    if not history.reports:
        return translate("Train", "Stopped before the first epoch; what was prepared is kept.")
    last = history.reports[-1]
    return translate(
        "Train", "Stopped after epoch {0} of {1}; go on with it whenever you like."
    ).format(last.epoch, last.epochs)
