"""Save the drawing of a graph as SVG or PNG; the window and the command line share this."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import ExportError
from engine.export.atomic import atomic_path

if TYPE_CHECKING:
    from typing import Literal

    from engine.values import GraphLayout

__all__ = ["save_drawing"]


def save_drawing(
    path: Path | str,
    layout: GraphLayout,
    *,
    title: str = "",
    theme: Literal["dark", "light"] = "light",
    overwrite: bool = False,
) -> None:
    """Write a drawing in the format that the suffix names.

    Raises
    ------
    ExportError
        The suffix is neither .svg nor .png, the picture would be too large, or the file cannot
        be written.
    """
    target = Path(path)
    suffix = target.suffix.lower()
    if suffix == ".svg":
        from engine.graph.svg import to_svg  # noqa: PLC0415 - loaded for a drawing only

        text = to_svg(layout, title=title, theme=theme)
        with atomic_path(target, overwrite=overwrite) as part:
            part.write_text(text, encoding="utf-8", newline="\n")
    elif suffix == ".png":
        from engine.export.figure import save_png  # noqa: PLC0415 - needs Pillow
        from engine.graph.raster import fitting_scale, to_image  # noqa: PLC0415 - needs Pillow

        scale = fitting_scale(layout, title, "")
        image = to_image(layout, title=title, theme=theme, scale=scale)
        save_png(target, image, {"Title": title}, overwrite=overwrite)
    else:
        raise ExportError(f"A graph is saved as .svg or .png; “{target.name}” is neither.")
