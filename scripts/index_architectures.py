"""Write `resources/architectures.json`: what the state dicts of all known architectures look like.

Each network of torchvision and timm is built without memory (on the "meta" device). Run it again
when one of them brings new networks: `python scripts/index_architectures.py` (ten minutes).
"""

from __future__ import annotations

import json
import sys
import warnings
from pathlib import Path
from typing import Any

import timm
import torch
from torchvision import models

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from engine.models.user import fingerprint as fp  # noqa: E402

TARGET = ROOT / "resources" / "architectures.json"
OTHER_CLASSES = 7
CANNOT = (AssertionError, NotImplementedError, RuntimeError, TypeError, ValueError)
"""What libraries raise where a network cannot be built so."""
PLACES = ("pos_embed", "rel_pos", "relative_position", "attn_mask", "attention_bias", "rope")
"""What the names of tensors have in them whose shape follows the size of the input."""


def shapes_of(build: Any) -> dict[str, tuple[int, ...]]:
    """Build on no device, or where that does not go on the CPU, and return the tensors' shapes."""
    try:
        with torch.device("meta"):
            module = build()
    except CANNOT:
        module = build()
    return {name: tuple(tensor.shape) for name, tensor in module.state_dict().items()}


def differing(usual: dict[str, tuple[int, ...]], build: Any, **changes: Any) -> list[str]:
    """Return the tensors that have another shape when it is built otherwise."""
    try:
        other = shapes_of(lambda: build(**changes))
    except CANNOT:
        return []
    return [name for name, shape in usual.items() if other.get(name, shape) != shape]


def entry(
    usual: dict[str, tuple[int, ...]], parts: dict[str, list[str]], preprocessing: list[Any]
) -> dict[str, Any]:
    """Describe one architecture."""
    heads, stems, places = (sorted(parts[name]) for name in ("heads", "stems", "places"))
    heads.sort(key=lambda name: -len(usual[name]))  # weights before biases
    return {
        "sketch": list(fp.sketch(usual)),
        "print": fp.fingerprint(usual, [*heads, *stems, *places]),
        "heads": heads,
        "stems": stems,
        "places": places,
        "classes": usual[heads[0]][0] if heads else 0,
        "channels": usual[stems[0]][1] if stems else 3,
        "preprocessing": preprocessing,
    }


def of_layers(usual: dict[str, tuple[int, ...]], layers: Any) -> list[str]:
    """Return the tensors of these layers."""
    names = [layers] if isinstance(layers, str) else list(layers or ())
    return [
        f"{name}.{own}" for name in names for own in ("weight", "bias") if f"{name}.{own}" in usual
    ]


def timm_entries() -> dict[str, dict[str, Any]]:
    """Describe timm's networks; it tells itself which layers the head and the stem are."""
    found = {}
    for name in timm.list_models():
        cfg: Any = timm.get_pretrained_cfg(name)

        def build(name: str = name, **changes: Any) -> Any:
            return timm.create_model(name, pretrained=False, **changes)

        try:
            usual = shapes_of(build)
        except CANNOT as error:
            print(f"timm/{name}: {error!r}", file=sys.stderr)
            continue
        has_places = any(part in key for key in usual for part in PLACES)
        side = 2 * cfg.input_size[1]
        parts = {
            "heads": of_layers(usual, cfg.classifier),
            "stems": [it for it in of_layers(usual, cfg.first_conv) if len(usual[it]) == 4],
            "places": differing(usual, build, img_size=side) if has_places else [],
        }
        preprocessing = [
            list(cfg.input_size[1:]),
            round(cfg.crop_pct, 4),
            list(cfg.mean),
            list(cfg.std),
            cfg.interpolation,
        ]
        found[f"timm/{name}"] = entry(usual, parts, preprocessing)
    return found


def torchvision_entries() -> dict[str, dict[str, Any]]:
    """Describe torchvision's classification and segmentation networks."""
    found = {}
    names = models.list_models(module=models) + models.list_models(module=models.segmentation)
    for name in names:
        published = models.get_model_weights(name).DEFAULT
        transforms = published.transforms()
        segments = name in models.list_models(module=models.segmentation)
        usual: dict[str, Any] = {"weights": None}
        if segments:
            usual |= {"weights_backbone": None, "num_classes": 21, "aux_loss": True}
            if name.startswith("lraspp"):
                del usual["aux_loss"]
        if name in {"googlenet", "inception_v3"}:
            usual |= {"init_weights": False}

        def build(name: str = name, usual: dict[str, Any] = usual, **changes: Any) -> Any:
            return models.get_model(name, **{**usual, **changes})

        shapes = shapes_of(build)
        crop = getattr(transforms, "crop_size", transforms.resize_size)[0]
        stems = [it for it, shape in shapes.items() if len(shape) == 4 and shape[1] == 3]
        parts = {
            "heads": differing(shapes, build, num_classes=OTHER_CLASSES),
            "stems": stems[:1],
            "places": differing(shapes, build, image_size=2 * crop) if "vit_" in name else [],
        }
        preprocessing = [
            [crop, crop],
            round(crop / transforms.resize_size[0], 4),
            list(transforms.mean),
            list(transforms.std),
            transforms.interpolation.value,
        ]
        found[f"torchvision/{name}"] = entry(shapes, parts, preprocessing)
    return found


def main() -> None:
    """Build them all and write the index."""
    warnings.simplefilter("ignore")
    found = torchvision_entries() | timm_entries()
    lines = [
        f"{json.dumps(name)}: {json.dumps(it, separators=(',', ':'))}" for name, it in found.items()
    ]
    TARGET.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    print(f"{len(found)} architectures, {TARGET.stat().st_size / 1e3:.0f} kB")


if __name__ == "__main__":
    main()
