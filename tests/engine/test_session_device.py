"""Where a session runs, and what it does where there is no room."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest
import torch
from torch import Tensor

from engine import session as session_module
from engine.capture.fold import fold
from engine.errors import DeviceError, ModelError
from engine.events import Notice, Severity
from engine.session import Session
from engine.values import AtlasStyle, DeviceRequest, LayerKey, SortKey
from tests.engine import tiny
from tests.engine.bench import Bench, one
from tests.engine.fake_gpu import fake_gpu

if TYPE_CHECKING:
    from collections.abc import Iterator


FULL_CPU = "There is not enough memory for this network; "


@pytest.fixture(autouse=True)
def _same_threads_after() -> Iterator[None]:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def test_a_device_that_is_not_there_changes_nothing(bench: Bench) -> None:
    threads = torch.get_num_threads()
    info = bench.session.info
    with pytest.raises(DeviceError, match='no device "tpu"'):
        bench.session.set_device(DeviceRequest("tpu", threads=threads + 1))
    assert bench.session.info is info
    assert torch.get_num_threads() == threads


def test_threads_are_used_as_asked(bench: Bench) -> None:
    threads = torch.get_num_threads() + 1
    device = bench.session.set_device(DeviceRequest("cpu", threads=threads))
    assert torch.get_num_threads() == threads
    assert bench.session.info is not None
    assert bench.session.info.device is device


def test_a_precision_that_is_not_to_be_had_is_said_once(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cpu, "get_capabilities", dict, raising=False)
    for _ in range(2):
        bench.session.set_device(DeviceRequest("cpu", is_half=True))
    (notice,) = bench.notices
    assert notice.topic == "precision"
    assert "float32 is used" in notice.message
    bench.session.set_device(DeviceRequest("cpu"))
    assert (bench.notices[-1].topic, bench.notices[-1].message) == ("precision", "")


FULL_GPU = [
    torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB."),
    RuntimeError("CUDA error: out of memory"),
    RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
]
GONE_TO_THE_CPU = (
    "The memory of Fake GPU is full, so Tiny runs on the CPU now; close other programs that use it "
    "and choose the device again."
)


@pytest.mark.parametrize("error", FULL_GPU)
def test_a_gpu_that_is_full_for_a_frame(error: RuntimeError) -> None:
    net = tiny.Hungry()
    with fake_gpu():
        bench = Bench(net)
        bench.session.set_device(DeviceRequest("auto", threads=2))
        bench.session.watch([LayerKey("net.conv")])
        bench.session.set_style(AtlasStyle(sort=SortKey.MEAN))
        assert bench.process(0).memory_mib == 3
        assert net.where == "cuda"
        assert bench.notices == []
        net.full["cuda"] = error
        result = bench.process(1)
        assert net.where == "cpu"
        assert result.frame.index == 1
        assert one(result).values[0, 0, 0] == -5
        assert bench.session.info is not None
        assert bench.session.info.device.title == "CPU, 2 threads"
        assert [(it.topic, it.message) for it in bench.notices] == [("device", GONE_TO_THE_CPU)]
        assert bench.notices[0].severity is Severity.WARNING
        bench.process(2)
        assert len(bench.notices) == 1
        assert tiny.hooks_of(net) == 0
        net.full.clear()
        assert bench.session.set_device(DeviceRequest("cuda")).name == "cuda:0"
        assert bench.notices[-1] == Notice("device", "")
        assert bench.process(3).memory_mib == 3


def test_a_gpu_that_is_full_when_grids_are_composed(monkeypatch: pytest.MonkeyPatch) -> None:
    with fake_gpu():
        bench = Bench(tiny.Hungry())
        bench.session.watch([LayerKey("net.conv")])
        errors = [FULL_GPU[0]]

        def fold_once_full(output: Tensor, size: tuple[int, int]) -> object:
            if errors:
                raise errors.pop()
            return fold(output, size)

        monkeypatch.setattr(session_module, "fold", fold_once_full)
        assert one(bench.process()).values[0, 0, 0] == -5
        assert [it.message for it in bench.notices] == [GONE_TO_THE_CPU]


@pytest.mark.parametrize("error", FULL_GPU)
@pytest.mark.parametrize("is_seen_when_moved", [False, True])
def test_a_gpu_that_is_full_for_a_new_network(
    error: RuntimeError, is_seen_when_moved: bool
) -> None:
    net = tiny.Hungry()
    net.full["cuda"] = error
    net.is_seen_when_moved = is_seen_when_moved
    with fake_gpu():
        bench = Bench(net)
        assert [it.message for it in bench.notices] == [GONE_TO_THE_CPU]
        assert net.where == "cpu"
        assert bench.session.info is not None
        assert bench.session.info.device.name == "cpu"
        assert bench.process().classification is not None


@pytest.mark.parametrize("is_seen_when_moved", [False, True])
def test_a_move_to_a_full_gpu_is_undone(is_seen_when_moved: bool) -> None:
    net = tiny.Hungry()
    net.full["cuda"] = FULL_GPU[0]
    with fake_gpu():
        notices: list[Notice] = []
        session = Session(notices.append)
        session.set_device(DeviceRequest("cpu"))
        info = session.adopt(tiny.loaded(net))
        net.is_seen_when_moved = is_seen_when_moved
        session.watch([LayerKey("net.conv")])
        threads = torch.get_num_threads()
        with pytest.raises(DeviceError, match="memory of Fake GPU is full"):
            session.set_device(DeviceRequest("cuda", threads=threads + 1))
        assert net.where == "cpu"
        assert torch.get_num_threads() == threads
        assert session.info is info
        assert notices == []
        assert one(session.process(tiny.frame())).values[0, 0, 0] == -5


@pytest.mark.parametrize(
    "error", [MemoryError(), RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate")]
)
def test_a_full_cpu_is_said(error: Exception) -> None:
    net = tiny.Hungry()
    bench = Bench(net)
    net.full["cpu"] = error
    with pytest.raises(DeviceError) as caught:
        bench.process()
    assert caught.value.message.startswith(FULL_CPU)
    assert tiny.hooks_of(net) == 0
    net.full.clear()
    assert bench.process().classification is not None
    other = tiny.Hungry()
    other.full["cpu"] = error
    with pytest.raises(DeviceError) as caught:
        bench.session.adopt(tiny.loaded(other, "other"))
    assert caught.value.message.startswith(FULL_CPU)
    assert bench.process().model == "tiny"


def test_where_neither_gpu_nor_cpu_has_room() -> None:
    net = tiny.Hungry()
    with fake_gpu():
        bench = Bench(net)
        net.full = {"cuda": FULL_GPU[0], "cpu": MemoryError()}
        with pytest.raises(DeviceError) as caught:
            bench.process()
        assert caught.value.message.startswith(FULL_CPU)
        net.full.clear()
        assert bench.process().classification is not None


def test_a_network_that_fails_is_not_moved() -> None:
    net = tiny.Hungry()
    with fake_gpu():
        bench = Bench(net)
        net.full["cuda"] = RuntimeError("sizes do not fit")
        with pytest.raises(ModelError, match="Tiny failed on this picture"):
            bench.process()
        assert net.where == "cuda"
        assert bench.notices == []


def test_no_thread_is_made(bench: Bench) -> None:
    before = threading.active_count()
    bench.process()
    assert threading.active_count() == before
