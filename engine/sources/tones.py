"""From every kind of pixel value to 8-bit RGB."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from PIL import Image

__all__ = ["composite_on_white", "floats_to_bytes", "to_rgb", "wide_to_bytes"]

_WHITE = 255


def to_rgb(image: Image.Image) -> NDArray[np.uint8]:
    """Convert a loaded PIL image of any mode.

    Returns
    -------
    ndarray, (H, W, 3), uint8
        RGB; transparency composited on white.
    """
    mode = image.mode
    if mode in {"I", "F"} or mode.startswith("I;16"):
        grey = _wide_grey(image)
        return np.repeat(grey[:, :, np.newaxis], 3, axis=2)
    if mode == "CMYK":
        return np.array(_cmyk_to_rgb(image))
    if mode == "LAB":
        return np.array(_lab_to_rgb(image))
    if image.has_transparency_data:
        return np.array(_on_white(image.convert("RGBA")))
    return np.array(image if mode == "RGB" else image.convert("RGB"))


def wide_to_bytes(values: NDArray[Any], bits: int = 16) -> NDArray[np.uint8]:
    """Keep the highest 8 of `bits` bits of unsigned integers; the same as PIL does for RGB."""
    return np.asarray(values >> (bits - 8)).astype(np.uint8)


def floats_to_bytes(values: NDArray[Any]) -> NDArray[np.uint8]:
    """Scale numbers by their range.

    Values in 0..1 are taken as such, others in 0..255 as bytes, anything else from its minimum to
    its maximum. What is not finite becomes 0.
    """
    numbers = np.nan_to_num(values.astype(np.float32), nan=0.0, posinf=0.0, neginf=0.0)
    low, high = float(numbers.min()), float(numbers.max())
    if low >= 0 and high <= 1:
        low, high = 0.0, 1.0
    elif low >= 0 and high <= 255:
        low, high = 0.0, 255.0
    numbers -= low
    numbers *= 255.0 / (high - low) if high > low else 0.0
    return np.clip(np.rint(numbers), 0, 255).astype(np.uint8)


def composite_on_white(rgba: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Composite (H, W, 4) uint8 RGBA on white; returns (H, W, 3) uint8."""
    alpha = rgba[:, :, 3:].astype(np.uint32)
    mixed = rgba[:, :, :3] * alpha + _WHITE * (255 - alpha)
    return ((mixed + 127) // 255).astype(np.uint8)


def _wide_grey(image: Image.Image) -> NDArray[np.uint8]:
    values = np.asarray(image)
    if image.mode == "F":
        return floats_to_bytes(values)
    if image.mode == "I" and (values.min() < 0 or values.max() > 0xFFFF):
        return floats_to_bytes(values)
    return wide_to_bytes(values, _stored_bits(image))


def _stored_bits(image: Image.Image) -> int:
    """Bits a value has in the file: a 12-bit TIFF is unpacked to 16-bit words without scaling."""
    tags = getattr(image, "tag_v2", None)
    bits = tags.get(258) if tags is not None else None
    return 12 if bits in {12, (12,)} else 16


def _on_white(image: Image.Image) -> Image.Image:
    from PIL import Image as pil  # noqa: N813, PLC0415 - a module; loads when first needed

    ground = pil.new("RGB", image.size, (_WHITE, _WHITE, _WHITE))
    ground.paste(image, mask=image.getchannel("A"))
    return ground


def _cmyk_to_rgb(image: Image.Image) -> Image.Image:
    """Convert through the embedded profile, or without one by subtraction.

    PIL has already turned the inverted inks of Adobe's JPEGs round.
    """
    profile = image.info.get("icc_profile")
    if isinstance(profile, bytes) and profile:
        from PIL import ImageCms  # noqa: PLC0415 - rarely needed

        try:
            embedded = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            screen = ImageCms.createProfile("sRGB")
            converted = ImageCms.profileToProfile(image, embedded, screen, outputMode="RGB")
        except (ImageCms.PyCMSError, OSError):
            converted = None  # A profile that is broken, or of another colour space.
        if converted is not None:
            return converted
    return image.convert("RGB")


def _lab_to_rgb(image: Image.Image) -> Image.Image:
    from PIL import ImageCms  # noqa: PLC0415 - rarely needed

    lab, screen = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
    transform = ImageCms.buildTransform(lab, screen, "LAB", "RGB")
    converted = ImageCms.applyTransform(image, transform)
    return image.convert("RGB") if converted is None else converted
