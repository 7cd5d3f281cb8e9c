"""A file opens exactly as the form says, from the engine thread too."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
import torch
from torchvision import models

from engine.commands import LoadModel
from engine.events import LoadingFailed, ModelReady
from engine.models.user.errors import ModelFileError
from engine.models.user.opening import open_model
from engine.models.user.options import IMAGENET, NUMBERS, OpenOptions, read_categories, recall

if TYPE_CHECKING:
    from pathlib import Path

    from engine.thread import EngineThread
    from tests.engine.ear import Ear

SMALL = OpenOptions(input_size=(64, 64))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    torch.manual_seed(0)
    torch.save(models.squeezenet1_1(weights=None).state_dict(), tmp_path / "x.pth")
    return tmp_path / "x.pth"


def test_the_short_side_can_be_chosen(path: Path) -> None:
    opened = open_model(path, OpenOptions(input_size=(64, 64), resize_size=72))
    assert opened.spec.preprocessing.resize_size == 72
    assert opened.options.resize_size == 72


def test_categories_can_be_imagenets_or_numbers(path: Path, tmp_path: Path) -> None:
    assert open_model(path, OpenOptions(input_size=(64, 64), categories=NUMBERS)).categories == ()
    assert len(open_model(path, OpenOptions(categories=IMAGENET)).categories) == 1000
    torch.save(models.squeezenet1_1(num_classes=3).state_dict(), tmp_path / "three.pth")
    three = open_model(tmp_path / "three.pth", SMALL)
    assert three.categories == ()
    named = open_model(tmp_path / "three.pth", OpenOptions(categories=IMAGENET))
    assert any("1000 categories for 3 outputs" in it for it in named.warnings)


def test_what_the_form_leaves_open_is_guessed_again(path: Path) -> None:
    open_model(path, OpenOptions(input_size=(64, 64), channel_order="bgr"))
    again = open_model(path, OpenOptions(channel_order="rgb"))
    assert again.spec.preprocessing.input_size == (64, 64)
    exact = open_model(path, OpenOptions(channel_order="rgb"), is_exact=True)
    assert exact.spec.preprocessing.input_size == (224, 224)
    assert recall(path) == OpenOptions(channel_order="rgb")


def test_the_engine_opens_it_as_the_command_says(
    path: Path, engine: EngineThread, ear: Ear
) -> None:
    chosen = OpenOptions(input_size=(64, 64), channel_order="bgr", categories=NUMBERS)
    engine.post(LoadModel(str(path), options=chosen))
    ready = ear.wait(ModelReady)
    assert ready.asked == str(path)
    assert ready.info.card.input_size == (64, 64)
    assert ready.info.categories == ()
    assert recall(path) == chosen


def test_what_fails_is_not_remembered(path: Path, engine: EngineThread, ear: Ear) -> None:
    engine.post(LoadModel(str(path), options=OpenOptions(input_size=(2, 2))))
    assert "fails on an input of 3x2x2" in ear.wait(LoadingFailed).message
    assert recall(path) is None


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes")
def test_a_pipe_is_no_list_of_categories(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "labels.txt")
    with pytest.raises(ModelFileError, match="cannot be read"):
        read_categories(str(tmp_path / "labels.txt"))


def test_a_short_side_out_of_range_is_refused() -> None:
    with pytest.raises(ValueError, match="resize_size"):
        OpenOptions(resize_size=0)
