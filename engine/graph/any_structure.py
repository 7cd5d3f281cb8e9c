"""The graph of any network that can be named, of the registry or in a person's own file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.errors import ModelError
from engine.graph.structure import attempt, batched, structure
from engine.jobs import JobControl
from engine.models import registry
from engine.models.user.naming import ModelFile

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.models.user.options import OpenOptions
    from engine.values import NetworkGraph

__all__ = ["any_structure"]


def any_structure(
    name: str,
    input_shape: tuple[int, ...] | None = None,
    control: JobControl | None = None,
    options: OpenOptions | None = None,
) -> NetworkGraph:
    """Return the graph of a network that need not be the one that is loaded.

    No weights are fetched: networks of the registry are built without any.

    Parameters
    ----------
    name
        As in `layerscope models`, or the path of a model file.
    input_shape
        What to try first, (C, H, W) or (N, C, H, W); where the network does not take it, and for
        None, its usual one is used.
    control
        Hears how far it is, and may cancel.
    options
        What is to be known of the file.

    Raises
    ------
    ModelError
        There is no such network, or it does not run.
    NeedsConsentError
        The file would run code, to which nobody has agreed yet.
    CancelledError
        Cancelled at a safe point.
    """
    control = control or JobControl()
    if isinstance(registry.resolve(name), ModelFile):
        graph = _of_file(name, input_shape, control, options)
    else:
        control.report("Tracing")
        graph = _first(lambda shape: structure(name, shape), input_shape)
    control.check()
    return graph


def _of_file(
    path: str,
    shape: tuple[int, ...] | None,
    control: JobControl,
    options: OpenOptions | None,
) -> NetworkGraph:
    from engine.models.user.opening import open_model  # noqa: PLC0415 - for files alone

    opened = open_model(path, options, control)
    control.report("Tracing")
    usual = (3, *opened.spec.preprocessing.input_size)
    return _first(
        lambda wanted: attempt(opened.spec, opened.module, batched(wanted or usual)), shape
    )


def _first(
    trace: Callable[[tuple[int, ...] | None], NetworkGraph], shape: tuple[int, ...] | None
) -> NetworkGraph:
    """Trace with a shape, or where the network does not take it with its usual one."""
    if shape is not None:
        try:
            return trace(shape)
        except ModelError:
            pass
    return trace(None)
