"""The window imports what draws the graph: that must not load torch."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]

_CODE = """
import sys
import engine.cli_graph, engine.graph.layout, engine.graph.palette, engine.graph.record
import engine.graph.search, engine.graph.svg, engine.graph.visible
print(sorted({"torch", "PySide6", "PIL"} & set(sys.modules)))
"""


def test_drawing_loads_neither_torch_nor_pillow() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _CODE], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
