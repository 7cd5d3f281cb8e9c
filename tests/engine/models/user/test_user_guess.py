"""Architectures are told by their tensors."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import pytest
import timm
import torch
from torchvision import models

from engine.models.user import fingerprint as fp
from engine.models.user.guess import architecture, architectures, guess, guess_as

if TYPE_CHECKING:
    from collections.abc import Mapping


@functools.cache
def _shapes(library: str, name: str, **changes: Any) -> Mapping[str, tuple[int, ...]]:
    build = timm.create_model if library == "timm" else models.get_model
    with torch.device("meta"):
        module = build(name, **changes)
    return {key: tuple(it.shape) for key, it in module.state_dict().items()}


def _first(shapes: Mapping[str, tuple[int, ...]], file_name: str = "") -> Any:
    found = guess(shapes, file_name)
    assert [it.score for it in found] == sorted((it.score for it in found), reverse=True)
    return found[0]


@pytest.mark.parametrize("name", ["resnet18", "vgg11_bn", "shufflenet_v2_x0_5", "vit_b_16"])
def test_torchvision_comes_first(name: str) -> None:
    best = _first(_shapes("torchvision", name))
    assert (best.architecture, best.score) == (f"torchvision/{name}", 1.0)
    assert (best.num_classes, best.in_channels, best.input_size) == (0, 3, (224, 224))


@pytest.mark.parametrize("name", ["mobilenetv3_small_100", "convnext_atto", "vit_tiny_patch16_224"])
def test_timm_is_found(name: str) -> None:
    best = _first(_shapes("timm", name))
    assert (best.architecture, best.score) == (f"timm/{name}", 1.0)


def test_another_classifier_is_read_off() -> None:
    best = _first(_shapes("torchvision", "resnet18", num_classes=7))
    assert (best.architecture, best.score, best.num_classes) == ("torchvision/resnet18", 1.0, 7)
    best = _first(_shapes("timm", "mobilenetv3_small_100", num_classes=12))
    assert (best.architecture, best.num_classes) == ("timm/mobilenetv3_small_100", 12)


def test_other_channels_and_sizes_are_read_off() -> None:
    best = _first(_shapes("timm", "resnet18", in_chans=1))
    assert (best.score, best.in_channels) == (1.0, 1)
    best = _first(_shapes("timm", "vit_tiny_patch16_224", img_size=(96, 96)))
    assert (best.score, best.input_size, best.resize_size) == (1.0, (96, 96), 106)


@pytest.mark.parametrize("prefix", ["module.", "model.", "module.model.", "_orig_mod.net."])
def test_a_prefix_is_seen_through(prefix: str) -> None:
    shapes = {prefix + name: it for name, it in _shapes("torchvision", "resnet18").items()}
    best = _first({**shapes, "loss.weight": (3,)})
    assert (best.architecture, best.prefix) == ("torchvision/resnet18", prefix)


def test_the_file_name_decides_between_equals() -> None:
    shapes = _shapes("timm", "tf_efficientnet_b0")
    assert _first(shapes).architecture == "timm/efficientnet_b0"
    assert _first(shapes, "tf_efficientnet_b0_ns-c0e6a31c.pth").architecture == (
        "timm/tf_efficientnet_b0"
    )


def test_a_cut_network_is_still_known() -> None:
    shapes = {
        name: it for name, it in _shapes("torchvision", "resnet18").items() if "fc." not in name
    }
    best = _first(shapes)
    assert best.architecture == "torchvision/resnet18"
    assert 0.8 < best.score < 1


def test_what_is_like_nothing_gets_no_guess() -> None:
    assert guess({"a": (1, 2), "b": (3,)}) == ()
    assert guess({}) == ()


def test_a_chosen_one_is_measured() -> None:
    best = guess_as("timm/resnet18", _shapes("torchvision", "resnet18", num_classes=3))
    assert best is not None
    assert (best.architecture, best.score, best.num_classes) == ("timm/resnet18", 1.0, 3)
    assert guess_as("resnet1", {}) is None
    found = architecture("mobilenetv3_small_100")
    assert found is not None
    assert found.library == "timm"


@pytest.mark.parametrize("full", ["torchvision/resnet18", "timm/efficientnet_b0", "timm/swin_t"])
def test_the_index_is_of_the_installed_libraries(full: str) -> None:
    library, _, name = full.partition("/")
    known = architectures().get(full)
    if known is None:
        assert name not in timm.list_models()
        return
    shapes = _shapes(library, name)
    assert known.sketch == fp.sketch(shapes)
    assert known.print == fp.fingerprint(shapes, [*known.heads, *known.stems, *known.places])


def test_the_index_knows_both_libraries() -> None:
    names = set(architectures())
    assert {f"torchvision/{it}" for it in models.list_models(module=models)} <= names
    ours = {it.removeprefix("timm/") for it in names if it.startswith("timm/")}
    assert len(ours & set(timm.list_models())) > 1000


def test_resemblance_is_the_share_in_common() -> None:
    one = {f"t{n}": (n,) for n in range(2000)}
    other = {f"t{n}": (n,) for n in range(1000, 3000)}
    assert fp.resemblance(fp.sketch(one), fp.sketch(one)) == 1
    # a third is in common; the estimate's standard deviation is sqrt(2/9/24) = 0.1
    assert fp.resemblance(fp.sketch(one), fp.sketch(other)) == pytest.approx(1 / 3, abs=0.25)
    assert fp.resemblance(fp.sketch({}), fp.sketch({})) == 0
