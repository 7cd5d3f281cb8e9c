"""Keeping freed memory: what it does to page faults, and where it keeps its hands off."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from engine import allocator, thread

COUNT_FAULTS = """
import ctypes, resource, sys
from engine.allocator import keep_freed_memory
assert keep_freed_memory() is (sys.argv[1] == "keep")
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.malloc.argtypes = ctypes.c_void_p, (ctypes.c_size_t,)
libc.free.argtypes = (ctypes.c_void_p,)
def once():
    blocks = [libc.malloc(8 << 20) for _ in range(4)]
    for block in blocks:
        ctypes.memset(block, 1, 8 << 20)
    for block in blocks:
        libc.free(block)
once()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(5):
    once()
sys.stdout.write(str(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before))
"""

needs_glibc = pytest.mark.skipif(
    not allocator._is_glibc(), reason="only glibc has these thresholds"
)


def faults(mode: str, **environment: str) -> int:
    clean = {key: it for key, it in os.environ.items() if key not in allocator._OF_THE_PERSON}
    done = subprocess.run(
        [sys.executable, "-c", COUNT_FAULTS, mode],
        env=clean | {"PYTHONPATH": os.pathsep.join(sys.path)} | environment,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return int(done.stdout)


@needs_glibc
def test_freed_memory_is_not_faulted_in_again() -> None:
    # 32 MiB touched five times would be some 40,000 faults of 4 KiB.
    assert faults("keep") < 100


@needs_glibc
def test_what_the_person_set_stays() -> None:
    # With a threshold of 1 MiB every block is mapped afresh: 2,048 faults each, or 4 with
    # pages of 2 MiB.
    assert faults("leave", MALLOC_MMAP_THRESHOLD_=str(1 << 20)) >= 5 * 4 * 4


def test_elsewhere_nothing_happens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(allocator, "_is_glibc", lambda: False)
    assert allocator.keep_freed_memory() is False


def test_a_c_library_without_it_is_no_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in allocator._OF_THE_PERSON:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(allocator, "_is_glibc", lambda: True)
    monkeypatch.setattr("ctypes.CDLL", lambda _name: object())
    assert allocator.keep_freed_memory() is False


def test_the_engine_thread_does_it_first_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []
    monkeypatch.setattr(thread, "keep_freed_memory", lambda: done.append("keep"))
    monkeypatch.setattr(thread.EngineThread, "_start_session", lambda _self: done.append("session"))
    engine = thread.EngineThread(lambda _event: None)
    engine.start()
    assert engine.stop()
    assert done == ["keep", "session"]
