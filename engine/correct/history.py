"""Every state of a correction, to go back to and forth between, without end."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.values import Instances

__all__ = ["EditHistory"]


class EditHistory:
    """The states of one picture's instances, the first as the network gave them.

    A state keeps only what is its own: regions that a step did not touch are shared with the
    states around it, so that a thousand strokes cost a thousand regions, not a thousand pictures.

    Parameters
    ----------
    original
        As the network gave them.
    """

    def __init__(self, original: Instances) -> None:
        self._states = [original]
        self._names: list[str] = []
        self._at = 0

    @property
    def now(self) -> Instances:
        """The state that stands."""
        return self._states[self._at]

    @property
    def original(self) -> Instances:
        """The first state."""
        return self._states[0]

    @property
    def is_changed(self) -> bool:
        """Whether what stands is not what the network gave."""
        return self._at > 0

    @property
    def is_untouched(self) -> bool:
        """Whether there is no step at all, not even one that was taken back."""
        return not self._names

    @property
    def undone_next(self) -> str:
        """Name of the step that `undo` takes back; "" where there is none."""
        return self._names[self._at - 1] if self._at else ""

    @property
    def redone_next(self) -> str:
        """Name of the step that `redo` does again; "" where there is none."""
        return self._names[self._at] if self._at < len(self._names) else ""

    def add(self, state: Instances, name: str) -> bool:
        """Go on to a new state; those that were taken back are forgotten.

        Returns
        -------
        bool
            False where nothing changed: the step is not kept.
        """
        if state is self.now:
            return False
        del self._states[self._at + 1 :]
        del self._names[self._at :]
        self._states.append(state)
        self._names.append(name)
        self._at += 1
        return True

    def undo(self) -> Instances:
        """Go one step back, where there is one, and return what stands."""
        self._at = max(0, self._at - 1)
        return self.now

    def redo(self) -> Instances:
        """Go one step forth, where there is one, and return what stands."""
        self._at = min(len(self._states) - 1, self._at + 1)
        return self.now
