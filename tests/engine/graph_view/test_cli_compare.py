"""`layerscope compare`, run as a person runs it."""

from __future__ import annotations

import io
import json
from pathlib import Path
from xml.etree import ElementTree as ET

from engine.cli import main


def run(*words: str | Path) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    status = main(["compare", *map(str, words)], out=out, err=err)
    return status, out.getvalue(), err.getvalue()


def test_two_networks_are_told_apart() -> None:
    status, out, err = run("vgg16", "vgg16_bn", "--input", "3x32x32")
    assert (status, err) == (0, "")
    lines = out.splitlines()
    # The normalisations of vgg16_bn, one behind each convolution.
    added = [line.split() for line in lines[:13]]
    assert {tuple(words[::2]) for words in added} == {("+", "BatchNorm2d")}
    assert [words[1] for words in added[:3]] == ["features.1", "features.4", "features.8"]
    assert "vgg16 and vgg16_bn: 42 operations the same, 13 only in vgg16_bn" in lines
    assert lines[-1] == "The values of weights are not compared."


def test_json_is_one_object_a_line_and_a_total() -> None:
    words = ("resnet18", "resnet34", "--input", "3x64x64", "--json")
    status, out, err = run(*words)
    assert (status, err) == (0, "")
    *records, last = map(json.loads, out.splitlines())
    assert {record["kind"] for record in records} == {"only in b"}
    assert len(records) == 56
    assert records[0] == {
        "kind": "only in b", "a": None, "b": "layer1.2.conv1", "operation": "Conv2d"
    }  # fmt: skip
    total = last["total"]
    counts = total["same"], total["changed"], total["only_in_a"], total["only_in_b"]
    assert counts == (71, 0, 0, 56)
    assert total["b"]["input_shapes"] == [[1, 3, 64, 64]]
    status, out, _ = run(*words, "--all")
    everything = [json.loads(line) for line in out.splitlines()[:-1]]
    assert len(everything) == 71 + 56
    assert [it["b"] for it in everything if it["b"]][:3] == ["input", "conv1", "bn1"]


def test_the_second_takes_the_firsts_input() -> None:
    """Alone, inception_v3 takes 299."""
    status, out, _ = run("resnet18", "inception_v3")
    assert status == 0
    assert "inception_v3: " in out
    assert out.count("input 1 x 3 x 224 x 224") == 2


def test_a_drawing(tmp_path: Path) -> None:
    target = tmp_path / "two.svg"
    status, out, err = run("resnet18", "resnet34", "--out", target)
    assert (status, err) == (0, "")
    assert out.splitlines()[-1] == str(target)
    root = ET.fromstring(target.read_text(encoding="utf-8"))
    texts = {it.text for it in root.iter("{http://www.w3.org/2000/svg}text")}
    assert {"resnet18", "resnet34", "BasicBlock · 7 only here", "×3"} <= texts
    status, _, err = run("resnet18", "resnet34", "--out", target)
    assert status == 1
    assert "exists already" in err


def test_what_cannot_be_done_is_said(tmp_path: Path) -> None:
    status, out, err = run("resnet18", "nothing")
    assert (status, out) == (2, "")
    assert 'no network named "nothing"' in err
    status, _, err = run("resnet18", "resnet34", "--out", tmp_path / "two.gif")
    assert status == 2
    assert ".svg or .png" in err
    status, _, err = run("resnet18", "resnet34", "--input", "3x4")
    assert status == 2
    status, _, err = run("vgg16", "resnet34", "--input", "3x8x8")
    assert status == 1
    assert "takes no input of 3x8x8" in err
