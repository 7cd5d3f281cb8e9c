"""Get a network from a person's own Python file. This runs the file: only after consent."""

from __future__ import annotations

import hashlib
import importlib.machinery
import importlib.util
import logging
import sys
from typing import TYPE_CHECKING, Any

from torch import nn

from engine.models.user.detect import inspect_file
from engine.models.user.errors import CHANGED, FileChangedError, ModelFileError, NeedsConsentError

if TYPE_CHECKING:
    from types import CodeType

    from engine.models.user.naming import ModelFile

__all__ = ["load_python"]

_logger = logging.getLogger(__name__)


def load_python(file: ModelFile, *, allow_code: bool) -> nn.Module:
    """Import the file, call the function in it, and return the network that it gives.

    Raises
    ------
    NeedsConsentError
        `allow_code` is False; nothing has been run.
    FileChangedError
        It is no longer what was looked at; nothing has been run.
    ModelFileError
        The file fails, or gives no network.
    """
    report = inspect_file(file.path)
    if report.problem:
        raise ModelFileError(report.problem)
    if not allow_code:
        raise NeedsConsentError(report.why_code, str(file.path))
    name = file.function or _only(report.functions, file)
    try:
        made = _run(file, name)
    except ModelFileError:
        raise
    except BaseException as error:
        if not isinstance(error, Exception | SystemExit):
            raise
        _logger.warning("%s failed", file.label, exc_info=error)
        first_line = str(error).strip().partition("\n")[0][:200]
        raise ModelFileError(
            f"“{file.path.name}:{name}” failed with {type(error).__name__}"
            f"{': ' if first_line else ''}{first_line}; mend it (the log has the details)."
        ) from error
    if not isinstance(made, nn.Module):
        raise ModelFileError(
            f"“{file.path.name}:{name}” gave {type(made).__name__} and no torch.nn.Module; return "
            "the network."
        )
    return made


def _only(functions: tuple[str, ...], file: ModelFile) -> str:
    if len(functions) == 1:
        return functions[0]
    if not functions:
        raise ModelFileError(
            f"“{file.path.name}” has no function that can be called without arguments; write one "
            "that returns the network."
        )
    raise ModelFileError(
        f"“{file.path.name}” has several functions; say which one makes the network, such as "
        f"{file.path.name}:{functions[0]} (there are {', '.join(functions[:6])})."
    )


class _ExactLoader(importlib.machinery.SourceFileLoader):
    """Runs these very bytes: neither what the file holds by now, nor a .pyc that lies beside it.

    Python itself takes a .pyc from __pycache__ if only its date and size fit, and whoever gives
    the file away can make them fit.

    Parameters
    ----------
    fullname
        Of the module.
    path
        Where the source is said to come from.
    source
        What is run.
    """

    def __init__(self, fullname: str, path: str, source: bytes) -> None:
        super().__init__(fullname, path)
        self._source = source

    def get_code(self, fullname: str) -> CodeType:
        """Compile the source."""
        code: CodeType = self.source_to_code(self._source, self.get_filename(fullname))
        return code


def _run(file: ModelFile, name: str) -> Any:
    path = file.path
    source = path.read_bytes()
    content = hashlib.sha256(source).hexdigest()
    if file.content and content != file.content:
        raise FileChangedError(CHANGED.format(path.name))
    # A name that nothing else has: a file called random.py must not stand in for Python's.
    own_name = f"layerscope_file_{content[:16]}"
    loader = _ExactLoader(own_name, str(path), source)
    spec = importlib.util.spec_from_file_location(own_name, path, loader=loader)
    if spec is None or spec.loader is None:
        raise ModelFileError(f"“{path.name}” is no Python file; choose another one.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[own_name] = module
    # What it imports from beside it is found, but only after everything that is installed.
    folder = str(path.parent)
    sys.path.append(folder)
    try:
        spec.loader.exec_module(module)
        function = getattr(module, name, None)
        if callable(function):
            return function()
        sys.modules.pop(own_name)
    except BaseException:
        sys.modules.pop(own_name, None)
        raise
    finally:
        sys.path.remove(folder)
    raise ModelFileError(f"“{path.name}” has no function “{name}”; check its name.")
