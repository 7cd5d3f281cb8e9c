"""Read a still picture of any kind into upright 8-bit RGB, or say in one sentence why not.

A picture comes from anywhere, so nothing is taken for granted: its size is looked at before a
pixel is decoded, and whatever a decoder raises becomes a `SourceError`.
"""

from __future__ import annotations

import stat
import threading
import warnings
from pathlib import Path
from typing import IO, TYPE_CHECKING

from engine.errors import SourceError
from engine.sources.names import is_picture, is_video, natural_key

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

__all__ = [
    "LIMIT_PX",
    "check_size",
    "is_picture",
    "is_video",
    "looks_like_picture",
    "natural_key",
    "read_picture",
    "read_reduced",
]

LIMIT_PX = 50_000_000
"""More pixels than this are not decoded: a JPEG is decoded reduced, others are refused."""

# Formats that PIL decodes itself. Left out are those that start other programs (EPS, WMF) and
# those that only hand over to plug-ins. TGA has no signature, so it is tried last.
_FORMATS = (
    "JPEG", "PNG", "GIF", "BMP", "DIB", "TIFF", "WEBP", "AVIF", "JPEG2000", "PPM", "ICO", "CUR",
    "PCX", "SGI", "SUN", "XBM", "DDS", "ICNS", "QOI", "PSD", "TGA",
)  # fmt: skip

_UPRIGHT = {
    2: "FLIP_LEFT_RIGHT",
    3: "ROTATE_180",
    4: "FLIP_TOP_BOTTOM",
    5: "TRANSPOSE",
    6: "ROTATE_270",
    7: "TRANSVERSE",
    8: "ROTATE_90",
}
_ORIENTATION_TAG = 0x0112

_identify_lock = threading.Lock()


def read_picture(path: str | Path, *, limit_px: int = LIMIT_PX) -> NDArray[np.uint8]:
    """Read a picture file.

    Orientation of EXIF is applied, exactly once. Transparency is composited on white. CMYK goes
    through its embedded profile where it has a usable one. 16-bit values keep their high byte;
    of an animation the first frame is taken.

    Parameters
    ----------
    path
        The file.
    limit_px
        Most pixels to decode. A larger JPEG is decoded at 1/2, 1/4 or 1/8 of its size.

    Returns
    -------
    ndarray, (H, W, 3), uint8
        RGB, upright, 0..255.

    Raises
    ------
    SourceError
        It is missing, may not be read, is no picture, is damaged or too large.
    """
    return _read(Path(path), limit_px, side_px=0)


def read_reduced(path: str | Path, side_px: int) -> NDArray[np.uint8]:
    """Read a picture as cheaply as its format allows, for showing it small.

    Parameters
    ----------
    path
        The file.
    side_px
        The longer side that is wanted; what is returned is at least that long where the picture
        is, and may be up to its full size.

    Returns
    -------
    ndarray, (H, W, 3), uint8
        RGB, upright, 0..255.

    Raises
    ------
    SourceError
        As `read_picture`.
    """
    return _read(Path(path), LIMIT_PX, side_px)


def looks_like_picture(path: str | Path) -> bool:
    """Tell by its first bytes whether a file is a picture, whatever its name says."""
    path = Path(path)
    try:
        _check_file(path)
        with path.open("rb") as file:
            image = _identify(file)
            return image is not None and image.format != "TGA"  # TGA has no signature.
    except Exception:  # noqa: BLE001 - a broken header raises anything; then it is none
        return False


def _read(path: Path, limit_px: int, side_px: int) -> NDArray[np.uint8]:
    _check_file(path)
    try:
        with path.open("rb") as file:
            return _decode(file, path.name, limit_px, side_px)
    except SourceError:
        raise
    except PermissionError as error:
        raise SourceError(f"{path.name} may not be read; check its permissions.") from error
    except MemoryError as error:
        raise SourceError(
            f"{path.name} does not fit into memory; reduce it first or close other programs."
        ) from error
    except Exception as error:
        # Decoders raise whatever they stumble over: OSError, SyntaxError, struct.error, IndexError.
        raise SourceError(
            f"{path.name} is damaged or cut short; choose another copy of it."
        ) from error


def _check_file(path: Path) -> None:
    name = path.name or str(path)
    try:
        facts = path.stat()
    except PermissionError as error:
        raise SourceError(f"{name} may not be read; check its permissions.") from error
    except (OSError, ValueError) as error:
        raise SourceError(f"There is no file {name}; check the path.") from error
    if stat.S_ISDIR(facts.st_mode):
        raise SourceError(f"{name} is a folder, not a picture; open it as a folder.")
    if not stat.S_ISREG(facts.st_mode):
        # A pipe or a device would hang.
        raise SourceError(f"{name} is not a regular file; choose a picture file.")
    if facts.st_size == 0:
        raise SourceError(f"{name} is empty; choose another copy of it.")


def _decode(file: IO[bytes], name: str, limit_px: int, side_px: int) -> NDArray[np.uint8]:
    from engine.sources.tones import to_rgb  # noqa: PLC0415 - PIL loads when first needed

    image = _identify(file)
    if image is None:
        return _decode_deep(file, name, limit_px)
    with image:
        _shrink_before_decoding(image, limit_px, side_px)
        width, height = image.size
        check_size(name, width, height, limit_px)
        image.load()
        return to_rgb(_turned_upright(image))


def _identify(file: IO[bytes]) -> Image.Image | None:
    """Read the header only; None where PIL does not know the format."""
    from PIL import Image, UnidentifiedImageError  # noqa: PLC0415 - loads when first needed

    # PIL warns about size and odd metadata; nobody at the screen can act on that. A standing
    # filter, since `warnings.catch_warnings` is not safe in threads.
    warnings.filterwarnings("ignore", module=r"PIL\.")
    Image.init()
    formats = [name for name in _FORMATS if name in Image.OPEN]
    with _identify_lock:
        # PIL refuses by size while it reads the header, before we could ask a JPEG to decode
        # reduced; sizes are checked here instead, for our own files alone.
        kept, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, None
        try:
            return Image.open(file, formats=formats)
        except UnidentifiedImageError:
            return None
        finally:
            Image.MAX_IMAGE_PIXELS = kept


def _shrink_before_decoding(image: Image.Image, limit_px: int, side_px: int) -> None:
    """Ask the decoder for 1/2, 1/4 or 1/8 of the size where it is too large and can do so."""
    width, height = image.size
    is_jpeg = image.format in {"JPEG", "MPO"}
    # A progressive JPEG keeps every coefficient of the full size in memory, however small its
    # output.
    if not is_jpeg or (image.info.get("progressive") and width * height > 2 * limit_px):
        return
    factor = 1
    while factor < 8 and width * height > limit_px * factor * factor:
        factor *= 2
    while side_px and factor < 8 and max(width, height) >= 2 * factor * side_px:
        factor *= 2
    if factor > 1:
        image.draft(None, (max(1, width // factor), max(1, height // factor)))


def check_size(name: str, width: int, height: int, limit_px: int = LIMIT_PX) -> None:
    """Refuse a picture that is too large to decode.

    Raises
    ------
    SourceError
        It has more than `limit_px` pixels.
    """
    if width * height > limit_px:
        raise SourceError(
            f"{name} has {width} x {height} pixels, more than the {limit_px / 1e6:g} million that"
            " can be decoded; reduce it first or save it as a baseline JPEG."
        )


def _turned_upright(image: Image.Image) -> Image.Image:
    from PIL import Image as pil  # noqa: N813, PLC0415 - a module; loads when first needed

    try:
        # After loading: PIL's TIFF reader turns the picture itself and then drops the tag.
        orientation = image.getexif().get(_ORIENTATION_TAG, 1)
    except Exception:  # noqa: BLE001 - broken metadata raises anything; the pixels are good
        return image
    turn = _UPRIGHT.get(orientation) if isinstance(orientation, int) else None
    return image if turn is None else image.transpose(pil.Transpose[turn])


def _decode_deep(file: IO[bytes], name: str, limit_px: int) -> NDArray[np.uint8]:
    from engine.sources import deep  # noqa: PLC0415 - OpenCV loads when first needed

    file.seek(0)
    size = deep.read_size(file)
    if size is None:
        raise SourceError(
            f"{name} is not a picture that can be read; choose a PNG, a JPEG, a TIFF or the like."
        )
    check_size(name, *size, limit_px)
    file.seek(0)
    return deep.decode(file.read())
