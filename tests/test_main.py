"""The front door, as a person meets it in a terminal."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import main
from engine.cli import SUBCOMMANDS, version

ROOT = Path(__file__).resolve().parent.parent
TOLD_WHICH = """
import sys
import main
status = main.main({arguments!r})
heavy = sorted(m for m in ("PySide6", "torch") if m in sys.modules)
sys.stderr.write(f"status {{status}} heavy {{heavy}}")
"""


def run(*arguments: str, **changes: str | None) -> subprocess.CompletedProcess[str]:
    """Run the program in a process of its own; a change to None takes a variable away."""
    kept = {name: value for name, value in os.environ.items() if name not in changes}
    given = {name: value for name, value in changes.items() if value is not None}
    return subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=ROOT,
        env=kept | given,
        check=False,
    )


def test_without_a_display_one_sentence_says_what_to_do() -> None:
    done = run("main.py", DISPLAY=None, WAYLAND_DISPLAY=None, QT_QPA_PLATFORM=None)
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == main.NO_DISPLAY + "\n"


def test_display_that_does_not_answer_is_no_display() -> None:
    done = run("main.py", DISPLAY=":987", WAYLAND_DISPLAY="nowhere", QT_QPA_PLATFORM=None)
    assert done.returncode == 1
    assert done.stderr == main.NO_DISPLAY + "\n"


def test_version() -> None:
    done = run("main.py", "--version")
    assert done.returncode == 0
    assert done.stdout == f"layerscope {version()}\n"


def test_help_names_every_command() -> None:
    done = run("main.py", "--help")
    assert done.returncode == 0
    told = [line.split()[0] for line in done.stdout.splitlines() if line.startswith("  ")]
    assert set(told) >= SUBCOMMANDS


def test_unknown_option_is_wrong_usage() -> None:
    done = run("main.py", "--nonsense")
    assert done.returncode == 2
    assert "unrecognized arguments: --nonsense" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("arguments", [["classify", "--nonsense"], ["--nonsense"], ["--version"]])
def test_words_are_read_before_anything_heavy_is_loaded(arguments: list[str]) -> None:
    code = TOLD_WHICH.format(arguments=arguments)
    # argparse leaves with SystemExit, which says the same status.
    code = code.replace("status = main.main", "try:\n    status = main.main").replace(
        "\nheavy", "\nexcept SystemExit as end:\n    status = end.code\nheavy"
    )
    done = run("-c", code)
    expected = 0 if arguments == ["--version"] else 2
    assert done.stderr.endswith(f"status {expected} heavy []")


def test_command_is_run_without_the_window() -> None:
    done = run("-c", TOLD_WHICH.format(arguments=["classify", "no/such/picture.png"]))
    assert "no/such/picture.png" in done.stderr
    assert "PySide6" not in done.stderr
    assert "status 1" in done.stderr


def test_command_that_fails_says_so_by_its_status() -> None:
    done = run("main.py", "classify", "no/such/picture.png")
    assert done.returncode == 1
    assert "no/such/picture.png" in done.stderr
    assert "Traceback" not in done.stderr
