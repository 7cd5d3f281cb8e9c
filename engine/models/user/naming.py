"""Tell the name of a file from the name of a network in the registry. Neither torch nor files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from engine.models.user.errors import ModelFileError

__all__ = ["FILE_PATTERNS", "SUFFIXES", "ModelFile", "is_file_name", "model_file"]

SUFFIXES = (".pt2", ".pt", ".pth", ".bin", ".ckpt", ".tar", ".safetensors", ".onnx", ".py")
"""Of files that may hold a network; the content decides, not the name."""

FILE_PATTERNS = tuple(f"*{suffix}" for suffix in SUFFIXES)
"""For a file dialog."""


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A file as a person names it.

    Attributes
    ----------
    path
        The file, links followed.
    function
        What to call in a Python file; empty for any other.
    content
        The SHA-256 of what the file held when it was looked at; empty = nobody has looked.
    """

    path: Path
    function: str = ""
    content: str = ""

    @property
    def label(self) -> str:
        """The file's name, as a title."""
        return f"{self.path.name}:{self.function}" if self.function else self.path.name


def is_file_name(text: str) -> bool:
    """Say whether a text names a file, and no network of the registry.

    It does where it has a path separator or a known suffix, or where there is such a file.
    """
    path, _ = _split(text)
    if "/" in text or "\\" in text or path.lower().endswith(SUFFIXES):
        return True
    try:
        return Path(path).expanduser().is_file()
    except (OSError, ValueError):
        return False


def model_file(text: str) -> ModelFile:
    """Find the file that a text names.

    Raises
    ------
    ModelFileError
        There is none that can be read.
    """
    name, function = _split(text)
    try:
        path = Path(name).expanduser().resolve(strict=True)
        is_file, is_folder = path.is_file(), path.is_dir()
        if is_file:
            path.open("rb").close()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise ModelFileError(f"There is no file “{name}”; check the path.") from error
    except PermissionError as error:
        raise ModelFileError(f"“{name}” may not be read; change its rights.") from error
    except (OSError, RuntimeError, ValueError) as error:  # a loop of links, an impossible name
        raise ModelFileError(f"“{name}” cannot be read; choose another file.") from error
    if is_folder:
        raise ModelFileError(f"“{name}” is a folder; choose the model file in it.")
    if not is_file:
        raise ModelFileError(f"“{name}” is no regular file; choose another one.")
    return ModelFile(path, function)


def _split(text: str) -> tuple[str, str]:
    """Take "net.py:build" apart; the colon behind the letter of a drive stays."""
    found = re.fullmatch(r"(.*\.py):([^\W\d]\w*)", text, re.DOTALL | re.IGNORECASE)
    return (found[1], found[2]) if found else (text, "")
