"""Operations without a module are watched too, under the tracer's own names and numbers."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.overrides import _get_current_function_mode_stack

from engine.capture.hooks import capture
from engine.device import Placement
from engine.errors import ModelError
from engine.graph.trace import trace
from engine.network import Network
from engine.values import DeviceInfo, InputFit, LayerKey
from tests.engine import tiny


class Block(nn.Module):
    """x + conv(x), in place; its child adds as well."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = Inner()
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        out = self.inner(x) + 1
        out += x
        out = self.relu(out)
        assert isinstance(out, Tensor)
        return out


class Inner(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(1, 1, 1, bias=False)
        with torch.no_grad():
            self.conv.weight.fill_(-2.0)

    def forward(self, x: Tensor) -> Tensor:
        return torch.add(self.conv(x), 10)


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first = Block()
        self.second = Block()
        self.fails = False

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        x = self.first(x)
        both = torch.cat([x, self.second(x)], 1)
        if self.fails:
            raise ValueError("on purpose")
        return {"out": F.relu(both - 5), "mean": both.mean()}


@pytest.fixture
def picture() -> Tensor:
    return torch.tensor([[[[2.0, -3.0]]]])


def take(model: nn.Module, picture: Tensor, *keys: LayerKey) -> dict[str, list[object]]:
    with torch.inference_mode(), capture(model, keys) as taken:
        model(picture)
    return {str(key): taken[key].flatten().tolist() for key in keys if key in taken}


def left_behind(model: nn.Module) -> int:
    hooks = sum(len(m._forward_hooks) + len(m._forward_pre_hooks) for m in model.modules())
    modes = _get_current_function_mode_stack()  # type: ignore[no-untyped-call]  # torch's
    return hooks + len(modes)


def test_each_operation_is_told_by_scope_name_and_call(picture: Tensor) -> None:
    # inner: -2x + 10 = (6, 16); + 1 = (7, 17); + x = (9, 14)
    keys = [
        LayerKey("first.inner/add"),
        LayerKey("first/add", 0),
        LayerKey("first/add", 1),
        LayerKey("/cat"),
        LayerKey("/sub"),
    ]
    assert take(Net(), picture, *keys) == {
        "first.inner/add": [6.0, 16.0],
        "first/add": [7.0, 17.0],
        "first/add:1": [9.0, 14.0],
        # second: -2x + 10 + 1 + x = 11 - x = (2, -3), and the ReLU
        "/cat": [9.0, 14.0, 2.0, 0.0],
        "/sub": [4.0, 9.0, -3.0, -5.0],
    }


def test_the_copy_is_made_before_an_in_place_layer_writes_over_it() -> None:
    got = take(Net(), torch.tensor([[[[12.0]]]]), LayerKey("first/add", 1))
    assert got == {"first/add:1": [-1.0]}  # the ReLU behind it makes 0 of it


def test_modules_and_operations_are_watched_together(picture: Tensor) -> None:
    got = take(Net(), picture, LayerKey("first.inner.conv"), LayerKey("first.inner/add"))
    assert got == {"first.inner.conv": [-4.0, 6.0], "first.inner/add": [6.0, 16.0]}


def test_the_outputs_of_the_network_have_names_of_their_own(picture: Tensor) -> None:
    got = take(Net(), picture, LayerKey("/output", 0), LayerKey("/output", 1))
    assert got == {"/output": [4.0, 9.0, 0.0, 0.0], "/output:1": [6.25]}


def test_every_operation_that_the_tracer_names_can_be_taken(picture: Tensor) -> None:
    model = Net()
    nodes = [node for node in trace(model, picture).nodes if node.op != "input"]
    with torch.inference_mode(), capture(model, [node.key for node in nodes]) as taken:
        model(picture)
    assert {str(key): tuple(t.shape) for key, t in taken.items()} == {
        str(node.key): node.outputs[0].shape for node in nodes
    }


def test_the_same_name_in_a_child_is_not_counted(picture: Tensor) -> None:
    """The second block's parent watches `add` too; its children's are none of it."""
    got = take(Net(), picture, LayerKey("first/add", 0), LayerKey("first.inner/add", 1))
    assert got == {"first/add": [7.0, 17.0]}


def test_what_is_not_reached_is_missing(picture: Tensor) -> None:
    assert take(Net(), picture, LayerKey("first/add", 2), LayerKey("first/mul")) == {}


def test_a_scope_that_does_not_exist_is_an_error_and_leaves_nothing(picture: Tensor) -> None:
    model = Net()
    keys = [LayerKey("first/add"), LayerKey("nowhere/add")]
    with pytest.raises(KeyError, match="nowhere"), capture(model, keys):
        pass
    assert left_behind(model) == 0


def test_nothing_is_left_when_the_network_raises(picture: Tensor) -> None:
    model = Net()
    model.fails = True
    keys = [LayerKey("/cat"), LayerKey("first/add"), LayerKey("/output")]
    with pytest.raises(ValueError, match="on purpose"), capture(model, keys) as taken:
        model(picture)
    assert set(taken) == {LayerKey("/cat"), LayerKey("first/add")}
    assert left_behind(model) == 0


def test_an_exception_that_the_network_catches_ends_the_scope(picture: Tensor) -> None:
    class Fails(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            raise ValueError(str((x + 1).shape))

    class Catches(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = Fails()
            self.modes = -1

        def forward(self, x: Tensor) -> Tensor:
            try:
                self.inner(x)
            except ValueError:
                self.modes = left_behind(nn.Identity())  # the modes alone
            return x + 2

    net = Catches()
    assert take(net, picture, LayerKey("inner/add")) == {"inner/add": [3.0, -2.0]}
    assert net.modes == 0


def test_nothing_is_left_afterwards(picture: Tensor) -> None:
    model = Net()
    take(model, picture, LayerKey("/cat"), LayerKey("first/add"))
    assert left_behind(model) == 0


# ------------------------------------------------------------------------------ in a session


def placement() -> Placement:
    return Placement(torch.device("cpu"), None, False, 1, DeviceInfo("cpu", "CPU", "float32"))


def add_and_answer(x: Tensor) -> Tensor:
    return (x + 1).mean((2, 3))


def test_a_network_runs_with_an_operation_watched() -> None:
    net = Network(tiny.loaded(tiny.Do(add_and_answer)), placement())
    key = LayerKey("/add")
    net.check(key)
    assert net.kind_of(key) == "add"
    taken = net.run(tiny.frame(), [key], InputFit.STRETCH).taken[key]
    expected = np.moveaxis(tiny.frame().image, 2, 0)[None].astype(np.float32) + 1
    assert taken.tolist() == expected.tolist()


@pytest.mark.parametrize("key", [LayerKey("/ad"), LayerKey("/add", 1), LayerKey("none/add")])
def test_an_operation_that_never_happens_is_refused_with_what_is_near(key: LayerKey) -> None:
    net = Network(tiny.loaded(tiny.Do(add_and_answer)), placement())
    with pytest.raises(ModelError, match=f"no operation “{key}”. Did you mean /add"):
        net.check(key)


class Lent(nn.Module):
    """Runs a module that it does not own, as a converted ONNX network does."""

    def __init__(self) -> None:
        super().__init__()
        self.others = (Inner(), nn.ReLU())  # in a tuple, so that they are no parts of this one

    def forward(self, x: Tensor) -> Tensor:
        inner, relu = self.others
        out = torch.cat([x, relu(inner(x))], 1)
        assert isinstance(out, Tensor)
        return out


def test_what_modules_do_that_are_no_parts_counts_for_who_calls_them(picture: Tensor) -> None:
    keys = [node.key for node in trace(Lent(), picture).nodes if node.op in {"add", "cat"}]
    assert keys == [LayerKey("/add"), LayerKey("/cat")]
    assert take(Lent(), picture, *keys) == {  # -2x + 10 = (6, 16)
        "/add": [6.0, 16.0],
        "/cat": [2.0, -3.0, 6.0, 16.0],
    }
