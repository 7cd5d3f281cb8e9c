"""Some pages in one place, one of them in front."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QTabWidget, QWidget

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["PageTabs"]


class PageTabs(QTabWidget):
    """Tabs over pages that fill the rest.

    Parameters
    ----------
    pages
        Title and widget of each, the first one in front.
    """

    def __init__(self, pages: Sequence[tuple[str, QWidget]], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setDocumentMode(True)
        for title, page in pages:
            self.addTab(page, title)
        self.setFocusProxy(pages[0][1])
        self.currentChanged.connect(lambda _place: self.setFocusProxy(self.currentWidget()))
