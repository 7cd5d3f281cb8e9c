"""What all formats share: where files go, which may be replaced, what is remembered."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from engine.errors import ExportError
from engine.export.atomic import atomic_path
from engine.export.masks.contract import ExportOptions, Policy, Written
from engine.export.masks.journal import Journal, made
from engine.export.masks.names import Names

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from engine.export.masks.contract import SegmentedPicture

__all__ = ["Output", "Plan", "Writer"]

Write: TypeAlias = "Callable[[Path], None]"


@dataclass(frozen=True, slots=True)
class Output:
    """One file: where it goes below the folder, and what writes it to a path."""

    path: PurePosixPath
    write: Write


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be written for one picture.

    Attributes
    ----------
    outputs
        Its own files.
    data
        What files of many pictures need of it, as JSON has it.
    notes
        What is not kept as it was, a sentence each.
    """

    outputs: tuple[Output, ...] = ()
    data: dict[str, Any] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


class Writer(ABC):
    """A format, but for what makes it one: `plan` a picture, and `finals` for all of them."""

    name: ClassVar[str]
    title: ClassVar[str]
    _folder: Path
    _options: ExportOptions
    _names: Names
    _journal: Journal

    @abstractmethod
    def plan(self, picture: SegmentedPicture, stem: PurePosixPath) -> Plan:
        """Say what to write for a picture; `stem` is the path of its files without a suffix."""

    def finals(self, suffix: str) -> tuple[Output, ...]:
        """Say which files hold many pictures; `suffix` belongs at the end of their stems."""
        del suffix
        return ()

    def begin(self, folder: Path, options: ExportOptions) -> None:
        """See `MaskWriter`."""
        self._folder, self._options = made(folder), options
        self._names = Names(folder)
        self._journal = Journal(
            folder,
            self.name,
            is_continued=options.is_continued,
            is_reopened=options.is_reopened,
        )
        self._place(lambda number: self.finals(_behind(number)), self._journal.own(""))

    def add(self, picture: SegmentedPicture) -> Written:
        """See `MaskWriter`."""
        name = str(picture.name)
        self._journal.know(picture.segmentation.categories)
        stem = self._names.stem(picture.name)
        plan = self.plan(picture, stem)
        number = self._place(
            lambda k: self.plan(picture, _numbered(stem, k)).outputs if k > 1 else plan.outputs,
            self._journal.own(name),
        )
        if number > 1:
            plan = self.plan(picture, _numbered(stem, number))
        record = {"stem": str(_numbered(stem, number)), "data": plan.data}
        files = self._write(name, plan.outputs, record)
        return Written(files, plan.notes)

    def write_all(self) -> tuple[Path, ...]:
        """See `MaskWriter`."""
        number = self._place(lambda k: self.finals(_behind(k)), self._journal.own(""))
        return self._write("", self.finals(_behind(number)), {})

    def end(self) -> None:
        """See `MaskWriter`."""
        self._journal.close()

    def finish(self) -> tuple[Path, ...]:
        """See `MaskWriter`."""
        files = self.write_all()
        self.end()
        return files

    # --------------------------------------------------------------------------------- private

    def _place(self, outputs: Callable[[int], tuple[Output, ...]], own: dict[str, Any]) -> int:
        """Return the first number behind a name with which no file is in the way."""
        mine = set(own.get("files", ()))
        number = 1
        while True:
            wanted = [str(output.path) for output in outputs(number)]
            taken = [p for p in wanted if p not in mine and (self._folder / p).exists()]
            if not taken or self._options.policy is Policy.OVERWRITE:
                return number
            if self._options.policy is Policy.REFUSE:
                raise ExportError(
                    f"“{self._folder / taken[0]}” exists already; choose another folder, or allow "
                    "overwriting or numbers behind the names."
                )
            number += 1

    def _write(
        self, name: str, outputs: tuple[Output, ...], record: dict[str, Any]
    ) -> tuple[Path, ...]:
        earlier = set(self._journal.own(name).get("files", ()))
        wanted = [str(output.path) for output in outputs]
        is_free_to = self._options.policy is Policy.OVERWRITE
        if outputs:
            # Said before it is done: after a crash in between, these files are known to be ours.
            self._journal.write(name, {"files": sorted(earlier | set(wanted))})
        for output in outputs:
            target = self._folder / output.path
            made(target.parent)
            may_replace = is_free_to or str(output.path) in earlier
            with atomic_path(target, overwrite=may_replace) as part:
                output.write(part)
        for gone in earlier - set(wanted):
            (self._folder / gone).unlink(missing_ok=True)
        self._journal.write(name, {"files": wanted, "is_done": True, **record})
        return tuple(self._folder / path for path in wanted)


def _behind(number: int) -> str:
    return f"_{number}" if number > 1 else ""


def _numbered(stem: PurePosixPath, number: int) -> PurePosixPath:
    return stem.with_name(stem.name + _behind(number))
