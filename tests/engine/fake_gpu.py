"""A machine that seems to have a GPU: what is put there lies on the CPU."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
import torch
from torch.overrides import TorchFunctionMode

from engine.models import preprocess


class _OnTheCpu(TorchFunctionMode):
    """Puts on the CPU whatever is meant for the GPU; in the thread that enters it."""

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Sequence[type],
        args: Sequence[Any] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        named = {name: _here(it) for name, it in (kwargs or {}).items()}
        return func(*map(_here, args), **named)


def _here(it: Any) -> Any:
    return torch.device("cpu") if isinstance(it, torch.device) and it.type == "cuda" else it


@contextmanager
def fake_gpu() -> Iterator[None]:
    """Let this machine have one GPU, "Fake GPU", that is its CPU."""
    with pytest.MonkeyPatch.context() as patch, _OnTheCpu():
        patch.setattr(torch.cuda, "is_available", lambda: True)
        patch.setattr(torch.cuda, "device_count", lambda: 1)
        patch.setattr(torch.cuda, "get_device_name", lambda _device: "Fake GPU")
        patch.setattr(torch.cuda, "synchronize", lambda _device: None)
        patch.setattr(torch.cuda, "memory_reserved", lambda _device: 3 << 20)
        yield
    preprocess._normalisation.cache_clear()  # what is kept there for the GPU lies on the CPU
