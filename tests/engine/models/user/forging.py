"""Change one part of an archive, with everything about it right."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

import pytest

from engine.models.user.detect import inspect_file
from engine.models.user.errors import ModelFileError
from engine.models.user.opening import open_model

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def forge(path: Path, change: Callable[[bytes], bytes], member: str = "data.pkl") -> None:
    """Change one member of an archive, with everything about it right."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, change(content) if name.endswith(member) else content)


def refused(path: Path, words: str = ".") -> str:
    """See that a file is refused by whoever opens it and whoever looks at it."""
    report = inspect_file(path)
    with pytest.raises(ModelFileError, match=words) as caught:
        open_model(path)
    assert report.problem == caught.value.message
    assert "\n" not in report.problem
    return report.problem
