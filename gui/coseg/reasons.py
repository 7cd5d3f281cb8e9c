"""Why a mask is as it is: the maps that can be drawn beside it, and what they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QCoreApplication

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.values.coseg import WhyMap

__all__ = ["Reason", "painted", "reasons"]

translate = QCoreApplication.translate
SIDE_PX = 240
"""Length of a map's longer side as it is painted."""
_STRENGTH = 0.72
_LABEL_STRENGTH = 0.62


@dataclass(frozen=True, slots=True)
class Reason:
    """One map.

    Attributes
    ----------
    kind
        As the engine names it.
    title, tip
        What a student reads below it; the tooltip names the paper.
    """

    kind: WhyMap
    title: str
    tip: str


def reasons() -> tuple[Reason, ...]:
    """Return the maps in the order in which they are shown."""
    return (
        Reason(
            "evidence",
            translate("Coseg", "Salience"),
            translate(
                "Coseg",
                "What stands out in this picture alone: strong answers of the network, unlike its "
                "border, near the middle.\nWei et al., Geodesic Saliency Using Background "
                "Priors, ECCV 2012",
            ),
        ),
        Reason(
            "labels",
            translate("Coseg", "Clusters"),
            translate(
                "Coseg",
                "Cells of all pictures that look alike to the network, in one colour each across "
                "the set.\nSpherical k-means: Dhillon and Modha, Machine Learning 2001",
            ),
        ),
        Reason(
            "clusters",
            translate("Coseg", "Cluster score"),
            translate(
                "Coseg",
                "How salient each cell's cluster is over the whole set, over several numbers of "
                "clusters.\nAmir et al., Deep ViT Features as Dense Visual Descriptors, 2021",
            ),
        ),
        Reason(
            "dff",
            translate("Coseg", "DFF"),
            translate(
                "Coseg",
                "Deep Feature Factorization: the features of all pictures as a product of few "
                "parts, none negative.\nCollins, Achanta and Süsstrunk, ECCV 2018",
            ),
        ),
        Reason(
            "ddt",
            translate("Coseg", "DDT"),
            translate(
                "Coseg",
                "Deep Descriptor Transforming: the first principal component of all pictures' "
                "features.\nWei et al., IJCAI 2017",
            ),
        ),
        Reason(
            "classes",
            translate("Coseg", "Shared classes"),
            translate(
                "Coseg",
                "Evidence for the classes that the set shares, place by place.\nZhou et al., "
                "Learning Deep Features for Discriminative Localization (CAM), CVPR 2016",
            ),
        ),
        Reason(
            "model",
            translate("Coseg", "Figure/ground"),
            translate(
                "Coseg",
                "How likely each cell is the object to a model that the whole set taught, refined "
                "in rounds.\nJoulin, Bach and Ponce, Discriminative Clustering for Image "
                "Co-segmentation, CVPR 2010",
            ),
        ),
    )


def painted(
    values: NDArray[np.generic],
    kind: WhyMap,
    picture: NDArray[np.uint8],
    strength: float | None = None,
) -> NDArray[np.uint8]:
    """Return a map over its picture in grey: (h, w, 3) uint8.

    Parameters
    ----------
    values : ndarray, (h, w)
        float32 in 0..1, or for "labels" uint8 numbers of clusters from 0.
    picture : ndarray, (H, W, 3), uint8
        RGB; brought to a longer side of at most `SIDE_PX`.
    strength
        How much the map counts against the picture, in 0..1; None = as it is read best.
    """
    import cv2  # noqa: PLC0415 - a tenth of a second that the window need not wait for

    from engine import colormaps  # noqa: PLC0415
    from engine.overlay import colour_of  # noqa: PLC0415 - brings OpenCV and Pillow
    from engine.values import OverlayStyle  # noqa: PLC0415

    height, width = picture.shape[:2]
    scale = min(1.0, SIDE_PX / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    grey = np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.float32)[:, :, None]
    if kind == "labels":
        numbers = values.astype(np.uint8)
        table = np.zeros((256, 3), np.uint8)
        for number in np.unique(numbers).tolist():
            table[number] = colour_of(number % 254 + 1, OverlayStyle())
        cells = cv2.resize(numbers, size, interpolation=cv2.INTER_NEAREST)
        colours, usual = table[cells].astype(np.float32), _LABEL_STRENGTH
    else:
        cells = cv2.resize(values.astype(np.float32), size, interpolation=cv2.INTER_LINEAR)
        indices = np.clip(np.asarray(cells) * 255, 0, 255).astype(np.uint8)
        colours = colormaps.lut("viridis")[indices].astype(np.float32)
        usual = _STRENGTH
    share = np.float32(usual if strength is None else strength)
    mixed = grey * (1 - share) + colours * share
    return np.asarray(np.clip(mixed, 0, 255), np.uint8)
