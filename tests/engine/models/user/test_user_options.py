"""Options are checked, put on each other, and kept for a content."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from engine.models.user.errors import ModelFileError
from engine.models.user.options import (
    OpenOptions,
    forget,
    read_categories,
    recall,
    remember,
)

if TYPE_CHECKING:
    from pathlib import Path

FULL = OpenOptions(
    architecture="timm/resnet18",
    input_size=(96, 128),
    mean=(0.1, 0.2, 0.3),
    std=(0.5, 0.5, 1.0),
    channel_order="bgr",
    categories=("cat", "dog"),
    num_classes=2,
    allow_code=True,
)


@pytest.mark.parametrize(
    "wrong",
    [
        {"input_size": (0, 3)},
        {"input_size": (3,)},
        {"input_size": (5000, 3)},
        {"mean": (0, 0, 1.5)},
        {"mean": (float("nan"), 0, 0)},
        {"std": (0, 1, 1)},
        {"channel_order": "gbr"},
        {"num_classes": 0},
        {"num_classes": 10**9},
    ],
)
def test_a_value_out_of_range_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="expected"):
        OpenOptions(**wrong)


def test_they_go_through_json() -> None:
    text = json.dumps(FULL.to_json())
    assert OpenOptions.from_json(json.loads(text)) == FULL
    assert OpenOptions.from_json({"unknown": 1}) == OpenOptions()
    assert OpenOptions().to_json() == {}


def test_what_is_said_wins_over_what_was() -> None:
    chosen = OpenOptions(input_size=(32, 32)).over(FULL)
    assert chosen.input_size == (32, 32)
    assert chosen.architecture == "timm/resnet18"
    assert chosen.allow_code


def test_they_are_kept_for_the_content(tmp_path: Path) -> None:
    path, copy, other = tmp_path / "a.pth", tmp_path / "b.pth", tmp_path / "c.pth"
    path.write_bytes(b"content")
    copy.write_bytes(b"content")
    other.write_bytes(b"other")
    assert recall(path) is None
    remember(path, FULL)
    assert recall(path) == recall(copy) == FULL
    assert recall(other) is None
    path.write_bytes(b"changed")
    assert recall(path) is None
    forget(copy)
    assert recall(copy) is None
    kept = tmp_path / "own-cache" / "model-files"
    assert list(kept.iterdir()) == []


def test_a_damaged_record_is_as_none(tmp_path: Path) -> None:
    path = tmp_path / "a.pth"
    path.write_bytes(b"content")
    remember(path, FULL)
    (record,) = (tmp_path / "own-cache" / "model-files").iterdir()
    for content in ["", "[]", "{", '{"input_size": [0, 0]}', '{"mean": 3}']:
        record.write_text(content)
        assert recall(path) is None


def test_a_place_that_cannot_be_written_is_no_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "a.pth"
    path.write_bytes(b"content")
    monkeypatch.setenv("LAYERSCOPE_CACHE", str(path))
    remember(path, FULL)
    assert "are not kept" in caplog.text
    assert recall(path) is None


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.txt", "cat\n\n dog \nfox"),
        ("a.txt", "\ufeffcat\r\ndog\r\nfox\r\n"),
        ("a.json", '["cat", "dog", "fox"]'),
        ("a.json", '{"1": "dog", "0": "cat", "2": "fox"}'),
        ("a.json", '{"0": ["n01", "cat"], "1": ["n02", "dog"], "2": ["n03", "fox"]}'),
        ("a.json", '{"id2label": {"0": "cat", "1": "dog", "2": "fox"}}'),
        ("a.json", '{"names": ["cat", "dog", "fox"], "nc": 3}'),
    ],
)
def test_categories_are_read(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    assert read_categories(str(path)) == ("cat", "dog", "fox")


def test_categories_that_are_none(tmp_path: Path) -> None:
    assert read_categories(None) == ()
    assert read_categories(("a",)) == ("a",)
    for text in ['{"0": "cat", "2": "fox"}', "[]", "3", "{", "[" * 100_000]:
        (tmp_path / "a.json").write_text(text)
        with pytest.raises(ModelFileError, match="holds no list of categories"):
            read_categories(str(tmp_path / "a.json"))
    with pytest.raises(ModelFileError, match="cannot be read"):
        read_categories(str(tmp_path / "none.txt"))
    (tmp_path / "b.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ModelFileError, match="cannot be read"):
        read_categories(str(tmp_path / "b.txt"))
