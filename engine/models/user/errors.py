"""What can be said about a model file that is not opened."""

from __future__ import annotations

from engine.errors import ModelError

__all__ = ["CHANGED", "FileChangedError", "ModelFileError", "NeedsConsentError"]


CHANGED = (
    "“{}” is not opened because it has changed since it was looked at; look at what is asked now, "
    "and open it if you trust it still."
)


class ModelFileError(ModelError):
    """A model file cannot be opened: damaged, hostile, or of a kind that is not known."""


class FileChangedError(ModelFileError):
    """The file holds something else than what the person was shown and agreed to open."""


class NeedsConsentError(ModelError):
    """Opening the file would run code that stands in it, and nobody has agreed to that yet.

    Parameters
    ----------
    message
        The sentence for the person.
    path
        The file; `options.remember` with `allow_code=True` keeps the person's consent.
    """

    def __init__(self, message: str, path: str) -> None:
        super().__init__(message)
        self.path = path
