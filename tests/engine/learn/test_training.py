"""Trainings from folder to model, killed, gone on with, and refused."""

from __future__ import annotations

import dataclasses
import json
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from engine.checksums import file_hash
from engine.errors import CancelledError, ExportError, ModelError
from engine.jobs import JobControl, Progress
from engine.learn.data import DataError
from engine.learn.dataset import preview, read_dataset
from engine.learn.training import WORK_FOLDER, resume, train
from engine.models import registry
from engine.tasks.segmenter import Segmenter
from engine.values import (
    VOID,
    DeviceRequest,
    EpochReport,
    GalleryPicture,
    LabelMap,
    TrainRequest,
    TrainResult,
    TrainSettings,
)
from tests.engine.learn.sets import SIZE, disc, photo, save, shapes_set

SETTINGS = TrainSettings(
    architecture="lraspp", epochs=3, crops=2, crop_px=64, long_side=64, batch=4, validation=0.25
)
CPU = DeviceRequest("cpu", threads=1)


def request(data: Path, out: Path, **changes: object) -> TrainRequest:
    settings = dataclasses.replace(SETTINGS, **changes)  # type: ignore[arg-type]  # of its fields
    return TrainRequest(data, out, settings=settings, device=CPU)


@pytest.fixture(scope="module")
def cups(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shapes_set(tmp_path_factory.mktemp("sets") / "cups")


@pytest.fixture(scope="module")
def unbroken(cups: Path, tmp_path_factory: pytest.TempPathFactory) -> TrainResult:
    return train(request(cups, tmp_path_factory.mktemp("unbroken")), JobControl())


def same_weights(first: Path, second: Path) -> bool:
    one, other = load_file(first), load_file(second)
    return one.keys() == other.keys() and all(torch.equal(it, other[k]) for k, it in one.items())


def test_a_training_tells_of_each_epoch_and_leaves_a_model_with_a_card(
    cups: Path, tmp_path: Path
) -> None:
    reports: list[EpochReport] = []
    galleries: list[tuple[GalleryPicture, ...]] = []
    stages: list[str] = []

    def hear(progress: Progress) -> None:
        if progress.stage not in stages:
            stages.append(progress.stage)

    result = train(
        request(cups, tmp_path / "new"), JobControl(hear), reports.append, galleries.append
    )
    assert [it.epoch for it in reports] == [1, 2, 3]
    assert result.epochs == tuple(reports)
    assert result.stopped == "Finished: 3 epochs."
    assert stages[-4:] == ["Looking at what is held out", *(f"Epoch {n} of 3" for n in (1, 2, 3))]
    assert reports[2].loss < reports[0].loss
    assert [name for name, _ in reports[0].iou] == ["background", "cups"]
    assert len(galleries) == 4  # once before anything is learnt
    assert galleries[0][0].image.shape[:2] == galleries[0][0].truth.shape == (64, 64)
    assert result.model.name == "model.safetensors"
    assert not (tmp_path / "new" / WORK_FOLDER).exists()
    facts = json.loads(result.model.with_suffix(".json").read_text())
    assert facts["data"]["photos"] == 12
    assert facts["result"]["mean_iou"] == pytest.approx(result.best.mean_iou, abs=1e-4)
    held_out = set(facts["held_out"])
    assert len(held_out) == 3
    assert held_out <= {file_hash(one) for one in (cups / "images").iterdir()}
    assert "| cups | 9 | 3 |" in result.card.read_text()


def test_the_model_opens_like_one_of_the_registry(unbroken: TrainResult, cups: Path) -> None:
    spec = registry.spec(str(unbroken.model))
    assert (spec.task, spec.categories()) == ("semantic", ("cups",))
    segmenter = Segmenter.load(str(unbroken.model), device=CPU)
    found = segmenter.segment(photo(3))
    assert isinstance(found, LabelMap)
    assert found.labels.shape == SIZE
    assert [one.name for one in found.categories] == ["cups"]
    segmenter.close()


def test_the_same_training_gives_the_same_weights(
    unbroken: TrainResult, cups: Path, tmp_path: Path
) -> None:
    again = train(request(cups, tmp_path), JobControl())
    assert same_weights(again.model, unbroken.model)
    assert [it.loss for it in again.epochs] == [it.loss for it in unbroken.epochs]
    other = train(request(cups, tmp_path / "other", seed=1), JobControl())
    assert not same_weights(other.model, unbroken.model)


def test_a_training_that_is_cancelled_goes_on_to_the_same_weights(
    unbroken: TrainResult, cups: Path, tmp_path: Path
) -> None:
    control = JobControl(lambda it: control.cancel() if it.stage == "Epoch 2 of 3" else None)
    with pytest.raises(CancelledError):
        train(request(cups, tmp_path), control)
    assert (tmp_path / WORK_FOLDER / "checkpoint.pt").is_file()
    told: list[int] = []
    result = resume(request(cups, tmp_path), JobControl(), lambda it: told.append(it.epoch))
    assert told == [1, 2, 3]
    assert same_weights(result.model, unbroken.model)


KILLED = """
import os, signal, sys
from pathlib import Path
from engine.jobs import JobControl
from engine.learn.training import train
from tests.engine.learn.test_training import request

def hear(progress):
    if progress.stage == sys.argv[3] and progress.done >= int(sys.argv[4]):
        os.kill(os.getpid(), signal.SIGKILL)

train(request(Path(sys.argv[1]), Path(sys.argv[2])), JobControl(hear))
"""


@pytest.mark.parametrize(("stage", "step"), [("Looking at the photos", 6), ("Epoch 3 of 3", 2)])
def test_a_training_that_is_killed_goes_on_to_the_same_weights(
    stage: str, step: int, unbroken: TrainResult, cups: Path, tmp_path: Path
) -> None:
    words = [str(cups), str(tmp_path), stage, str(step)]
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(KILLED), *words], check=False, timeout=110
    )
    assert done.returncode == -signal.SIGKILL
    assert not (tmp_path / "model.safetensors").exists()
    result = train(request(cups, tmp_path), JobControl(), is_resumed=True)
    assert same_weights(result.model, unbroken.model)


def test_another_training_is_not_gone_on_with(cups: Path, tmp_path: Path) -> None:
    control = JobControl(lambda it: control.cancel() if it.stage == "Epoch 2 of 3" else None)
    with pytest.raises(CancelledError):
        train(request(cups, tmp_path), control)
    with pytest.raises(ModelError, match="was another training: its settings, photos or masks"):
        resume(request(cups, tmp_path, learning_rate=0.01), JobControl())
    with pytest.raises(ModelError, match="has no training to go on with"):
        resume(request(cups, tmp_path / "elsewhere"), JobControl())


def test_it_stops_when_it_gets_no_better(cups: Path, tmp_path: Path) -> None:
    result = train(
        request(cups, tmp_path, epochs=9, patience=2, learning_rate=1e-6, dice=0.0), JobControl()
    )
    best = result.best.epoch
    if len(result.epochs) < 9:
        assert result.stopped == "Stopped: no better for 2 epochs."
        assert len(result.epochs) == best + 2


def test_stages_of_the_backbone_are_trained_too(cups: Path, tmp_path: Path) -> None:
    result = train(request(cups, tmp_path, unfrozen=1, epochs=1), JobControl())
    state = load_file(result.model)
    learnt = {name for name in state if name.startswith("encoder.blocks.6")}
    assert learnt
    spec = registry.spec(str(result.model))
    from engine.models.loading import load
    from engine.values import WeightsChoice

    before = load("efficientnet_lite0", WeightsChoice.PUBLISHED, JobControl()).module.state_dict()
    moved = [
        name
        for name in learnt
        if name.endswith("conv_pwl.weight")
        and not torch.equal(state[name], before[name.removeprefix("encoder.")].half())
    ]
    assert moved
    assert spec.task == "semantic"


def test_a_model_that_is_there_is_not_written_over(unbroken: TrainResult, cups: Path) -> None:
    with pytest.raises(ExportError, match="exists already; choose another name"):
        train(request(cups, unbroken.model.parent), JobControl())


def test_what_cannot_be_used_is_left_out_and_said(tmp_path: Path) -> None:
    top = shapes_set(tmp_path / "cups", 10)
    (top / "masks" / "00.png").write_bytes(b"broken")
    save(top / "masks" / "01.png", np.zeros((10, 10), np.uint8))
    (top / "images" / "02.png").write_bytes(b"\x89PNG\r\n\x1a\nbroken")
    (top / "images" / "03copy.png").write_bytes((top / "images" / "03.png").read_bytes())
    (top / "masks" / "03copy.png").write_bytes((top / "masks" / "03.png").read_bytes())
    summary = read_dataset(top)
    assert len(summary.photos) == 7  # a copy of the bytes is the same photo
    said = {path.name: sentence for path, sentence in summary.skipped}
    assert set(said) == {"00.png", "01.png", "02.png"}
    assert "has 10 x 10 pixels and its photo 64 x 48" in said["01.png"]
    assert all(sentence.endswith(".") for sentence in said.values())
    assert {*summary.training, *summary.validation} == set(summary.photos)


def test_the_same_picture_compressed_again_stays_on_one_side(tmp_path: Path) -> None:
    top = shapes_set(tmp_path / "cups", 12, (120, 160))
    for number in range(12):
        image, mask = photo(number, (120, 160)).copy(), disc(number, (120, 160))
        image[mask] = (230, 30, 30)
        save(top / "images" / f"{number:02}again.jpg", image)
        save(top / "masks" / f"{number:02}again.png", mask.astype(np.uint8) * 255)
    summary = read_dataset(top)
    sides = [{path.name[:2] for path in side} for side in (summary.training, summary.validation)]
    assert len(summary.photos) == 24
    assert sides[0].isdisjoint(sides[1])
    assert "12 photos are the same picture as another" in summary.notes[0]


def test_a_class_with_one_pixel_is_said(tmp_path: Path) -> None:
    for number in range(8):
        labels = disc(number).astype(np.uint8)
        if number == 0:
            labels[0, 0] = 2
        save(tmp_path / "images" / f"{number}.png", photo(number))
        save(tmp_path / "masks" / f"{number}.png", labels)
    (tmp_path / "classes.txt").write_text("background\ncup\nspeck\nghost\n")
    summary = read_dataset(tmp_path)
    notes = " ".join(summary.notes)
    assert "“speck” has 1 pixel in all, too few to be learnt" in notes
    assert "“ghost” is marked nowhere" in notes
    assert [(one.name, one.photos) for one in summary.classes][1:] == [
        ("cup", 8), ("speck", 1), ("ghost", 0),
    ]  # fmt: skip
    assert summary.classes[1].training_photos + summary.classes[1].validation_photos == 8


def test_nothing_to_learn_is_a_sentence(tmp_path: Path) -> None:
    top = shapes_set(tmp_path / "cups", 3)
    with pytest.raises(DataError, match="has 3 photos with masks that can be used, and 4 are"):
        read_dataset(top)
    empty = shapes_set(tmp_path / "mugs", 5)
    for one in (empty / "masks").iterdir():
        save(one, np.zeros(SIZE, np.uint8))
    with pytest.raises(DataError, match="marks a pixel, so there is nothing to learn"):
        read_dataset(empty)


def test_a_preview_is_what_the_network_sees(cups: Path) -> None:
    tiles = preview(cups, 4, SETTINGS, seed=2)
    assert len({tile.path for tile in tiles}) == 4
    for tile in tiles:
        assert tile.image.shape == (64, 64, 3)
        # Red is where the mask is, whatever the light; outside it is grey and ignored.
        red = tile.image[..., 0].astype(int) - tile.image[..., 1]
        inside, outside = tile.labels == 1, tile.labels == 0
        assert red[inside].mean() > red[outside].mean() + 40
        assert (tile.image[tile.labels == VOID] == 127).all()
    again = preview(cups, 4, SETTINGS, seed=2)
    assert all(np.array_equal(a.image, b.image) for a, b in zip(tiles, again, strict=True))


def test_a_disk_that_has_no_room_is_said_before_the_work(cups: Path, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="One crop of each photo needs"):
        train(request(cups, tmp_path, cache_gb=1e-6), JobControl())
