"""A whole set to files: what the window shows becomes what the exporter takes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import EngineError
from engine.values import CosegFailure, PackedRegion, Region

if TYPE_CHECKING:
    from engine.jobs import JobControl
    from engine.values import CosegPicture, CosegRequest, CosegResult
    from gui.coseg.collection import Entry

__all__ = ["SaveOrder", "corrected_picture", "record_of", "write_set"]


@dataclass(frozen=True, slots=True)
class SaveOrder:
    """What of a set is written, and where.

    Attributes
    ----------
    folder
        Where the files go.
    formats
        Names of exporters, beside the files that are always written.
    is_replacing
        Whether files of an earlier run may be replaced.
    """

    folder: Path
    formats: tuple[str, ...] = ()
    is_replacing: bool = False


def write_set(
    order: SaveOrder,
    request: CosegRequest,
    result: CosegResult,
    entries: tuple[Entry, ...],
    control: JobControl,
) -> tuple[int, tuple[str, ...]]:
    """Write a set, picture by picture.

    Returns
    -------
    count, sentences
        How many pictures were written, and why others were not.

    Raises
    ------
    ExportError
        The folder cannot be written to, or holds a set already.
    CancelledError
        `control` was cancelled; every file that is there is whole.
    """
    from engine.coseg.export import CosegExport  # noqa: PLC0415 - off the GUI thread
    from engine.coseg.opening import weights_checksum  # noqa: PLC0415
    from engine.sources.decode import read_picture  # noqa: PLC0415

    export = CosegExport(
        order.folder,
        request,
        weights_checksum(request),
        order.formats,
        overwrite=order.is_replacing,
    )
    records: list[dict[str, Any]] = []
    sentences: list[str] = []
    answered = [entry for entry in entries if entry.picture is not None]
    for done, entry in enumerate(answered):
        control.report("Writing files", done, len(answered))
        try:
            image = read_picture(entry.path)
        except EngineError as error:
            sentences.append(error.message)
            continue
        export.add(corrected_picture(entry), image, entry.name)
        records.append(record_of(entry))
    failures = tuple(CosegFailure(one.path, one.failure) for one in entries if one.failure)
    export.finish(replace(result, failures=failures), records)
    return len(records), tuple(sentences)


def corrected_picture(entry: Entry) -> CosegPicture:
    """Return what was found in a picture, with the mask as a person corrected it."""
    found, corrected = entry.picture, entry.corrected
    if found is None:
        raise ValueError("corrected_picture: expected a picture with an answer")
    if corrected is None:
        return found
    import numpy as np  # noqa: PLC0415

    mask = np.zeros(corrected.size, np.bool_)
    for item in corrected.items:
        mask[item.region.rows, item.region.columns] |= item.region.pixels
    return replace(found, packed=PackedRegion.of(Region.of(mask)), is_outlier=False, parts=None)


def record_of(entry: Entry) -> dict[str, Any]:
    """Return what `run.json` says of a picture."""
    found = corrected_picture(entry)
    record: dict[str, Any] = {
        "path": str(entry.path),
        "foreground": round(found.foreground, 6),
        "outlier": found.is_outlier,
        "confidence": round(found.confidence, 4),
        "group": found.group,
        "corrected": entry.corrected is not None,
    }
    if entry.score is not None:
        record |= {
            "jaccard": round(entry.score.jaccard, 6),
            "precision": round(entry.score.precision, 6),
        }
    return record
