"""`layerscope train-segmentation`, and `evaluate` and `segment` with what it leaves."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from engine.cli import main
from tests.engine.learn.sets import SIZE, shapes_set

torch.set_num_threads(1)
QUICK = ("--epochs", "2", "--crops", "2", "--threads", "1", "--device", "cpu", "--arch", "fcn16s")


def run(*words: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    return main(list(words), out=out, err=err), out.getvalue(), err.getvalue()


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, list[dict[str, object]]]:
    top = tmp_path_factory.mktemp("train")
    cups = shapes_set(top / "cups", 8)
    (cups / "masks" / "07.png").write_bytes(b"broken")
    status, out, err = run(
        "train-segmentation", str(cups), "--out", str(top / "model"), *QUICK, "--json"
    )
    assert status == 0
    assert err == (
        "07.png is left out: The mask “07.png” cannot be read as a picture; save it again as PNG.\n"
    )
    return cups, top / "model", [json.loads(line) for line in out.splitlines()]


def test_it_tells_of_each_epoch_and_of_the_end(
    trained: tuple[Path, Path, list[dict[str, object]]],
) -> None:
    _, folder, lines = trained
    first, second, end = lines
    assert (first["epoch"], second["epoch"]) == (1, 2)
    assert set(first["iou"]) == {"background", "cups"}  # type: ignore[call-overload]  # a dict
    assert end["model"] == str(folder / "model.safetensors")
    assert end["stopped"] == "Finished: 2 epochs."
    assert sorted(it.name for it in folder.iterdir()) == [
        "model.json", "model.md", "model.safetensors",
    ]  # fmt: skip


def test_what_it_leaves_is_measured_and_used(
    trained: tuple[Path, Path, list[dict[str, object]]], tmp_path: Path
) -> None:
    cups, folder, _ = trained
    truth = tmp_path / "truth"
    truth.mkdir()
    for one in (cups / "masks").glob("0[0-3].png"):
        labels = (np.asarray(Image.open(one)) > 0).astype(np.uint8)
        Image.fromarray(labels).save(truth / one.name)
    (truth / "labelmap.txt").write_text("cups:128,0,0::\n")
    model = str(folder / "model.safetensors")
    status, out, _ = run(
        "evaluate", "--images", str(cups / "images"), "--annotations", str(truth), "--model",
        model, "--json", "--device", "cpu",
    )  # fmt: skip
    assert status == 0
    assert set(json.loads(out)["by_category"]) == {"background", "cups"}
    status, _, _ = run(
        "segment", str(cups / "images" / "00.png"), "--model", model, "--out",
        str(tmp_path / "out"), "--format", "voc", "--threads", "1", "--device", "cpu",
    )  # fmt: skip
    assert status == 0
    made = np.asarray(Image.open(tmp_path / "out" / "SegmentationClass" / "00.png"))
    assert made.shape == SIZE


def test_the_card_has_a_table_and_the_usual_report_a_line_an_epoch(tmp_path: Path) -> None:
    cups = shapes_set(tmp_path / "cups", 5)
    status, out, _ = run(
        "train-segmentation", str(cups), "--out", str(tmp_path / "model"), *QUICK, "--name", "c"
    )
    assert status == 0
    lines = out.splitlines()
    assert lines[0].startswith("epoch   1/2  loss")
    assert "validation IoU" in out
    assert lines[-1] == str(tmp_path / "model" / "c.md")


@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        (("nowhere", "--out", "x"), 2, "There is no “nowhere”; check the path."),
        ((".", "--out", "x", "--validation", "1.5"), 2, "validation: expected 1e-06..0.9, got 1.5"),
        ((".", "--out", "x", "--format", "tiff"), 1, "There is no format “tiff”; choose one of"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(
    words: tuple[str, ...], status: int, sentence: str, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    found, out, err = run("train-segmentation", *words)
    assert (found, out) == (status, "")
    assert sentence in err


def test_a_backbone_that_cannot_be_one_is_said(tmp_path: Path) -> None:
    cups = shapes_set(tmp_path / "cups", 5)
    status, _, err = run(
        "train-segmentation", str(cups), "--out", str(tmp_path / "m"), "--backbone", "vit_b_16"
    )
    assert status == 1
    assert "“vit_b_16” cannot be a backbone yet; choose" in err
