"""The activation panel: the watched layers, in tabs or side by side."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QSplitter,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from gui.panels.layer_page import LayerPage
from gui.panels.style_bar import StyleBar
from gui.views.action_button import action_button
from gui.views.atlas_view import AtlasView

if TYPE_CHECKING:
    from engine.values import FrameResult, LayerKey
    from gui.actions import Actions
    from gui.display_style import DisplayStyle
    from gui.views.atlas_view import HoverInfo

__all__ = ["ActivationPanel"]

MOST_SIDE_BY_SIDE = 4


class ActivationPanel(QWidget):
    """Shows the maps of the watched layers.

    Signals
    -------
    watch_changed : tuple of LayerKey
        The engine should watch these: the current one, or all of them side by side.
    current_changed : LayerKey
        Another layer is the one that keys and the channel panel mean.
    channel_chosen : int
    channel_hovered : HoverInfo or None, LayerKey
        What is under the pointer, and of which layer.
    style_changed : DisplayStyle
    """

    watch_changed = Signal(object)
    current_changed = Signal(object)
    channel_chosen = Signal(int)
    channel_hovered = Signal(object, object)
    style_changed = Signal(object)

    def __init__(
        self, *, actions: Actions, style: DisplayStyle, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._actions = actions
        self._pages: list[LayerPage] = []
        self._is_split = False
        self.style_bar = StyleBar(style, self)
        self._build_parts()
        self._build_layout()
        self._connect_parts()

    # -------------------------------------------------------------------------------- for callers

    @property
    def keys(self) -> tuple[LayerKey, ...]:
        """The layers that have a tab, in their order."""
        return tuple(page.key for page in self._pages)

    @property
    def current_page(self) -> LayerPage | None:
        """The page that keys mean."""
        index = self._tabs.currentIndex()
        return self._pages[index] if 0 <= index < len(self._pages) else None

    @property
    def watched(self) -> tuple[LayerKey, ...]:
        """The layers that are seen: the current one, or those side by side."""
        page = self.current_page
        if page is None:
            return ()
        return tuple(one.key for one in (self._side_by_side() if self._is_split else [page]))

    @property
    def is_split(self) -> bool:
        """Whether the layers stand side by side."""
        return self._is_split

    def set_layers(self, keys: tuple[LayerKey, ...], current: int = 0) -> None:
        """Have exactly these layers in tabs."""
        while self._pages:
            self._remove(0)
        for key in keys:
            self._insert(key)
        with QSignalBlocker(self._tabs):
            self._tabs.setCurrentIndex(min(current, len(keys) - 1))
        self._arrange()

    def watch(self, key: LayerKey) -> None:
        """Show a layer: in its tab where it has one, otherwise in the current tab's place."""
        if key in self.keys:
            self._tabs.setCurrentIndex(self.keys.index(key))
            return
        if not self._pages:
            self.watch_also(key)
            return
        index = self._tabs.currentIndex()
        channel = self._pages[index].wanted_channel
        with QSignalBlocker(self._tabs):
            self._remove(index)
            self._insert(key, index)
            self._tabs.setCurrentIndex(index)
        self._pages[index].set_channel(channel)
        self._arrange()

    def watch_also(self, key: LayerKey) -> None:
        """Show a layer in a tab of its own."""
        if key not in self.keys:
            with QSignalBlocker(self._tabs):
                self._insert(key)
        self._tabs.setCurrentIndex(self.keys.index(key))
        self._arrange()

    def choose_channel(self, channel: int) -> None:
        """Put the cursor on a channel of the current layer, and tell of it."""
        page = self.current_page
        if page is not None:
            page.set_channel(channel)
            self.channel_chosen.emit(page.channel)

    def close_current(self) -> None:
        """Stop watching the current layer; the last one stays."""
        self._close(self._tabs.currentIndex())

    def set_split(self, is_split: bool) -> None:
        """Show the layers side by side, or in tabs."""
        self._is_split = is_split
        self._actions.action("split_layers").setChecked(is_split)
        self._arrange()

    def reset_views(self) -> None:
        """Show the whole of every grid that is seen."""
        for page in self._pages:
            if page.isVisible():
                page.atlas.reset_view()

    @Slot(object)
    def show_result(self, result: FrameResult) -> None:
        """Show what the watched layers answered."""
        for page in self._pages:
            activation = result.activation(page.key)
            if activation is not None:
                page.show_activation(activation)
        current = self.current_page
        if current is not None and current.activation is not None:
            is_vector = current.activation.map_size == (1, 1)
            self.style_bar.show_vector_choice(is_shown=is_vector)

    # ------------------------------------------------------------------------------------ private

    def _build_parts(self) -> None:
        self._tabs = QTabBar(self)
        self._tabs.setTabsClosable(True)
        self._tabs.setMovable(False)
        self._tabs.setExpanding(False)
        self._tabs.setDrawBase(False)
        self._tabs.setElideMode(Qt.TextElideMode.ElideMiddle)
        self._tabs.setUsesScrollButtons(True)
        self._add = action_button(self._actions.action("watch_also"), self)
        self._split = action_button(self._actions.action("split_layers"), self)
        self._stack = QStackedWidget(self)
        self._splitter = QSplitter(Qt.Orientation.Horizontal, self)
        self._splitter.setChildrenCollapsible(False)
        self._empty = AtlasView(self)
        self._stack.addWidget(self._empty)
        self._splitter.hide()

    def _build_layout(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(4)
        top.addWidget(self._tabs, 1)
        top.addWidget(self._add)
        top.addWidget(self._split)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(8)
        layout.addLayout(top)
        layout.addWidget(self.style_bar)
        layout.addWidget(self._stack, 1)
        layout.addWidget(self._splitter, 1)
        # Itself, not the tabs: they would take the arrows, which move over channels.
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def _connect_parts(self) -> None:
        self._tabs.currentChanged.connect(self._arrange)
        self._tabs.tabCloseRequested.connect(self._close)
        self.style_bar.style_changed.connect(self._restyle)

    def _insert(self, key: LayerKey, index: int = -1) -> None:
        page = LayerPage(key, self.style_bar.style_now, self)
        page.channel_chosen.connect(self._choose_channel)
        page.channel_hovered.connect(partial(self._hover, key))
        page.aspect_changed.connect(self.style_bar.set_aspect)
        place = len(self._pages) if index < 0 else index
        self._pages.insert(place, page)
        self._tabs.insertTab(place, str(key))
        self._tabs.setTabToolTip(place, str(key))
        self._stack.addWidget(page)

    def _remove(self, index: int) -> None:
        page = self._pages.pop(index)
        focused = QApplication.focusWidget()
        if focused is not None and page.isAncestorOf(focused):
            self.setFocus()  # otherwise Qt gives the keyboard to whatever comes next
        with QSignalBlocker(self._tabs):
            self._tabs.removeTab(index)
        page.setParent(None)
        page.deleteLater()

    @Slot(int)
    def _close(self, index: int) -> None:
        if len(self._pages) > 1 and 0 <= index < len(self._pages):
            self._remove(index)
            self._arrange()

    @Slot()
    def _arrange(self) -> None:
        """Put the pages where they belong and tell what is to be watched."""
        page = self.current_page
        side_by_side = self._side_by_side() if self._is_split else []
        for other in self._pages:
            other.show_name(is_shown=other in side_by_side)
            if other in side_by_side:
                self._splitter.addWidget(other)
                other.show()
            elif self._stack.indexOf(other) < 0:
                self._stack.addWidget(other)
        self._splitter.setVisible(bool(side_by_side))
        self._stack.setVisible(not side_by_side)
        if not side_by_side:
            self._stack.setCurrentWidget(page or self._empty)
        self._tabs.setTabsClosable(len(self._pages) > 1)
        self._split.setVisible(len(self._pages) > 1 or self._is_split)
        if page is not None:
            self.watch_changed.emit(self.watched)
            self.current_changed.emit(page.key)
            self.channel_chosen.emit(page.channel)

    def _side_by_side(self) -> list[LayerPage]:
        """Return the pages to be seen at once: all, or those about the current one."""
        index = self._tabs.currentIndex()
        first = max(0, min(index - 1, len(self._pages) - MOST_SIDE_BY_SIDE))
        return self._pages[first : first + MOST_SIDE_BY_SIDE]

    @Slot(int)
    def _choose_channel(self, channel: int) -> None:
        page = self.sender()
        if isinstance(page, LayerPage) and page in self._pages:
            index = self._pages.index(page)
            if index != self._tabs.currentIndex():
                self._tabs.setCurrentIndex(index)
            page.set_channel(channel)
        self.channel_chosen.emit(channel)

    def _hover(self, key: LayerKey, info: HoverInfo | None) -> None:
        self.channel_hovered.emit(info, key)

    @Slot(object)
    def _restyle(self, style: DisplayStyle) -> None:
        for page in self._pages:
            page.set_display(style)
        self.style_changed.emit(style)
