"""What crosses the border between the engine and a window: frozen records and numpy arrays.

No tensor, module, image or widget class of any library stands here. Arrays are treated as
read-only by whoever receives them.
"""

from __future__ import annotations

from engine.values.activations import (
    Activation,
    AtlasStyle,
    ChannelStats,
    MapKind,
    ScaleMode,
    SortKey,
)
from engine.values.graph import (
    Direction,
    GraphEdge,
    GraphItem,
    GraphLayout,
    GraphNode,
    ItemEdge,
    ItemKind,
    LayerCost,
    ModuleBox,
    NetworkCost,
    NetworkGraph,
    OpKind,
    PlacedBox,
    PlacedEdge,
    PlacedItem,
    ReceptiveField,
    TensorInfo,
    VisibleGraph,
)
from engine.values.models import (
    DeviceInfo,
    DeviceRequest,
    LayerInfo,
    LayerKey,
    ModelCard,
    ModelInfo,
    WeightsChoice,
)
from engine.values.pictures import (
    Box,
    Frame,
    InputFit,
)
from engine.values.results import (
    Classification,
    FrameResult,
    Prediction,
    Timing,
)
from engine.values.survey import NodeSummary, SurveyRequest

__all__ = [
    "Activation",
    "AtlasStyle",
    "Box",
    "ChannelStats",
    "Classification",
    "DeviceInfo",
    "DeviceRequest",
    "Direction",
    "Frame",
    "FrameResult",
    "GraphEdge",
    "GraphItem",
    "GraphLayout",
    "GraphNode",
    "InputFit",
    "ItemEdge",
    "ItemKind",
    "LayerCost",
    "LayerInfo",
    "LayerKey",
    "MapKind",
    "ModelCard",
    "ModelInfo",
    "ModuleBox",
    "NetworkCost",
    "NetworkGraph",
    "NodeSummary",
    "OpKind",
    "PlacedBox",
    "PlacedEdge",
    "PlacedItem",
    "Prediction",
    "ReceptiveField",
    "ScaleMode",
    "SortKey",
    "SurveyRequest",
    "TensorInfo",
    "Timing",
    "VisibleGraph",
    "WeightsChoice",
]
