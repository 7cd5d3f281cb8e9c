"""A person's own Python file runs after consent, and only then."""

from __future__ import annotations

import os
import py_compile
import sys
from typing import TYPE_CHECKING

import pytest
import torch

from engine.models.user import pyfile
from engine.models.user.errors import FileChangedError, ModelFileError, NeedsConsentError
from engine.models.user.naming import ModelFile, is_file_name, model_file
from engine.models.user.opening import open_model
from engine.models.user.options import OpenOptions, content_hash, recall

if TYPE_CHECKING:
    from pathlib import Path

YES = OpenOptions(allow_code=True)
NET = """
import dataclasses
from torch import nn

@dataclasses.dataclass
class Sizes:
    width: int = 4

def build(width=None):
    size = Sizes()
    return nn.Sequential(nn.Conv2d(3, size.width, 3), nn.Flatten(), nn.Linear(4 * 30 * 30, 3))

def helper(x):
    return x
"""


def _write(path: Path, text: str) -> Path:
    path.write_text(text)
    return path


def test_it_is_not_run_unasked(tmp_path: Path, marker: Path) -> None:
    path = _write(tmp_path / "net.py", f"open({str(marker)!r}, 'w').close()\n{NET}")
    with pytest.raises(NeedsConsentError, match="allow it if you trust"):
        open_model(f"{path}:build")
    assert not marker.exists()
    opened = open_model(f"{path}:build", YES)
    assert marker.exists()
    assert opened.spec.preprocessing.input_size == (32, 32)
    assert opened.card.title == "net.py:build"
    assert opened.module(torch.rand(2, 3, 32, 32)).shape == (2, 3)


def test_consent_is_for_the_content(tmp_path: Path) -> None:
    path = _write(tmp_path / "net.py", NET)
    open_model(f"{path}:build", YES)
    open_model(f"{path}:build")
    _write(path, f"{NET}\nimport os\n")
    with pytest.raises(NeedsConsentError):
        open_model(f"{path}:build")


def test_what_was_not_shown_is_not_run(tmp_path: Path, marker: Path) -> None:
    path = _write(tmp_path / "net.py", NET)
    shown = content_hash(path)
    _write(path, f"open({str(marker)!r}, 'w').close()\n{NET}")
    with pytest.raises(FileChangedError, match="has changed since it was looked at"):
        open_model(f"{path}:build", YES, content=shown)
    assert not marker.exists()
    assert recall(path) is None
    _write(path, NET)
    open_model(f"{path}:build", YES, content=shown)
    assert recall(path) == YES


def test_a_file_that_is_swapped_at_the_last_moment_is_not_run(tmp_path: Path, marker: Path) -> None:
    path = _write(tmp_path / "net.py", f"open({str(marker)!r}, 'w').close()\n{NET}")
    file = ModelFile(path, "build", content="0" * 64)
    with pytest.raises(FileChangedError):
        pyfile.load_python(file, allow_code=True)
    assert not marker.exists()


def test_a_compiled_file_beside_it_is_not_what_runs(tmp_path: Path, marker: Path) -> None:
    # Python's own loader would take it: the date and the size in it are those of the source.
    evil = f"open({str(marker)!r}, 'w').close()\n{NET}"
    innocent = NET + "#" * (len(evil) - len(NET))
    path = _write(tmp_path / "net.py", evil)
    os.utime(path, (1, 1))
    compiled = py_compile.compile(str(path))
    assert compiled is not None
    _write(path, innocent)
    os.utime(path, (1, 1))
    open_model(f"{path}:build", YES)
    assert not marker.exists()


def test_the_only_function_need_not_be_named(tmp_path: Path) -> None:
    path = _write(tmp_path / "net.py", "from torch import nn\ndef f(): return nn.Conv2d(3, 2, 1)\n")
    assert open_model(path, YES).spec.task == "semantic"
    _write(path, "def f(): ...\ndef g(): ...\n")
    with pytest.raises(ModelFileError, match="say which one"):
        open_model(path, YES)
    _write(path, "x = 1\n")
    with pytest.raises(ModelFileError, match="has no function"):
        open_model(path, YES)


def test_a_class_is_a_function_too(tmp_path: Path) -> None:
    text = (
        "from torch import nn\n"
        "class Net(nn.Conv2d):\n  def __init__(self): super().__init__(3, 2, 1)\n"
    )
    opened = open_model(f"{_write(tmp_path / 'net.py', text)}:Net", YES)
    assert type(opened.module).__name__ == "Net"


def test_what_lies_beside_it_is_found_and_hides_nothing(tmp_path: Path) -> None:
    _write(tmp_path / "beside_it.py", "from torch import nn\nmade = nn.Conv2d(3, 2, 1)\n")
    _write(tmp_path / "json.py", "raise RuntimeError('the wrong json')\n")
    path = _write(tmp_path / "net.py", "import json, beside_it\ndef f(): return beside_it.made\n")
    before = list(sys.path)
    open_model(f"{path}:f", YES)
    assert sys.path == before
    sys.modules.pop("beside_it")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("def f(): return 3", "gave int and no torch.nn.Module"),
        ("def f(): raise ValueError('no\\nway')", "failed with ValueError: no; mend it"),
        ("import sys\nsys.exit(3)\ndef f(): ...", "failed with SystemExit: 3"),
        ("import nothing_like_it\ndef f(): ...", "failed with ModuleNotFoundError"),
        ("def g(): ...", "has no function “f”"),
        ("f = 3", "has no function “f”"),
        ("def f(:", "no Python that can be read"),
        ("from torch import nn\ndef f(): return nn.Linear(7, 3)", "fails on an input of 3x224x224"),
    ],
)
def test_its_errors_are_one_sentence(
    tmp_path: Path, text: str, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    path = _write(tmp_path / "net.py", text)
    before = set(sys.modules)
    with pytest.raises(ModelFileError) as caught:
        open_model(f"{path}:f", YES)
    assert words in caught.value.message
    assert "\n" not in caught.value.message
    left = [it for it in set(sys.modules) - before if it.startswith("layerscope_file_")]
    assert not left or words.startswith(("gave", "fails"))  # there the file itself was fine


@pytest.mark.parametrize(
    ("text", "is_file"),
    [
        ("resnet18", False),
        ("efficientnet_lite0", False),
        ("./resnet18", True),
        ("net.pth", True),
        ("NET.PTH", True),
        ("net.py:build", True),
        ("C:\\nets\\net.py:build", True),
        ("timm/resnet18", True),
        ("resnet18:0", False),
    ],
)
def test_names_of_files(text: str, is_file: bool) -> None:
    assert is_file_name(text) is is_file


def test_a_file_without_a_suffix_is_one_where_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert not is_file_name("weights")
    _write(tmp_path / "weights", "x")
    assert is_file_name("weights")
    found = model_file("weights")
    assert (found.path, found.function) == (tmp_path / "weights", "")
    _write(tmp_path / "a.py", "x")
    found = model_file("a.py:make")
    assert (found.path.name, found.function, found.label) == ("a.py", "make", "a.py:make")
