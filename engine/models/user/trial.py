"""The first run of a stranger's network: it can be cancelled, and its tensors have a limit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from engine.errors import EngineError
from engine.models.user.errors import ModelFileError

if TYPE_CHECKING:
    from engine.jobs import JobControl

__all__ = ["MAX_VALUES", "Trial"]

MAX_VALUES = 1 << 31
"""Of one tensor: 8 GiB as float32. A few bytes of a file can ask for any number."""


class Trial(TorchDispatchMode):  # type: ignore[no-untyped-call]  # torch's class has no types
    """While it is entered, each operation of torch is looked at.

    Parameters
    ----------
    control
        May cancel, between two operations.

    Attributes
    ----------
    objection
        Why it was stopped: a tensor is larger than any network needs (`ModelFileError`), or the
        control was cancelled (`CancelledError`). It is also raised there, but TorchScript wraps
        what comes through it.
    """

    supports_higher_order_operators = True

    def __init__(self, control: JobControl) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # likewise
        self._control = control
        self.objection: EngineError | None = None

    def __torch_dispatch__(
        self, func: Any, _types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        """Run an operation and look at what it gives."""
        try:
            self._control.check()
            result = func(*args, **(kwargs or {}))
            _check_sizes(result)
        except EngineError as error:
            self.objection = error
            raise
        return result


def _check_sizes(result: Any) -> None:
    for value in tree_leaves(result):
        if isinstance(value, Tensor) and value.numel() > MAX_VALUES:
            shape = " x ".join(map(str, value.shape))
            raise ModelFileError(
                f"The network makes a tensor of {shape} values, more than any that is shown here "
                "needs; give a smaller input size, or get the file from another source."
            )
