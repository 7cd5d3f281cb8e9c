"""What is said of a set and of its pictures."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from gui.icons import Icon

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine.values import CosegGroup, CosegResult
    from gui.coseg.collection import Entry

__all__ = [
    "area_text",
    "entry_text",
    "found_sentence",
    "group_text",
    "mark_of",
    "numbers_text",
    "percent",
    "score_text",
    "seems_to_be_several",
    "stage_text",
]

translate = QCoreApplication.translate
_SEVERAL = re.compile(r"\bgroups?\b|\bdifferent objects\b", re.IGNORECASE)


def percent(share: float) -> str:
    """Return a share as a person reads it: "41 %"."""
    return f"{100 * share:.0f} %"


def area_text(share: float) -> str:
    """Return a share of a picture: "0.4 %", "12 %"."""
    return f"{100 * share:.1f} %" if 0 < share < 0.0995 else percent(share)


def mark_of(entry: Entry) -> tuple[Icon, str, str] | None:
    """Return how a picture is marked: an icon, a word, and the name of the theme's colour."""
    if entry.failure:
        return Icon.ERROR, translate("Coseg", "unreadable"), "error"
    if entry.corrected is not None:
        return Icon.PENCIL, translate("Coseg", "corrected"), "accent"
    if entry.is_outlier:
        return Icon.OUTLIER, translate("Coseg", "outlier"), "warning"
    if entry.is_unsure:
        return Icon.WARNING, translate("Coseg", "unsure"), "warning"
    return None


def numbers_text(entry: Entry) -> str:
    """Return the line below a picture: "81 % sure · 23 %", or J where there is a ground truth."""
    if entry.picture is None:
        return ""
    if entry.score is not None:
        return translate("Coseg", "J {0} · {1} sure").format(
            f"{entry.score.jaccard:.2f}", percent(entry.picture.confidence)
        )
    if entry.is_outlier:
        return translate("Coseg", "left empty")
    return translate("Coseg", "{0} sure · area {1}").format(
        percent(entry.picture.confidence), area_text(entry.area)
    )


def entry_text(entry: Entry) -> str:
    """Return all that is known of a picture, a line each: a tooltip."""
    lines = [str(entry.name)]
    if entry.failure:
        lines.append(entry.failure)
    if entry.picture is not None:
        found = entry.picture
        if entry.is_outlier:
            lines.append(translate("Coseg", "Outlier: it seems not to show the object"))
        if entry.is_unsure:
            lines.append(translate("Coseg", "Unsure: look at this mask before you use it"))
        if entry.corrected is not None:
            lines.append(translate("Coseg", "Corrected by hand; it stays when the set changes"))
        lines.append(
            translate("Coseg", "Confidence {0}, likeness {1}, area {2}").format(
                percent(found.confidence), f"{found.likeness:.2f}", area_text(entry.area)
            )
        )
        if entry.score is not None:
            lines.append(score_text(entry))
    return "\n".join(lines)


def score_text(entry: Entry) -> str:
    """Return a picture's J and P; "" where there is no ground truth."""
    if entry.score is None:
        return ""
    return translate("Coseg", "J {0}, P {1} against the ground truth").format(
        f"{entry.score.jaccard:.3f}", f"{entry.score.precision:.3f}"
    )


def group_text(group: CosegGroup) -> str:
    """Return what a group is called: "Group 2: tabby (14)"."""
    name = translate("Coseg", "Group {0}").format(group.number)
    if group.classes:
        name = f"{name}: {group.classes[0][0]}"
    return f"{name} ({group.pictures})"


def found_sentence(result: CosegResult, entries: Sequence[Entry]) -> str:
    """Return what a run came to: "Found in 27 of 30 pictures in 9.8 s; 2 outliers, 1 unsure"."""
    total = len(entries)
    outliers = sum(entry.is_outlier for entry in entries)
    found = sum(entry.picture is not None for entry in entries) - outliers
    seconds = sum(took for _, took in result.seconds)
    text = translate("Coseg", "Found in {0} of {1} pictures in {2} s").format(
        found, total, f"{seconds:.1f}"
    )
    unsure = sum(entry.is_unsure for entry in entries)
    failed = sum(bool(entry.failure) for entry in entries)
    one = translate("Coseg", "1 outlier")
    more = [
        template.format(count)
        for count, template in (
            (outliers, one if outliers == 1 else translate("Coseg", "{0} outliers")),
            (unsure, translate("Coseg", "{0} unsure")),
            (failed, translate("Coseg", "{0} unreadable")),
        )
        if count
    ]
    return f"{text}; {', '.join(more)}" if more else text


def seems_to_be_several(note: str) -> bool:
    """Tell whether a set's note says that it holds more than one object."""
    return bool(_SEVERAL.search(note))


def stage_text(result: CosegResult) -> str:
    """Return what the network takes the object for, and how long each stage took, a line each."""
    taken = []
    for group in result.groups:
        classes = ", ".join(f"{name} {percent(share)}" for name, share in group.classes[:3])
        if classes:
            number = f" {group.number}" if len(result.groups) > 1 else ""
            text = translate("Coseg", "The network takes it{0} for: {1}")
            taken.append(text.format(number, classes))
    times = [f"{translate('Messages', stage)}: {took:.1f} s" for stage, took in result.seconds]
    return "\n".join(taken + times)
