"""What the README says of commands and pictures is there."""

from __future__ import annotations

import re
from pathlib import Path

from engine.cli import SUBCOMMANDS, build_parser
from engine.export.masks.registry import format_titles

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_command_list_is_that_of_the_program() -> None:
    section = README.partition("## Command line")[2].partition("\n## ")[0]
    block = section.partition("```sh\n")[2].partition("```")[0]
    named = re.findall(r"^layerscope ([a-z]+) ", block, re.MULTILINE)
    assert set(named) == SUBCOMMANDS


def test_options_that_are_shown_exist() -> None:
    helps = {name: _help_of(name) for name in SUBCOMMANDS}
    shown = re.findall(r"^layerscope ([a-z]+) (.*?)(?:  +#.*)?$", README, re.MULTILINE)
    assert len(shown) > len(SUBCOMMANDS)
    for command, rest in shown:
        for option in re.findall(r"--[a-z-]+", rest):
            assert option in helps[command], f"{command} {option}"


def test_every_format_of_masks_is_in_the_table() -> None:
    table = README.partition("## What is written where")[2].partition("\n## ")[0]
    named = re.findall(r"^\| `([a-z]+)`", table, re.MULTILINE)
    assert sorted(named) == sorted(format_titles())


def test_pictures_are_there_and_no_others() -> None:
    shown = set(re.findall(r"\(docs/images/([^)]+)\)", README))
    there = {path.name for path in (ROOT / "docs" / "images").iterdir()}
    assert shown == there


def test_links_lead_somewhere() -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", README):
        assert (ROOT / target).exists(), target


def _help_of(command: str) -> str:
    actions = build_parser()._subparsers
    assert actions is not None
    choices = actions._group_actions[0].choices
    assert isinstance(choices, dict)
    return str(choices[command].format_help())
