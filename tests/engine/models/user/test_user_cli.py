"""Model files on the command line."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
from PIL import Image

from engine.cli import main

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

    from tests.engine.models.user.conftest import Net


def run(*words: str | Path) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    status = main([str(word) for word in words], out=out, err=err)
    return status, out.getvalue(), err.getvalue()


@pytest.fixture
def cat(tmp_path: Path) -> Path:
    pixels = np.random.default_rng(0).integers(0, 256, (40, 50, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(tmp_path / "cat.png")
    return tmp_path / "cat.png"


@pytest.fixture
def exported(tmp_path: Path, net: Net, picture: Tensor) -> Path:
    path = tmp_path / "net.pt2"
    torch.export.save(torch.export.export(net, (picture,)), path)
    return path


def test_classify_with_a_file(tmp_path: Path, cat: Path, exported: Path) -> None:
    labels = tmp_path / "labels.txt"
    labels.write_text("ant\nbee\ncat\ndog\nelk\n")
    words = ("classify", cat, "--model", exported, "--json")
    status, out, err = run(*words, "--categories", labels)
    assert (status, err) == (0, "")
    record = json.loads(out)
    assert {it["label"] for it in record["top"]} == {"ant", "bee", "cat", "dog", "elk"}
    assert run(*words) == (status, out, err)  # the categories are remembered
    assert sum(it["probability"] for it in record["top"]) == pytest.approx(1)


def test_layers_of_a_file(exported: Path) -> None:
    status, out, _ = run("layers", "--model", exported)
    assert status == 0
    assert [line.split()[0] for line in out.splitlines()[1:4]] == ["input", "stem", "blocks"]


def test_code_is_asked_for(tmp_path: Path, cat: Path) -> None:
    path = tmp_path / "net.py"
    path.write_text(
        "from torch import nn\ndef f(): return nn.Sequential(nn.Conv2d(3, 2, 8), nn.Flatten())"
    )
    words = ("classify", cat, "--model", f"{path}:f", "--input-size", "8")
    status, out, err = run(*words)
    assert (status, out) == (1, "")
    assert "--allow-code" in err
    assert err.count("\n") == 1
    assert run(*words, "--allow-code")[0] == 0
    assert run(*words)[0] == 0


def test_a_file_that_is_not_there_is_wrong_usage(cat: Path) -> None:
    status, _, err = run("classify", cat, "--model", "none.pth")
    assert (status, err) == (2, "layerscope: There is no file “none.pth”; check the path.\n")


def test_options_out_of_range_are_wrong_usage(cat: Path, exported: Path) -> None:
    for words in (("--input-size", "0"), ("--input-size", "a"), ("--mean", "1,2"), ("--std", "0")):
        status, out, err = run("classify", cat, "--model", exported, *words)
        assert (status, out) == (2, "")
        assert "Traceback" not in err


def test_inspect(tmp_path: Path, exported: Path) -> None:
    status, out, err = run("models", "--inspect", exported)
    assert (status, err) == (0, "")
    assert "torch.export program" in out
    assert "1 x 3 x 16 x 16" in out
    status, out, _ = run("models", "--inspect", exported, "--json")
    record = json.loads(out)
    assert (record["kind"], record["inputs"]) == ("torch-export", [[1, 3, 16, 16]])
    (tmp_path / "x.pth").write_bytes(b"")
    status, out, err = run("models", "--inspect", tmp_path / "x.pth")
    assert status == 1
    assert err == "layerscope: “x.pth” is empty; get the file again.\n"


def test_inspect_names_architectures(tmp_path: Path) -> None:
    import torchvision

    net = torchvision.models.squeezenet1_1(num_classes=3)
    torch.save(net.state_dict(), tmp_path / "x.pth")
    out = run("models", "--inspect", tmp_path / "x.pth")[1]
    assert "torchvision/squeezenet1_1  (100%, 3 classes, input 3 x 224 x 224)" in out
    published = "As published for torchvision/squeezenet1_1."
    assert f"    input size     224 x 224. {published}\n" in out
    assert f"    std            0.229, 0.224, 0.225. {published}\n" in out
    record = json.loads(run("models", "--inspect", tmp_path / "x.pth", "--json")[1])
    assert record["suggested"]["resize_size"] == 256
    assert record["suggested"]["categories"] == "numbers"
    assert record["why"]["input_size"] == published


LOOPS = """
import torch
from torch import nn

class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.step = nn.Conv2d(3, 3, 3, padding=1)
    def forward(self, x):
        while float(x.abs().sum()) >= 0 and x.shape[1] < 12:
            x = torch.cat([x, self.step(x[:, :3])], 1)
        return x.mean((2, 3))

def build():
    return Net()
"""


@pytest.mark.parametrize("command", ["graph", "cost", "compare"])
def test_what_a_python_file_makes_is_drawn_and_counted_after_consent(
    tmp_path: Path, command: str
) -> None:
    path = tmp_path / "loops.py"
    path.write_text(LOOPS)
    out = tmp_path / "loops.json"
    words = {
        "graph": ("graph", f"{path}:build", "--out", out, "--input", "3x16x16"),
        "cost": ("cost", f"{path}:build", "--json", "--input", "3x16x16"),
        "compare": ("compare", f"{path}:build", f"{path}:build", "--json", "--input", "3x16x16"),
    }[command]
    status, text, err = run(*words)
    assert (status, text) == (1, "")
    assert err.endswith("trust where it comes from. (“--allow-code” allows it.)\n")
    status, text, err = run(*words, "--allow-code")
    assert (status, err) == (0, "")
    if command == "graph":
        names = [node["op"] for node in json.loads(out.read_text())["nodes"]]
        assert names.count("Conv2d") == 3
    if command == "cost":
        *rows, last = (json.loads(line) for line in text.splitlines())
        assert [row["macs"] for row in rows if row["kind"] == "Conv2d"] == [3 * 3 * 9 * 256] * 3
        assert last["total"]["parameters"] == 84


def test_cost_of_weights_whose_architecture_is_said(tmp_path: Path) -> None:
    from torchvision import models

    path = tmp_path / "net.pth"
    torch.save(models.squeezenet1_1(num_classes=7).state_dict(), path)
    words = ("cost", path, "--arch", "torchvision/squeezenet1_1", "--json", "--time")
    status, out, err = run(*words, "--input", "3x64x64", "--repeats", "1")
    assert (status, err) == (0, "")
    total = json.loads(out.splitlines()[-1])["total"]
    assert total["parameters"] == sum(
        it.numel() for it in models.squeezenet1_1(num_classes=7).parameters()
    )
    assert total["time_ms"] > 0
