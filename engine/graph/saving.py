"""Save the drawing of a graph as SVG or PNG; the window and the command line share this."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from engine.errors import ExportError
from engine.export.atomic import atomic_path

if TYPE_CHECKING:
    from typing import Literal

    from engine.values import GraphLayout, NetworkGraph

__all__ = ["save_drawing", "subtitle_of"]


def save_drawing(
    path: Path | str,
    layout: GraphLayout,
    *,
    heading: tuple[str, str] = ("", ""),
    theme: Literal["dark", "light"] = "light",
    overwrite: bool = False,
) -> None:
    """Write a drawing in the format that the suffix names.

    Parameters
    ----------
    heading
        Title and subtitle (`subtitle_of`), above the graph.

    Raises
    ------
    ExportError
        The suffix is neither .svg nor .png, the picture would be too large, or the file cannot
        be written.
    """
    target = Path(path)
    title, subtitle = heading
    suffix = target.suffix.lower()
    if suffix == ".svg":
        from engine.graph.svg import to_svg  # noqa: PLC0415 - loaded for a drawing only

        text = to_svg(layout, title=title, subtitle=subtitle, theme=theme)
        with atomic_path(target, overwrite=overwrite) as part:
            part.write_text(text, encoding="utf-8", newline="\n")
    elif suffix == ".png":
        from engine.export.figure import save_png  # noqa: PLC0415 - needs Pillow
        from engine.graph.raster import fitting_scale, to_image  # noqa: PLC0415 - needs Pillow

        scale = fitting_scale(layout, title, subtitle)
        image = to_image(layout, title=title, subtitle=subtitle, theme=theme, scale=scale)
        save_png(target, image, {"Title": title}, overwrite=overwrite)
    else:
        raise ExportError(f"A graph is saved as .svg or .png; “{target.name}” is neither.")


def subtitle_of(graph: NetworkGraph) -> str:
    """Return what stands below the title: operations, parameters and the shape of the input."""
    from engine.graph.labels import shape_label  # noqa: PLC0415 - loaded for a drawing only
    from engine.graph.visible import batch_of  # noqa: PLC0415 - loaded for a drawing only

    batch = batch_of(graph)
    shapes = ", ".join(shape_label(shape, batch) for shape in graph.input_shapes)
    return f"{len(graph.nodes):,} operations  ·  {graph.parameters:,} parameters  ·  input {shapes}"
