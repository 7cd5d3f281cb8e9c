"""A few numbers that belong together: one small field for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QWidget

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["NumberFields"]


class NumberFields(QWidget):
    """Fields side by side. What was shown comes back exactly, until someone types.

    Parameters
    ----------
    names
        What each is called, for who does not see it.
    between
        Stands between two of them: "×".
    letters
        For how many letters each has room.

    Signals
    -------
    edited
        The person typed.
    """

    edited = Signal()

    def __init__(
        self,
        names: Sequence[str],
        *,
        between: str = "",
        letters: int = 6,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._shown: tuple[float, ...] = ()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        self._fields: list[QLineEdit] = []
        for name in names:
            if self._fields and between:
                layout.addWidget(QLabel(between, self))
            field = QLineEdit(self)
            field.setAccessibleName(name)
            field.setToolTip(name)
            field.setFixedWidth(field.fontMetrics().horizontalAdvance("0" * letters) + 24)
            field.textEdited.connect(lambda _text: self.edited.emit())
            layout.addWidget(field)
            self._fields.append(field)

    @property
    def is_empty(self) -> bool:
        """Whether nothing stands in any of them."""
        return not any(field.text().strip() for field in self._fields)

    @property
    def numbers(self) -> tuple[float, ...]:
        """What stands there; NaN where that is no number."""
        texts = [field.text() for field in self._fields]
        if texts == [_text(value) for value in self._shown]:
            return self._shown
        return tuple(_number(text) for text in texts)

    @property
    def whole_numbers(self) -> tuple[int, ...]:
        """What stands there; 0 where that is no whole number."""
        return tuple(int(n) if n.is_integer() else 0 for n in map(float, self.numbers))

    def show_numbers(self, values: Sequence[float] | None) -> None:
        """Put numbers in; None = leave the fields empty."""
        self._shown = tuple(values or ())
        texts = [_text(value) for value in self._shown] or [""] * len(self._fields)
        for field, text in zip(self._fields, texts, strict=True):
            field.setText(text)
            field.setCursorPosition(0)

    def set_hint(self, text: str) -> None:
        """Say what an empty field means."""
        for field in self._fields:
            field.setPlaceholderText(text)

    def take_keyboard(self) -> None:
        """Put the cursor into the first field, its text selected."""
        self._fields[0].setFocus()
        self._fields[0].selectAll()


def _text(value: float) -> str:
    return f"{value:.6g}"


def _number(text: str) -> float:
    try:
        return float(text.strip().replace(",", "."))
    except ValueError:
        return float("nan")
