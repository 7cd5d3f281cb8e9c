"""Arrays to pictures, pixel by pixel."""

from __future__ import annotations

import gc

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from gui.views.image_tools import (
    colour,
    draw_overlay,
    indexed_to_rgb,
    pack_lut,
    packed_to_qimage,
    resample,
    to_qimage,
)
from gui.views.viewport import Placement

RNG = np.random.default_rng(7)
LUT = RNG.integers(0, 256, (256, 3), dtype=np.uint8)


def rgb(image: QImage, x: int, y: int) -> tuple[int, int, int]:
    value = image.pixelColor(x, y)
    return value.red(), value.green(), value.blue()


def test_to_qimage_shares_the_pixels() -> None:
    array = RNG.integers(0, 256, (5, 7, 3), dtype=np.uint8)
    image = to_qimage(array)
    assert rgb(image, 6, 4) == tuple(array[4, 6])
    array[4, 6] = (1, 2, 3)
    assert rgb(image, 6, 4) == (1, 2, 3)


def test_to_qimage_outlives_its_array() -> None:
    array = np.full((300, 300, 3), 9, np.uint8)
    image = to_qimage(array)
    del array
    gc.collect()
    other = np.zeros((300, 300, 3), np.uint8)  # would take the freed memory
    assert rgb(image, 299, 299) == (9, 9, 9)
    del other


def test_to_qimage_takes_views() -> None:
    array = RNG.integers(0, 256, (6, 8, 3), dtype=np.uint8)
    assert rgb(to_qimage(array[:, 2:5]), 2, 5) == tuple(array[5, 4])
    assert rgb(to_qimage(array[:, ::-1]), 0, 1) == tuple(array[1, 7])
    assert rgb(to_qimage(array[::-1]), 3, 0) == tuple(array[5, 3])


@pytest.mark.parametrize("shape", [(4, 4), (4, 4, 4)])
def test_to_qimage_refuses(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="expected"):
        to_qimage(np.zeros(shape, np.uint8))


def test_colouring_is_the_table() -> None:
    indices = RNG.integers(0, 256, (9, 11), dtype=np.uint8)
    np.testing.assert_array_equal(indexed_to_rgb(indices, LUT), LUT[indices])
    image = packed_to_qimage(colour(indices, pack_lut(LUT)))
    assert rgb(image, 10, 8) == tuple(LUT[indices[8, 10]])


def test_pack_lut_refuses() -> None:
    with pytest.raises(ValueError, match="256"):
        pack_lut(np.zeros((255, 3), np.uint8))


def test_growing_repeats_pixels() -> None:
    image = RNG.integers(0, 256, (4, 5), dtype=np.uint8)
    part, left, top = resample(image, Placement(2, 1, 3.0, 40, 40), is_smooth=False)
    np.testing.assert_array_equal(part, np.kron(image, np.ones((3, 3), np.uint8)))
    assert (left, top) == (2, 1)


def test_growing_takes_only_what_is_seen() -> None:
    image = RNG.integers(0, 256, (4, 5), dtype=np.uint8)
    whole = np.kron(image, np.ones((3, 3), np.uint8))
    part, left, top = resample(image, Placement(-4, -2, 3.0, 6, 5), is_smooth=False)
    np.testing.assert_array_equal(part, whole[2:7, 4:10])
    assert (left, top) == (0, 0)


@pytest.mark.parametrize("factor", [2, 4, 5])
def test_shrinking_averages(factor: int) -> None:
    image = RNG.integers(0, 256, (20, 40, 3), dtype=np.uint8)
    part, _, _ = resample(image, Placement(0, 0, 1 / factor, 100, 100))
    blocks = image.reshape(20 // factor, factor, 40 // factor, factor, 3).astype(float)
    np.testing.assert_allclose(part, blocks.mean(axis=(1, 3)), atol=1.01)


def test_shrinking_takes_only_what_is_seen() -> None:
    image = RNG.integers(0, 256, (40, 40), dtype=np.uint8)
    part, left, top = resample(image, Placement(-10, -5, 0.5, 4, 6), tile=(4, 4))
    # View pixels 0..4 and 0..6 show columns 20..28 and rows 10..22: rows widened to 8..24.
    blocks = image[8:24, 20:28].reshape(8, 2, 4, 2).astype(float).mean(axis=(1, 3))
    np.testing.assert_allclose(part, blocks, atol=0.51)
    assert (left, top) == (0, -1)


def test_interpolation_keeps_a_ramp() -> None:
    ramp = np.tile(np.arange(0, 200, 10, dtype=np.uint8), (6, 1))
    part, _, _ = resample(ramp, Placement(0, 0, 2.0, 100, 100))
    centres = (np.arange(40) + 0.5) / 2 - 0.5
    np.testing.assert_allclose(part[5], np.clip(centres, 0, 19) * 10, atol=0.51)


def test_overlay_is_blended() -> None:
    image = QImage(8, 8, QImage.Format.Format_RGB32)
    image.fill(QColor(0, 0, 0))
    rgba = np.zeros((2, 2, 4), np.uint8)
    rgba[0, 1] = (200, 100, 50, 255)
    painter = QPainter(image)
    draw_overlay(painter, QRectF(0, 0, 8, 8), rgba, 0.5)
    painter.end()
    assert rgb(image, 6, 1) == pytest.approx((100, 50, 25), abs=1)
    assert rgb(image, 1, 1) == (0, 0, 0)
    with pytest.raises(ValueError, match="overlay"):
        draw_overlay(painter, QRectF(), rgba[..., :3])
