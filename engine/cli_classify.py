"""`layerscope classify`: what a network sees in pictures."""

from __future__ import annotations

import argparse
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from engine.cli_console import (
    FAILED,
    OK,
    Console,
    Subcommand,
    add_running_options,
    chosen_model,
    open_session,
)
from engine.errors import EngineError, ModelError, SourceError
from engine.sources.decode import read_picture
from engine.sources.names import is_picture, natural_key
from engine.values import Frame

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.session import Session
    from engine.values import FrameResult

__all__ = ["CLASSIFY"]


def _positive(text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        number = 0
    if number < 1:
        raise argparse.ArgumentTypeError(f"expected a whole number from 1 on, got “{text}”")
    return number


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("pictures", nargs="+", metavar="PICTURE", help="picture or folder")
    parser.add_argument("--recursive", action="store_true", help="enter folders in folders")
    parser.add_argument(
        "--top", type=_positive, default=5, metavar="N", help="categories to name (default: 5)"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    add_running_options(parser)


def _run(args: argparse.Namespace, console: Console) -> int:
    report = _Report(console, chosen_model(args.model), is_json=args.json)
    found = _find(args.pictures, is_recursive=args.recursive)
    if all(isinstance(one, SourceError) for _, one in found):  # no need of a network
        for path, error in found:
            report.failed(path, str(error))
        return FAILED
    with open_session(args, console) as session:
        session.set_classification(args.top)
        for path, one in found:
            try:
                if isinstance(one, SourceError):
                    raise one
                report.answered(path, _classify(session, path))
            except EngineError as error:
                report.failed(path, error.message)
    return FAILED if report.has_failed else OK


def _classify(session: Session, path: str) -> FrameResult:
    result = session.process(Frame(read_picture(path), name=Path(path).name))
    if result.segmentation is not None:
        raise ModelError(f"{result.model} segments and names no picture; choose another network.")
    return result


# ------------------------------------------------------------------------------------- pictures


def _find(given: list[str], *, is_recursive: bool) -> list[tuple[str, SourceError | None]]:
    """Return the path of each picture, with the error where there is none."""
    found: list[tuple[str, SourceError | None]] = []
    for path in given:
        try:
            mode = Path(path).stat().st_mode
        except (OSError, ValueError):  # missing, or no name that a file can have
            missing = f"There is no file {Path(path).name} that can be read; check the path."
            found.append((path, SourceError(missing)))
            continue
        if not stat.S_ISDIR(mode):
            found.append((path, None))
            continue
        inside = list(_pictures_in(path, is_recursive=is_recursive))
        found += [(one, None) for one in inside]
        if not inside:
            hint = "choose another one" if is_recursive else "try --recursive for folders in it"
            found.append((path, SourceError(f"There is no picture in this folder; {hint}.")))
    return found


def _pictures_in(folder: str, *, is_recursive: bool) -> Iterator[str]:
    """Yield the pictures of a folder in natural order; names with a dot in front are left out."""
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(
            (name for name in folders if is_recursive and not name.startswith(".")),
            key=natural_key,
        )
        for name in sorted(names, key=natural_key):
            if is_picture(name) and not name.startswith("."):
                yield str(Path(parent) / name)


# --------------------------------------------------------------------------------------- report


class _Report:
    """Tells each answer as soon as it is there, for people or as JSON."""

    def __init__(self, console: Console, model: str, *, is_json: bool) -> None:
        self.console = console
        self.model = model
        self.is_json = is_json
        self.has_failed = False

    def answered(self, path: str, result: FrameResult) -> None:
        answer = result.classification
        top = answer.top if answer else ()
        if self.is_json:
            places = [
                {"index": one.index, "label": one.label, "probability": one.probability}
                for one in top
            ]
            record: dict[str, object] = {"path": path, "model": self.model, "top": places}
            self.console.say_json(record | ({"random": True} if result.is_random else {}))
            return
        mark = "   (random weights: this answer means nothing)" if result.is_random else ""
        self.console.say(f"{path}{mark}")
        for one in top:
            self.console.say(f"  {100 * one.probability:5.1f} %  {one.index:5d}  {one.label}")

    def failed(self, path: str, message: str) -> None:
        self.has_failed = True
        self.console.complain(f"{path}: {message}")
        if self.is_json:
            self.console.say_json({"path": path, "model": self.model, "top": [], "error": message})


CLASSIFY = Subcommand(
    name="classify",
    summary="name what is in pictures",
    examples="layerscope classify cat.jpg holiday/ --top 3\n"
    "layerscope classify holiday/ --recursive --json > answers.jsonl",
    configure=_configure,
    run=_run,
)
