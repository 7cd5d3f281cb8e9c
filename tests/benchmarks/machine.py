"""What the figures were measured on, and how much of it is used."""

from __future__ import annotations

import datetime as dt
import importlib.metadata
import os
import platform
import sys
from pathlib import Path

__all__ = ["THREADS", "describe", "environment", "use_two_processors"]

THREADS = 2
"""CPU threads of every benchmark."""


def environment() -> dict[str, str]:
    """Return the variables that OpenMP and Qt read once, when they are loaded."""
    return {
        "OMP_WAIT_POLICY": "PASSIVE",
        "OMP_NUM_THREADS": str(THREADS),
        "MKL_NUM_THREADS": str(THREADS),
        "QT_QPA_PLATFORM": "offscreen",
        "QT_LOGGING_RULES": "qt.qpa.*=false",
    }


def use_two_processors() -> None:
    """Keep this process, and those it starts, to two processors, where the system can."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:THREADS])


def describe() -> dict[str, object]:
    """Return processor, system and versions."""
    packages = ("torch", "torchvision", "timm", "numpy", "PySide6-Essentials")
    peers = ("torchlens", "torchview", "supervision")
    known: dict[str, object] = {
        "measured_at": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "processor": _processor(),
        "processors": os.cpu_count(),
        "threads": THREADS,
        "load_before": os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
        "system": platform.platform(),
        "python": sys.version.split()[0],
    }
    return known | {name: _version(name) for name in packages + peers}


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    named = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor())


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None
