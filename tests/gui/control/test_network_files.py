"""A person opens a file of their own: what is asked, what is told, and what is loaded then."""

from __future__ import annotations

import os
import pickle
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import torch
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit
from torchvision import models

from engine.commands import CancelLoading, LoadModel
from engine.events import LoadingFailed, ModelReady, ModelsListed
from engine.models.user.options import IMAGENET, NUMBERS, OpenOptions, recall, remember
from gui.panels.open_model_card import OpenModelCard
from tests.gui.fake_engine import CONV1, CPU, card, model

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from tests.gui.window_kit import Kit

MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
GUESSED = OpenOptions(
    architecture="torchvision/squeezenet1_1",
    input_size=(224, 224),
    resize_size=256,
    mean=MEAN,
    std=STD,
    channel_order="rgb",
    categories=NUMBERS,
)


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAYERSCOPE_CACHE", str(tmp_path / "own-cache"))


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a state dict of three outputs."""
    path = tmp_path_factory.mktemp("nets") / "three.pth"
    torch.save(models.squeezenet1_1(weights=None, num_classes=3).state_dict(), path)
    return path


class Asked:
    """The card of a window, and what a person does with it."""

    def __init__(self, kit: Kit, qtbot: QtBot) -> None:
        self.kit, self.qtbot = kit, qtbot
        self.card: OpenModelCard = kit.window.file_card

    def open(self, path: Path | str) -> Asked:
        """Open a file and wait for the card."""
        self.kit.window.models.load(str(path))
        return self.wait()

    def wait(self) -> Asked:
        self.qtbot.waitUntil(self.card.isVisible, timeout=20_000)
        return self

    @property
    def loads(self) -> list[LoadModel]:
        return self.kit.engine.of(LoadModel)

    @property
    def texts(self) -> dict[str, str]:
        """What stands below each field."""
        form = self.card.form
        return {name: form.note(name).text() for name in form.names}

    @property
    def problem(self) -> str:
        return self.card._problem.sentence

    def field(self, name: str) -> QLineEdit:
        found = [it for it in self.card.findChildren(QLineEdit) if it.accessibleName() == name]
        assert len(found) == 1, name
        return found[0]

    def write(self, name: str, text: str) -> None:
        """Type into a field in place of what stands there."""
        field = self.field(name)
        field.setFocus()
        field.selectAll()
        if text:
            self.kit.type(text)
        else:
            self.kit.press(Qt.Key.Key_Delete)

    def choose(self, name: str, text: str) -> None:
        """Choose a line of a list."""
        (box,) = [it for it in self.card.findChildren(QComboBox) if it.accessibleName() == name]
        at = box.findText(text)
        assert at >= 0, text
        box.setCurrentIndex(at)
        box.activated.emit(at)

    def click(self, text: str) -> None:
        self.kit.click(self.card, text)


@pytest.fixture
def asked(kit: Kit, qtbot: QtBot) -> Asked:
    kit.loaded(CONV1)
    kit.engine.tell(ModelsListed((card("tiny"),), (CPU,)))
    return Asked(kit, qtbot)


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
    assert asked.loads == [LoadModel(str(weights), options=chosen)]
    assert not asked.card.isVisible()
    assert asked.kit.window.loading._text.text() == "Loading three.pth"


def test_second_opening_asks_nothing(asked: Asked, weights: Path) -> None:
    remember(weights, GUESSED)
    with asked.qtbot.waitSignal(asked.kit.window.models._files.load_wanted):
        asked.kit.window.models.load(str(weights))
    assert asked.loads == [LoadModel(str(weights))]
    assert not asked.card.isVisible()


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


def test_cancel_leaves_everything(asked: Asked, weights: Path) -> None:
    asked.kit.window.maps.setFocus()
    asked.open(weights)
    asked.write("Height in pixels", "64")
    asked.kit.press(Qt.Key.Key_Escape)
    assert not asked.card.isVisible()
    assert asked.kit.engine.posted == []
    assert recall(weights) is None
    assert asked.kit.window.models.info is not None
    assert asked.kit.window.maps.isVisible()
    assert asked.kit.window.maps.hasFocus()


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


def test_a_hostile_file_is_refused_in_the_card(asked: Asked, tmp_path: Path) -> None:
    class Evil:
        def __reduce__(self) -> Any:
            return os.mkdir, (str(tmp_path / "was-run"),)

    path = tmp_path / "evil.pth"
    path.write_bytes(pickle.dumps({"weight": Evil()}))
    asked.open(path)
    assert "would run code" in asked.problem
    assert not asked.card.form.isVisible()
    asked.click("Cancel")
    assert asked.loads == []
    assert not (tmp_path / "was-run").exists()


def test_a_missing_file_is_told_in_the_card(asked: Asked, tmp_path: Path) -> None:
    asked.open(tmp_path / "none.pth")
    assert asked.problem.startswith("There is no file")
    asked.kit.press(Qt.Key.Key_Escape)
    assert not asked.card.isVisible()


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
    assert asked.loads == [LoadModel(str(weights), options=GUESSED)]


def test_failure_is_told_in_the_card_with_what_was_chosen(asked: Asked, weights: Path) -> None:
    asked.open(weights)
    asked.write("Height in pixels", "3")
    asked.write("Width in pixels", "3")
    asked.click("Open")
    told = "The network fails on an input of 3x3x3; give the size that it takes."
    asked.kit.engine.tell(LoadingFailed(str(weights), told, can_run_random=False))
    assert asked.card.isVisible()
    assert asked.problem == told
    assert asked.card.form.options_now.input_size == (3, 3)
    assert asked.kit.notices == {}
    asked.write("Height in pixels", "64")
    asked.write("Width in pixels", "64")
    asked.click("Open")
    assert asked.problem == ""
    asked.kit.engine.tell(ModelReady(model("three.pth"), str(weights)))
    assert not asked.card.isVisible()
    assert len(asked.loads) == 2


def test_failure_of_a_file_that_was_not_asked_about_offers_to(asked: Asked, weights: Path) -> None:
    remember(weights, GUESSED)
    asked.kit.engine.tell(LoadingFailed(str(weights), "It fails.", can_run_random=False))
    asked.kit.click(asked.kit.window.notices, "Change how it is opened")
    asked.wait()
    assert asked.card._title.text() == "Options of three.pth"


def test_options_of_the_loaded_file_are_changed_and_it_is_loaded_again(
    asked: Asked, weights: Path
) -> None:
    action = asked.kit.window.actions_.action("file_options")
    assert not action.isEnabled()
    remembered = OpenOptions(input_size=(64, 64), channel_order="bgr", num_classes=3)
    remember(weights, remembered)
    asked.kit.engine.tell(ModelReady(model("three.pth"), str(weights)))
    assert action.isEnabled()
    asked.kit.trigger("file_options")
    asked.wait()
    now = asked.card.form.options_now
    assert (now.input_size, now.channel_order, now.num_classes) == ((64, 64), "bgr", 3)
    assert (now.mean, now.architecture) == (MEAN, "torchvision/squeezenet1_1")
    asked.choose("Channel order", "RGB")
    asked.click("Open")
    (load,) = asked.loads
    assert load.name == str(weights)
    assert load.options is not None
    assert load.options.channel_order == "rgb"
    asked.kit.engine.tell(ModelReady(model("tiny"), "tiny"))
    assert not action.isEnabled()


def test_code_is_consented_to_in_the_card(asked: Asked, tmp_path: Path) -> None:
    path = tmp_path / "net.py"
    marker = tmp_path / "was-run"
    path.write_text(f"open({str(marker)!r}, 'w')\ndef a(): ...\ndef b(): ...\n", encoding="utf-8")
    asked.open(path)
    assert "runs the code in it" in asked.card._warning.sentence
    asked.kit.press(Qt.Key.Key_Return)  # a stray Enter runs nothing
    assert asked.loads == []
    asked.open(path)
    asked.choose("Function", "b")
    asked.click("Run its code and open")
    (load,) = asked.loads
    assert load.name == f"{path}:b"
    assert load.options is not None
    assert load.options.allow_code
    assert not marker.exists()


def test_another_network_puts_the_card_away(asked: Asked, weights: Path) -> None:
    asked.open(weights)
    asked.kit.window.models.load("tiny")
    assert not asked.card.isVisible()
    assert asked.loads == [LoadModel("tiny")]


def test_a_look_can_be_stopped(asked: Asked, weights: Path) -> None:
    asked.kit.window.models.load(str(weights))
    assert asked.kit.window.loading.isVisible()
    asked.kit.click(asked.kit.window.loading, "Cancel")
    assert not asked.kit.window.loading.isVisible()
    files = asked.kit.window.models._files
    assert files._job is not None
    files._job.join()
    QApplication.processEvents()
    assert not asked.card.isVisible()
    assert asked.kit.engine.of(CancelLoading) == []


@pytest.mark.parametrize("size", [(1280, 800), (1920, 1080)])
def test_the_maps_step_aside_where_there_is_no_room(
    asked: Asked, weights: Path, size: tuple[int, int]
) -> None:
    window = asked.kit.window
    window.resize(*size)
    QApplication.processEvents()
    asked.open(weights)
    QApplication.processEvents()
    assert (window.width(), window.height()) == size
    assert window.maps.isVisible() == (size[1] > 1000)
    form = asked.card.form
    assert form.height() >= form.widget().sizeHint().height() or form.height() > 200
    asked.click("Cancel")
    assert window.maps.isVisible()
