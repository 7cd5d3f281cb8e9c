"""Small sets of photos and masks, made from numbers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["SIZE", "disc", "photo", "save", "shapes_set"]

SIZE = (48, 64)


def photo(number: int, size: tuple[int, int] = SIZE) -> NDArray[np.uint8]:
    """Return a smooth photo, another one for each number."""
    random = np.random.default_rng(number)
    coarse = random.integers(30, 226, (6, 8, 3), np.uint8)
    fine = Image.fromarray(coarse).resize((size[1], size[0]), Image.Resampling.BICUBIC)
    return np.asarray(fine)


def disc(number: int, size: tuple[int, int] = SIZE, radius: float = 12.0) -> NDArray[np.bool_]:
    """Return a disc somewhere: (H, W) bool."""
    random = np.random.default_rng(1000 + number)
    y, x = random.uniform(radius, np.array(size) - radius)
    rows, columns = np.mgrid[: size[0], : size[1]]
    return np.asarray(np.hypot(rows - y, columns - x) < radius)


def save(path: Path, pixels: NDArray[np.generic]) -> Path:
    """Write a picture; its folder is made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)
    return path


def shapes_set(folder: Path, count: int = 12, size: tuple[int, int] = SIZE) -> Path:
    """Write photos with a red disc each and its mask, black and white."""
    for number in range(count):
        image, mask = photo(number, size).copy(), disc(number, size)
        image[mask] = (230, 30, 30)
        save(folder / "images" / f"{number:02}.png", image)
        save(folder / "masks" / f"{number:02}.png", mask.astype(np.uint8) * 255)
    return folder
