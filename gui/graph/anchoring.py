"""Where to look after the drawing has changed: what was opened or closed stays where it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gui.graph.camera import MARGIN_PX, READABLE_ZOOM

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gui.graph.camera import Camera, Rect
    from gui.graph.scene import GraphScene

__all__ = ["follow"]


def follow(before: GraphScene, after: GraphScene, camera: Camera, anchor: str | None) -> Camera:
    """Return a camera for the new drawing.

    Parameters
    ----------
    before, after
        The two drawings.
    camera
        How the first one is seen.
    anchor
        Id of the item that was opened, or path of the box that was closed; None = whatever is
        in the middle of the view.
    """
    new = camera.copy()
    new.scene_width, new.scene_height = after.width, after.height
    was_all_seen = abs(camera.zoom - camera.fit_zoom) < 1e-6
    is_speck = new.zoom < new.fit_zoom - 1e-6  # all of it would be seen larger
    if is_speck or (was_all_seen and new.fit_zoom >= READABLE_ZOOM):
        new.fit()
        return new
    pair = _pair(before, after, camera, anchor)
    if pair is None:
        new.keep_in()
        return new
    old_rect, new_rect = pair
    x, y = camera.to_view((old_rect[0] + old_rect[2]) / 2, old_rect[1])
    # What was so large that its top was out of sight closes where the eyes are.
    y = min(max(y, 24.0), camera.height * 0.8)
    new.left = (new_rect[0] + new_rect[2]) / 2 * new.zoom - x
    new.top = new_rect[1] * new.zoom - y
    new.reveal(_as_far_as_it_fits(new_rect, new))
    new.keep_in()
    return new


def _as_far_as_it_fits(rect: Rect, camera: Camera) -> Rect:
    """Return the upper middle of what is larger than the view: the rest follows when asked for."""
    wide = min(rect[2] - rect[0], (camera.width - 2 * MARGIN_PX) / camera.zoom)
    high = min(rect[3] - rect[1], (camera.height - 2 * MARGIN_PX) / camera.zoom)
    left = (rect[0] + rect[2] - wide) / 2
    return left, rect[1], left + wide, rect[1] + high


def _pair(
    before: GraphScene, after: GraphScene, camera: Camera, anchor: str | None
) -> tuple[Rect, Rect] | None:
    """Return where the same thing is in both drawings."""
    if anchor is not None:
        old, new = _rect_of(before, anchor), _rect_of(after, anchor)
        if old is not None and new is not None:
            return old, new
    left, top, right, bottom = camera.seen
    middle = (left + right) / 2, (top + bottom) / 2
    rows = _common(before, after, before.index.touching(camera.seen).tolist())
    rows = rows or _common(before, after, range(len(before.items)))
    if not rows:
        return None
    rects = before.index.rects[rows]
    away = ((rects[:, 0] + rects[:, 2]) / 2 - middle[0]) ** 2
    away += ((rects[:, 1] + rects[:, 3]) / 2 - middle[1]) ** 2
    row = rows[int(away.argmin())]
    return before.rect(row), after.rect(after.row_of[before.items[row].item.id])


def _common(before: GraphScene, after: GraphScene, rows: Iterable[int]) -> list[int]:
    return [row for row in rows if before.items[row].item.id in after.row_of]


def _rect_of(scene: GraphScene, what: str) -> Rect | None:
    """Return the place of an item by its id, or of a box by its path, open or closed."""
    for id_ in (what, f"b{what}"):
        if id_ in scene.row_of:
            return scene.rect(scene.row_of[id_])
    for path in (what, what[1:]):
        if path in scene.frame_of:
            return scene.frame_rect(scene.frame_of[path])
    return None
