"""The bar at the top: workspace, network, device, recording, help."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QToolBar, QToolButton, QWidget

from engine.values import DeviceRequest
from gui.icons import Icon, icon
from gui.panels.workspace_row import WorkspaceRow

if TYPE_CHECKING:
    from engine.values import DeviceInfo, ModelInfo
    from gui.actions import Actions

__all__ = ["TopBar"]

THREAD_CHOICES = (0, 1, 2, 4, 8)
MOST_NAME_PX = 190
"""Of a network's or a device's name, which may be that of any file."""
NARROW_NAME_PX = 140
"""The same, where the buttons of the workspaces have room only so."""
WIDE_FROM_PX = 1440


class TopBar(QToolBar):
    """Names what runs, and where.

    Signals
    -------
    device_chosen : DeviceRequest
    """

    device_chosen = Signal(object)

    def __init__(self, *, actions: Actions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("top_bar")
        self.setWindowTitle(self.tr("Top bar"))
        self.setMovable(False)
        self.setFloatable(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self._actions = actions
        self._request = DeviceRequest()
        self._title = ""
        self._devices: tuple[DeviceInfo, ...] = ()
        self._build_parts()
        self._build_layout()

    @property
    def request(self) -> DeviceRequest:
        """The device that is chosen."""
        return self._request

    def show_model(self, info: ModelInfo) -> None:
        """Name the network and its device."""
        card = info.card
        self._name(card.title)
        facts = self.tr("{0} ({1}), {2} parameters").format(
            card.title, card.family, f"{card.parameters:,}"
        )
        if card.weights_licence and not info.is_random:
            facts += self.tr("; weights: {0}").format(card.weights_licence)
        self._model.setToolTip(self.tr("{0}. Choose another network (Ctrl+M)").format(facts))
        self._random.setVisible(info.is_random)
        precision = "" if info.device.precision == "float32" else f", {info.device.precision}"
        device = f"{info.device.title}{precision}"
        self._device.setText(_shortened(self._device, device, MOST_NAME_PX))
        self._fit_row()

    def ask_for_model(self) -> None:
        """Say that there is no network yet."""
        self._name(self.tr("Choose a network"))

    def show_devices(self, devices: tuple[DeviceInfo, ...], request: DeviceRequest) -> None:
        """Offer these devices."""
        self._devices, self._request = devices, request
        self._fill_menu()

    def open_devices(self) -> None:
        """Open the menu of devices."""
        self._device.showMenu()

    def menu_button(self, menu: QMenu) -> None:
        """Put the window's menu behind the button at the right end."""
        self._more.setMenu(menu)

    # ------------------------------------------------------------------------------------ private

    def _build_parts(self) -> None:
        self._word = QLabel("Layerscope", self)
        self._word.setProperty("role", "wordmark")
        self._word.setMinimumWidth(1)  # it is the first to go
        self._model = QToolButton(self)
        self._model.setText(self.tr("Loading a network"))
        self._model.setIcon(icon(Icon.MODEL))
        self._model.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._model.setToolTip(self._actions.action("choose_model").toolTip())
        self._model.clicked.connect(self._actions.action("choose_model").trigger)
        self._random = QLabel(self.tr("random weights"), self)
        self._random.setToolTip(self.tr("Random weights: the answers mean nothing"))
        self._random.setProperty("role", "badge-warning")
        self._random.hide()
        self._device = QToolButton(self)
        self._device.setText("CPU")
        self._device.setIcon(icon(Icon.DEVICE))
        self._device.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._device.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._device.setToolTip(self._actions.action("choose_device").toolTip())
        self._menu = QMenu(self._device)
        self._device.setMenu(self._menu)
        self._more = QToolButton(self)
        self._more.setIcon(icon(Icon.MORE))
        self._more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._more.setToolTip(self.tr("All actions"))
        self._more.setAutoRaise(True)

    def _build_layout(self) -> None:
        body = self._body = _Body(self)
        layout = QHBoxLayout(body)
        layout.setContentsMargins(12, 4, 8, 4)
        layout.setSpacing(8)
        layout.addWidget(self._word)
        layout.addSpacing(8)
        self._row = body.row = WorkspaceRow(actions=self._actions, parent=body)
        layout.addWidget(self._row)
        layout.addSpacing(8)
        layout.addWidget(self._model)
        layout.addWidget(self._device)
        layout.addWidget(self._random)
        layout.addStretch(1)
        for action in ("record", "palette", "cycle_theme", "help"):
            button = QToolButton(body)
            button.setDefaultAction(self._actions.action(action))
            button.setAutoRaise(True)
            layout.addWidget(button)
        layout.addWidget(self._more)
        self.addWidget(body)

    def _name(self, title: str) -> None:
        """Name the network, as far as there is room: no title makes the window wider."""
        self._title = title
        self._fit_row()

    def _fit_row(self) -> None:
        """Have a button a workspace where all of them have room, if need be by a shorter name."""
        for most_px in (MOST_NAME_PX, NARROW_NAME_PX):
            if self._fits(most_px):
                self._row.set_compact(is_compact=False)
                return
        self._fits(MOST_NAME_PX)
        self._row.set_compact(is_compact=True)

    def _fits(self, most_px: int) -> bool:
        """Give the name so much room, and tell whether the whole row has its own beside it."""
        if self._title:
            self._model.setText(_shortened(self._model, self._title, most_px))
        return self._body.minimumSizeHint().width() + self._row.saved_px <= self.width()

    def _fill_menu(self) -> None:
        self._menu.clear()
        group = QActionGroup(self._menu)
        titles = [("auto", self.tr("Automatic"))]
        titles += [(device.name, device.title) for device in self._devices]
        for name, title in titles:
            self._choice(group, title, name == self._request.name, name=name)
        self._menu.addSeparator()
        half = self._menu.addAction(self.tr("Half precision where it helps"))
        half.setCheckable(True)
        half.setChecked(self._request.is_half)
        half.toggled.connect(lambda is_on: self._choose(is_half=is_on))
        threads = self._menu.addMenu(self.tr("CPU threads"))
        thread_group = QActionGroup(self._menu)
        for count in THREAD_CHOICES:
            text = self.tr("Automatic") if count == 0 else str(count)
            action = self._choice(thread_group, text, count == self._request.threads, threads=count)
            threads.addAction(action)
            self._menu.removeAction(action)

    def _choice(
        self,
        group: QActionGroup,
        text: str,
        is_checked: bool,
        **changes: object,
    ) -> QAction:
        action = self._menu.addAction(text)
        action.setCheckable(True)
        action.setChecked(is_checked)
        action.triggered.connect(lambda: self._choose(**changes))
        group.addAction(action)
        return action

    def _choose(self, **changes: object) -> None:
        self._request = dataclasses.replace(self._request, **changes)  # type: ignore[arg-type]  # the dataclass checks its fields
        self.device_chosen.emit(self._request)

    # Qt's override.

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Say the program's name, and what random weights mean, where there is room for it."""
        super().resizeEvent(event)
        is_wide = event.size().width() >= WIDE_FROM_PX
        text = self.tr("random weights: the answers mean nothing")
        self._random.setText(text if is_wide else self.tr("random weights"))
        self._word.setVisible(is_wide)  # the window's title says it, too
        self._fit_row()


class _Body(QWidget):
    """What stands in the bar; it can be as narrow as it is with one button for all workspaces."""

    row: WorkspaceRow | None = None

    # Qt's override.

    def minimumSizeHint(self) -> QSize:
        """Return the size without the row of workspaces, which makes room for a narrow window."""
        hint = super().minimumSizeHint()
        if self.row is not None and not self.row.is_compact:
            hint.setWidth(hint.width() - self.row.saved_px)
        return hint


def _shortened(button: QToolButton, text: str, most_px: int) -> str:
    """Return a text as long as a name may be in the bar; the tooltip has all of it."""
    middle = Qt.TextElideMode.ElideMiddle
    return button.fontMetrics().elidedText(text, middle, most_px)
