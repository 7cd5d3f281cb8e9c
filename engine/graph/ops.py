"""What operations are called, what sort they are, and which modules are one operation."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

from torch import nn

from engine.values import OpKind

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["is_opaque", "kind_of_module", "kind_of_op", "op_name", "takes_apart"]

_GETTERS = frozenset({"T", "mT", "H", "mH", "real", "imag"})
"""Properties of a tensor that are operations; all others only tell something of it."""

_SILENT = frozenset(
    {
        "__array__",
        "__bool__",
        "__contains__",
        "__delete__",
        "__float__",
        "__format__",
        "__hash__",
        "__index__",
        "__int__",
        "__len__",
        "__repr__",
        "__set__",
        "_assert",
        "allclose",
        "can_cast",
        "data_ptr",
        "dim",
        "element_size",
        "equal",
        "get_device",
        "is_complex",
        "is_contiguous",
        "is_floating_point",
        "is_inference",
        "is_nonzero",
        "is_same_size",
        "is_signed",
        "item",
        "ndimension",
        "nelement",
        "numel",
        "numpy",
        "result_type",
        "size",
        "storage_offset",
        "stride",
        "tolist",
        "untyped_storage",
    }
)
"""Calls that compute no tensor; naming them here only saves looking at what they answer."""

_SYNONYMS = {
    "concat": "cat",
    "concatenate": "cat",
    "multiply": "mul",
    "subtract": "sub",
    "rsub": "sub",
    "divide": "div",
    "true_divide": "div",
    "truediv": "div",
    "rtruediv": "div",
    "floordiv": "floor_divide",
    "rfloordiv": "floor_divide",
    "mod": "remainder",
    "rmod": "remainder",
    "and": "bitwise_and",
    "or": "bitwise_or",
    "xor": "bitwise_xor",
    "invert": "bitwise_not",
    "absolute": "abs",
    "swapaxes": "transpose",
    "swapdims": "transpose",
    "moveaxis": "movedim",
    "max_pool1d_with_indices": "max_pool1d",
    "max_pool2d_with_indices": "max_pool2d",
    "max_pool3d_with_indices": "max_pool3d",
}

_ARITHMETIC = ("add", "sub", "mul", "div", "truediv", "floordiv", "pow", "mod", "matmul")
for _name in _ARITHMETIC:
    for _prefix in "ri":  # the reflected form, and the in-place one
        _SYNONYMS.setdefault(_prefix + _name, _SYNONYMS.get(_name, _name))


def op_name(func: Callable[..., Any]) -> str:
    """Return the name of a torch function, the same for each way to write it.

    `+`, `+=`, `torch.add`, `Tensor.add_` are all "add". What computes no tensor ("size", the
    getter of `shape`) has the name "".
    """
    raw = str(getattr(func, "__name__", ""))
    if raw == "__get__":
        getter = str(getattr(getattr(func, "__self__", None), "__name__", ""))
        return getter if getter in _GETTERS else ""
    if raw in _SILENT:
        return ""
    name = raw.partition(".")[0]  # operators of a library: "add.Tensor"
    is_magic = name.startswith("__") and name.endswith("__")
    name = name.strip("_") if is_magic else name.rstrip("_")
    return _SYNONYMS.get(name, name)


# --------------------------------------------------------------------------------------- kinds


def _table(rows: dict[OpKind, str]) -> dict[str, OpKind]:
    return {name: kind for kind, names in rows.items() for name in names.split()}


_OPS = _table(
    {
        OpKind.CONVOLUTION: "conv1d conv2d conv3d conv_transpose1d conv_transpose2d "
        "conv_transpose3d convolution deform_conv2d",
        OpKind.LINEAR: "linear bilinear addmm matmul mm bmm mv dot baddbmm addbmm einsum",
        OpKind.NORMALISATION: "batch_norm layer_norm group_norm instance_norm rms_norm "
        "local_response_norm normalize native_layer_norm native_group_norm",
        OpKind.ACTIVATION: "relu relu6 leaky_relu prelu rrelu elu selu celu gelu silu mish "
        "sigmoid tanh softmax log_softmax softmin softplus softsign hardtanh hardswish "
        "hardsigmoid hardshrink softshrink tanhshrink logsigmoid log_sigmoid threshold glu "
        "clamp clip clamp_min clamp_max",
        OpKind.POOLING: "max_pool1d max_pool2d max_pool3d avg_pool1d avg_pool2d avg_pool3d "
        "adaptive_avg_pool1d adaptive_avg_pool2d adaptive_avg_pool3d adaptive_max_pool1d "
        "adaptive_max_pool2d adaptive_max_pool3d lp_pool1d lp_pool2d fractional_max_pool2d "
        "mean amax roi_align roi_pool ps_roi_align max_unpool2d",
        OpKind.RESIZING: "interpolate upsample upsample_nearest2d upsample_bilinear2d "
        "pixel_shuffle pixel_unshuffle grid_sample",
        OpKind.ADD: "add addcmul addcdiv sum",
        OpKind.CONCATENATION: "cat stack hstack vstack dstack column_stack",
        OpKind.ATTENTION: "scaled_dot_product_attention multi_head_attention_forward "
        "native_multi_head_attention _native_multi_head_attention",
        OpKind.RESHAPING: "flatten view view_as reshape reshape_as permute transpose t T mT H mH "
        "movedim squeeze unsqueeze unflatten expand expand_as broadcast_to repeat "
        "repeat_interleave tile getitem select narrow split split_with_sizes tensor_split chunk "
        "unbind unfold fold contiguous roll flip rot90 channel_shuffle index_select gather take "
        "masked_select detach clone to float half double type type_as cpu cuda alias",
        OpKind.DROPOUT: "dropout dropout1d dropout2d dropout3d alpha_dropout "
        "feature_alpha_dropout feature_dropout stochastic_depth drop_path",
    }
)

_MODULES = _table(
    {
        OpKind.CONVOLUTION: "_ConvNd DeformConv2d",
        OpKind.LINEAR: "Linear Bilinear",
        OpKind.NORMALISATION: "_NormBase LayerNorm GroupNorm RMSNorm LocalResponseNorm "
        "CrossMapLRN2d FrozenBatchNorm2d",
        OpKind.ACTIVATION: "ReLU ReLU6 LeakyReLU PReLU RReLU ELU SELU CELU GELU SiLU Mish Sigmoid "
        "Tanh Softmax Softmax2d LogSoftmax Softmin Softplus Softsign Hardtanh Hardswish "
        "Hardsigmoid Hardshrink Softshrink Tanhshrink LogSigmoid Threshold GLU",
        OpKind.POOLING: "_MaxPoolNd _AvgPoolNd _AdaptiveAvgPoolNd _AdaptiveMaxPoolNd _LPPoolNd "
        "FractionalMaxPool2d FractionalMaxPool3d _MaxUnpoolNd RoIAlign RoIPool PSRoIAlign "
        "MultiScaleRoIAlign",
        OpKind.RESIZING: "Upsample PixelShuffle PixelUnshuffle",
        OpKind.ATTENTION: "MultiheadAttention",
        OpKind.RESHAPING: "Flatten Unflatten Fold Unfold ChannelShuffle",
        OpKind.DROPOUT: "_DropoutNd StochasticDepth DropPath",
    }
)
_BARE = frozenset({"Module", "Sequential", "ModuleList", "ModuleDict"})
_OWN_CHILDREN = frozenset({"parametrizations"})
"""Children that a layer has without being a container: `torch.nn.utils.parametrize`."""


def kind_of_op(op: str) -> OpKind:
    """Return what sort a functional operation is."""
    return _OPS.get(op, OpKind.OTHER)


@functools.lru_cache(maxsize=4096)
def _known(bases: tuple[type, ...]) -> tuple[OpKind, bool]:
    """Return a class's kind, and whether torch.nn or the table knows it as a layer."""
    for base in bases:
        if base.__name__ in _MODULES:
            return _MODULES[base.__name__], True
    is_layer = any(
        base.__module__.startswith(("torch.nn.", "torch.ao.nn.")) and base.__name__ not in _BARE
        for base in bases
    )
    return OpKind.OTHER, is_layer


def kind_of_module(module: nn.Module) -> OpKind:
    """Return what sort of operation a module is."""
    return _known(type(module).__mro__)[0]


def is_opaque(module: nn.Module) -> bool:
    """Tell whether a module is one operation, whatever happens inside it.

    So are the layers of torch.nn and classes derived from them, as long as they have no
    children; `nn.MultiheadAttention`, whose child only holds a weight; and compiled TorchScript,
    into which nobody can look.
    """
    kind, is_layer = _known(type(module).__mro__)
    if kind is OpKind.ATTENTION or hasattr(module, "_c"):  # the second: a ScriptModule
        return True
    return is_layer and _OWN_CHILDREN.issuperset(name for name, _ in module.named_children())


def takes_apart(module: nn.Module) -> bool:
    """Tell whether a module with no children is looked into all the same.

    A class of someone's own may do anything in its forward pass. Where it turns out to be one
    operation, it becomes a node of its own name; otherwise a box with its operations.
    """
    return next(module.children(), None) is None and not is_opaque(module)
