"""The best-known networks answer a picture, and odd ones load as torchvision loads them."""

from __future__ import annotations

import pytest
import torch
import torchvision.models
from torch import Tensor, nn

from engine.models import registry

ELEVEN = (
    "alexnet",
    "vgg16",
    "googlenet",
    "resnet18",
    "resnet50",
    "densenet121",
    "squeezenet1_1",
    "mobilenet_v3_large",
    "efficientnet_b0",
    "convnext_tiny",
    "vit_b_16",
)


@pytest.mark.parametrize("name", [*ELEVEN, "inception_v3", "efficientnet_lite0"])
def test_it_answers_a_thousand_numbers(name: str) -> None:
    spec = registry.spec(name)
    with torch.device("meta"), torch.inference_mode():
        answer = spec.build().eval()(torch.empty(2, 3, *spec.preprocessing.input_size))
    assert isinstance(answer, Tensor)  # and no tuple with the auxiliary heads' answers
    assert answer.shape == (2, 1000)


@pytest.mark.parametrize(
    ("name", "original"),
    [
        ("googlenet", torchvision.models.GoogLeNet_Weights.DEFAULT),
        ("inception_v3", torchvision.models.Inception_V3_Weights.DEFAULT),
    ],
)
def test_weights_with_auxiliary_heads_answer_as_in_torchvision(
    name: str, original: torchvision.models.WeightsEnum, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch.manual_seed(5)
    trained = torchvision.models.get_model(name, aux_logits=True, init_weights=False)
    state = trained.state_dict()
    assert any(key.lower().startswith("aux") for key in state)
    # torchvision's own way to a trained network, but for the download.
    monkeypatch.setattr(
        torchvision.models.WeightsEnum, "get_state_dict", lambda *_, **__: dict(state)
    )
    expected: nn.Module = torchvision.models.get_model(name, weights=original).eval()

    spec = registry.spec(name)
    module = spec.build().eval()
    spec.load_state(module, state)
    picture = torch.randn(1, 3, *spec.preprocessing.input_size)
    with torch.inference_mode():
        torch.testing.assert_close(module(picture), expected(picture), rtol=0, atol=0)


def test_weights_that_do_not_fit_are_refused() -> None:
    spec = registry.spec("squeezenet1_1")
    module = spec.build()
    state = module.state_dict()
    state.pop("features.0.weight")
    with pytest.raises(RuntimeError, match=r"features\.0\.weight"):
        spec.load_state(module, state)


def test_a_semantic_network_answers_as_in_torchvision_without_its_second_head() -> None:
    torch.manual_seed(5)
    expected = torchvision.models.get_model(
        "deeplabv3_mobilenet_v3_large", weights=None, weights_backbone=None, aux_loss=True
    ).eval()
    spec = registry.spec("deeplabv3_mobilenet_v3_large")
    module = spec.build().eval()
    spec.load_state(module, expected.state_dict())
    picture = torch.randn(1, 3, 65, 97)
    with torch.inference_mode():
        ours, theirs = module(picture), expected(picture)
    assert set(theirs) == {"out", "aux"}
    assert set(ours) == {"out"}
    torch.testing.assert_close(ours["out"], theirs["out"], rtol=0, atol=0)
