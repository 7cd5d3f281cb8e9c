"""One picture of the set, large: its pixels, mask, parts and reasons; what is said of it."""

from __future__ import annotations

from collections import OrderedDict
from contextlib import suppress
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, QRectF, QTimer, Signal, Slot

from engine.jobs import Job
from engine.values import Category, CosegSeed, LabelMap
from gui import settings as keys
from gui.coseg.reasons import painted
from gui.coseg.small_masks import parts_of

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from engine.jobs import JobControl
    from engine.values import CosegPicture, Segmentation
    from engine.values.coseg import WhyMap
    from gui.context import WindowContext
    from gui.control.coseg_run import CosegRunControl
    from gui.coseg.collection import Entry
    from gui.coseg.desk import CosegDesk
    from gui.coseg.look import CosegLook
    from gui.panels.coseg_panel import CosegPanel

    Image = NDArray[np.uint8]

__all__ = ["CosegPictureControl"]

KEPT = 6
"""So many pictures stay in memory: those that were looked at last."""
REST_MS = 250
"""Reasons are asked for when a picture has been looked at for so long."""
_JOIN_S = 10.0
_OVERLAY = 0.65


class CosegPictureControl(QObject):
    """Follows the desk: the picture that is looked at is read in a job, and drawn.

    Signals
    -------
    image_shown : int, ndarray
        The pixels of this place, (H, W, 3) uint8 RGB, are on the screen.
    """

    image_shown = Signal(int, object)

    _read = Signal(object, object)

    def __init__(
        self, context: WindowContext, desk: CosegDesk, runs: CosegRunControl, panel: CosegPanel
    ) -> None:
        super().__init__(panel)
        self._settings = context.settings
        self._actions = context.actions
        self._desk = desk
        self._runs = runs
        self._bar = panel.bar
        self._picture = panel.picture
        self._grid = panel.grid
        self._images: OrderedDict[Path, Image] = OrderedDict()
        self._maps: dict[str, NDArray[np.generic]] = {}
        self._job: Job[Image] | None = None
        self._waiting: Path | None = None
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self._want_reasons)
        self._connect_parts()

    @property
    def image(self) -> Image | None:
        """The pixels of the picture that is looked at; None while they are being read."""
        entry = self._desk.entry
        return self._images.get(entry.path) if entry is not None else None

    def close(self) -> None:
        """Wait for what is under way."""
        self._rest.stop()
        if self._job is not None:
            self._job.join(_JOIN_S)

    # ------------------------------------------------------------------------------- connecting

    def _connect_parts(self) -> None:
        desk, picture = self._desk, self._picture
        desk.place_changed.connect(self._show_place)
        desk.entries_changed.connect(self._show_changed)
        desk.seeds_changed.connect(self._show_seeds)
        desk.result_changed.connect(self._show_answered)
        self._bar.look_changed.connect(self._restyle)
        self._runs.why_came.connect(self._take_reason)
        picture.view.said.connect(self._say)
        picture.view.step_wanted.connect(self._step)
        picture.seeds.flip_wanted.connect(lambda number: desk.flip(self._seed_place(number)))
        picture.seeds.remove_wanted.connect(lambda number: desk.take_back(self._seed_place(number)))
        picture.seeds.seed_chosen.connect(picture.view.light_seed)
        picture.reasons.shown.connect(self._rest.start)
        picture.reasons.reason_chosen.connect(self._lay_reason)
        self._actions.connect("coseg_reasons", self._show_reasons)
        self._read.connect(self._take_image)
        is_shown = self._settings.get(keys.COSEG_HAS_REASONS)
        self._actions.action("coseg_reasons").setChecked(is_shown)
        picture.reasons.hide()
        picture.seeds.hide()
        picture.view.set_style(self._bar.look.style)
        picture.truth_view.set_style(self._bar.look.style)

    # -------------------------------------------------------------------------------- the picture

    @Slot(int)
    def _show_place(self, place: int) -> None:
        picture = self._picture
        picture.view.forget_mark()
        self._forget_reasons()
        if place < 0:
            picture.clear()
            picture.view.set_steering(is_steering=False)
            return
        if self._grid.place != place:
            self._grid.choose(place)
        entry = self._desk.collection[place]
        picture.show_entry(entry, has_groups=self._desk.has_groups)
        self._show_seeds()
        if entry.path in self._images:
            self._images.move_to_end(entry.path)
            self._show_image()
        else:
            self._read_image(entry.path)

    def _read_image(self, path: Path) -> None:
        """Read a picture; one that is wished for meanwhile is read next, those between are not."""
        self._waiting = path
        if self._job is not None:
            return

        def work(_control: JobControl) -> Image:
            from engine.sources.decode import read_picture  # noqa: PLC0415 - brings PIL

            return read_picture(path)

        def tell(image: Image | None) -> None:
            with suppress(RuntimeError):  # the window is gone
                self._read.emit(path, image)

        self._waiting = None
        self._job = Job(
            work, on_done=tell, on_failed=lambda _error: tell(None), name="coseg-picture"
        ).start()

    @Slot(object, object)
    def _take_image(self, path: Path, image: Image | None) -> None:
        self._job = None
        entry = self._desk.entry
        if image is not None:
            self._images[path] = image
            while len(self._images) > KEPT:
                self._images.popitem(last=False)
        if entry is not None and entry.path == path:
            if image is None:
                sentence = entry.failure or self.tr("This picture cannot be read.")
                self._picture.view.clear(sentence)
            else:
                self._show_image()
        if self._waiting is not None:
            self._read_image(self._waiting)

    def _show_image(self) -> None:
        entry, image = self._desk.entry, self.image
        if entry is None or image is None:
            return
        self._picture.show_picture(image, self._found(entry))
        self._picture.view.set_steering(is_steering=True)
        self.image_shown.emit(self._desk.place, image)
        if self._picture.reasons.isVisible():
            self._rest.start()

    def _found(self, entry: Entry) -> Segmentation | None:
        """Return what is drawn over a picture: its mask, or the parts of it."""
        if self._bar.look.has_parts and entry.corrected is None and entry.picture is not None:
            labelled = self._as_labels(entry.picture)
            if labelled is not None:
                return labelled
        return entry.shown

    def _as_labels(self, picture: CosegPicture) -> LabelMap | None:
        """Return a picture's parts as a label map; None = it has none."""
        labels = parts_of(picture)
        if labels is None:
            return None
        numbers = range(1, int(labels.max(initial=0)) + 1)
        name = self.tr("part {0}")
        return LabelMap(labels, tuple(Category(one, name.format(one)) for one in numbers))

    @Slot(list)
    def _show_changed(self, places: list[int]) -> None:
        if self._desk.place in places:
            entry = self._desk.collection[self._desk.place]
            self._picture.show_entry(entry, has_groups=self._desk.has_groups)
            image = self.image
            if image is not None:
                self._picture.show_picture(image, self._found(entry))

    @Slot(object)
    def _restyle(self, look: CosegLook) -> None:
        for view in (self._picture.view, self._picture.truth_view):
            view.set_style(look.style)
        self._show_changed([self._desk.place])

    # -------------------------------------------------------------------------- what is said of it

    @Slot(QRectF, bool)
    def _say(self, rect: QRectF, is_object: bool) -> None:
        entry, image = self._desk.entry, self.image
        if entry is None or image is None:
            return
        height, width = image.shape[:2]
        columns = _clipped(rect.left(), rect.right(), width)
        rows = _clipped(rect.top(), rect.bottom(), height)
        if rows is not None and columns is not None:
            self._desk.say(CosegSeed(entry.path, rows, columns, is_object))

    def _seed_place(self, number: int) -> int:
        """Return where the seed with this number in the list stands among all."""
        entry = self._desk.entry
        return self._desk.seeds.of(entry.path)[number][0] if entry is not None else -1

    @Slot()
    def _show_seeds(self) -> None:
        entry = self._desk.entry
        seeds = [one for _, one in self._desk.seeds.of(entry.path)] if entry is not None else []
        self._picture.view.set_seeds(seeds)
        self._picture.seeds.show_seeds(seeds)
        is_correcting = self._actions.action("coseg_correct").isChecked()
        has_answer = self._desk.result is not None
        self._picture.seeds.setVisible((has_answer or bool(seeds)) and not is_correcting)

    @Slot(int)
    def _step(self, by: int) -> None:
        """Go to the next picture, or by a row of the grid."""
        columns = max(1, self._grid.viewport().width() // max(1, self._grid.sizeHintForColumn(0)))
        self._grid.step(by if abs(by) == 1 else (by // 2) * columns)

    # -------------------------------------------------------------------------------- the reasons

    def _show_reasons(self, is_shown: bool) -> None:
        self._settings.set(keys.COSEG_HAS_REASONS, is_shown)
        self._picture.reasons.setVisible(is_shown and self._desk.result is not None)

    @Slot()
    def _show_answered(self) -> None:
        """Show what there is only once the set is answered."""
        self._forget_reasons()
        self._show_reasons(self._actions.action("coseg_reasons").isChecked())
        self._show_seeds()

    @Slot()
    def _forget_reasons(self) -> None:
        """Take the maps away: they are another picture's, or an earlier answer's."""
        self._maps.clear()
        entry = self._desk.entry
        has_answer = entry is not None and self._desk.result is not None
        self._picture.reasons.clear("…" if has_answer else "")
        self._lay_reason(self._picture.reasons.marked)
        if has_answer and self._picture.reasons.isVisible():
            self._rest.start()

    @Slot()
    def _want_reasons(self) -> None:
        entry, reasons = self._desk.entry, self._picture.reasons
        if entry is None or self._desk.result is None or not reasons.isVisible():
            return
        if entry.picture is None:
            reasons.clear()
            return
        missing = tuple(kind for kind in reasons.kinds if kind not in self._maps)
        if missing:
            self._runs.want_why(entry.path, missing)

    @Slot(object, str, object)
    def _take_reason(self, path: Path, kind: WhyMap, values: NDArray[np.generic] | None) -> None:
        entry, image = self._desk.entry, self.image
        if entry is None or entry.path != path or image is None:
            return
        if values is None:
            self._picture.reasons.show_missing(kind, "–")
            return
        self._maps[kind] = values
        self._picture.reasons.show_map(kind, painted(values, kind, image))
        if kind == self._picture.reasons.marked:
            self._lay_reason(kind)

    @Slot(str)
    def _lay_reason(self, kind: str) -> None:
        """Lay a map over the large picture; "" or one that is not there = none."""
        values, image = self._maps.get(kind), self.image
        if values is None or image is None:
            self._picture.view.set_overlay(None)
            return
        opaque = np.full((*values.shape, 1), 255, np.uint8)
        grey = np.zeros((*values.shape, 3), np.uint8)
        rgb = painted(values, kind, grey, strength=1.0)  # type: ignore[arg-type]  # a key of the maps
        self._picture.view.set_overlay(np.concatenate((rgb, opaque), axis=2), None, _OVERLAY)


def _clipped(first: float, last: float, count: int) -> slice | None:
    """Return the pixels from one place to another, at least one; None = beside the picture."""
    start, stop = int(first // 1), int(last // 1) + 1
    if start >= count or stop <= 0:
        return None
    return slice(max(0, start), min(count, stop))
