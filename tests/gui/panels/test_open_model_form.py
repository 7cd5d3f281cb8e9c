"""The form for a network's file: guesses, reasons, and what is wrong in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLineEdit

from engine.commands import LoadModel
from engine.models.user.options import IMAGENET, OpenOptions, content_hash
from tests.gui.file_card_kit import GUESSED, STD

if TYPE_CHECKING:
    from pathlib import Path

    from tests.gui.file_card_kit import Asked


def test_guesses_are_shown_with_their_reasons(asked: Asked, weights: Path) -> None:
    asked.open(weights)
    form = asked.card.form
    assert asked.card._title.text() == "Open three.pth"
    assert asked.card._facts.text() == (
        "PyTorch state dict, 2.9 MB, 52 tensors, 724 k values, 3 channels in, 3 outputs"
    )
    assert form._chooser.text() == "torchvision/squeezenet1_1"
    assert form._fit.text() == "fits 100%"
    assert form.options_now == GUESSED
    assert asked.texts["architecture"] == "All 52 tensors fit by name and shape."
    assert asked.texts["input_size"] == "As published for torchvision/squeezenet1_1."
    assert "the first convolution takes 3 channels" in asked.texts["colours"]
    assert asked.texts["categories"].startswith("3 outputs, and no list")
    assert asked.loads == []
    assert not asked.kit.window.loading.isVisible()


def test_what_is_changed_is_what_is_loaded(asked: Asked, weights: Path, tmp_path: Path) -> None:
    labels = tmp_path / "names.txt"
    labels.write_text("ant\nbee\ncat\n", encoding="utf-8")
    asked.open(weights)
    asked.write("Height in pixels", "64")
    asked.write("Width in pixels", "96")
    asked.write("Short side before cropping, in pixels", "100")
    asked.choose("Normalisation", "(x − 127) / 128")
    asked.choose("Channel order", "BGR")
    asked.choose("Categories", "From a file")
    asked.write("File with categories", str(labels))
    asked.click("Open")
    chosen = OpenOptions(
        architecture="torchvision/squeezenet1_1",
        input_size=(64, 96),
        resize_size=100,
        mean=(127 / 255,) * 3,
        std=(128 / 255,) * 3,
        channel_order="bgr",
        categories=str(labels),
    )
    assert asked.loads == [LoadModel(str(weights), options=chosen, content=content_hash(weights))]
    assert not asked.card.isVisible()
    assert asked.kit.window.loading._text.text() == "Loading three.pth"


@pytest.mark.parametrize(
    ("field", "text", "sentence"),
    [
        ("Height in pixels", "12.5", "Give height and width as whole numbers from 1"),
        ("Width in pixels", "5000", "Give height and width as whole numbers from 1"),
        ("Width in pixels", "", "Give height and width as whole numbers from 1"),
        ("Width in pixels", "wide", "Give height and width as whole numbers from 1"),
        (
            "Short side before cropping, in pixels",
            "100",
            "Give the short side as a whole number from 224 to 8192.",
        ),
        ("Mean, Green", "1.5", "Give three numbers from 0 to 1 as the mean."),
        ("Std, Blue", "0", "Give three numbers above 0 and up to 1 as the std."),
        ("Std, Red", "nan", "Give three numbers above 0 and up to 1 as the std."),
    ],
)
def test_a_wrong_number_is_told_at_its_field(
    asked: Asked, weights: Path, field: str, text: str, sentence: str
) -> None:
    asked.open(weights)
    asked.choose("Normalisation", "Custom")
    asked.write(field, text)
    assert any(note.startswith(sentence) for note in asked.texts.values())
    asked.click("Open")
    assert asked.loads == []
    assert asked.card.isVisible()
    assert isinstance(QApplication.focusWidget(), QLineEdit)
    asked.click("Reset to guesses")
    assert asked.card.form.check()
    assert asked.card.form.options_now == GUESSED


def test_empty_sizes_are_found_by_trying(asked: Asked, weights: Path) -> None:
    asked.open(weights)
    for name in ("Height in pixels", "Width in pixels", "Short side before cropping, in pixels"):
        asked.write(name, "")
    asked.click("Open")
    (load,) = asked.loads
    assert load.options is not None
    assert load.options.input_size is None
    assert load.options.resize_size is None


def test_custom_numbers_may_be_typed_with_a_comma(asked: Asked, weights: Path) -> None:
    asked.open(weights)
    asked.choose("Normalisation", "Custom")
    asked.write("Mean, Red", "0,25")
    now = asked.card.form.options_now
    assert (now.mean, now.std) == ((0.25, 0.456, 0.406), STD)
    assert asked.card.form._normalisation._preset.currentText() == "Custom"


def test_a_list_of_another_length_is_told_and_may_be_taken(
    asked: Asked, weights: Path, tmp_path: Path
) -> None:
    (tmp_path / "two.txt").write_text("a\nb\n", encoding="utf-8")
    asked.open(weights)
    asked.choose("Categories", "From a file")
    assert asked.texts["categories"].startswith("Choose a file with the categories")
    asked.write("File with categories", str(tmp_path / "two.txt"))
    told = "There are 2 categories for 3 outputs; give a list of 3."
    assert asked.texts["categories"] == told
    asked.choose("Categories", "ImageNet-1k")
    assert asked.texts["categories"].startswith("There are 1,000 categories for 3 outputs")
    asked.click("Open")
    (load,) = asked.loads
    assert load.options is not None
    assert load.options.categories == IMAGENET


def test_categories_that_cannot_be_read_are_not_loaded(
    asked: Asked, weights: Path, tmp_path: Path
) -> None:
    asked.open(weights)
    asked.choose("Categories", "From a file")
    asked.write("File with categories", str(tmp_path / "none.txt"))
    assert "cannot be read" in asked.texts["categories"]
    asked.click("Open")
    assert asked.loads == []


def test_another_architecture_is_found_by_letters(asked: Asked, weights: Path) -> None:
    asked.open(weights)
    asked.choose("Channel order", "BGR")
    asked.click("torchvision/squeezenet1_1")
    titles = asked.kit.window.palette_.titles
    assert titles[0] == "torchvision/squeezenet1_1"
    assert len(titles) > 1000
    asked.kit.choose_in_palette("timm/inception_v3")
    form = asked.card.form
    assert form._chooser.text() == "timm/inception_v3"
    assert form._fit.property("role") == "badge-warning"
    assert "so it will hardly open" in asked.texts["architecture"]
    now = form.options_now
    assert now.architecture == "timm/inception_v3"
    assert now.input_size == (299, 299)  # as it was guessed before, so it follows
    assert now.channel_order == "bgr"  # as the person chose


def test_another_architecture_replaces_what_is_wrong(asked: Asked, weights: Path) -> None:
    asked.open(weights)
    asked.choose("Normalisation", "Custom")
    asked.write("Mean, Red", "7")
    asked.write("Height in pixels", "0")
    asked.card.form.choose_architecture("timm/inception_v3")
    now = asked.card.form.options_now
    assert (now.input_size, now.mean) == ((299, 299), (0.5, 0.5, 0.5))


def test_weights_of_no_known_architecture_need_one(asked: Asked, tmp_path: Path) -> None:
    path = tmp_path / "own.pth"
    torch.save({"a.weight": torch.ones(3), "b.weight": torch.ones(2)}, path)
    asked.open(path)
    assert asked.texts["architecture"] == "Choose the architecture that these weights are of."
    asked.click("Open")
    assert asked.loads == []
    assert QApplication.focusWidget() is asked.card.form._chooser


def test_enter_opens_with_the_guesses(asked: Asked, weights: Path) -> None:
    asked.open(weights)
    asked.kit.press(Qt.Key.Key_Return)
    assert asked.loads == [LoadModel(str(weights), options=GUESSED, content=content_hash(weights))]
