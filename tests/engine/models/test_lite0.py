"""EfficientNet-Lite0 answers as published: checked against the architecture, written down anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch
import torch.nn.functional as F
from skimage import data
from timm.data.imagenet_info import ImageNetInfo
from timm.models import create_model
from torch import Tensor

from engine.jobs import JobControl
from engine.models import loading, registry, weights
from engine.models.families.lite0 import timm_name
from engine.models.preprocess import prepare
from engine.values import InputFit, WeightsChoice

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from engine.models.loading import LoadedModel

SPEC = registry.spec("efficientnet_lite0")

# Tan and Le 2019, table 1, without squeeze-and-excitation: expansion, channels, blocks, stride,
# kernel of each stage.
STAGES = (
    (1, 16, 1, 1, 3),
    (6, 24, 2, 2, 3),
    (6, 40, 2, 2, 5),
    (6, 80, 3, 2, 3),
    (6, 112, 3, 1, 5),
    (6, 192, 4, 2, 5),
    (6, 320, 1, 1, 3),
)


def _same(x: Tensor, kernel: Tensor, stride: int, groups: int = 1) -> Tensor:
    """Convolve with TensorFlow's "SAME" padding: the odd pixel goes to the right and bottom."""
    pads = []
    for size, reach in zip(reversed(x.shape[2:]), reversed(kernel.shape[2:]), strict=True):
        total = max((-(-size // stride) - 1) * stride + reach - size, 0)
        pads += [total // 2, total - total // 2]
    return F.conv2d(F.pad(x, pads), kernel, stride=stride, groups=groups)


def _published_network(state: dict[str, Tensor], x: Tensor) -> Tensor:
    """Run the architecture of the paper on the raw tensors of the file."""

    def norm(x: Tensor, name: str) -> Tensor:
        mean, var = state[f"{name}.running_mean"], state[f"{name}.running_var"]
        return F.batch_norm(x, mean, var, state[f"{name}.weight"], state[f"{name}.bias"], eps=1e-3)

    x = F.relu6(norm(_same(x, state["_conv_stem.weight"], 2), "_bn0"))
    number = 0
    for expansion, channels, blocks, first_stride, _ in STAGES:
        for repeat in range(blocks):
            block, stride, before = f"_blocks.{number}", 1 if repeat else first_stride, x
            if expansion > 1:
                x = F.relu6(
                    norm(F.conv2d(x, state[f"{block}._expand_conv.weight"]), f"{block}._bn0")
                )
            kernel = state[f"{block}._depthwise_conv.weight"]
            x = F.relu6(norm(_same(x, kernel, stride, groups=x.shape[1]), f"{block}._bn1"))
            x = norm(F.conv2d(x, state[f"{block}._project_conv.weight"]), f"{block}._bn2")
            assert x.shape[1] == channels
            if stride == 1 and before.shape == x.shape:
                x = x + before
            number += 1
    x = F.relu6(norm(F.conv2d(x, state["_conv_head.weight"]), "_bn1"))
    return F.linear(x.mean((2, 3)), state["_fc.weight"], state["_fc.bias"])


@pytest.fixture(scope="module")
def state() -> dict[str, Tensor]:
    assert SPEC.weights is not None
    path = weights.fetch(SPEC.weights, JobControl())
    loaded: dict[str, Tensor] = torch.load(path, weights_only=True)
    return loaded


@pytest.fixture(scope="module")
def loaded() -> LoadedModel:
    return loading.load("efficientnet_lite0", WeightsChoice.PUBLISHED, JobControl())


@pytest.fixture(params=["photo", "noise", "noise of an odd size"])
def picture(request: pytest.FixtureRequest, photo: NDArray[np.uint8]) -> Tensor:
    """Return a normalised input, made without the code that is tested."""
    if request.param == "photo":
        centre = torch.from_numpy(photo[38:262, 113:337].copy()).permute(2, 0, 1)[None]
        return (centre.float() - 127) / 128
    size = (224, 224) if request.param == "noise" else (193, 161)
    return torch.randn(1, 3, *size, generator=torch.Generator().manual_seed(7))


@torch.inference_mode()
def test_the_logits_are_those_of_the_published_network(
    loaded: LoadedModel, state: dict[str, Tensor], picture: Tensor
) -> None:
    expected = _published_network(state, picture)
    assert expected.abs().max() > 1
    torch.testing.assert_close(loaded.module(picture), expected, rtol=0, atol=1e-3)


@torch.inference_mode()
def test_the_check_tells_the_plain_network_from_the_right_one(
    state: dict[str, Tensor], picture: Tensor
) -> None:
    """The same weights load into timm's `efficientnet_lite0`, and it is wrong by far more."""
    plain = create_model("efficientnet_lite0").eval()
    plain.load_state_dict({timm_name(key): value for key, value in state.items()}, strict=True)
    error = (plain(picture) - _published_network(state, picture)).abs().max()
    assert error > 0.1


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("chelsea", [("tiger cat", 0.395), ("Egyptian cat", 0.354), ("tabby", 0.170)]),
        ("coffee", [("espresso", 0.950), ("cup", 0.015), ("consomme", 0.008)]),
    ],
)
def test_it_knows_what_the_photos_show(
    loaded: LoadedModel, name: str, expected: list[tuple[str, float]]
) -> None:
    image = getattr(data, name)()
    tensor, _ = prepare(image, SPEC.preprocessing, InputFit.CROP, torch.device("cpu"))
    with torch.inference_mode():
        values, places = loaded.module(tensor).softmax(1)[0].topk(3)
    assert [loaded.categories[place] for place in places] == [label for label, _ in expected]
    assert values.tolist() == pytest.approx([p for _, p in expected], abs=0.01)


def test_the_labels_are_timms_first_synonyms_but_for_two_pairs_that_share_one() -> None:
    info = ImageNetInfo()
    first = [info.index_to_description(index).split(",")[0] for index in range(1000)]
    labels = SPEC.categories()
    differing = {first[i]: labels[i] for i in range(1000) if first[i] != labels[i]}
    assert differing == {"crane": "crane bird", "maillot": "maillot tank suit"}


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("_conv_stem.weight", "conv_stem.weight"),
        ("_bn0.running_var", "bn1.running_var"),
        ("_blocks.0._bn1.bias", "blocks.0.0.bn1.bias"),
        ("_blocks.0._project_conv.weight", "blocks.0.0.conv_pw.weight"),
        ("_blocks.1._bn0.weight", "blocks.1.0.bn1.weight"),
        ("_blocks.2._project_conv.weight", "blocks.1.1.conv_pwl.weight"),
        ("_blocks.15._depthwise_conv.weight", "blocks.6.0.conv_dw.weight"),
        ("_fc.bias", "classifier.bias"),
    ],
)
def test_names_of_the_file_and_of_timm(key: str, name: str) -> None:
    assert timm_name(key) == name


def test_a_tensor_without_a_place_is_refused() -> None:
    with pytest.raises(KeyError):
        timm_name("_blocks.1._se_reduce.weight")
