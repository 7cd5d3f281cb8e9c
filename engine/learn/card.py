"""The card that goes with a trained model: what went in, and how good it is."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from typing import TYPE_CHECKING, Any

from engine.export.atomic import atomic_path
from engine.learn.networks.build import PAPERS
from engine.models import registry

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from engine.learn.dataset import Survey
    from engine.learn.description import Description
    from engine.values import EpochReport, TrainRequest

__all__ = ["amend_card", "write_card"]


def write_card(
    model: Path,
    description: Description,
    request: TrainRequest,
    survey: Survey,
    told: tuple[tuple[EpochReport, ...], str, float],
) -> Path:
    """Write the card beside a model, as Markdown and as JSON; return the first.

    Raises
    ------
    ExportError
        It cannot be written.
    """
    return _write(model, _facts(description, request, survey, told))


def amend_card(model: Path, measured: dict[str, Any], how: Sequence[str] = ()) -> None:
    """Add figures that were measured otherwise, and sentences on how it was made, to a card.

    Raises
    ------
    ExportError
        They cannot be written.
    """
    told = model.with_suffix(".json")
    facts = json.loads(told.read_text(encoding="utf-8"))
    facts |= {"measured": measured, "how": list(how)}
    _write(model, facts)


def _write(model: Path, facts: dict[str, Any]) -> Path:
    with atomic_path(model.with_suffix(".json"), overwrite=True) as part:
        part.write_text(json.dumps(facts, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    card = model.with_suffix(".md")
    with atomic_path(card, overwrite=True) as part:
        part.write_text(_text(model.stem, facts), encoding="utf-8")
    return card


def _facts(
    description: Description,
    request: TrainRequest,
    survey: Survey,
    told: tuple[tuple[EpochReport, ...], str, float],
) -> dict[str, Any]:
    reports, stopped, seconds = told
    backbone = registry.spec(description.backbone)
    best = next(one for one in reversed(reports) if one.is_best)
    summary = survey.summary()
    marks = zip(survey.digests, survey.is_held_out, strict=True)
    return {
        "date": dt.datetime.now(tz=dt.UTC).date().isoformat(),
        "model": dataclasses.asdict(description),
        "paper": PAPERS[description.architecture],
        "backbone": {
            "name": description.backbone,
            "citation": backbone.weights.citation if backbone.weights else "",
            "licence": backbone.weights.licence if backbone.weights else "",
        },
        "licence": request.licence or "not known: that of the training photos and masks",
        "data": {
            "format": summary.format,
            "photos": len(summary.photos),
            "training": len(summary.training),
            "validation": len(summary.validation),
            "left_out": len(summary.skipped),
            "is_partial": summary.is_partial,
            "ignored": round(summary.ignored, 4),
            "classes": [dataclasses.asdict(one) for one in summary.classes],
            "notes": list(summary.notes),
        },
        "settings": dataclasses.asdict(request.settings),
        "result": {
            "epoch": best.epoch,
            "mean_iou": round(best.mean_iou, 4),
            "accuracy": round(best.accuracy, 4),
            "iou": {name: round(value, 4) for name, value in best.iou},
            "stopped": stopped,
            "seconds": round(seconds),
        },
        "curve": [[one.epoch, round(one.loss, 4), round(one.mean_iou, 4)] for one in reports],
        "held_out": [digest for digest, held in marks if held],
    }


def _text(name: str, facts: dict[str, Any]) -> str:
    data, result, model = facts["data"], facts["result"], facts["model"]
    base = facts["backbone"]
    labelled = "partly" if data["is_partial"] else "fully"
    lines = [
        f"# {name}",
        "",
        f"A segmentation network, trained by Layerscope on {facts['date']}.",
        "",
        f"- Decoder: {model['architecture']} ({facts['paper']}), upsampling {model['upsampling']}.",
        f"- Backbone: {base['name']}, licence {base['licence']} ({base['citation']}).",
        f"- Input: whole photos, long side {model['long_side']} px, sides multiples of 32.",
        f"- Data: {data['photos']} photos ({data['format']}), {labelled} labelled.",
        f"- Split: {data['training']} photos to learn from, {data['validation']} held out.",
        f"- Left out: {data['left_out']} photos that cannot be used.",
        f"- Licence: {facts['licence']}.",
        "",
        "## On the photos that were held out",
        "",
        f"Mean IoU {result['mean_iou']:.3f}, pixel accuracy {result['accuracy']:.3f}.",
        f"After epoch {result['epoch']}. {result['stopped']} It took {result['seconds']} s.",
        "A pixel of which the truth is not known counts nowhere.",
        "",
        "| class | photos to learn from | held out | IoU |",
        "|---|---|---|---|",
    ]
    for one in data["classes"]:
        iou = result["iou"].get(one["name"])
        shown = "-" if iou is None else f"{iou:.3f}"
        lines.append(
            f"| {one['name']} | {one['training_photos']} | {one['validation_photos']} | {shown} |"
        )
    plain = {k: v for k, v in facts.get("measured", {}).items() if not isinstance(v, dict)}
    if plain:
        lines += ["", "## Measured at the photos' own size", "", "| figure | |", "|---|---|"]
        lines += [f"| {key.replace('_', ' ')} | {value} |" for key, value in plain.items()]
    if facts.get("how"):
        lines += ["", "## How it was made", "", *(f"- {sentence}" for sentence in facts["how"])]
    if data["notes"]:
        lines += ["", "## What is odd", "", *(f"- {note}" for note in data["notes"])]
    lines += ["", "## Settings", ""]
    lines += [f"- {key}: {value}" for key, value in facts["settings"].items()]
    return "\n".join(lines) + "\n"
