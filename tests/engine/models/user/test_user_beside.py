"""What a person's own Python file imports from beside it is agreed to with it, or not run."""

from __future__ import annotations

import hashlib
import os
import py_compile
import sys
from typing import TYPE_CHECKING

import pytest

from engine.models.user import pyfile
from engine.models.user.beside import modules_beside, names_of
from engine.models.user.detect import inspect_file
from engine.models.user.errors import FileChangedError, NeedsConsentError
from engine.models.user.naming import ModelFile
from engine.models.user.opening import open_model
from engine.models.user.options import OpenOptions, content_hash

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

YES = OpenOptions(allow_code=True)
MAKES = "from torch import nn\ndef make(): return nn.Conv2d(3, {}, 1)\n"
NET = "from its_blocks import make\ndef build(): return make()\n"


@pytest.fixture(autouse=True)
def _nothing_stays() -> Iterator[None]:
    before = set(sys.modules), list(sys.meta_path), list(sys.path)
    yield
    assert (sys.meta_path, sys.path) == (before[1], before[2])
    for name in set(sys.modules) - before[0]:
        if name.startswith(("its_", "layerscope_file_")):
            del sys.modules[name]


@pytest.fixture
def net(tmp_path: Path) -> Path:
    """A file that builds what a module beside it makes: a convolution to two channels."""
    (tmp_path / "its_blocks.py").write_text(MAKES.format(2))
    path = tmp_path / "net.py"
    path.write_text(NET)
    return path


def channels(net: Path, options: OpenOptions | None = None) -> int:
    return int(open_model(f"{net}:build", options).module.out_channels)  # type: ignore[arg-type]


def found(path: Path) -> list[str]:
    return [it.name for it in modules_beside(path, path.read_bytes())]


def test_it_is_found_with_what_it_imports_itself(tmp_path: Path) -> None:
    files = {
        "net.py": "import torch, its_a\nfrom its_pack.deep import thing\nfrom its_ghost import x\n",
        "its_a.py": "def later():\n    import its_b as b\n    return b\n",
        "its_b.py": "import net, its_a  # in a circle\n",
        "its_pack/__init__.py": "from .first import *\n",
        "its_pack/first.py": "from . import second\nfrom ..beyond import z\n",
        "its_pack/second.py": "",
        "its_pack/deep/thing.py": "from ..second import y\n",
        "its_unused.py": "",
        "torch.py": "",
        "json.py": "",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    assert found(tmp_path / "net.py") == [
        "its_a",
        "its_b",
        "its_pack",
        "its_pack.deep.thing",
        "its_pack.first",
        "its_pack.second",
        "net",
    ]


@pytest.mark.parametrize(
    "text", ["def f(:", "", "from . import x", "from .. import y\nimport a.b.c"]
)
def test_there_may_be_nothing_to_find(tmp_path: Path, text: str) -> None:
    path = tmp_path / "net.py"
    path.write_text(text)
    assert found(path) == []
    assert content_hash(path) == hashlib.sha256(text.encode()).hexdigest()


def test_consent_covers_it(net: Path, tmp_path: Path) -> None:
    before = content_hash(net)
    assert channels(net, YES) == 2
    assert channels(net) == 2  # remembered
    (tmp_path / "its_blocks.py").write_text(MAKES.format(5))
    assert content_hash(net) != before
    with pytest.raises(NeedsConsentError):
        channels(net)
    assert channels(net, YES) == 5  # and not what was imported before


def test_what_was_not_shown_of_it_is_not_run(net: Path, tmp_path: Path, marker: Path) -> None:
    shown = content_hash(net)
    evil = f"open({str(marker)!r}, 'w').close()\n{MAKES.format(2)}"
    (tmp_path / "its_blocks.py").write_text(evil)
    with pytest.raises(FileChangedError):
        open_model(f"{net}:build", YES, content=shown)
    with pytest.raises(FileChangedError):  # also where it is swapped at the last moment
        pyfile.load_python(ModelFile(net, "build", content=shown), allow_code=True)
    assert not marker.exists()


def test_a_compiled_file_of_it_is_not_what_runs(net: Path, tmp_path: Path, marker: Path) -> None:
    evil = f"open({str(marker)!r}, 'w').close()\n{MAKES.format(2)}"
    path = tmp_path / "its_blocks.py"
    innocent = MAKES.format(2)
    path.write_text(evil)
    os.utime(path, (1, 1))
    assert py_compile.compile(str(path)) is not None
    path.write_text(innocent + "#" * (len(evil) - len(innocent)))
    os.utime(path, (1, 1))
    assert channels(net, YES) == 2
    assert not marker.exists()


def test_two_files_may_have_modules_of_one_name(tmp_path: Path) -> None:
    for number in (2, 5):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "its_blocks.py").write_text(MAKES.format(number))
        (folder / "net.py").write_text(NET)
    assert [channels(tmp_path / str(number) / "net.py", YES) for number in (2, 5)] == [2, 5]


def test_packages_and_names_made_up_on_the_way_are_imported(tmp_path: Path) -> None:
    (tmp_path / "its_pack").mkdir()
    (tmp_path / "its_pack" / "__init__.py").write_text("from .inner import make\n")
    (tmp_path / "its_pack" / "inner.py").write_text(MAKES.format(3))
    (tmp_path / "its_late.py").write_text("from its_pack import make\n")
    (tmp_path / "net.py").write_text(
        "import importlib, its_pack\n"
        "def build(): return importlib.import_module('its_' + 'late').make()\n"
    )
    assert found(tmp_path / "net.py") == ["its_pack", "its_pack.inner"]
    assert channels(tmp_path / "net.py", YES) == 3


def test_what_is_asked_says_what_else_runs(net: Path, tmp_path: Path) -> None:
    assert inspect_file(net).why_code == (
        "“net.py” is a Python file: opening it runs the code in it and in all that it imports, "
        "which can do whatever you can do; allow it if you trust where it comes from. You are "
        "asked again when it changes, or what it imports from beside it: its_blocks.py."
    )
    net.write_text("import torch\n")
    assert inspect_file(net).why_code.endswith("trust where it comes from.")
    (tmp_path / "its_pack").mkdir()
    (tmp_path / "its_pack" / "__init__.py").touch()
    many = "".join(f"import its_{n}\n" for n in range(4))
    for n in range(4):
        (tmp_path / f"its_{n}.py").touch()
    modules = modules_beside(net, f"{many}import its_pack".encode())
    assert names_of(modules) == "its_0.py, its_1.py, its_2.py and 2 more"
    assert names_of(modules[4:]) == "its_pack/__init__.py"
