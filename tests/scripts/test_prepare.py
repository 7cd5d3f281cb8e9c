"""Making `.venv` ready: what is installed when, and what is said where that cannot be."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest

from scripts import prepare
from scripts import system_libraries as system

OURS = f"{sys.version_info.major}.{sys.version_info.minor}"


class Machine:
    """Stands in for the machine: it records each command, and answers some of them."""

    def __init__(self) -> None:
        self.commands: list[str] = []
        self.has_venv = False
        self.pip = "24.0"
        self.fails: tuple[str, ...] = ()
        self.missing: set[str] = set()

    def run(self, words: list[Any], **_options: Any) -> CompletedProcess[str]:
        line = " ".join(str(word) for word in words)
        answer = ""
        if "sys.version_info" in line:
            answer = OURS if self.has_venv else ""
        elif "pip.__version__" in line:
            answer = self.pip
        else:
            self.commands.append(line.replace(sys.executable, "python"))
        if " -m venv " in line:
            self.has_venv = True
            Path(words[-1]).mkdir()
        if "apt-get" in line and "install" in line and "apt-get" not in self.fails:
            self.missing.clear()
        failed = any(word in line for word in self.fails)
        return CompletedProcess(words, int(failed), answer, "no such library" if failed else "")

    def take(self) -> list[str]:
        taken, self.commands = self.commands, []
        return taken


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    made = Machine()
    monkeypatch.setattr(prepare, "ROOT", tmp_path)
    monkeypatch.setattr(prepare, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(prepare, "PYTHON", Path("in-venv"))
    monkeypatch.setattr(subprocess, "run", made.run)
    monkeypatch.setattr(system, "is_looked_for", lambda: True)
    monkeypatch.setattr(system, "is_debian", lambda: True)
    monkeypatch.setattr(system, "has_font", lambda: True)
    monkeypatch.setattr(system, "_loads", lambda name: name not in made.missing)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(shutil, "which", lambda _name: "apt-get")
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "pyproject.toml").write_text("[project]\n", encoding="utf-8")
    return made


INSTALL = "in-venv -m pip install --quiet --progress-bar off --editable "


def test_first_run_makes_and_installs_and_the_second_does_nothing(
    machine: Machine, tmp_path: Path
) -> None:
    assert prepare.main(["dev"]) == 0
    assert machine.take() == [f"python -m venv {tmp_path / '.venv'}", f"{INSTALL}.[dev]"]
    assert prepare.main(["dev"]) == 0
    assert prepare.main([]) == 0
    assert machine.take() == []


def test_only_what_is_absent_is_installed(machine: Machine) -> None:
    prepare.main([])
    assert machine.take()[-1] == f"{INSTALL}."
    prepare.main(["dev", "bench"])
    assert machine.take() == [f"{INSTALL}.[bench,dev]"]


@pytest.mark.usefixtures("machine")
def test_fingerprint_follows_pyproject_and_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = prepare.fingerprint()
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n", encoding="utf-8")
    changed = prepare.fingerprint()
    moved = tmp_path / "moved"
    moved.mkdir()
    (moved / "pyproject.toml").write_bytes((tmp_path / "pyproject.toml").read_bytes())
    monkeypatch.setattr(prepare, "ROOT", moved)
    assert len({before, changed, prepare.fingerprint()}) == 3


def test_changed_pyproject_installs_again(machine: Machine, tmp_path: Path) -> None:
    prepare.main(["dev"])
    machine.take()
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n", encoding="utf-8")
    prepare.main(["dev"])
    assert machine.take() == [f"{INSTALL}.[dev]"]


def test_a_failed_installation_leaves_no_stamp(
    machine: Machine, capfd: pytest.CaptureFixture[str]
) -> None:
    machine.fails = ("pip install",)
    assert prepare.main(["dev"]) == 1
    assert capfd.readouterr().err.endswith("then try again.\n")
    machine.fails = ()
    machine.take()
    assert prepare.main(["dev"]) == 0
    assert machine.take() == [f"{INSTALL}.[dev]"]


def test_an_old_pip_is_renewed_first(machine: Machine) -> None:
    machine.pip = "20.3.4"
    prepare.main([])
    assert machine.take()[1:] == [
        "in-venv -m pip install --quiet --upgrade pip",
        f"{INSTALL}.",
    ]


def test_root_installs_the_missing_packages_once(machine: Machine) -> None:
    machine.missing = {"libEGL.so.1", "libglib-2.0.so.0", "libgthread-2.0.so.0"}
    assert prepare.main([]) == 0
    update, install = machine.take()[:2]
    assert update.startswith("apt-get -qq ")
    assert update.endswith(" update")
    assert install.endswith(" install -y --no-install-recommends libegl1 libglib2.0-0")


def test_where_apt_fails_it_is_not_tried_at_each_start(
    machine: Machine, capfd: pytest.CaptureFixture[str]
) -> None:
    machine.missing = {"libxcb-cursor.so.0"}
    machine.fails = ("apt-get",)
    machine.has_venv = True
    assert prepare.main([]) == 0
    assert len([line for line in machine.take() if line.startswith("apt-get")]) == 2
    capfd.readouterr()
    assert prepare.main([]) == 0
    assert machine.take() == []
    # Without a screen nobody misses what only a window needs.
    assert capfd.readouterr().err == ""


def test_who_may_not_install_is_told_the_line(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(system, "has_font", lambda: False)
    machine.missing = {"libGL.so.1", "libxcb-cursor.so.0"}
    machine.fails = ("import PySide6",)
    assert prepare.main([]) == 1
    line = (
        "type: sudo apt-get update && sudo apt-get install -y --no-install-recommends "
        "fonts-dejavu-core libgl1 libxcb-cursor0"
    )
    told = capfd.readouterr().err.splitlines()
    assert told[0] == f"System packages are missing; {line}"
    assert told[-1] == f"Qt cannot be loaded (no such library). System packages are missing; {line}"
    # The second start has nothing to install: it says so once.
    assert prepare.main([]) == 1
    assert capfd.readouterr().err.splitlines() == told[-1:]
    assert not [command for command in machine.take() if command.startswith("apt-get")]


def test_missing_libraries_do_not_fail_what_loads_all_the_same(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    machine.missing = {"libzstd.so.1"}
    assert prepare.main([]) == 0


def test_a_python_without_venv_is_said(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    assert prepare.main([]) == 1
    line, stop = capfd.readouterr().err.splitlines()
    assert line.endswith(f" python{OURS}-venv")
    assert stop == "Python cannot make .venv without its `venv` package; install that first."
    assert machine.take() == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ID=debian\n", True),
        ('NAME="Linux Mint"\nID=linuxmint\nID_LIKE="ubuntu debian"\n', True),
        ("ID=fedora\n", False),
        ('ID=arch\nHOME_URL="https://x.org/?debian=1"\n', False),
    ],
)
def test_debian_is_known(tmp_path: Path, text: str, expected: bool) -> None:
    release = tmp_path / "os-release"
    release.write_text(text, encoding="utf-8")
    assert system.is_debian(release) is expected


def test_a_system_without_release_file_is_not_debian(tmp_path: Path) -> None:
    assert not system.is_debian(tmp_path / "absent")


def test_a_font_is_found_by_its_ending(tmp_path: Path) -> None:
    folder = tmp_path / "fonts" / "truetype"
    folder.mkdir(parents=True)
    (folder / "readme.txt").touch()
    assert not system.has_font([tmp_path, tmp_path / "absent"])
    (folder / "Some.TTF").touch()
    assert system.has_font([tmp_path])


@pytest.mark.skipif(sys.platform != "linux", reason="looks for a library of Linux")
def test_libraries_are_truly_looked_for() -> None:
    table = {"libc.so.6": "libc6", "libno-such-thing.so.9": "none"}
    assert system.missing(table) == ["libno-such-thing.so.9"]
