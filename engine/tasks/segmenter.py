"""Segment pictures one by one without a window: for batches, the command line and notebooks."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

from engine.errors import ModelError
from engine.jobs import JobControl
from engine.models import loading, registry
from engine.models import weights as weights_store
from engine.session import Session
from engine.values import DeviceRequest, Frame, SegmentSettings, WeightsChoice

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from engine.models.loading import LoadedModel
    from engine.models.spec import ModelSpec, Task
    from engine.values import Category, Segmentation

__all__ = ["Segmenter"]

_NOT_INSTALLED = (
    "The weights of {} come with the {}, which is not installed; type: {}, or choose {}."
)
_DOWNLOADED = "maskrcnn_resnet50_fpn"


class Segmenter:
    """A network that segments, ready for pictures. One thread at a time.

    Parameters
    ----------
    session
        With a network that segments.
    spec
        The network's.
    loaded
        The network itself.

    Examples
    --------
    >>> segmenter = Segmenter.load(task="instance")   # doctest: +SKIP
    >>> for item in segmenter.segment(picture).items:   # doctest: +SKIP
    ...     item.category, item.score, item.region.area
    """

    def __init__(self, session: Session, spec: ModelSpec, loaded: LoadedModel) -> None:
        self._session = session
        self._spec = spec
        self._loaded = loaded
        self._settings = SegmentSettings()
        self._count = 0
        self.weights_sha256 = _sha256(spec, is_random=self.is_random)

    @classmethod
    def load(  # noqa: PLR0913 - all but the network have defaults that fit
        cls,
        model: str | None = None,
        task: Task = "instance",
        settings: SegmentSettings | None = None,
        device: DeviceRequest | None = None,
        *,
        weights: WeightsChoice = WeightsChoice.PUBLISHED,
        control: JobControl | None = None,
    ) -> Segmenter:
        """Load a network.

        Parameters
        ----------
        model
            Its name in the registry; None = the task's default.
        task
            "instance" or "semantic"; only where no name is given.
        settings
            Which answers count; see `set_settings`.
        device
            Where it runs; None = wherever it is fastest.
        weights
            Published ones, or random ones, whose answers mean nothing.
        control
            Hears how far the download is, and may cancel it.

        Raises
        ------
        ModelError
            There is no such network, it does not segment, or it cannot be loaded.
        DeviceError
            There is no such device, or no memory for the network.
        CancelledError
            `control` was cancelled.
        """
        spec = registry.spec(model or registry.default_model(task))
        if spec.head is None:
            raise ModelError(
                f"{spec.title} does not segment; choose a network that does, such as "
                f"{registry.default_model('instance')} or {registry.default_model('semantic')}."
            )
        if weights is WeightsChoice.PUBLISHED:
            _check_extra(spec)
        session = Session()
        session.set_device(device or DeviceRequest())
        loaded = loading.load(spec.name, weights, control or JobControl())
        session.adopt(loaded)
        segmenter = cls(session, spec, loaded)
        segmenter.set_settings(settings or SegmentSettings())
        return segmenter

    def beside(self, device: DeviceRequest) -> Segmenter:
        """Return the same network with the same settings for another thread.

        The weights are shared, so both must run on the same device; no thread may be segmenting
        meanwhile.
        """
        session = Session()
        session.set_device(device)
        session.adopt(self._loaded)
        other = Segmenter(session, self._spec, self._loaded)
        other.set_settings(self._settings)
        return other

    def fuse(self) -> None:
        """Put the network's operations together where it runs on the CPU in full precision.

        It answers the same but for rounding, and takes less time; see `engine.models.fusing`.
        """
        info = self._session.info
        if info is None or (info.device.name, info.device.precision) != ("cpu", "float32"):
            return
        from engine.models.fusing import fused  # noqa: PLC0415 - only for many pictures

        preprocessing = self._spec.preprocessing
        module = fused(
            self._loaded.module,
            preprocessing.input_size,
            has_any_size=preprocessing.whole is not None,
        )
        if module is not self._loaded.module:
            self._loaded = replace(self._loaded, module=module)
            self._session.adopt(self._loaded)

    @property
    def network_name(self) -> str:
        """The network's name in the registry."""
        return self._spec.name

    @property
    def title(self) -> str:
        """The network's name, for showing."""
        return self._spec.title

    @property
    def licence(self) -> str:
        """Of the weights; empty where they are random."""
        return self._spec.weights.licence if self._spec.weights and not self.is_random else ""

    @property
    def is_random(self) -> bool:
        """Whether the weights are random and the answers mean nothing."""
        return self._session.info is not None and self._session.info.is_random

    @property
    def categories(self) -> tuple[Category, ...]:
        """All that the network knows, in order of id."""
        return self._spec.head().categories if self._spec.head else ()

    def set_settings(self, settings: SegmentSettings) -> None:
        """Choose which answers count from now on."""
        self._settings = settings
        self._session.set_segmentation(settings)

    def segment(self, image: NDArray[np.uint8], name: str | None = None) -> Segmentation:
        """Segment a picture.

        Parameters
        ----------
        image : ndarray, (H, W, 3), uint8
            RGB.
        name
            Of the video or camera that the picture is the next of, where objects are to keep their
            numbers from one to the next; None = the picture stands alone.

        Returns
        -------
        Instances or LabelMap
            By the network's task, and `SegmentSettings.as_`.

        Raises
        ------
        ModelError
            The network fails on it.
        DeviceError
            There is not enough memory, not even on the CPU.
        """
        self._count += 1
        alone = f"picture {self._count}"
        result = self._session.process(Frame(image, self._count, name=name or alone))
        if result.segmentation is None:
            raise ModelError(f"{self.title} gave no segmentation; choose another network.")
        return result.segmentation

    def close(self) -> None:
        """Let go of the network."""
        self._session.close()


def _check_extra(spec: ModelSpec) -> None:
    """See that a package is there whose weights come with an extra.

    Raises
    ------
    ModelError
        It is not.
    """
    if spec.weights and spec.weights.is_packaged and not weights_store.is_local(spec.weights):
        raise ModelError(
            _NOT_INSTALLED.format(
                spec.title, spec.weights.source, spec.weights.how_to_install, _DOWNLOADED
            )
        )


def _sha256(spec: ModelSpec, *, is_random: bool) -> str:
    """Return all 64 digits of the weights file's checksum, or nothing where there is no file."""
    if is_random or spec.weights is None:
        return ""
    path = weights_store.local_path(spec.weights)
    if path is None:
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
