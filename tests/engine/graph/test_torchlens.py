"""The tracer against torchlens, which wraps every torch function: same operations, same edges.

Systematic differences, all bridged below:

- torchlens looks into the layers of torch.nn; what happens inside one (the eight operations of a
  MultiheadAttention) is one node here, and edges inside it none;
- it has a node for each output of an operation (`chunk`), we have one with several outputs;
- it has nodes for buffers; to us they are constants, as parameters are to both;
- names: it writes `__add__`, `__iadd__`, `add_` as they are called.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from engine.graph.ops import op_name
from engine.graph.trace import trace
from tests.engine.graph import oracle

if TYPE_CHECKING:
    from engine.values import NetworkGraph

ROOT = Path(__file__).parents[3]

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("torchlens") is None, reason="torchlens is not installed"
)

Edge = tuple[Any, Any]


@pytest.fixture(scope="module")
def listings() -> Any:
    words = [sys.executable, "-m", "tests.engine.graph.oracle"]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def ours(graph: NetworkGraph) -> tuple[Counter[Any], Counter[Edge]]:
    names = {node.id: (node.key.name, node.key.call) for node in graph.nodes}
    pairs = {(names[edge.source], names[edge.target]) for edge in graph.edges}
    return Counter(names.values()), Counter(pairs)


def theirs(
    seen: list[dict[str, Any]], leaves: set[tuple[str, int]]
) -> tuple[Counter[Any], Counter[Edge]]:
    """Give torchlens's operations our names; those inside a leaf have the leaf's."""
    calls: Counter[str] = Counter()
    by_call: dict[Any, tuple[str, int]] = {}
    names: dict[str, tuple[str, int]] = {}
    for op in seen:
        if op["is_buffer"]:
            continue
        if op["role"]:
            name = "input" if op["role"] == "input" else "/output"
            names[op["label"]] = (name, calls[name])
            calls[name] += 1
            continue
        modules = [split(call) for call in op["modules"]]
        leaf = next((module for module in modules if module in leaves), None)
        if leaf is None and op["call"] in by_call:
            names[op["label"]] = by_call[op["call"]]
            continue
        if leaf is None:
            scope = modules[-1][0] if modules else ""
            name = f"{scope}/{plain(op['func'])}"
            leaf = (name, calls[name])
            calls[name] += 1
        names[op["label"]] = by_call[op["call"]] = leaf
    pairs = {
        (names[parent], names[op["label"]])
        for op in seen
        if op["label"] in names
        for parent in map(full_label, op["parents"])
        if parent in names
    }
    return Counter(dict.fromkeys(names.values(), 1)), Counter(
        {pair for pair in pairs if pair[0] != pair[1]}
    )


def full_label(label: str) -> str:
    """Write out the pass, which torchlens leaves out for what has one only."""
    return label if ":" in label else f"{label}:1"


def split(call: str) -> tuple[str, int]:
    path, _, number = call.rpartition(":")
    return path, int(number) - 1


def plain(name: str) -> str:
    def function() -> None:
        """Stand for a torch function of that name."""

    function.__name__ = name
    return op_name(function)


@pytest.mark.parametrize("name", list(oracle.networks()))
def test_same_operations_and_same_edges(name: str, listings: dict[str, Any]) -> None:
    graph = trace(*oracle.build(name))
    leaves = {(n.key.name, n.key.call) for n in graph.nodes if n.is_module}
    nodes, edges = ours(graph)
    their_nodes, their_edges = theirs(listings[name], leaves)
    assert nodes == their_nodes
    assert edges == their_edges
    assert len(graph.nodes) > 20
