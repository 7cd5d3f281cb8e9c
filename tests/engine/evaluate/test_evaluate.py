"""Measures of segmentations, against COCO's own code and against counting by hand."""

from __future__ import annotations

import contextlib
import io
import json
import sys
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from engine.cli import main
from engine.errors import EngineError
from engine.evaluate import average_precision, mean_iou
from engine.evaluate.annotations import open_annotations
from engine.evaluate.folders import names_beside
from engine.evaluate.mean_iou import VOC_NAMES
from engine.export.masks import ExportOptions, SegmentedPicture, make_writer
from engine.tasks.segmenter import Segmenter
from engine.values import (
    Category,
    Instance,
    Instances,
    LabelMap,
    Region,
    Segmentation,
    SegmentSettings,
)

SIZE = (80, 100)
# Ids of the network's own: names join them to the annotations'.
NETWORK = (Category(1, "Cat"), Category(2, "potted_plant"), Category(3, "ghost"))
ANNOTATED = (Category(7, "potted plant"), Category(9, "cat"), Category(12, "dog"))


def box(category: int, left: int, top: int, side: int, score: float) -> Instance:
    region = Region(left, top, np.ones((side, side), np.bool_))
    return Instance(category, score, region.box, region)


def truth() -> list[Instances]:
    one = (box(9, 5, 5, 40, 1), box(7, 50, 10, 20, 1))
    other = (box(9, 10, 10, 30, 1), box(12, 60, 60, 15, 1))
    return [Instances(SIZE, ANNOTATED, items) for items in (one, other)]


def guesses() -> list[Instances]:
    one = (box(1, 8, 5, 40, 0.9), box(2, 52, 13, 20, 0.8), box(1, 60, 50, 9, 0.7))
    other = (box(1, 12, 11, 27, 0.6), box(3, 0, 0, 5, 0.5))
    return [Instances(SIZE, NETWORK, items) for items in (one, other)]


def image(number: int) -> NDArray[np.uint8]:
    return np.full((*SIZE, 3), number, np.uint8)


@pytest.fixture
def truth_file(tmp_path: Path) -> Path:
    writer = make_writer("coco", masks="rle")
    writer.begin(tmp_path / "truth", ExportOptions())
    for number, found in enumerate(truth(), 1):
        name = PurePosixPath(f"{number}.png")
        writer.add(SegmentedPicture(image(number), found, name))
    return writer.finish()[0]


def by_coco(path: Path, results: list[dict[str, Any]]) -> list[float]:
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO(str(path))
        evaluation = COCOeval(coco, coco.loadRes(results), "bbox")
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    return list(evaluation.stats[:9])


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_the_numbers_are_cocos(truth_file: Path) -> None:
    scores = average_precision(enumerate(guesses(), 1), open_annotations(truth_file), "bbox")
    ids = {1: 9, 2: 7}
    results = [
        {
            "image_id": number,
            "category_id": ids[item.category],
            "bbox": [item.box.left, item.box.top, item.box.width, item.box.height],
            "score": item.score,
        }
        for number, found in enumerate(guesses(), 1)
        for item in found.items
        if item.category in ids
    ]
    expected = by_coco(truth_file, results)
    found = [
        scores.ap, scores.ap50, scores.ap75, scores.ap_small, scores.ap_medium, scores.ap_large,
        scores.ar1, scores.ar10, scores.ar100,
    ]  # fmt: skip
    assert [-1 if value is None else value for value in found] == pytest.approx(expected)
    assert scores.ap_large is None
    assert 0 < (scores.ap or 0) < 1
    assert (scores.pictures, scores.objects, scores.unknown) == (2, 4, ("ghost",))
    # All squares: masks and boxes are the same.
    masks = average_precision(enumerate(guesses(), 1), open_annotations(truth_file))
    assert masks == scores


def test_the_truth_itself_is_perfect(truth_file: Path) -> None:
    scores = average_precision(enumerate(truth(), 1), open_annotations(truth_file))
    assert (scores.ap, scores.ar100) == pytest.approx((1, 1))
    assert dict(scores.by_category) == pytest.approx({"potted plant": 1, "cat": 1, "dog": 1})


def test_only_pictures_that_come_are_judged(truth_file: Path) -> None:
    scores = average_precision([(1, truth()[0])], open_annotations(truth_file))
    assert (scores.ap, scores.pictures) == pytest.approx((1, 1))
    assert dict(scores.by_category).keys() == {"potted plant", "cat"}


def test_nothing_found_is_zero_and_no_error(truth_file: Path) -> None:
    nothing = Instances(SIZE, NETWORK)
    scores = average_precision([(1, nothing), (2, nothing)], open_annotations(truth_file))
    assert (scores.ap, scores.ar100, scores.objects) == (0.0, 0.0, 0)


def test_what_cannot_be_measured_is_said(truth_file: Path, tmp_path: Path) -> None:
    annotated = open_annotations(truth_file)
    with pytest.raises(EngineError, match="no picture to measure"):
        average_precision([], annotated)
    with pytest.raises(EngineError, match="no picture with the id 5"):
        average_precision([(5, truth()[0])], annotated)
    labels = LabelMap(np.zeros(SIZE, np.uint8), NETWORK)
    with pytest.raises(EngineError, match="label map has no objects"):
        average_precision([(1, labels)], annotated)
    for text in ("{", "[]", "{}", '{"images": [], "categories": [], "annotations": []}'):
        (tmp_path / "x.json").write_text(text)
        with pytest.raises(EngineError, match=r"x\.json"):
            open_annotations(tmp_path / "x.json")


def test_without_pycocotools_a_sentence_says_what_to_type(
    truth_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pycocotools.coco", None)
    with pytest.raises(EngineError, match=r"pip install “layerscope\[evaluate\]”"):
        open_annotations(truth_file)


# ---------------------------------------------------------------------------------- label maps


def test_iou_is_counted_pixel_by_pixel() -> None:
    random = np.random.default_rng(0)
    names = dict(enumerate(VOC_NAMES, 1))
    categories = (Category(3, "cat"), Category(4, "couch"), Category(5, "ghost"))
    to_truth = {0: 0, 3: 8, 4: 18, 5: 0}
    pairs, flat = [], []
    for _ in range(3):
        labels = random.choice(np.array([0, 3, 4, 5], np.uint8), (20, 30))
        real = random.choice(np.array([0, 8, 12, 18, 255], np.uint8), (20, 30))
        pairs.append((LabelMap(labels, categories), real))
        flat += [
            (to_truth[a], b)
            for a, b in zip(labels.ravel().tolist(), real.ravel().tolist(), strict=True)
            if b != 255
        ]
    scores = mean_iou(pairs, names)
    expected = {}
    for number, name in ((0, "background"), (8, "cat"), (12, "dog"), (18, "sofa")):
        both = sum(a == number and b == number for a, b in flat)
        either = sum(number in (a, b) for a, b in flat)
        expected[name] = both / either
    assert dict(scores.by_category) == pytest.approx(expected)
    assert scores.mean_iou == pytest.approx(sum(expected.values()) / 4)
    assert scores.accuracy == pytest.approx(sum(a == b for a, b in flat) / len(flat))
    assert (scores.pictures, scores.unknown) == (3, ("ghost",))


def test_void_counts_nowhere_even_among_wide_ids() -> None:
    labels = np.array([[300, 300, 0, 0]], np.uint16)
    real = np.array([[300, 255, 255, 0]], np.uint16)
    scores = mean_iou([(LabelMap(labels, (Category(300, "wide"),)), real)], {300: "wide"})
    assert (scores.mean_iou, scores.accuracy) == (1.0, 1.0)


def test_objects_are_measured_as_a_label_map() -> None:
    names = {1: "cat", 2: "potted plant"}
    real = np.zeros(SIZE, np.uint8)
    real[5:45, 8:48], real[13:33, 52:72], real[50:59, 60:69] = 1, 2, 1
    assert mean_iou([(guesses()[0], real)], names).mean_iou == 1.0


def test_label_pictures_of_another_size_are_said() -> None:
    with pytest.raises(EngineError, match="of 5 x 4 pixels, its photo of 100 x 80"):
        mean_iou([(guesses()[0], np.zeros((4, 5), np.uint8))], {1: "cat"})
    with pytest.raises(EngineError, match="no picture to measure"):
        mean_iou([], {1: "cat"})


# -------------------------------------------------------------------------------- command line


class Fake:
    """A network that knows its pictures by their colour."""

    def __init__(self, answers: list[Segmentation]) -> None:
        self.answers = answers

    def segment(self, picture: NDArray[np.uint8]) -> Segmentation:
        return self.answers[int(picture[0, 0, 0]) - 1]

    def close(self) -> None:
        self.answers = []


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in (1, 2):
        Image.fromarray(image(number)).save(folder / f"{number}.png")
    Image.fromarray(image(3)).save(folder / "not annotated.png")
    return folder


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What a network is loaded with; it answers with the guesses."""
    calls: list[Any] = []

    def load(*words: Any, **named: Any) -> Fake:
        calls.append(words)
        return Fake(list(guesses()))

    monkeypatch.setattr(Segmenter, "load", load)
    return calls


def run(*words: str | Path) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    status = main(["evaluate", *map(str, words)], out=out, err=err)
    return status, out.getvalue(), err.getvalue()


def test_the_command_measures_objects(truth_file: Path, pictures: Path, asked: list[Any]) -> None:
    status, out, err = run("--images", pictures, "--annotations", truth_file, "--json")
    assert (status, err) == (0, "")
    record = json.loads(out)
    scores = average_precision(enumerate(guesses(), 1), open_annotations(truth_file))
    assert record["ap"] == scores.ap
    assert record["by_category"] == dict(scores.by_category)
    assert record["pictures"] == 2
    ((model, task, settings, _),) = asked
    assert (model, task) == (None, "instance")
    assert isinstance(settings, SegmentSettings)
    assert settings.score < 0.01
    status, out, err = run("--images", pictures, "--annotations", truth_file)
    assert status == 0
    assert f"{100 * (scores.ap or 0):.1f}" in out
    assert "Not in the annotations: ghost." in err


def test_pictures_that_are_missing_are_counted(
    truth_file: Path, pictures: Path, asked: list[Any]
) -> None:
    (pictures / "2.png").unlink()
    status, out, err = run("--images", pictures, "--annotations", truth_file, "--json")
    assert (status, json.loads(out)["pictures"]) == (0, 1)
    assert err == f"1 of the annotated pictures are not in “{pictures}”.\n"


def test_the_command_measures_label_pictures(
    tmp_path: Path, pictures: Path, asked: list[Any]
) -> None:
    writer = make_writer("voc")
    writer.begin(tmp_path / "voc", ExportOptions())
    for number, found in enumerate(truth(), 1):
        writer.add(SegmentedPicture(image(number), found, PurePosixPath(f"{number}.png")))
    writer.finish()
    folder = tmp_path / "voc" / "SegmentationClass"
    assert names_beside(folder) == {7: "potted plant", 9: "cat", 12: "dog"}
    status, out, _ = run("--images", pictures, "--annotations", folder, "--json")
    record = json.loads(out)
    assert (status, record["pictures"]) == (0, 2)
    assert list(record["by_category"]) == ["background", "potted plant", "cat", "dog"]
    assert record["by_category"]["dog"] == 0
    assert record["by_category"]["potted plant"] == pytest.approx(18 * 17 / (800 - 18 * 17))
    assert asked[0][1] == "semantic"


def test_wrong_usage_is_said_before_a_network_is_loaded(
    truth_file: Path, pictures: Path, asked: list[Any]
) -> None:
    wrong: tuple[list[str | Path], ...] = (
        ["--images", pictures / "1.png", "--annotations", truth_file],
        ["--images", pictures, "--annotations", pictures / "none.json"],
        ["--images", pictures, "--annotations", pictures, "--boxes"],
    )
    for words in wrong:
        status, out, err = run(*words)
        assert (status, out) == (2, "")
        assert len(err.splitlines()) == 1
    assert run("--images", pictures, "--annotations", pictures / "1.png")[0] == 1
    assert asked == []
