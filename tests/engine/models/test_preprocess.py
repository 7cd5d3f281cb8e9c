"""The input is what the networks were evaluated with, and the box says what it shows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest
import torch
import torchvision.models
from PIL import Image
from timm.data.transforms_factory import create_transform
from torchvision.transforms import InterpolationMode

from engine.models import registry
from engine.models.preprocess import input_size, prepare
from engine.models.spec import Preprocessing, WholePicture
from engine.values import Box, InputFit

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray
    from torch import Tensor

    from engine.models.spec import Interpolation

CPU = torch.device("cpu")
SMALL = Preprocessing((32, 32), 36, (0.5, 0.25, 0.75), (0.25, 0.5, 0.25), "bilinear")

SIZES = [(300, 451), (451, 300), (256, 256), (480, 640), (720, 1280), (37, 53), (224, 225)]


def _sized(photo: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    resized = cv2.resize(photo, size[::-1], interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(resized, dtype=np.uint8)


def _levels(mine: Tensor, published: Tensor, std: tuple[float, ...]) -> Tensor:
    """Return how far apart two inputs are, in steps of a byte."""
    return (mine - published).abs() * torch.tensor(std).view(1, 3, 1, 1) * 255


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", ["resnet50", "efficientnet_b0", "inception_v3"])
def test_crop_is_torchvisions_published_transform(
    photo: NDArray[np.uint8], size: tuple[int, int], name: str
) -> None:
    published = torchvision.models.get_model_weights(name).DEFAULT.transforms()
    image = _sized(photo, size)
    preprocessing = registry.spec(name).preprocessing
    mine, _ = prepare(image, preprocessing, InputFit.CROP, CPU)
    levels = _levels(mine, published(Image.fromarray(image))[None], preprocessing.std)
    assert levels.max() < 1.01
    assert levels.mean() < 0.02


@pytest.mark.parametrize("size", SIZES)
def test_crop_is_timms_published_transform(photo: NDArray[np.uint8], size: tuple[int, int]) -> None:
    preprocessing = registry.spec("efficientnet_lite0").preprocessing
    published = create_transform(
        224,
        interpolation="bicubic",
        crop_pct=0.875,
        mean=preprocessing.mean,
        std=preprocessing.std,
    )
    image = _sized(photo, size)
    mine, _ = prepare(image, preprocessing, InputFit.CROP, CPU)
    levels = _levels(mine, published(Image.fromarray(image))[None], preprocessing.std)
    assert levels.max() < 1.01
    assert levels.mean() < 0.02


@pytest.mark.parametrize("interpolation", ["bilinear", "bicubic"])
@pytest.mark.parametrize("size", [(20, 300), (300, 20), (3, 500), (40, 2000)])
def test_what_is_elongated_is_cropped_just_as_well(
    photo: NDArray[np.uint8], size: tuple[int, int], interpolation: Interpolation
) -> None:
    """Too long to be resized as a whole: another way, with the same result."""
    published = torchvision.models.ResNet50_Weights.DEFAULT.transforms()
    published.crop_size, published.resize_size = [32], [36]
    published.interpolation = InterpolationMode(interpolation)
    image = _sized(photo, size)
    preprocessing = replace(
        registry.spec("resnet50").preprocessing,
        input_size=(32, 32),
        resize_size=36,
        interpolation=interpolation,
    )
    mine, _ = prepare(image, preprocessing, InputFit.CROP, CPU)
    levels = _levels(mine, published(Image.fromarray(image))[None], preprocessing.std)
    assert levels.max() < 1.01


def test_crop_without_antialiasing_is_torchvisions_too(photo: NDArray[np.uint8]) -> None:
    published = torchvision.models.ResNet50_Weights.DEFAULT.transforms(antialias=False)
    preprocessing = replace(registry.spec("resnet50").preprocessing, is_antialiased=False)
    mine, _ = prepare(photo, preprocessing, InputFit.CROP, CPU)
    expected = published(torch.from_numpy(photo).permute(2, 0, 1))[None]
    # torchvision goes through floating point here, so that more pixels round the other way.
    levels = _levels(mine, expected, preprocessing.std)
    assert levels.max() < 1.01
    assert levels.mean() < 0.25


@pytest.mark.parametrize(
    ("fit", "size", "box"),
    [
        # 72 x 108 is 36 x 54 resized: two picture pixels a pixel.
        (InputFit.CROP, (72, 108), Box(22.0, 4.0, 86.0, 68.0)),
        (InputFit.CROP, (108, 72), Box(4.0, 22.0, 68.0, 86.0)),
        (InputFit.PAD, (32, 64), Box(0.0, -16.0, 64.0, 48.0)),
        (InputFit.PAD, (64, 32), Box(-16.0, 0.0, 48.0, 64.0)),
        (InputFit.PAD, (10, 10), Box(0.0, 0.0, 10.0, 10.0)),
        (InputFit.STRETCH, (17, 90), Box(0.0, 0.0, 90.0, 17.0)),
    ],
)
def test_the_box_is_exact(fit: InputFit, size: tuple[int, int], box: Box) -> None:
    _, got = prepare(np.zeros((*size, 3), np.uint8), SMALL, fit, CPU)
    assert got == box


@pytest.mark.parametrize("fit", list(InputFit))
@pytest.mark.parametrize("size", [(300, 451), (451, 300), (97, 101), (720, 1280), (128, 2300)])
@pytest.mark.parametrize("interpolation", ["bilinear", "bicubic"])
def test_a_mark_in_the_picture_is_where_the_box_says(
    fit: InputFit, size: tuple[int, int], interpolation: Interpolation
) -> None:
    """A symmetric filter keeps the centroid of a mark, to a fraction of a pixel."""
    preprocessing = Preprocessing(
        (224, 224),
        256,
        (0.0, 0.0, 0.0),
        (1.0, 1.0, 1.0),
        interpolation,
    )
    image = np.zeros((*size, 3), np.uint8)
    top, left, edge = size[0] // 2 - 20, size[1] // 2 - 5, 24
    image[top : top + edge, left : left + edge] = 200
    tensor, box = prepare(image, preprocessing, fit, CPU)
    weight = tensor[0, 1].double()
    steps = torch.arange(224, dtype=torch.float64) + 0.5
    y = (weight.sum(1) @ steps) / weight.sum() / 224 * box.height + box.top
    x = (weight.sum(0) @ steps) / weight.sum() / 224 * box.width + box.left
    assert y.item() == pytest.approx(top + edge / 2, abs=0.08 * box.height / 224)
    assert x.item() == pytest.approx(left + edge / 2, abs=0.08 * box.width / 224)


def test_pad_fills_with_the_mean_colour_and_keeps_the_proportions() -> None:
    image = np.full((16, 64, 3), 255, np.uint8)
    tensor, _ = prepare(image, SMALL, InputFit.PAD, CPU)
    white = torch.tensor([2.0, 1.5, 1.0]).view(3, 1, 1)  # (1 - mean) / std
    torch.testing.assert_close(tensor[0, :, 12:20], white.expand(3, 8, 32))
    assert tensor[0, :, :12].abs().max() == 0
    assert tensor[0, :, 20:].abs().max() == 0


def test_stretch_shows_each_corner() -> None:
    image = np.zeros((64, 128, 3), np.uint8)
    image[:8, :16], image[-8:, -16:] = (255, 0, 0), (0, 0, 255)
    flat = replace(SMALL, mean=(0.0, 0.0, 0.0), std=(1.0, 1.0, 1.0))
    tensor, _ = prepare(image, flat, InputFit.STRETCH, CPU)
    assert tensor[0, :, 0, 0].tolist() == [1.0, 0.0, 0.0]
    assert tensor[0, :, -1, -1].tolist() == [0.0, 0.0, 1.0]


def test_numbers_are_normalised() -> None:
    image = np.empty((40, 40, 3), np.uint8)
    image[:] = (255, 0, 51)
    tensor, _ = prepare(image, SMALL, InputFit.CROP, CPU)
    expected = [(1 - 0.5) / 0.25, (0 - 0.25) / 0.5, (0.2 - 0.75) / 0.25]
    for channel, value in enumerate(expected):
        assert tensor[0, channel].flatten().tolist() == pytest.approx([value] * 1024, abs=1e-6)


@pytest.mark.parametrize("fit", list(InputFit))
@pytest.mark.parametrize(
    "size", [(1, 1), (1, 7), (7, 1), (2, 30_000), (30_000, 1), (1, 30_000), (2160, 3840)]
)
def test_any_size_will_do(fit: InputFit, size: tuple[int, int]) -> None:
    image = np.full((*size, 3), 128, np.uint8)
    tensor, box = prepare(image, SMALL, fit, CPU)
    assert tensor.shape == (1, 3, 32, 32)
    middle = [(128 / 255 - m) / s for m, s in zip(SMALL.mean, SMALL.std, strict=True)]
    assert tensor[0, :, 15, 15].tolist() == pytest.approx(middle, abs=1e-5)
    assert (box.left + box.right) / 2 == pytest.approx(size[1] / 2, rel=0.02, abs=1)
    assert (box.top + box.bottom) / 2 == pytest.approx(size[0] / 2, rel=0.02, abs=1)


@pytest.mark.parametrize(
    "view",
    [
        lambda image: image[:, ::-1],
        lambda image: image[::-1],
        lambda image: image[10:200, 20:330],
        lambda image: image[..., ::-1],
        lambda image: image.transpose(1, 0, 2),
    ],
)
@pytest.mark.parametrize("fit", list(InputFit))
def test_views_and_read_only_pictures_are_taken_and_left_as_they_are(
    photo: NDArray[np.uint8],
    view: Callable[[NDArray[np.uint8]], NDArray[np.uint8]],
    fit: InputFit,
) -> None:
    before = photo.copy()
    photo.flags.writeable = False
    mine, _ = prepare(view(photo), SMALL, fit, CPU)
    expected, _ = prepare(np.ascontiguousarray(view(before)), SMALL, fit, CPU)
    torch.testing.assert_close(mine, expected, rtol=0, atol=0)
    assert np.array_equal(photo, before)


def test_a_picture_is_not_written_to(photo: NDArray[np.uint8]) -> None:
    """Where nothing needs resizing, the input might share the picture's memory."""
    image = np.ascontiguousarray(photo[:32, :32])
    before = image.copy()
    tensor, _ = prepare(image, SMALL, InputFit.STRETCH, CPU)
    tensor.zero_()
    assert np.array_equal(image, before)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16])
@pytest.mark.parametrize("channels_last", [True, False])
def test_it_comes_as_it_was_asked_for(
    photo: NDArray[np.uint8], dtype: torch.dtype, channels_last: bool
) -> None:
    tensor, _ = prepare(photo, SMALL, InputFit.PAD, CPU, dtype, channels_last=channels_last)
    assert tensor.dtype is dtype
    order = torch.channels_last if channels_last else torch.contiguous_format
    assert tensor.is_contiguous(memory_format=order)
    full, _ = prepare(photo, SMALL, InputFit.PAD, CPU)
    torch.testing.assert_close(tensor.float(), full, rtol=0.01, atol=0.01)


def test_a_first_frame_in_inference_mode_does_not_spoil_gradients(
    photo: NDArray[np.uint8],
) -> None:
    other = replace(SMALL, mean=(0.1, 0.2, 0.3))  # of which nothing is kept yet
    with torch.inference_mode():
        prepare(photo, other, InputFit.CROP, CPU)
    tensor, _ = prepare(photo, other, InputFit.CROP, CPU)
    tensor.requires_grad_()
    (gradient,) = torch.autograd.grad(tensor.square().sum(), tensor)
    torch.testing.assert_close(gradient, 2 * tensor.detach())


@pytest.mark.parametrize(
    ("size", "whole", "shape", "box"),
    [
        # An odd row of border goes below; the picture keeps its pixels.
        ((3, 4), WholePicture(4, 4, 2, 7), (4, 4), Box(0, 0, 4, 4)),
        ((4, 7), WholePicture(7, 7, 4, 7), (4, 8), Box(0, 0, 8, 4)),
        # Twice as large, then a whole 8: a picture pixel and a half of border on each side.
        ((5, 8), WholePicture(16, 16, 8, 7), (16, 16), Box(0, -1.5, 8, 6.5)),
        ((30, 2), WholePicture(4, 15, 1, 7), (15, 1), Box(0, 0, 2, 30)),
    ],
)
def test_whole_pictures_keep_their_proportions(
    size: tuple[int, int], whole: WholePicture, shape: tuple[int, int], box: Box
) -> None:
    one = 1 / 255
    preprocessing = Preprocessing((16, 16), 16, (0, 0, 0), (one, one, one), "bilinear", whole=whole)
    picture = np.full((*size, 3), 200, np.uint8)
    for fit in InputFit:
        tensor, seen = prepare(picture, preprocessing, fit, torch.device("cpu"))
        assert tensor.shape == (1, 3, *shape)
        assert input_size(size, preprocessing, fit) == shape
        assert seen == box
        assert set(tensor.flatten().tolist()) <= {7.0, 200.0}
        scale = shape[0] / box.height
        inside = round(size[0] * scale) * round(size[1] * scale)
        assert int((tensor[0, 0] == 200).sum()) == inside
