"""Errors that a person can cause or meet, each carrying the one sentence to show.

The text of an :class:`EngineError` is written for the person at the screen: what went wrong and
what to do next. Anything else that is raised is a defect, logged with its traceback.
"""

from __future__ import annotations


class EngineError(Exception):
    """Something the person can be told in one sentence.

    Parameters
    ----------
    message
        One plain sentence, with what to do next.
    """

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return self.message


class SourceError(EngineError):
    """A camera, stream, video or picture cannot be opened or read."""


class ModelError(EngineError):
    """A network cannot be built, loaded or run."""


class WeightsUnavailableError(ModelError):
    """The published weights cannot be had now; structure only is still possible."""


class DeviceError(EngineError):
    """A device is missing, or out of memory."""


class ExportError(EngineError):
    """A file cannot be written."""


class StorageFullError(ExportError):
    """The place itself takes nothing more: trying the next file there is no use."""


class CancelledError(EngineError):
    """The person cancelled a job; not a failure."""

    def __init__(self, message: str = "Cancelled.") -> None:
        super().__init__(message)
