"""Where weights files are kept, and how they get there.

Four places are looked into: Layerscope's own resources, an installed distribution, Layerscope's own
cache, and the folder in which torch.hub keeps what other programs downloaded (that one is only
read).
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.resources
import os
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from engine.errors import WeightsUnavailableError
from engine.models import download
from engine.models.spec import PACKAGE_PREFIX, RESOURCE_PREFIX

if TYPE_CHECKING:
    from engine.jobs import JobControl
    from engine.models.spec import Weights

__all__ = ["cache_dir", "discard", "fetch", "is_local", "local_path", "torch_hub_dir"]

CACHE_VARIABLE = "LAYERSCOPE_CACHE"
_CHUNK_BYTES = 4 << 20


def cache_dir() -> Path:
    """Return the folder for downloaded weights; it may not be there yet.

    The environment variable `LAYERSCOPE_CACHE` overrides the user's cache folder.
    """
    chosen = os.environ.get(CACHE_VARIABLE)
    if chosen:
        return Path(chosen).expanduser() / "weights"
    return platformdirs.user_cache_path("layerscope", appauthor=False) / "weights"


def torch_hub_dir() -> Path:
    """Return the folder where torch.hub keeps weights, by its own rules but without torch."""
    home = os.environ.get("TORCH_HOME")
    if not home:
        cache = os.environ.get("XDG_CACHE_HOME", "~/.cache")
        home = str(Path(cache) / "torch")
    return Path(home).expanduser() / "hub" / "checkpoints"


def local_path(weights: Weights) -> Path | None:
    """Return where the file already is, unchecked, or None."""
    candidates: list[Path | None]
    if weights.is_shipped:
        candidates = [_shipped_path(weights)]
    elif weights.is_packaged:
        candidates = [_packaged_path(weights)]
    else:
        candidates = [folder / weights.file_name for folder in (cache_dir(), torch_hub_dir())]
    return next((path for path in candidates if path is not None and path.is_file()), None)


def is_local(weights: Weights) -> bool:
    """Whether the weights can be had now without a network connection."""
    return local_path(weights) is not None


def fetch(weights: Weights, control: JobControl) -> Path:
    """Return the path of the weights file, checked; download it where it is nowhere yet.

    Parameters
    ----------
    weights
        Which file.
    control
        Hears "Checking the weights" and "Downloading weights" with bytes, and may cancel.

    Raises
    ------
    WeightsUnavailableError
        No network, no such file, no room, or what came is not what was published.
    CancelledError
        Cancelled; what has come so far is kept aside and the next try goes on from there.
    """
    if weights.is_shipped:
        return _fetch_shipped(weights, control)
    if weights.is_packaged:
        return _fetch_packaged(weights, control)
    for folder in (cache_dir(), torch_hub_dir()):
        path = folder / weights.file_name
        if path.is_file():
            if _is_intact(path, weights, control):
                return path
            discard(path)
    target = cache_dir() / weights.file_name
    download.download(weights, target, control)
    return target


def discard(path: Path) -> bool:
    """Remove a damaged file, so that the next try downloads it again.

    Only what lies in Layerscope's own cache is removed; other programs' files are left alone.

    Returns
    -------
    bool
        Whether it is gone.
    """
    if path.parent != cache_dir():
        return False
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return False
    return True


def _shipped_path(weights: Weights) -> Path:
    inside = weights.location.removeprefix(RESOURCE_PREFIX)
    return Path(str(importlib.resources.files("resources"))) / inside


def _fetch_shipped(weights: Weights, control: JobControl) -> Path:
    path = _shipped_path(weights)
    if path.is_file() and _is_intact(path, weights, control):
        return path
    raise WeightsUnavailableError(
        f"The weights file “{path.name}” that comes with Layerscope is missing or damaged; install "
        f"Layerscope again, or choose {download.STRUCTURE_ONLY}."
    )


def _packaged_path(weights: Weights) -> Path | None:
    name, _, inside = weights.location.removeprefix(PACKAGE_PREFIX).partition("/")
    try:
        distribution = importlib.metadata.distribution(name)
    except importlib.metadata.PackageNotFoundError:
        return None
    return Path(str(distribution.locate_file(inside)))


def _fetch_packaged(weights: Weights, control: JobControl) -> Path:
    path = _packaged_path(weights)
    if path is None or not path.is_file():
        raise WeightsUnavailableError(
            f"The weights come with the {weights.source}, which is not installed; type: "
            f"{weights.how_to_install}, or choose {download.STRUCTURE_ONLY}."
        )
    if not _is_intact(path, weights, control):
        raise WeightsUnavailableError(
            f"The weights file of the {weights.source} is damaged; install that package again, "
            f"or choose {download.STRUCTURE_ONLY}."
        )
    return path


def _is_intact(path: Path, weights: Weights, control: JobControl) -> bool:
    """Whether it can be read and its SHA-256 begins as the publisher says, if anything is said."""
    digest = hashlib.sha256()
    done = 0
    try:
        total = path.stat().st_size
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK_BYTES):
                digest.update(chunk)
                done += len(chunk)
                control.report("Checking the weights", done, total)
    except OSError:
        return False
    return digest.hexdigest().startswith(weights.sha256)
