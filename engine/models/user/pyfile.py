"""Get a network from a person's own Python file. This runs the file: only after consent."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import logging
import sys
from typing import TYPE_CHECKING, Any

from torch import nn

from engine.models.user.beside import code_hash, modules_beside
from engine.models.user.detect import inspect_file
from engine.models.user.errors import CHANGED, FileChangedError, ModelFileError, NeedsConsentError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from importlib.machinery import ModuleSpec
    from types import CodeType, ModuleType

    from engine.models.user.beside import LocalModule
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


class _BesideFinder:
    """Finds what stands beside the file as it was when the person agreed to it.

    Parameters
    ----------
    modules
        What there is.
    """

    def __init__(self, modules: Iterable[LocalModule]) -> None:
        self._modules = {it.name: it for it in modules}

    def find_spec(
        self,
        fullname: str,
        _path: Sequence[str] | None = None,
        _target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        """Return how a module is loaded; None where it is none of these."""
        module = self._modules.get(fullname)
        if module is None:
            return None
        loader = _ExactLoader(fullname, str(module.path), module.source)
        folder = [str(module.path.parent)] if module.is_package else None
        return importlib.util.spec_from_file_location(
            fullname, module.path, loader=loader, submodule_search_locations=folder
        )

    def forget_older(self) -> None:
        """Drop what another file has imported by these names, or this one before it changed."""
        tops = {name.partition(".")[0] for name in self._modules}
        for name in [it for it in sys.modules if it.partition(".")[0] in tops]:
            del sys.modules[name]


def _run(file: ModelFile, name: str) -> Any:
    path = file.path
    source = path.read_bytes()
    beside = modules_beside(path, source)
    content = code_hash(source, beside)
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
    # What it imports from beside it is found, but only after everything that is installed; what
    # could be foreseen of it is what was agreed to, and no .pyc either.
    folder, finder = str(path.parent), _BesideFinder(beside)
    finder.forget_older()
    sys.path.append(folder)
    sys.meta_path.insert(0, finder)
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
        sys.meta_path.remove(finder)
        sys.path.remove(folder)
    raise ModelFileError(f"“{path.name}” has no function “{name}”; check its name.")
