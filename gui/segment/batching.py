"""A batch in a thread of its own: the run itself, and the newest of what it tells."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol

from engine.mailbox import Mailbox

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from engine.batch.pipeline import BatchProgress
    from engine.batch.request import BatchReport, BatchRequest
    from engine.export.masks.contract import SegmentedPicture
    from engine.jobs import JobControl, Progress
    from engine.values import OverlayStyle

__all__ = ["BatchWatch", "RunBatch", "run_batch"]

PREVIEW_S = 0.5
"""So long at least from one preview to the next."""
PREVIEW_PX = 480
_SHARE = 20
"""Drawing previews takes at most one part in so many of the time."""


class RunBatch(Protocol):
    """Segments many pictures; see `engine.batch.run.run_batch`."""

    def __call__(
        self,
        request: BatchRequest,
        control: JobControl,
        *,
        on_progress: Callable[[BatchProgress], None],
        on_segmented: Callable[[SegmentedPicture], None],
    ) -> BatchReport:
        """Do it."""


def run_batch(
    request: BatchRequest,
    control: JobControl,
    *,
    on_progress: Callable[[BatchProgress], None],
    on_segmented: Callable[[SegmentedPicture], None],
) -> BatchReport:
    """Do it with the engine; see `engine.batch.run.run_batch` for what it raises."""
    from engine.batch import run  # noqa: PLC0415 - off the GUI thread

    return run.run_batch(request, control, on_progress=on_progress, on_segmented=on_segmented)


class BatchWatch:
    """Keeps the newest of what a batch tells, for whoever looks now and then.

    The batch's threads tell it; the GUI thread takes. Nothing queues up, however fast a batch is.

    Parameters
    ----------
    style
        How previews are drawn.
    clock
        Seconds; tests give their own.

    Attributes
    ----------
    stages, progress, previews
        The newest of each, once.
    """

    def __init__(self, style: OverlayStyle, clock: Callable[[], float] = time.perf_counter) -> None:
        self._style = style
        self._clock = clock
        self._due_at = float("-inf")
        self.stages: Mailbox[Progress] = Mailbox()
        self.progress: Mailbox[BatchProgress] = Mailbox()
        self.previews: Mailbox[NDArray[np.uint8]] = Mailbox()

    def take_picture(self, picture: SegmentedPicture) -> None:
        """Draw what was found in a picture, small, unless the last one was drawn just now."""
        begun_at = self._clock()
        if begun_at < self._due_at:
            return
        from engine.overlay import draw_overlay  # noqa: PLC0415 - brings OpenCV and Pillow

        drawn = draw_overlay(picture.image, picture.segmentation, self._style)
        self.previews.put(_small(drawn))
        ended_at = self._clock()
        self._due_at = ended_at + max(PREVIEW_S, _SHARE * (ended_at - begun_at))


def _small(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return (H, W, 3) uint8 RGB with sides of at most `PREVIEW_PX`."""
    import cv2  # noqa: PLC0415 - off the GUI thread
    import numpy as np  # noqa: PLC0415

    height, width = image.shape[:2]
    share = min(1.0, PREVIEW_PX / max(height, width))
    size = (max(1, round(width * share)), max(1, round(height * share)))
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(small, dtype=np.uint8)
