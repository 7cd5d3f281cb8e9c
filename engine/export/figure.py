"""A layer's grid as a picture for a paper or a slide: tiles, title, colour bar with numbers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from PIL import Image, ImageDraw, PngImagePlugin

from engine import colormaps
from engine.errors import ExportError
from engine.export import drawing
from engine.export.atomic import atomic_path
from engine.export.drawing import DARK, LIGHT, Palette, TickLook, font, plain, shorten
from engine.export.origin import RANDOM_WEIGHTS, Origin, shape_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from engine.values import Activation

__all__ = ["FigureStyle", "activation_figure", "save_png"]

_MIN_WIDTH = 560
_MIN_BAR = 96
_LARGEST_TILE = 128
"""A small map is magnified up to this side, in pixels."""
_NUMBERED_TILE = 32
"""Tiles at least so wide get their channel's number above them."""


@dataclass(frozen=True, slots=True)
class FigureStyle:
    """How a figure looks.

    Attributes
    ----------
    max_side
        The grid is magnified by whole numbers, or reduced, to stay within this side, in pixels.
    has_numbers
        Whether each tile that is large enough carries its channel's number.
    """

    background: Literal["dark", "light"] = "dark"
    max_side: int = 1600
    has_title: bool = True
    has_colorbar: bool = True
    has_numbers: bool = True


def activation_figure(
    activation: Activation,
    colours: NDArray[np.uint8],
    origin: Origin,
    style: FigureStyle | None = None,
) -> NDArray[np.uint8]:
    """Draw all channels of a layer, in the order and on the scale of the activation.

    Parameters
    ----------
    activation
        What the layer answered.
    colours : ndarray, (256, 3), uint8
        The colour map (`colormaps.lut`).
    origin
        Network and picture, for the title; random weights are marked there.
    style
        None = dark, with everything.

    Returns
    -------
    ndarray, (H, W, 3), uint8
        sRGB. Small maps are magnified by repeating pixels, never smoothed.
    """
    return _Figure(activation, colours, origin, style or FigureStyle()).draw()


def save_png(
    path: Path | str,
    image: NDArray[np.uint8],
    metadata: Mapping[str, str] | None = None,
    *,
    overwrite: bool = False,
) -> None:
    """Write a picture with its metadata as PNG text entries.

    Parameters
    ----------
    image : ndarray, (H, W, 3) or (H, W, 4) or (H, W), uint8
    metadata
        Names (Latin, 1 to 79 letters) and texts; see `Origin.metadata`.

    Raises
    ------
    ExportError
        It cannot be written, or another suffix than .png was given.
    """
    if Path(path).suffix.lower() != ".png":
        raise ExportError(f"Pictures are saved as .png; “{Path(path).name}” is none.")
    info = PngImagePlugin.PngInfo()
    for name, text in (metadata or {}).items():
        info.add_text(name, text.encode("utf-8", "replace").decode("utf-8"))
    with atomic_path(path, overwrite=overwrite) as part:
        Image.fromarray(image).save(part, format="PNG", pnginfo=info, optimize=False)


class _Figure:
    """Places and draws the parts of one figure; all lengths in pixels."""

    def __init__(
        self,
        activation: Activation,
        colours: NDArray[np.uint8],
        origin: Origin,
        style: FigureStyle,
    ) -> None:
        self.activation = activation
        self.colours = colours
        self.origin = origin
        self.style = style
        self.palette: Palette = DARK if style.background == "dark" else LIGHT
        self.tiles, self.reduced = _tiles(activation, style.max_side)
        _, self.tile_h, self.tile_w = self.tiles.shape
        self.gap = min(6, max(1, round(min(self.tile_h, self.tile_w) / 16)))
        # Text grows with large figures, which are shown reduced.
        across = activation.columns * (self.tile_w + self.gap)
        self.scale: float = min(2.0, max(1.0, across / 1000))
        self.is_numbered = style.has_numbers and self.tile_w >= _NUMBERED_TILE
        self.number_size = self._px(10)
        self.strip = self.number_size + self._px(2) if self.is_numbered else 0

    def _px(self, length: int) -> int:
        return round(length * self.scale)

    def draw(self) -> NDArray[np.uint8]:
        margin, between = self._px(24), self._px(16)
        grid = self._grid()
        ticks = self._ticks(grid.height)
        bar = self._px(16 + 5 + 5) + self._widest(ticks) if ticks else 0
        inner = max(self._px(_MIN_WIDTH), grid.width + (between + bar if bar else 0))
        top = margin + (self._title_height() if self.style.has_title else 0)
        bottom = max(grid.height, self._bar_height(grid.height) if bar else 0)
        foot = self._px(12 + 14) if self.style.has_title else 0
        size = (inner + 2 * margin, top + bottom + foot + margin)
        canvas = Image.new("RGB", size, self.palette.background)
        canvas.paste(grid, (margin, top))
        if bar:
            self._draw_bar(canvas, (margin + grid.width + between, top), grid.height)
        if self.style.has_title:
            self._draw_title(canvas, margin, inner)
            self._draw_foot(canvas, (margin, top + bottom + self._px(12)), inner)
        return np.asarray(canvas)

    # ------------------------------------------------------------------------------------ grid

    def _grid(self) -> Image.Image:
        """Draw the tiles, each where the activation's atlas has it."""
        count, columns = self.activation.channels, self.activation.columns
        rows = -(-count // columns)
        step_y, step_x = self.tile_h + self.strip + self.gap, self.tile_w + self.gap
        size = (columns * step_x - self.gap, rows * step_y - self.gap)
        image = Image.new("RGB", size, self.palette.background)
        pen = ImageDraw.Draw(image)
        coloured = colormaps.apply(self.tiles.reshape(-1, self.tile_w), self.colours)
        coloured = coloured.reshape(count, self.tile_h, self.tile_w, 3)
        for place, channel in enumerate(self.activation.order.tolist()):
            row, column = divmod(place, columns)
            left, top = column * step_x, row * step_y
            image.paste(Image.fromarray(coloured[place]), (left, top + self.strip))
            if self.is_numbered:
                face = font(self.number_size)
                at = (left, top + self.number_size)
                pen.text(at, str(channel), self.palette.muted, face, anchor="ls")
        return image

    # -------------------------------------------------------------------------------- colour bar

    def _bar_height(self, grid_height: int) -> int:
        return max(self._px(_MIN_BAR), grid_height - self.strip) + self.strip

    def _ticks(self, grid_height: int) -> tuple[drawing.Tick, ...]:
        if not self.style.has_colorbar:
            return ()
        room = (self._bar_height(grid_height) - self.strip) // self._px(56)
        return drawing.colorbar_ticks(self.activation, min(9, max(2, room)))

    def _widest(self, ticks: tuple[drawing.Tick, ...]) -> int:
        return round(max(font(self._px(12)).getlength(plain(tick.text)) for tick in ticks)) + 1

    def _draw_bar(self, canvas: Image.Image, at: tuple[int, int], grid_height: int) -> None:
        left, top = at
        box = (left, top + self.strip, left + self._px(16), top + self._bar_height(grid_height))
        drawing.draw_colorbar(canvas, box, self.colours)
        look = TickLook(self.palette, self._px(12), self._px(5), self._px(5))
        drawing.draw_ticks(canvas, box, self._ticks(grid_height), look)

    # -------------------------------------------------------------------------------------- text

    def _title_height(self) -> int:
        return self._px(74 if self.origin.is_random else 56)

    def _draw_title(self, canvas: Image.Image, margin: int, width: int) -> None:
        pen = ImageDraw.Draw(canvas)
        activation, palette = self.activation, self.palette
        facts = (
            activation.layer_kind,
            shape_text(activation),
            self.origin.model,
            self.origin.picture,
        )
        lines = [
            (20, 15, palette.text, str(activation.key)),
            (13, 37, palette.muted, "  ·  ".join(fact for fact in facts if fact)),
        ]
        if self.origin.is_random:
            lines.append((13, 55, palette.warning, RANDOM_WEIGHTS))
        for size, baseline, colour, text in lines:
            face = font(self._px(size))
            line = shorten(text, self._px(size), width)
            pen.text((margin, margin + self._px(baseline)), line, colour, face, anchor="ls")

    def _draw_foot(self, canvas: Image.Image, at: tuple[int, int], width: int) -> None:
        left, top = at
        line = shorten("  ·  ".join(self._notes()), self._px(12), width)
        position = (left, top + self._px(11))
        face = font(self._px(12))
        ImageDraw.Draw(canvas).text(position, line, self.palette.muted, face, anchor="ls")

    def _notes(self) -> list[str]:
        """Return what a reader must know to read the colours."""
        activation = self.activation
        notes = ["One scale for all channels"]
        if drawing.has_own_scales(activation):
            high = activation.high
            notes = [f"Each channel on its own scale, max {high.min():.3g} to {high.max():.3g}"]
        if activation.gamma != 1.0:
            notes.append(f"gamma {activation.gamma:g}")
        if (np.diff(activation.order) < 0).any():
            notes.append("channels sorted")
        if self.reduced > 1:
            notes.append(f"shown at 1/{self.reduced} size")
        if activation.has_nonfinite:
            notes.append("NaN or infinite values drawn as 0")
        return notes


def _tiles(activation: Activation, max_side: int) -> tuple[NDArray[np.uint8], int]:
    """Cut the atlas into tiles at the size to draw.

    Returns
    -------
    tiles : ndarray, (N, h', w'), uint8
        In the order of places.
    reduced
        By how much they were reduced; 1 = not.
    """
    count = activation.channels
    height, width = activation.map_size
    columns = activation.columns
    rows = -(-count // columns)
    cells = activation.atlas.reshape(rows, height, columns, width).swapaxes(1, 2)
    tiles = cells.reshape(rows * columns, height, width)[:count]
    longest = max(rows * height, columns * width)
    if longest > max_side:
        by = min(-(-longest // max_side), height, width)
        return _reduce(tiles, by), by
    largest = max(24, min(_LARGEST_TILE, 16 * max(height, width)))
    times = max(1, min(max_side // longest, largest // max(height, width)))
    return tiles.repeat(times, axis=1).repeat(times, axis=2), 1


def _reduce(tiles: NDArray[np.uint8], by: int) -> NDArray[np.uint8]:
    """Average squares of `by` x `by` pixels; the last row and column are repeated to fill up."""
    if by == 1:
        return tiles
    count, height, width = tiles.shape
    pad = ((0, 0), (0, -height % by), (0, -width % by))
    full = np.pad(tiles, pad, mode="edge")
    blocks = full.reshape(count, full.shape[1] // by, by, full.shape[2] // by, by)
    mean: NDArray[np.uint8] = np.rint(blocks.mean(axis=(2, 4), dtype=np.float32)).astype(np.uint8)
    return mean
