"""What `make run` starts: the app where there is a screen, the tour where there is none."""

from __future__ import annotations

import os
import sys

import pytest

from scripts import run
from scripts import system_libraries as system

MAIN = str(run.ROOT / "main.py")


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Return what is started, in place of becoming it; there is a screen, nothing is missing."""
    words: list[list[str]] = []

    def become(command: list[str]) -> int:
        words.append(command)
        return 0

    monkeypatch.setattr(run, "_become", become)
    monkeypatch.setattr(run, "has_display", lambda: True)
    monkeypatch.setattr(run, "has_x11", lambda _environment: True)
    monkeypatch.setattr(run, "has_wayland", lambda _environment: False)
    monkeypatch.setattr(system, "is_looked_for", lambda: True)
    monkeypatch.setattr(system, "is_debian", lambda: True)
    monkeypatch.setattr(system, "_loads", lambda _name: True)
    monkeypatch.delenv("QT_QPA_PLATFORM", raising=False)
    return words


def test_app_on_a_screen(started: list[list[str]]) -> None:
    run.main(["cat.png"])
    assert started == [[sys.executable, MAIN, "cat.png"]]
    assert "QT_QPA_PLATFORM" not in os.environ


def test_tour_without_a_screen(
    started: list[list[str]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run, "has_display", lambda: False)
    monkeypatch.setenv("QT_QPA_PLATFORM", "")
    run.main([])
    assert started == [[sys.executable, MAIN, "--tour", "out/tour"]]
    assert os.environ["QT_QPA_PLATFORM"] == "offscreen"
    assert capsys.readouterr().out == (
        "No screen here: the tour runs offscreen and writes to out/tour/.\n"
    )


@pytest.mark.parametrize(
    ("platform", "is_tour"), [("offscreen", True), ("vnc:size=800x600", False)]
)
def test_a_chosen_platform_is_kept(
    started: list[list[str]], monkeypatch: pytest.MonkeyPatch, platform: str, is_tour: bool
) -> None:
    monkeypatch.setattr(run, "has_display", lambda: False)
    monkeypatch.setattr(system, "_loads", lambda _name: False)
    monkeypatch.setattr(run, "has_x11", lambda _environment: False)
    monkeypatch.setenv("QT_QPA_PLATFORM", platform)
    assert run.main([]) == 0
    assert ("--tour" in started[0]) is is_tour
    assert os.environ["QT_QPA_PLATFORM"] == platform


def test_a_screen_that_no_window_can_be_shown_on_yet(
    started: list[list[str]], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(system, "_loads", lambda name: name != "libxcb-cursor.so.0")
    assert run.main([]) == 1
    assert started == []
    assert capsys.readouterr().err.endswith(" libxcb-cursor0\n")
    # Wayland does not need it.
    monkeypatch.setattr(run, "has_wayland", lambda _environment: True)
    run.main([])
    assert started == [[sys.executable, MAIN]]
