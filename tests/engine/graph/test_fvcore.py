"""Multiply-adds against fvcore's count, layer by layer, where it is installed."""

from __future__ import annotations

from collections import Counter

import pytest
import torch

from engine.graph.cost import cost
from engine.graph.trace import trace

fvcore = pytest.importorskip("fvcore.nn")
models = pytest.importorskip("torchvision.models")

COUNTED = ("conv", "addmm", "linear", "bmm", "matmul", "einsum", "scaled_dot_product_attention")


@pytest.mark.parametrize("name", ["resnet18", "squeezenet1_1", "shufflenet_v2_x1_0"])
@pytest.mark.filterwarnings("ignore")  # fvcore traces with torch.jit
def test_each_module_costs_what_fvcore_says(name: str) -> None:
    module = models.get_model(name, weights=None).eval()
    picture = torch.rand(1, 3, 64, 64)
    analysis = fvcore.FlopCountAnalysis(module, picture)
    analysis.unsupported_ops_warnings(enabled=False).uncalled_modules_warnings(enabled=False)
    expected = {
        path: sum(counts[op] for op in counts if op in COUNTED)
        for path, counts in analysis.by_module_and_operator().items()
        if path and next(module.get_submodule(path).children(), None) is None
    }
    ours: Counter[str] = Counter()
    for row in cost(trace(module, picture)).layers:
        ours[row.key.name] += row.macs
    assert {path: ours[path] for path in expected} == expected
    assert ours.total() == sum(expected.values()) > 1e6
