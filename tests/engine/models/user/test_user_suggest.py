"""What a form begins with, and the sentences that say why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import timm
import torch
from safetensors.torch import save_file
from torch import nn
from torchvision import models

from engine.jobs import JobControl
from engine.learn.description import Description
from engine.learn.model_file import save_model
from engine.models.user.errors import ModelFileError
from engine.models.user.first_look import FirstLook, look_at
from engine.models.user.options import IMAGENET, NUMBERS, OpenOptions, remember
from engine.models.user.suggest import labels_beside

if TYPE_CHECKING:
    from pathlib import Path

    from tests.engine.models.user.conftest import Evil


def _save(path: Path, net: nn.Module) -> Path:
    torch.save(net.state_dict(), path)
    return path


def _look(path: Path | str) -> FirstLook:
    look = look_at(str(path), JobControl(), is_known_enough=False)
    assert look is not None
    return look


def _squeezenet(path: Path, **changes: Any) -> Path:
    return _save(path, models.squeezenet1_1(weights=None, **changes))


def test_a_known_architecture_says_how_it_was_published(tmp_path: Path) -> None:
    suggestion = _look(_squeezenet(tmp_path / "x.pth")).suggest()
    assert suggestion.options == OpenOptions(
        architecture="torchvision/squeezenet1_1",
        input_size=(224, 224),
        resize_size=256,
        mean=(0.485, 0.456, 0.406),
        std=(0.229, 0.224, 0.225),
        channel_order="rgb",
        categories=IMAGENET,
    )
    assert (suggestion.score, suggestion.channels, suggestion.outputs) == (1.0, 3, 1000)
    published = "As published for torchvision/squeezenet1_1."
    assert suggestion.why == {
        "architecture": "All 52 tensors fit by name and shape.",
        "input_size": published,
        "normalisation": published,
        "channel_order": "RGB, as PyTorch's networks take it; the first convolution takes "
        "3 channels.",
        "categories": "1,000 outputs, as ImageNet-1k has.",
    }


def test_positions_tell_the_size(tmp_path: Path) -> None:
    net = timm.create_model("vit_tiny_patch16_224", num_classes=4, img_size=96, depth=12)
    suggestion = _look(_save(tmp_path / "x.pth", net)).suggest()
    assert suggestion.options.input_size == (96, 96)
    assert suggestion.options.resize_size == 106
    assert suggestion.options.mean == (0.5, 0.5, 0.5)
    assert suggestion.why["input_size"] == "Told by the number of positions in the file."
    assert suggestion.options.categories == NUMBERS


def test_another_architecture_has_other_guesses(tmp_path: Path) -> None:
    look = _look(_squeezenet(tmp_path / "x.pth"))
    other = look.suggest("timm/inception_v3")
    assert other.options.architecture == "timm/inception_v3"
    assert other.options.input_size == (299, 299)
    assert other.score < 0.1
    assert "so it will hardly open" in other.why["architecture"]


def test_a_list_beside_the_file_is_found_where_it_has_as_many_names(tmp_path: Path) -> None:
    path = _squeezenet(tmp_path / "x.pth", num_classes=3)
    (tmp_path / "labels.txt").write_text("a\nb\n")
    (tmp_path / "config.json").write_text('{"hidden_size": 3}')
    assert labels_beside(path) == {str(tmp_path / "labels.txt"): 2}
    suggestion = _look(path).suggest()
    assert suggestion.options.categories == NUMBERS
    assert suggestion.why["categories"] == (
        "3 outputs, and no list of as many names beside the file."
    )
    (tmp_path / "config.json").write_text('{"id2label": {"0": "a", "1": "b", "2": "c"}}')
    suggestion = _look(path).suggest()
    assert suggestion.options.categories == str(tmp_path / "config.json")
    assert "“config.json” beside the file has as many names" in suggestion.why["categories"]


@pytest.mark.parametrize(
    ("name", "order"),
    [("vgg_bgr.pth", "bgr"), ("VGG-Caffe.pth", "bgr"), ("bgrid.pth", "rgb"), ("x.pth", "rgb")],
)
def test_the_name_may_tell_the_order_of_the_colours(tmp_path: Path, name: str, order: str) -> None:
    suggestion = _look(_squeezenet(tmp_path / name)).suggest()
    assert suggestion.options.channel_order == order
    assert suggestion.why["channel_order"].startswith(order.upper())


def test_one_channel_is_said_to_be_grey(tmp_path: Path) -> None:
    net = timm.create_model("mobilenetv3_small_050", in_chans=1)
    suggestion = _look(_save(tmp_path / "x.pth", net)).suggest()
    assert suggestion.channels == 1
    assert suggestion.why["channel_order"] == (
        "The first convolution takes 1 channel: pictures become grey first."
    )


def test_an_exported_program_says_its_size(tmp_path: Path) -> None:
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten()).eval()
    program = torch.export.export(net, (torch.zeros(1, 3, 20, 24),))
    torch.export.save(program, tmp_path / "x.pt2")
    suggestion = _look(tmp_path / "x.pt2").suggest()
    assert suggestion.options.input_size == (20, 24)
    assert suggestion.options.resize_size == 24
    assert suggestion.options.categories is None
    assert suggestion.why["input_size"] == "The file says so: its input is 1 × 3 × 20 × 24."


def test_a_file_that_says_nothing_is_left_to_trying(tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    path.write_text("def build(): ...\ndef other(): ...\n")
    look = _look(f"{path}:other")
    assert (look.title, look.function) == ("net.py", "other")
    suggestion = look.suggest()
    assert suggestion.options.input_size is None
    assert suggestion.options.resize_size is None
    assert (suggestion.channels, suggestion.outputs) == (0, 0)


def test_a_file_that_was_opened_before_needs_no_look(tmp_path: Path) -> None:
    path = _squeezenet(tmp_path / "x.pth")
    remember(path, OpenOptions(channel_order="bgr"))
    assert look_at(str(path), JobControl(), is_known_enough=True) is None
    assert _look(path).remembered == OpenOptions(channel_order="bgr")


def test_hostile_and_missing_files_are_said(tmp_path: Path, evil: Evil, marker: Path) -> None:
    torch.save({"weights": evil}, tmp_path / "x.pth")
    look = _look(tmp_path / "x.pth")
    assert "holds more than tensors" in look.report.problem
    assert not marker.exists()
    with pytest.raises(ModelFileError, match="There is no file"):
        _look(tmp_path / "none.pth")


def test_a_file_that_was_trained_here_needs_no_look(tmp_path: Path) -> None:
    description = Description("unet", "efficientnet_lite0", "bilinear", ("background", "cat"), 320)
    path = tmp_path / "cats.safetensors"
    save_model(path, {"decoder.weight": torch.zeros(2)}, description)
    assert look_at(str(path), JobControl(), is_known_enough=True) is None
    assert look_at(str(path), JobControl(), is_known_enough=False) is not None
    other = tmp_path / "other.safetensors"
    save_file({"decoder.weight": torch.zeros(2)}, other)
    assert look_at(str(other), JobControl(), is_known_enough=True) is not None
