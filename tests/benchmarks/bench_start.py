"""From the start of the process to the painted window."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import sysconfig
import time
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks.harness import Figure, Plan, benchmark

if TYPE_CHECKING:
    from collections.abc import Iterator

LIMIT_S = 1.5
DROP = Path("/proc/sys/vm/drop_caches")


@benchmark("window", "window_cold", "window_warm", "window_torch_too_early")
def window(plan: Plan) -> Iterator[Figure]:
    """Start of the process to the painted window, files in memory and not."""
    _start()  # compiles what is not compiled, and warms up
    starts = [_start() for _ in range(plan.pick(9, 3))]
    warm = [seconds for seconds, _ in starts]
    early = sum(has_torch for _, has_torch in starts) / len(starts)
    yield Figure("window_warm", statistics.median(warm), "s", "lower", LIMIT_S)
    yield Figure("window_warm_fastest", min(warm), "s", "lower")
    cold, evicted = [], 0.0
    for _ in range(plan.pick(3, 1)):
        evicted = _forget_files()
        cold.append(_start()[0])
    yield Figure("window_cold", statistics.median(cold), "s", "lower", LIMIT_S)
    # Share of the starts in which torch was being imported before the window was painted.
    yield Figure("window_torch_too_early", early, "", "lower", 0.0)
    # 1 = the system's whole cache was dropped, 0 = only these files were given back to it.
    yield Figure("window_cold_all_dropped", evicted, "", "higher")


def _start() -> tuple[float, bool]:
    """Return the seconds from making the process until its window is painted, and if torch came."""
    command = [sys.executable, "-m", "tests.benchmarks.first_paint"]
    begun_at = time.time()
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"the window did not open: {done.stderr}")
    told = json.loads(done.stdout)
    return float(told["painted_at"]) - begun_at, bool(told["has_torch"])


def _forget_files() -> float:
    """Push what the app reads out of the page cache; 1 = all of it, 0 = what this process may."""
    os.sync()
    try:
        DROP.write_text("3", encoding="ascii")
    except OSError:
        _give_back(Path(sysconfig.get_path("purelib")), Path(sysconfig.get_path("stdlib")))
        return 0.0
    return 1.0


def _give_back(*folders: Path) -> None:
    """Ask the system to forget these files; it keeps those that a running program has mapped."""
    if not hasattr(os, "posix_fadvise"):
        return
    for folder in (*folders, Path.cwd()):
        for path in folder.rglob("*"):
            if path.suffix in {".py", ".pyc", ".so", ".qss", ".ttf"} or ".so." in path.name:
                with path.open("rb") as file:
                    os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
