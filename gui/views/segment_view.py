"""The live picture, large, with masks over it that can be pointed at, chosen and painted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPen
from PySide6.QtWidgets import QApplication

from engine.values import Instances, LabelMap, MaskColours, OverlayStyle, Region
from gui.segment.anchors import label_anchors
from gui.segment.pointing import Pointed, category_name, describe, number_of, pointed_at
from gui.theme import theme_of
from gui.views.drawing import draw_tag
from gui.views.frame_view import FrameView
from gui.views.segment_marks import Tag, draw_boxes, draw_note, draw_tags
from gui.views.segment_masks import MaskPainter
from gui.views.segment_outline import outline

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray
    from PySide6.QtGui import QPainterPath
    from PySide6.QtWidgets import QWidget

    from engine.values import Box, Segmentation
    from gui.segment.look import Rgb
    from gui.views.viewport import Placement

__all__ = ["SegmentView"]


class SegmentView(FrameView):
    """Shows a picture and what was found in it.

    Signals
    -------
    pointed : Pointed or None
        What lies under the pointer.
    places_chosen : tuple of int
        The objects that were clicked, by their places; empty = none.
    category_chosen : int
        A class of a label map was clicked.
    """

    pointed = Signal(object)
    places_chosen = Signal(object)
    category_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._segmentation: Segmentation | None = None
        self._style = OverlayStyle()
        self._masks = MaskPainter()
        self._anchors: dict[int, tuple[float, float]] = {}
        self._outlines: dict[int, QPainterPath] = {}
        self._places: tuple[int, ...] = ()
        self._category = 0
        self._lit: int | None = None
        self._at: Pointed | None = None
        self._note = ""
        self.setAccessibleName(self.tr("Segmentation"))
        self.setAccessibleDescription(
            self.tr("The picture with what was found in it; click an object to choose it")
        )

    # ------------------------------------------------------------------------------ for callers

    @property
    def segmentation(self) -> Segmentation | None:
        """What is drawn."""
        return self._segmentation

    @property
    def places(self) -> tuple[int, ...]:
        """The chosen objects."""
        return self._places

    @property
    def note(self) -> str:
        """The sentence on the picture."""
        return self._note

    def show_segmentation(
        self, image: NDArray[np.uint8], segmentation: Segmentation | None, box: Box | None = None
    ) -> None:
        """Show a picture with what was found in it.

        Parameters
        ----------
        image : ndarray, (H, W, 3), uint8
            RGB; kept, not copied.
        segmentation
            Of the picture's size; another one is not drawn.
        box
            The part of the picture that the network saw.
        """
        if segmentation is not None and segmentation.size != image.shape[:2]:
            segmentation = None
        self._segmentation = segmentation
        self._masks.forget()
        self._outlines.clear()
        self._anchors = label_anchors(segmentation) if isinstance(segmentation, LabelMap) else {}
        count = len(segmentation.items) if isinstance(segmentation, Instances) else 0
        self._places = tuple(place for place in self._places if place < count)
        self._lit = None if self._lit is None or self._lit >= count else self._lit
        self.set_input_box(box)
        self.show_frame(image)

    def set_style(self, style: OverlayStyle) -> None:
        """Draw masks like this."""
        if style != self._style:
            self._style = style
            self._masks.forget()
            self._moved()

    def select(self, places: tuple[int, ...]) -> None:
        """Outline these objects, without telling anyone."""
        self._places = places
        self.update()

    def select_category(self, category: int) -> None:
        """Outline a class of a label map, without telling anyone; 0 = none."""
        if category != self._category:
            self._category = category
            self._outlines.pop(-1, None)
            self.update()

    def light(self, place: int | None) -> None:
        """Outline an object that is pointed at elsewhere; None = none."""
        self._lit = place
        self.update()

    def set_note(self, text: str) -> None:
        """Write a sentence on the picture; empty takes it away."""
        if text != self._note:
            self._note = text
            self.update()

    # ------------------------------------------------------------------------------- composing

    def _compose(self, place: Placement) -> tuple[QImage, int, int]:
        picture, left, top = super()._compose(place)
        if self._segmentation is not None:
            self._masks.paint((picture, left, top), self._segmentation, self._style, place)
        return picture, left, top

    # ------------------------------------------------------------------------------- the marks

    def _paint_marks(self, painter: QPainter, place: Placement) -> None:
        super()._paint_marks(painter, place)
        theme = theme_of(self)
        found = self._segmentation
        room = self._picture_rect() & QRectF(self.rect())
        if isinstance(found, Instances):
            colours = self._masks.colours(found, self._style)
            if self._style.has_boxes:
                draw_boxes(painter, self._boxes(found, colours), theme)
            self._paint_outlines(painter, place, found)
            draw_tags(painter, self._tags(found, colours), room, theme, self._badge_rects())
        elif isinstance(found, LabelMap):
            self._paint_class(painter, place, found)
            if self._style.has_labels:
                draw_tags(painter, self._names(found), room, theme, self._badge_rects())
        if self._note:
            draw_note(painter, room, self._note, theme)
        self._paint_pointed(painter, room)

    def _boxes(self, found: Instances, colours: tuple[Rgb, ...]) -> Iterator[tuple[QRectF, Rgb]]:
        for item, colour in reversed(list(zip(found.items, colours, strict=True))):
            if item.category not in self._style.hidden:
                yield self._rect_of(item.box), colour

    def _tags(self, found: Instances, colours: tuple[Rgb, ...]) -> Iterator[Tag]:
        """Yield the names: that of what is chosen or pointed at first."""
        wanted = [*self._places, *(() if self._lit is None else (self._lit,))]
        rest = range(len(found.items)) if self._style.has_labels or self._style.has_scores else ()
        for place in dict.fromkeys([*wanted, *rest]):
            item = found.items[place]
            if item.category in self._style.hidden:
                continue
            box = item.box if self._style.has_boxes else item.region.box
            is_wanted = place in wanted
            text = self._tag_text(found, place, is_whole=is_wanted)
            yield Tag(text, self._rect_of(box), colours[place], is_wanted)

    def _tag_text(self, found: Instances, place: int, *, is_whole: bool) -> str:
        item, style = found.items[place], self._style
        parts = []
        if style.has_labels or is_whole:
            is_numbered = item.track or is_whole or style.colours_of is MaskColours.INSTANCE
            name = category_name(found, item.category)
            parts.append(f"{name} {number_of(found, place)}" if is_numbered else name)
        if style.has_scores or is_whole:
            parts.append(f"{100 * item.score:.0f} %")
        return " · ".join(parts)

    def _names(self, found: LabelMap) -> Iterator[Tag]:
        for category, (x, y) in self._anchors.items():
            if category not in self._style.hidden:
                spot = self._to_view(x, y, x + 1, y + 1)
                colour = self._masks.colour(category, self._style)
                text = category_name(found, category)
                yield Tag(text, spot, colour, is_inside=True)

    def _paint_outlines(self, painter: QPainter, place: Placement, found: Instances) -> None:
        lit = self._pointed_places() if self._lit is None else (self._lit,)
        for number in dict.fromkeys([*lit, *self._places]):
            item = found.items[number] if number < len(found.items) else None
            if item is None or item.category in self._style.hidden:
                continue
            if number not in self._outlines:
                self._outlines[number] = outline(item.region)
            width = 2.0 if number in self._places else 1.0
            self._stroke(painter, place, self._outlines[number], width)

    def _pointed_places(self) -> tuple[int, ...]:
        """Return the object under the pointer that a click would choose."""
        return self._at.places[:1] if self._at is not None else ()

    def _paint_class(self, painter: QPainter, place: Placement, found: LabelMap) -> None:
        if self._category and self._category not in self._style.hidden:
            if -1 not in self._outlines:
                self._outlines[-1] = outline(Region.of(found.labels == self._category))
            self._stroke(painter, place, self._outlines[-1], 2.0)

    def _stroke(
        self, painter: QPainter, place: Placement, path: QPainterPath, width: float
    ) -> None:
        theme, ratio = theme_of(self), self.devicePixelRatioF()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipRect(self._picture_rect())
        painter.translate(place.left / ratio, place.top / ratio)
        painter.scale(place.scale / ratio, place.scale / ratio)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for value, line in ((theme.marker_halo, width + 2), (theme.marker, width)):
            pen = QPen(QColor(value), line)
            pen.setCosmetic(True)
            pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
            painter.setPen(pen)
            painter.drawPath(path)
        painter.restore()

    def _paint_pointed(self, painter: QPainter, room: QRectF) -> None:
        if self._at is None or self._pointer is None or self._segmentation is None:
            return
        if isinstance(self._segmentation, LabelMap) or self._at.places:
            text = describe(self._segmentation, self._at)
            draw_tag(painter, self._pointer + QPointF(14, 16), text, theme_of(self), room)

    # ----------------------------------------------------------------------------- the pointer

    def _hover_changed(self) -> None:
        super()._hover_changed()
        point, found = self._pointed(), self._segmentation
        at = None
        if point is not None and found is not None:
            at = pointed_at(found, int(point[0] // 1), int(point[1] // 1), self._style.hidden)
        if at is not None or self._at is not None:
            self.update()  # the tag follows the pointer
        if at != self._at:
            self._at = at
            self.pointed.emit(at)

    def _clicked(self, x: float, y: float) -> None:
        found = self._segmentation
        at = pointed_at(found, int(x // 1), int(y // 1), self._style.hidden) if found else None
        if at is None:
            return
        if isinstance(found, LabelMap):
            self.category_chosen.emit(at.category)
            return
        self.places_chosen.emit(self._next_choice(at.places))

    def _next_choice(self, there: tuple[int, ...]) -> tuple[int, ...]:
        """Return what a click means: the object on top, at the next click the one below it."""
        is_added = bool(QApplication.keyboardModifiers() & Qt.KeyboardModifier.ShiftModifier)
        if is_added:
            top = there[:1]
            kept = tuple(place for place in self._places if place not in top)
            return kept if len(kept) < len(self._places) else (*self._places, *top)
        if len(self._places) == 1 and self._places[0] in there:
            return (there[(there.index(self._places[0]) + 1) % len(there)],)
        return there[:1]
