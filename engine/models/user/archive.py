"""Zip archives from strangers: their directory is checked before anything in them is read.

torch writes its archives without compression, so a member is a range of the file, and what its
directory says of sizes can be held against the file itself. Compressed members are read only up
to a limit.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.models.user.errors import ModelFileError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Archive", "Member"]

MAX_DIRECTORY_BYTES = 32 << 20
MAX_MEMBERS = 100_000
MAX_INFLATED_BYTES = 256 << 20
"""All compressed members together, once unpacked. Real ones are the source of TorchScript."""
MAX_RECORD_BYTES = 256 << 20
"""One member that is read into memory as a whole, such as a pickle or a graph."""

_LOCAL = struct.Struct("<4s5H3I2H")
_END = struct.Struct("<4s4H2IH")
_END64 = struct.Struct("<4sQ2H2I4Q")
_TAIL = _END.size + 0xFFFF + _END64.size + 20
_STORED, _DEFLATED = zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED


@dataclass(frozen=True, slots=True)
class Member:
    """One member.

    Attributes
    ----------
    name
        Without the folder that all members of the archive are in.
    size
        Unpacked, in bytes.
    start, packed_size
        Where its bytes are in the file, and how many.
    is_stored
        Whether it is not compressed.
    """

    name: str
    full_name: str
    size: int
    start: int
    packed_size: int
    is_stored: bool


class Archive:
    """A zip archive whose directory agrees with itself and with the file.

    Parameters
    ----------
    path
        A regular file.

    Raises
    ------
    ModelFileError
        It is damaged, or made to do harm.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = path.stat().st_size
        try:
            self.members = self._read_directory()
        except (zipfile.BadZipFile, struct.error, ValueError, NotImplementedError) as error:
            raise self._damaged() from error

    def has(self, name: str) -> bool:
        """Whether there is such a member."""
        return name in self.members

    def names(self, prefix: str = "") -> list[str]:
        """Return the names that begin so."""
        return [name for name in self.members if name.startswith(prefix)]

    def read(self, name: str) -> bytes:
        """Return a member's bytes.

        Raises
        ------
        ModelFileError
            There is none of this name, or it is larger than such a record ever is.
        """
        member = self.members.get(name)
        if member is None:
            raise ModelFileError(f"“{self.path.name}” lacks its part “{name}”; get the file again.")
        if member.size > MAX_RECORD_BYTES:
            raise self._refusal(f"its part “{name}” claims {member.size:,} bytes")
        with self.path.open("rb") as file:
            file.seek(member.start)
            content = file.read(member.packed_size)
        if not member.is_stored:
            try:
                content = zlib.decompressobj(-zlib.MAX_WBITS).decompress(content, member.size + 1)
            except zlib.error as error:
                raise self._damaged() from error
        if len(content) != member.size:
            raise self._damaged()
        return content

    def read_stored(self, name: str) -> bytearray:
        """Return the bytes of an uncompressed member, of any size: it is no larger than the file.

        Raises
        ------
        ModelFileError
            There is none of this name, or it is compressed.
        """
        member = self.members.get(name)
        if member is None or not member.is_stored:
            raise ModelFileError(f"“{self.path.name}” lacks its part “{name}”; get the file again.")
        content = bytearray(member.size)
        with self.path.open("rb") as file:
            file.seek(member.start)
            if file.readinto(content) != member.size:
                raise ModelFileError(f"“{self.path.name}” is incomplete; get the file again.")
        return content

    # ------------------------------------------------------------------------ the directory

    def _read_directory(self) -> dict[str, Member]:
        with self.path.open("rb") as file:
            file.seek(max(0, self.size - _TAIL))
            directory_size = _directory_size(file.read())
        if directory_size > min(MAX_DIRECTORY_BYTES, self.size):
            raise self._refusal(f"its directory claims {directory_size:,} bytes")
        with zipfile.ZipFile(self.path) as archive:
            infos = archive.infolist()
            directory_start = archive.start_dir
        if len(infos) > MAX_MEMBERS:
            raise self._refusal(f"it claims {len(infos):,} parts")
        self._check_sizes(infos)
        starts = [info.header_offset for info in infos]
        if starts and min(starts) > 0:
            # An archive in this one, whose own end is cut off; torch.export puts some into its own.
            raise zipfile.BadZipFile("it does not begin at the file's start")
        spans = self._spans(infos, directory_start)
        return self._named(infos, spans)

    def _check_sizes(self, infos: list[zipfile.ZipInfo]) -> None:
        inflated = 0
        for info in infos:
            if info.flag_bits & 1:
                raise self._refusal("it is encrypted")
            if info.compress_type not in {_STORED, _DEFLATED}:
                raise self._refusal("it is compressed in an unusual way")
            if info.compress_type == _STORED and info.file_size != info.compress_size:
                raise self._refusal(f"its part “{info.filename}” lies about its size")
            if info.compress_type == _DEFLATED:
                inflated += info.file_size
        if inflated > MAX_INFLATED_BYTES:
            raise self._refusal(f"it would unpack to {inflated:,} bytes")

    def _spans(self, infos: list[zipfile.ZipInfo], directory_start: int) -> dict[int, int]:
        """Return where each member's bytes begin; members that share bytes are refused."""
        starts: dict[int, int] = {}
        last_end = 0
        with self.path.open("rb") as file:
            for info in sorted(infos, key=lambda it: it.header_offset):
                if info.header_offset < last_end:
                    raise self._refusal("its parts overlap")
                file.seek(info.header_offset)
                header = _LOCAL.unpack(file.read(_LOCAL.size))
                if header[0] != b"PK\x03\x04":
                    raise zipfile.BadZipFile("no local header")
                if file.read(header[9]) != info.orig_filename.encode(
                    "utf-8" if info.flag_bits & 0x800 else "cp437"
                ):
                    raise self._refusal("its two lists of contents differ")
                starts[info.header_offset] = start = info.header_offset + 30 + sum(header[9:11])
                last_end = start + info.compress_size
        if last_end > directory_start:
            raise zipfile.BadZipFile("members reach into the directory")
        return starts

    def _named(self, infos: list[zipfile.ZipInfo], starts: dict[int, int]) -> dict[str, Member]:
        tops = {info.filename.partition("/")[0] for info in infos}
        has_folder = len(tops) == 1 and all("/" in info.filename for info in infos)
        members: dict[str, Member] = {}
        for info in infos:
            name = info.filename.partition("/")[2] if has_folder else info.filename
            if name in members:
                raise self._refusal(f"it has two parts named “{name}”")
            members[name] = Member(
                name=name,
                full_name=info.filename,
                size=info.file_size,
                start=starts[info.header_offset],
                packed_size=info.compress_size,
                is_stored=info.compress_type == _STORED,
            )
        return members

    def _damaged(self) -> ModelFileError:
        return ModelFileError(
            f"“{self.path.name}” is a damaged or incomplete archive; get the file again."
        )

    def _refusal(self, why: str) -> ModelFileError:
        return ModelFileError(
            f"“{self.path.name}” is not opened because {why}, as no real model file does; "
            "get it from another source."
        )


def _directory_size(tail: bytes) -> int:
    """Return the size of the central directory that the archive's end claims."""
    at = tail.rfind(b"PK\x05\x06")
    if at < 0:
        raise zipfile.BadZipFile("no end of the directory")
    size = int(_END.unpack_from(tail, at)[5])
    at64 = tail.rfind(b"PK\x06\x06", 0, at)
    if at64 >= 0 and len(tail) - at64 >= _END64.size:
        size = max(size if size != 0xFFFFFFFF else 0, int(_END64.unpack_from(tail, at64)[8]))
    return size
