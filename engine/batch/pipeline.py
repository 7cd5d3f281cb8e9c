"""Reading, the network and writing at the same time: each picture waits for nobody else's disk.

Reading and writing run in threads (decoders and encoders let go of the interpreter). The network
runs in the thread that calls, which keeps what it holds on a GPU in one place, or, on a processor,
for some pictures at a time in threads of its own. Queues are bounded, so memory stays flat however
long the batch is.
"""

from __future__ import annotations

import contextlib
import logging
import queue
import threading
import time
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeAlias

from engine.batch.journal import DoneItem
from engine.errors import CancelledError, EngineError, StorageFullError
from engine.jobs import SOMETHING_WENT_WRONG

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from engine.batch.inputs import BatchItem
    from engine.jobs import JobControl
    from engine.values import Segmentation

    Image: TypeAlias = NDArray[np.uint8]
    Segmenting: TypeAlias = Callable[[], tuple[Image, Segmentation]]

__all__ = ["BatchProgress", "Pipeline", "Stages"]

_logger = logging.getLogger(__name__)

_PACE_OVER = 20
"""The rate is that of so many pictures done last."""
_FRAMES_AHEAD = 3
_WRITES_BEHIND = 4


class Stages(Protocol):
    """What is done with a picture; each may be called from a thread of its own."""

    def read(self, item: BatchItem) -> Image:
        """Decode a picture: (H, W, 3) uint8 RGB, upright. Raises `SourceError`."""

    def frames(self, item: BatchItem) -> Iterator[Image]:
        """Decode a video, frame by frame. Raises `SourceError`."""

    def segment(self, item: BatchItem, image: Image) -> Segmentation:
        """Run the network; in the thread that runs the pipeline, or a picture in one of its own."""

    def write(
        self, item: BatchItem, image: Image, segmentation: Segmentation, frame: int | None
    ) -> DoneItem:
        """Write all files of a picture, or of one frame of a video, and say which they are.

        Called in one thread, in order.
        """

    def end(self, item: BatchItem, frames: int) -> DoneItem:
        """Close what all frames of a video share. Raises `ExportError`."""

    def drop(self, item: BatchItem) -> None:
        """Give a video up: leave nothing half-written."""


@dataclass(frozen=True, slots=True)
class BatchProgress:
    """How far a batch is.

    Attributes
    ----------
    done, total
        Files with nothing more to do, and all of them.
    failed
        Of those done, how many gave an error.
    name
        What was done last; of a video also the frame.
    rate
        Pictures (or frames) a second, over the last ones; 0 = not known yet.
    left_s
        Seconds that the rest will take; None = not known.
    """

    done: int
    total: int
    failed: int = 0
    name: str = ""
    rate: float = 0.0
    left_s: float | None = None


class _Pools(NamedTuple):
    """The threads of a run."""

    readers: ThreadPoolExecutor
    networks: ThreadPoolExecutor
    writer: ThreadPoolExecutor


class Pipeline:
    """Works through the items of a batch.

    Parameters
    ----------
    stages
        What is done with each.
    on_done
        Called in the running thread when an item has all its files, or has failed: the journal's
        `add`. What it raises ends the run.
    on_progress
        Called in the running thread.
    workers
        Threads for reading. One writes, since formats keep notes of what they wrote.
    networks
        How many pictures are segmented at the same time; with 1, in the thread that calls.
    clock
        Seconds; replaced in tests.
    """

    def __init__(  # noqa: PLR0913 - all but the first two have defaults that fit
        self,
        stages: Stages,
        *,
        on_done: Callable[[BatchItem, DoneItem], None],
        on_progress: Callable[[BatchProgress], None] = lambda _progress: None,
        workers: int = 2,
        networks: int = 1,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stages = stages
        self._on_done = on_done
        self._on_progress = on_progress
        self._workers = max(1, workers)
        self._networks = max(1, networks)
        self._clock = clock
        self._ended_at: deque[float] = deque(maxlen=_PACE_OVER + 1)
        self._stood_s = 0.0
        self._done = self._failed = self._total = 0
        self._writing: deque[tuple[BatchItem, Future[DoneItem]]] = deque()

    def run(self, items: Sequence[BatchItem], control: JobControl, *, done: int = 0) -> None:
        """Do the items, in order.

        A picture that cannot be read, or for which nothing can be written, is one failed item.
        Whatever is being written when the run is cancelled is finished.

        Parameters
        ----------
        items
            What is to be done.
        control
            Stands still while it is paused; ends the run when it is cancelled.
        done
            How many were done before, for the progress.

        Raises
        ------
        CancelledError
            The person stopped it.
        StorageFullError
            The disk takes nothing more.
        ExportError
            The journal cannot be written.
        """
        self._done, self._total = done, done + len(items)
        self._tell("")
        with (
            ThreadPoolExecutor(self._networks, "layerscope-network") as networks,
            ThreadPoolExecutor(self._workers, "layerscope-read") as readers,
            ThreadPoolExecutor(1, "layerscope-write") as writer,
        ):
            try:
                self._work(items, control, _Pools(readers, networks, writer))
            finally:
                readers.shutdown(wait=False, cancel_futures=True)
                networks.shutdown(wait=False, cancel_futures=True)
                self._settle(0)

    # ------------------------------------------------------------------------------------ private

    def _work(self, items: Sequence[BatchItem], control: JobControl, pools: _Pools) -> None:
        rest = iter(items)
        most = self._workers + self._networks - 1
        ahead: deque[tuple[BatchItem, Segmenting | None]] = deque()
        while True:
            while len(ahead) <= most and (item := next(rest, None)) is not None:
                ahead.append((item, None if item.is_video else self._begin(item, pools)))
            if not ahead:
                return
            self._stand(control)
            item, segmenting = ahead.popleft()
            if segmenting is None:
                self._do_video(item, control, pools.writer)
            else:
                self._do_picture(item, segmenting, pools.writer)
            self._settle(_WRITES_BEHIND)

    def _stand(self, control: JobControl) -> None:
        """Stand still while the run is paused; that time does not count for the rate."""
        if not control.is_paused:
            control.check()
            return
        begun_at = self._clock()
        control.check()
        self._stood_s += self._clock() - begun_at

    def _begin(self, item: BatchItem, pools: _Pools) -> Segmenting:
        """Return what waits for a picture and its segmentation, or makes it when it is called."""
        reading = pools.readers.submit(self._stages.read, item)

        def segment() -> tuple[Image, Segmentation]:
            image = reading.result()
            return image, self._stages.segment(item, image)

        return segment if self._networks == 1 else pools.networks.submit(segment).result

    def _do_picture(
        self, item: BatchItem, segmenting: Segmenting, writer: ThreadPoolExecutor
    ) -> None:
        try:
            image, segmentation = segmenting()
        except CancelledError:
            raise
        except Exception as error:  # noqa: BLE001 - one bad file does not stop the run
            self._end(item, _failed(item, error))
            return
        writing = writer.submit(self._stages.write, item, image, segmentation, None)
        self._writing.append((item, writing))

    def _settle(self, most: int) -> None:
        """Wait until at most so many pictures are being written."""
        while len(self._writing) > most:
            item, writing = self._writing.popleft()
            try:
                done = writing.result()
            except StorageFullError:
                raise
            except Exception as error:  # noqa: BLE001 - one bad file does not stop the run
                done = _failed(item, error)
            self._end(item, done)

    def _end(self, item: BatchItem, done: DoneItem) -> None:
        self._done += 1
        self._failed += bool(done.error)
        self._on_done(item, done)
        self._ended_at.append(self._clock() - self._stood_s)
        self._tell(done.relative)

    def _tell(self, name: str) -> None:
        span = self._ended_at[-1] - self._ended_at[0] if len(self._ended_at) > 1 else 0.0
        rate = (len(self._ended_at) - 1) / span if span > 0 else 0.0
        left_s = (self._total - self._done) / rate if rate else None
        self._on_progress(BatchProgress(self._done, self._total, self._failed, name, rate, left_s))

    # -------------------------------------------------------------------------------------- videos

    def _do_video(self, item: BatchItem, control: JobControl, writer: ThreadPoolExecutor) -> None:
        """Do a video: its frames are written in order, one at a time, as a film needs them."""
        name = item.relative.as_posix()
        count = 0
        writing: Future[DoneItem] | None = None
        try:
            with contextlib.closing(_Ahead(self._stages.frames(item))) as frames:
                for count, image in enumerate(frames, 1):
                    self._stand(control)
                    segmentation = self._stages.segment(item, image)
                    if writing is not None:
                        writing.result()
                    writing = writer.submit(
                        self._stages.write, item, image, segmentation, count - 1
                    )
                    self._tell(f"{name}, {count}")
            if writing is not None:
                writing.result()
            done = self._stages.end(item, count)
        except Exception as error:
            _finish(writing)
            self._stages.drop(item)
            if isinstance(error, (CancelledError, StorageFullError)):
                raise
            done = _failed(item, error)
        self._end(item, done)


def _failed(item: BatchItem, error: Exception) -> DoneItem:
    """Return what is noted of an item that failed: the error's sentence, or that there was one."""
    message = error.message if isinstance(error, EngineError) else SOMETHING_WENT_WRONG
    if not isinstance(error, EngineError):
        _logger.error("%s failed", item.path, exc_info=error)
    return DoneItem(item.relative.as_posix(), error=message)


def _finish(writing: Future[DoneItem] | None) -> None:
    """Wait for a frame that is being written; its own error is not the first one."""
    if writing is not None:
        writing.exception()


class _Ahead:
    """Takes from an iterator in a thread of its own, a few items ahead."""

    def __init__(self, source: Iterator[Image]) -> None:
        self._source = source
        self._queue: queue.Queue[Image | BaseException | None] = queue.Queue(_FRAMES_AHEAD)
        self._is_closed = threading.Event()
        self._thread = threading.Thread(target=self._run, name="layerscope-frames", daemon=True)
        self._thread.start()

    def __iter__(self) -> Iterator[Image]:
        while (entry := self._queue.get()) is not None:
            if isinstance(entry, BaseException):
                raise entry
            yield entry

    def close(self) -> None:
        """Stop taking, and wait for the thread."""
        self._is_closed.set()
        while self._thread.is_alive():
            with contextlib.suppress(queue.Empty):
                self._queue.get(timeout=0.05)
        self._thread.join()

    def _run(self) -> None:
        last: BaseException | None = None
        try:
            for entry in self._source:
                self._queue.put(entry)
                if self._is_closed.is_set():
                    return
        except Exception as error:  # noqa: BLE001 - raised again where the frames are used
            last = error
        finally:
            close = getattr(self._source, "close", None)
            if close is not None:
                close()
        self._queue.put(last)
        if last is not None:
            self._queue.put(None)
