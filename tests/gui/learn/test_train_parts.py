"""What the Train workspace is made of, without a window: memory, history, colours, words."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import numpy as np
import pytest
from torch import nn

from engine.errors import ModelError
from engine.learn.networks.encoder import chain_of
from engine.models import registry
from engine.values import Architecture, DeviceRequest, SkipSwitches, TrainSettings, Upsampling
from gui import settings as keys
from gui.learn.asked import TrainAsked, began, keep_begun, store_train, train_asked
from gui.learn.backbones import can_be_backbone
from gui.learn.colours import class_colours, labelled
from gui.learn.fields import ARCHITECTURES, MAIN, MORE, UPSAMPLINGS
from gui.learn.history import TrainHistory
from gui.learn.running import TrainWatch, has_checkpoint, is_own_export
from gui.learn.skips import skip_sentence
from gui.learn.words import left_text, short_path
from gui.segment.look import SegmentLook
from tests.gui.train_kit import gallery, report

if TYPE_CHECKING:
    from gui.settings import Settings

ASKED = TrainAsked(
    data="/photos/pets",
    format="coco",
    name="cats",
    out="/models",
    licence="CC0",
    settings=TrainSettings(architecture="fcn8s", epochs=3, learning_rate=0.02, dice=0.0),
    threads=2,
)


# ------------------------------------------------------------------------------ what is remembered


def test_what_was_asked_comes_back(settings: Settings) -> None:
    assert train_asked(settings) == TrainAsked()
    store_train(settings, ASKED)
    assert train_asked(settings) == ASKED


def test_nonsense_among_the_settings_is_as_at_first(settings: Settings) -> None:
    fields = {
        "architecture": "resnet",
        "epochs": "many",
        "crop_px": 100,
        "dice": 1,
        "patience": True,
        "batch": 8,
        "of_another_version": 3,
    }
    settings.set(keys.TRAIN_SETTINGS, json.dumps(fields))
    assert train_asked(settings).settings == TrainSettings(dice=1.0, batch=8)
    for text in ("[1]", "{", "null", "[" * 100_000):
        settings.set(keys.TRAIN_SETTINGS, text)
        assert train_asked(settings).settings == TrainSettings()


def test_how_trainings_began_is_kept_by_their_folder(settings: Settings) -> None:
    keep_begun(settings, ASKED)
    other = replace(ASKED, out="/elsewhere", name="dogs")
    keep_begun(settings, other)
    keep_begun(settings, replace(ASKED, threads=1))
    assert began(settings, "/models") == replace(ASKED, threads=1)
    assert began(settings, "/elsewhere") == other
    assert began(settings, "/nowhere") is None
    assert len(settings.get(keys.TRAIN_BEGUN)) == 2
    settings.set(keys.TRAIN_BEGUN, (json.dumps({"out": "/models", "data": 3}), "nonsense"))
    assert began(settings, "/models") is None


def test_a_name_and_a_folder_are_suggested_only_where_none_is_chosen(tmp_path: Path) -> None:
    data = tmp_path / "pets"
    data.mkdir()
    made = TrainAsked(data=str(data)).suggested()
    assert (made.name, made.out) == ("pets", str(tmp_path / "pets-model"))
    assert made.suggested() == made
    assert TrainAsked().suggested() == TrainAsked()
    made.model.parent.mkdir()
    made.model.write_bytes(b"")
    assert made.suggested().out == str(tmp_path / "pets-model-2")
    file = tmp_path / "shop.json"
    file.write_text("{}")
    assert TrainAsked(data=str(file)).suggested().name == "shop"


def test_name_and_folder_follow_the_set_until_they_are_chosen(tmp_path: Path) -> None:
    pets, cars = str(tmp_path / "pets"), str(tmp_path / "cars")
    first = TrainAsked().with_set(pets, "auto")
    second = first.with_set(cars, "coco")
    assert (second.name, second.out) == ("cars", str(tmp_path / "cars-model"))
    assert second.format == "coco"
    assert second.with_set(pets, "auto") == first
    own = replace(first, name="mine")
    assert own.with_set(cars, "auto") == replace(own, data=cars)
    there = replace(first, out=str(tmp_path / "there"))
    assert there.with_set(cars, "auto") == replace(there, data=cars)


def test_a_request_has_the_threads_of_the_training() -> None:
    request = ASKED.request(DeviceRequest("cpu", threads=7))
    assert (request.device.name, request.device.threads) == ("cpu", 2)
    assert (request.data, request.out) == (Path("/photos/pets"), Path("/models"))
    assert ASKED.model == Path("/models/cats.safetensors")


def test_a_checkpoint_and_an_own_export_are_recognised(tmp_path: Path) -> None:
    assert not has_checkpoint(tmp_path)
    (tmp_path / ".training").mkdir()
    (tmp_path / ".training" / "checkpoint.pt").write_bytes(b"")
    assert has_checkpoint(tmp_path)
    assert not is_own_export(tmp_path / "masks")
    (tmp_path / "export.json").write_text("{}")
    assert is_own_export(tmp_path)
    assert is_own_export(tmp_path / "masks")


# ---------------------------------------------------------------------------------- what was told


def test_history_keeps_the_photos_of_every_epoch() -> None:
    history = TrainHistory()
    history.add_gallery(gallery(0))
    history.add_report(report(1, 0.4))
    history.add_gallery(gallery(2))
    history.add_report(report(2, 0.3, is_best=False))
    assert history.shown_epochs == (0, 1)
    assert [int(history.gallery(n)[1].found[5, 7]) for n in (0, 1, 2)] == [0, 2, 2]
    assert history.gallery(0)[0].found.shape == (24, 32)
    assert history.best == report(1, 0.4)
    assert history.report(2) == report(2, 0.3, is_best=False)
    assert history.report(3) is None
    history.add_report(report(1, 0.5))  # told again by a training that is gone on with
    assert history.reports == [report(1, 0.5)]


def test_the_best_epoch_is_the_last_that_was_better() -> None:
    history = TrainHistory()
    for epoch, mean_iou, is_best in ((1, 0.2, True), (2, 0.6, True), (3, 0.5, False)):
        history.add_report(report(epoch, mean_iou, is_best=is_best))
    assert left_text(history) == "Best mean IoU 0.600 after epoch 2, at most 1 s left"
    history.add_report(report(5, 0.5, is_best=False))
    assert left_text(history) == "Best mean IoU 0.600 after epoch 2"


def test_a_path_is_shown_by_its_end() -> None:
    assert short_path("/data/sets/pets") == "sets/pets"
    assert short_path("") == ""


def test_a_watch_keeps_all_epochs_in_order() -> None:
    watch = TrainWatch()
    pictures = gallery(1)
    watch.take_gallery(pictures)
    watch.take_epoch(report(1, 0.4))
    assert watch.told() == [pictures, report(1, 0.4)]
    assert watch.told() == []


# ------------------------------------------------------------------------------- what is drawn


def test_labels_are_mixed_over_the_photo() -> None:
    image = np.full((16, 16, 3), 100, np.uint8)
    labels = np.zeros((16, 16), np.uint8)
    labels[0], labels[1], labels[2] = 1, 2, 255
    colours = np.array([(0, 0, 0), (200, 0, 50)], np.uint8)
    drawn = labelled(image, labels, colours)
    assert drawn[0, 0].tolist() == [160, 40, 70]  # 0.4 of the photo and 0.6 of the colour
    assert drawn[1, 0].tolist() == [100, 100, 100]  # a class that has no colour
    assert {tuple(it) for it in drawn[2].tolist()} == {(80,) * 3, (106,) * 3}  # hatched
    assert (drawn[3:] == 100).all()
    assert (image == 100).all()


def test_classes_have_the_colours_of_the_segment_workspace() -> None:
    look = SegmentLook(own=(("dog", (1, 2, 3)),))
    colours = class_colours(("background", "cat", "dog", "bird"), look)
    # Okabe and Ito's orange and bluish green, and the person's own between them.
    assert colours.tolist() == [[0, 0, 0], [230, 159, 0], [1, 2, 3], [0, 158, 115]]


# ------------------------------------------------------------------------------ what it agrees with


def test_backbones_are_those_whose_stages_the_engine_knows() -> None:
    for spec in map(registry.spec, registry.names()):
        try:
            chain_of(spec.name, nn.Module())
            is_known = True
        except ModelError:
            is_known = False
        except AttributeError:  # known, but an empty network has none of its stages
            is_known = True
        if spec.task == "classification":
            assert can_be_backbone(spec.name) == is_known, spec.name
    assert can_be_backbone("efficientnet_lite0")


def test_every_setting_but_the_choices_has_a_field_within_bounds() -> None:
    chosen = {"architecture", "backbone", "upsampling"}
    names = [spec.name for spec in (*MAIN, *MORE)]
    assert sorted((*names, *chosen)) == sorted(TrainSettings.__slots__)
    for spec in (*MAIN, *MORE):
        usual = getattr(TrainSettings(), spec.name)
        assert spec.low <= usual <= spec.high, spec.name
        for value in (spec.low, spec.high):
            replace(TrainSettings(), **{spec.name: type(usual)(value)})
    for _, _, tip in ARCHITECTURES:
        assert "20" in tip, "a paper with its year"
    assert {name for name, _, _ in ARCHITECTURES} == set(get_args(Architecture))
    assert {name for name, _, _ in UPSAMPLINGS} == set(get_args(Upsampling))


@pytest.mark.parametrize(
    ("skips", "words"),
    [
        ((True, True, True), "All skips are on: edges come from the encoder's maps at stride 4."),
        ((False, False, False), "one cell for 32 pixels of the input each way."),
        ((True, True, False), "Off at stride 4: what is finer than 8 pixels of the input"),
        ((True, False, False), "Off at stride 8, 4: what is finer than 16 pixels of the input"),
        ((False, True, True), "Off at stride 16: what is finer than 4 pixels of the input"),
    ],
)
def test_what_the_switches_mean_is_said(skips: tuple[bool, bool, bool], words: str) -> None:
    assert words in skip_sentence(SkipSwitches(skips), (16, 8, 4))
