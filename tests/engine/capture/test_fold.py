"""Outputs of every shape become channels of maps, with the picture's axes in the right places."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from engine.capture.fold import fold, token_grid
from engine.values import MapKind

SQUARE = (224, 224)


def numbered(*shape: int) -> Tensor:
    return torch.arange(torch.Size(shape).numel(), dtype=torch.float32).reshape(shape)


def test_convolution_maps_stay_as_they_are() -> None:
    output = numbered(1, 5, 7, 7)
    folded = fold(output, SQUARE)
    assert folded.kind is MapKind.MAPS
    assert torch.equal(folded.maps, output[0])


def test_maps_of_one_pixel_are_a_vector() -> None:
    folded = fold(numbered(1, 5, 1, 1), SQUARE)
    assert (folded.kind, tuple(folded.maps.shape)) == (MapKind.VECTOR, (5, 1, 1))


@pytest.mark.parametrize("shape", [(1, 10), (10,)])
def test_fully_connected_output_is_a_vector(shape: tuple[int, ...]) -> None:
    folded = fold(numbered(*shape), SQUARE)
    assert folded.kind is MapKind.VECTOR
    assert folded.maps.flatten().tolist() == list(range(10))


def test_channels_last_maps_are_turned() -> None:
    output = numbered(1, 56, 56, 96)
    folded = fold(output, SQUARE)
    assert tuple(folded.maps.shape) == (96, 56, 56)
    assert torch.equal(folded.maps[3], output[0, :, :, 3])


def test_channels_last_maps_of_an_oblong_input_are_turned() -> None:
    output = numbered(1, 12, 16, 20)
    folded = fold(output, (240, 320))
    assert torch.equal(folded.maps[3], output[0, :, :, 3])


def test_a_cube_is_read_as_channels_first() -> None:
    output = numbered(1, 14, 14, 14)
    assert torch.equal(fold(output, SQUARE).maps, output[0])


def test_tokens_go_back_to_their_grid_without_the_class_token() -> None:
    output = numbered(1, 1 + 14 * 14, 3)
    folded = fold(output, SQUARE)
    assert folded.kind is MapKind.TOKENS
    assert tuple(folded.maps.shape) == (3, 14, 14)
    assert folded.maps[2, 0, 1] == output[0, 2, 2]  # second picture token, behind the class token
    assert folded.maps[1, 13, 13] == output[0, -1, 1]


@pytest.mark.parametrize(
    ("count", "size", "grid"),
    [
        (197, SQUARE, (14, 14)),
        (196, SQUARE, (14, 14)),
        (201, SQUARE, (14, 14)),  # a class token and four registers
        (1 + 12 * 16, (192, 256), (12, 16)),
        (7, SQUARE, (2, 2)),
        (3, SQUARE, None),
    ],
)
def test_the_grid_of_tokens_follows_the_input(
    count: int, size: tuple[int, int], grid: tuple[int, int] | None
) -> None:
    assert token_grid(count, size) == grid


def test_more_dimensions_are_taken_together_as_channels() -> None:
    output = numbered(1, 2, 3, 4, 4)
    folded = fold(output, SQUARE)
    assert torch.equal(folded.maps, output[0].reshape(6, 4, 4))


def test_a_matrix_that_is_no_grid_is_one_map() -> None:
    folded = fold(numbered(1, 3, 50), SQUARE)
    assert tuple(folded.maps.shape) == (1, 3, 50)


def test_a_scalar_is_a_vector_of_one() -> None:
    assert tuple(fold(torch.tensor([4.0]), SQUARE).maps.shape) == (1, 1, 1)
