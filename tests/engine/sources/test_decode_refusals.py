"""Pictures that cannot or must not be decoded: one sentence, quickly, in little memory."""

from __future__ import annotations

import contextlib
import os
import struct
import zlib
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from engine.errors import SourceError
from engine.sources import decode
from engine.sources.decode import (
    read_picture,
)
from engine.sources.thumbnails import thumbnail


def upright() -> NDArray[np.uint8]:
    image = np.zeros((4, 6, 3), np.uint8)
    image[0, 0], image[0, -1], image[-1, 0] = (255, 0, 0), (0, 255, 0), (0, 0, 255)
    return image


# ------------------------------------------------------------------------------------- refusal


def assert_refused(path: Path, *words: str) -> None:
    with pytest.raises(SourceError) as caught:
        read_picture(path)
    text = str(caught.value)
    assert path.name in text
    assert text.endswith(".")
    assert "\n" not in text
    for word in words:
        assert word in text


def test_missing(tmp_path: Path) -> None:
    assert_refused(tmp_path / "none.png", "no file")
    with pytest.raises(SourceError):
        read_picture("nul\0byte.png")


def test_folder(tmp_path: Path) -> None:
    assert_refused(tmp_path, "folder")


def test_empty(tmp_path: Path) -> None:
    (tmp_path / "a.png").touch()
    assert_refused(tmp_path / "a.png", "empty")


@pytest.mark.parametrize("data", [b"hello, world", bytes(1000), b"\xff\xd8\xff", b"\x89PNG\r\n"])
def test_not_a_picture(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.png").write_bytes(data)
    assert_refused(tmp_path / "a.png")


def test_no_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.png"
    Image.new("L", (1, 1)).save(path)

    def refuse(*_args: object, **_options: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "open", refuse)
    assert_refused(path, "permissions")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes on this system")
def test_pipe_does_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    assert_refused(tmp_path / "pipe.png", "regular")


@pytest.mark.parametrize("suffix", ["png", "jpg", "gif", "tif", "webp", "bmp", "jp2", "ppm"])
@pytest.mark.parametrize("share", [0.15, 0.6])
def test_truncated(tmp_path: Path, suffix: str, share: float) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (40, 50, 3), np.uint8)
    path = tmp_path / f"whole.{suffix}"
    Image.fromarray(noise).save(path)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    assert_refused(path)


def test_garbage_behind_a_good_header(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    noise = rng.integers(0, 256, (40, 50, 3), np.uint8)
    for suffix in ("png", "gif", "tif", "webp", "psd", "ico"):
        path = tmp_path / f"a.{suffix}"
        if suffix == "psd":
            path.write_bytes(b"8BPS\0\1" + rng.bytes(300))
        else:
            Image.fromarray(noise).save(path)
        good = path.read_bytes()
        for _ in range(20):
            data = bytearray(good)
            for _ in range(20):
                data[int(rng.integers(6, len(data)))] = int(rng.integers(256))
            path.write_bytes(data)
            # Nothing but a picture or a `SourceError` may come of it.
            with contextlib.suppress(SourceError):
                assert read_picture(path).shape[2] == 3


# ---------------------------------------------------------------------------------- huge ones


def png_header(width: int, height: int) -> bytes:
    body = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    head = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + body
    data = b"IDAT" + zlib.compress(bytes(100))
    return (
        head
        + struct.pack(">I", zlib.crc32(body))
        + struct.pack(">I", len(data) - 4)
        + data
        + struct.pack(">I", zlib.crc32(data))
    )


@pytest.mark.parametrize("side", [10_000, 30_000])
def test_huge_png_is_refused_before_decoding(tmp_path: Path, side: int) -> None:
    # 10,000 x 10,000 is where PIL would warn, 30,000 x 30,000 where it would raise.
    (tmp_path / "big.png").write_bytes(png_header(side, side))
    assert_refused(tmp_path / "big.png", f"{side} x {side}", "reduce")
    assert thumbnail(tmp_path / "big.png") is None


def test_huge_float_tiff_is_refused_before_decoding(tmp_path: Path) -> None:
    path = tmp_path / "big.tif"
    cv2.imwrite(str(path), np.zeros((2, 3, 3), np.float32))
    data = path.read_bytes()
    for tag, value in ((256, 3), (257, 2)):
        for kind, code in ((3, "<HHIHH"), (4, "<HHII")):
            rest = (value, 0) if kind == 3 else (value,)
            huge = (30_000, 0) if kind == 3 else (30_000,)
            data = data.replace(
                struct.pack(code, tag, kind, 1, *rest), struct.pack(code, tag, kind, 1, *huge)
            )
    path.write_bytes(data)
    assert_refused(path, "30000 x 30000")


def test_large_jpeg_is_decoded_reduced(tmp_path: Path) -> None:
    path = tmp_path / "big.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (640, 320), (200, 100, 50)).save(path, quality=95, exif=exif)
    image = read_picture(path, limit_px=60_000)
    assert image.shape == (320, 160, 3)
    assert np.abs(image[80, 80].astype(int) - (200, 100, 50)).max() <= 3
    assert read_picture(path, limit_px=640 * 320).shape == (640, 320, 3)


def test_large_progressive_jpeg_is_refused(tmp_path: Path) -> None:
    # It would need memory for all its coefficients, however small it comes out.
    path = tmp_path / "big.jpg"
    Image.new("RGB", (640, 320)).save(path, progressive=True)
    with pytest.raises(SourceError, match="640 x 320"):
        read_picture(path, limit_px=60_000)
    assert read_picture(path, limit_px=110_000).shape == (160, 320, 3)


def test_real_huge_jpeg_needs_little_memory(tmp_path: Path) -> None:
    assert decode.LIMIT_PX == 50_000_000
    path = tmp_path / "big.jpg"
    Image.new("L", (16_000, 6_000), 90).save(path)
    image = read_picture(path)
    assert image.shape == (3_000, 8_000, 3)
    assert (image[::500, ::500] == 90).all()


def test_pil_keeps_its_own_limit(tmp_path: Path) -> None:
    limit = Image.MAX_IMAGE_PIXELS
    assert limit is not None
    (tmp_path / "big.png").write_bytes(png_header(30_000, 30_000))
    assert_refused(tmp_path / "big.png")
    assert limit == Image.MAX_IMAGE_PIXELS
