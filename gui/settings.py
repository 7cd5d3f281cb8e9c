"""What is remembered between two runs: declared once, typed, and never a reason to fail.

A value that is missing, unknown or spoilt reads as its default. A file that cannot be read at all
is set aside under another name, and `Settings.notice` says so.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import platformdirs
from PySide6.QtCore import QCoreApplication, QSettings

from engine.values import InputFit, MaskColours, PaletteChoice, ScaleMode, SegmentAs, SortKey
from gui.coseg.order import SortBy
from gui.segment.drawn import Drawn
from gui.setting_kinds import (
    Setting,
    blob,
    count,
    flag,
    member,
    number,
    one_of,
    sources,
    text,
    texts,
)

if TYPE_CHECKING:
    from typing import Final

    from engine.sources.base import SourceSpec

__all__ = ["ALL", "RECENT_CAP", "Setting", "Settings"]

T = TypeVar("T")
_logger = logging.getLogger(__name__)

RECENT_CAP: Final = 12
"""How many sources, and how many networks, are remembered."""


# ------------------------------------------------------------------------------ the registry

THEME: Final = one_of("window/theme", "system", ("system", "dark", "light"))
TEXT_SCALE: Final = number("window/text_scale", 1.0, 0.75, 2.0)
GEOMETRY: Final = blob("window/geometry")
WORKSPACE: Final = one_of(
    "window/workspace",
    "inspect",
    ("inspect", "graph", "segment", "evidence", "coseg", "train"),
)
STATE_INSPECT: Final = blob("window/state_inspect")
STATE_GRAPH: Final = blob("window/state_graph")
STATE_SEGMENT: Final = blob("window/state_segment")
STATE_EVIDENCE: Final = blob("window/state_evidence")
STATE_COSEG: Final = blob("window/state_coseg")
STATE_TRAIN: Final = blob("window/state_train")
STATES: Final = {
    "inspect": STATE_INSPECT,
    "graph": STATE_GRAPH,
    "segment": STATE_SEGMENT,
    "evidence": STATE_EVIDENCE,
    "coseg": STATE_COSEG,
    "train": STATE_TRAIN,
}
"""The layout of each workspace, as it was left."""
PALETTE_RECENT: Final = texts("window/palette_recent", 8)

LAST_SOURCE: Final = sources("source/last", 1)
RECENT_SOURCES: Final = sources("source/recent", RECENT_CAP)
IS_MIRRORED: Final = flag("source/is_mirrored", default=True)
FOLDER: Final = text("source/folder")
SAVE_FOLDER: Final = text("source/save_folder")

MODEL_FOLDER: Final = text("model/folder")
MODEL: Final = text("model/name", "efficientnet_lite0")
RECENT_MODELS: Final = texts("model/recent", RECENT_CAP)
DEVICE: Final = text("model/device", "auto")
IS_HALF: Final = flag("model/is_half", default=False)
THREADS: Final = count("model/threads", 0, 0, 1024)
FIT: Final = member("model/fit", InputFit.CROP)
TOP_K: Final = count("model/top_k", 5, 1, 20)
SMOOTHING_S: Final = number("model/smoothing_s", 0.0, 0.0, 10.0)

COLOR_MAP: Final = text("maps/color_map", "viridis")
SCALE: Final = member("maps/scale", ScaleMode.LAYER)
FIXED_LOW: Final = number("maps/fixed_low", 0.0, -1e6, 1e6)
FIXED_HIGH: Final = number("maps/fixed_high", 1.0, -1e6, 1e6)
GAMMA: Final = number("maps/gamma", 1.0, 0.05, 5.0)
SORT: Final = member("maps/sort", SortKey.INDEX)
OVERLAY: Final = flag("maps/overlay", default=False)
OVERLAY_OPACITY: Final = number("maps/overlay_opacity", 0.6, 0.0, 1.0)
IS_SPLIT: Final = flag("maps/is_split", default=False)
WATCHED: Final = texts("maps/watched", 64)
"""Lines of network, tab, layer, the network used last first (`gui.remembered`)."""

MASK_OPACITY: Final = number("segment/opacity", 0.5, 0.0, 1.0)
MASK_DRAWN: Final = member("segment/drawn", Drawn.BOTH)
MASK_LABELS: Final = flag("segment/labels", default=True)
MASK_SCORES: Final = flag("segment/scores", default=True)
MASK_BOXES: Final = flag("segment/boxes", default=False)
MASK_COLOURS: Final = member("segment/colours", MaskColours.CATEGORY)
MASK_PALETTE: Final = member("segment/palette", PaletteChoice.SAFE)
OWN_COLOURS: Final = texts("segment/own_colours", 256)
"""Lines of class, tab, #rrggbb (`gui.segment.look`)."""
SEGMENT_SCORE: Final = number("segment/score", 0.25, 0.0, 1.0)
SEGMENT_IOU: Final = number("segment/iou", 0.45, 0.0, 1.0)
SEGMENT_MOST: Final = count("segment/most", 100, 1, 1000)
SEGMENT_AS: Final = member("segment/as", SegmentAs.INSTANCES)
IS_TRACKED: Final = flag("segment/is_tracked", default=True)
MASK_FORMATS: Final = texts("segment/formats", 32)
MASK_FOLDER: Final = text("segment/folder")

BATCH_INPUTS: Final = texts("batch/inputs", 64)
BATCH_MODEL: Final = text("batch/model")
BATCH_FORMATS: Final = texts("batch/formats", 32)
BATCH_FOLDER: Final = text("batch/folder")
BATCH_THREADS: Final = count("batch/threads", 1, 1, 1024)
"""Of the network: one leaves the others to the live picture."""
BATCH_WORKERS: Final = count("batch/workers", 2, 1, 64)

COSEG_FOLDER: Final = text("coseg/folder")
COSEG_TRUTH: Final = text("coseg/truth")
COSEG_MODEL: Final = text("coseg/model")
COSEG_METHOD: Final = text("coseg/method")
COSEG_REFINEMENT: Final = text("coseg/refinement")
COSEG_OUTLIER_Z: Final = number("coseg/outlier_z", 2.0, 0.0, 10.0)
COSEG_PARTS: Final = count("coseg/parts", 0, 0, 64)
COSEG_GROUPS: Final = count("coseg/groups", 1, 0, 64)
COSEG_DRAWN: Final = member("coseg/drawn", Drawn.BOTH)
COSEG_OPACITY: Final = number("coseg/opacity", 0.5, 0.0, 1.0)
COSEG_HAS_PARTS: Final = flag("coseg/has_parts", default=False)
COSEG_CELL_PX: Final = count("coseg/cell_px", 152, 96, 320)
COSEG_SORT: Final = member("coseg/sort", SortBy.NAME)
COSEG_HAS_REASONS: Final = flag("coseg/has_reasons", default=True)
COSEG_OUT: Final = text("coseg/out")
COSEG_FORMATS: Final = texts("coseg/formats", 32)
TRAIN_DATA: Final = text("train/data")
TRAIN_FORMAT: Final = text("train/format", "auto")
TRAIN_NAME: Final = text("train/name")
TRAIN_OUT: Final = text("train/out")
TRAIN_LICENCE: Final = text("train/licence")
TRAIN_SETTINGS: Final = text("train/settings")
"""`TrainSettings` as JSON (`gui.learn.asked`)."""
TRAIN_THREADS: Final = count("train/threads", 1, 1, 1024)
"""One leaves the others to the live picture."""
TRAIN_BEGUN: Final = texts("train/begun", 8)
"""How trainings were begun, as JSON, the newest first: they may have to be gone on with."""

ALL: Final[tuple[Setting[Any], ...]] = tuple(
    value for value in tuple(globals().values()) if isinstance(value, Setting)
)
"""Every setting there is."""


# --------------------------------------------------------------------------------- the file


class Settings:
    """The file with the settings of one person.

    Parameters
    ----------
    path
        The INI file; None = the usual place: the folder in the environment variable
        LAYERSCOPE_CONFIG, or else where this system keeps the settings of programs.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path if path is not None else default_path()
        self._notice = ""
        self._store = self._open()

    @property
    def path(self) -> Path:
        """The INI file."""
        return self._path

    @property
    def notice(self) -> str:
        """One sentence for the person where the file was spoilt or cannot be used; or empty."""
        return self._notice

    def get(self, setting: Setting[T]) -> T:
        """Return the value, or the default where none is written that makes sense."""
        raw = self._store.value(setting.key)
        if raw is None:
            return setting.default
        try:
            return setting.read(raw)
        except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
            _logger.info("setting %s holds nonsense; the default is used", setting.key)
            return setting.default

    def set(self, setting: Setting[T], value: T) -> None:
        """Remember a value; it reaches the disk soon, or at `sync`."""
        self._store.setValue(setting.key, setting.write(value))

    def reset(self, setting: Setting[T]) -> None:
        """Forget a value: the default holds again."""
        self._store.remove(setting.key)

    def add_recent_source(self, spec: SourceSpec) -> None:
        """Put a source at the head of those used last; the same one stands there once."""
        others = [old for old in self.get(RECENT_SOURCES) if _place(old) != _place(spec)]
        self.set(RECENT_SOURCES, (spec, *others)[:RECENT_CAP])

    def add_recent_model(self, name: str) -> None:
        """Put a network at the head of those used last."""
        others = [old for old in self.get(RECENT_MODELS) if old != name]
        self.set(RECENT_MODELS, (name, *others)[:RECENT_CAP])

    def sync(self) -> bool:
        """Write to the disk now; return whether that worked."""
        self._store.sync()
        return self._store.status() is QSettings.Status.NoError

    def _open(self) -> QSettings:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
        except OSError:
            self._notice = _unusable(self._path)
        if not self._notice and _is_spoilt(self._path):
            self._set_aside()
        store = QSettings(str(self._path), QSettings.Format.IniFormat)
        store.setFallbacksEnabled(False)
        return store

    def _set_aside(self) -> None:
        aside = self._path.with_name(self._path.name + ".broken")
        try:
            self._path.replace(aside)
        except OSError:
            self._notice = _unusable(self._path)
            return
        self._notice = QCoreApplication.translate(
            "Settings",
            "The settings file could not be read, so the settings are as at first; "
            "the old file is kept as {path}.",
        ).format(path=aside)


def default_path() -> Path:
    """Return where the settings lie: in LAYERSCOPE_CONFIG or the system's usual folder."""
    folder = os.environ.get("LAYERSCOPE_CONFIG") or platformdirs.user_config_dir(
        "layerscope", appauthor=False
    )
    return Path(folder).expanduser() / "layerscope.ini"


def _place(spec: SourceSpec) -> tuple[str, str]:
    return spec.kind.value, spec.location


def _is_spoilt(path: Path) -> bool:
    """Whether `path` exists and is no INI file of text."""
    if not path.exists():
        return False
    try:
        content = path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return True
    if "\0" in content:
        return True
    probe = QSettings(str(path), QSettings.Format.IniFormat)
    probe.allKeys()
    return probe.status() is not QSettings.Status.NoError


def _unusable(path: Path) -> str:
    return QCoreApplication.translate(
        "Settings",
        "Settings cannot be kept in {path}; make the folder writable, or name another one in "
        "LAYERSCOPE_CONFIG.",
    ).format(path=path.parent)
