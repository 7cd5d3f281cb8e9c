"""`layerscope cost`, from the words to the streams."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any

import pytest

from engine.cli import main

if TYPE_CHECKING:
    from pathlib import Path


def run(*words: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    status = main(["cost", *words], out=out, err=err)
    return status, out.getvalue(), err.getvalue()


def records(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_json_is_one_layer_a_line_and_the_total_last() -> None:
    status, out, err = run("alexnet", "--input", "3x227x227", "--json")
    assert (status, err) == (0, "")
    *layers, last = records(out)
    assert layers[0] == {
        "layer": "features.0",
        "kind": "Conv2d",
        "output_shape": [64, 56, 56],
        "elements": 200704,
        "memory_kib": 784.0,
        "parameters": 23296,
        "macs": 72855552,
        "flops": 145711104,
        "receptive_field": {"size": [11.0, 11.0], "stride": [4.0, 4.0], "start": [3.0, 3.0]},
    }
    assert [layer["layer"] for layer in layers if layer["kind"] == "flatten"] == ["/flatten"]
    assert last == {
        "total": {
            "model": "alexnet",
            "batch": 1,
            "input_shape": [3, 227, 227],
            "layers": 22,
            "elements": sum(layer["elements"] for layer in layers),
            "memory_kib": sum(layer["memory_kib"] for layer in layers),
            "parameters": 61100840,
            "macs": sum(layer["macs"] for layer in layers),
            "flops": 2 * sum(layer["macs"] for layer in layers),
        }
    }


def test_a_batch_multiplies_what_depends_on_it() -> None:
    one, two = (
        records(run("squeezenet1_1", "--input", size, "--json")[1])
        for size in ("3x64x64", "2x3x64x64")
    )
    assert two[-1]["total"]["batch"] == 2
    assert two[-1]["total"]["macs"] == 2 * one[-1]["total"]["macs"]
    assert two[-1]["total"]["parameters"] == one[-1]["total"]["parameters"]
    assert two[0]["output_shape"] == one[0]["output_shape"]
    assert two[0]["elements"] == 2 * one[0]["elements"]


def test_the_table_is_for_people() -> None:
    status, out, _ = run("alexnet")
    lines = out.splitlines()
    assert status == 0
    assert lines[0].split() == [
        "LAYER", "KIND", "OUTPUT", "ELEMENTS", "KiB", "PARAMETERS", "MACs", "SHARE", "FIELD",
    ]  # fmt: skip
    assert lines[1].split() == [
        "features.0", "Conv2d", "64", "x", "55", "x", "55", "193,600", "756.2", "23,296",
        "70,276,800", "9.8%", "11",
    ]  # fmt: skip
    assert "alexnet, input 3 x 224 x 224, batch of 1" in lines
    assert any("714,188,480  = 714 M" in line for line in lines)
    assert lines[1].index("Conv2d") == lines[0].index("KIND")


def test_a_network_that_cannot_be_built_without_values_is_counted_all_the_same() -> None:
    status, out, _ = run("regnet_x_400mf", "--json")
    assert status == 0
    assert records(out)[-1]["total"]["parameters"] == 5_495_976


def test_time_is_added_on_request(tmp_path: Path) -> None:
    target = tmp_path / "cost.csv"
    status, out, err = run(
        "squeezenet1_1", "--input", "3x64x64", "--time", "--repeats", "1", "--device", "cpu",
        "--json", "--csv", str(target),
    )  # fmt: skip
    assert (status, err) == (0, "")
    *layers, last = records(out)
    assert all(layer["time_ms"] > 0 for layer in layers)
    assert last["total"]["time_ms"] > 0
    assert last["total"]["device"] == "cpu"
    rows = list(csv.DictReader(target.read_text(encoding="utf-8").splitlines()))
    assert [row["layer"] for row in rows] == [layer["layer"] for layer in layers]
    assert rows[0]["output_shape"] == "64x31x31"
    assert rows[0]["receptive_field"] == "3"
    assert [float(row["time_ms"]) for row in rows] == [layer["time_ms"] for layer in layers]


def test_a_file_that_exists_is_kept(tmp_path: Path) -> None:
    target = tmp_path / "cost.csv"
    target.write_text("mine", encoding="utf-8")
    status, _, err = run("alexnet", "--csv", str(target))
    assert status == 1
    assert "exists already" in err
    assert target.read_text(encoding="utf-8") == "mine"
    assert run("alexnet", "--csv", str(target), "--overwrite")[0] == 0
    assert target.read_text(encoding="utf-8").startswith("layer,kind,output_shape,")


@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        (["nosuch"], 2, "There is no network"),
        (["alexnet", "--input", "3x5"], 2, "expected CHANNELSxHEIGHTxWIDTH"),
        (["alexnet", "--input", "3x0x5"], 2, "expected CHANNELSxHEIGHTxWIDTH"),
        (["alexnet", "--input", "3x999999x999999"], 2, "more than any memory holds"),
        (["alexnet", "--input", "3x5x5"], 1, "AlexNet takes no input of 3x5x5"),
        (["alexnet", "--input", "4x64x64"], 1, "its usual one is 3x224x224"),
        (["alexnet", "--csv", "cost.txt"], 2, "ends in .csv"),
        (["alexnet", "--time", "--repeats", "0"], 2, "from 1 to 1000"),
        (["alexnet", "--time", "--device", "abacus"], 1, "abacus"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(words: list[str], status: int, sentence: str) -> None:
    got, out, err = run(*words)
    assert (got, out) == (status, "")
    assert sentence in err
    assert "Traceback" not in err
