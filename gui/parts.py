"""The widgets of one window, by name: what a control of the whole window works on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtWidgets import QDockWidget, QMainWindow

    from gui.panels.activation_panel import ActivationPanel
    from gui.panels.channel_panel import ChannelPanel
    from gui.panels.cost_panel import CostPanel
    from gui.panels.source_panel import SourcePanel
    from gui.panels.status_line import StatusLine
    from gui.views.frame_view import FrameView
    from gui.views.help_overlay import HelpOverlay
    from gui.views.notice_bar import NoticeBar
    from gui.views.palette import CommandPalette
    from gui.views.settings_overlay import SettingsOverlay

__all__ = ["WindowParts"]


@dataclass(frozen=True, slots=True)
class WindowParts:
    """A window and what stands in it and over it."""

    window: QMainWindow
    docks: Mapping[str, QDockWidget]
    source: SourcePanel
    maps: ActivationPanel
    channel: ChannelPanel
    cost: CostPanel
    status: StatusLine
    notices: NoticeBar
    palette: CommandPalette
    help: HelpOverlay
    preferences: SettingsOverlay

    def picture_views(self) -> tuple[FrameView, FrameView]:
        """Return where the live picture is seen: in the source panel, and beside the channel."""
        return self.source.view, self.channel.picture
