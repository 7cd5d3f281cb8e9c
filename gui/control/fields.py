"""Receptive fields: theory's box live under the pointer, the measured one on request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from engine.commands import MeasureField
from engine.events import CostMeasured, EngineEvent, FieldMeasured, ModelReady, Notice
from engine.values import FieldRequest, MeasuredField
from gui.field_places import (
    FieldPlace,
    field_row,
    field_size_text,
    place_on_picture,
    stride_text,
)
from gui.map_colours import field_heat
from gui.views.field_mark import FieldMark

if TYPE_CHECKING:
    from engine.values import FrameResult, LayerKey, NetworkCost, ReceptiveField
    from gui.context import WindowContext
    from gui.parts import WindowParts
    from gui.views.atlas_geometry import HoverInfo

__all__ = ["FieldControl"]

REST_MS = 150
"""The pointer rests on a cell: only then is its field measured."""

_Cell = tuple["LayerKey", int, int]


class FieldControl(QObject):
    """Draws the receptive field of the cell under the pointer onto the live picture.

    While "Measured field" is on, the cell pointed at last keeps its field when the pointer goes.
    Of the requests to the engine only one is under way: that of the cost panel first.

    Signals
    -------
    changed
        What there is to say of the cell under the pointer.
    """

    changed = Signal()

    def __init__(self, parts: WindowParts, context: WindowContext) -> None:
        super().__init__(parts.window)
        self._parts = parts
        self._backend = context.backend
        self._cost: NetworkCost | None = None
        self._result: FrameResult | None = None
        self._pointed: _Cell | None = None
        self._cell: _Cell | None = None
        self._is_measuring = False
        self._measured: MeasuredField | None = None
        self._of_cell: FieldRequest | None = None
        self._of_row: FieldRequest | None = None
        self._sent: FieldRequest | None = None
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self._ask_for_cell)
        context.actions.connect("measured_field", self._set_measuring)
        self._backend.bridge.event_received.connect(self._hear)
        parts.maps.channel_hovered.connect(self._point)
        parts.maps.current_changed.connect(self._follow)
        parts.channel.cell_hovered.connect(self._point)
        parts.cost.field_wanted.connect(self._ask_for_row)

    # -------------------------------------------------------------------------------- for callers

    @property
    def is_under_way(self) -> bool:
        """Whether the field of the cell under the pointer is being measured."""
        return self._of_cell is not None

    def show_result(self, result: FrameResult) -> None:
        """Keep the drawing in its place on the newest frame."""
        before, self._result = self._result, result
        if self._cell is None:
            return
        if before is None or _geometry(before) != _geometry(result):
            self._draw()
        elif before.frame.name == result.frame.name:
            return
        if self._is_measuring:
            self._rest.start()

    def text(self, key: LayerKey, cell: tuple[int, int]) -> str:
        """Say what the receptive field of a cell is, or nothing where it is not known."""
        field = self._field(key)
        if field is None:
            return ""
        if not all(field.size):
            text = self.tr("field whole input")
        else:
            text = self.tr("field {0}, stride {1}").format(
                field_size_text(field.size), stride_text(field)
            )
            place = self._place((key, *cell))
            if place is not None and place.is_cut:
                text += self.tr(", cut off at the edge")
        measured = self._measured
        if measured is not None and measured.request == FieldRequest(key, cell):
            text += self.tr(", measured {0}").format(field_size_text(measured.size))
        return text

    # ----------------------------------------------------------------------------------- drawing

    @Slot(object)
    @Slot(object, object)
    def _point(self, info: HoverInfo | None, key: LayerKey | None = None) -> None:
        page = self._parts.maps.current_page
        key = key or (page.key if page is not None else None)
        pointed = None if info is None or key is None else (key, info.y, info.x)
        if pointed == self._pointed:
            return
        self._pointed = pointed
        if pointed is None and self._is_measuring:
            return
        self._take_cell(pointed)

    def _take_cell(self, cell: _Cell | None) -> None:
        if cell != self._cell:
            self._cell = cell
            self._measured = None
            self._give_up_cell()
        self._draw()
        if self._is_measuring and cell is not None:
            self._rest.start()

    @Slot(object)
    def _follow(self, _key: LayerKey) -> None:
        """Let go of a cell whose layer is not seen any more."""
        if self._cell is not None and self._cell[0] not in self._parts.maps.watched:
            self._pointed = None
            self._take_cell(None)

    def _draw(self) -> None:
        place = self._place(self._cell) if self._cell is not None else None
        mark = None
        if place is not None and self._result is not None:
            blob = self._measured.blob if self._measured is not None else None
            mark = FieldMark(
                None if place.is_empty else place.box,
                place.cut,
                None if blob is None else field_heat(blob),
                self._result.input_box,
            )
        badge = self.tr("measuring") if self._of_cell is not None else ""
        for view in self._parts.picture_views():
            view.set_field(mark)
            view.set_badge("field", badge)

    def _place(self, cell: _Cell) -> FieldPlace | None:
        """Return where a cell's field lies on the newest frame; None where it has no place."""
        key, y, x = cell
        field, result, cost = self._field(key), self._result, self._cost
        activation = result.activation(key) if result is not None else None
        if field is None or result is None or cost is None or activation is None:
            return None
        if activation.map_size == (1, 1):
            return None
        height, width = cost.input_shape[-2:]
        picture = (result.frame.image.shape[0], result.frame.image.shape[1])
        return place_on_picture(field, (y, x), (height, width), result.input_box, picture)

    def _field(self, key: LayerKey) -> ReceptiveField | None:
        activation = self._result.activation(key) if self._result is not None else None
        if self._cost is None or activation is None:
            return None
        row = field_row(self._cost, key, activation.map_size)
        return row.receptive_field if row is not None else None

    # --------------------------------------------------------------------------------- measuring

    def _set_measuring(self, is_on: bool) -> None:
        self._is_measuring = is_on
        if not is_on:
            self._rest.stop()
            self._measured = None
            self._give_up_cell()
            self._take_cell(self._pointed)
        elif self._cell is None:
            self._parts.notices.show_brief(
                "field", self.tr("Point at a cell of a map: its field is measured there.")
            )
        else:
            self._ask_for_cell()
        self.changed.emit()

    @Slot()
    def _ask_for_cell(self) -> None:
        if self._cell is None or self._place(self._cell) is None:
            return
        key, y, x = self._cell
        self._of_cell = FieldRequest(key, (y, x))
        self._send()
        self._draw()

    @Slot(object)
    def _ask_for_row(self, key: LayerKey) -> None:
        self._of_row = FieldRequest(key)
        self._parts.cost.set_measuring_field(True)
        self._send()

    def _send(self) -> None:
        wanted = self._of_row or self._of_cell
        if wanted is not None and wanted != self._sent:
            self._sent = wanted
            self._backend.post(MeasureField(wanted))

    def _give_up_cell(self) -> None:
        self._rest.stop()
        if self._sent is not None and self._sent == self._of_cell:
            self._sent = None
            self._backend.post(MeasureField(None))
        self._of_cell = None

    @Slot(object)
    def _hear(self, event: EngineEvent) -> None:
        match event:
            case ModelReady():
                self._forget()
            case CostMeasured(cost):
                self._cost = cost
            case FieldMeasured(field):
                self._take_measured(field)
            case Notice("field", message, _) if message:
                self._end()

    def _take_measured(self, field: MeasuredField) -> None:
        if field.request != self._sent:
            return  # it was given up meanwhile
        if field.request == self._of_cell:
            self._measured = field
        elif field.is_final:
            self._parts.cost.show_measured(field)
        if field.is_final:
            is_of_cell = field.request == self._of_cell
            self._end()
            if is_of_cell and self._result and field.frame_name != self._result.frame.name:
                self._rest.start()  # the picture has changed meanwhile
        else:
            self._draw()
        self.changed.emit()

    def _end(self) -> None:
        """Go on to what else is wanted, after what was under way has ended, well or not."""
        if self._sent is not None and self._sent == self._of_row:
            self._of_row = None
            self._parts.cost.set_measuring_field(False)
        else:
            self._of_cell = None
        self._sent = None
        self._send()
        self._draw()

    def _forget(self) -> None:
        """Another network is there, or the same in another place: nothing holds any more."""
        self._cost = self._sent = self._of_row = None
        self._result = None
        self._parts.cost.set_measuring_field(False)
        self._parts.notices.clear("field")
        self._take_cell(None)


def _geometry(result: FrameResult) -> tuple[object, ...]:
    return result.input_box, result.frame.image.shape
