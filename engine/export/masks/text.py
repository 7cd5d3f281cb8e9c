"""Names of files in text: a system may have some that are no valid Unicode."""

from __future__ import annotations

import json

__all__ = ["as_json", "is_unicode"]


def is_unicode(text: str) -> bool:
    """Tell whether a text has no lone surrogate, as Python reads undecodable bytes of a name."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def as_json(value: object, *, indent: int | None = None) -> str:
    """Return JSON that can be written as UTF-8; lone surrogates alone are escaped.

    Without `indent` it is one line without spaces.
    """
    separators = (",", ":") if indent is None else None
    text = json.dumps(value, ensure_ascii=False, indent=indent, separators=separators, default=str)
    if is_unicode(text):
        return text
    return json.dumps(value, indent=indent, separators=separators, default=str)
