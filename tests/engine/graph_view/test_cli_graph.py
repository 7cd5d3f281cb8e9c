"""`layerscope graph`, run as a person runs it."""

from __future__ import annotations

import io
import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from PIL import Image

from engine.cli import main

MODEL = "resnet18"


def run(*words: str | Path) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    status = main(["graph", *map(str, words)], out=out, err=err)
    return status, out.getvalue(), err.getvalue()


def test_a_network_is_drawn_without_its_weights(tmp_path: Path) -> None:
    target = tmp_path / "net.svg"
    status, out, err = run(MODEL, "--out", target, "--theme", "light")
    assert (status, err) == (0, "")
    assert out == f"{target}: resnet18, 71 operations, 16 drawn\n"
    root = ET.fromstring(target.read_text(encoding="utf-8"))
    texts = {element.text for element in root.iter("{http://www.w3.org/2000/svg}text")}
    assert {"resnet18", "layer1", "BasicBlock", "×2", "512×7×7", "fc"} <= texts


def test_depth_fold_and_input_are_obeyed(tmp_path: Path) -> None:
    target = tmp_path / "net.json"
    words = ("--depth", "1", "--no-fold", "--direction", "right", "--input", "3x64x96")
    status, _, err = run(MODEL, "--out", target, *words)
    assert (status, err) == (0, "")
    record = json.loads(target.read_text(encoding="utf-8"))
    assert record["input_shapes"] == [[1, 3, 64, 96]]
    assert record["direction"] == "right"
    blocks = [item["layer"] for item in record["items"] if item["item"] == "box"]
    assert blocks == [f"layer{n}.{m}" for n in range(1, 5) for m in range(2)]
    shapes = {item["layer"]: item["shape"] for item in record["items"]}
    assert shapes["layer4.1"] == "512×2×3"


def test_a_picture(tmp_path: Path) -> None:
    target = tmp_path / "net.png"
    status, _, err = run(MODEL, "--out", target, "--depth", "0")
    assert (status, err) == (0, "")
    with Image.open(target) as image:
        assert image.mode == "RGB"
        assert image.height > image.width > 500


def test_nothing_is_overwritten_unasked(tmp_path: Path) -> None:
    target = tmp_path / "net.svg"
    target.write_text("mine")
    status, out, err = run(MODEL, "--out", target)
    assert (status, out) == (1, "")
    assert "--overwrite" in err
    assert target.read_text() == "mine"
    assert run(MODEL, "--out", target, "--overwrite")[0] == 0
    assert target.read_text(encoding="utf-8").startswith("<?xml")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("nosuch", "--out", "a.svg"), "no network named"),
        ((MODEL, "--out", "a.pdf"), ".svg, .png, .json"),
        ((MODEL, "--out", "a.svg", "--depth", "-1"), "whole number"),
        ((MODEL, "--out", "a.svg", "--input", "3x0x5"), "CHANNELSxHEIGHTxWIDTH"),
        ((MODEL,), "--out"),
    ],
)
def test_a_wrong_command_line_is_told(words: tuple[str, ...], sentence: str) -> None:
    status, out, err = run(*words)
    assert (status, out) == (2, "")
    assert sentence in err


def test_an_input_that_does_not_fit_is_told(tmp_path: Path) -> None:
    status, out, err = run(MODEL, "--out", tmp_path / "a.svg", "--input", "4x64x64")
    assert (status, out) == (1, "")
    assert "4x64x64" in err
    assert "its usual one is 3x" in err
    assert list(tmp_path.iterdir()) == []
