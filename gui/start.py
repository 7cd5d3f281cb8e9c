"""Put window, bridge and threads together, and start them once the window is on the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from engine.commands import ListModels, SetDevice
from engine.events import Severity
from engine.mailbox import Tee
from engine.sources.base import SourceKind, SourceSpec
from engine.sources.thread import SourceThread
from engine.thread import EngineThread
from engine.values import DeviceRequest
from gui import settings as keys
from gui.backend import Backend
from gui.bridge import EngineBridge
from gui.main_window import MainWindow
from gui.remembered import device_request

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.values import Frame, ModelInfo
    from gui.settings import Settings

__all__ = ["build_window"]


def build_window(
    settings: Settings,
) -> tuple[MainWindow, Callable[[str, str, tuple[str, ...]], None]]:
    """Make the window and what lies behind it.

    Returns
    -------
    window
        Not yet shown.
    start
        To be called once the window is shown, with the source, the network and the layers that
        the command line names (empty = what was used last). Source and engine, and the large
        libraries with them, start when the window has been painted: their imports would hold
        the painting up.
    """
    bridge = EngineBridge()
    engine = EngineThread(bridge.tell_event, bridge.nudge)
    bridge.listen(engine.results)
    frames: Tee[Frame] = Tee(engine.frames, bridge.previews)
    source = SourceThread(frames, bridge.tell_status)

    def stop() -> bool:
        is_source_ended = source.stop()
        return engine.stop() and is_source_ended

    backend = Backend(bridge, engine.post, source.open, source.send, stop)
    window = MainWindow(backend=backend, settings=settings)
    bridge.setParent(window)

    def start(where: str, model: str, layers: tuple[str, ...]) -> None:
        window.clock.when_painted(lambda: begin(where, model, layers))

    def begin(where: str, model: str, layers: tuple[str, ...]) -> None:
        source.start()
        last = _last_source(settings)
        if where:
            window.sources.open_text(where, otherwise=last)
        else:
            window.sources.open(last)
        if layers:
            _watch_when_ready(window, layers)
        _start_engine(window, engine, settings, model)

    return window, start


def _start_engine(window: MainWindow, engine: EngineThread, settings: Settings, model: str) -> None:
    request = device_request(settings)
    if request != DeviceRequest():
        engine.post(SetDevice(request))
    window.begin()
    window.models.load(model or settings.get(keys.MODEL))
    engine.post(ListModels())
    engine.start()


def _last_source(settings: Settings) -> SourceSpec:
    """Return what was open last; at first the demo."""
    last = settings.get(keys.LAST_SOURCE)
    return last[0] if last else SourceSpec(SourceKind.DEMO)


def _watch_when_ready(window: MainWindow, layers: tuple[str, ...]) -> None:
    """Watch the layers of the command line with the first network that is loaded."""

    def watch(info: ModelInfo) -> None:
        window.models.model_ready.disconnect(watch)
        missing = window.inspect.watch_named(layers)
        if missing:
            names = ", ".join(missing)
            text = QCoreApplication.translate(
                "start", "{network} has no layer {names}; choose one from the list of layers."
            ).format(network=info.card.title, names=names)
            window.notices.show_notice("layers", text, Severity.WARNING)

    window.models.model_ready.connect(watch)
