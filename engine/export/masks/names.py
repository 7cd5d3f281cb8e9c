r"""Names of exported files: valid on every system, and no two pictures with the same.

The rule: characters that Windows does not allow (``< > : " / \ | ? *``, controls) become "_"; dots
and spaces at the end of a name go; a name that Windows keeps for itself (CON, NUL, COM1, ...) gets
"_" behind it; a long name is cut and ends in a hash. Letters of any script, spaces and signs stay.
Of two pictures that would share a name (`cat.jpg`, `cat.png`, and on systems that know no case
`Cat.jpg`) the later one gets its suffix, then a number, behind it: `cat_png`; so does one that
would take the name of a file of many pictures (`export.json`).
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from engine.export.atomic import atomic_path
from engine.export.masks.journal import made

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["Names", "safe_name", "safe_path"]

_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f\ud800-\udfff]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])", re.IGNORECASE)
_OWN = frozenset({"annotations", "export"})
"""Names of JSON files of many pictures, which one picture's must not take."""
_MOST_BYTES = 160
"""Of a name without what formats put behind it; file systems take 255."""


def safe_name(text: str) -> str:
    """Return one part of a path as every system takes it."""
    name = _FORBIDDEN.sub("_", unicodedata.normalize("NFC", text)).rstrip(". ").lstrip(" ")
    if _RESERVED.fullmatch(name.split(".")[0].rstrip()):
        head, dot, tail = name.partition(".")
        name = f"{head}_{dot}{tail}"
    encoded = name.encode()
    if len(encoded) > _MOST_BYTES:
        name = encoded[: _MOST_BYTES - 9].decode("utf-8", "ignore") + "-" + _hash(text)[:8]
    return name if name not in {"", ".", ".."} else "_"


def safe_path(path: PurePosixPath) -> PurePosixPath:
    """Return a path below the folder of the export; it cannot lead out of it."""
    parts = [part for part in path.parts if part not in {"/", "."}]
    return PurePosixPath(*(safe_name(part) for part in parts or ("_",)))


class Names:
    """Which name each picture's files have in a folder, kept there so that it stays.

    Parameters
    ----------
    folder
        The folder of the export.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = made(folder / ".layerscope" / "names")

    def stem(self, picture: PurePosixPath) -> PurePosixPath:
        """Return the path of a picture's files, without a suffix; the same at each call."""
        for stem in _candidates(picture):
            # Case is folded and accents are composed, as some file systems do.
            key = unicodedata.normalize("NFC", str(stem)).casefold()
            claim = self._folder / f"{_hash(key)}.json"
            if not claim.exists():
                with atomic_path(claim) as part:
                    part.write_text(json.dumps({"picture": str(picture), "stem": str(stem)}))
                return stem
            if json.loads(claim.read_text())["picture"] == str(picture):
                return stem
        raise AssertionError  # numbers do not end


def _candidates(picture: PurePosixPath) -> Iterator[PurePosixPath]:
    safe = safe_path(picture)
    bare = safe_path(picture.with_suffix(""))
    if str(bare).casefold() not in _OWN:
        yield bare
    tagged = bare.with_name(f"{bare.name}_{safe.suffix[1:] or 'file'}")
    yield tagged
    number = 2
    while True:
        yield tagged.with_name(f"{tagged.name}_{number}")
        number += 1


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
