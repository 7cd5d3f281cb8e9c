"""TorchScript networks answer as before, and their layers can be watched."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import pytest
import torch
from torch import Tensor, nn

from engine.capture.hooks import capture
from engine.models.user import script
from engine.models.user.archive import Archive
from engine.models.user.opening import OpenedModel, open_model
from engine.models.user.options import OpenOptions
from engine.models.user.script_graph import UnsupportedError
from engine.models.user.script_source import repacked
from engine.session import Session
from engine.values import LayerKey

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.engine.models.user.conftest import Net

SMALL = OpenOptions(input_size=(16, 16))
# torch's stubs do not type them
trace: Any = torch.jit.trace
compiled: Any = torch.jit.script
WAYS: dict[str, Callable[[nn.Module, Tensor], Any]] = {
    "trace": trace,
    "script": lambda net, _picture: compiled(net),
}


def _open(net: nn.Module, picture: Tensor, way: str, folder: Path) -> OpenedModel:
    torch.jit.save(WAYS[way](net, picture), folder / "net.pt")
    return open_model(folder / "net.pt", SMALL)


@pytest.mark.parametrize("way", WAYS)
def test_it_answers_and_its_layers_fire(
    tmp_path: Path, net: Net, picture: Tensor, way: str
) -> None:
    opened = _open(net, picture, way, tmp_path)
    assert opened.warnings == ()
    keys = [
        LayerKey("stem"),
        LayerKey("blocks"),
        LayerKey("blocks.0"),
        LayerKey("blocks.0", 1),
        LayerKey("blocks.1.bn"),
        LayerKey("head"),
    ]
    with torch.inference_mode():
        with capture(net, keys) as expected:
            answer = net(picture)
        with capture(opened.module, keys) as taken:
            torch.testing.assert_close(opened.module(picture), answer)
    assert list(taken) == list(expected)
    for key, values in expected.items():
        torch.testing.assert_close(taken[key], values)


@pytest.mark.parametrize("way", WAYS)
def test_its_layers_are_listed_as_they_were_called(
    tmp_path: Path, net: Net, picture: Tensor, way: str
) -> None:
    info = Session().adopt(_open(net, picture, way, tmp_path))
    assert [it.key.name for it in info.layers[1:]] == [n for n, _ in net.named_modules() if n]
    kinds = {it.key.name: it.kind for it in info.layers}
    assert (kinds["stem"], kinds["blocks"], kinds["blocks.0"]) == ("Conv2d", "Sequential", "Block")
    layers = {it.key.name: it for it in info.layers}
    assert layers["stem"].shape == (4, 7, 7)
    assert layers["blocks.0"].calls == 2
    parameters = sum(it.numel() for it in net.blocks.parameters())
    assert layers["blocks"].parameters == parameters


class Busy(nn.Module):
    """What scripting keeps and tracing does not: loops, branches, lists, functions."""

    def __init__(self) -> None:
        super().__init__()
        self.parts = nn.ModuleList(nn.Conv2d(3, 3, 1) for _ in range(3))
        self.turns = 2

    def doubled(self, x: Tensor) -> Tensor:
        return torch.nn.functional.relu(x * 2)

    def forward(self, x: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        kept: list[Tensor] = []
        for part in self.parts:
            kept.append(self.doubled(part(x)))  # noqa: PERF401 - TorchScript takes it so
        total = kept[0]
        for turn in range(self.turns):
            if turn % 2 == 0 and x.shape[-1] > 3:
                total = total + kept[turn + 1]
            else:
                total = total - kept[0].clamp(min=0.1)
        shape = [len(kept), -1]
        width = torch.cat(kept, 1).view(shape).mean() * (float(x.size(2)) / 2)
        return total.mean((2, 3)) + width, {"last": kept[-1]}


def test_loops_and_branches(tmp_path: Path, picture: Tensor) -> None:
    torch.manual_seed(0)
    net = Busy().eval()
    opened = _open(net, picture, "script", tmp_path)
    assert opened.warnings == ()
    keys = [LayerKey("parts.0"), LayerKey("parts.2")]
    with torch.inference_mode(), capture(opened.module, keys) as taken:
        answer, inside = opened.module(picture)
        expected, expected_inside = net(picture)
    torch.testing.assert_close(answer, expected)
    torch.testing.assert_close(inside["last"], expected_inside["last"])
    assert set(taken) == set(keys)


def test_another_picture_takes_another_branch(tmp_path: Path, picture: Tensor) -> None:
    class Choosy(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.one = nn.Conv2d(3, 2, 1)
            self.two = nn.Conv2d(3, 2, 1)

        def forward(self, x: Tensor) -> Tensor:
            made = self.one(x) if bool(x.mean() > 0) else self.two(x)
            answer: Tensor = made.mean((2, 3))
            return answer

    net = Choosy().eval()
    opened = _open(net, picture, "script", tmp_path)
    for sign in (1, -1):
        torch.testing.assert_close(opened.module(sign * picture), net(sign * picture))


def test_what_cannot_be_opened_up_runs_as_a_whole(
    tmp_path: Path, net: Net, picture: Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unsupported(*_: Any) -> Any:
        raise UnsupportedError("everything")

    monkeypatch.setattr(script, "compile_graph", unsupported)
    opened = _open(net, picture, "trace", tmp_path)
    assert opened.warnings == (script.WHOLE,)
    with torch.inference_mode(), capture(opened.module, [LayerKey("stem")]) as taken:
        torch.testing.assert_close(opened.module(picture), net(picture))
    assert dict(taken) == {}
    info = Session().adopt(opened)
    assert all(it.shape is None for it in info.layers[1:])


def test_another_answer_is_not_believed(
    tmp_path: Path, net: Net, picture: Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(script, "_same", lambda *_: False)
    assert _open(net, picture, "trace", tmp_path).warnings == (script.WHOLE,)


def test_its_weights_move_with_it(tmp_path: Path, net: Net, picture: Tensor) -> None:
    opened = _open(net, picture, "trace", tmp_path)
    opened.module.to(torch.float64)
    assert {it.dtype for it in opened.module.parameters()} == {torch.float64}
    expected = net.double()(picture.double())
    torch.testing.assert_close(opened.module(picture.double()), expected)
    opened.module.to(memory_format=torch.channels_last)
    torch.testing.assert_close(opened.module(picture.double()), expected)


def test_a_size_is_found_where_none_is_given(tmp_path: Path, picture: Tensor) -> None:
    net = nn.Sequential(nn.Conv2d(1, 2, 5), nn.Flatten(), nn.Linear(2 * 24 * 24, 3)).eval()
    torch.jit.save(trace(net, torch.rand(1, 1, 28, 28)), tmp_path / "net.pt")
    opened = open_model(tmp_path / "net.pt")
    assert opened.spec.preprocessing.input_size == (28, 28)
    assert opened.module(torch.rand(1, 3, 28, 28)).shape == (1, 3)


def test_what_is_for_debugging_is_left_out(
    tmp_path: Path, net: Net, picture: Tensor, caplog: pytest.LogCaptureFixture
) -> None:
    torch.jit.save(trace(net, picture), tmp_path / "net.pt")
    archive = Archive(tmp_path / "net.pt")
    assert archive.names("code/")
    content = repacked(archive, is_vetted=True)
    assert b"debug_pkl" not in content
    assert b"debug_pkl" in repacked(archive, is_vetted=False)
    with caplog.at_level(logging.INFO):
        script.load_script(archive, allow_code=False)
