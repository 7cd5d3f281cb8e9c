"""The application object: theme, exception hooks, and the window on the screen."""

from __future__ import annotations

import logging
import sys
import threading
from typing import TYPE_CHECKING

from PySide6.QtCore import QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

from gui import settings as keys
from gui import theme
from gui.pauses import take_short_turns
from gui.remembered import theme_choice

if TYPE_CHECKING:
    from types import TracebackType

    from PySide6.QtCore import QMessageLogContext

    from gui.settings import Settings

__all__ = ["create_application", "install_hooks"]

_logger = logging.getLogger("layerscope")

_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


def create_application(settings: Settings, argv: list[str]) -> QApplication:
    """Make the application, or take the one there is, and give it its look."""
    existing = QApplication.instance()
    app = existing if isinstance(existing, QApplication) else QApplication(argv)
    app.setApplicationName("Layerscope")
    app.setApplicationDisplayName("")
    app.setDesktopFileName("layerscope")
    take_short_turns()
    theme.apply(app, theme_choice(settings), settings.get(keys.TEXT_SCALE))
    return app


def install_hooks() -> None:
    """Write what nobody caught into the log, with its traceback: the window lives on."""
    sys.excepthook = _log_uncaught
    threading.excepthook = _log_thread
    qInstallMessageHandler(_log_qt)


def _log_uncaught(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    if issubclass(kind, KeyboardInterrupt):
        app = QApplication.instance()
        if app is not None:
            app.quit()
        return
    _logger.error("something went wrong", exc_info=(kind, error, trace))


def _log_thread(args: threading.ExceptHookArgs) -> None:
    name = args.thread.name if args.thread else "a thread"
    if args.exc_value is not None:
        _logger.error("%s failed", name, exc_info=args.exc_value)


def _log_qt(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
    del context
    logging.getLogger("layerscope.qt").log(_LEVELS.get(kind, logging.WARNING), "%s", message)
