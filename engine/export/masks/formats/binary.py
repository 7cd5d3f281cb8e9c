"""Black and white pictures: what belongs is 255."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from engine.export.masks.names import safe_name
from engine.export.masks.pieces import pieces_of
from engine.export.masks.pixels import save_png
from engine.export.masks.registry import register_format
from engine.export.masks.writing import Output, Plan, Writer
from engine.values import LabelMap

if TYPE_CHECKING:
    from pathlib import Path, PurePosixPath

    from engine.export.masks.contract import SegmentedPicture
    from engine.values import Region

__all__ = ["BinaryWriter"]


@register_format
@dataclass(slots=True)
class BinaryWriter(Writer):
    """`<stem>_<class>_<k>.png`, or `<stem>_<class>.png`: 8 bits grey, 0 or 255, of full size.

    Attributes
    ----------
    is_by_class
        Whether all objects of a category make one picture. A label map's always do.
    """

    name: ClassVar[str] = "binary"
    title: ClassVar[str] = "Binary masks (PNG)"

    is_by_class: bool = False

    def plan(self, picture: SegmentedPicture, stem: PurePosixPath) -> Plan:
        """See `Writer`."""
        by_class = self.is_by_class or isinstance(picture.segmentation, LabelMap)
        groups: dict[str, list[Region]] = {}
        count: dict[str, int] = {}
        owner: dict[str, int] = {}
        for piece in pieces_of(picture):
            name = safe_name(piece.category.name)
            if owner.setdefault(name.casefold(), piece.category.id) != piece.category.id:
                name = f"{name}-{piece.category.id}"
            count[name] = count.get(name, 0) + 1
            key = name if by_class else f"{name}_{count[name]}"
            groups.setdefault(key, []).append(piece.region)

        def output(key: str, regions: list[Region]) -> Output:
            def write(path: Path) -> None:
                mask = np.zeros(picture.segmentation.size, np.uint8)
                for region in regions:
                    np.copyto(mask[region.rows, region.columns], 255, where=region.pixels)
                save_png(path, mask)

            return Output(stem.with_name(f"{stem.name}_{key}.png"), write)

        return Plan(tuple(output(key, regions) for key, regions in groups.items()))
