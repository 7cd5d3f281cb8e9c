"""Co-segmentation: what is asked of a set of pictures, and what is found in each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

import numpy as np

from engine.values.checks import require
from engine.values.segmentation import Region

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["CosegMethod", "CosegPicture", "CosegResult", "CosegSettings", "Refinement"]

CosegMethod: TypeAlias = Literal["clusters", "dff", "ddt"]
"""Clusters of the set's cells weighed by what is salient; Deep Feature Factorization; Deep
Descriptor Transforming."""
Refinement: TypeAlias = Literal["none", "guided", "grabcut"]
