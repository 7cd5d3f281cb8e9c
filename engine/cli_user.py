"""What the command line says and takes about a person's own model files."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.cli_console import FAILED, OK, Console, UsageError
from engine.models.user.options import MAX_SIDE, OpenOptions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.models.user.report import FileReport
    from engine.models.user.suggest import Suggestion

__all__ = ["add_file_options", "add_opening_options", "file_options", "inspect"]


def _size(text: str) -> tuple[int, int]:
    """Read "224" or "HEIGHTxWIDTH"."""
    parts = text.replace("×", "x").lower().split("x")
    if not all(it.isdecimal() and 0 < int(it) <= MAX_SIDE for it in parts) or len(parts) > 2:
        raise argparse.ArgumentTypeError(f"expected 224 or HEIGHTxWIDTH, got “{text}”")
    return int(parts[0]), int(parts[-1])


def _three(text: str) -> tuple[float, float, float]:
    """Read "0.485,0.456,0.406", or one number for all three."""
    try:
        values = [float(it) for it in text.split(",")]
    except ValueError:
        values = []
    if len(values) not in {1, 3}:
        raise argparse.ArgumentTypeError(f"expected one number or three, got “{text}”")
    return values[0], values[len(values) // 2], values[-1]


def add_file_options(parser: argparse.ArgumentParser) -> None:
    """Add what can be said of a model file that sees pictures; it is remembered for that file."""
    group = add_opening_options(parser)
    group.add_argument(
        "--input-size", type=_size, metavar="N|HxW", help="size of the input in pixels"
    )
    group.add_argument(
        "--resize-size", type=int, metavar="N", help="short side before the centre is cut out"
    )
    group.add_argument("--mean", type=_three, metavar="R,G,B", help="mean of the colours, 0..1")
    group.add_argument("--std", type=_three, metavar="R,G,B", help="their deviation, 0..1")
    group.add_argument(
        "--channel-order", choices=("rgb", "bgr"), help="order of the colours in the input"
    )
    group.add_argument(
        "--categories",
        metavar="FILE|imagenet|numbers",
        help="names of the outputs: a line each, or JSON",
    )


def add_opening_options(parser: argparse.ArgumentParser) -> argparse._ArgumentGroup:
    """Add what decides how a model file becomes a network; return the group for more."""
    group = parser.add_argument_group(
        "for a model file", "What is not given is as the last time for this file, or guessed."
    )
    group.add_argument(
        "--arch", metavar="NAME", help="architecture of a state dict, such as timm/resnet18"
    )
    group.add_argument("--num-classes", type=int, metavar="N", help="outputs of the classifier")
    group.add_argument(
        "--allow-code", action="store_true", help="run the code in the file; only if you trust it"
    )
    # Of a command that shows the network no pictures, the rest is not asked for.
    parser.set_defaults(
        input_size=None, resize_size=None, mean=None, std=None, channel_order=None, categories=None
    )
    return group


def file_options(args: argparse.Namespace) -> OpenOptions:
    """Return what the command line says of the model file.

    Raises
    ------
    UsageError
        A value is out of its range.
    """
    try:
        return OpenOptions(
            architecture=args.arch,
            input_size=args.input_size,
            resize_size=args.resize_size,
            mean=args.mean,
            std=args.std,
            channel_order=args.channel_order,
            categories=args.categories,
            num_classes=args.num_classes,
            allow_code=args.allow_code,
        )
    except ValueError as error:
        raise UsageError(f"{error}.") from error


# ------------------------------------------------------------------------------------- inspect


def inspect(path: str, console: Console, *, is_json: bool) -> int:
    """Print what a file is, without opening it; return the exit status."""
    from engine.models.user.detect import inspect_file  # noqa: PLC0415 - for this alone
    from engine.models.user.suggest import labels_beside, suggest  # noqa: PLC0415 - likewise

    report = inspect_file(path)
    beside = labels_beside(Path(report.path)) if report.can_open else {}
    suggestion = suggest(report, beside=beside) if report.can_open else None
    if is_json:
        console.say_json(_record(report, suggestion))
    else:
        for line in (*_lines(report), *_suggested_lines(suggestion)):
            console.say(line)
    if report.problem:
        console.complain(f"layerscope: {report.problem}")
    return OK if report.can_open else FAILED


def _record(report: FileReport, suggestion: Suggestion | None) -> dict[str, Any]:
    return {
        "path": report.path,
        "kind": report.kind.value,
        "size_bytes": report.size_bytes,
        "tensors": report.tensors,
        "values": report.parameters,
        "inputs": [list(shape) for shape in report.inputs],
        "runs_code": report.runs_code,
        "problem": report.problem,
        "functions": list(report.functions),
        "guesses": [
            {
                "architecture": it.architecture,
                "score": round(it.score, 3),
                "num_classes": it.num_classes or None,
                "in_channels": it.in_channels,
                "input_size": list(it.input_size),
            }
            for it in report.guesses
        ],
        "suggested": suggestion.options.to_json() if suggestion else None,
        "why": dict(suggestion.why) if suggestion else None,
    }


def _lines(report: FileReport) -> Iterator[str]:
    yield report.path
    yield f"  kind          {report.kind.label}, {report.size_bytes:,} bytes"
    if report.tensors:
        yield f"  tensors       {report.tensors:,} with {report.parameters:,} values"
    for shape in report.inputs:
        yield f"  input         {' x '.join('any' if n < 0 else str(n) for n in shape)}"
    for at, guess in enumerate(report.guesses[:5]):
        classes = f", {guess.num_classes} classes" if guess.num_classes else ""
        size = " x ".join(map(str, (guess.in_channels, *guess.input_size)))
        yield (
            f"  {'' if at else 'architecture':12}  {guess.architecture}  "
            f"({guess.score:.0%}{classes}, input {size})"
        )
    if report.functions:
        yield f"  functions     {', '.join(report.functions)}"
    for tensor in report.sample:
        sides = " x ".join(map(str, tensor.shape)) or "one number"
        yield f"    {tensor.name}  {sides}  {tensor.dtype}"
    if report.runs_code:
        yield f"  {report.why_code}"


def _suggested_lines(suggestion: Suggestion | None) -> Iterator[str]:
    """Say what it is opened with where nothing else is said, and why."""
    if suggestion is None:
        return
    options, why = suggestion.options, suggestion.why
    size = " x ".join(map(str, options.input_size)) if options.input_size else "found by trying"
    yield "  suggested, as the window offers it:"
    yield f"    input size     {size}. {why['input_size']}"
    for name, values in (("mean", options.mean), ("std", options.std)):
        numbers = ", ".join(f"{value:.4g}" for value in values or ())
        yield f"    {name:13}  {numbers}. {why['normalisation']}"
    yield f"    channel order  {options.channel_order}. {why['channel_order']}"
    yield f"    categories     {options.categories or 'as many as outputs'}. {why['categories']}"
