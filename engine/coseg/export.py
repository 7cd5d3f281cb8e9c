"""What is found in a set of pictures, as files: masks, overlays, areas, and what the run was."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from engine.export.atomic import atomic_path, check_target
from engine.export.masks import ExportOptions, MaskExport, SegmentedPicture, make_writer
from engine.export.masks.contract import Policy
from engine.export.masks.journal import made
from engine.export.masks.pixels import save_png
from engine.export.masks.run import Origin
from engine.export.masks.writing import Output, Plan, Writer
from engine.values import Category, Instance, Instances

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from engine.values import CosegPicture, CosegRequest, CosegResult

__all__ = ["COMMON_OBJECT", "CosegExport", "as_instances"]

COMMON_OBJECT = Category(1, "object")


def as_instances(picture: CosegPicture) -> Instances:
    """Return a picture's mask as one object, or none where it is empty, for exporters."""
    region = picture.region
    items = (Instance(1, picture.confidence, region.box, region),) if region.area else ()
    return Instances(picture.size, (COMMON_OBJECT,), items)


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


class CosegExport:
    """Writes a set into a folder while it is worked through, each file whole or not at all.

    Parameters
    ----------
    folder
        Made where it is missing.
    request
        The run.
    weights_sha256
        Of the network's file; empty where it is not known.
    overwrite
        Whether files of an earlier run may be replaced.

    Raises
    ------
    ExportError
        The folder cannot be written to, or holds a run.
    """

    def __init__(
        self, folder: Path, request: CosegRequest, weights_sha256: str, *, overwrite: bool = False
    ) -> None:
        self._folder = made(folder)
        self._overwrite = overwrite
        check_target(self._folder / "run.json", overwrite=overwrite)
        self._facts: dict[str, Any] = {
            "model": request.model,
            "weights": request.weights.value,
            "weights_sha256": weights_sha256 or None,
            "settings": dataclasses.asdict(request.settings),
        }
        policy = Policy.OVERWRITE if overwrite else Policy.REFUSE
        self._export = MaskExport(
            self._folder,
            (_MaskPictures(), make_writer("overlay"), make_writer("csv")),
            ExportOptions(policy, is_continued=False),
            Origin(request.model, weights_sha256, self._facts["settings"]),
        )

    def add(self, picture: CosegPicture, image: NDArray[np.uint8], relative: PurePosixPath) -> None:
        """Write a picture's files, named after `relative`; `image` is (H, W, 3) uint8 RGB.

        Raises
        ------
        ExportError
            They cannot be written.
        """
        found = as_instances(picture)
        self._export.add(SegmentedPicture(image, found, relative, picture.path))

    def finish(self, result: CosegResult, records: list[dict[str, Any]]) -> None:
        """Write the table of areas, `export.json`, and `run.json` with a record a picture.

        Raises
        ------
        ExportError
            They cannot be written.
        """
        for failure in result.failures:
            self._export.skip(PurePosixPath(failure.path.name), failure.sentence)
        self._export.finish()
        facts = self._facts | {
            "note": result.note,
            "seconds": dict(result.seconds),
            "pictures": records,
        }
        with atomic_path(self._folder / "run.json", overwrite=self._overwrite) as part:
            part.write_text(json.dumps(facts, indent=1, ensure_ascii=False), encoding="utf-8")
