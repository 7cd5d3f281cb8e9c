"""The front door: a window, or one of the commands that need none.

It alone wires arguments, settings, engine and window together.
"""

from __future__ import annotations

import argparse
import logging
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


NO_DISPLAY = (
    "There is no screen to show a window on: set DISPLAY, or run “make tour” for a tour that "
    "needs none, or “layerscope classify PICTURE” for an answer in the terminal."
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run Layerscope and return the exit status."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # spinning threads starve the window
    # A command, or “demo”: not a path, not an option.
    if arguments and re.fullmatch(r"[a-z][a-z-]*", arguments[0]):
        from engine import cli  # noqa: PLC0415 - nothing is imported before it is known what for

        if arguments[0] in cli.SUBCOMMANDS:
            return cli.main(arguments)
    options = _parse(arguments)
    logging.basicConfig(
        level=logging.DEBUG if options.verbose else logging.WARNING,
        format="%(asctime)s %(name)s %(levelname)s: %(message)s",
    )
    if options.tour is not None:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        from gui.tour.run import run_tour  # noqa: PLC0415

        return run_tour(Path(options.tour))
    return _run_window(options)


class _Version(argparse.Action):
    """Looks the version up only when it is asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_rest: object) -> None:
        from engine.cli import version  # noqa: PLC0415

        sys.stdout.write(f"layerscope {version()}\n")
        parser.exit()


class _Parser(argparse.ArgumentParser):
    """Looks the commands up only when help is asked for: the window starts without them."""

    def format_help(self) -> str:
        """Add the commands that need no window."""
        self.epilog = _commands()
        return super().format_help()


def _commands() -> str:
    """Return the commands that need no window, a line each."""
    from engine import cli  # noqa: PLC0415 - as above

    width = max(len(name) for name in cli.SUBCOMMANDS)
    lines = (f"  {name:{width}}  {summary}" for name, summary in cli.SUMMARIES.items())
    return (
        "commands that need no window:\n"
        + "\n".join(lines)
        + "\n\n“layerscope COMMAND --help” tells more about one."
    )


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = _Parser(
        prog="layerscope",
        description="Watch a convolutional network think, live. Without arguments: the demo "
        "pictures and the network used last.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "source",
        nargs="?",
        default="",
        help="what to look at: a picture, a folder, a video, “camera”, “camera:1”, “demo”, or the "
        "address of a stream",
    )
    parser.add_argument("--model", default="", help="network to load (see “layerscope models”)")
    parser.add_argument("--layer", action="append", default=[], help="layer to watch (repeatable)")
    parser.add_argument("--theme", choices=("system", "dark", "light"), default=None)
    parser.add_argument(
        "--tour",
        metavar="DIR",
        default=None,
        help="run offscreen for some two minutes and leave screenshots, files and a summary in DIR",
    )
    parser.add_argument("--verbose", action="store_true", help="write a detailed log")
    parser.add_argument("--version", action=_Version, nargs=0, help="show the version")
    return parser.parse_args(arguments)


def _run_window(options: argparse.Namespace) -> int:
    from gui.display import has_display  # noqa: PLC0415

    if "QT_QPA_PLATFORM" not in os.environ and not has_display():
        sys.stderr.write(NO_DISPLAY + "\n")
        return 1
    from gui import settings as keys  # noqa: PLC0415
    from gui.app import create_application, install_hooks  # noqa: PLC0415
    from gui.settings import Settings  # noqa: PLC0415
    from gui.start import build_window  # noqa: PLC0415

    settings = Settings()
    if options.theme is not None:
        settings.set(keys.THEME, options.theme)
    app = create_application(settings, sys.argv[:1])
    install_hooks()
    window, start = build_window(settings)
    window.show()
    start(options.source, options.model, tuple(options.layer))
    return app.exec()


if __name__ == "__main__":
    sys.exit(main())
