"""The labels of the thousand ImageNet classes, short and each its own."""

from __future__ import annotations

__all__ = ["categories"]


def categories() -> tuple[str, ...]:
    """Return the 1,000 labels in the order of the outputs.

    torchvision's list is the first synonym of each WordNet entry, but for the two pairs that
    share one: it tells the crane (bird) from the crane (machine), and two maillots apart. Every
    classifier here uses it, so that a class has one name everywhere.
    """
    from torchvision.models import AlexNet_Weights  # noqa: PLC0415 - it takes a second

    return tuple(AlexNet_Weights.DEFAULT.meta["categories"])
