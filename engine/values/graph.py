"""The graph of a network as the tracer saw it, what of it is visible, and where that is drawn."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from engine.values.models import LayerKey


class OpKind(enum.StrEnum):
    """What sort of operation a node is: decides its colour."""

    INPUT = "input"
    OUTPUT = "output"
    CONVOLUTION = "convolution"
    LINEAR = "linear"
    NORMALISATION = "normalisation"
    ACTIVATION = "activation"
    POOLING = "pooling"
    RESIZING = "resizing"
    """Interpolation, pixel shuffle: upsampling without weights."""
    ADD = "add"
    CONCATENATION = "concatenation"
    ATTENTION = "attention"
    RESHAPING = "reshaping"
    """flatten, view, permute, index, split: moves values, computes none."""
    DROPOUT = "dropout"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class TensorInfo:
    """What is known of a tensor that flows along an edge."""

    shape: tuple[int, ...]
    """With the batch."""
    dtype: str
    """Such as "float32"."""


@dataclass(frozen=True, slots=True)
class GraphNode:
    """One operation of one forward pass.

    A module that computes by itself (a leaf such as Conv2d) is one node, and so is each
    functional operation (`+`, `torch.cat`, `F.interpolate`). A module that fires twice is two.
    """

    id: int
    """Number in order of execution, from 0; unique in its graph."""
    key: LayerKey
    """By which the node's output is watched: the module's path, or for a functional operation
    the path of the module it happened in, "/" and its name ("layer1.0/add"); `call` counts the
    times this name came up in the pass."""
    scope: str
    """Path of the module that contains it; "" at the top."""
    op: str
    """What it is called: "Conv2d", "add", "cat", "interpolate"."""
    kind: OpKind
    outputs: tuple[TensorInfo, ...]
    is_module: bool = False
    is_in_place: bool = False
    parameters: int = 0
    """Weights and biases of its own."""
    attributes: tuple[tuple[str, str], ...] = ()
    """Names and values worth showing: kernel, stride, padding, dilation, groups, dim, p ..."""
    source: str = ""
    """Where in the code it was called, "file.py:123", where that is known."""
    inputs: tuple[TensorInfo, ...] = ()
    """Every tensor that it was given, parameters and constants too; `GraphEdge.slot` counts
    them."""
    weight_shape: tuple[int, ...] = ()
    """Of its weight, as stored; () where it has none."""


@dataclass(frozen=True, slots=True)
class GraphEdge:
    """A tensor that goes from one node to another."""

    source: int
    target: int
    tensor: TensorInfo
    slot: int = 0
    """Which of the target's tensor inputs it is, from 0."""


@dataclass(frozen=True, slots=True)
class ModuleBox:
    """A module that contains others: a box that can be opened."""

    path: str
    """As in `named_modules()`, with ":1" behind it for the second call of a reused container."""
    kind: str
    """Its class."""
    parent: str
    """Path of the box around it; "" = the network itself."""
    signature: str = ""
    """The same for modules with the same structure, shapes aside: folds runs of equal blocks."""


@dataclass(frozen=True, slots=True)
class NetworkGraph:
    """Every operation of one forward pass, and what flows between them."""

    model: str
    nodes: tuple[GraphNode, ...]
    """In order of execution, inputs first, outputs last."""
    edges: tuple[GraphEdge, ...]
    boxes: tuple[ModuleBox, ...]
    """In order of first execution, parents before children; the network itself is not among
    them."""
    input_shapes: tuple[tuple[int, ...], ...] = ()
    trace_ms: float = 0.0
    parameters: int = 0
    """Weights and biases of the whole network, each once, used in the pass or not."""


# ---------------------------------------------------------------------------- what is visible


class ItemKind(enum.StrEnum):
    """What an item of the visible graph stands for."""

    NODE = "node"
    BOX = "box"
    """A closed module."""
    RUN = "run"
    """Several equal modules in a row, folded to one: "xN"."""


@dataclass(frozen=True, slots=True)
class GraphItem:
    """One thing that is drawn: an operation, a closed module, or a folded run of modules."""

    id: str
    """Unique and stable: "n12" for a node, "b" and the path for a box, "r" and the path of the
    first for a run."""
    item: ItemKind
    title: str
    """What stands on it: the last part of the path, or the operation."""
    subtitle: str
    """Kind and geometry: "Conv2d 3×3, stride 2"."""
    kind: OpKind
    scope: str
    """Path of the open box it stands in; "" at the top."""
    output: TensorInfo | None
    nodes: tuple[int, ...]
    """Ids of the operations that it stands for."""
    parameters: int = 0
    count: int = 1
    """How many equal modules a run stands for."""
    key: LayerKey | None = None
    """What a click watches: the operation, or a closed module's output."""


@dataclass(frozen=True, slots=True)
class ItemEdge:
    """Tensors between two visible items; several are one edge."""

    source: str
    target: str
    label: str
    """The shape without the batch: "64×56×56"."""
    count: int = 1


@dataclass(frozen=True, slots=True)
class VisibleGraph:
    """What of a network's graph is to be drawn, with these boxes open."""

    items: tuple[GraphItem, ...]
    edges: tuple[ItemEdge, ...]
    open_boxes: tuple[ModuleBox, ...]
    """Drawn as frames around their content, parents first."""


# --------------------------------------------------------------------------- where it is drawn


class Direction(enum.StrEnum):
    """Which way data flows in the drawing."""

    DOWN = "down"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class PlacedItem:
    """An item with its place, in scene units of one pixel at zoom 1."""

    item: GraphItem
    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class PlacedBox:
    """The frame of an open module."""

    box: ModuleBox
    left: float
    top: float
    width: float
    height: float
    depth: int
    title_room: float = 0.0
    """Length of the title strip, from its inset at the left, that no edge crosses."""


@dataclass(frozen=True, slots=True)
class PlacedEdge:
    """An edge with its way."""

    edge: ItemEdge
    points: tuple[tuple[float, float], ...]
    """At least two, from the source's side to the target's."""
    label_at: tuple[float, float] | None = None
    """Where its label's baseline begins; None where another edge of its source shows it."""


@dataclass(frozen=True, slots=True)
class GraphLayout:
    """A drawing of a visible graph."""

    items: tuple[PlacedItem, ...]
    boxes: tuple[PlacedBox, ...]
    edges: tuple[PlacedEdge, ...]
    width: float
    height: float
    direction: Direction = Direction.DOWN
    layout_ms: float = 0.0


# -------------------------------------------------------------------------------------- cost


@dataclass(frozen=True, slots=True)
class ReceptiveField:
    """What of the input one cell of a map depends on, along height and width.

    Attributes
    ----------
    size
        Input cells; 0 = all of them (behind a global operation).
    stride
        Input cells between two neighbouring cells of the map.
    start
        Input coordinate of the centre of the first cell's field (may lie in the padding).
    """

    size: tuple[float, float]
    stride: tuple[float, float]
    start: tuple[float, float]


@dataclass(frozen=True, slots=True)
class LayerCost:
    """What one operation of a pass costs; functional operations have rows of their own.

    MACs are multiply-adds; FLOPs are 2 × MACs.
    """

    node: int
    """Id of the graph's node."""
    key: LayerKey
    op: str
    kind: OpKind
    output_shape: tuple[int, ...]
    """With the batch."""
    elements: int
    memory_kib: float
    """Of the output."""
    weight_shape: tuple[int, ...]
    parameters: int
    macs: int
    receptive_field: ReceptiveField | None = None
    effective_field: tuple[int, int] | None = None
    """Measured receptive field: rows and columns of the input that hold 95 % of the gradient's
    energy; None where it was not measured."""
    time_ms: float | None = None
    """Measured median on the device; None where it was not measured."""
    formulas: tuple[tuple[str, str], ...] = ()
    """For each figure its name and its arithmetic with the numbers filled in, as a lecture would
    write it: ("multiply-adds", "64 × 56 × 56 × (3 × 11 × 11) = 72,855,552")."""

    @property
    def flops(self) -> int:
        """Floating-point operations: 2 × MACs."""
        return 2 * self.macs


@dataclass(frozen=True, slots=True)
class NetworkCost:
    """The cost of every operation of a pass, and the sums."""

    model: str
    batch: int
    input_shape: tuple[int, ...]
    """Without the batch."""
    layers: tuple[LayerCost, ...]
    parameters: int
    """Of the whole network; a module that fires twice counts once."""
    macs: int
    memory_kib: float
    """Sum over all outputs."""
    time_ms: float | None = None
    device: str = field(default="")

    @property
    def flops(self) -> int:
        """Floating-point operations: 2 × MACs."""
        return 2 * self.macs
