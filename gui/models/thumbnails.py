"""Thumbnails of a folder's pictures, loaded by a worker when a view asks for them."""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
    Slot,
)

from gui.views.image_tools import to_qimage

__all__ = ["ThumbnailLoader", "ThumbnailModel"]

Loader = Callable[[str, int], NDArray[np.uint8] | None]
"""`(path, size in pixels) -> (h, w, 3) uint8 or None`."""

_logger = logging.getLogger(__name__)
_Index = QModelIndex | QPersistentModelIndex
_NOWHERE = QModelIndex()
KEPT = 600
"""So many thumbnails stay in memory."""
WAITING = 128
"""So many wait to be loaded; older wishes were scrolled away."""


class _Work:
    """What the worker thread and its owner share; it outlives the Qt objects if it must."""

    def __init__(self, load: Loader, size_px: int) -> None:
        self._load = load
        self._size_px = size_px
        self._condition = threading.Condition()
        self._wanted: deque[tuple[int, int, str]] = deque(maxlen=WAITING)
        self._is_stopped = False
        self._thread: threading.Thread | None = None
        self.tell: Callable[[int, int, object], None] | None = None

    def want(self, wish: tuple[int, int, str]) -> None:
        """Load this next: what was asked for last is what is seen now."""
        with self._condition:
            if self._is_stopped:
                return
            self._wanted.append(wish)
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._run, name="layerscope-thumbnails", daemon=True
                )
                self._thread.start()
            self._condition.notify()

    def forget(self) -> None:
        """Drop all wishes."""
        with self._condition:
            self._wanted.clear()

    def stop(self) -> None:
        """End the thread, and wait for it. May be called twice."""
        with self._condition:
            self._is_stopped = True
            self._condition.notify()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while True:
            with self._condition:
                self._condition.wait_for(lambda: self._wanted or self._is_stopped)
                if self._is_stopped:
                    return
                generation, row, path = self._wanted.pop()
            try:
                image = self._load(path, self._size_px)
            except Exception:
                _logger.exception("thumbnail of %s failed", path)
                image = None
            # Under the lock: after stop() nothing is told to an object that may be gone.
            with self._condition:
                if not self._is_stopped and self.tell is not None:
                    self.tell(generation, row, image)


class ThumbnailLoader(QObject):
    """A worker thread that begins with the first wish and ends with this object.

    Signals
    -------
    loaded : int, int, ndarray (h, w, 3) uint8 or None
        Generation and row of the wish, and the picture. Emitted in the worker's thread.
    """

    loaded = Signal(int, int, object)

    def __init__(self, load: Loader, size_px: int, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._work = _Work(load, size_px)
        self._work.tell = self.loaded.emit
        self.want = self._work.want
        self.forget = self._work.forget
        self.stop = self._work.stop
        # Of the plain object: a method of this one would be gone by then.
        self.destroyed.connect(self._work.stop)


class ThumbnailModel(QAbstractListModel):
    """One row a picture; the decoration is its thumbnail once it is there.

    Parameters
    ----------
    load
        Reads one thumbnail, in a worker thread.
    size_px
        Length of its longer side.
    """

    FAILED_ROLE = Qt.ItemDataRole.UserRole + 1
    """Whether the picture cannot be read."""

    def __init__(self, load: Loader, size_px: int = 96, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._paths: tuple[str, ...] = ()
        self._names: tuple[str, ...] = ()
        self._generation = 0
        self._images: OrderedDict[int, Any] = OrderedDict()
        self._asked: set[int] = set()
        self.loader = ThumbnailLoader(load, size_px, self)
        self.loader.loaded.connect(self._keep)

    def set_paths(self, paths: tuple[str, ...], names: tuple[str, ...] = ()) -> None:
        """Show other pictures; without names the paths stand for them."""
        self.beginResetModel()
        self._generation += 1
        self._paths = paths
        self._names = names if len(names) == len(paths) else paths
        self._images.clear()
        self._asked.clear()
        self.loader.forget()
        self.endResetModel()

    def _image(self, row: int) -> Any:
        if row in self._images:
            self._images.move_to_end(row)
            return self._images[row]
        # A wish that fell out of the worker's short list is made again when the row is seen again.
        if row not in self._asked:
            if len(self._asked) >= WAITING:
                self._asked.clear()
            self._asked.add(row)
            self.loader.want((self._generation, row, self._paths[row]))
        return None

    @Slot(int, int, object)
    def _keep(self, generation: int, row: int, image: object) -> None:
        if generation != self._generation:
            return
        self._asked.discard(row)
        self._images[row] = to_qimage(image) if isinstance(image, np.ndarray) else False
        while len(self._images) > KEPT:
            self._images.popitem(last=False)
        index = self.index(row)
        self.dataChanged.emit(index, index)

    # ----------------------------------------------------------------------------- Qt's overrides

    def rowCount(self, parent: _Index = _NOWHERE) -> int:
        """Return the number of pictures."""
        return 0 if parent.isValid() else len(self._paths)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the thumbnail (asking for it where it is not there yet), or the name."""
        if not index.isValid():
            return None
        row = index.row()
        if role == Qt.ItemDataRole.DecorationRole:
            return self._image(row) or None
        if role == self.FAILED_ROLE:
            return self._images.get(row) is False
        if role == Qt.ItemDataRole.ToolTipRole and self._images.get(row) is False:
            return self.tr("{0}\nThis picture cannot be read").format(self._names[row])
        is_name = role in {
            Qt.ItemDataRole.ToolTipRole,
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.AccessibleTextRole,
        }
        return self._names[row] if is_name else None
