"""Make the README's pictures from the tour's screenshots: `python -m scripts.images`."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
PICTURES = {
    "inspect": "inspect_dark_1280x800",
    "field": "field_light_1280x800",
    "graph": "graph_dark_1280x800",
    "compare": "compare_dark_1280x800",
    "segment": "segment_dark_1280x800",
    "correct": "correct_light_1280x800",
    "evidence": "evidence_dark_1280x800",
    "race": "race_light_1280x800",
    "coseg": "coseg_dark_1280x800",
    "train": "train_dark_1280x800",
    "upsampling": "skips_side_by_side",
}
QUALITY = 82


def main() -> None:
    """Write each picture as a JPEG of about 100 kB."""
    target = ROOT / "docs" / "images"
    target.mkdir(parents=True, exist_ok=True)
    for path in set(target.iterdir()) - {target / f"{name}.jpg" for name in PICTURES}:
        path.unlink()
    for name, shot in PICTURES.items():
        with Image.open(ROOT / "out" / "tour" / f"{shot}.png") as image:
            path = target / f"{name}.jpg"
            image.convert("RGB").save(path, quality=QUALITY, optimize=True, progressive=True)
        print(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1000} kB")


if __name__ == "__main__":
    main()
