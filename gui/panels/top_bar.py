"""The bar at the top: workspace, network, device, recording, help."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QActionGroup, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QToolBar, QToolButton, QWidget

from engine.values import DeviceRequest
from gui.icons import Icon, icon
from gui.workspaces import WORKSPACES

if TYPE_CHECKING:
    from engine.values import DeviceInfo, ModelInfo
    from gui.actions import Actions

__all__ = ["TopBar"]

THREAD_CHOICES = (0, 1, 2, 4, 8)
MOST_NAME_PX = 190
"""Of a network's or a device's name, which may be that of any file."""
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
        self._device.setText(_shortened(self._device, f"{info.device.title}{precision}"))

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
        body = QWidget(self)
        layout = QHBoxLayout(body)
        layout.setContentsMargins(12, 4, 8, 4)
        layout.setSpacing(8)
        layout.addWidget(self._word)
        layout.addSpacing(8)
        layout.addWidget(self._workspaces(body))
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

    def _workspaces(self, body: QWidget) -> QFrame:
        """Return the row of buttons that go from workspace to workspace."""
        row = QFrame(body)
        row.setProperty("role", "segments")
        layout = QHBoxLayout(row)
        layout.setContentsMargins(2, 2, 2, 2)
        layout.setSpacing(2)
        for workspace in WORKSPACES:
            button = QToolButton(row)
            button.setDefaultAction(self._actions.action(f"workspace_{workspace.id}"))
            button.setProperty("role", "segment")
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
            layout.addWidget(button)
        return row

    def _name(self, title: str) -> None:
        """Name the network, as far as there is room: no title makes the window wider."""
        self._model.setText(_shortened(self._model, title))

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
        """Say what random weights mean where there is room for it."""
        super().resizeEvent(event)
        is_wide = event.size().width() >= WIDE_FROM_PX
        text = self.tr("random weights: the answers mean nothing")
        self._random.setText(text if is_wide else self.tr("random weights"))


def _shortened(button: QToolButton, text: str) -> str:
    """Return a text as long as a name may be in the bar; the tooltip has all of it."""
    middle = Qt.TextElideMode.ElideMiddle
    return button.fontMetrics().elidedText(text, middle, MOST_NAME_PX)
