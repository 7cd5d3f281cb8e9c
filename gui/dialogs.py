"""The only windows over the window: choosing a file. They do not block the event loop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import QFileDialog

from engine.models.user.naming import FILE_PATTERNS

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

__all__ = [
    "ask_for_annotations",
    "ask_for_categories",
    "ask_for_file",
    "ask_for_files",
    "ask_for_folder",
    "ask_for_model",
    "ask_where_to_save",
]

PICTURES = "*.png *.jpg *.jpeg *.bmp *.gif *.tif *.tiff *.webp *.ppm *.pgm"
VIDEOS = "*.mp4 *.mkv *.mov *.avi *.webm *.m4v *.mpg *.mpeg *.wmv"


def ask_for_file(parent: QWidget, folder: str, on_chosen: Callable[[str], object]) -> QFileDialog:
    """Ask for a picture or a video; `on_chosen` gets its path."""
    filters = [
        _tr("Pictures and videos") + f" ({PICTURES} {VIDEOS})",
        _tr("Pictures") + f" ({PICTURES})",
        _tr("Videos") + f" ({VIDEOS})",
        _tr("All files") + " (*)",
    ]
    dialog = QFileDialog(parent, _tr("Open a picture or a video"), folder)
    dialog.setNameFilters(filters)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    return _open(dialog, on_chosen)


def ask_for_files(
    parent: QWidget, folder: str, on_chosen: Callable[[list[str]], object]
) -> QFileDialog:
    """Ask for pictures and videos; `on_chosen` gets their paths."""
    dialog = QFileDialog(parent, _tr("Choose pictures and videos"), folder)
    dialog.setNameFilters(
        [
            _tr("Pictures and videos") + f" ({PICTURES} {VIDEOS})",
            _tr("All files") + " (*)",
        ]
    )
    dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.filesSelected.connect(on_chosen)
    dialog.open()
    return dialog


def ask_for_folder(
    parent: QWidget, folder: str, on_chosen: Callable[[str], object], title: str = ""
) -> QFileDialog:
    """Ask for a folder; `on_chosen` gets its path."""
    dialog = QFileDialog(parent, title or _tr("Open a folder of pictures"), folder)
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    return _open(dialog, on_chosen)


def ask_for_model(parent: QWidget, folder: str, on_chosen: Callable[[str], object]) -> QFileDialog:
    """Ask for a file that holds a network; `on_chosen` gets its path."""
    dialog = QFileDialog(parent, _tr("Open a network file"), folder)
    patterns = " ".join(FILE_PATTERNS)
    dialog.setNameFilters([_tr("Networks") + f" ({patterns})", _tr("All files") + " (*)"])
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    return _open(dialog, on_chosen)


def ask_for_categories(
    parent: QWidget, folder: str, on_chosen: Callable[[str], object]
) -> QFileDialog:
    """Ask for a file with the names of categories; `on_chosen` gets its path."""
    dialog = QFileDialog(parent, _tr("Open a list of categories"), folder)
    dialog.setNameFilters([_tr("Lists") + " (*.txt *.json)", _tr("All files") + " (*)"])
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    return _open(dialog, on_chosen)


def ask_for_annotations(
    parent: QWidget, folder: str, on_chosen: Callable[[str], object]
) -> QFileDialog:
    """Ask for a file that tells of photos and their masks; `on_chosen` gets its path."""
    dialog = QFileDialog(parent, _tr("Open annotations"), folder)
    dialog.setNameFilters(
        [_tr("Annotations") + " (*.json *.yaml *.yml *.txt)", _tr("All files") + " (*)"]
    )
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    return _open(dialog, on_chosen)


def ask_where_to_save(
    parent: QWidget,
    suggestion: str,
    kinds: dict[str, str],
    on_chosen: Callable[[str], object],
) -> QFileDialog:
    """Ask for a path to write to; the dialog asks before a file is replaced.

    Parameters
    ----------
    suggestion
        Path that is offered at first.
    kinds
        From what a kind of file is called to its suffix with the dot, the usual one first.
    on_chosen
        Gets the path; a missing suffix is added.
    """
    suffixes = list(kinds.values())

    def chosen(path: str) -> None:
        known = any(path.lower().endswith(suffix) for suffix in suffixes)
        on_chosen(path if known else path + suffixes[0])

    dialog = QFileDialog(parent, _tr("Save"), suggestion)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setNameFilters([f"{title} (*{suffix})" for title, suffix in kinds.items()])
    dialog.setDefaultSuffix(suffixes[0].lstrip("."))
    dialog.selectFile(suggestion)
    return _open(dialog, chosen)


def _open(dialog: QFileDialog, on_chosen: Callable[[str], object]) -> QFileDialog:
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.fileSelected.connect(on_chosen)
    dialog.open()
    return dialog


def _tr(text: str) -> str:
    return QCoreApplication.translate("dialogs", text)
