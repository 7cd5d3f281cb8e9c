"""What the network runs on: which devices there are, how numbers are kept, how many threads.

Channels last and half precision on the CPU were measured with torch 2.15 on a server processor
with AVX512-BF16, one thread, batch of one at 224 x 224. Fastest forward in milliseconds, the four
variants taking turns:

=================== ========== ============= ============== ======================
network             float32    channels last bfloat16       bfloat16, channels last
=================== ========== ============= ============== ======================
EfficientNet-Lite0  23.0       18.7          20.1           14.5
ResNet-18           49.7       45.8          33.8           25.3
ResNet-50           105.6      112.8         74.9           67.0
DenseNet-121        85.6       75.7          66.0           49.7
VGG-16              360        313           321            283
ConvNeXt Tiny       118.5      119.5         68.2           67.2
=================== ========== ============= ============== ======================

With two threads the order was the same (Lite0: 32.7, 24.3, 28.7, 19.2 while the machine had other
work). So channels last is used on x86 processors; ResNet-50 alone lost by it, 7 %. bfloat16 pays
only where the processor multiplies it natively; elsewhere it is emulated, and float32 stays.
"""

from __future__ import annotations

import functools
import os
import platform
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psutil
import torch

from engine.errors import DeviceError
from engine.values import DeviceInfo, DeviceRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = [
    "Placement",
    "apply_threads",
    "available",
    "choose",
    "memory_mib",
    "out_of_memory_sentence",
    "physical_cores",
]

_MIB = 1 << 20

_OUT_OF_MEMORY = (
    "DefaultCPUAllocator",
    "CUDA out of memory",
    "CUDA error: out of memory",
    "CUBLAS_STATUS_ALLOC_FAILED",
    "MPS backend out of memory",
)
"""What torch says in a plain RuntimeError when an allocation failed."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Where and how a network runs.

    Attributes
    ----------
    device
        Where its parameters and its input go.
    autocast_dtype
        The half precision for `torch.autocast`, or None for float32 throughout.
    is_channels_last
        Whether module and input are put into that order in memory.
    threads
        Intra-operation CPU threads; for `apply_threads`.
    info
        The same for the person.
    note
        A sentence where something asked for is not done; empty when all is.
    """

    device: torch.device
    autocast_dtype: torch.dtype | None
    is_channels_last: bool
    threads: int
    info: DeviceInfo
    note: str = ""


def physical_cores() -> int:
    """Return how many threads pay: the physical cores this process may use, at least 1.

    Where the environment variable OMP_NUM_THREADS says a number, it is the most.
    """
    cores = psutil.cpu_count(logical=False) or os.cpu_count() or 1
    if hasattr(os, "sched_getaffinity"):
        cores = min(cores, len(os.sched_getaffinity(0)))
    wanted = os.environ.get("OMP_NUM_THREADS", "")
    if wanted.isdecimal() and int(wanted) > 0:
        cores = min(cores, int(wanted))
    return max(1, cores)


def apply_threads(threads: int) -> None:
    """Let torch use so many CPU threads within one operation; 0 = one for each physical core."""
    torch.set_num_threads(threads if threads > 0 else physical_cores())


def available() -> tuple[DeviceInfo, ...]:
    """Return every device of this machine, the one that "auto" takes first."""
    return tuple(_place(torch.device(name), DeviceRequest(name)).info for name in _names())


def _names() -> list[str]:
    """Return the devices' names, without waking any of them up."""
    names = []
    if torch.cuda.is_available():
        names += [f"cuda:{index}" for index in range(torch.cuda.device_count())]
    if torch.backends.mps.is_available():
        names.append("mps")
    return [*names, "cpu"]


def choose(request: DeviceRequest) -> Placement:
    """Return where a network runs that the person wants to run like this.

    "auto" takes the first CUDA device, else Apple's GPU, else the CPU.

    Raises
    ------
    DeviceError
        There is no such device here; the sentence names those that are.
    """
    names = _names()
    name = {"auto": names[0], "cuda": "cuda:0"}.get(request.name, request.name)
    if name not in names:
        raise DeviceError(
            f'There is no device "{request.name}" here; choose '
            f"{' or '.join(dict.fromkeys(['auto', *names]))}."
        )
    return _place(torch.device(name), request)


def _place(device: torch.device, request: DeviceRequest) -> Placement:
    threads = request.threads if request.threads > 0 else physical_cores()
    dtype, note = _half_precision(device) if request.is_half else (None, "")
    channels_last = _gains_by_channels_last(device, dtype)
    info = DeviceInfo(
        name=str(device),
        title=_title(device, threads),
        precision=str(dtype or torch.float32).removeprefix("torch."),
        is_channels_last=channels_last,
    )
    return Placement(device, dtype, channels_last, threads, info, note)


def _half_precision(device: torch.device) -> tuple[torch.dtype | None, str]:
    # float16 on a GPU: as fast as bfloat16, and eight times finer in the maps that are shown.
    if device.type != "cpu":
        return torch.float16, ""
    if _has_native_bfloat16():
        return torch.bfloat16, ""
    return None, "This processor gains nothing by half precision, so float32 is used."


def _has_native_bfloat16() -> bool:
    # Not in every torch that we accept; without it we do not know, and stay with float32.
    ask: Callable[[], Mapping[str, object]] = getattr(torch.cpu, "get_capabilities", dict)
    capabilities = ask()
    return any(capabilities.get(name) is True for name in ("avx512_bf16", "amx_bf16"))


def _gains_by_channels_last(device: torch.device, dtype: torch.dtype | None) -> bool:
    if device.type == "cuda":
        # Tensor cores want it; in float32 it gains nothing.
        return dtype is not None
    return device.type == "cpu" and platform.machine().lower() in {"x86_64", "amd64"}


def _title(device: torch.device, threads: int) -> str:
    if device.type == "cuda":
        return str(torch.cuda.get_device_name(device))
    if device.type == "mps":
        return "Apple GPU"
    return f"CPU, {threads} thread{'s' if threads != 1 else ''}"


def memory_mib(device: torch.device) -> float:
    """Return the memory in use in MiB: what torch holds of a GPU, or the process on the CPU."""
    if device.type == "cuda":
        return torch.cuda.memory_reserved(device) / _MIB
    if device.type == "mps":
        return torch.mps.driver_allocated_memory() / _MIB
    return float(_process().memory_info().rss) / _MIB


@functools.cache
def _process() -> psutil.Process:
    """Return this process, made once: it is asked at each frame."""
    return psutil.Process()


def out_of_memory_sentence(error: BaseException, device: torch.device) -> str | None:
    """Return what to tell the person if `error` says that memory ran out, else None.

    Parameters
    ----------
    error
        What was raised while building, moving or running a network.
    device
        What it was on.
    """
    is_ours = isinstance(error, (torch.OutOfMemoryError, MemoryError))
    if not is_ours and not (
        isinstance(error, RuntimeError) and any(text in str(error) for text in _OUT_OF_MEMORY)
    ):
        return None
    if device.type == "cpu":
        return (
            "There is not enough memory for this network; close other programs, "
            "or choose a smaller network."
        )
    return (
        f"The memory of {_title(device, 0)} is full; close other programs that use it, choose a "
        "smaller network, or switch to the CPU."
    )
