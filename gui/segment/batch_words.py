"""What is said of a batch: how much there is, how far it is, and what it came to."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QLocale

from engine.values import SegmentAs
from gui.messages import bytes_text, duration_text
from gui.segment.formats import formats

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.batch.pipeline import BatchProgress
    from engine.batch.request import BatchReport
    from engine.batch.standing import Look, StandingRun
    from engine.values import ModelCard, SegmentSettings

__all__ = [
    "failure_text",
    "failures_text",
    "forms_text",
    "found_text",
    "network_text",
    "offer_text",
    "progress_text",
    "report_text",
    "stopped_text",
    "thresholds_text",
]

translate = QCoreApplication.translate


def found_text(look: Look) -> str:
    """Return how much there is to do: "312 pictures, 2 videos"."""
    parts = []
    if look.pictures or not look.videos:
        one, many = translate("Batch", "{0} picture"), translate("Batch", "{0} pictures")
        parts.append((one if look.pictures == 1 else many).format(_count(look.pictures)))
    if look.videos:
        one, many = translate("Batch", "{0} video"), translate("Batch", "{0} videos")
        parts.append((one if look.videos == 1 else many).format(_count(look.videos)))
    return ", ".join(parts)


def network_text(card: ModelCard, *, is_loaded: bool) -> str:
    """Return a network as a list shows it, with what it costs to have it."""
    if is_loaded:
        return translate("Batch", "{0} (loaded)").format(card.title)
    if card.are_weights_local:
        return card.title
    if not card.weights_size_bytes:
        return translate("Batch", "{0} (weights not installed)").format(card.title)
    return translate("Batch", "{0} ({1} to download)").format(
        card.title, bytes_text(card.weights_size_bytes)
    )


def thresholds_text(settings: SegmentSettings, task: str = "instance") -> str:
    """Return which answers count: "score 25 %, IoU 0.45, at most 100 objects"."""
    if task == "semantic":
        return translate("Batch", "a class for each pixel")
    parts = [
        translate("Batch", "score {0} %").format(f"{100 * settings.score:.0f}"),
        translate("Batch", "IoU {0}").format(f"{settings.iou:.2f}"),
        translate("Batch", "at most {0} objects").format(settings.most),
    ]
    if settings.categories is not None:
        count = len(settings.categories)
        one, many = translate("Batch", "{0} class"), translate("Batch", "{0} classes")
        parts.append((one if count == 1 else many).format(count))
    if settings.as_ is SegmentAs.LABELS:
        parts.append(translate("Batch", "as a label map"))
    return ", ".join(parts)


def forms_text(names: Iterable[str]) -> str:
    """Return forms as a person reads them: "Overlay, COCO"."""
    known = formats()
    return ", ".join(known[name][0] if name in known else name for name in names)


def progress_text(progress: BatchProgress) -> str:
    """Return how far a batch is: "124 of 312, 3.4 a second, 55 s left"."""
    done = translate("Batch", "{0} of {1}")
    parts = [done.format(_count(progress.done), _count(progress.total))]
    if progress.rate:
        rate = f"{progress.rate:.1f}" if progress.rate < 9.95 else f"{progress.rate:.0f}"
        parts.append(translate("Batch", "{0} a second").format(rate))
    if progress.left_s is not None and progress.done < progress.total:
        parts.append(translate("Batch", "{0} left").format(duration_text(progress.left_s)))
    return ", ".join(parts)


def failures_text(count: int) -> str:
    """Return how many files failed; "" where none did."""
    return translate("Batch", "{0} failed").format(_count(count)) if count else ""


def failure_text(name: str, sentence: str) -> str:
    """Return a file that failed and why; its name stands once where the sentence begins with it."""
    path = PurePosixPath(name)
    if sentence.startswith(f"{path.name} "):
        return str(path.parent / sentence)
    return f"{name}: {sentence}"


def report_text(report: BatchReport) -> str:
    """Return what a batch came to: "310 done, 2 failed, 1,240 files in 92 s"."""
    parts = [translate("Batch", "{0} done").format(_count(report.done))]
    if report.before:
        before = translate("Batch", "{0} of them before")
        parts.append(before.format(_count(report.before)))
    if report.failed:
        parts.append(failures_text(len(report.failed)))
    if report.notes:
        parts.append(translate("Batch", "{0} incomplete").format(_count(len(report.notes))))
    one, many = translate("Batch", "{0} file in {1}"), translate("Batch", "{0} files in {1}")
    text = one if report.files == 1 else many
    parts.append(text.format(_count(report.files), duration_text(report.seconds)))
    return ", ".join(parts)


def stopped_text(progress: BatchProgress | None) -> str:
    """Return where a batch stopped, and that nothing is lost."""
    if progress is None or not progress.done:
        return translate("Batch", "Nothing was written yet.")
    return translate("Batch", "{0} of {1} are done and stay; resume it whenever you like.").format(
        _count(progress.done), _count(progress.total)
    )


def offer_text(standing: StandingRun, total: int, title: str) -> str:
    """Return what a folder holds of an earlier run.

    Parameters
    ----------
    standing
        The run.
    total
        How many files there are to do now.
    title
        Of its network.
    """
    how = ", ".join(
        part
        for part in (title, thresholds_text(standing.settings), forms_text(standing.formats))
        if part
    )
    if standing.is_finished:
        text = translate(
            "Batch",
            "This folder holds a finished run of {0}: {1}. Files that are new can be added.",
        )
        return text.format(_count(standing.done), how)
    text = translate(
        "Batch",
        "This folder holds a run that was stopped: {0} of {1} done. It goes on as begun: {2}.",
    )
    return text.format(_count(standing.done), _count(max(total, standing.done)), how)


def _count(number: int) -> str:
    return QLocale.c().toString(number) if number < 1000 else f"{number:,}"
