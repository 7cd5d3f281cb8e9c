"""A camera of this machine, through OpenCV."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from engine.errors import SourceError
from engine.sources.base import SetMirror, SetPlaying, SourceInfo
from engine.sources.deep import quiet_opencv
from engine.sources.state import Pacer, SourceBase
from engine.values import Frame

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from engine.sources.base import SourceCommand, SourceSpec

__all__ = ["CameraInfo", "CameraSource", "Capture", "create", "list_cameras"]

_FAILURES_UNTIL_LOST = 5


@dataclass(frozen=True, slots=True)
class CameraInfo:
    """A camera that is plugged in."""

    index: int
    backend: int
    """OpenCV's capture API (`cv2.CAP_*`)."""
    name: str
    path: str
    """The system's name for the device, which stays when indices move."""


class Capture(Protocol):
    """The part of `cv2.VideoCapture` that is used."""

    def isOpened(self) -> bool:  # noqa: N802 - OpenCV's name
        """Whether it could be opened."""
        ...

    def read(self) -> tuple[bool, Any]:
        """Wait for a picture."""
        ...

    def set(self, propId: int, value: float) -> bool:  # noqa: N803 - OpenCV's name
        """Ask for a property."""
        ...

    def get(self, propId: int) -> float:  # noqa: N803 - OpenCV's name
        """Read a property."""
        ...

    def release(self) -> None:
        """Let go of the device."""
        ...


def list_cameras() -> tuple[CameraInfo, ...]:
    """List the cameras that are plugged in, by index; empty where none can be found.

    One capture API of each system is asked, so that no camera stands there twice.
    """
    import cv2  # noqa: PLC0415 - loads when first needed
    from cv2_enumerate_cameras import enumerate_cameras  # noqa: PLC0415 - loads when first needed

    backends = {"win32": cv2.CAP_DSHOW, "darwin": cv2.CAP_AVFOUNDATION}
    try:
        found = enumerate_cameras(backends.get(sys.platform, cv2.CAP_V4L2))
    except (OSError, NotImplementedError, RuntimeError):
        return ()
    cameras = {
        CameraInfo(camera.index, camera.backend, camera.name or "", camera.path or "")
        for camera in found
    }
    return tuple(sorted(cameras, key=lambda camera: (camera.index, camera.path)))


def _open_capture(index: int, backend: int) -> Capture:
    import cv2  # noqa: PLC0415 - loads when first needed

    quiet_opencv()
    return cv2.VideoCapture(index, backend)


class CameraSource(SourceBase):
    """Show what a camera sees.

    Paused, it goes on reading and throws the pictures away, so that it is fresh when it plays.

    Parameters
    ----------
    spec
        Index, capture API, requested size, mirroring.
    open_capture, find_cameras, pacer
        Replaced in tests.
    """

    is_recoverable = True

    def __init__(
        self,
        spec: SourceSpec,
        *,
        open_capture: Callable[[int, int], Capture] = _open_capture,
        find_cameras: Callable[[], tuple[CameraInfo, ...]] = list_cameras,
        pacer: Pacer | None = None,
    ) -> None:
        super().__init__()
        self._spec = spec
        self._is_mirrored = spec.is_mirrored
        self._open_capture = open_capture
        self._find_cameras = find_cameras
        self._pacer = pacer or Pacer()
        self._capture: Capture | None = None
        self._failures = 0
        self._count = 0
        self._title = "Camera"

    def open(self) -> SourceInfo:
        """Open the device.

        Raises
        ------
        SourceError
            It is not there, or another program uses it.
        """
        self.close()
        if not self._spec.location.isdecimal():
            raise SourceError("A camera is chosen by its number; write camera:0, camera:1 ...")
        number = int(self._spec.location)
        capture = self._open_capture(number, self._spec.backend)
        if not capture.isOpened():
            capture.release()
            raise SourceError(
                f"Camera {number} cannot be opened; check that it is plugged in and that no other"
                " program uses it."
            )
        self._capture = capture
        self._failures = 0
        self._title = self._find_name(number)
        self.info = self._request_size(capture)
        return self.info

    def read(self) -> Frame | None:
        """Return the next picture; None when there is none, or when it is paused.

        Raises
        ------
        SourceError
            Several reads in a row failed: it was unplugged.
        """
        if self._capture is None:
            return None
        is_read, image = self._capture.read()
        if not is_read or image is None or not image.size:
            self._failures += 1
            if self._failures >= _FAILURES_UNTIL_LOST:
                raise SourceError(
                    f"{self._title} gives no pictures any more; plug it in again, it is picked up"
                    " by itself."
                )
            self._pacer.idle()
            return None
        self._failures = 0
        if not self.is_playing:
            return None
        frame = Frame(self._to_rgb(image), self._count, self._pacer.now(), self._title)
        self._count += 1
        return frame

    def handle(self, command: SourceCommand) -> None:
        """Play, pause, mirror."""
        match command:
            case SetPlaying(is_playing):
                self.is_playing = is_playing
            case SetMirror(is_mirrored):
                self._is_mirrored = is_mirrored
            case _:
                pass

    def close(self) -> None:
        """Let go of the device."""
        if self._capture is not None:
            self._capture.release()
            self._capture = None

    def _to_rgb(self, image: NDArray[Any]) -> NDArray[np.uint8]:
        import cv2  # noqa: PLC0415 - loads when first needed

        if image.ndim == 2 or image.shape[2] == 1:
            code = cv2.COLOR_GRAY2RGB
        else:
            code = cv2.COLOR_BGR2RGB if image.shape[2] == 3 else cv2.COLOR_BGRA2RGB
        picture = cv2.cvtColor(image, code)
        if self._is_mirrored:
            picture = cv2.flip(picture, 1)
        return np.asarray(picture, np.uint8)

    def _find_name(self, number: int) -> str:
        backend = self._spec.backend
        for camera in self._find_cameras():
            if camera.index == number and backend in {0, camera.backend} and camera.name:
                return camera.name
        return f"Camera {number}"

    def _request_size(self, capture: Capture) -> SourceInfo:
        import cv2  # noqa: PLC0415 - loads when first needed

        if self._spec.width > 0 and self._spec.height > 0:
            capture.set(cv2.CAP_PROP_FRAME_WIDTH, self._spec.width)
            capture.set(cv2.CAP_PROP_FRAME_HEIGHT, self._spec.height)
        width = int(capture.get(cv2.CAP_PROP_FRAME_WIDTH))
        height = int(capture.get(cv2.CAP_PROP_FRAME_HEIGHT))
        fps = capture.get(cv2.CAP_PROP_FPS)
        rate = fps if 0 < fps < 1000 else None
        return SourceInfo(self._title, max(width, 0), max(height, 0), None, rate, can_play=True)


def create(spec: SourceSpec) -> CameraSource:
    """Make the source for `spec`."""
    return CameraSource(spec)
