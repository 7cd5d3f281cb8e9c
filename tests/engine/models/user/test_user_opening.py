"""Files of weights become networks that answer as the networks that were saved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import psutil
import pytest
import timm
import torch
from safetensors.torch import save_file
from torch import Tensor, nn
from torchvision import models

from engine.errors import CancelledError, DeviceError
from engine.jobs import JobControl, Progress
from engine.models import loading, registry
from engine.models.user.errors import ModelFileError
from engine.models.user.opening import OpenedModel, open_model
from engine.models.user.options import OpenOptions, recall
from engine.models.user.report import FileKind
from engine.session import Session
from engine.values import Frame, LayerKey, WeightsChoice

if TYPE_CHECKING:
    from pathlib import Path

PICTURE = torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(2))
SMALL = OpenOptions(input_size=(64, 64))


def _net(name: str = "squeezenet1_1", **changes: Any) -> nn.Module:
    torch.manual_seed(0)
    made: nn.Module = models.get_model(name, weights=None, **changes).eval()
    return made


def _answers(opened: OpenedModel, net: nn.Module, picture: Tensor = PICTURE) -> None:
    with torch.inference_mode():
        torch.testing.assert_close(opened.module(picture), net(picture), rtol=0, atol=0)


@pytest.mark.parametrize("how", ["zip", "legacy", "safetensors", "module.", "lightning", "model"])
def test_weights_in_all_their_wrappings(tmp_path: Path, how: str) -> None:
    net = _net()
    path = tmp_path / "weights.pth"
    state = net.state_dict()
    if how == "safetensors":
        path = tmp_path / "weights.safetensors"
        save_file(state, path)
    elif how == "module.":
        torch.save(nn.DataParallel(net).state_dict(), path)
    elif how == "lightning":
        inside = {f"model.{name}": it for name, it in state.items()}
        torch.save({"state_dict": inside, "epoch": 7, "global_step": 100}, path)
    elif how == "model":
        torch.save({"model": state, "args": {"lr": 0.1}}, path)
    else:
        torch.save(state, path, _use_new_zipfile_serialization=how == "zip")
    opened = open_model(path, SMALL)
    _answers(opened, net)
    assert opened.options.architecture == "torchvision/squeezenet1_1"
    assert opened.weights is WeightsChoice.PUBLISHED
    assert opened.warnings == ()
    assert opened.card.title == path.name
    assert opened.card.parameters == 1_235_496
    assert len(opened.categories) == 1000
    assert not opened.module.training
    assert not any(it.requires_grad for it in opened.module.parameters())


def test_timm_and_another_classifier(tmp_path: Path) -> None:
    torch.manual_seed(0)
    net = timm.create_model("mobilenetv3_small_050", num_classes=7).eval()
    torch.save(net.state_dict(), tmp_path / "x.pth")
    opened = open_model(
        tmp_path / "x.pth", OpenOptions(input_size=(64, 64), categories=tuple("abcdefg"))
    )
    _answers(opened, net)
    assert opened.options.architecture == "timm/mobilenetv3_small_050"
    assert opened.categories == tuple("abcdefg")


def test_a_grey_network_with_a_dropout_before_its_classifier(tmp_path: Path) -> None:
    net = _net("resnet18", num_classes=4)
    net.conv1 = nn.Conv2d(1, 64, 7, stride=2, padding=3, bias=False)
    net.fc = nn.Sequential(nn.Dropout(), nn.Linear(512, 4))
    net.eval()
    torch.save(net.state_dict(), tmp_path / "grey.pth")
    opened = open_model(tmp_path / "grey.pth", SMALL)
    luma = (PICTURE * torch.tensor([0.299, 0.587, 0.114]).view(1, 3, 1, 1)).sum(1, keepdim=True)
    with torch.inference_mode():
        torch.testing.assert_close(opened.module(PICTURE), net(luma))


def test_the_colours_can_be_asked_for_backwards(tmp_path: Path) -> None:
    net = _net()
    torch.save(net.state_dict(), tmp_path / "x.pth")
    opened = open_model(tmp_path / "x.pth", OpenOptions(input_size=(64, 64), channel_order="bgr"))
    with torch.inference_mode():
        torch.testing.assert_close(opened.module(PICTURE), net(PICTURE[:, [2, 1, 0]]))


def test_a_file_without_classifier_is_said_to_be_so(tmp_path: Path) -> None:
    state = {k: v for k, v in _net("resnet18").state_dict().items() if not k.startswith("fc.")}
    torch.save({**state, "extra": torch.ones(3)}, tmp_path / "x.pth")
    opened = open_model(tmp_path / "x.pth", SMALL)
    assert len(opened.warnings) == 2
    assert "no classifier" in opened.warnings[0]
    assert "1 tensors of the file were not used (“extra”)" in opened.warnings[1]


def test_nan_weights_are_opened_and_reported(tmp_path: Path) -> None:
    net = _net()
    with torch.no_grad():
        net.features[0].weight[0, 0, 0, 0] = float("nan")  # type: ignore[index, union-attr]
    torch.save(net.state_dict(), tmp_path / "x.pth")
    opened = open_model(tmp_path / "x.pth", SMALL)
    assert len(opened.warnings) == 1
    assert "no numbers" in opened.warnings[0]
    assert "features.0.weight" in opened.warnings[0]


def test_two_architectures_with_the_same_tensors_are_said(tmp_path: Path) -> None:
    net = timm.create_model("efficientnet_lite0", num_classes=3)
    torch.save(net.state_dict(), tmp_path / "x.pth")
    opened = open_model(tmp_path / "x.pth", SMALL)
    assert any("timm/tf_efficientnet_lite0" in it for it in opened.warnings)


def test_an_architecture_can_be_chosen_and_is_remembered(tmp_path: Path) -> None:
    path = tmp_path / "x.pth"
    net = timm.create_model("tf_efficientnet_lite0", num_classes=3).eval()
    torch.save(net.state_dict(), path)
    chosen = OpenOptions(architecture="tf_efficientnet_lite0", input_size=(64, 64))
    _answers(open_model(path, chosen), net)
    assert recall(path) == chosen
    again = open_model(path)
    _answers(again, net)
    assert again.spec.preprocessing.input_size == (64, 64)


def test_what_does_not_fit_is_not_remembered(tmp_path: Path) -> None:
    path = tmp_path / "x.pth"
    torch.save(_net().state_dict(), path)
    with pytest.raises(ModelFileError, match="do not fit torchvision/resnet18"):
        open_model(path, OpenOptions(architecture="resnet18"))
    with pytest.raises(ModelFileError, match="did you mean “resnet18”"):
        open_model(path, OpenOptions(architecture="resnet_18"))
    with pytest.raises(
        ModelFileError, match="is 1000×512×1×1 in the file and 5×512×1×1 in the network"
    ):
        open_model(path, OpenOptions(num_classes=5))
    assert recall(path) is None


def test_strange_tensors_find_no_network(tmp_path: Path) -> None:
    torch.save({"w": torch.ones(3), "v": torch.ones(3)}, tmp_path / "x.pth")
    with pytest.raises(ModelFileError, match="2 tensors that fit no network"):
        open_model(tmp_path / "x.pth")


def test_it_says_how_far_it_is_and_can_be_stopped(tmp_path: Path) -> None:
    torch.save(_net().state_dict(), tmp_path / "x.pth")
    reports: list[Progress] = []
    control = JobControl(reports.append)
    open_model(tmp_path / "x.pth", SMALL, control)
    assert [it.stage for it in reports] == [
        "Looking at the file",
        "Reading the weights",
        "Building the network",
        "Loading the weights",
        "Trying the network",
    ]
    control.cancel()
    with pytest.raises(CancelledError):
        open_model(tmp_path / "x.pth", SMALL, control)


def test_memory_is_asked_for_before_it_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch.save(_net().state_dict(), tmp_path / "x.pth")

    class Little:
        available = 1_000_000

    monkeypatch.setattr(psutil, "virtual_memory", Little)
    with pytest.raises(DeviceError, match="of memory to be opened"):
        open_model(tmp_path / "x.pth")


def test_a_list_of_categories_of_another_length_is_said(tmp_path: Path) -> None:
    torch.save(_net(num_classes=3).state_dict(), tmp_path / "x.pth")
    opened = open_model(tmp_path / "x.pth", OpenOptions(input_size=(64, 64), categories=("a", "b")))
    assert any("2 categories for 3 outputs" in it for it in opened.warnings)


def test_a_session_shows_it_like_any_other(tmp_path: Path) -> None:
    path = tmp_path / "My Net (1).pth"
    torch.manual_seed(0)
    torch.save(timm.create_model("resnet10t", num_classes=3).state_dict(), path)
    open_model(path, OpenOptions(input_size=(64, 64), categories=("a", "b", "c")))
    session = Session()
    info = session.load(str(path), WeightsChoice.PUBLISHED)
    assert info.card.title == "My Net (1).pth"
    assert info.card.family == "Your own"
    session.watch((LayerKey("layer1.0.act2"),))
    result = session.process(Frame(np.zeros((80, 100, 3), np.uint8)))
    assert result.activations[0].values.shape == (64, 16, 16)
    assert result.classification is not None
    assert {it.label for it in result.classification.top} == {"a", "b", "c"}
    session.close()


def test_loading_and_the_registry_take_files(tmp_path: Path) -> None:
    path = tmp_path / "x.pth"
    torch.save(_net().state_dict(), path)
    open_model(path, SMALL)
    loaded = loading.load(str(path), WeightsChoice.RANDOM, JobControl())
    assert isinstance(loaded, OpenedModel)
    assert loaded.kind is FileKind.STATE_DICT
    spec = registry.spec(str(path))
    assert spec.title == "x.pth"
    _answers(loaded, spec.build())
