"""What of a classifier is kept as an encoder: its stages, and those whose outputs are looked at."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import torch
from torch import nn

from engine.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from torch import Tensor

__all__ = ["STRIDES", "Encoder", "chain_of", "encoder_of", "stages_of"]

STRIDES = (4, 8, 16, 32)
_PROBE_PX = 256
"""Not 224, at which the adaptive pooling of VGG to 7 x 7 looks like a stage of stride 32."""

_CHAINS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"efficientnet_lite0", ("conv_stem", "bn1", "blocks.*", "conv_head", "bn2")),
    (
        r"(wide_)?resne(x)?t\d+\w*",
        ("conv1", "bn1", "relu", "maxpool", "layer1", "layer2", "layer3", "layer4"),
    ),
    (r"shufflenet_\w+", ("conv1", "maxpool", "stage2", "stage3", "stage4", "conv5")),
    (r"regnet_\w+", ("stem", "trunk_output.*")),
    (r"mnasnet\w+", ("layers.*",)),
    (r"(vgg|mobilenet|efficientnet_|densenet|convnext)\w+", ("features.*",)),
)
"""By the names of the registry: the modules that, one after the other, are the whole network but
its classifier. `.*` stands for all children."""
_WIDENED = {"efficientnet_lite0": 2}
"""So many last stages only make the coarsest maps wider: they are run again rather than kept."""
_TAPS: dict[str, tuple[tuple[int, ...], tuple[int, ...]]] = {
    "efficientnet_lite0": ((3, 4, 6, 10), (24, 40, 112, 1280)),
}
"""Places and channels of the maps at strides 4 to 32, where they need not be found out."""


def chain_of(name: str, network: nn.Module) -> tuple[str, ...]:
    """Return the names of a classifier's stages, in order.

    Raises
    ------
    ModelError
        None are known of a network of this name.
    """
    return tuple(_spread(network, stages_of(name)))


def stages_of(name: str) -> tuple[str, ...]:
    """Return the same before the network is built, with `.*` for all children of a module.

    Raises
    ------
    ModelError
        None are known of a network of this name.
    """
    for pattern, chain in _CHAINS:
        if re.fullmatch(pattern, name):
            return chain
    raise ModelError(
        f"“{name}” cannot be a backbone yet; choose efficientnet_lite0, a ResNet, MobileNet, "
        "DenseNet or VGG."
    )


def _spread(network: nn.Module, chain: Sequence[str]) -> Iterator[str]:
    for one in chain:
        if not one.endswith(".*"):
            yield one
            continue
        owner = one.removesuffix(".*")
        for child, _ in network.get_submodule(owner).named_children():
            yield f"{owner}.{child}"


class Encoder(nn.Module):
    """The stages of a classifier; gives the last maps at strides 4, 8, 16 and 32.

    The modules keep the names that they have in the classifier.

    Parameters
    ----------
    network
        The classifier; its stages are taken over.
    chain
        Names of its stages, in order.
    widened
        So many last stages are cheaper to run again than their output is to keep.
    taps
        What `taps` and `channels` below are; None = found out by a pass.

    Attributes
    ----------
    taps
        Of the stages whose outputs are given, in order of stride: their places in the chain.
    channels
        Of those outputs.

    Raises
    ------
    ModelError
        The network has no maps at one of the strides.
    """

    def __init__(
        self,
        network: nn.Module,
        chain: Sequence[str],
        widened: int = 0,
        taps: tuple[tuple[int, ...], tuple[int, ...]] | None = None,
    ) -> None:
        super().__init__()
        self.widened = widened
        kept = {name.partition(".")[0] for name in chain}
        for name, child in network.named_children():
            if name in kept:
                self.add_module(name, child)
        self.chain = tuple(chain)
        self.taps, self.channels = taps or self._probe()

    def forward(self, x: Tensor) -> list[Tensor]:
        """Return the maps at strides 4, 8, 16 and 32 for (N, 3, H, W)."""
        return self.run(x, [], 0, len(self.chain))[1]

    def cut(self, unfrozen: int) -> int:
        """Return how many stages run once for all, where so many of the last ones are trained."""
        return max(0, len(self.chain) - self.widened - unfrozen)

    def run(
        self, x: Tensor, taken: Sequence[Tensor], first: int, last: int
    ) -> tuple[Tensor, list[Tensor]]:
        """Run the stages from `first` to before `last` on.

        Parameters
        ----------
        x
            What stage `first` is given.
        taken
            Maps that stages before it gave.

        Returns
        -------
        Tensor
            What the last of them gives.
        list of Tensor
            `taken`, and what is wanted of these stages.
        """
        taken = list(taken)
        for place in range(first, last):
            x = self.get_submodule(self.chain[place])(x)
            if place in self.taps:
                taken.append(x)
        return x, taken

    @torch.no_grad()
    def _probe(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        was_training = self.training
        self.eval()
        x = torch.zeros(1, 3, _PROBE_PX, _PROBE_PX)
        places: dict[int, tuple[int, int]] = {}
        for place, name in enumerate(self.chain):
            x = self.get_submodule(name)(x)
            if x.ndim == 4 and _PROBE_PX % x.shape[2] == 0:
                places[_PROBE_PX // x.shape[2]] = (place, x.shape[1])
        self.train(was_training)
        missing = [stride for stride in STRIDES if stride not in places]
        if missing:
            raise ModelError(
                f"This network has no maps at stride {missing[0]}, so it cannot be a backbone; "
                "choose another."
            )
        found = [places[stride] for stride in STRIDES]
        return tuple(place for place, _ in found), tuple(channels for _, channels in found)


def encoder_of(name: str, network: nn.Module) -> Encoder:
    """Make an encoder of a classifier of the registry.

    Raises
    ------
    ModelError
        It cannot be one.
    """
    return Encoder(network, chain_of(name, network), _WIDENED.get(name, 0), _TAPS.get(name))
