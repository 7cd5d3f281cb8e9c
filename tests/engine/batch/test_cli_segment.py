"""`layerscope segment` as a script uses it: keys, sentences and exit statuses."""

from __future__ import annotations

import io
import json
import re
from typing import TYPE_CHECKING, Any

import pytest
from PIL import Image

from engine import cli
from tests.engine.photos import chelsea

if TYPE_CHECKING:
    from pathlib import Path

RANDOM = ("--model", "lraspp_mobilenet_v3_large", "--weights", "random", "--threads", "1")


def run(*words: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    status = cli.main(["segment", *words], out=out, err=err)
    return status, out.getvalue(), err.getvalue()


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "cat.png"
    Image.fromarray(chelsea()[:96, 100:228]).save(path)
    return path


def test_json_has_stable_keys_and_areas_that_fit(photo: Path) -> None:
    status, out, err = run(str(photo), "--json", *RANDOM)
    assert (status, err) == (0, "")
    (line,) = out.splitlines()
    record: dict[str, Any] = json.loads(line)
    assert list(record) == ["path", "width", "height", "labels"]
    assert (record["path"], record["width"], record["height"]) == (str(photo), 128, 96)
    keys = {"label", "category_id", "score", "bbox", "area", "segmentation"}
    assert record["labels"]
    assert all(set(entry) == keys for entry in record["labels"])
    assert sum(entry["area"] for entry in record["labels"]) <= 96 * 128


def test_objects_of_real_weights(photo: Path) -> None:
    pytest.importorskip("pycocotools")
    from engine.models import registry
    from engine.models.weights import is_local

    weights = registry.spec("yolov5s_seg").weights
    if weights is None or not is_local(weights):
        pytest.skip("the extra coco is not installed")
    Image.fromarray(chelsea()).save(photo)
    status, out, _ = run(str(photo), "--json", "--threads", "1")
    assert status == 0
    record = json.loads(out)
    (cat,) = record["instances"]
    assert cat["label"] == "cat"
    assert cat["score"] > 0.5
    left, top, width, height = cat["bbox"]
    assert left >= 0
    assert top >= 0
    assert left + width <= 451
    assert top + height <= 300
    assert 0.5 < cat["area"] / (300 * 451) < 0.95
    from pycocotools import mask as coco_mask

    shape = cat["segmentation"]
    runs = coco_mask.frPyObjects(shape, 300, 451) if isinstance(shape, list) else [shape]
    assert int(coco_mask.area(coco_mask.merge(runs))) == cat["area"]


def test_without_json_and_folder_a_sentence_is_said(photo: Path) -> None:
    status, out, _ = run(str(photo), *RANDOM)
    assert status == 0
    assert out.startswith("cat.png: ")
    shares = [float(share) for share in re.findall(r"(\S+) %", out)]
    assert shares
    assert sum(shares) <= 100.1


def test_files_and_a_last_word(photo: Path) -> None:
    folder = photo.parent / "masks"
    status, out, err = run(str(photo), "--out", str(folder), "--format", "voc,csv", *RANDOM)
    assert (status, out) == (0, "")
    assert "1 done" in err
    assert (folder / "SegmentationClass" / "cat.png").exists()
    status, _, err = run(str(photo), "--out", str(folder), "--format", "voc,csv", *RANDOM)
    assert status == 1
    assert "holds a run already; go on with it (--resume)" in err


def test_a_bad_file_is_told_and_the_status_says_so(photo: Path) -> None:
    bad = photo.with_name("bad.jpg")
    bad.write_text("no picture")
    status, out, err = run(str(photo), str(bad), "--json", *RANDOM)
    assert status == 1
    assert "bad.jpg" in err
    assert json.loads(out.splitlines()[-1])["error"].startswith("bad.jpg ")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--resume",), "add --out DIR"),
        (("--score", "2"), "expected a number from 0 to 1"),
        (("--workers", "0"), "expected a whole number from 1 on"),
        (("--out", "x", "--format", ","), "names no format"),
        (("--out", "x", "--resume", "--overwrite"), "not allowed with"),
    ],
)
def test_wrong_usage_is_told(photo: Path, words: tuple[str, ...], sentence: str) -> None:
    status, _, err = run(str(photo), *words)
    assert status == 2
    assert sentence in err
