"""How a model file is to be opened, and what was chosen for it the last time."""

from __future__ import annotations

import hashlib
import json
import logging
import os
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import platformdirs

from engine.errors import ExportError
from engine.export.atomic import atomic_path
from engine.models.user.beside import MAX_SOURCE_BYTES, code_hash, modules_beside
from engine.models.user.errors import ModelFileError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "IMAGENET",
    "NUMBERS",
    "OpenOptions",
    "content_hash",
    "forget",
    "read_categories",
    "recall",
    "remember",
]

_logger = logging.getLogger(__name__)

IMAGENET = "imagenet"
NUMBERS = "numbers"
"""In the place of a file with categories: ImageNet's thousand, or none but numbers."""

MAX_SIDE = 4096
MAX_CLASSES = 1_000_000
_MAX_CATEGORIES_BYTES = 32 << 20
_CHUNK_BYTES = 4 << 20


@dataclass(frozen=True, slots=True)
class OpenOptions:
    """How a model file is to be opened; None = as guessed.

    Attributes
    ----------
    architecture
        For a file of weights alone: "resnet18", "timm/resnet18".
    input_size
        Height and width of the input, in pixels.
    resize_size
        To how many pixels a picture's short side is brought before the centre is cut out.
    mean, std
        Of R, G and B on a 0..1 scale.
    channel_order
        In which order the network takes the colours.
    categories
        The label of each output; or the path of a file with them: a line each, or JSON; or
        `IMAGENET` or `NUMBERS`.
    num_classes
        Outputs of the classifier.
    allow_code
        The person has agreed to run the code that stands in the file.

    Raises
    ------
    ValueError
        A value is out of its range.
    """

    architecture: str | None = None
    input_size: tuple[int, int] | None = None
    resize_size: int | None = None
    mean: tuple[float, float, float] | None = None
    std: tuple[float, float, float] | None = None
    channel_order: Literal["rgb", "bgr"] | None = None
    categories: tuple[str, ...] | str | None = None
    num_classes: int | None = None
    allow_code: bool = False

    def __post_init__(self) -> None:
        size = self.input_size
        if size is not None and not (len(size) == 2 and all(1 <= n <= MAX_SIDE for n in size)):
            raise ValueError(f"input_size: expected two sizes in 1..{MAX_SIDE}, got {size}")
        if self.resize_size is not None and not 1 <= self.resize_size <= 2 * MAX_SIDE:
            raise ValueError(f"resize_size: expected 1..{2 * MAX_SIDE}, got {self.resize_size}")
        if self.mean is not None and not (
            len(self.mean) == 3 and all(0 <= value <= 1 for value in self.mean)
        ):
            raise ValueError(f"mean: expected three numbers in 0..1, got {self.mean}")
        if self.std is not None and not (
            len(self.std) == 3 and all(0 < value <= 1 for value in self.std)
        ):
            raise ValueError(f"std: expected three numbers in 0..1, above 0, got {self.std}")
        if self.channel_order not in {None, "rgb", "bgr"}:
            raise ValueError(f'channel_order: expected "rgb" or "bgr", got {self.channel_order!r}')
        if self.num_classes is not None and not 1 <= self.num_classes <= MAX_CLASSES:
            raise ValueError(f"num_classes: expected 1..{MAX_CLASSES}, got {self.num_classes}")

    def over(self, other: OpenOptions) -> OpenOptions:
        """Return these, and where one says nothing, the other's."""
        changes = {it.name: getattr(self, it.name) for it in fields(self)}
        chosen = {name: value for name, value in changes.items() if value not in (None, False)}
        return replace(other, **chosen)

    def to_json(self) -> dict[str, Any]:
        """Return a dict that JSON can hold, with what is chosen alone."""
        return {name: it for name, it in asdict(self).items() if it not in (None, False)}

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> OpenOptions:
        """Undo `to_json`; unknown names are passed over.

        Raises
        ------
        ValueError, TypeError
            It holds no such options.
        """
        known = {it.name for it in fields(cls)}
        values: dict[str, Any] = {
            name: tuple(it) if isinstance(it, list) else it
            for name, it in record.items()
            if name in known
        }
        return cls(**values)


# ----------------------------------------------------------------------------------- remembering


def content_hash(path: Path) -> str:
    """Return the SHA-256 of a file's content, in hexadecimal.

    What a Python file imports from beside it is content too: it runs with it.

    Raises
    ------
    OSError
        It cannot be read.
    """
    if path.suffix.lower() == ".py" and path.stat().st_size <= MAX_SOURCE_BYTES:
        source = path.read_bytes()
        return code_hash(source, modules_beside(path.resolve(), source))
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def remember(path: Path, options: OpenOptions, content: str = "") -> None:
    """Keep the options for this content, wherever the file goes. Where that fails, say nothing.

    Consent to run code is kept too: for exactly these bytes, and those of what a Python file
    imports from beside it.

    Parameters
    ----------
    content
        What the file held, as `content_hash` says it; empty = what it holds now.
    """
    try:
        target = _place(content or content_hash(path))
        target.parent.mkdir(parents=True, exist_ok=True)
        with atomic_path(target, overwrite=True) as part:
            part.write_text(json.dumps(options.to_json()), "utf-8")
    except (OSError, ExportError) as error:
        _logger.warning("the options of %s are not kept: %s", path, error)


def recall(path: Path, content: str = "") -> OpenOptions | None:
    """Return what was kept for this content, or None; `content` is as for `remember`."""
    try:
        record = json.loads(_place(content or content_hash(path)).read_text("utf-8"))
        return OpenOptions.from_json(record)
    except (OSError, ValueError, TypeError, AttributeError):
        return None


def forget(path: Path) -> None:
    """Forget what was kept for this content."""
    try:
        _place(content_hash(path)).unlink(missing_ok=True)
    except OSError as error:
        _logger.warning("the options of %s stay: %s", path, error)


def _place(content: str) -> Path:
    chosen = os.environ.get("LAYERSCOPE_CACHE")
    # Beside the weights where that folder was chosen; else with the settings: a cache may be
    # cleared any time, and consent should not be asked for twice.
    folder = (
        Path(chosen).expanduser()
        if chosen
        else platformdirs.user_config_path("layerscope", appauthor=False)
    )
    return folder / "model-files" / f"{content}.json"


# ------------------------------------------------------------------------------------ categories


def read_categories(given: tuple[str, ...] | str | None) -> tuple[str, ...]:
    """Return the labels, read from a file where a path was given.

    Of `IMAGENET` and `NUMBERS` that is none.

    A file is JSON (a list; a dict from index to label, or to [id, label] as Keras has it; either
    may stand under "categories", "labels", "names" or "id2label") or text with one label a line.

    Raises
    ------
    ModelFileError
        The file cannot be read, or holds no labels.
    """
    if given is None or given in {IMAGENET, NUMBERS}:
        return ()
    if not isinstance(given, str):
        return given
    path = Path(given).expanduser()
    try:
        if not path.is_file():  # a pipe would never end
            raise FileNotFoundError(given)
        if path.stat().st_size > _MAX_CATEGORIES_BYTES:
            raise ModelFileError(f"“{path.name}” is too large for a list of categories.")
        text = path.read_text("utf-8-sig")
        if path.suffix.lower() == ".json":
            return _labels(json.loads(text))
    except (OSError, UnicodeDecodeError) as error:
        raise ModelFileError(
            f"The categories “{given}” cannot be read; choose a text or JSON file."
        ) from error
    except (ValueError, TypeError, RecursionError) as error:
        raise ModelFileError(
            f"“{path.name}” holds no list of categories; give a JSON list, or a text file with one "
            "category a line."
        ) from error
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _labels(value: Any) -> tuple[str, ...]:
    if isinstance(value, dict):
        for key in ("categories", "labels", "names", "id2label"):
            if key in value:
                return _labels(value[key])
        ordered = sorted(value.items(), key=lambda it: int(it[0]))
        if [int(key) for key, _ in ordered] != list(range(len(ordered))):
            raise ValueError("indices are missing")
        value = [it for _, it in ordered]
    if not isinstance(value, list) or not value:
        raise ValueError("expected a list")
    return tuple(str(it[-1]) if isinstance(it, list) else str(it) for it in value)
