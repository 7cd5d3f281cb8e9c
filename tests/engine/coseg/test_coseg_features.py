"""What is kept of a picture on the disk, and how the cache stays within its bounds."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import torch

from engine.coseg import features
from engine.coseg.backbone import Raw
from engine.coseg.features import FeatureStore, halved


def raw_of(value: float) -> Raw:
    maps = torch.full((2, 2, 3), value)
    return halved(Raw(maps, maps[:, :1, :2] / 3, torch.arange(3.0) / 7, maps / 9))


def test_the_store_gives_back_what_was_kept_and_nothing_of_a_damaged_file(tmp_path: Path) -> None:
    store = FeatureStore("net", 640, tmp_path)
    kept = raw_of(1 / 3)
    assert store.read("key") is None
    assert store.write("key", kept)
    back = store.read("key")
    assert back is not None
    for name in Raw.__slots__:
        torch.testing.assert_close(getattr(back, name), getattr(kept, name), atol=0, rtol=0)
    store.path("key").write_bytes(b"PK\x03\x04 cut short")
    assert store.read("key") is None
    assert FeatureStore("net", 320, tmp_path).read("key") is None


def test_the_store_lets_go_of_what_was_asked_for_the_longest_ago(tmp_path: Path) -> None:
    stores = [FeatureStore(name, 640, tmp_path) for name in ("one", "two")]
    for number, store in enumerate(stores * 2):
        store.write(f"key{number}", raw_of(number))
        os.utime(store.path(f"key{number}"), (number, number))
    assert stores[0].read("key0") is not None  # asked for now: the newest
    size = stores[0].path("key0").stat().st_size
    assert stores[0].clean(0, keep=frozenset(f"key{number}" for number in range(4))) == 0
    assert stores[0].clean(2 * size) == 2
    assert [store.read(f"key{n}") is not None for n, store in enumerate(stores * 2)] == [
        True, False, False, True,
    ]  # fmt: skip
    assert stores[0].clean(2 * size) == 0


def test_nothing_is_kept_where_the_disk_is_nearly_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(features, "LEAST_FREE_BYTES", 1 << 62)
    store = FeatureStore("net", 640, tmp_path)
    assert not store.write("key", raw_of(1))
    assert store.read("key") is None
