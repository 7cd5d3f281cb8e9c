"""Sets of pictures through the whole engine and the command line."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import skimage.data
import torch
from numpy.typing import NDArray
from PIL import Image

from engine.cli import main
from engine.coseg import pictures
from engine.coseg.evaluate import read_mask, scores_of
from engine.coseg.export import CosegExport
from engine.coseg.pipeline import run_coseg
from engine.errors import CancelledError, ModelError, SourceError
from engine.jobs import JobControl, Progress
from engine.values import CosegRequest, CosegResult, CosegSettings

torch.set_num_threads(1)

SIZE = (96, 128)
SETTINGS = CosegSettings(long_side=256)


def photo(number: int, *, is_odd: bool = False) -> tuple[NDArray[np.uint8], NDArray[np.bool_]]:
    """Return blurred noise with a yellow disc somewhere near the middle, and where that is.

    The odd one is a face instead.
    """
    if is_odd:
        face = skimage.data.astronaut()[:192, 96:352]  # type: ignore[no-untyped-call]
        return face[::2, ::2], np.zeros(SIZE, np.bool_)
    rng = np.random.default_rng(number)
    noise = rng.integers(0, 140, (*SIZE, 3), np.uint8)
    image = np.asarray(cv2.GaussianBlur(noise, (0, 0), 1.2), np.uint8).copy()
    mask = np.zeros(SIZE, np.uint8)
    centre = (int(rng.integers(50, 78)), int(rng.integers(40, 56)))
    cv2.circle(mask, centre, 24, 1, -1)
    cv2.circle(image, centre, 24, (250, 220, 30), -1)
    cv2.circle(image, centre, 11, (200, 30, 40), -1)
    return image, mask.astype(np.bool_)


def fill(folder: Path, count: int, masks: Path | None = None, odd: tuple[int, ...] = ()) -> None:
    folder.mkdir(parents=True)
    for number in range(count):
        image, mask = photo(number, is_odd=number in odd)
        Image.fromarray(image).save(folder / f"p{number}.png")
        if masks is not None:
            masks.mkdir(parents=True, exist_ok=True)
            Image.fromarray(np.where(mask, 255, 0).astype(np.uint8)).save(masks / f"p{number}.png")


def request(folder: Path, settings: CosegSettings = SETTINGS) -> CosegRequest:
    return CosegRequest(tuple(sorted(folder.iterdir())), settings)


@pytest.fixture(scope="module")
def discs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("set") / "discs"
    fill(folder, 6)
    return folder


@pytest.fixture(scope="module")
def found(discs: Path) -> CosegResult:
    return run_coseg(request(discs), JobControl())


def test_the_disc_is_found_in_every_picture(found: CosegResult) -> None:
    assert len(found.pictures) == 6
    for number, picture in enumerate(found.pictures):
        assert picture.path.name == f"p{number}.png"
        assert picture.size == SIZE
        mask = picture.region.full(SIZE)
        assert scores_of("", mask, photo(number)[1]).jaccard > 0.6
        assert picture.soft.shape == (12, 16)
        assert 0 < picture.confidence <= 1
    assert [name for name, _ in found.seconds] == [
        "Loading the network",
        "Describing pictures",
        "Looking for groups",
        "Comparing pictures",
        "Looking for outliers",
        "Cutting out",
    ]


def test_the_same_again_gives_the_same_bits(discs: Path, found: CosegResult) -> None:
    again = run_coseg(request(discs), JobControl())  # from the cache this time
    for one, two in zip(found.pictures, again.pictures, strict=True):
        np.testing.assert_array_equal(one.soft, two.soft)
        np.testing.assert_array_equal(one.region.full(SIZE), two.region.full(SIZE))
        assert one.confidence == two.confidence


@pytest.mark.parametrize("method", ["dff", "ddt"])
def test_the_classics_give_maps_of_reasons(discs: Path, method: str) -> None:
    settings = CosegSettings(method=method, long_side=256)  # type: ignore[arg-type]  # parameter
    found = run_coseg(request(discs, settings), JobControl())
    for number, picture in enumerate(found.pictures):
        truth = np.asarray(Image.fromarray(photo(number)[1]).resize((16, 12)))
        assert picture.soft[truth].mean() > picture.soft[~truth].mean()


def test_pictures_are_described_once(
    discs: Path, found: CosegResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object) -> None:
        raise AssertionError("described again")

    assert found.pictures
    monkeypatch.setattr(pictures, "describe_picture", never)
    assert len(run_coseg(request(discs), JobControl()).pictures) == 6


def test_one_without_the_object_is_left_empty(tmp_path: Path) -> None:
    fill(tmp_path / "mixed", 12, odd=(7,))
    found = run_coseg(request(tmp_path / "mixed"), JobControl())
    least = min(found.pictures, key=lambda one: one.likeness)
    assert least.path.name == "p7.png"
    assert least.is_outlier
    assert least.region.area == 0
    assert least.confidence == 0
    assert sum(one.is_outlier for one in found.pictures) <= 2


def test_a_damaged_picture_is_named_and_the_others_go_on(tmp_path: Path) -> None:
    fill(tmp_path / "set", 3)
    (tmp_path / "set" / "q.png").write_bytes(b"\x89PNG\r\n\x1a\n cut")
    found = run_coseg(request(tmp_path / "set"), JobControl())
    assert len(found.pictures) == 3
    assert [one.path.name for one in found.failures] == ["q.png"]


def test_one_picture_has_nothing_in_common(tmp_path: Path) -> None:
    fill(tmp_path / "set", 1)
    found = run_coseg(request(tmp_path / "set"), JobControl())
    assert found.note.startswith("There is one picture only")


def test_nothing_to_do_is_told(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="There are no pictures"):
        run_coseg(CosegRequest(()), JobControl())
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"nothing")
    with pytest.raises(SourceError, match="None of the pictures"):
        run_coseg(CosegRequest((bad, tmp_path / "gone.png")), JobControl())
    with pytest.raises(ModelError, match="cannot be used for co-segmentation"):
        run_coseg(CosegRequest((bad,), model="vit_b_16"), JobControl())


@pytest.mark.parametrize("stage", ["Describing pictures", "Comparing pictures", "Cutting out"])
def test_it_stops_between_two_pictures(discs: Path, stage: str) -> None:
    heard: list[Progress] = []

    def hear(progress: Progress) -> None:
        heard.append(progress)
        if progress.stage == stage and progress.done == 2:
            control.cancel()

    control = JobControl(hear)
    with pytest.raises(CancelledError):
        run_coseg(request(discs), control)
    assert (heard[-1].stage, heard[-1].done, heard[-1].total) == (stage, 2, 6)


# --------------------------------------------------------------------------------- command line


def run(*words: str | Path) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    status = main([str(word) for word in words], out=out, err=err)
    return status, out.getvalue(), err.getvalue()


def test_the_command_writes_masks_and_what_the_run_was(tmp_path: Path) -> None:
    fill(tmp_path / "set", 3, tmp_path / "truth")
    out = tmp_path / "out"
    words = ("coseg", tmp_path / "set", "--out", out, "--masks", tmp_path / "truth", "--json")
    status, said, err = run(*words)
    assert status == 0, err
    records = [json.loads(line) for line in said.splitlines()]
    assert [Path(one["path"]).name for one in records] == ["p0.png", "p1.png", "p2.png"]
    for number, record in enumerate(records):
        written = np.asarray(Image.open(out / "masks" / f"p{number}.png"))
        assert written.shape == SIZE
        assert set(np.unique(written)) <= {0, 255}
        scores = scores_of("", written == 255, photo(number)[1])
        assert record["jaccard"] == pytest.approx(scores.jaccard, abs=1e-6)
        assert record["precision"] == pytest.approx(scores.precision, abs=1e-6)
        assert record["foreground"] == pytest.approx((written == 255).mean(), abs=1e-6)
        assert record["outlier"] is False
        assert (out / f"p{number}_overlay.png").is_file()
    facts = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert facts["settings"]["method"] == "clusters"
    assert facts["weights_sha256"].startswith("57934424")
    assert facts["pictures"] == records
    assert (out / "areas.csv").is_file()
    assert (out / "contact_sheet.png").is_file()
    coco = json.loads((out / "annotations.json").read_text(encoding="utf-8"))
    assert [one["file_name"] for one in coco["images"]] == ["p0.png", "p1.png", "p2.png"]
    assert [one["name"] for one in coco["categories"]] == ["object"]
    assert facts["inputs"] == [str(tmp_path / "set" / f"p{number}.png") for number in range(3)]
    assert {"python", "torch", "opencv-python-headless"} <= set(facts["versions"])
    status, said, err = run(*words)  # nothing of it is replaced unasked
    assert (status, said) == (1, "")
    assert "exists already" in err
    assert run(*words, "--overwrite")[0] == 0


def test_the_command_writes_parts_groups_and_other_formats(tmp_path: Path) -> None:
    fill(tmp_path / "set", 8, odd=(1, 3, 5, 7))
    (tmp_path / "set" / "q.png").write_bytes(b"\x89PNG\r\n\x1a\n cut")
    out = tmp_path / "out"
    status, said, err = run(
        "coseg", tmp_path / "set", "--out", out, "--json", "--parts", "2", "--groups", "2",
        "--format", "voc,npz", "--refine", "none",
    )  # fmt: skip
    assert status == 1  # one picture could not be read
    assert "q.png" in err
    records = [json.loads(line) for line in said.splitlines()]
    assert [one.get("group") for one in records] == [1, 2] * 4 + [None]
    assert "q.png" in records[-1]["error"]
    for number in range(8):
        parts = np.asarray(Image.open(out / "parts" / f"p{number}.png"))
        mask = np.asarray(Image.open(out / "masks" / f"p{number}.png"))
        assert set(np.unique(parts)) <= {0, 1, 2}
        assert (parts[mask == 0] == 0).all()
        assert (out / f"p{number}.npz").is_file()
    facts = json.loads((out / "run.json").read_text(encoding="utf-8"))
    assert [one["pictures"] for one in facts["groups"]] == [4, 4]
    assert facts["failures"][0]["path"].endswith("q.png")
    assert not (out / "areas.csv").exists()


def test_a_run_that_was_cut_off_is_begun_again_in_the_same_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(tmp_path / "set", 3)
    words = ("coseg", tmp_path / "set", "--out", tmp_path / "out", "--refine", "none")
    real = CosegExport.add

    def cut_off(self: CosegExport, *picture: Any) -> None:
        real(self, *picture)
        raise CancelledError

    monkeypatch.setattr(CosegExport, "add", cut_off)
    assert run(*words)[0] != 0
    left = {path.name for path in (tmp_path / "out").rglob("*") if path.is_file()}
    assert "run.json" not in left
    assert not [name for name in left if name.endswith(".part")]
    monkeypatch.setattr(CosegExport, "add", real)
    status, _, err = run(*words)
    assert status == 0, err
    assert len(list((tmp_path / "out" / "masks").iterdir())) == 3


def test_the_command_says_what_is_wrong(tmp_path: Path) -> None:
    assert run("coseg", tmp_path / "none")[0] == 2
    (tmp_path / "empty").mkdir()
    status, _, err = run("coseg", tmp_path / "empty")
    assert (status, err.count("\n")) == (1, 1)
    assert run("coseg", tmp_path / "empty", "--method", "sift")[0] == 2
    assert run("coseg", tmp_path / "empty", "--groups", "none")[0] == 2
    assert run("coseg", tmp_path / "empty", "--parts", "1")[0] == 2
    fill(tmp_path / "set", 2)
    status, _, err = run("coseg", tmp_path / "set", "--out", tmp_path / "x", "--format", "coca")
    assert (status, "did you mean “coco”" in err) == (1, True)
    assert run("evaluate", "--coseg", tmp_path / "empty")[0] == 1
    assert run("evaluate")[0] == 2


def test_a_folder_of_groups_is_measured(tmp_path: Path) -> None:
    for group in ("Disc", "Other"):
        fill(tmp_path / "images" / group, 2, tmp_path / "masks" / group)
    status, said, err = run("evaluate", "--coseg", tmp_path, "--refine", "none", "--json")
    assert status == 0, err
    records = [json.loads(line) for line in said.splitlines()]
    assert [one.get("group") for one in records] == ["Disc", "Other", None]
    request_ = CosegRequest(
        tuple(sorted((tmp_path / "images" / "Disc").iterdir())), CosegSettings(refinement="none")
    )
    masks = [one.region.full(SIZE) for one in run_coseg(request_, JobControl()).pictures]
    truths = [read_mask(path) for path in sorted((tmp_path / "masks" / "Disc").iterdir())]
    mean = np.mean([scores_of("", *pair).jaccard for pair in zip(masks, truths, strict=True)])
    assert records[0]["jaccard"] == pytest.approx(mean)
    assert records[2]["mean_jaccard"] == pytest.approx(mean)
