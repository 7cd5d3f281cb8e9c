"""Maps as numbers."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from engine.errors import ExportError
from engine.export.maps import MAP_SUFFIXES, save_maps
from engine.export.origin import Origin
from engine.values import Activation


def test_npz_holds_values_and_where_they_come_from(
    tmp_path: Path, activation: Activation, origin: Origin
) -> None:
    save_maps(tmp_path / "maps.npz", activation, origin)
    with np.load(tmp_path / "maps.npz", allow_pickle=False) as held:
        assert held["values"].dtype == np.float32
        assert held["values"].shape == (5, 2, 3)
        assert held["values"][4, 1, 2] == np.float32(0.4)
        assert held["shape"].tolist() == [5, 2, 3]
        assert str(held["layer"]) == "features.0"
        assert str(held["model"]) == "tiny_net"
        assert held["order"].tolist() == [0, 1, 2, 3, 4]
        assert held["high"].tolist() == [2.0] * 5
        assert held["dead"].tolist() == [True, False, False, False, False]
        assert not held["is_random"]


def test_npy_holds_the_values(tmp_path: Path, activation: Activation, origin: Origin) -> None:
    save_maps(tmp_path / "maps.NPY", activation, origin)
    held = np.load(tmp_path / "maps.NPY", allow_pickle=False)
    np.testing.assert_array_equal(held, activation.values)


def test_csv_has_a_line_a_channel(tmp_path: Path, activation: Activation, origin: Origin) -> None:
    save_maps(tmp_path / "maps.csv", activation, origin)
    with (tmp_path / "maps.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["channel", "min", "max", "mean", "std", "zeros", "dead"]
    assert rows[1] == ["0", "0.0", "0.0", "0.0", "0.0", "1.0", "true"]
    assert rows[4] == ["3", "0.3", "0.3", "0.3", "0.0", "0.0", "false"]
    assert len(rows) == 6
    assert b"\r" not in (tmp_path / "maps.csv").read_bytes()


@pytest.mark.parametrize("suffix", MAP_SUFFIXES)
def test_no_format_overwrites_unless_told(
    suffix: str, tmp_path: Path, activation: Activation, origin: Origin
) -> None:
    target = tmp_path / f"maps{suffix}"
    target.write_bytes(b"old")
    with pytest.raises(ExportError, match="exists already"):
        save_maps(target, activation, origin)
    assert target.read_bytes() == b"old"
    save_maps(target, activation, origin, overwrite=True)
    assert target.stat().st_size > 50
    assert list(tmp_path.iterdir()) == [target]


def test_another_suffix_is_refused(tmp_path: Path, activation: Activation, origin: Origin) -> None:
    with pytest.raises(ExportError, match=r"\.npz, \.npy, \.csv"):
        save_maps(tmp_path / "maps.txt", activation, origin)
    assert list(tmp_path.iterdir()) == []
