"""Every format of masks gives the labels that were written."""

from __future__ import annotations

import json
from pathlib import Path, PurePosixPath

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from engine.errors import EngineError
from engine.export.masks import ExportOptions, MaskExport, SegmentedPicture, make_writer
from engine.learn import readers
from engine.learn.combine import Part, combined
from engine.learn.data import CERTAIN, DataError, Dataset
from engine.values import VOID, Box, Category, Instance, Instances, LabelMap, Region
from tests.engine.learn.sets import SIZE, disc, photo, save, shapes_set

CATEGORIES = (Category(1, "cat"), Category(2, "dog"), Category(3, "owl"))


def truths(dataset: Dataset) -> dict[str, NDArray[np.uint8]]:
    return {one.picture.name: one.truth.read(SIZE) for one in dataset.samples}


def label_map(number: int) -> NDArray[np.uint8]:
    labels = np.zeros(SIZE, np.uint8)
    labels[disc(number)] = 1
    labels[disc(number + 50, radius=9)] = 2
    return labels


def exported(
    folder: Path, name: str, count: int = 3, photos: Path | None = None
) -> list[NDArray[np.uint8]]:
    """Write label maps in one of the export's formats, photos beside them in `images`."""
    options = {"tolerance": 0.0} if name in {"labelme", "yolo"} else {}
    export = MaskExport(folder, (make_writer(name, **options),), ExportOptions())
    made = []
    for number in range(count):
        image, labels = photo(number), label_map(number)
        # YOLO's exporter writes the photos itself.
        beside = folder / ("source" if name == "yolo" else "images")
        source = save((photos or beside) / f"p{number}.png", image)
        found = LabelMap(labels, CATEGORIES)
        export.add(SegmentedPicture(image, found, PurePosixPath(f"p{number}.png"), source))
        made.append(labels)
    export.finish()
    return made


@pytest.mark.parametrize("name", ["coco", "voc"])
def test_photos_of_an_export_may_lie_elsewhere(name: str, tmp_path: Path) -> None:
    made = exported(tmp_path / "out", name, photos=tmp_path / "photos")
    dataset = readers.read(tmp_path / "out")
    assert [one.picture for one in dataset.samples] == [
        tmp_path / "photos" / f"p{number}.png" for number in range(3)
    ]
    np.testing.assert_array_equal(truths(dataset)["p1.png"], made[1])
    assert "made by a network" in dataset.notes[0]


@pytest.mark.parametrize("name", ["coco", "voc", "yolo", "labelme"])
def test_what_the_exporters_write_is_read_back(name: str, tmp_path: Path) -> None:
    made = exported(tmp_path, name)
    dataset = readers.read(tmp_path)
    assert dataset.format == name
    names = (
        ("background", "cat", "dog") if name == "labelme" else ("background", "cat", "dog", "owl")
    )
    assert dataset.names == names
    assert not dataset.is_partial
    read = truths(dataset)
    assert sorted(read) == ["p0.png", "p1.png", "p2.png"]
    for number, labels in enumerate(made):
        np.testing.assert_array_equal(read[f"p{number}.png"], labels)


def test_archives_are_read_back_and_said_to_be_pseudo_labels(tmp_path: Path) -> None:
    made = exported(tmp_path / "masks", "npz")
    (tmp_path / "masks" / "images").rename(tmp_path / "images")
    dataset = readers.read(tmp_path)
    assert (dataset.format, dataset.names) == ("layerscope", ("background", "cat", "dog", "owl"))
    assert "made by a network" in dataset.notes[0]
    np.testing.assert_array_equal(truths(dataset)["p1.png"], made[1])


def test_objects_of_an_archive_become_labels(tmp_path: Path) -> None:
    masks = [disc(1), disc(2)]
    items = tuple(
        Instance(number, score, Box(0, 0, 1, 1), Region.of(mask))
        for number, score, mask in zip((1, 3), (0.9, 0.8), masks, strict=True)
    )
    export = MaskExport(tmp_path / "masks", (make_writer("npz"),), ExportOptions())
    image = photo(1)
    save(tmp_path / "images" / "a.png", image)
    found = Instances(SIZE, CATEGORIES, items)
    export.add(SegmentedPicture(image, found, PurePosixPath("a.png"), None))
    export.finish()
    expected = np.where(masks[0], 1, np.where(masks[1], 3, 0))
    np.testing.assert_array_equal(truths(readers.read(tmp_path))["a.png"], expected)


def test_pictures_of_ids_with_a_list(tmp_path: Path) -> None:
    values = np.zeros(SIZE, np.uint8)
    values[:10], values[10:20], values[20:30], values[30:32] = 3, 7, 1, 255
    save(tmp_path / "images" / "a.jpg", photo(1))
    save(tmp_path / "labels" / "a.png", values)
    (tmp_path / "classes.txt").write_text("0 void\n1 grass\n3 sky\n7 cow\n")
    dataset = readers.read(tmp_path)
    assert (dataset.format, dataset.names) == ("index", ("background", "grass", "sky", "cow"))
    expected = np.zeros(SIZE, np.uint8)
    expected[:10], expected[10:20], expected[20:30], expected[30:] = 2, 3, 1, VOID
    np.testing.assert_array_equal(truths(dataset)["a.jpg"], expected)


def test_pictures_of_ids_without_a_list_name_themselves(tmp_path: Path) -> None:
    values = np.zeros(SIZE, np.uint8)
    values[:10], values[10:20] = 5, 2
    save(tmp_path / "images" / "a.jpg", photo(1))
    palette = Image.fromarray(values).convert("P")
    palette.putpalette(list(range(256)) * 3)
    (tmp_path / "masks").mkdir()
    palette.save(tmp_path / "masks" / "a.png")
    dataset = readers.read(tmp_path, "index")
    assert dataset.names == ("background", "class 2", "class 5")
    expected = np.zeros(SIZE, np.uint8)
    expected[:10], expected[10:20] = 2, 1
    np.testing.assert_array_equal(truths(dataset)["a.jpg"], expected)


@pytest.mark.parametrize(
    "lines",
    [
        "sky:0,0,255::\nbackground:0,0,0::\nvoid:255,255,255::\ngrass:0,128,0::\n",
        "0 0 255 sky\n255 255 255 ignore\n0 128 0 grass\n",
        "sky 0 0 255\nvoid 255 255 255\ngrass 0 128 0\n",
        "#0000FF sky\n#ffffff void\n#008000 grass\n",
    ],
)
def test_pictures_in_colours(lines: str, tmp_path: Path) -> None:
    pixels = np.zeros((*SIZE, 3), np.uint8)
    pixels[:10], pixels[10:20], pixels[20:30] = (0, 0, 255), (0, 128, 0), 255
    save(tmp_path / "images" / "a.jpg", photo(1))
    save(tmp_path / "masks" / "a.png", pixels)
    (tmp_path / "labelmap.txt").write_text(lines)
    dataset = readers.read(tmp_path)
    assert (dataset.format, dataset.names) == ("colour", ("background", "sky", "grass"))
    expected = np.zeros(SIZE, np.uint8)
    expected[:10], expected[10:20], expected[20:30] = 1, 2, VOID
    np.testing.assert_array_equal(truths(dataset)["a.jpg"], expected)


def test_an_unknown_colour_is_named(tmp_path: Path) -> None:
    pixels = np.zeros((*SIZE, 3), np.uint8)
    pixels[5, 5] = (1, 2, 3)
    save(tmp_path / "images" / "a.jpg", photo(1))
    save(tmp_path / "masks" / "a.png", pixels)
    (tmp_path / "labelmap.txt").write_text("sky:0,0,255::\n")
    with pytest.raises(DataError, match=r"a\.png” has the colour 1,2,3, which the list"):
        truths(readers.read(tmp_path))


def test_one_class_of_black_and_white_masks(tmp_path: Path) -> None:
    dataset = readers.read(shapes_set(tmp_path / "cups", 3))
    assert (dataset.format, dataset.names) == ("binary", ("background", "cups"))
    np.testing.assert_array_equal(truths(dataset)["01.png"], disc(1).astype(np.uint8))


def test_a_folder_of_masks_a_class_says_what_is_marked(tmp_path: Path) -> None:
    for name in ("a", "b"):
        save(tmp_path / "images" / f"{name}.png", photo(ord(name)))
    save(tmp_path / "masks" / "cat" / "a.png", disc(1).astype(np.uint8) * 255)
    save(tmp_path / "masks" / "Dog" / "a.png", disc(2).astype(np.uint8) * 255)
    save(tmp_path / "masks" / "Dog" / "b.png", np.zeros(SIZE, np.uint8))
    dataset = readers.read(tmp_path)
    assert dataset.names == ("background", "cat", "Dog")
    assert {one.picture.name: one.annotated for one in dataset.samples} == {
        "a.png": {1, 2},
        "b.png": {2},
    }
    expected = np.where(disc(2), 2, np.where(disc(1), 1, 0))
    np.testing.assert_array_equal(truths(dataset)["a.png"], expected)


def test_a_photo_that_stands_in_two_groups_is_one_photo(tmp_path: Path) -> None:
    for group, number in (("Bus", 1), ("Car", 2)):
        save(tmp_path / "images" / group / f"{group}_1.png", photo(7))
        mask = np.repeat(disc(number)[..., None], 3, axis=2).astype(np.uint8) * 255
        save(tmp_path / "masks" / group / f"{group}_1.png", mask)
    save(tmp_path / "images" / "Car" / "other.png", photo(8))
    save(tmp_path / "masks" / "Car" / "other.png", disc(3).astype(np.uint8) * 255)
    dataset = readers.read(tmp_path)
    both, alone = dataset.samples
    assert [sorted(one.annotated) for one in (both, alone)] == [[1, 2], [2]]
    assert dataset.is_partial
    np.testing.assert_array_equal(
        both.truth.read(SIZE), np.where(disc(2), 2, np.where(disc(1), 1, 0))
    )
    assert dataset.likely(alone).tolist() == [True, False, False]
    assert dataset.possible(alone).tolist() == [True, True, False]


def test_crowds_of_coco_are_to_be_ignored_and_small_things_lie_on_top(tmp_path: Path) -> None:
    save(tmp_path / "a.png", photo(1))
    square = [[8, 8, 24, 8, 24, 24, 8, 24]]
    inner = [[12, 12, 16, 12, 16, 16, 12, 16]]
    runs = {"counts": [0, SIZE[0] * 4, SIZE[0] * (SIZE[1] - 4)], "size": list(SIZE)}
    annotations = [
        {"image_id": 5, "category_id": 9, "segmentation": inner, "area": 16, "iscrowd": 0},
        {"image_id": 5, "category_id": 4, "segmentation": square, "area": 256, "iscrowd": 0},
        {"image_id": 5, "category_id": 4, "segmentation": runs, "area": 192, "iscrowd": 1},
    ]
    content = {
        "images": [{"id": 5, "file_name": "a.png", "height": SIZE[0], "width": SIZE[1]}],
        "categories": [{"id": 9, "name": "eye"}, {"id": 4, "name": "face"}],
        "annotations": annotations,
    }
    (tmp_path / "instances.json").write_text(json.dumps(content))
    dataset = readers.read(tmp_path)
    assert dataset.names == ("background", "face", "eye")
    expected = np.zeros(SIZE, np.uint8)
    expected[:, :4] = VOID
    expected[8:24, 8:24] = 1
    expected[12:16, 12:16] = 2
    np.testing.assert_array_equal(truths(dataset)["a.png"], expected)


def test_sets_are_put_together_under_other_names(tmp_path: Path) -> None:
    first = readers.read(shapes_set(tmp_path / "cups", 2))
    second = readers.read(shapes_set(tmp_path / "mugs", 2))
    names = ("background", "mug", "sky")
    parts = (
        Part(first, {"cups": CERTAIN}, lambda _: frozenset({2})),
        Part(second, {"mugs": 1}, repeats=3),
    )
    both = combined(tmp_path, names, frozenset({2}), parts)
    cup, mug = both.samples[0], both.samples[2]
    assert [sorted(one.annotated) for one in (cup, mug)] == [[2], [1]]
    assert (cup.repeats, mug.repeats) == (1, 3)
    assert set(np.unique(cup.truth.read(SIZE)).tolist()) == {0, CERTAIN}
    assert set(np.unique(mug.truth.read(SIZE)).tolist()) == {0, 1}
    assert both.likely(cup).tolist() == [True, False, False]
    assert both.likely(mug).tolist() == [True, False, True]
    assert both.possible(cup).tolist() == [True, True, False]


@pytest.mark.parametrize(
    ("write", "sentence"),
    [
        (lambda path: path.write_bytes(b"no picture"), "cannot be read as a picture; save it"),
        (lambda path: save(path, np.zeros((10, 20), np.uint8)), "has 20 x 10 pixels and its photo"),
        (lambda path: save(path, np.full(SIZE, 9, np.uint8)), "has the label 9, which no class"),
    ],
)
def test_what_is_wrong_with_a_mask_is_said(write: object, sentence: str, tmp_path: Path) -> None:
    save(tmp_path / "images" / "a.jpg", photo(1))
    (tmp_path / "masks").mkdir()
    write(tmp_path / "masks" / "a.png")  # type: ignore[operator]  # a function
    (tmp_path / "classes.txt").write_text("background\ngrass\n")
    with pytest.raises(EngineError, match=sentence):
        truths(readers.read(tmp_path, "index"))


def test_what_is_no_set_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="has no masks in a known form; put the photos into"):
        readers.read(tmp_path)
    with pytest.raises(DataError, match="check the path"):
        readers.read(tmp_path / "nothing")
    with pytest.raises(DataError, match="There is no format “tiff”; choose one of: layerscope"):
        readers.read(tmp_path, "tiff")
    assert set(readers.names()) == {
        "binary", "coco", "colour", "index", "labelme", "layerscope", "voc", "yolo",
    }  # fmt: skip


def test_boxes_of_yolo_are_refused(tmp_path: Path) -> None:
    save(tmp_path / "images" / "a.png", photo(1))
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels" / "a.txt").write_text("0 0.5 0.5 0.2 0.2\n")
    (tmp_path / "data.yaml").write_text("nc: 1\nnames: ['cup']\n")
    with pytest.raises(DataError, match="boxes cannot be trained on"):
        truths(readers.read(tmp_path))
