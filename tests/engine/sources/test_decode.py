from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageCms

from engine.sources.decode import (
    is_picture,
    is_video,
    looks_like_picture,
    natural_key,
    read_picture,
)
from engine.sources.thumbnails import thumbnail

# How a camera stores an upright picture under each EXIF orientation: the inverse of what the
# EXIF standard says a viewer does, in numpy.
STORED: dict[int, Callable[[NDArray[np.uint8]], NDArray[np.uint8]]] = {
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.transpose(1, 0, 2),
    6: lambda a: np.rot90(a, 1),
    7: lambda a: a[::-1, ::-1].transpose(1, 0, 2),
    8: lambda a: np.rot90(a, -1),
}


def upright() -> NDArray[np.uint8]:
    image = np.zeros((4, 6, 3), np.uint8)
    image[0, 0], image[0, -1], image[-1, 0] = (255, 0, 0), (0, 255, 0), (0, 0, 255)
    return image


def ramp16() -> NDArray[np.uint16]:
    return np.linspace(0, 65535, 24).astype(np.uint16).reshape(4, 6)


@pytest.mark.parametrize("suffix", ["png", "webp", "tif", "lzw.tif"])
@pytest.mark.parametrize("orientation", STORED)
def test_orientation_is_applied_exactly_once(tmp_path: Path, suffix: str, orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    options: dict[str, Any] = {"webp": {"lossless": True}, "lzw.tif": {"compression": "tiff_lzw"}}
    path = tmp_path / f"turned.{suffix}"
    stored = np.ascontiguousarray(STORED[orientation](upright()))
    Image.fromarray(stored).save(path, exif=exif, **options.get(suffix, {}))
    np.testing.assert_array_equal(read_picture(path), upright())


def test_orientation_of_a_jpeg(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    big = np.kron(upright(), np.ones((16, 16, 1), np.uint8))
    stored = np.ascontiguousarray(STORED[6](big))
    Image.fromarray(stored).save(tmp_path / "a.jpg", exif=exif, quality=100, subsampling=0)
    image = read_picture(tmp_path / "a.jpg")
    assert image.shape == big.shape
    assert np.abs(image.astype(int) - big).max() <= 6


def test_broken_orientation_is_ignored(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 77
    Image.fromarray(upright()).save(tmp_path / "a.png", exif=exif)
    np.testing.assert_array_equal(read_picture(tmp_path / "a.png"), upright())


@pytest.mark.parametrize("suffix", ["png", "tif", "pgm"])
def test_16_bit_grey_keeps_its_range(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"grey.{suffix}"
    cv2.imwrite(str(path), ramp16())
    image = read_picture(path)
    assert image.shape == (4, 6, 3)
    for channel in range(3):
        np.testing.assert_array_equal(image[:, :, channel], ramp16() // 256)


@pytest.mark.parametrize("suffix", ["png", "tif"])
def test_16_bit_colour_keeps_its_range(tmp_path: Path, suffix: str) -> None:
    rgb = np.dstack([ramp16(), ramp16()[::-1], ramp16()[:, ::-1]])
    path = tmp_path / f"colour.{suffix}"
    cv2.imwrite(str(path), rgb[:, :, ::-1])
    np.testing.assert_array_equal(read_picture(path), rgb // 256)


def test_float_tiff_in_0_to_1(tmp_path: Path) -> None:
    values = np.array([[0.0, 0.2, 1.0]], np.float32)
    Image.fromarray(values).save(tmp_path / "f.tif")
    assert read_picture(tmp_path / "f.tif")[0, :, 0].tolist() == [0, 51, 255]


def test_float_tiff_of_any_range_is_stretched(tmp_path: Path) -> None:
    values = np.array([[-1000.0, np.nan, 1000.0, 600.0]], np.float32)
    Image.fromarray(values).save(tmp_path / "f.tif")
    assert read_picture(tmp_path / "f.tif")[0, :, 1].tolist() == [0, 128, 255, 204]


def test_constant_float_tiff(tmp_path: Path) -> None:
    Image.fromarray(np.full((2, 2), -5, np.float32)).save(tmp_path / "f.tif")
    assert not read_picture(tmp_path / "f.tif").any()


@pytest.mark.parametrize("suffix", ["tif", "pfm"])
def test_float_colour(tmp_path: Path, suffix: str) -> None:
    bgr = np.zeros((2, 3, 3), np.float32)
    bgr[0, 0] = (0.2, 0.4, 1.0)
    path = tmp_path / f"f.{suffix}"
    cv2.imwrite(str(path), bgr)
    image = read_picture(path)
    assert image[0, 0].tolist() == [255, 102, 51]
    assert not image[1:].any()


def test_32_bit_integers(tmp_path: Path) -> None:
    Image.fromarray(np.array([[-100, 0, 100]], np.int32)).save(tmp_path / "i.tif")
    assert read_picture(tmp_path / "i.tif")[0, :, 0].tolist() == [0, 128, 255]


def test_transparency_lies_on_white(tmp_path: Path) -> None:
    rgba = np.array([[(255, 0, 0, 255), (255, 0, 0, 0), (0, 0, 0, 51)]], np.uint8)
    Image.fromarray(rgba, "RGBA").save(tmp_path / "a.png")
    assert read_picture(tmp_path / "a.png")[0].tolist() == [
        [255, 0, 0],
        [255, 255, 255],
        [204, 204, 204],
    ]


def test_palette_with_a_transparent_colour(tmp_path: Path) -> None:
    image = Image.new("P", (2, 1))
    image.putpalette([10, 20, 30, 40, 50, 60])
    image.putdata([0, 1])
    image.save(tmp_path / "p.png", transparency=1)
    assert read_picture(tmp_path / "p.png")[0].tolist() == [[10, 20, 30], [255, 255, 255]]


@pytest.mark.parametrize(("mode", "pixel", "expected"), [
    ("L", 77, [77, 77, 77]),
    ("1", 1, [255, 255, 255]),
    ("LA", (80, 0), [255, 255, 255]),
    ("RGB", (1, 2, 3), [1, 2, 3]),
])  # fmt: skip
def test_simple_modes(tmp_path: Path, mode: str, pixel: Any, expected: list[int]) -> None:
    Image.new(mode, (3, 2), pixel).save(tmp_path / "a.png")
    image = read_picture(tmp_path / "a.png")
    assert image.shape == (2, 3, 3)
    assert image.dtype == np.uint8
    assert (image == expected).all()


def test_animation_gives_its_first_frame(tmp_path: Path) -> None:
    frames = [Image.new("RGB", (4, 3), colour) for colour in ("red", "lime", "blue")]
    frames[0].save(tmp_path / "a.gif", save_all=True, append_images=frames[1:])
    assert (read_picture(tmp_path / "a.gif") == (255, 0, 0)).all()


def test_one_pixel(tmp_path: Path) -> None:
    Image.new("RGB", (1, 1), (9, 8, 7)).save(tmp_path / "a.png")
    assert read_picture(tmp_path / "a.png").tolist() == [[[9, 8, 7]]]


# -------------------------------------------------------------------------------------- CMYK


def test_cmyk_jpeg_of_adobe_is_not_inverted(tmp_path: Path) -> None:
    # PIL writes Adobe's marker and inverted inks, as Photoshop does.
    Image.new("CMYK", (16, 16), (0, 255, 255, 0)).save(tmp_path / "a.jpg", quality=100)
    assert b"Adobe" in (tmp_path / "a.jpg").read_bytes()
    red = read_picture(tmp_path / "a.jpg")[8, 8].astype(int)
    assert np.abs(red - [255, 0, 0]).max() <= 2


@pytest.mark.parametrize("profile", [b"", b"broken", "sRGB"])
def test_cmyk_without_a_usable_profile(tmp_path: Path, profile: bytes | str) -> None:
    if isinstance(profile, str):
        profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    image = Image.new("CMYK", (2, 2), (255, 0, 0, 51))
    image.save(tmp_path / "a.tif", icc_profile=profile or None)
    assert read_picture(tmp_path / "a.tif")[0, 0].tolist() == [0, 204, 204]


def cmyk_profile() -> bytes:
    """Build a CMYK profile: without black every mixture is L* = 53.585 (sRGB 128), with it 0."""
    lightness = round(53.585 / 100 * 255)
    identity = bytes(range(256))
    table = bytes([lightness, 128, 128, 0, 128, 128]) * 8
    matrix = struct.pack(">9i", *(65536 if n % 4 == 0 else 0 for n in range(9)))
    lut = b"mft1" + bytes(4) + bytes([4, 3, 2, 0]) + matrix + identity * 4 + table + identity * 3
    lut += bytes(-len(lut) % 4)
    text = b"desc" + bytes(4) + struct.pack(">I", 2) + b"x\0" + bytes(80)
    white = b"XYZ " + bytes(4) + struct.pack(">3i", 0xF6D6, 0x10000, 0xD32D)
    tags = [(b"A2B0", lut), (b"desc", text + bytes(-len(text) % 4)), (b"wtpt", white)]
    offset = 128 + 4 + 12 * len(tags)
    index, body = struct.pack(">I", len(tags)), b""
    for name, data in tags:
        index += name + struct.pack(">II", offset + len(body), len(data))
        body += data
    size = offset + len(body)
    head = struct.pack(">I4sI4s4s4s", size, b"lcms", 0x02100000, b"prtr", b"CMYK", b"Lab ")
    head += bytes(12) + b"acsp" + bytes(28) + struct.pack(">3i", 0xF6D6, 0x10000, 0xD32D)
    return head + bytes(128 - len(head)) + index + body


def test_cmyk_goes_through_its_profile(tmp_path: Path) -> None:
    image = Image.new("CMYK", (2, 2), (255, 0, 0, 0))
    image.save(tmp_path / "a.tif", icc_profile=cmyk_profile())
    grey = read_picture(tmp_path / "a.tif")[0, 0].astype(int)
    assert np.abs(grey - 128).max() <= 2


# --------------------------------------------------------------------------------------- names


def test_names() -> None:
    assert is_picture("A.JPG")
    assert is_picture(Path("x/y.tiff"))
    assert not is_picture("clip.mp4")
    assert is_video("clip.MKV")
    assert not is_video("png")
    names = ["b2", "a10.png", "A2.png", "a1.png", "10", "9", "a02.png"]
    expected = ["9", "10", "a1.png", "a02.png", "A2.png", "a10.png", "b2"]
    assert sorted(names, key=natural_key) == expected


def test_content_counts_more_than_the_name(tmp_path: Path) -> None:
    Image.new("RGB", (2, 2), (1, 2, 3)).save(tmp_path / "download", "PNG")
    (tmp_path / "text").write_text("hello, this is text")
    assert looks_like_picture(tmp_path / "download")
    assert not looks_like_picture(tmp_path / "text")
    assert not looks_like_picture(tmp_path)
    assert (read_picture(tmp_path / "download") == (1, 2, 3)).all()


# ---------------------------------------------------------------------------------- thumbnails


@pytest.mark.parametrize(("size", "expected"), [
    ((400, 200), (48, 96, 3)),
    ((30, 20), (20, 30, 3)),
    ((1, 1), (1, 1, 3)),
    ((1000, 2), (1, 96, 3)),
])  # fmt: skip
@pytest.mark.parametrize("suffix", ["jpg", "png"])
def test_thumbnail(
    tmp_path: Path, size: tuple[int, int], expected: tuple[int, int, int], suffix: str
) -> None:
    Image.new("RGB", size, (200, 100, 50)).save(tmp_path / f"a.{suffix}", quality=95)
    small = thumbnail(tmp_path / f"a.{suffix}")
    assert small is not None
    assert small.shape == expected
    assert np.abs(small.astype(int) - (200, 100, 50)).max() <= 3


def test_thumbnail_of_a_bad_picture_is_none(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"bad")
    assert thumbnail(tmp_path / "a.png") is None
    assert thumbnail(tmp_path / "none.png") is None
