"""What the formats wrote, read back: by COCO's own code, by Pillow, by NumPy, and by ours."""

from __future__ import annotations

import contextlib
import importlib
import io
import json
from pathlib import Path, PurePosixPath
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from pycocotools import mask as coco_mask
from pycocotools.coco import COCO

from engine.errors import ExportError
from engine.export.masks import ExportOptions, SegmentedPicture, make_writer
from engine.export.masks.formats.coco import MasksAs
from engine.export.masks.pieces import by_score, object_map
from engine.export.masks.reading import read_coco, read_labels, read_npz, read_voc
from engine.export.masks.rings import area_of, filled, joined, parts_of, simplified
from engine.export.masks.rle import counts_of, from_text, region_of, to_text
from engine.overlay.palette import voc_palette
from engine.values import Box, Category, Instance, Instances, LabelMap, Region
from tests.engine.export.masks import hard

# pycocotools 2.0.11 is built for an older NumPy.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")

Mask = NDArray[np.bool_]


def written(folder: Path, name: str, *pictures: SegmentedPicture, **settings: Any) -> Path:
    writer = make_writer(name, **settings)
    writer.begin(folder, ExportOptions())
    for picture in pictures:
        writer.add(picture)
    writer.finish()
    return folder


def masks_of(instances: Instances) -> list[Mask]:
    return [item.region.full(instances.size) for item in by_score(instances)]


def noise(seed: int) -> Mask:
    """Anything from single pixels to sheets with holes, touching every edge."""
    random = np.random.default_rng(seed)
    shape = tuple(random.integers(1, 26, 2))
    mask = random.random(shape) < random.choice([0.1, 0.4, 0.6, 0.9, 1.0])
    if seed % 3 == 0:
        mask = cv2.dilate(mask.view(np.uint8), np.ones((3, 3), np.uint8)).view(np.bool_)
    return np.asarray(mask, np.bool_)


def by_coco(rings: list[NDArray[np.float64]], size: tuple[int, int]) -> Mask:
    polygons = [ring.ravel().tolist() for ring in rings]
    return np.asarray(coco_mask.decode(coco_mask.merge(coco_mask.frPyObjects(polygons, *size))) > 0)


def iou(one: Mask, other: Mask) -> float:
    return np.count_nonzero(one & other) / np.count_nonzero(one | other)


# ------------------------------------------------------------------------------- run lengths


@pytest.mark.parametrize("seed", range(60))
def test_run_lengths_are_cocos(seed: int) -> None:
    mask = noise(seed)
    text = to_text(counts_of(Region.of(mask), mask.shape))
    expected = coco_mask.encode(np.asfortranarray(mask.view(np.uint8)))
    assert text == expected["counts"].decode()
    counts = from_text(text)
    assert int(counts.sum()) == mask.size
    np.testing.assert_array_equal(region_of(counts, mask.shape).full(mask.shape), mask)


@pytest.mark.parametrize("name", hard.MASKS)
def test_run_lengths_of_hard_masks(name: str) -> None:
    mask = hard.MASKS[name]
    text = to_text(counts_of(Region.of(mask), hard.SIZE))
    decoded = coco_mask.decode({"size": list(hard.SIZE), "counts": text.encode()})
    np.testing.assert_array_equal(decoded, mask)


def test_run_lengths_of_nothing_and_of_long_runs() -> None:
    empty = Region.of(np.zeros((3, 4), np.bool_))
    assert counts_of(empty, (3, 4)).tolist() == [12]
    long = np.array([0, 1, 40_000_000, 3, 2, 7_000_000_000], np.int64)
    np.testing.assert_array_equal(from_text(to_text(long)), long)


@pytest.mark.parametrize("text", ["", "~", "P", " ", "o" * 40])
def test_what_is_no_run_length_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no run lengths"):
        from_text(text)


def test_runs_must_fill_the_picture() -> None:
    with pytest.raises(ValueError, match="12 pixels, the picture 10"):
        region_of(np.array([4, 8], np.int64), (2, 5))


# ---------------------------------------------------------------------------------- polygons


@pytest.mark.parametrize("seed", range(90))
def test_polygons_give_the_very_pixels_back(seed: int) -> None:
    mask = noise(seed)
    region = Region.of(mask)
    parts = parts_of(region)
    if not mask.any():
        assert parts == ()
        return
    rings = [ring for part in parts for ring in (part.outer, *part.holes)]
    assert sum(area_of(p.outer) - sum(map(area_of, p.holes)) for p in parts) == mask.sum()
    np.testing.assert_array_equal(filled(parts, region), region.pixels)
    np.testing.assert_array_equal(by_coco([part.ring for part in parts], mask.shape), mask)
    one = joined([part.ring for part in parts])
    np.testing.assert_array_equal(by_coco([one], mask.shape), mask)
    for ring in rings:
        steps = np.abs(np.roll(ring, -1, axis=0) - ring)
        assert (steps.min(axis=1) == 0).all()
        assert (steps.max(axis=1) > 0).all()


def test_parts_and_holes_are_counted_as_scikit_image_counts_them() -> None:
    measured: Any = importlib.import_module("skimage.measure")  # it has no types

    for seed in range(30):
        mask = noise(seed)
        parts = parts_of(Region.of(mask))
        assert len(parts) == measured.label(mask, connectivity=2).max()
        holes = sum(len(part.holes) for part in parts)
        assert len(parts) - holes == measured.euler_number(mask, connectivity=2)


def test_a_pixel_is_a_square_of_its_corners() -> None:
    (part,) = parts_of(Region(7, 3, np.ones((1, 1), np.bool_)))
    corners = {(7.0, 3.0), (8.0, 3.0), (8.0, 4.0), (7.0, 4.0)}
    assert set(map(tuple, part.outer.tolist())) == corners
    assert part.holes == ()


def test_fewer_vertices_stay_close() -> None:
    y, x = np.mgrid[:200, :300]
    disc = np.hypot(y - 100, x - 150) < 80
    region = Region.of(disc)
    exact = parts_of(region)
    fewer = simplified(exact, region, 1.0)
    assert len(fewer[0].outer) < len(exact[0].outer) / 4
    assert iou(by_coco([fewer[0].outer], disc.shape), disc) >= 0.98
    tiny = Region.of(hard.diagonal())
    assert iou(filled(simplified(parts_of(tiny), tiny, 8.0), tiny), tiny.pixels) >= 0.98
    assert simplified(exact, region, 0.0) == exact


# -------------------------------------------------------------------------------------- COCO


@pytest.mark.parametrize("masks", list(MasksAs))
@pytest.mark.parametrize("found", [hard.objects(), hard.many()], ids=["hard", "many"])
def test_cocos_own_code_reads_it(tmp_path: Path, masks: MasksAs, found: Instances) -> None:
    pictures = [hard.build(found, "b/ä 1.png"), hard.build(hard.nothing(), "a.png")]
    written(tmp_path, "coco", *pictures, masks=masks)
    path = tmp_path / "annotations.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO(str(path))
        results = [
            {key: entry[key] for key in ("image_id", "category_id", "score")}
            | {"segmentation": coco.annToRLE(entry)}
            for entry in content["annotations"]
        ]
        loaded = coco.loadRes(results)
    images = {image["file_name"]: image["id"] for image in content["images"]}
    assert list(images) == ["a.png", "b/ä 1.png"]
    assert coco.getAnnIds(images["a.png"]) == []
    entries = coco.loadAnns(coco.getAnnIds(images["b/ä 1.png"]))
    for entry, mask, item in zip(entries, masks_of(found), by_score(found), strict=True):
        np.testing.assert_array_equal(coco.annToMask(entry), mask)
        assert entry["area"] == np.count_nonzero(mask)
        encoded = coco_mask.encode(np.asfortranarray(mask.view(np.uint8)))
        assert entry["bbox"] == coco_mask.toBbox(encoded).tolist()
        assert entry["iscrowd"] == 0
        assert entry["category_id"] == item.category
        assert entry["score"] == pytest.approx(item.score)
        has_holes = any(part.holes for part in parts_of(item.region))
        is_rle = isinstance(entry["segmentation"], dict)
        assert is_rle is (masks is MasksAs.RLE or (masks is MasksAs.AUTO and has_holes))
    assert [c["name"] for c in coco.loadCats([1, 3, 17])] == ["person", "Hütte, rot", "cat: small"]
    assert len(loaded.getAnnIds()) == len(found.items)
    if masks is MasksAs.AUTO and found.size == hard.SIZE:
        kinds = [type(entry["segmentation"]) for entry in entries]
        assert kinds == [dict, list, list, list, list]
        assert len(entries[1]["segmentation"]) == 2


@pytest.mark.parametrize("masks", list(MasksAs))
def test_we_read_our_coco(tmp_path: Path, masks: MasksAs) -> None:
    written(tmp_path, "coco", hard.build(hard.objects()), masks=masks)
    ((name, back),) = read_coco(tmp_path / "annotations.json")
    assert name == "a.png"
    assert back.categories == hard.CATEGORIES
    for one, other in zip(masks_of(back), masks_of(hard.objects()), strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_label_map_has_an_annotation_a_category(tmp_path: Path) -> None:
    written(tmp_path, "coco", hard.build(hard.labelled()))
    ((_, back),) = read_coco(tmp_path / "annotations.json")
    labels = hard.labelled().labels
    assert [item.category for item in back.items] == [1, 17]
    assert [item.score for item in back.items] == [0.8, 0.8]
    for item in back.items:
        np.testing.assert_array_equal(item.region.full(hard.SIZE), labels == item.category)


@pytest.mark.parametrize("text", ["{", "[]", '{"images": []}', '{"categories": 3}'])
def test_what_is_not_coco_is_said(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.json"
    path.write_text(text)
    with pytest.raises(ExportError, match="COCO's form"):
        list(read_coco(path))


# --------------------------------------------------------------------------------------- VOC


def test_voc_pictures_hold_the_ids_and_the_palette(tmp_path: Path) -> None:
    found = hard.objects()
    written(tmp_path, "voc", hard.build(found, "sub/a.png"))
    with Image.open(tmp_path / "SegmentationClass" / "sub" / "a.png") as file:
        assert file.mode == "P"
        palette, classes = np.array(file.getpalette()).reshape(-1, 3), np.array(file)
    with Image.open(tmp_path / "SegmentationObject" / "sub" / "a.png") as file:
        assert file.mode == "P"
        objects = np.array(file)
    np.testing.assert_array_equal(palette, voc_palette())
    # What is VOC's: https://host.robots.ox.ac.uk/pascal/VOC/voc2012/htmldoc, and known by heart.
    assert palette[[0, 1, 2, 3, 15, 255]].tolist() == [
        [0, 0, 0], [128, 0, 0], [0, 128, 0], [128, 128, 0], [192, 128, 128], [224, 224, 192],
    ]  # fmt: skip
    expected = np.zeros(hard.SIZE, int)
    for number, mask in reversed(list(enumerate(masks_of(found), 1))):
        expected[mask] = number
    np.testing.assert_array_equal(objects, expected)
    ids = np.array([0] + [item.category for item in by_score(found)])
    np.testing.assert_array_equal(classes, ids[expected])
    assert (tmp_path / "labelmap.txt").read_text(encoding="utf-8").splitlines() == [
        "# label:color_rgb:parts:actions",
        "background:0,0,0::",
        "person:128,0,0::",
        "Hütte, rot:128,128,0::",
        "cat_ small:128,64,0::",
    ]
    index = tmp_path / "ImageSets" / "Segmentation" / "default.txt"
    assert index.read_text() == "sub/a\n"


def test_the_higher_score_wins_whatever_the_order(tmp_path: Path) -> None:
    low, high = hard.instance(hard.column(), 1, 0.2), hard.instance(hard.MASKS["whole"], 3, 0.7)
    found = Instances(hard.SIZE, hard.CATEGORIES, (low, high))
    written(tmp_path, "voc", hard.build(found))
    np.testing.assert_array_equal(read_labels(tmp_path / "SegmentationClass" / "a.png"), 3)
    np.testing.assert_array_equal(read_labels(tmp_path / "SegmentationObject" / "a.png"), 1)


def test_300_objects_and_wide_ids_take_16_bits(tmp_path: Path) -> None:
    many = hard.many()
    wide = (Category(1, "one"), Category(300, "three hundred"))
    items = (Instance(300, 0.9, many.items[0].box, many.items[0].region), *many.items[1:])
    written(tmp_path, "voc", hard.build(Instances(many.size, wide, items)))
    for folder in ("SegmentationClass", "SegmentationObject"):
        with Image.open(tmp_path / folder / "a.png") as file:
            assert file.mode.startswith("I")
    objects = read_labels(tmp_path / "SegmentationObject" / "a.png")
    assert objects.dtype == np.uint16
    np.testing.assert_array_equal(np.unique(objects), np.arange(301))
    classes = read_labels(tmp_path / "SegmentationClass" / "a.png")
    np.testing.assert_array_equal(classes == 300, many.items[0].region.full(many.size))
    assert len(read_voc(tmp_path, "a").items) == 300  # type: ignore[union-attr] # has objects


def test_254_objects_take_a_byte(tmp_path: Path) -> None:
    assert object_map(hard.many(254)).dtype == np.uint8
    assert object_map(hard.many(255)).dtype == np.uint16


def test_void_stands_on_the_borders_alone(tmp_path: Path) -> None:
    square = np.zeros(hard.SIZE, np.bool_)
    square[10:20, 10:20] = True
    found = Instances(hard.SIZE, hard.CATEGORIES, (hard.instance(square, 3),))
    written(tmp_path, "voc", hard.build(found), void=2)
    labels = read_labels(tmp_path / "SegmentationClass" / "a.png")
    expected = np.zeros(hard.SIZE, int)
    expected[9:21, 9:21] = 255
    expected[11:19, 11:19] = 3
    np.testing.assert_array_equal(labels, expected)


def test_we_read_our_voc(tmp_path: Path) -> None:
    written(tmp_path, "voc", hard.build(hard.objects()), hard.build(hard.labelled(), "b.png"))
    back = read_voc(tmp_path, "a")
    assert isinstance(back, Instances)
    np.testing.assert_array_equal(object_map(back), object_map(hard.objects()))
    assert [c.id for c in back.categories] == [1, 3, 17]
    again = read_voc(tmp_path, "b")
    assert isinstance(again, LabelMap)
    np.testing.assert_array_equal(again.labels, hard.labelled().labels)


def test_a_photo_is_no_picture_of_labels(tmp_path: Path) -> None:
    Image.new("RGB", (4, 4)).save(tmp_path / "x.png")
    with pytest.raises(ExportError, match="in colour"):
        read_labels(tmp_path / "x.png")
    with pytest.raises(ExportError, match="cannot be read"):
        read_labels(tmp_path / "none.png")


# --------------------------------------------------------------------------------------- NPZ


@pytest.mark.parametrize("found", [hard.objects(), hard.many(), hard.nothing()])
def test_npz_holds_everything_without_pickle(tmp_path: Path, found: Instances) -> None:
    written(tmp_path, "npz", hard.build(found))
    with np.load(tmp_path / "a.npz", allow_pickle=False) as file:
        fields = dict(file.items())
    masks = np.unpackbits(fields["masks"], axis=2, count=found.size[1]).astype(bool)
    assert masks.shape == (len(found.items), *found.size)
    for mask, expected in zip(masks, masks_of(found), strict=True):
        np.testing.assert_array_equal(mask, expected)
    assert fields["class_ids"].tolist() == [item.category for item in found.items]
    assert fields["scores"].tolist() == [item.score for item in found.items]
    assert fields["names"].tolist() == ["person", "Hütte, rot", "cat: small"]
    assert fields["palette"].dtype == np.uint8
    back = read_npz(tmp_path / "a.npz")
    assert isinstance(back, Instances)
    assert back.categories == found.categories
    for one, other in zip(back.items, found.items, strict=True):
        assert (one.category, one.score, one.box) == (other.category, other.score, other.box)
        np.testing.assert_array_equal(one.region.full(found.size), other.region.full(found.size))


def test_npz_of_a_label_map(tmp_path: Path) -> None:
    wide = LabelMap(
        np.array([[0, 300], [255, 1]], np.uint16), (Category(1, "a"), Category(300, "b"))
    )
    written(tmp_path, "npz", hard.build(hard.labelled()))
    written(tmp_path / "wide", "npz", hard.build(wide))
    back = read_npz(tmp_path / "a.npz")
    assert isinstance(back, LabelMap)
    np.testing.assert_array_equal(back.labels, hard.labelled().labels)
    np.testing.assert_array_equal(back.confidence, hard.labelled().confidence)
    assert back.note == "by hand"
    again = read_npz(tmp_path / "wide" / "a.npz")
    assert isinstance(again, LabelMap)
    assert again.labels.dtype == np.uint16
    np.testing.assert_array_equal(again.labels, wide.labels)
    assert again.confidence is None


def test_tracks_and_the_networks_boxes_come_back(tmp_path: Path) -> None:
    region = Region.of(hard.column())
    item = Instance(3, 0.25, Box(-1.5, 2.25, 70.0, 41.0), region, track=7)
    written(tmp_path, "npz", hard.build(Instances(hard.SIZE, hard.CATEGORIES, (item,))))
    back = read_npz(tmp_path / "a.npz")
    assert isinstance(back, Instances)
    assert back.items[0].box == item.box
    assert back.items[0].track == 7


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\x80\x04N."])
def test_what_is_no_archive_of_ours_is_said(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.npz"
    path.write_bytes(content)
    with pytest.raises(ExportError, match="no masks that Layerscope"):
        read_npz(path)


def test_the_names_are_posix(tmp_path: Path) -> None:
    assert hard.build(hard.nothing(), "x/y.png").name == PurePosixPath("x/y.png")
