"""Let the C library keep freed memory instead of handing it back after every frame.

A network allocates and frees the same buffers of some megabytes on every frame. glibc maps
large ones afresh and gives free memory at the end of its heap back, so that the same pages are
faulted in, zeroed, again and again.
"""

from __future__ import annotations

import ctypes
import os
import sys

__all__ = ["keep_freed_memory"]

MMAP_THRESHOLD = 32 << 20
"""Larger blocks get a mapping of their own. The most that every glibc accepts on 64 bits."""
TRIM_THRESHOLD = 128 << 20
"""Free bytes at the end of the heap beyond which it is made smaller."""

_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3  # of malloc.h
_OF_THE_PERSON = ("MALLOC_MMAP_THRESHOLD_", "MALLOC_TRIM_THRESHOLD_", "GLIBC_TUNABLES")


def keep_freed_memory() -> bool:
    """Raise glibc's two thresholds for the whole process; elsewhere nothing happens.

    Returns
    -------
    bool
        Whether it was done: not on other systems or C libraries, and not where the person set
        one of glibc's variables for this.
    """
    if not _is_glibc() or any(name in os.environ for name in _OF_THE_PERSON):
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        return False
    mallopt.argtypes, mallopt.restype = (ctypes.c_int, ctypes.c_int), ctypes.c_int
    done = [
        mallopt(_M_MMAP_THRESHOLD, MMAP_THRESHOLD),
        mallopt(_M_TRIM_THRESHOLD, TRIM_THRESHOLD),
    ]
    return all(done)


def _is_glibc() -> bool:
    if sys.platform != "linux":
        return False
    try:
        return (os.confstr("CS_GNU_LIBC_VERSION") or "").startswith("glibc")
    except (OSError, ValueError):
        return False
