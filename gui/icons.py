"""Every icon of the window, from one family (Phosphor, in qtawesome's package).

Glyphs are drawn as outlines in the colours of the theme at the moment of painting, so an icon is
sharp at any scale and follows a change of theme by itself. Only the font file of qtawesome is
read: importing the package costs a tenth of a second at start-up, and loads twelve fonts.
"""

from __future__ import annotations

import enum
import functools
import importlib.util
import json
from pathlib import Path

from PySide6.QtCore import QPointF, QRect, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QIcon,
    QIconEngine,
    QPainter,
    QPainterPath,
    QPixmap,
    QRawFont,
)

from gui.theme import Theme, theme_of

__all__ = ["Icon", "icon", "paint_icon"]

_EM = 512.0


class Icon(enum.StrEnum):
    """What an icon means; the value is the glyph's name in Phosphor."""

    PLAY = "play"
    PAUSE = "pause"
    STEP_FORWARD = "skip-forward"
    STEP_BACK = "skip-back"
    NEXT = "caret-right"
    PREVIOUS = "caret-left"
    UP = "caret-up"
    DOWN = "caret-down"
    CAMERA = "video-camera"
    STREAM = "broadcast"
    VIDEO = "film-strip"
    IMAGE = "image"
    FOLDER = "folder-open"
    DEMO = "flask"
    MIRROR = "arrows-left-right"
    LOOP = "repeat"
    FREEZE = "snowflake"
    RECORD = "record-fill"
    STOP = "stop"
    SAVE = "floppy-disk"
    COPY = "copy"
    SNAPSHOT = "camera"
    SEARCH = "magnifying-glass"
    SETTINGS = "gear-six"
    HELP = "question"
    PALETTE = "command"
    KEYBOARD = "keyboard"
    SORT = "sort-descending"
    SCALE = "arrows-out-line-vertical"
    GAMMA = "sun-dim"
    COLOR_MAP = "palette"
    FIELD = "bounding-box"
    OVERLAY = "intersect"
    SPLIT = "square-half"
    CLOSE = "x"
    QUIT = "sign-out"
    EXPAND = "arrows-out-simple"
    COLLAPSE = "arrows-in-simple"
    FULL_SCREEN = "corners-out"
    RESET = "arrow-counter-clockwise"
    RELOAD = "arrow-clockwise"
    LAYOUT = "layout"
    WARNING = "warning"
    ERROR = "warning-octagon"
    INFO = "info"
    SUCCESS = "check-circle"
    DOWNLOAD = "download-simple"
    EXPORT = "export"
    LAYERS = "stack"
    MODEL = "tree-structure"
    DEVICE = "cpu"
    THEME = "circle-half"
    SUN = "sun"
    MOON = "moon"
    FIT = "frame-corners"
    CROP = "crop"
    ZOOM = "magnifying-glass-plus"
    GRID = "grid-four"
    BARS = "chart-bar-horizontal"
    CHART = "chart-line"
    TIMING = "timer"
    RECENT = "clock-counter-clockwise"
    MORE = "dots-three"
    COMPARE = "git-diff"
    LINK = "link-simple"
    SWAP = "swap"
    DROP = "drop-half"
    TAG = "tag"
    PERCENT = "percent"
    BOX = "selection"
    EYE = "eye"
    EYE_OFF = "eye-slash"
    PENCIL = "pencil-simple"
    POINTER = "cursor"
    BRUSH = "paint-brush"
    ERASER = "eraser"
    UNDO = "arrow-u-up-left"
    REDO = "arrow-u-up-right"
    TRASH = "trash"
    MERGE = "link"
    SPLIT_PARTS = "scissors"
    GROW = "plus-circle"
    SHRINK = "minus-circle"
    FILL = "paint-bucket"
    SHAPES = "polygon"
    TRACK = "path"
    BATCH = "folders"
    OUTLIER = "prohibit"
    COMMON = "circles-three"
    SEED = "crosshair-simple"
    PARTS = "puzzle-piece"
    TRUTH = "check-square"
    REASONS = "lightbulb"
    SHUFFLE = "shuffle"
    BEST = "star"


def icon(which: Icon, theme: Theme | None = None, colour: str = "text_muted") -> QIcon:
    """Return an icon that is drawn in the theme's colours.

    Parameters
    ----------
    which
        The icon.
    theme
        A fixed theme; None = the application's at the time of painting.
    colour
        Name of the theme's colour for the normal state. Under the mouse it is `text`, checked it
        is `accent`, disabled it is `text_faint`.
    """
    return QIcon(_GlyphEngine(which, theme, colour))


def paint_icon(painter: QPainter, which: Icon, rect: QRect, colour: QColor) -> None:
    """Draw an icon's outline into `rect`, centred, in one colour."""
    side = min(rect.width(), rect.height())
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(QPointF(rect.x() + rect.width() / 2, rect.y() + rect.height() / 2))
    painter.scale(side / _EM, side / _EM)
    painter.fillPath(_outline(which), colour)
    painter.restore()


def _font_folder() -> Path:
    spec = importlib.util.find_spec("qtawesome")  # Finds the package without importing it.
    if spec is None or not spec.submodule_search_locations:
        raise FileNotFoundError("The icons' font is missing: install qtawesome.")
    return Path(spec.submodule_search_locations[0]) / "fonts"


@functools.cache
def _font() -> tuple[QRawFont, dict[str, str]]:
    folder = _font_folder()
    font_path = next(folder.glob("phosphor-*.ttf"))
    names = json.loads(next(folder.glob("phosphor-charmap-*.json")).read_text(encoding="utf-8"))
    font = QRawFont(str(font_path), _EM, QFont.HintingPreference.PreferNoHinting)
    return font, names


@functools.cache
def _outline(which: Icon) -> QPainterPath:
    """Return the glyph as a path on an em square centred on the origin."""
    font, names = _font()
    glyph = font.glyphIndexesForString(chr(int(names[which.value], 16)))[0]
    path = font.pathForGlyph(glyph)
    path.setFillRule(Qt.FillRule.WindingFill)
    box = path.boundingRect()
    # Round and square glyphs are centred in their em; only what leans (play) keeps its lean.
    advance = font.advancesForGlyphIndexes([glyph])[0].x()
    path.translate(-advance / 2, -box.center().y())
    return path


class _GlyphEngine(QIconEngine):
    """Draws one glyph for a QIcon."""

    def __init__(self, which: Icon, theme: Theme | None, colour: str) -> None:
        super().__init__()
        self._which = which
        self._theme = theme
        self._colour = colour

    def _colour_for(self, mode: QIcon.Mode, state: QIcon.State) -> QColor:
        theme = self._theme or theme_of()
        if mode is QIcon.Mode.Disabled:
            return QColor(theme.text_faint)
        if state is QIcon.State.On:
            return QColor(theme.accent)
        if mode is QIcon.Mode.Active or mode is QIcon.Mode.Selected:
            return QColor(theme.text)
        return QColor(getattr(theme, self._colour))

    # Qt's overrides.

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        """Draw the glyph in the theme's colour of now."""
        paint_icon(painter, self._which, rect, self._colour_for(mode, state))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        """Return the glyph on nothing; `size` is in device pixels."""
        pixmap = QPixmap(size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, QRect(0, 0, size.width(), size.height()), mode, state)
        painter.end()
        return pixmap

    def clone(self) -> QIconEngine:
        """Return another one like this."""
        return _GlyphEngine(self._which, self._theme, self._colour)
