"""What can be said about a model file that is not opened."""

from __future__ import annotations

from engine.errors import ModelError

__all__ = ["ModelFileError", "NeedsConsentError"]


class ModelFileError(ModelError):
    """A model file cannot be opened: damaged, hostile, or of a kind that is not known."""


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
