"""Where a network runs, and what is said where it cannot."""

from __future__ import annotations

import mmap
import os
import platform
from typing import TYPE_CHECKING, Any

import psutil
import pytest
import torch

from engine import device
from engine.errors import DeviceError
from engine.values import DeviceRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CPU = torch.device("cpu")


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return a function that makes this machine seem to have what is said."""

    def pretend(
        gpus: tuple[str, ...] = (),
        *,
        has_mps: bool = False,
        features: tuple[str, ...] = (),
        processor: str = "x86_64",
        cores: int = 4,
    ) -> None:
        monkeypatch.setattr(torch.cuda, "is_available", lambda: bool(gpus))
        monkeypatch.setattr(torch.cuda, "device_count", lambda: len(gpus))
        monkeypatch.setattr(torch.cuda, "get_device_name", lambda d: gpus[d.index])
        monkeypatch.setattr(torch.backends.mps, "is_available", lambda: has_mps)
        monkeypatch.setattr(
            torch.cpu, "get_capabilities", lambda: dict.fromkeys(features, True), raising=False
        )
        monkeypatch.setattr(platform, "machine", lambda: processor)
        monkeypatch.setattr(device, "physical_cores", lambda: cores)

    return pretend


@pytest.mark.parametrize(
    ("gpus", "has_mps", "expected"),
    [
        ((), False, "cpu"),
        ((), True, "mps"),
        (("A", "B"), False, "cuda:0"),
        (("A",), True, "cuda:0"),
    ],
)
def test_auto_takes_the_fastest_kind(
    machine: Callable[..., None], gpus: tuple[str, ...], has_mps: bool, expected: str
) -> None:
    machine(gpus, has_mps=has_mps)
    placement = device.choose(DeviceRequest())
    assert str(placement.device) == placement.info.name == expected
    assert device.available()[0].name == expected


def test_every_device_is_listed(machine: Callable[..., None]) -> None:
    machine(("NVIDIA H200", "NVIDIA T4"), has_mps=True, cores=1)
    listed = [(info.name, info.title, info.precision) for info in device.available()]
    assert listed == [
        ("cuda:0", "NVIDIA H200", "float32"),
        ("cuda:1", "NVIDIA T4", "float32"),
        ("mps", "Apple GPU", "float32"),
        ("cpu", "CPU, 1 thread", "float32"),
    ]


def test_a_device_by_name(machine: Callable[..., None]) -> None:
    machine(("A", "B"))
    assert device.choose(DeviceRequest("cuda")).device == torch.device("cuda:0")
    assert device.choose(DeviceRequest("cuda:1")).info.title == "B"
    assert device.choose(DeviceRequest("cpu")).device == CPU


@pytest.mark.parametrize("name", ["cuda", "cuda:1", "mps", "tpu", "", "cpu:0:1"])
def test_a_device_that_is_not_there(machine: Callable[..., None], name: str) -> None:
    machine()
    with pytest.raises(DeviceError) as caught:
        device.choose(DeviceRequest(name))
    assert caught.value.message == f'There is no device "{name}" here; choose auto or cpu.'


@pytest.mark.parametrize(
    ("request_", "features", "dtype", "precision"),
    [
        (DeviceRequest("cuda", is_half=True), (), torch.float16, "float16"),
        (DeviceRequest("cuda"), (), None, "float32"),
        (DeviceRequest("mps", is_half=True), (), torch.float16, "float16"),
        (DeviceRequest("cpu", is_half=True), ("avx512_bf16",), torch.bfloat16, "bfloat16"),
        (DeviceRequest("cpu", is_half=True), ("amx_bf16",), torch.bfloat16, "bfloat16"),
        (DeviceRequest("cpu", is_half=True), ("avx512_f",), None, "float32"),
        (DeviceRequest("cpu"), ("avx512_bf16",), None, "float32"),
    ],
)
def test_half_precision_where_it_gains(
    machine: Callable[..., None],
    request_: DeviceRequest,
    features: tuple[str, ...],
    dtype: torch.dtype | None,
    precision: str,
) -> None:
    machine(("A",), has_mps=True, features=features)
    placement = device.choose(request_)
    assert placement.autocast_dtype is dtype
    assert placement.info.precision == precision
    is_refused = request_.is_half and dtype is None
    assert ("float32 is used" in placement.note) is is_refused


@pytest.mark.parametrize(
    ("name", "is_half", "processor", "expected"),
    [
        ("cpu", False, "x86_64", True),
        ("cpu", False, "AMD64", True),
        ("cpu", False, "arm64", False),
        ("cuda", False, "x86_64", False),
        ("cuda", True, "x86_64", True),
        ("mps", True, "arm64", False),
    ],
)
def test_channels_last_where_it_gains(
    machine: Callable[..., None], name: str, is_half: bool, processor: str, expected: bool
) -> None:
    machine(("A",), has_mps=True, processor=processor)
    placement = device.choose(DeviceRequest(name, is_half=is_half))
    assert placement.is_channels_last is placement.info.is_channels_last is expected


@pytest.fixture
def _same_threads_after() -> Iterator[None]:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


@pytest.mark.usefixtures("_same_threads_after")
def test_threads(machine: Callable[..., None]) -> None:
    machine(cores=3)
    assert device.choose(DeviceRequest("cpu")).threads == 3
    two = device.choose(DeviceRequest("cpu", threads=2))
    assert (two.threads, two.info.title) == (2, "CPU, 2 threads")
    device.apply_threads(2)
    assert torch.get_num_threads() == 2
    device.apply_threads(0)
    assert torch.get_num_threads() == 3


@pytest.mark.parametrize(
    ("physical", "allowed", "expected"), [(8, 16, 8), (8, 2, 2), (None, 3, 3), (1, 1, 1)]
)
def test_physical_cores_that_this_process_may_use(
    monkeypatch: pytest.MonkeyPatch, physical: int | None, allowed: int, expected: int
) -> None:
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setattr(psutil, "cpu_count", lambda logical: physical)  # noqa: ARG005
    monkeypatch.setattr(os, "cpu_count", lambda: 32)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(allowed)), raising=False)
    assert device.physical_cores() == expected


@pytest.mark.parametrize(("wanted", "expected"), [("1", 1), ("64", 4), ("", 4), ("0", 4), ("x", 4)])
def test_the_environment_may_ask_for_fewer_threads(
    monkeypatch: pytest.MonkeyPatch, wanted: str, expected: int
) -> None:
    monkeypatch.setattr(psutil, "cpu_count", lambda logical: 4)  # noqa: ARG005
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    monkeypatch.setenv("OMP_NUM_THREADS", wanted)
    assert device.physical_cores() == expected


def test_memory_is_that_of_the_process() -> None:
    size = 64 << 20
    # Straight from the system: an allocator may have old memory to give.
    with mmap.mmap(-1, size) as block:
        before = device.memory_mib(CPU)
        for start in range(0, size, mmap.PAGESIZE):
            block[start] = 1
        assert device.memory_mib(CPU) - before == pytest.approx(64, abs=4)


def _raised(work: Callable[[], Any]) -> BaseException:
    with pytest.raises((RuntimeError, MemoryError)) as caught:
        work()
    return caught.value


@pytest.mark.parametrize(
    "error",
    [
        # What torch says itself when asked for more than there is anywhere.
        _raised(lambda: torch.empty(1 << 58, dtype=torch.uint8)),
        torch.OutOfMemoryError("anything"),
        MemoryError(),
    ],
)
def test_out_of_memory_on_the_cpu(error: BaseException) -> None:
    assert device.out_of_memory_sentence(error, CPU) == (
        "There is not enough memory for this network; close other programs, "
        "or choose a smaller network."
    )


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB."),
        RuntimeError("CUDA error: out of memory"),
        RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate`"),
    ],
)
def test_out_of_memory_on_a_gpu(machine: Callable[..., None], error: BaseException) -> None:
    machine(("NVIDIA T4",))
    sentence = device.out_of_memory_sentence(error, torch.device("cuda:0"))
    assert sentence is not None
    assert sentence.startswith("The memory of NVIDIA T4 is full; ")
    assert sentence.endswith("or switch to the CPU.")


def test_out_of_memory_on_apples_gpu() -> None:
    error = RuntimeError("MPS backend out of memory (MPS allocated: 17.63 GB)")
    sentence = device.out_of_memory_sentence(error, torch.device("mps"))
    assert sentence is not None
    assert "Apple GPU" in sentence


def test_other_errors_are_not_about_memory() -> None:
    error = _raised(lambda: torch.zeros(2, 3) @ torch.zeros(2, 3))
    assert device.out_of_memory_sentence(error, CPU) is None
    assert device.out_of_memory_sentence(ValueError("CUDA out of memory"), CPU) is None
