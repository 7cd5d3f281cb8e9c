"""What a state dict looks like, in a few bytes: enough to find the architecture it belongs to.

Each tensor counts as the text "name:shape". A set of such texts is summed up by its smallest
hashes (a bottom-k sketch: A. Broder, On the resemblance and containment of documents, 1997), from
which the share that two sets have in common is estimated without having either of them.
"""

from __future__ import annotations

import heapq
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["SKETCH_SIZE", "fingerprint", "names_fingerprint", "resemblance", "sketch"]

SKETCH_SIZE = 24
"""How many of the smallest hashes are kept."""

_COUNTERS = ".num_batches_tracked"
"""Batch norm's counters are no part of an architecture; converters drop them."""

Shapes = "Mapping[str, tuple[int, ...]]"


def _texts(shapes: Mapping[str, tuple[int, ...]]) -> Iterable[str]:
    for name, shape in shapes.items():
        if not name.endswith(_COUNTERS):
            yield f"{name}:{'x'.join(map(str, shape))}"


def sketch(shapes: Mapping[str, tuple[int, ...]]) -> tuple[int, ...]:
    """Return the smallest of the tensors' hashes, ascending, each 32 bits; fewer for few tensors.

    Parameters
    ----------
    shapes
        The shape of each tensor by its name.
    """
    hashes = {zlib.crc32(text.encode("utf-8", "surrogatepass")) for text in _texts(shapes)}
    return tuple(heapq.nsmallest(SKETCH_SIZE, hashes))


def resemblance(first: Sequence[int], second: Sequence[int]) -> float:
    """Return an estimate of the share of tensors that two state dicts have in common, 0..1."""
    union = heapq.nsmallest(SKETCH_SIZE, {*first, *second})
    if not union:
        return 0.0
    both = set(first) & set(second)
    return sum(value in both for value in union) / len(union)


def fingerprint(shapes: Mapping[str, tuple[int, ...]], without: Iterable[str] = ()) -> int:
    """Return one number, 64 bits, for exactly these names and shapes.

    Parameters
    ----------
    shapes
        The shape of each tensor by its name.
    without
        Tensors whose size a fine-tuned network changes: the head, the stem, the positions. Their
        names count and their shapes do not.
    """
    free = set(without)
    return _digest({name: (() if name in free else shape) for name, shape in shapes.items()})


def names_fingerprint(names: Iterable[str]) -> int:
    """Return one number, 64 bits, for exactly these names, whatever their shapes."""
    return _digest(dict.fromkeys(names, ()))


def _digest(shapes: Mapping[str, tuple[int, ...]]) -> int:
    import hashlib  # noqa: PLC0415 - seldom needed

    text = "\n".join(sorted(_texts(shapes))).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "big")
