"""A network in its place: what it answers, what is taken on the way, and what it says it cannot."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from engine.device import Placement
from engine.errors import DeviceError, ModelError
from engine.network import Network, raise_unless_gpu_is_full
from engine.values import DeviceInfo, Frame, InputFit, LayerKey
from tests.engine import tiny

if TYPE_CHECKING:
    from collections.abc import Iterable

    from engine.network import Pass

CPU = torch.device("cpu")
INPUT = LayerKey("input")
RAMP = torch.arange(16.0).reshape(4, 4)


def place(dtype: torch.dtype | None = None, *, is_channels_last: bool = False) -> Placement:
    info = DeviceInfo("cpu", "CPU", str(dtype), is_channels_last)
    return Placement(CPU, dtype, is_channels_last, 1, info)


def network(net: nn.Module | None = None, side: int = tiny.SIDE) -> Network:
    return Network(tiny.loaded(net, side=side), place())


def run(net: Network, keys: Iterable[LayerKey] = (), frame: Frame | None = None) -> Pass:
    return net.run(frame or tiny.frame(), keys, InputFit.STRETCH)


# ------------------------------------------------------------------------------ what it answers


def test_every_layer_by_hand() -> None:
    keys = [LayerKey(name) for name in ("conv", "side", "relu", "fc")] + [LayerKey("relu", 1)]
    done = run(network(), keys)
    blue = torch.full((4, 4), 7.0)
    assert done.taken[LayerKey("conv")].tolist() == torch.stack((RAMP - 5, blue))[None].tolist()
    assert done.taken[LayerKey("side")][0, 1].tolist() == [[-5.0] * 4] * 4
    first = torch.stack((RAMP - 5, blue)).clamp(min=0)
    assert done.taken[LayerKey("relu")].tolist() == first[None].tolist()
    second = torch.stack((first[0], torch.full((4, 4), 2.0)))
    assert done.taken[LayerKey("relu", 1)].tolist() == second[None].tolist()
    # 1 + ... + 10 over 16 places
    assert done.taken[LayerKey("fc")].tolist() == [[55 / 16, 2.0, 0.0]]
    assert done.output.tolist() == [55 / 16, 2.0, 0.0]
    assert (done.box.left, done.box.top, done.box.right, done.box.bottom) == (0, 0, 4, 4)


def test_only_what_was_asked_is_taken() -> None:
    key, never = LayerKey("relu", 1), LayerKey("spare")
    done = run(network(), [key, never])
    assert set(done.taken) == {key}
    assert done.asked == {key, never}


def test_the_input_is_the_picture() -> None:
    taken = run(network(), [INPUT]).taken[INPUT]
    expected = np.moveaxis(tiny.frame().image, 2, 0)[None].astype(np.float32)
    assert taken.tolist() == expected.tolist()


def test_the_input_is_taken_before_the_network_writes_over_it() -> None:
    """A first layer that works in place has the input for itself."""

    def overwrite(x: Tensor) -> Tensor:
        return x.zero_().mean((2, 3))

    taken = run(network(tiny.Do(overwrite)), [INPUT]).taken[INPUT]
    assert taken[0, 0].tolist() == RAMP.tolist()


def test_what_was_taken_stays_when_the_next_frame_runs() -> None:
    net = network()
    first = run(net, [LayerKey("conv"), INPUT])
    before = {key: tensor.clone() for key, tensor in first.taken.items()}
    run(net, [LayerKey("conv"), INPUT], tiny.frame(red=100))
    for key, tensor in first.taken.items():
        assert torch.equal(tensor, before[key])


def test_the_pictures_bytes_are_left_alone() -> None:
    frame = tiny.frame()
    frame.image.flags.writeable = False
    before = frame.image.copy()
    run(network(tiny.Do(lambda x: x.zero_().mean((2, 3)))), [], frame)
    assert np.array_equal(frame.image, before)


@pytest.mark.parametrize(
    "pack",
    [
        lambda x: {"logits": x, "aux": x[:, :1]},
        lambda x: (x, x[:, :1]),
        lambda x: [None, x],
        lambda x: tiny.Two(x, None),
        lambda x: x.double(),
    ],
    ids=["dict", "tuple", "list", "namedtuple", "double"],
)
def test_the_answer_is_found_in_what_the_network_gives(pack: Any) -> None:
    done = run(network(tiny.Wrapped(pack)), [LayerKey("pack")])
    assert done.output.tolist() == [55 / 16, 2.0, 0.0]
    assert done.output.dtype is torch.float32
    assert done.taken[LayerKey("pack")].tolist() == [[55 / 16, 2.0, 0.0]]


@pytest.mark.parametrize(
    "pack",
    [lambda _x: None, lambda _x: {}, lambda _x: "cat", lambda x: x.sum(), lambda x: x[:0]],
    ids=["none", "empty", "text", "scalar", "no batch"],
)
def test_a_network_without_an_answer_says_so(pack: Any) -> None:
    with pytest.raises(ModelError) as caught:
        run(network(tiny.Wrapped(pack)))
    assert caught.value.message == (
        "Tiny gave no answer that can be shown; choose another network."
    )


def test_tokens_are_taken_as_they_are_without_hooks() -> None:
    """Hooks must not send attention down another path to other numbers."""
    torch.manual_seed(1)
    module = tiny.Tokens()
    net = network(module)
    bare = run(net).output
    watched = run(net, [LayerKey("block"), LayerKey("block.linear1"), LayerKey("block.self_attn")])
    torch.testing.assert_close(watched.output, bare)
    assert watched.taken[LayerKey("block")].shape == (1, 5, 4)
    with torch.inference_mode():
        torch.testing.assert_close(
            module.head(watched.taken[LayerKey("block")][:, 0])[0], watched.output
        )


def test_nothing_needs_a_gradient() -> None:
    done = run(network(), [LayerKey("conv")])
    assert not done.output.requires_grad
    assert done.output.is_inference()


def test_time_is_told_apart() -> None:
    done = run(network())
    assert done.preprocess_ms > 0
    assert done.forward_ms > 0


# ------------------------------------------------------------------------------- the description


def test_the_description() -> None:
    net = network()
    assert [layer.key.name for layer in net.info.layers] == [
        "input", "conv", "side", "relu", "spare", "fc",
    ]  # fmt: skip
    assert net.info.categories == tiny.CATEGORIES
    assert net.info.is_random
    assert net.info.device.title == "CPU"
    assert net.input_size == (4, 4)
    assert net.kind_of(LayerKey("relu", 1)) == "ReLU"


@pytest.mark.parametrize(
    ("key", "sentence"),
    [
        (LayerKey("covn"), "Tiny has no layer “covn”. Did you mean conv?"),
        (LayerKey("con"), "Tiny has no layer “con”. Did you mean conv?"),
        (LayerKey("zzz"), "Tiny has no layer “zzz”. Choose one from its list of layers."),
        (LayerKey("conv", 1), "Layer “conv” fires once in a pass; there is no call 1, "),
        (LayerKey("relu", 2), "Layer “relu” fires 2 times in a pass; there is no call 2, "),
        (LayerKey("relu", -1), "Layer “relu” fires 2 times in a pass; there is no call -1, "),
        (LayerKey(""), "Tiny has no layer “”."),
    ],
)
def test_a_layer_that_is_not_there(key: LayerKey, sentence: str) -> None:
    with pytest.raises(ModelError) as caught:
        network().check(key)
    assert caught.value.message.startswith(sentence)


@pytest.mark.parametrize("key", [INPUT, LayerKey("relu", 1), LayerKey("spare")])
def test_a_layer_that_is_there(key: LayerKey) -> None:
    network().check(key)


# -------------------------------------------------------------------------------- what goes wrong


def test_a_network_too_large_for_its_own_input() -> None:
    with pytest.raises(ModelError) as caught:
        network(nn.Conv2d(3, 2, 9))
    assert caught.value.message == (
        "Tiny failed on an input of its own usual size; choose another network "
        "(the log has the details)."
    )
    assert isinstance(caught.value.__cause__, RuntimeError)


@pytest.mark.parametrize("error", [RuntimeError("shapes"), ValueError("x"), IndexError()])
def test_a_network_that_fails_on_a_picture(error: Exception) -> None:
    is_broken = False

    def work(x: Tensor) -> Tensor:
        if is_broken:
            raise error
        return x.mean((2, 3))

    module = nn.Sequential(nn.Conv2d(3, 3, 1), tiny.Do(work))
    net = network(module)
    is_broken = True
    with pytest.raises(ModelError) as caught:
        run(net, [LayerKey("0"), LayerKey("1")])
    assert caught.value.message.startswith("Tiny failed on this picture; choose another network")
    assert caught.value.__cause__ is error
    assert tiny.hooks_of(module) == 0
    is_broken = False
    assert run(net, [LayerKey("0")]).output.shape == (3,)


@pytest.mark.parametrize("error", [torch.OutOfMemoryError("CUDA out of memory"), MemoryError()])
def test_full_memory_is_no_defect_of_the_network(error: Exception) -> None:
    module = tiny.Hungry()
    net = network(module)
    module.full["cpu"] = error
    with pytest.raises(type(error)):
        run(net, [LayerKey("net.conv")])
    assert tiny.hooks_of(module) == 0


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (torch.OutOfMemoryError("CUDA out of memory"), "not enough memory for this network"),
        (MemoryError(), "not enough memory for this network"),
    ],
)
def test_a_full_cpu_is_told(error: RuntimeError | MemoryError, sentence: str) -> None:
    with pytest.raises(DeviceError, match=sentence) as caught:
        raise_unless_gpu_is_full(error, place())
    assert caught.value.__cause__ is error


def test_another_error_stays_what_it_is() -> None:
    error = RuntimeError("shapes do not fit")
    with pytest.raises(RuntimeError) as caught:
        raise_unless_gpu_is_full(error, place())
    assert caught.value is error


# ------------------------------------------------------------------------ precision and layout

SEEDED = ("body.0", "body.1", "body.2", "body.3", "head")
PLACES = [
    (None, True),
    (torch.bfloat16, False),
    (torch.bfloat16, True),
]


@pytest.mark.parametrize(("dtype", "is_channels_last"), PLACES)
def test_precision_and_layout_change_no_shape_and_little_else(
    dtype: torch.dtype | None, is_channels_last: bool, photo: np.ndarray[Any, np.dtype[np.uint8]]
) -> None:
    keys = [INPUT, *map(LayerKey, SEEDED)]
    frame = Frame(photo)
    model = tiny.loaded(tiny.Seeded(), side=32)
    reference = run(Network(model, place()), keys, frame)
    other = Network(model, place(dtype, is_channels_last=is_channels_last))
    weight = other.module.get_parameter("body.0.weight")
    assert weight.is_contiguous(memory_format=torch.channels_last) is is_channels_last
    got = run(other, keys, frame)
    # bfloat16 keeps 8 bits
    near = 1e-5 if dtype is None else 2**-7
    assert set(got.taken) == set(keys)
    for key in keys:
        one, two = got.taken[key], reference.taken[key]
        assert (one.shape, one.dtype, one.is_contiguous()) == (two.shape, torch.float32, True)
        error = (one - two).abs().max() / two.abs().max()
        assert error < near
    assert torch.equal(got.taken[INPUT], reference.taken[INPUT])
    assert (got.output - reference.output).abs().max() / reference.output.abs().max() < near
    if dtype is not None:
        assert not torch.equal(got.taken[LayerKey("body.3")], reference.taken[LayerKey("body.3")])
    assert [it.shape for it in other.info.layers] == [
        it.shape for it in Network(model, place()).info.layers
    ]


def test_a_module_goes_back_to_planar_order() -> None:
    model = tiny.loaded(tiny.Seeded(), side=8)
    Network(model, place(is_channels_last=True))
    net = Network(model, place())
    assert net.module.get_parameter("body.0.weight").is_contiguous()


def test_a_move_that_fails_is_undone() -> None:
    """Half precision that the network cannot run in leaves it as it was."""

    def refuse_half(x: Tensor) -> Tensor:
        if x.dtype is torch.bfloat16:
            raise TypeError("no half precision")
        return x.mean((2, 3))

    module = nn.Sequential(nn.Conv2d(3, 3, 3), tiny.Do(refuse_half))
    net = network(module)
    with pytest.raises(ModelError, match="usual size"):
        net.moved(place(torch.bfloat16, is_channels_last=True))
    assert module.get_parameter("0.weight").is_contiguous()
    assert run(net).output.shape == (3,)


# ------------------------------------------------------------------------------ frames of any size


@pytest.mark.parametrize("fit", list(InputFit))
@pytest.mark.parametrize("size", [(1, 1), (1, 500), (500, 1), (2160, 3840), (3, 2)])
def test_frames_of_any_size(size: tuple[int, int], fit: InputFit) -> None:
    image = np.full((*size, 3), (9, 5, 7), np.uint8)
    done = network().run(Frame(image), [LayerKey("conv"), INPUT], fit)
    assert done.taken[LayerKey("conv")].shape == (1, 2, 4, 4)
    assert all(math.isfinite(value) for value in done.output.tolist())
    if fit is not InputFit.PAD:  # a picture of one colour stays one, whatever is cut
        assert done.taken[INPUT][0].mean((1, 2)).tolist() == pytest.approx([9, 5, 7], rel=1e-6)
        assert done.output.tolist() == pytest.approx([4, 2, 0], rel=1e-6)
    assert done.box.width > 0
    assert done.box.height > 0
