"""What all subcommands share: where they write, their common options, an open session."""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TextIO

from engine.errors import EngineError, ModelError, WeightsUnavailableError
from engine.jobs import JobControl
from engine.models import registry
from engine.models.user.naming import ModelFile
from engine.values import DeviceRequest, InputFit, WeightsChoice

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterator, Mapping

    from engine.jobs import Progress
    from engine.session import Session

__all__ = [
    "FAILED",
    "OK",
    "STOPPED",
    "USAGE",
    "Console",
    "Subcommand",
    "UsageError",
    "add_model_option",
    "add_running_options",
    "chosen_model",
    "open_session",
]

OK = 0
FAILED = 1
"""Some input failed; what could be done was done."""
USAGE = 2
"""The command line asks for something that does not exist."""
STOPPED = 130
"""Ctrl+C, or whoever read the output went away."""


class UsageError(EngineError):
    """The command line asks for something that does not exist."""


@dataclass(frozen=True, slots=True)
class Subcommand:
    """One word after `layerscope`.

    Attributes
    ----------
    configure
        Adds its arguments to its parser; imports nothing heavy.
    run
        Does it and returns the exit status; may raise `EngineError`.
    prepare
        May rewrite the words of the command line before they are parsed.
    """

    name: str
    summary: str
    examples: str
    configure: Callable[[argparse.ArgumentParser], None]
    run: Callable[[argparse.Namespace, Console], int]
    prepare: Callable[[list[str]], list[str]] = list


class Console:
    """The two streams of a command: results, and everything else.

    Parameters
    ----------
    out, err
        Text streams; what their encoding lacks is written as an escape.
    """

    def __init__(self, out: TextIO, err: TextIO) -> None:
        self.out = out
        self.err = err

    def say(self, line: str = "") -> None:
        """Write one line of the result, at once."""
        _write(self.out, line + "\n")

    def say_json(self, record: Mapping[str, Any]) -> None:
        """Write one object as one line of JSON, in plain ASCII."""
        self.say(json.dumps(record))

    def complain(self, line: str) -> None:
        """Write one line beside the result."""
        _write(self.err, line + "\n")

    @contextlib.contextmanager
    def progress(self) -> Iterator[JobControl]:
        """Give a control whose progress is shown on a terminal, and wiped away afterwards."""
        if not self.err.isatty():
            yield JobControl()
            return
        try:
            yield JobControl(self._show_progress)
        finally:
            _write(self.err, "\r\x1b[K")

    def _show_progress(self, progress: Progress) -> None:
        share = f" {100 * progress.done // progress.total} %" if progress.total else ""
        _write(self.err, f"\r{progress.stage}{share}\x1b[K")


def _write(stream: TextIO, text: str) -> None:
    encoding = getattr(stream, "encoding", None) or "utf-8"
    stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
    stream.flush()


# ------------------------------------------------------------------------------ common options


def add_model_option(parser: argparse.ArgumentParser) -> None:
    """Add `--model`, and what can be said of it where it is a file."""
    from engine.cli_user import add_file_options  # noqa: PLC0415 - it imports this module

    parser.add_argument(
        "--model",
        metavar="NAME|FILE",
        help=f"network to run (default: {registry.DEFAULT_MODEL}; “layerscope models” lists them), "
        "or a model file of your own",
    )
    add_file_options(parser)


def add_running_options(parser: argparse.ArgumentParser) -> None:
    """Add what every command that runs a network on pictures takes."""
    add_model_option(parser)
    parser.add_argument(
        "--weights",
        choices=[choice.value for choice in WeightsChoice],
        default=WeightsChoice.PUBLISHED.value,
        help="random = structure only: the answers mean nothing (default: published)",
    )
    parser.add_argument(
        "--fit",
        choices=[fit.value for fit in InputFit],
        default=InputFit.CROP.value,
        help="how a picture becomes the input: centre cut out, padded, or stretched "
        "(default: crop, as networks are evaluated)",
    )
    parser.add_argument(
        "--device",
        default="auto",
        metavar="auto|cpu|cuda|mps",
        help="what to run on; cuda:1 is the second GPU (default: auto)",
    )


def chosen_model(name: str | None) -> str:
    """Return the network's name, or the usual one for None; a file's name stays as it is.

    Raises
    ------
    UsageError
        There is no such network and no such file.
    """
    if name is None:
        return registry.DEFAULT_MODEL
    try:
        found = registry.resolve(name)
    except ModelError as error:
        raise UsageError(error.message) from error
    return name if isinstance(found, ModelFile) else found.name


@contextlib.contextmanager
def open_session(args: argparse.Namespace, console: Console) -> Iterator[Session]:
    """Load the network that the common options name, and close it afterwards."""
    model = chosen_model(args.model)
    # torch is loaded here, once it is sure that a network runs: it takes seconds
    from engine.session import Session  # noqa: PLC0415 - see above

    session = Session(on_notice=lambda notice: console.complain(notice.message))
    try:
        if args.device != "auto":
            session.set_device(DeviceRequest(args.device))
        _load(session, model, args, console)
        session.set_fit(InputFit(args.fit))
        yield session
    except WeightsUnavailableError as error:
        raise ModelError(
            f"{error.message} (“--weights random” runs the structure only.)"
        ) from error
    finally:
        session.close()


def _load(session: Session, model: str, args: argparse.Namespace, console: Console) -> None:
    with console.progress() as control:
        if not isinstance(registry.resolve(model), ModelFile):
            session.load(model, WeightsChoice(args.weights), control)
            return
        from engine.cli_user import file_options  # noqa: PLC0415 - it imports this module
        from engine.models.user.opening import open_model  # noqa: PLC0415 - torch

        opened = open_model(model, file_options(args), control)
    session.adopt(opened)
    for sentence in opened.warnings:
        console.complain(sentence)
