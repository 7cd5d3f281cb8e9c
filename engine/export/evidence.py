"""Class evidence as a figure, a map a class over the picture, and as numbers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from engine import colormaps
from engine.errors import ExportError
from engine.export.atomic import atomic_path
from engine.export.origin import RANDOM_WEIGHTS

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL import Image

    from engine.values import ClassEvidence, FrameResult

__all__ = ["EVIDENCE_SUFFIXES", "evidence_figure", "save_evidence"]

EVIDENCE_SUFFIXES = (".png", ".npz")
_SIDE = 360
_MARGIN, _GAP, _BAR = 24, 16, 14
_OPACITY = 0.65
_NOTE = "Class evidence: the last layer asked at each place. Evidence, not segmentation."


def save_evidence(path: Path | str, result: FrameResult, *, overwrite: bool = False) -> None:
    """Write the evidence of a frame as the suffix says.

    `.png` is a figure. `.npz` holds `maps` (K, h, w) float32 logits with `classes`, `labels`,
    `box` (left, top, right, bottom, in picture pixels), `stride`, `input_size` (height, width),
    `is_linear`, `model`, `picture` and `is_random`; nothing in it needs pickle.

    Raises
    ------
    ExportError
        The suffix is another one, there is no evidence, or the file cannot be written.
    """
    suffix, found = Path(path).suffix.lower(), result.evidence
    if suffix not in EVIDENCE_SUFFIXES:
        raise ExportError(
            f"Evidence is saved as {' or '.join(EVIDENCE_SUFFIXES)}; “{Path(path).name}” is "
            "neither."
        )
    if found is None:
        raise ExportError("There is no evidence to save yet; choose a class first.")
    if suffix == ".npz":
        _save_numbers(path, result, found, overwrite=overwrite)
        return
    from engine.export.figure import save_png  # noqa: PLC0415 - Pillow, for a figure only

    metadata = {
        "Software": "Layerscope",
        "Model": result.model,
        "Weights": "random" if result.is_random else "published",
        "Picture": result.frame.name,
        "Classes": "; ".join(found.labels),
        "Output stride": str(found.stride),
    }
    save_png(path, evidence_figure(result, found), metadata, overwrite=overwrite)


def _save_numbers(
    path: Path | str, result: FrameResult, found: ClassEvidence, *, overwrite: bool
) -> None:
    box = found.box
    with atomic_path(path, overwrite=overwrite) as part, part.open("wb") as file:
        np.savez_compressed(
            file,
            maps=found.maps,
            classes=np.array(found.classes, np.int64),
            labels=np.array(found.labels),
            box=np.array((box.left, box.top, box.right, box.bottom), np.float64),
            stride=np.array(found.stride),
            input_size=np.array(found.input_size),
            is_linear=np.array(found.is_linear),
            model=np.array(result.model),
            picture=np.array(result.frame.name),
            is_random=np.array(result.is_random),
        )


def evidence_figure(result: FrameResult, found: ClassEvidence) -> NDArray[np.uint8]:
    """Draw each class's map over the picture, with its own colour bar.

    Returns
    -------
    ndarray, (H, W, 3), uint8
        sRGB, on dark.
    """
    from PIL import Image, ImageDraw  # noqa: PLC0415 - for a figure only

    from engine.export.drawing import DARK, font, shorten  # noqa: PLC0415 - it needs Pillow

    height, width = result.frame.image.shape[:2]
    scale = _SIDE / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    picture = Image.fromarray(result.frame.image).resize(size, Image.Resampling.LANCZOS)
    count = len(found.classes)
    columns = min(3, max(1, count))
    tile = (size[0] + _GAP // 2 + _BAR + 52, size[1] + 30)
    rows = -(-count // columns)
    inner = max(columns * (tile[0] + _GAP) - _GAP, 420)
    top = _MARGIN + (72 if result.is_random else 52)
    canvas = Image.new(
        "RGB",
        (inner + 2 * _MARGIN, top + rows * (tile[1] + _GAP) + _MARGIN - _GAP),
        DARK.background,
    )
    pen = ImageDraw.Draw(canvas)
    title = f"{result.model}  ·  {result.frame.name}  ·  output stride {found.stride}"
    pen.text((_MARGIN, _MARGIN + 15), shorten(title, 16, inner), DARK.text, font(16), anchor="ls")
    note = shorten(_NOTE, 12, inner)
    pen.text((_MARGIN, _MARGIN + 36), note, DARK.muted, font(12), anchor="ls")
    if result.is_random:
        pen.text((_MARGIN, _MARGIN + 55), RANDOM_WEIGHTS, DARK.warning, font(12), anchor="ls")
    for place, (label, values) in enumerate(zip(found.labels, found.maps, strict=True)):
        row, column = divmod(place, columns)
        at = (_MARGIN + column * (tile[0] + _GAP), top + row * (tile[1] + _GAP))
        _draw_class(canvas, at, picture, (label, values))
    return np.asarray(canvas)


def _draw_class(
    canvas: Image.Image,
    at: tuple[int, int],
    picture: Image.Image,
    named: tuple[str, NDArray[np.float32]],
) -> None:
    from PIL import Image, ImageDraw  # noqa: PLC0415 - for a figure only

    from engine.export.drawing import (  # noqa: PLC0415 - it needs Pillow
        DARK,
        Tick,
        TickLook,
        draw_colorbar,
        draw_ticks,
        font,
        shorten,
    )

    (left, top), (label, values) = at, named
    low, high = float(values.min()), float(values.max())
    levels = np.clip((values - low) / (high - low or 1.0) * 255 + 0.5, 0, 255).astype(np.uint8)
    lut = colormaps.lut(colormaps.DEFAULT)
    # Cell by cell: what the network answers is no finer than this.
    heat = Image.fromarray(lut[levels]).resize(picture.size, Image.Resampling.NEAREST)
    alpha = Image.fromarray((levels * _OPACITY + 40).astype(np.uint8))
    alpha = alpha.resize(picture.size, Image.Resampling.NEAREST)
    pen = ImageDraw.Draw(canvas)
    pen.text((left, top + 14), shorten(label, 14, picture.width), DARK.text, font(14), anchor="ls")
    canvas.paste(Image.composite(heat, picture, alpha), (left, top + 24))
    x = left + picture.width + _GAP // 2
    box = (x, top + 24, x + _BAR, top + 24 + picture.height)
    draw_colorbar(canvas, box, lut)
    ticks = [Tick(0.0, f"{low:.1f}"), Tick(1.0, f"{high:.1f}")]
    zero = -low / (high - low) if high > low else 0.0
    if 0.1 < zero < 0.9:
        ticks.insert(1, Tick(zero, "0"))
    draw_ticks(canvas, box, tuple(ticks), TickLook(DARK, 11, 4, 4))
