"""`layerscope evidence` and `layerscope race`, as a person runs them."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest
import skimage.data
import torch
from PIL import Image

from engine.cli import main
from engine.cli_console import UsageError
from engine.cli_evidence import class_index

torch.set_num_threads(1)


def run(*words: str | Path) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    status = main([str(word) for word in words], out=out, err=err)
    return status, out.getvalue(), err.getvalue()


@pytest.fixture(scope="module")
def coffee(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pictures") / "coffee.png"
    picture = skimage.data.coffee()  # type: ignore[no-untyped-call]  # of scikit-image
    Image.fromarray(picture).save(path)
    return path


def test_evidence_as_numbers_lies_on_the_coffee(coffee: Path, tmp_path: Path) -> None:
    out = tmp_path / "evidence.npz"
    status, said, err = run(
        "evidence", coffee, "--class", "espresso", "--class", "968", "--stride", "8", "--out", out
    )
    assert (status, err) == (0, "")
    assert said == f"{out}: espresso, cup at 28 x 44 places of efficientnet_lite0\n"
    with np.load(out, allow_pickle=False) as file:
        assert file["maps"].shape == (2, 28, 44)
        assert file["maps"].dtype == np.float32
        assert file["classes"].tolist() == [967, 968]
        assert file["labels"].tolist() == ["espresso", "cup"]
        assert file["box"].tolist() == [0, 0, 600, 400]
        assert (int(file["stride"]), file["input_size"].tolist()) == (8, [224, 352])
        row, column = np.unravel_index(file["maps"][0].argmax(), (28, 44))
    # The surface of the coffee lies there in the picture, about (x 300, y 130) of 600 x 400.
    assert 200 < column * 600 / 44 < 400
    assert 60 < row * 400 / 28 < 200


def test_evidence_as_a_figure_says_where_it_comes_from(coffee: Path, tmp_path: Path) -> None:
    out = tmp_path / "evidence.png"
    status, said, _ = run("evidence", coffee, "--out", out, "--stride", "32", "--weights", "random")
    assert status == 0
    assert said.endswith("places of efficientnet_lite0, random weights\n")
    with Image.open(out) as picture:
        picture.load()
        assert picture.text["Weights"] == "random"  # type: ignore[attr-defined]  # of PNG files
        assert len(picture.text["Classes"].split("; ")) == 5  # type: ignore[attr-defined]


def test_wrong_words_are_told_before_anything_runs(coffee: Path, tmp_path: Path) -> None:
    assert run("evidence", coffee, "--out", tmp_path / "a.jpg")[0] == 2
    there = tmp_path / "there.png"
    there.write_text("mine")
    status, _, err = run("evidence", coffee, "--out", there)
    assert (status, there.read_text()) == (1, "mine")
    assert "exists already" in err
    status, _, err = run("evidence", coffee, "--class", "unicorn", "--out", tmp_path / "a.png")
    assert (status, "has no class “unicorn”" in err) == (2, True)
    assert not (tmp_path / "a.png").exists()


def test_transformer_has_no_evidence(coffee: Path, tmp_path: Path) -> None:
    words = ("--model", "vit_b_32", "--weights", "random", "--out", tmp_path / "a.png")
    status, _, err = run("evidence", coffee, *words)
    assert status == 1
    assert "mixes all places by attention" in err


def test_race_as_json_adds_up(coffee: Path) -> None:
    words = ("--window", "64", "--stride", "32", "--long-side", "192", "--class", "espresso")
    status, out, err = run("race", coffee, *words, "--json")
    assert (status, err) == (0, "")
    record = json.loads(out)
    assert record["model"] == "efficientnet_lite0"  # the name, as elsewhere
    assert record["picture"] == [128, 192]
    assert record["map"] == [3, 5]
    assert (record["class"], record["label"]) == (967, "espresso")
    assert record["sliding"]["passes"] == 15
    assert record["sliding"]["macs"] % 15 == 0
    # 224 x 224 take 49 cells, a window of 64 x 64 four: the rest is the classifier, 1280 x 1000.
    whole = 384_900_000
    each = record["sliding"]["macs"] / 15
    assert each == pytest.approx((whole - 1_280_000) * 4 / 49 + 1_280_000, rel=1e-3)
    assert "random" not in record
    assert -1 <= record["correlation"] <= 1
    assert 0 <= record["same_best"] <= 1


def test_race_for_people_with_all_context_agrees(coffee: Path) -> None:
    words = ("--stride", "32", "--long-side", "128", "--context", "128")
    status, out, _ = run("race", coffee, *words)
    assert status == 0
    lines = out.splitlines()
    assert lines[1].split() == ["map", "3", "x", "2", "=", "6", "windows"]
    assert "correlation 1.0000" in lines[-1]
    assert "same best class 100.0 %" in lines[-1]


def test_race_with_random_weights_is_marked(coffee: Path) -> None:
    words = ("--stride", "32", "--long-side", "96", "--weights", "random")
    assert json.loads(run("race", coffee, *words, "--json")[1])["random"] is True
    assert "random weights" in run("race", coffee, *words)[1].splitlines()[0]


def test_race_that_cannot_be(coffee: Path) -> None:
    assert run("race", coffee, "--stride", "0")[0] == 2
    status, _, err = run("race", coffee, "--stride", "12")
    assert (status, "A stride of 12 does not fit" in err) == (1, True)


def test_class_by_number_name_or_part() -> None:
    names = ("tabby", "tiger cat", "tiger", "Egyptian cat")
    assert class_index(names, "3") == 3
    assert class_index(names, "Tiger") == 2
    assert class_index(names, "egypt") == 3
    with pytest.raises(UsageError, match=r"may be tiger cat \(1\), Egyptian cat \(3\); say which"):
        class_index(names, "cat")
