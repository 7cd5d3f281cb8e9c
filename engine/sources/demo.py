"""The demo: scikit-image's photos under a slow pan and zoom, so that live shows with no camera."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from engine.errors import SourceError
from engine.sources.base import Seek, SetPlaying, SourceInfo, Step
from engine.sources.decode import read_picture
from engine.sources.state import Pacer, SourceBase
from engine.values import Frame

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from engine.sources.base import SourceCommand, SourceSpec

__all__ = [
    "FADE_FRAMES", "FPS", "PHOTOS", "PHOTO_FRAMES", "DemoSource", "Photo", "create", "photo_files",
]  # fmt: skip

WIDTH, HEIGHT = 640, 480
FPS = 60.0
"""The engine takes the newest: the more often one comes, the less it has aged by then."""
PHOTO_FRAMES = 360
"""Frames from one photo's beginning to the next one's: 6 s."""
FADE_FRAMES = 30
"""Over so many frames a photo fades into the next."""


@dataclass(frozen=True, slots=True)
class View:
    """A window onto a photo: its centre as shares of width and height, and its magnification.

    At zoom 1 it is the largest window of the output's proportions that fits.
    """

    x: float
    y: float
    zoom: float


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo of the wheel of scikit-image, and the window's way over it."""

    file: str
    start: View
    end: View

    @property
    def name(self) -> str:
        """The photo's name."""
        return Path(self.file).stem


PHOTOS = (
    Photo("astronaut.png", View(0.5, 0.4, 1.02), View(0.44, 0.3, 1.45)),
    Photo("chelsea.png", View(0.52, 0.4, 1.4), View(0.5, 0.5, 1.02)),
    Photo("coffee.png", View(0.48, 0.5, 1.05), View(0.52, 0.5, 1.5)),
    Photo("rocket.jpg", View(0.5, 0.62, 1.45), View(0.5, 0.5, 1.02)),
    Photo("motorcycle_left.png", View(0.45, 0.5, 1.02), View(0.55, 0.55, 1.35)),
    Photo("motorcycle_right.png", View(0.6, 0.55, 1.35), View(0.5, 0.5, 1.02)),
)


class DemoSource(SourceBase):
    """Endless pan and zoom over the photos; step and seek go from photo to photo.

    Parameters
    ----------
    photos
        What to show.
    pacer
        Replaced in tests.
    """

    def __init__(self, photos: tuple[Photo, ...] = PHOTOS, *, pacer: Pacer | None = None) -> None:
        super().__init__()
        self._photos = photos
        self._pacer = pacer or Pacer()
        self._images: dict[int, NDArray[np.uint8]] = {}
        self._position = 0
        self._is_moved = True
        self._due = 0.0

    def open(self) -> SourceInfo:
        """Find the photos; raises `SourceError` where scikit-image's are not installed."""
        self._images.clear()
        self._picture(0)
        self._due = self._pacer.now()
        self.info = SourceInfo(
            "Demo",
            WIDTH,
            HEIGHT,
            fps=FPS,
            names=tuple(photo.name for photo in self._photos),
            can_seek=True,
            can_play=True,
        )
        return self.info

    def read(self) -> Frame | None:
        """Return the next frame when it is due."""
        if not (self.is_playing or self._is_moved):
            self._pacer.idle()
            return None
        if not self._is_moved and not self._pacer.is_due(self._due):
            return None
        frame = self.frame_at(self._position)
        self.index = self._photo_at(self._position)
        self._position += 1
        self._is_moved = False
        now = self._pacer.now()
        # After a long halt it goes on from now instead of racing to catch up.
        self._due = self._due + 1 / FPS if now - self._due < 0.25 else now + 1 / FPS
        return frame

    def handle(self, command: SourceCommand) -> None:
        """Play, pause, and go to a photo."""
        match command:
            case SetPlaying(is_playing):
                self.is_playing = is_playing
                self._due = self._pacer.now()
            case Step(delta):
                # From the photo that is about to be shown, so that steps in a row add up.
                shown = self._photo_at(self._position) if self._is_moved else self.index
                self._show_photo(shown + delta)
            case Seek(index):
                self._show_photo(min(max(index, 0), len(self._photos) - 1))
            case _:
                pass

    def close(self) -> None:
        """Let go of the photos."""
        self._images.clear()

    def frame_at(self, position: int) -> Frame:
        """Draw frame `position`; the same number always gives the same pixels.

        Returns
        -------
        Frame
            (480, 640, 3) uint8 RGB, named after the photo that is seen most.
        """
        slot, local = divmod(position, PHOTO_FRAMES)
        image = self._draw(slot, local)
        if slot and local < FADE_FRAMES:
            image = self._fade(slot, local, image)
        name = self._photos[self._photo_at(position)].name
        return Frame(image, position, name=name)

    def _photo_at(self, position: int) -> int:
        slot, local = divmod(position, PHOTO_FRAMES)
        is_before = slot > 0 and 2 * (local + 1) < FADE_FRAMES + 1
        return (slot - is_before) % len(self._photos)

    def _show_photo(self, photo: int) -> None:
        photo %= len(self._photos)
        # Behind the fade, so that it is seen at once; the first photo has none at the beginning.
        self._position = photo * PHOTO_FRAMES + (FADE_FRAMES if photo else 0)
        self._is_moved = True

    def _fade(self, slot: int, local: int, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        import cv2  # noqa: PLC0415 - loads when first needed

        share = (local + 1) / (FADE_FRAMES + 1)
        before = self._draw(slot - 1, PHOTO_FRAMES + local)
        return np.asarray(cv2.addWeighted(image, share, before, 1 - share, 0), np.uint8)

    def _draw(self, slot: int, local: int) -> NDArray[np.uint8]:
        import cv2  # noqa: PLC0415 - loads when first needed

        number = slot % len(self._photos)
        photo, image = self._photos[number], self._picture(number)
        matrix = window_matrix(photo, image.shape[1], image.shape[0], progress(local))
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        drawn = cv2.warpAffine(
            image, matrix, (WIDTH, HEIGHT), flags=flags, borderMode=cv2.BORDER_REPLICATE
        )
        return np.asarray(drawn, np.uint8)

    def _picture(self, number: int) -> NDArray[np.uint8]:
        if number not in self._images:
            self._images[number] = read_picture(_data_folder() / self._photos[number].file)
        return self._images[number]


def progress(local: int) -> float:
    """Eased share 0..1 of a photo's way at its frame `local` (smoothstep: no jerk at the ends)."""
    share = min(max(local / (PHOTO_FRAMES + FADE_FRAMES - 1), 0.0), 1.0)
    return share * share * (3 - 2 * share)


def window_matrix(photo: Photo, width: int, height: int, share: float) -> NDArray[np.float64]:
    """Return the (2, 3) matrix from output pixels to pixels of a `width` x `height` photo."""
    start, end = photo.start, photo.end
    # Zoom as a power: equal shares look like equal steps.
    zoom = start.zoom * (end.zoom / start.zoom) ** share
    scale = min(width / WIDTH, height / HEIGHT) / zoom
    half_width, half_height = scale * WIDTH / 2, scale * HEIGHT / 2
    x = (start.x + (end.x - start.x) * share) * width
    y = (start.y + (end.y - start.y) * share) * height
    # Keep the window inside the photo; pixel centres lie at halves.
    x = min(max(x, half_width), width - half_width)
    y = min(max(y, half_height), height - half_height)
    left, top = x - half_width + scale / 2 - 0.5, y - half_height + scale / 2 - 0.5
    return np.array([[scale, 0.0, left], [0.0, scale, top]])


def photo_files() -> tuple[Path, ...]:
    """Return where the photos are, in their order.

    Raises
    ------
    SourceError
        They are not installed.
    """
    return tuple(_data_folder() / photo.file for photo in PHOTOS)


def _data_folder() -> Path:
    # Found without importing the package.
    found = importlib.util.find_spec("skimage")
    places = found.submodule_search_locations if found is not None else None
    if not places:
        raise SourceError("The demo's photos are missing; install scikit-image.")
    return Path(places[0], "data")


def create(spec: SourceSpec) -> DemoSource:  # noqa: ARG001 - every source is made alike
    """Make the source for `spec`."""
    return DemoSource()
