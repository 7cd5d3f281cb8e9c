"""The command line: the engine without a window. Neither Qt nor, before a command runs, torch.

A subcommand is one `Subcommand` in the table below. Results go to `out`, everything else to
`err`. Exit status: 0 all went well; 1 some input failed; 2 the command line is wrong; 130 stopped
(Ctrl+C, or whoever read the output went away).
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.metadata
import logging
import os
import sys
from typing import TYPE_CHECKING, TextIO

from engine.cli_classify import CLASSIFY
from engine.cli_compare import COMPARE
from engine.cli_console import FAILED, STOPPED, USAGE, Console, Subcommand, UsageError
from engine.cli_coseg import COSEG
from engine.cli_cost import COST
from engine.cli_evaluate import EVALUATE
from engine.cli_evidence import EVIDENCE, RACE
from engine.cli_graph import GRAPH
from engine.cli_maps import MAPS
from engine.cli_models import LAYERS, MODELS
from engine.cli_segment import SEGMENT
from engine.cli_train import TRAIN
from engine.errors import EngineError
from engine.jobs import SOMETHING_WENT_WRONG
from engine.models.user.errors import NeedsConsentError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["SUBCOMMANDS", "SUMMARIES", "build_parser", "main", "version"]

_logger = logging.getLogger(__name__)

_TABLE: tuple[Subcommand, ...] = (
    CLASSIFY, SEGMENT, MAPS, EVIDENCE, RACE, GRAPH, COMPARE, COST, COSEG, EVALUATE, TRAIN, MODELS,
    LAYERS,
)  # fmt: skip

SUMMARIES: dict[str, str] = {command.name: command.summary for command in _TABLE}
"""What each command does, in a few words, in the order of the help."""

SUBCOMMANDS: frozenset[str] = frozenset(SUMMARIES)
"""The words after `layerscope` that need no window."""

_EPILOG = """\
Exit status: 0 all went well, 1 some input failed, 2 wrong usage, 130 stopped.
"layerscope COMMAND --help" tells more about one. Without a command the window opens."""


def main(
    argv: Sequence[str] | None = None, *, out: TextIO | None = None, err: TextIO | None = None
) -> int:
    """Run one command.

    Parameters
    ----------
    argv
        The words after the program's name; None = those of this process.
    out, err
        Where results and complaints go; None = standard output and error.

    Returns
    -------
    int
        The exit status.
    """
    console = Console(out or sys.stdout, err or sys.stderr)
    try:
        return _run(list(sys.argv[1:] if argv is None else argv), console)
    except (KeyboardInterrupt, BrokenPipeError):
        _silence(console.out)
        return STOPPED
    except UsageError as error:
        return _complain(console, error.message, USAGE)
    except EngineError as error:
        hint = " (“--allow-code” allows it.)" if isinstance(error, NeedsConsentError) else ""
        return _complain(console, f"{error.message}{hint}", FAILED)
    except OSError as error:
        _silence(console.out)
        return _complain(console, f"The output cannot be written ({error.strerror}).", FAILED)
    except Exception:
        _logger.exception("the command failed")
        return _complain(console, SOMETHING_WENT_WRONG, FAILED)


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line; each command sets `command`."""
    parser = argparse.ArgumentParser(
        prog="layerscope",
        description="See what a convolutional network sees, from the command line.",
        epilog="examples:\n" + _indented(_all_examples()) + "\n\n" + _EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"layerscope {version()}")
    places = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in _TABLE:
        sub = places.add_parser(
            command.name,
            help=command.summary,
            description=command.summary[0].upper() + command.summary[1:] + ".",
            epilog="examples:\n" + _indented(command.examples),
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        command.configure(sub)
        sub.set_defaults(command=command)
    return parser


def version() -> str:
    """Return the installed version of Layerscope."""
    try:
        return importlib.metadata.version("layerscope")
    except importlib.metadata.PackageNotFoundError:
        return "(not installed)"


def _run(words: list[str], console: Console) -> int:
    for command in _TABLE:
        if command.name in words[:1]:
            words = command.prepare(words)
    try:
        with contextlib.redirect_stdout(console.out), contextlib.redirect_stderr(console.err):
            args = build_parser().parse_args(words)
    except SystemExit as stop:  # argparse has said why
        console.out.flush()  # it ignores a broken pipe, which would surface at the very end
        return stop.code if isinstance(stop.code, int) else USAGE
    status: int = args.command.run(args, console)
    return status


def _complain(console: Console, message: str, status: int) -> int:
    with contextlib.suppress(OSError):
        console.complain(f"layerscope: {message}")
    return status


def _silence(stream: TextIO) -> None:
    """Let what is left unwritten vanish, or the interpreter complains about it at its end."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


def _all_examples() -> str:
    return "\n".join(command.examples for command in _TABLE)


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())
