"""What a network is told it did wrong, also where a photo is only partly labelled.

A marked pixel is of its class: cross-entropy. Of a pixel without a mark it is known of which
classes it is *possibly* (all but those that are marked in this photo), and of which it is *likely*
(the background, and stuff that is not marked here):

    b * -log p(likely) + (1 - b) * -log p(possible)

where p of a set is the sum of its classes' probabilities. Where all classes are marked and there is
no other stuff, both sets are the background alone, and this is cross-entropy again. As the network
becomes sure of a class that is possible but unlikely, such as a person whom nobody marked, b
shrinks by as much (Reed et al., "Training Deep Neural Networks on Noisy Labels with
Bootstrapping", 2015).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F

from engine.learn.data import CERTAIN
from engine.values import BACKGROUND, VOID

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["dice_loss", "partial_cross_entropy"]

_TINY = 1e-9
_SMOOTH = 1.0


def partial_cross_entropy(  # noqa: PLR0913 - the last two are by keyword
    scores: Tensor,
    labels: Tensor,
    likely: Tensor,
    possible: Tensor,
    *,
    weight: Tensor,
    background: float,
) -> Tensor:
    """Return the weighed mean over all pixels that are not to be ignored.

    Parameters
    ----------
    scores : Tensor, (N, K, h, w), float32
    labels : Tensor, (N, h, w), int64
        0 = no mark, 254 = certainly background, 255 = to be ignored.
    likely, possible : Tensor, (N, K), bool
        Of which classes a pixel without a mark is; `likely` is part of `possible`.
    weight : Tensor, (K,), float32
        Of the classes.
    background
        b, in 0..1.

    Returns
    -------
    Tensor, ()
        0 where everything is to be ignored.
    """
    is_marked = (labels != BACKGROUND) & (labels != VOID)
    is_open = labels == BACKGROUND
    target = torch.where(labels < CERTAIN, labels, BACKGROUND)
    weights = weight[target]
    log_all = torch.log_softmax(scores, dim=1)
    own = -log_all.gather(1, target[:, None])[:, 0]
    # Sums of probabilities as a product of matrices: a tenth of the time of two more logsumexp.
    sets = torch.stack([likely, possible], dim=1).to(log_all.dtype)
    sums = (sets @ log_all.exp().flatten(2)).reshape(len(sets), 2, *labels.shape[1:])
    log_likely, log_possible = (sums + _TINY).log().unbind(1)
    with torch.no_grad():
        unlikely = (sums[:, 1] - sums[:, 0]).clamp(0, 1)
        share = background * (1 - unlikely)
    unmarked = -(share * log_likely + (1 - background) * log_possible)
    loss = torch.where(is_marked, own, torch.where(is_open, unmarked, 0.0))
    counted = ((is_marked | is_open) * weights).sum()
    return (loss * weights).sum() / counted.clamp(min=1e-6)


def dice_loss(scores: Tensor, labels: Tensor, possible: Tensor) -> Tensor:
    """Return 1 less the mean soft Dice coefficient of the classes that are marked in the batch.

    Milletari et al., "V-Net", 3DV 2016. Of a photo in which a class is not marked wherever it is,
    only the pixels that are marked as something count for it.

    Parameters
    ----------
    scores : Tensor, (N, K, h, w), float32
    labels : Tensor, (N, h, w), int64
    possible : Tensor, (N, K), bool
        Of which classes a pixel without a mark can be.

    Returns
    -------
    Tensor, ()
        0 where no class is marked.
    """
    probable = torch.softmax(scores, dim=1)
    is_known = labels != VOID
    is_marked = is_known & (labels != BACKGROUND)
    target = torch.where(labels < CERTAIN, labels, BACKGROUND)
    target = F.one_hot(target, scores.shape[1]).permute(0, 3, 1, 2)
    counts = torch.where(possible[:, :, None, None], is_marked[:, None], is_known[:, None])
    target = target * is_marked[:, None]
    both = (probable * target).sum(dim=(0, 2, 3))
    size = (probable * counts).sum(dim=(0, 2, 3)) + target.sum(dim=(0, 2, 3))
    there = target.sum(dim=(0, 2, 3)) > 0
    there[BACKGROUND] = False
    if not bool(there.any()):
        return scores.sum() * 0
    score = (2 * both[there] + _SMOOTH) / (size[there] + _SMOOTH)
    return 1 - score.mean()
