"""What the app promises in figures, measured side by side: `python -m tests.benchmarks`.

A benchmark is a function under `@benchmark` in a file `bench_*.py` of this folder; the file is
found by looking into the folder. Each runs in a process of its own, one after the other.
"""
