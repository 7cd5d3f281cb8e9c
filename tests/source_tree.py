"""The project's files, and which module imports which, read from the source."""

from __future__ import annotations

import ast
import fnmatch
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CODE = ("main.py", "engine", "gui", "resources")


def ignored_names(root: Path) -> list[str]:
    """Return the name patterns of .gitignore, and git's own folder."""
    path = root / ".gitignore"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return [".git", *(line.strip("/") for line in lines if not line.startswith("#"))]


def files(root: Path, *, under: tuple[str, ...] = (".",), ending: str = "") -> list[Path]:
    """Return the project's files, without what git ignores, sorted."""
    ignored = ignored_names(root)

    def walk(path: Path) -> Iterator[Path]:
        if any(fnmatch.fnmatch(path.name, pattern) for pattern in ignored):
            return
        if path.is_dir():
            for child in sorted(path.iterdir()):
                yield from walk(child)
        elif path.name.endswith(ending) and path.exists():
            yield path

    return [path for name in under for path in walk(root / name)]


def module_name(root: Path, path: Path) -> str:
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@dataclass(frozen=True)
class Import:
    """One name that a module imports."""

    name: str
    line: int
    is_lazy: bool
    """Inside a function: it does not run when the module is imported."""
    is_for_types: bool
    """Under TYPE_CHECKING: it never runs."""


def read_imports(tree: ast.AST, package: str) -> list[Import]:
    """Return every import in a module of this package."""
    found: list[Import] = []

    def visit(node: ast.AST, *, is_lazy: bool, is_for_types: bool) -> None:
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = imported_names(node, package)
            found.extend(Import(name, node.lineno, is_lazy, is_for_types) for name in names)
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            for inner in node.body:
                visit(inner, is_lazy=is_lazy, is_for_types=True)
            for inner in node.orelse:
                visit(inner, is_lazy=is_lazy, is_for_types=is_for_types)
        else:
            inside = is_lazy or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            for child in ast.iter_child_nodes(node):
                visit(child, is_lazy=inside, is_for_types=is_for_types)

    visit(tree, is_lazy=False, is_for_types=False)
    return found


def imported_names(node: ast.Import | ast.ImportFrom, package: str) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    base = node.module or ""
    if node.level:
        parents = package.split(".")[: len(package.split(".")) - node.level + 1]
        base = ".".join([*parents, *([base] if base else [])])
    return [f"{base}.{alias.name}" for alias in node.names]


def graph(root: Path) -> dict[str, list[Import]]:
    """Return the imports of each module of the project, by its name."""
    found = {}
    for path in files(root, under=CODE, ending=".py"):
        name = module_name(root, path)
        package = name if path.name == "__init__.py" else name.rpartition(".")[0]
        found[name] = read_imports(ast.parse(path.read_bytes()), package)
    return found


def with_parents(name: str) -> list[str]:
    parts = name.split(".")
    return [".".join(parts[: count + 1]) for count in range(len(parts))]


def loaded_by(name: str, modules: dict[str, list[Import]]) -> dict[str, str]:
    """Return all that importing this name loads, each with the chain of imports to it."""
    chains: dict[str, str] = {}
    todo = [(name, name)]
    while todo:
        wanted, chain = todo.pop()
        for module in with_parents(wanted):
            if module in chains:
                continue
            chains[module] = chain
            runs = (it for it in modules.get(module, []) if not (it.is_lazy or it.is_for_types))
            todo.extend((it.name, f"{chain} -> {it.name}") for it in runs)
    return chains


def in_package(module: str, *packages: str) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)
