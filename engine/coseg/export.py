"""What is found in a set of pictures, as files: masks, parts, others, and what the run was."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from engine.coseg.contact_sheet import ContactSheet
from engine.coseg.parts import part_pixels
from engine.export.atomic import atomic_path, check_target
from engine.export.masks import ExportOptions, MaskExport, SegmentedPicture, make_writer
from engine.export.masks.contract import Policy
from engine.export.masks.journal import made
from engine.export.masks.pixels import save_indexed, save_png
from engine.export.masks.run import Origin, versions
from engine.export.masks.writing import Output, Plan, Writer
from engine.overlay.palette import voc_palette
from engine.values import Category, Instance, Instances, OverlayStyle

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from engine.values import CosegPicture, CosegRequest, CosegResult, CosegSeed

__all__ = ["COMMON_OBJECT", "USUAL_FORMATS", "CosegExport", "as_instances"]

COMMON_OBJECT = Category(1, "object")
USUAL_FORMATS = ("overlay", "coco", "csv")


def as_instances(picture: CosegPicture) -> Instances:
    """Return a picture's mask as one object, or none where it is empty, for exporters.

    Its category is "object", or "object 2" where the set was split into groups.
    """
    categories: tuple[Category, ...] = (COMMON_OBJECT,)
    if picture.groups > 1:
        numbers = range(1, picture.groups + 1)
        categories = tuple(Category(number, f"object {number}") for number in numbers)
    region = picture.region
    item = Instance(picture.group, picture.confidence, region.box, region)
    return Instances(picture.size, categories, (item,) if region.area else ())


@dataclass(slots=True)
class _MaskPictures(Writer):
    """`masks/<stem>.png`: 8 bits grey, 0 or 255, at the size of the source; also where empty."""

    name: ClassVar[str] = "coseg-masks"
    title: ClassVar[str] = "Masks of the common object (PNG)"

    def plan(self, picture: SegmentedPicture, stem: PurePosixPath) -> Plan:
        """See `Writer`."""

        def write(path: Path) -> None:
            mask = np.zeros(picture.segmentation.size, np.uint8)
            if isinstance(picture.segmentation, Instances):
                for item in picture.segmentation.items:
                    part = mask[item.region.rows, item.region.columns]
                    np.copyto(part, 255, where=item.region.pixels)
            save_png(path, mask)

        return Plan((Output(PurePosixPath("masks") / stem.with_name(f"{stem.name}.png"), write),))


@dataclass(slots=True)
class _PartPictures(Writer):
    """`parts/<stem>.png`: the part of each pixel in colours of its own, 0 = not the object."""

    name: ClassVar[str] = "coseg-parts"
    title: ClassVar[str] = "Parts of the common object (PNG)"

    current: CosegPicture | None = None
    """The picture that is added next: parts are not in what exporters are given."""

    def plan(self, picture: SegmentedPicture, stem: PurePosixPath) -> Plan:
        """See `Writer`."""
        found = self.current

        def write(path: Path) -> None:
            labels = np.zeros(picture.segmentation.size, np.uint8)
            if found is not None and found.parts is not None:
                labels = part_pixels(found.parts, found.region.full(found.size))
            save_indexed(path, labels, voc_palette())

        return Plan((Output(PurePosixPath("parts") / stem.with_name(f"{stem.name}.png"), write),))


class CosegExport:
    """Writes a set into a folder while it is worked through, each file whole or not at all.

    A run that was cut off, and so left no `run.json`, may be begun again in the same folder.

    Parameters
    ----------
    folder
        Made where it is missing.
    request
        The run.
    weights_sha256
        Of the network's file; empty where it is not known.
    formats
        Names of formats of masks, besides the masks themselves.
    overwrite
        Whether files of an earlier run may be replaced.

    Raises
    ------
    ExportError
        The folder cannot be written to, holds a run, or there is no such format.
    """

    def __init__(
        self,
        folder: Path,
        request: CosegRequest,
        weights_sha256: str,
        formats: tuple[str, ...] = USUAL_FORMATS,
        *,
        overwrite: bool = False,
    ) -> None:
        writers = [make_writer(name) for name in dict.fromkeys(formats)]
        self._folder = made(folder)
        self._overwrite = overwrite
        check_target(self._folder / "run.json", overwrite=overwrite)
        # Its pages are our own; a run that came to its end was refused above.
        is_cut_off = (self._folder / ".layerscope" / "records" / "coseg-masks.jsonl").exists()
        self._facts = _facts(request, weights_sha256, formats)
        self._parts = _PartPictures() if request.settings.parts else None
        own = [_MaskPictures(), *([self._parts] if self._parts is not None else [])]
        policy = Policy.OVERWRITE if overwrite else Policy.REFUSE
        style = OverlayStyle(has_labels=request.settings.groups != 1, has_scores=False)
        self._export = MaskExport(
            self._folder,
            (*own, *writers),
            ExportOptions(policy, style, is_continued=not overwrite),
            Origin(request.model, weights_sha256, self._facts["settings"]),
        )
        self._sheet = ContactSheet(self._folder, overwrite=overwrite or is_cut_off)

    def add(self, picture: CosegPicture, image: NDArray[np.uint8], relative: PurePosixPath) -> None:
        """Write a picture's files, named after `relative`; `image` is (H, W, 3) uint8 RGB.

        Raises
        ------
        ExportError
            They cannot be written.
        """
        if self._parts is not None:
            self._parts.current = picture
        found = as_instances(picture)
        self._export.add(SegmentedPicture(image, found, relative, picture.path))
        self._sheet.add(picture, image)

    def finish(self, result: CosegResult, records: list[dict[str, Any]]) -> None:
        """Write what holds many pictures, `export.json`, and `run.json` with a record a picture.

        Raises
        ------
        ExportError
            They cannot be written.
        """
        for failure in result.failures:
            self._export.skip(PurePosixPath(failure.path.name), failure.sentence)
        self._sheet.finish()
        self._export.finish()
        facts = self._facts | {
            "note": result.note,
            "groups": [dataclasses.asdict(one) for one in result.groups],
            "seconds": dict(result.seconds),
            "pictures": records,
            "failures": [{"path": str(one.path), "error": one.sentence} for one in result.failures],
        }
        with atomic_path(self._folder / "run.json", overwrite=self._overwrite) as part:
            part.write_text(json.dumps(facts, indent=1, ensure_ascii=False), encoding="utf-8")


def _facts(request: CosegRequest, weights_sha256: str, formats: tuple[str, ...]) -> dict[str, Any]:
    """Return what is needed to do it again."""
    return {
        "made_by": "Layerscope",
        "model": request.model,
        "weights": request.weights.value,
        "weights_sha256": weights_sha256 or None,
        "device": request.device.name,
        "versions": versions(),
        "settings": dataclasses.asdict(request.settings),
        "seeds": [_seed(one) for one in request.seeds],
        "formats": list(formats),
        "inputs": [str(path) for path in request.paths],
    }


def _seed(seed: CosegSeed) -> dict[str, Any]:
    return {
        "path": str(seed.path),
        "rows": [seed.rows.start, seed.rows.stop],
        "columns": [seed.columns.start, seed.columns.stop],
        "is_object": seed.is_object,
    }
