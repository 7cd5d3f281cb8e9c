"""Making a drawing in a thread of its own: what is visible, where it lies, ready to be painted."""

from __future__ import annotations

import contextlib
from collections import OrderedDict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal, Slot

from engine.errors import CancelledError, EngineError
from engine.jobs import Job
from engine.values import Direction
from gui.graph.scene import build_scene

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.jobs import JobControl
    from engine.values import GraphLayout, NetworkGraph
    from gui.graph.scene import GraphScene

    LayOut = Callable[["Wanted", JobControl], GraphLayout]
    _Made = tuple["Wanted", GraphScene]

__all__ = ["Drawer", "Wanted", "lay_out"]

MOST_KEPT = 24


@dataclass(frozen=True, slots=True, eq=False)
class Wanted:
    """A drawing to be made.

    Attributes
    ----------
    graph
        Of which network.
    expanded
        The open boxes, as `engine.graph.visible` reads them; None = as far as it stays readable,
        which is found out when the drawing is made.
    is_folded
        Whether runs of equal modules are one item.
    direction
        Which way data flows.
    """

    graph: NetworkGraph
    expanded: frozenset[str] | None = frozenset()
    is_folded: bool = True
    direction: Direction = Direction.DOWN

    @property
    def key(self) -> tuple[int, frozenset[str] | None, bool, Direction]:
        """By which its drawing is kept."""
        return id(self.graph), self.expanded, self.is_folded, self.direction


def lay_out(wanted: Wanted, control: JobControl) -> GraphLayout:
    """Return the layout of a drawing."""
    # The first drawing is the first to need them.
    from engine.graph.layout import layout  # noqa: PLC0415
    from engine.graph.visible import visible  # noqa: PLC0415

    view = visible(wanted.graph, wanted.expanded or frozenset(), fold=wanted.is_folded)
    control.check()
    return layout(view, wanted.direction, control)


def _decided(wanted: Wanted) -> Wanted:
    """Return what is wanted, the open boxes decided."""
    if wanted.expanded is not None:
        return wanted
    from engine.graph.visible import default_expanded  # noqa: PLC0415 - as above

    return replace(wanted, expanded=default_expanded(wanted.graph))


class Drawer(QObject):
    """Makes drawings one after another; the newest wish wins.

    Parameters
    ----------
    lay_out
        Makes a layout, in another thread.

    Signals
    -------
    drawn : Wanted, GraphScene
        The open boxes decided.
    failed : str
        A sentence for the person.
    """

    drawn = Signal(object, object)
    failed = Signal(str)

    _ended = Signal(object, object)

    def __init__(self, lay_out: LayOut = lay_out, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lay_out = lay_out
        self._job: Job[_Made] | None = None
        self._wanted: Wanted | None = None
        self._kept: OrderedDict[object, _Made] = OrderedDict()
        self._ended.connect(self._take, Qt.ConnectionType.QueuedConnection)

    @property
    def is_busy(self) -> bool:
        """Whether a drawing is being made."""
        return self._wanted is not None

    def draw(self, wanted: Wanted) -> bool:
        """Make a drawing; returns whether it was there at once, from before."""
        self.cancel()
        kept = self._kept.get(wanted.key)
        if kept is not None:
            self._kept.move_to_end(wanted.key)
            self.drawn.emit(*kept)
            return True
        self._wanted = wanted

        def work(control: JobControl) -> _Made:
            decided = _decided(wanted)
            control.check()
            scene = build_scene(self._lay_out(decided, control), decided.graph)
            control.check()
            return decided, scene

        self._job = Job(
            work,
            on_done=lambda made: self._tell(wanted, made),
            on_failed=lambda error: self._tell(wanted, error),
            name="graph-layout",
        ).start()
        return False

    def cancel(self) -> None:
        """Make nothing any more."""
        self._wanted = None
        if self._job is not None:
            self._job.cancel()

    def finish(self, timeout: float = 5.0) -> None:
        """Cancel, and wait until the thread has ended."""
        self.cancel()
        if self._job is not None:
            self._job.join(timeout)

    def forget(self) -> None:
        """Drop the drawings that are kept: another network is shown."""
        self._kept.clear()

    def _tell(self, wanted: Wanted, result: object) -> None:
        """Pass a result on, out of the job's thread."""
        with contextlib.suppress(RuntimeError):  # the window is gone: nobody listens any more
            self._ended.emit(wanted, result)

    @Slot(object, object)
    def _take(self, wanted: Wanted, result: _Made | EngineError) -> None:
        if wanted is not self._wanted:
            return  # Something newer is wanted.
        self._wanted = None
        if isinstance(result, tuple):
            # The graph is kept with it: by its identity a drawing is found again.
            for key in {wanted.key, result[0].key}:
                self._kept[key] = result
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
            self.drawn.emit(*result)
        elif not isinstance(result, CancelledError):
            self.failed.emit(str(result))
