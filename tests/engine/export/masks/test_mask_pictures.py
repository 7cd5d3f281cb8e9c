"""Formats that other programs open: YOLO, labelme, tables, cut-outs, films, and the manifest."""

from __future__ import annotations

import csv
import importlib
import json
from pathlib import Path, PurePosixPath
from typing import Any

import av
import cv2
import numpy as np
import pytest
from PIL import Image

from engine.export.masks import (
    ExportOptions,
    MaskExport,
    Origin,
    Policy,
    SegmentedPicture,
    make_writer,
)
from engine.export.masks.formats.cutout import CutBy
from engine.export.masks.pieces import by_score
from engine.overlay import draw_overlay
from engine.values import Category, Instance, Instances, OverlayStyle, Region, Segmentation
from tests.engine.export.masks import hard
from tests.engine.export.masks.test_mask_round_trips import by_coco, iou, masks_of, written

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


def disc() -> Instances:
    """A ring with a gap, large enough that a rim of one pixel is little."""
    y, x = np.mgrid[:600, :800]
    away = np.hypot(y - 300, x - 380)
    mask = (away < 280) & (away > 60) & ~((np.abs(y - 300) < 9) & (x < 380))
    region = Region.of(mask)
    categories = (Category(2, "gear"),)
    return Instances((600, 800), categories, (Instance(2, 0.75, region.box, region),))


def on_disk(folder: Path, segmentation: Segmentation, name: str, **save: Any) -> SegmentedPicture:
    """A picture with a file of its own."""
    picture = hard.build(segmentation, name)
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(picture.image).save(path, **save)
    return SegmentedPicture(picture.image, segmentation, PurePosixPath(name), path)


# -------------------------------------------------------------------------------------- YOLO


def polygons(path: Path, size: tuple[int, int]) -> list[tuple[int, np.ndarray[Any, Any]]]:
    """Read a label file as trainers do."""
    found = []
    for line in path.read_text().splitlines():
        number, *shares = line.split()
        vertices = np.array(shares, np.float64).reshape(-1, 2)
        assert len(vertices) >= 3
        assert vertices.min() >= 0
        assert vertices.max() <= 1
        found.append((int(number), vertices * (size[1], size[0])))
    return found


def test_yolo_keeps_parts_and_holes(tmp_path: Path) -> None:
    found = hard.objects()
    written(tmp_path, "yolo", hard.build(found, "sub/a.png"), tolerance=0.0)
    lines = polygons(tmp_path / "labels" / "sub" / "a.txt", hard.SIZE)
    assert [number for number, _ in lines] == [0, 1, 2, 0, 1]
    for (_, ring), mask in zip(lines, masks_of(found), strict=True):
        np.testing.assert_array_equal(by_coco([ring], hard.SIZE), mask)


def test_a_trainer_draws_nearly_the_same_mask(tmp_path: Path) -> None:
    found = disc()
    written(tmp_path, "yolo", hard.build(found))
    ((_, ring),) = polygons(tmp_path / "labels" / "a.txt", found.size)
    drawn = np.zeros(found.size, np.uint8)
    cv2.fillPoly(drawn, [ring.astype(np.int32)], (1,))  # as trainers do: with the outline
    (mask,) = masks_of(found)
    assert iou(drawn > 0, mask) >= 0.98
    assert iou(by_coco([ring], found.size), mask) >= 0.98
    assert len(ring) < 1500


def test_yolo_lists_the_pictures_and_the_names(tmp_path: Path) -> None:
    pictures = [hard.build(hard.objects(), "s/a.png"), hard.build(hard.nothing(), "s/b 2.png")]
    written(tmp_path, "yolo", *pictures)
    assert (tmp_path / "labels" / "s" / "b 2.txt").read_bytes() == b""
    assert (tmp_path / "train.txt").read_text() == "./images/s/a.png\n./images/s/b 2.png\n"
    data = (tmp_path / "data.yaml").read_text(encoding="utf-8").splitlines()
    assert data[:4] == ["path: .", "train: train.txt", "val: train.txt", "nc: 3"]
    assert data[5:] == ['  0: "person"', '  1: "Hütte, rot"', '  2: "cat: small"']
    with Image.open(tmp_path / "images" / "s" / "a.png") as file:
        np.testing.assert_array_equal(np.asarray(file), pictures[0].image)


def test_yolo_copies_only_pictures_in_the_masks_frame(tmp_path: Path) -> None:
    upright = on_disk(tmp_path / "in", hard.objects(), "a.jpg")
    exif = Image.Exif()
    exif[274] = 6
    turned = on_disk(tmp_path / "in", hard.objects(), "b.jpg", exif=exif)
    written(tmp_path / "out", "yolo", upright, turned)
    copied = (tmp_path / "out" / "images" / "a.jpg").read_bytes()
    assert copied == (tmp_path / "in" / "a.jpg").read_bytes()
    assert not (tmp_path / "out" / "images" / "b.jpg").exists()
    export = MaskExport(tmp_path / "noted", [make_writer("coco")], ExportOptions())
    assert export.add(upright).notes == ()
    assert export.add(turned).notes == (
        "EXIF turns the file; the masks are of the upright picture",
    )
    with Image.open(tmp_path / "out" / "images" / "b.png") as file:
        assert file.size == (60, 40)


# ----------------------------------------------------------------------------------- labelme


def test_labelme_finds_what_it_expects(tmp_path: Path) -> None:
    picture = on_disk(tmp_path / "in", hard.objects(), "sub/ä b.jpg")
    written(tmp_path / "out", "labelme", picture, tolerance=0.0)
    path = tmp_path / "out" / "sub" / "ä b.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    assert list(content) == [
        "version", "flags", "shapes", "imagePath", "imageData", "imageHeight", "imageWidth",
    ]  # fmt: skip
    assert content["imageData"] is None
    assert (content["imageHeight"], content["imageWidth"]) == hard.SIZE
    assert (path.parent / content["imagePath"]).resolve() == picture.source
    assert not Path(content["imagePath"]).is_absolute()
    for shape in content["shapes"]:
        assert set(shape) == {
            "label", "points", "group_id", "description", "shape_type", "flags", "mask",
        }  # fmt: skip
        assert shape["shape_type"] == "polygon"
        assert isinstance(shape["label"], str)
        assert len(shape["points"]) >= 3
    groups = [shape["group_id"] for shape in content["shapes"]]
    assert groups == [1, 1, 2, 2, None, None, None]  # the ring and the island within; two parts
    shapes: dict[int, list[Any]] = {}
    for place, shape in enumerate(content["shapes"]):
        shapes.setdefault(shape["group_id"] or 100 + place, []).append(np.array(shape["points"]))
    for rings, mask in zip(shapes.values(), masks_of(hard.objects()), strict=True):
        np.testing.assert_array_equal(by_coco(rings, hard.SIZE), mask)


def test_labelme_has_few_vertices_that_fit(tmp_path: Path) -> None:
    found = disc()
    written(tmp_path, "labelme", hard.build(found))
    (shape,) = json.loads((tmp_path / "a.json").read_text())["shapes"]
    assert len(shape["points"]) < 300
    assert iou(by_coco([np.array(shape["points"])], found.size), masks_of(found)[0]) >= 0.98
    assert shape["description"] == "score 0.750"


# -------------------------------------------------------------------------------------- areas


def test_the_table_of_areas(tmp_path: Path) -> None:
    skimage_measure: Any = importlib.import_module("skimage.measure")  # it has no types
    pictures = [hard.build(hard.objects()), hard.build(hard.nothing(), "b.png")]
    written(tmp_path, "csv", *pictures, hard.build(hard.labelled(), "c.png"))
    with (tmp_path / "areas.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["image"] for row in rows] == ["a.png"] * 5 + ["b.png", "c.png", "c.png"]
    for row, mask in zip(rows, masks_of(hard.objects()), strict=False):
        (measured,) = skimage_measure.regionprops(mask.astype(np.uint8))
        top, left, bottom, right = measured.bbox
        assert int(row["area_px"]) == measured.area
        assert float(row["area_pct"]) == pytest.approx(100 * measured.area / mask.size, rel=1e-5)
        box = [int(row[f"bbox_{key}"]) for key in ("x", "y", "width", "height")]
        assert box == [left, top, right - left, bottom - top]
        centre = [float(row["centroid_y"]) - 0.5, float(row["centroid_x"]) - 0.5]
        assert centre == pytest.approx(measured.centroid, abs=1e-3)
        assert float(row["perimeter_px"]) == pytest.approx(
            skimage_measure.perimeter(np.pad(mask, 1)), abs=1e-3
        )
    assert [row["instance"] for row in rows] == ["1", "2", "3", "4", "5", "", "", ""]
    assert [rows[1][key] for key in ("class", "score", "width", "height")] == [
        "Hütte, rot", "0.8", "60", "40",
    ]  # fmt: skip
    assert (rows[5]["class"], rows[5]["area_px"]) == ("", "0")
    assert [row["class"] for row in rows[6:]] == ["person", "cat: small"]


# ------------------------------------------------------------------------- pictures of masks


def test_binary_masks(tmp_path: Path) -> None:
    found = hard.objects()
    written(tmp_path / "each", "binary", hard.build(found))
    names = ["person_1", "Hütte, rot_1", "cat_ small_1", "person_2", "Hütte, rot_2"]
    assert hard.files_in(tmp_path / "each") == sorted(f"a_{name}.png" for name in names)
    for name, mask in zip(names, masks_of(found), strict=True):
        with Image.open(tmp_path / "each" / f"a_{name}.png") as file:
            assert file.mode == "L"
            np.testing.assert_array_equal(np.asarray(file), mask * np.uint8(255))
    written(tmp_path / "class", "binary", hard.build(found), is_by_class=True)
    both = masks_of(found)[0] | masks_of(found)[3]
    with Image.open(tmp_path / "class" / "a_person.png") as file:
        np.testing.assert_array_equal(np.asarray(file), both * np.uint8(255))


def test_a_cut_out_holds_nothing_of_what_was_cut_away(tmp_path: Path) -> None:
    picture = hard.build(hard.objects())
    inside = np.any(masks_of(hard.objects()), axis=0)
    for is_soft in (False, True):
        folder = written(tmp_path / str(is_soft), "cutout", picture, is_soft=is_soft)
        with Image.open(folder / "a_cutout.png") as file:
            assert file.mode == "RGBA"
            pixels = np.asarray(file)
        np.testing.assert_array_equal(pixels[..., 3] > 0, inside)
        assert not pixels[~inside].any()
        np.testing.assert_array_equal(pixels[inside][:, :3], picture.image[inside])
        assert (len(np.unique(pixels[..., 3])) > 2) is is_soft
    folder = written(tmp_path / "each", "cutout", picture, by=CutBy.INSTANCE, is_cropped=True)
    with Image.open(folder / "a_Hütte, rot_2_cutout.png") as file:
        assert file.size == (30, 18)
    assert len(hard.files_in(folder)) == 5


def test_an_overlay_has_the_size_of_its_source(tmp_path: Path) -> None:
    found = disc()
    picture = hard.build(found)
    written(tmp_path, "overlay", picture)
    with Image.open(tmp_path / "a_overlay.png") as file:
        pixels = np.asarray(file)
    np.testing.assert_array_equal(pixels, draw_overlay(picture.image, found, OverlayStyle()))
    written(tmp_path / "jpeg", "overlay", picture, is_jpeg=True, has_legend=True)
    with Image.open(tmp_path / "jpeg" / "a_overlay.jpg") as file:
        assert (file.format, file.size) == ("JPEG", (800, 600))


# --------------------------------------------------------------------------------------- film


@pytest.mark.parametrize("has_picture", [True, False])
def test_a_film_shows_the_pictures_in_order(tmp_path: Path, has_picture: bool) -> None:
    writer = make_writer("film", fps=5.0, has_picture=has_picture)
    writer.begin(tmp_path, ExportOptions(style=OverlayStyle(has_labels=False)))
    whole = hard.MASKS["whole"]
    for number in (10, 9, 11):  # by name 9 comes first
        mask = whole.copy()
        mask[:, : 4 * (number - 8)] = False
        found = Instances(hard.SIZE, hard.CATEGORIES, (hard.instance(mask, 3),))
        picture = SegmentedPicture(
            np.full((*hard.SIZE, 3), 255, np.uint8), found, PurePosixPath(f"frame_{number}.png")
        )
        assert writer.add(picture).files == ()
    assert writer.finish() == (tmp_path / "masks.mp4",)
    assert not list((tmp_path / ".layerscope").rglob("*.frame"))
    with av.open(str(tmp_path / "masks.mp4")) as film:
        assert film.streams.video[0].codec_context.name == "h264"
        frames = [frame.to_ndarray(format="rgb24") for frame in film.decode(video=0)]
        seconds = [
            float(frame.time) for frame in av.open(str(tmp_path / "masks.mp4")).decode(video=0)
        ]
    assert len(frames) == 3
    assert seconds == pytest.approx([0, 0.2, 0.4])
    bare = 255 if has_picture else 0
    for place, frame in enumerate(frames, 1):
        assert frame.shape == (40, 60, 3)
        grey = frame.astype(int)
        edge = 4 * place
        assert np.abs(grey[:, : edge - 3] - bare).max(initial=0) < 24
        assert np.abs(grey[:, edge + 3 :] - bare).max(axis=2).min() > 24


def test_no_picture_makes_no_film(tmp_path: Path) -> None:
    writer = make_writer("film")
    writer.begin(tmp_path, ExportOptions())
    assert writer.finish() == ()
    assert hard.files_in(tmp_path) == []


# ----------------------------------------------------------------------------------- manifest


def test_the_manifest_says_what_was_done(tmp_path: Path) -> None:
    origin = Origin("net", "ab" * 32, {"score": 0.25})
    export = MaskExport(tmp_path, [make_writer("voc"), make_writer("csv")], ExportOptions(), origin)
    export.add(hard.build(hard.objects(), "s/NUL.png"))
    export.add(hard.build(hard.labelled(), "b.png"))
    export.skip(PurePosixPath("c.png"), "The file is cut off.")
    files = export.finish()
    content = json.loads((tmp_path / "export.json").read_text(encoding="utf-8"))
    assert files[-1] == tmp_path / "export.json"
    assert (content["model"], content["weights_sha256"]) == ("net", "ab" * 32)
    assert content["settings"] == {"score": 0.25}
    assert content["formats"] == {"voc": {"void": 0}, "csv": {}}
    assert content["counts"] == {"written": 2, "skipped": 1}
    assert content["skipped"] == [{"picture": "c.png", "reason": "The file is cut off."}]
    assert content["versions"]["numpy"] == np.__version__
    first, second = content["pictures"]
    assert first["picture"] == "b.png"
    assert first["notes"] == [
        "voc: a label map has no objects: SegmentationObject has no picture of it"
    ]
    assert second["named"] == "s/NUL_"
    listed = [*content["files"], *first["files"], *second["files"], "export.json"]
    assert sorted(listed) == hard.files_in(tmp_path)


def test_an_export_knows_what_it_has_done(tmp_path: Path) -> None:
    def begin() -> MaskExport:
        return MaskExport(tmp_path, [make_writer("npz"), make_writer("coco")], ExportOptions())

    export = begin()
    export.add(hard.build(hard.objects(), "a.png"))
    again = begin()  # as after a crash: the first was not finished
    assert again.is_done(PurePosixPath("a.png"))
    assert not again.is_done(PurePosixPath("b.png"))
    again.add(hard.build(hard.objects(), "b.png"))
    again.finish()
    assert hard.files_in(tmp_path) == ["a.npz", "annotations.json", "b.npz", "export.json"]
    images = json.loads((tmp_path / "annotations.json").read_text())["images"]
    assert [image["file_name"] for image in images] == ["a.png", "b.png"]


def test_a_later_export_adds_to_files_of_many_pictures(tmp_path: Path) -> None:
    for name, is_continued in (("a.png", True), ("b.png", True), ("c.png", False)):
        writer = make_writer("coco")
        writer.begin(tmp_path, ExportOptions(Policy.OVERWRITE, is_continued=is_continued))
        writer.add(hard.build(hard.objects(), name))
        (path,) = writer.finish()
        names = [image["file_name"] for image in json.loads(path.read_text())["images"]]
        assert names == (["a.png", "b.png"][: 1 + (name == "b.png")] if is_continued else ["c.png"])


def test_pieces_without_a_pixel_are_left_out(tmp_path: Path) -> None:
    empty = Region.of(np.zeros(hard.SIZE, np.bool_))
    item = Instance(1, 0.99, hard.objects().items[0].box, empty)
    found = Instances(hard.SIZE, hard.CATEGORIES, (item, *hard.objects().items))
    export = MaskExport(tmp_path, [make_writer("coco")], ExportOptions())
    notes = export.add(hard.build(found)).notes
    assert notes == ("1 of the objects have no pixel, and are in the format npz alone",)
    export.finish()
    content = json.loads((tmp_path / "annotations.json").read_text())
    assert len(content["annotations"]) == len(by_score(found)) - 1
