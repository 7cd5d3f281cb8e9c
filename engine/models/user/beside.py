"""The Python files beside a person's own that it imports: what runs, and is agreed to, with it.

They are found by reading, nothing is run. What is installed is not among them, nor what is imported
by a name that is made up while the code runs.
"""

from __future__ import annotations

import ast
import hashlib
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["MAX_SOURCE_BYTES", "LocalModule", "code_hash", "modules_beside", "names_of"]

MAX_SOURCE_BYTES = 4 << 20
"""A longer file is no source that anyone has written."""
MOST_MODULES = 500


@dataclass(frozen=True, slots=True)
class LocalModule:
    """A module whose source stands beside the file.

    Attributes
    ----------
    name
        As it is imported, "blocks.residual".
    is_package
        Whether it is a folder's `__init__.py`.
    """

    name: str
    path: Path
    source: bytes
    is_package: bool


def modules_beside(path: Path, source: bytes) -> tuple[LocalModule, ...]:
    """Return what a file imports from beside it, directly or not, by name.

    Parameters
    ----------
    path
        The file.
    source
        What it holds.
    """
    folder = path.parent
    found: dict[str, LocalModule] = {}
    missing: set[str] = set()
    wanted = list(_imported(source, ""))
    while wanted and len(found) < MOST_MODULES:
        name = wanted.pop()
        if name in found or name in missing:
            continue
        module = _module(folder, name) if _is_local(name, folder) else None
        if module is None:
            missing.add(name)
            continue
        found[name] = module
        within = name if module.is_package else name.rpartition(".")[0]
        wanted += _imported(module.source, within)
    return tuple(found[name] for name in sorted(found))


def _imported(source: bytes, package: str) -> Iterator[str]:
    """Yield the names of all modules that may be imported, and of the packages they are in."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return  # it will fail when it is run
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(node, package)
            # What is taken from a package may be a module of it.
            names = [base, *(f"{base}.{alias.name}" for alias in node.names)] if base else []
        else:
            continue
        for name in names:
            parts = name.split(".")
            yield from (".".join(parts[: end + 1]) for end in range(len(parts)))


def _absolute(node: ast.ImportFrom, package: str) -> str:
    """Return the full name of what `from ... import` names; empty where there is none."""
    if not node.level:
        return node.module or ""
    parts = package.split(".") if package else []
    if node.level > len(parts):
        return ""
    kept = parts[: len(parts) - node.level + 1]
    return ".".join([*kept, node.module] if node.module else kept)


def _is_local(name: str, folder: Path) -> bool:
    """Whether Python finds the top of a name nowhere else before it looks beside the file."""
    top = name.partition(".")[0]
    if top in sys.stdlib_module_names or top in sys.builtin_module_names:
        return False
    for finder in sys.meta_path:
        try:
            spec = finder.find_spec(top, None)
        except (ImportError, ValueError, AttributeError):
            continue
        # Without a loader it is only a folder of that name, which any real module goes before.
        if spec is not None and spec.loader is not None:
            return spec.origin is not None and folder in Path(spec.origin).resolve().parents
    return True


def _module(folder: Path, name: str) -> LocalModule | None:
    place = folder.joinpath(*name.split("."))
    for path, is_package in ((place / "__init__.py", True), (place.with_suffix(".py"), False)):
        source = _source(path)
        if source is not None:
            return LocalModule(name, path, source, is_package)
    return None


def _source(path: Path) -> bytes | None:
    try:
        if not path.is_file() or path.stat().st_size > MAX_SOURCE_BYTES:
            return None
        return path.read_bytes()
    except (OSError, ValueError):
        return None


def code_hash(source: bytes, modules: Iterable[LocalModule]) -> str:
    """Return the SHA-256, in hexadecimal, of a file with what it imports from beside it.

    Of a file that imports nothing from there it is that of the file.
    """
    content = hashlib.sha256(source).hexdigest()
    lines = [f"{it.name} {hashlib.sha256(it.source).hexdigest()}" for it in modules]
    return hashlib.sha256("\n".join([content, *lines]).encode()).hexdigest() if lines else content


def names_of(modules: Iterable[LocalModule], most: int = 3) -> str:
    """Say which files these are: "blocks.py, layers.py and 4 more"."""
    names = [
        f"{it.path.parent.name}/{it.path.name}" if it.is_package else it.path.name for it in modules
    ]
    shown = ", ".join(names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown
