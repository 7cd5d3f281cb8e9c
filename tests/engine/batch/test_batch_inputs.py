"""What a batch finds in files, folders and patterns."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.batch.inputs import collect
from engine.errors import SourceError


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in (
        "a/photo10.jpg",
        "a/photo9.jpg",
        "a/deep/Straße 1.png",
        "a/notes.txt",
        "a/.hidden.jpg",
        "a/.cache/x.jpg",
        "b/photo9.jpg",
        "b/clip.mp4",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return tmp_path


def _relatives(*inputs: str | Path, output: Path | None = None) -> list[str]:
    return [item.relative.as_posix() for item in collect(inputs, output=output)]


def test_a_folder_keeps_its_tree_in_natural_order(tree: Path) -> None:
    assert _relatives(tree / "a") == ["deep/Straße 1.png", "photo9.jpg", "photo10.jpg"]


def test_of_several_folders_each_keeps_its_name(tree: Path) -> None:
    found = collect([tree / "a", tree / "b"])
    assert [item.relative.as_posix() for item in found] == [
        "a/deep/Straße 1.png",
        "a/photo9.jpg",
        "a/photo10.jpg",
        "b/clip.mp4",
        "b/photo9.jpg",
    ]
    assert [item.is_video for item in found] == [False, False, False, True, False]


def test_a_pattern_keeps_the_tree_below_its_steady_part(tree: Path) -> None:
    assert _relatives(f"{tree}/**/*.jpg") == ["a/photo9.jpg", "a/photo10.jpg", "b/photo9.jpg"]
    assert _relatives(f"{tree}/b/photo?.jpg") == ["photo9.jpg"]


def test_a_file_that_two_inputs_name_stands_once(tree: Path) -> None:
    assert _relatives(tree / "b" / "photo9.jpg", tree / "b") == ["photo9.jpg", "b/clip.mp4"]


def test_pictures_keep_their_names_and_only_the_same_ones_are_numbered(tree: Path) -> None:
    (tree / "b" / "photo9.png").touch()
    assert _relatives(tree / "b") == ["clip.mp4", "photo9.jpg", "photo9.png"]
    (tree / "c" / "b").mkdir(parents=True)
    (tree / "c" / "b" / "photo9.jpg").touch()
    found = _relatives(tree / "b", tree / "c" / "b")
    assert found == ["b/clip.mp4", "b/photo9.jpg", "b/photo9.png", "b/photo9 (2).jpg"]


def test_videos_whose_films_would_have_the_same_name_are_numbered(tree: Path) -> None:
    (tree / "b" / "CLIP.avi").touch()
    (tree / "b" / "clip.png").touch()
    found = _relatives(tree / "b")
    assert sorted(found) in (
        sorted(["CLIP.avi", "clip (2).mp4", "clip.png", "photo9.jpg"]),
        sorted(["clip.mp4", "CLIP (2).avi", "clip.png", "photo9.jpg"]),
    )


def test_the_output_is_no_input(tree: Path) -> None:
    (tree / "a" / "out").mkdir()
    (tree / "a" / "out" / "photo9_overlay.png").touch()
    assert _relatives(tree / "a", output=tree / "a" / "out") == [
        "deep/Straße 1.png",
        "photo9.jpg",
        "photo10.jpg",
    ]


def test_a_missing_input_is_named(tree: Path) -> None:
    with pytest.raises(SourceError, match=r"no file or folder “.*nowhere”; check the path"):
        collect([tree / "nowhere"])


def test_nothing_found_is_said(tree: Path) -> None:
    (tree / "empty").mkdir()
    with pytest.raises(SourceError, match=r"no pictures or videos in “.*empty”"):
        collect([tree / "empty"])
