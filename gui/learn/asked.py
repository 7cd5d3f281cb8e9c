"""What a training is asked for, and what is remembered of it."""

from __future__ import annotations

import dataclasses
import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.values import DeviceRequest, TrainRequest, TrainSettings
from gui import settings as keys

if TYPE_CHECKING:
    from gui.settings import Settings

__all__ = ["TrainAsked", "began", "keep_begun", "store_train", "train_asked"]

MOST_BEGUN = 8


@dataclass(frozen=True, slots=True)
class TrainAsked:
    """What stands in the form.

    Attributes
    ----------
    data, format
        The set; "" where none was chosen, "auto" = the form of its masks is found out.
    name, out
        Of the model's file, and its folder; "" where none was chosen.
    licence
        Of the data; "" = not known.
    settings
        How it is trained.
    threads
        Of the processor.
    """

    data: str = ""
    format: str = "auto"
    name: str = ""
    out: str = ""
    licence: str = ""
    settings: TrainSettings = field(default_factory=TrainSettings)
    threads: int = 1

    @property
    def model(self) -> Path:
        """The file that it would write."""
        return Path(self.out) / f"{self.name or 'model'}.safetensors"

    def with_set(self, data: str, form: str) -> TrainAsked:
        """Return it for another set; name and folder follow where they were suggested."""
        made = dataclasses.replace(self, data=data, format=form)
        if data != self.data and self._is_suggested:
            made = dataclasses.replace(made, name="", out="")
        return made.suggested()

    def suggested(self) -> TrainAsked:
        """Return it with a name and a folder that are free, where none was chosen or it is taken.

        The folder stands beside the set, or in the person's own where that cannot be written to.
        """
        if not self.data or (self.out and not self.model.exists()):
            return self
        name, out = _usual(self.data)
        made = dataclasses.replace(self, name=self.name or name, out=out)
        number = 2
        while made.model.exists():
            made = dataclasses.replace(made, out=f"{out}-{number}")
            number += 1
        return made

    @property
    def _is_suggested(self) -> bool:
        """Whether name and folder are those that were suggested for the set."""
        if not self.data:
            return False
        name, out = _usual(self.data)
        return self.name == name and (self.out == out or self.out.startswith(f"{out}-"))

    def request(self, device: DeviceRequest) -> TrainRequest:
        """Return it as the engine is asked, on a device."""
        return TrainRequest(
            data=Path(self.data),
            out=Path(self.out),
            name=self.name,
            format=self.format,
            settings=self.settings,
            device=dataclasses.replace(device, threads=self.threads),
            licence=self.licence,
        )


def _usual(data: str) -> tuple[str, str]:
    """Return the name and the folder that are suggested for a set."""
    path = Path(data)
    name = path.stem if path.is_file() else path.name
    parent = path.parent if os.access(path.parent, os.W_OK) else Path.home()
    return name, str(parent / f"{name}-model")


def train_asked(settings: Settings) -> TrainAsked:
    """Return what was asked for last."""
    return TrainAsked(
        data=settings.get(keys.TRAIN_DATA),
        format=settings.get(keys.TRAIN_FORMAT) or "auto",
        name=settings.get(keys.TRAIN_NAME),
        out=settings.get(keys.TRAIN_OUT),
        licence=settings.get(keys.TRAIN_LICENCE),
        settings=_settings_from(_parsed(settings.get(keys.TRAIN_SETTINGS))),
        threads=settings.get(keys.TRAIN_THREADS),
    )


def store_train(settings: Settings, asked: TrainAsked) -> None:
    """Remember it."""
    settings.set(keys.TRAIN_DATA, asked.data)
    settings.set(keys.TRAIN_FORMAT, asked.format)
    settings.set(keys.TRAIN_NAME, asked.name)
    settings.set(keys.TRAIN_OUT, asked.out)
    settings.set(keys.TRAIN_LICENCE, asked.licence)
    settings.set(keys.TRAIN_SETTINGS, json.dumps(dataclasses.asdict(asked.settings)))
    settings.set(keys.TRAIN_THREADS, asked.threads)


def keep_begun(settings: Settings, asked: TrainAsked) -> None:
    """Remember how a training was begun, on the disk: it may be killed."""
    line = json.dumps(dataclasses.asdict(asked))
    others = [it for it in settings.get(keys.TRAIN_BEGUN) if _parsed(it).get("out") != asked.out]
    settings.set(keys.TRAIN_BEGUN, (line, *others)[:MOST_BEGUN])
    settings.sync()


def began(settings: Settings, out: str) -> TrainAsked | None:
    """Return how the training in a folder was begun, or None where that is not known."""
    for line in settings.get(keys.TRAIN_BEGUN):
        fields = _parsed(line)
        if fields.get("out") == out:
            return _asked_from(fields)
    return None


def _asked_from(fields: dict[str, Any]) -> TrainAsked | None:
    texts = {name: fields.get(name) for name in ("data", "format", "name", "out", "licence")}
    threads = fields.get("threads")
    if not all(isinstance(it, str) for it in texts.values()) or type(threads) is not int:
        return None
    settings = fields.get("settings")
    made = _settings_from(settings if isinstance(settings, dict) else {})
    return TrainAsked(**texts, settings=made, threads=max(1, threads))  # type: ignore[arg-type]  # checked above


def _parsed(line: str) -> dict[str, Any]:
    try:
        fields = json.loads(line or "{}")
    except (ValueError, RecursionError):
        return {}
    return fields if isinstance(fields, dict) else {}


def _settings_from(fields: dict[str, Any]) -> TrainSettings:
    """Return settings in which what makes no sense, or was not known before, is as at first."""
    made = TrainSettings()
    for one in dataclasses.fields(TrainSettings):
        value, default = fields.get(one.name), getattr(made, one.name)
        if type(value) is int and type(default) is float:
            value = float(value)
        if type(value) is not type(default):
            continue
        try:
            made = dataclasses.replace(made, **{one.name: value})  # type: ignore[arg-type]  # of the field's own type
        except ValueError:
            continue
    return made
