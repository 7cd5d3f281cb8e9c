"""torch.export programs answer as before, and their layers can be watched."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING, Any

import pytest
import torch
from torch import Tensor, nn

from engine.capture.hooks import capture
from engine.models.user.detect import inspect_file
from engine.models.user.errors import ModelFileError, NeedsConsentError
from engine.models.user.opening import OpenedModel, open_model
from engine.models.user.options import OpenOptions
from engine.session import Session
from engine.values import LayerKey

if TYPE_CHECKING:
    from pathlib import Path

    from tests.engine.models.user.conftest import Net


def _open(net: nn.Module, picture: Tensor, folder: Path, **options: Any) -> OpenedModel:
    torch.export.save(torch.export.export(net, (picture,)), folder / "net.pt2")
    return open_model(folder / "net.pt2", OpenOptions(**options))


def test_it_answers_and_its_layers_fire(tmp_path: Path, net: Net, picture: Tensor) -> None:
    opened = _open(net, picture, tmp_path)
    assert opened.warnings == ()
    assert opened.spec.preprocessing.input_size == (16, 16)
    keys = [LayerKey("stem"), LayerKey("blocks.0.conv"), LayerKey("blocks.0"), LayerKey("blocks")]
    with torch.inference_mode():
        with capture(net, keys) as expected:
            answer = net(picture)
        with capture(opened.module, keys) as taken:
            torch.testing.assert_close(opened.module(picture), answer, rtol=0, atol=0)
    assert list(taken) == list(expected)
    for key, values in expected.items():
        torch.testing.assert_close(taken[key], values, rtol=0, atol=0)


def test_its_layers_are_those_of_the_network(tmp_path: Path, net: Net, picture: Tensor) -> None:
    opened = _open(net, picture, tmp_path)
    layers = {it.key.name: it for it in Session().adopt(opened).layers}
    assert set(layers) == {"input"} | {name for name, _ in net.named_modules() if name}
    assert layers["blocks.0"].kind == "Block"
    assert layers["blocks.0"].calls == 2
    assert layers["stem"].detail == "stride 2"
    assert layers["blocks.1.conv"].detail == "padding 1, groups 2"
    assert opened.card.parameters == sum(it.numel() for it in net.parameters())


def test_any_batch(tmp_path: Path, net: Net) -> None:
    batch = torch.export.Dim("batch", min=1, max=64)
    program = torch.export.export(net, (torch.rand(2, 3, 16, 16),), dynamic_shapes=({0: batch},))
    torch.export.save(program, tmp_path / "net.pt2")
    assert inspect_file(tmp_path / "net.pt2").inputs == ((-1, 3, 16, 16),)
    opened = open_model(tmp_path / "net.pt2")
    pictures = torch.rand(5, 3, 16, 16)
    torch.testing.assert_close(opened.module(pictures), net(pictures), rtol=0, atol=0)


class Odd(nn.Module):
    """Constants, shared weights, lists, sizes, several answers, empty weights."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 6, 3)
        self.again = self.conv
        self.register_buffer("none", torch.empty(0))
        self.steps: Tensor
        self.register_buffer("steps", torch.arange(12.0).view(3, 4).t()[:, :2])

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        x = self.again(self.conv(x)[:, :3])
        first, second, third = torch.chunk(x, 3, dim=1)
        top, _places = torch.max(first.flatten(2), 2)
        mask = torch.where(second > 0, second, torch.tensor(0.5))
        wide = torch.nn.functional.interpolate(mask, scale_factor=2.0, mode="nearest")
        scores = torch.cat([top, third.mean((2, 3))], 1) @ self.steps.T[:1].expand(4, -1)
        return scores.to(torch.float64), wide.view(wide.size(0), -1)


@pytest.mark.filterwarnings("ignore:No complete tensor found")
def test_odd_operations(tmp_path: Path, picture: Tensor) -> None:
    torch.manual_seed(0)
    net = Odd().eval()
    opened = _open(net, picture, tmp_path)
    with torch.inference_mode():
        torch.testing.assert_close(opened.module(picture), net(picture), rtol=0, atol=0)


def test_intermediate_values_are_let_go(tmp_path: Path, net: Net, picture: Tensor) -> None:
    opened = _open(net, picture, tmp_path)
    sizes: list[int] = []
    (part,) = (it for name, it in opened.module.named_modules() if name == "head")
    part.register_forward_pre_hook(lambda _part, given: sizes.append(len(given[1])))
    opened.module(picture)
    weights = len(net.state_dict())
    assert sizes[0] <= weights + 2  # the weights, the picture, and what the layer needs


class Contexts(nn.Module):
    """Operations in inner graphs, one of them in another one."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv2d(3, 2, 1)

    def forward(self, x: Tensor) -> Tensor:
        with torch.autocast("cpu", enabled=False):
            made = self.conv(x) * 2
            with torch.no_grad():
                first, second = torch.chunk(made, 2, 1)
        with torch.no_grad():
            total = made + 1 + first
        answer: Tensor = total.mean((2, 3)) + made.mean((2, 3)) + second.mean()
        return answer


def test_inner_graphs_are_put_in_their_place(tmp_path: Path, picture: Tensor) -> None:
    torch.manual_seed(0)
    net = Contexts().eval()
    opened = _open(net, picture, tmp_path)
    with torch.inference_mode(), capture(opened.module, [LayerKey("conv")]) as taken:
        torch.testing.assert_close(opened.module(picture), net(picture), rtol=0, atol=0)
    assert taken[LayerKey("conv")].shape == (1, 2, 16, 16)


def test_what_is_beyond_operators_needs_consent(tmp_path: Path, picture: Tensor) -> None:
    class Branches(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(3, 2, 1)

        def forward(self, x: Tensor) -> Tensor:
            made = torch.cond(x.sum() > 0, lambda it: it + 1, lambda it: it - 1, (x,))
            answer: Tensor = self.conv(made).mean((2, 3))
            return answer

    net = Branches().eval()
    with pytest.raises(NeedsConsentError, match=r"cond|graph"):
        _open(net, picture, tmp_path)
    opened = open_model(tmp_path / "net.pt2", OpenOptions(allow_code=True))
    torch.testing.assert_close(opened.module(picture), net(picture))


def test_a_program_of_another_time_is_named_so(tmp_path: Path, net: Net, picture: Tensor) -> None:
    path = tmp_path / "net.pt2"
    torch.export.save(torch.export.export(net, (picture,)), path)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content.replace(b'"major": 8', b'"major": 7'))
    assert "another version of PyTorch (schema 7)" in inspect_file(path).problem
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("serialized_exported_program.json", "{}")
        archive.writestr("version", "8.1")
    with pytest.raises(ModelFileError, match=r"PyTorch 2\.7 or older"):
        open_model(path)
