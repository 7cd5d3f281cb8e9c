"""What is worth showing of an operation besides its name: kernel, stride, dim, p ..."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from torch import Tensor, nn

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["numbers_of", "of_call", "of_module", "weight_of_call", "weight_of_module"]

Attributes = tuple[tuple[str, str], ...]

_MODULE = {
    "kernel_size": "kernel",
    "stride": "stride",
    "padding": "padding",
    "output_padding": "output padding",
    "dilation": "dilation",
    "groups": "groups",
    "ceil_mode": "ceil",
    "output_size": "output size",
    "p": "p",
    "negative_slope": "slope",
    "size": "size",
    "scale_factor": "scale",
    "mode": "mode",
    "align_corners": "align corners",
    "upscale_factor": "upscale",
    "downscale_factor": "downscale",
    "num_heads": "heads",
    "embed_dim": "width",
    "batch_first": "batch first",
    "normalized_shape": "over",
    "num_groups": "groups",
    "start_dim": "start dim",
    "end_dim": "end dim",
    "dim": "dim",
    "hidden_size": "hidden",
    "num_layers": "layers",
    "bidirectional": "both ways",
}
"""Attribute of a module and what it is called when shown."""

_QUIET: dict[str, frozenset[Any]] = {
    "padding": frozenset({0}),
    "output padding": frozenset({0}),
    "dilation": frozenset({1}),
    "groups": frozenset({1}),
    "ceil": frozenset({False}),
    "transposed": frozenset({False}),
    "align corners": frozenset({False, None}),
    "both ways": frozenset({False}),
}
"""Values that go without saying."""

_CONV = ("input", "weight", "bias", "stride", "padding", "dilation", "groups")
_TRANSPOSED = (
    "input", "weight", "bias", "stride", "padding", "output padding", "groups", "dilation",
)  # fmt: skip
_MAX_POOL = ("input", "kernel", "stride", "padding", "dilation", "ceil")
_AVG_POOL = ("input", "kernel", "stride", "padding", "ceil")
_ARGUMENTS: dict[str, tuple[str, ...]] = {
    **{f"conv{n}d": _CONV for n in (1, 2, 3)},
    **{f"conv_transpose{n}d": _TRANSPOSED for n in (1, 2, 3)},
    "convolution": (*_CONV[:-1], "transposed", "output padding", "groups"),
    **{f"max_pool{n}d": _MAX_POOL for n in (1, 2, 3)},
    **{f"avg_pool{n}d": _AVG_POOL for n in (1, 2, 3)},
    **{f"adaptive_{how}_pool{n}d": ("input", "output size") for how in ("avg", "max")
       for n in (1, 2, 3)},
    "interpolate": ("input", "size", "scale", "mode", "align corners"),
    "dropout": ("input", "p", "training"),
    "cat": ("tensors", "dim"),
    "stack": ("tensors", "dim"),
    "flatten": ("input", "start dim", "end dim"),
    "softmax": ("input", "dim"),
    "log_softmax": ("input", "dim"),
    "mean": ("input", "dim", "keepdim"),
    "sum": ("input", "dim", "keepdim"),
    "amax": ("input", "dim", "keepdim"),
    "transpose": ("input", "dim", "to dim"),
    "unbind": ("input", "dim"),
    "squeeze": ("input", "dim"),
    "unsqueeze": ("input", "dim"),
    "chunk": ("input", "chunks", "dim"),
    "split": ("input", "size", "dim"),
    "layer_norm": ("input", "over"),
    "leaky_relu": ("input", "slope"),
    "pixel_shuffle": ("input", "upscale"),
    "pixel_unshuffle": ("input", "downscale"),
    "pad": ("input", "pad", "mode", "value"),
    "roll": ("input", "shifts", "dim"),
    "einsum": ("equation",),
    "getitem": ("input", "index"),
    "pow": ("input", "exponent"),
}  # fmt: skip
_SPELLED = {
    "kernel_size": "kernel",
    "dims": "dim",
    "output_size": "output size",
    "scale_factor": "scale",
    "align_corners": "align corners",
    "ceil_mode": "ceil",
    "start_dim": "start dim",
    "end_dim": "end dim",
    "output_padding": "output padding",
    "normalized_shape": "over",
    "negative_slope": "slope",
    "upscale_factor": "upscale",
    "downscale_factor": "downscale",
    "split_size_or_sections": "size",
}
_SKIPPED = frozenset(["input", "tensors", "weight", "bias", "offset", "training", "keepdim"])
_LONG = 60


def of_module(module: nn.Module) -> Attributes:
    """Return what a layer was built with."""
    found = []
    if isinstance(module, nn.modules.conv._ConvNd):  # noqa: SLF001 - the base of all of them
        found.append(("channels", f"{module.in_channels} → {module.out_channels}"))
    elif isinstance(module, nn.Linear):
        found.append(("features", f"{module.in_features} → {module.out_features}"))
    transposed = isinstance(module, nn.modules.conv._ConvTransposeNd)  # noqa: SLF001 - as above
    if transposed:
        found.append(("transposed", "yes"))
    values = vars(module)
    for attribute in _names_in(tuple(values)):
        name, value = _MODULE[attribute], values[attribute]
        if value is not None and not _goes_without_saying(name, value):
            found.append((name, _shown(value)))
    return tuple(found)


@functools.lru_cache(maxsize=1024)
def _names_in(attributes: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in _MODULE if name in attributes)


def of_call(op: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Attributes:
    """Return what an operation was told besides its tensors."""
    names = _ARGUMENTS.get(op)
    if op in {"permute", "view", "reshape", "expand"}:
        name = "dims" if op == "permute" else "shape"
        rest = args[1:] if len(args) != 2 else args[1]
        return ((name, _shown(rest)),) if not isinstance(rest, Tensor) else ()
    if names is None:
        return ()
    given = list(zip(names, args, strict=False))
    given += [(_SPELLED.get(name, name), value) for name, value in kwargs.items()]
    kept = [
        (name, _shown_index(value) if name == "index" else _shown(value))
        for name, value in given
        if name in names
        and name not in _SKIPPED
        and value is not None
        and not isinstance(value, Tensor)
        and not _goes_without_saying(name, value)
    ]
    if op.startswith("conv_transpose"):
        kept.insert(0, ("transposed", "yes"))
    return tuple(kept)


def weight_of_module(module: nn.Module) -> tuple[int, ...]:
    """Return the shape of a layer's weight, () where it has none."""
    weight = getattr(module, "weight", None)
    if weight is None:
        weight = getattr(module, "in_proj_weight", None)  # of MultiheadAttention
    return tuple(int(n) for n in weight.shape) if isinstance(weight, Tensor) else ()


def weight_of_call(op: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[int, ...]:
    """Return the shape of the weight that an operation was given, () where it takes none."""
    if not op.startswith("conv") and op not in {"linear", "deform_conv2d"}:
        return ()
    weight = kwargs.get("weight", args[1] if len(args) > 1 else None)
    return tuple(int(n) for n in weight.shape) if isinstance(weight, Tensor) else ()


def numbers_of(text: str, count: int) -> tuple[float, ...]:
    """Read "3×5", or "3" for all of `count` dimensions."""
    numbers = tuple(float(part) for part in text.split("×"))
    return numbers * count if len(numbers) == 1 else numbers


def _goes_without_saying(name: str, value: Any) -> bool:
    quiet = _QUIET.get(name)
    if quiet is None:
        return False
    values = value if isinstance(value, tuple | list) else (value,)
    try:
        return quiet.issuperset(values)
    except TypeError:
        return False


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, Tensor):
        return "tensor"
    if isinstance(value, tuple | list):
        return "×".join(_shown(item) for item in value) if _are_sizes(value) else _joined(value)
    return str(value)[:_LONG]


def _are_sizes(value: Iterable[Any]) -> bool:
    return all(isinstance(item, int | float) and item >= 0 for item in value)


def _joined(value: Iterable[Any]) -> str:
    return ", ".join(_shown(item) for item in value)[:_LONG]


def _shown_index(index: Any) -> str:
    parts = index if isinstance(index, tuple) else (index,)
    return ", ".join(map(_shown_part, parts))[:_LONG]


def _shown_part(part: Any) -> str:
    if part is Ellipsis:
        return "..."
    if isinstance(part, slice):
        ends = [part.start, part.stop] + ([part.step] if part.step is not None else [])
        return ":".join("" if end is None else _shown(end) for end in ends)
    return _shown(part)
