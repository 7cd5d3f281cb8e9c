"""From a name to a network that answers, and what is said when its file is no good."""

from __future__ import annotations

import hashlib
import pickle
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import torch
from torch import nn

from engine.errors import CancelledError, DeviceError, ModelError, WeightsUnavailableError
from engine.jobs import JobControl, Progress
from engine.models import loading, registry, weights
from engine.models.spec import ModelSpec, Weights
from engine.values import WeightsChoice

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PUBLISHED, RANDOM = WeightsChoice.PUBLISHED, WeightsChoice.RANDOM


def _tiny() -> nn.Module:
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Dropout())


@pytest.fixture
def publish(cache: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes | None], Path]:
    """Return a function that makes "tiny" a network whose weights file holds what is given."""

    def put(content: bytes | None) -> Path:
        path = cache / "tiny.pth"
        checksum = ""
        if content is not None:
            cache.mkdir(parents=True)
            path.write_bytes(content)
            checksum = hashlib.sha256(content).hexdigest()
        spec = ModelSpec(
            name="tiny",
            title="Tiny",
            family="Tiny",
            task="classification",
            build=_tiny,
            preprocessing=registry.spec("alexnet").preprocessing,
            categories=lambda: ("cat", "dog", "fox", "owl"),
            weights=Weights("http://127.0.0.1:9/tiny.pth", checksum, 1000, "none", "none"),
            parameters=120,
        )
        monkeypatch.setattr(registry, "spec", {"tiny": spec}.__getitem__)
        return path

    return put


def _saved(state: Any, path: Path, **options: Any) -> bytes:
    torch.save(state, path, **options)
    return path.read_bytes()


@pytest.mark.parametrize("is_zip", [True, False])
def test_published_weights_are_put_in(
    publish: Callable[[bytes | None], Path], tmp_path: Path, is_zip: bool
) -> None:
    """Files from before PyTorch 1.6, which many of torchvision's are, are no zip archives."""
    torch.manual_seed(3)
    state = _tiny().state_dict()
    publish(_saved(state, tmp_path / "x", _use_new_zipfile_serialization=is_zip))
    reports: list[Progress] = []
    loaded = loading.load("tiny", PUBLISHED, JobControl(reports.append))
    for name, tensor in loaded.module.state_dict().items():
        torch.testing.assert_close(tensor, state[name], rtol=0, atol=0)
    assert loaded.weights is PUBLISHED
    assert loaded.categories == ("cat", "dog", "fox", "owl")
    assert loaded.card.are_weights_local
    assert [report.stage for report in reports] == [
        "Checking the weights",
        "Building the network",
        "Loading the weights",
    ]


def test_it_is_ready_to_answer() -> None:
    module = loading.load("squeezenet1_1", RANDOM, JobControl()).module
    assert not any(part.training for part in module.modules())
    assert not any(parameter.requires_grad for parameter in module.parameters())


def test_random_weights_are_the_same_each_time_and_leave_other_random_numbers_alone() -> None:
    torch.manual_seed(1)
    expected = torch.rand(2)
    torch.manual_seed(1)
    first = loading.load("squeezenet1_1", RANDOM, JobControl()).module.state_dict()
    assert torch.rand(2).tolist() == expected.tolist()
    second = loading.load("squeezenet1_1", RANDOM, JobControl()).module.state_dict()
    for name, tensor in first.items():
        assert torch.equal(tensor, second[name])


def test_random_weights_need_no_file(publish: Callable[[bytes | None], Path]) -> None:
    publish(None)
    loaded = loading.load("tiny", RANDOM, JobControl())
    assert loaded.weights is RANDOM
    assert not loaded.card.are_weights_local


class _Malice:
    def __reduce__(self) -> tuple[Any, ...]:
        return exec, ("raise SystemExit('code of the file ran')",)


def _broken_files(tmp_path: Path) -> dict[str, bytes]:
    good = _tiny().state_dict()
    saved = _saved(good, tmp_path / "x")
    return {
        "empty": b"",
        "garbage": b"<html>Please log in</html>",
        "truncated": saved[: len(saved) // 2],
        "truncated, old format": _saved(good, tmp_path / "y", _use_new_zipfile_serialization=False)[
            :-200
        ],
        "another network": _saved(nn.Linear(2, 2).state_dict(), tmp_path / "z"),
        "another shape": _saved({**good, "0.bias": torch.zeros(5)}, tmp_path / "s"),
        "a list": _saved([1, 2], tmp_path / "l"),
        "numbers": _saved(dict.fromkeys(good, 1), tmp_path / "n"),
        "no names": _saved({1: torch.zeros(1)}, tmp_path / "k"),
        "code": pickle.dumps(_Malice()),
        "code in a zip": _saved(_Malice(), tmp_path / "c"),
    }


@pytest.mark.parametrize(
    "kind",
    [
        "empty",
        "garbage",
        "truncated",
        "truncated, old format",
        "another network",
        "another shape",
        "a list",
        "numbers",
        "no names",
        "code",
        "code in a zip",
    ],
)
def test_a_broken_file_is_said_and_removed(
    publish: Callable[[bytes | None], Path], tmp_path: Path, kind: str
) -> None:
    path = publish(_broken_files(tmp_path)[kind])
    with pytest.raises(ModelError) as caught:
        loading.load("tiny", PUBLISHED, JobControl())
    assert caught.value.message == (
        "The weights file of Tiny is damaged; load it again to download a fresh copy."
    )
    assert not path.exists()


@pytest.mark.parametrize(
    "error", [MemoryError(), RuntimeError("DefaultCPUAllocator: can't allocate memory")]
)
def test_a_file_is_kept_where_there_was_no_memory_to_read_it(
    publish: Callable[[bytes | None], Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
) -> None:
    path = publish(_saved(_tiny().state_dict(), tmp_path / "x"))

    def fill(*_: object) -> None:
        raise error

    full = replace(registry.spec("tiny"), load_state=fill)
    monkeypatch.setattr(registry, "spec", lambda _: full)
    with pytest.raises(DeviceError, match="not enough memory"):
        loading.load("tiny", PUBLISHED, JobControl())
    assert path.exists()


def test_a_broken_file_of_another_program_is_named_and_left(
    publish: Callable[[bytes | None], Path],
) -> None:
    publish(None)
    hub = weights.torch_hub_dir()
    hub.mkdir(parents=True)
    (hub / "tiny.pth").write_bytes(b"not a network")
    with pytest.raises(ModelError) as caught:
        loading.load("tiny", PUBLISHED, JobControl())
    assert f"delete {hub / 'tiny.pth'} and load it again." in caught.value.message
    assert (hub / "tiny.pth").exists()


def test_without_a_network_the_weights_are_said_to_be_unavailable(
    publish: Callable[[bytes | None], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    publish(None)
    with pytest.raises(WeightsUnavailableError, match="cannot be reached"):
        loading.load("tiny", PUBLISHED, JobControl())


def test_a_network_without_published_weights(
    publish: Callable[[bytes | None], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(None)
    bare = replace(registry.spec("tiny"), weights=None)
    monkeypatch.setattr(registry, "spec", lambda _: bare)
    with pytest.raises(WeightsUnavailableError, match="No weights are published for Tiny; choose"):
        loading.load("tiny", PUBLISHED, JobControl())


def test_an_unknown_network() -> None:
    with pytest.raises(ModelError, match='did you mean "resnet50"'):
        loading.load("resnet-50", RANDOM, JobControl())


def test_loading_can_be_cancelled_between_its_steps(tmp_path: Path) -> None:
    def cancel_when_built(progress: Progress) -> None:
        if progress.stage == "Building the network":
            control.cancel()

    control = JobControl(cancel_when_built)
    with pytest.raises(CancelledError):
        loading.load("squeezenet1_1", RANDOM, control)
