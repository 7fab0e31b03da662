"""The ZIP archive around a saved plan or snapshot: the same for the same members, read with a bound on everything.

An archive comes from outside. Its directory is looked at before a library reads it, and members are unpacked
piece by piece against a bound of their own: what a header claims about sizes is never taken on trust.
"""

import hashlib
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Final

MODE: Final = 0o600
"""Whom the file is for: it names users, so its owner alone."""
DOS_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
UNIX: Final = 3
LARGEST_FILE: Final = 256 * 1024**2
"""A plan over a million users is packed to about 30 MB."""
LARGEST_RATIO: Final = 1000
PIECE: Final = 256 * 1024

END: Final = b"PK\x05\x06"
END_SIZE: Final = 22
END_OF_ZIP64: Final = b"PK\x06\x07"
LOCATOR_SIZE: Final = 20
LARGEST_DIRECTORY: Final = 4096
"""Bytes of the directory; five entries take less than a tenth."""
ENCRYPTED: Final = 0x1
KIND_OF_FILE: Final = 0o170000
REGULAR: Final = frozenset({0, 0o100000})
PACKED_BY: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
"""How members may be packed. Other ways let an archive ask for gigabytes before the first byte comes out."""

TORN: Final = "the file is torn, encrypted or no ZIP archive"
FAILURES: Final = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    EOFError,
    zlib.error,
    NotImplementedError,
    RuntimeError,
    OSError,
    ValueError,
    OverflowError,
)
"""What the library raises on a damaged archive."""


class BadArchiveError(ValueError):
    """The bytes are nothing of ours that can be trusted. The message says why, in a sentence."""


def archived(members: Mapping[str, bytes]) -> bytes:
    """The archive of these members, in their order; the same members give the same bytes."""
    packing = Packing()
    for name, data in members.items():
        packing.add(name, (data,))
    return packing.done()


class Packing:
    """An archive in the making, each member of which is packed as it comes; the same members give the same bytes."""

    def __init__(self) -> None:
        self._out = BytesIO()
        self._file = zipfile.ZipFile(self._out, "w", zipfile.ZIP_DEFLATED, compresslevel=6)

    def add(self, name: str, blocks: Iterable[bytes]) -> "Packed":
        """Pack a member, and say what came of it."""
        info = zipfile.ZipInfo(name, DOS_EPOCH)
        info.compress_type = zipfile.ZIP_DEFLATED
        info.external_attr = MODE << 16
        info.create_system = UNIX
        total, size = hashlib.sha256(), 0
        with self._file.open(info, "w") as stream:
            for block in blocks:
                total.update(block)
                size += len(block)
                stream.write(block)
        return Packed(sha256=total.hexdigest(), size=size)

    def done(self) -> bytes:
        """The whole archive."""
        self._file.close()
        return self._out.getvalue()


@dataclass(frozen=True, slots=True, kw_only=True)
class Packed:
    """A member as a manifest vouches for it: the digest and number of its bytes."""

    sha256: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """An archive that was looked at: its members by name, none of them unpacked yet."""

    file: zipfile.ZipFile
    entries: Mapping[str, zipfile.ZipInfo]

    def read(self, name: str, bound: int) -> bytes:
        """A member, read until its end or until it is larger than ``bound`` bytes, whatever its headers say.

        Raises:
            BadArchiveError: it is larger, or damaged.
        """
        return b"".join(self.pieces(name, bound))

    def pieces(self, name: str, bound: int) -> Iterator[bytes]:
        """The same piece by piece, so that nothing holds all of it.

        Raises:
            BadArchiveError: it is larger, or damaged.
        """
        entry = self.entries[name]
        if entry.file_size > min(bound, LARGEST_RATIO * max(entry.compress_size, 1024)):
            raise _too_large(name)
        size = 0
        try:
            with self.file.open(entry) as stream:
                while piece := stream.read(PIECE):
                    size += len(piece)
                    if size > bound:
                        raise _too_large(name)
                    yield piece
        except FAILURES as error:
            if isinstance(error, BadArchiveError):
                raise
            raise BadArchiveError(TORN) from error


def opened(data: bytes) -> Archive:
    """The archive that these bytes are.

    Raises:
        BadArchiveError: they are none, or one with links, names that stand twice, or too much in it.
    """
    if len(data) > LARGEST_FILE:
        raise BadArchiveError(f"the file is larger than {LARGEST_FILE // 1024**2} MB, which calplan never writes")
    _look_at_the_end(data)
    try:
        file = zipfile.ZipFile(BytesIO(data))
    except FAILURES as error:
        raise BadArchiveError(TORN) from error
    entries = {entry.filename: entry for entry in file.infolist()}
    if len(entries) < len(file.infolist()):
        raise BadArchiveError("the archive holds a member twice")
    for entry in entries.values():
        _look_at(entry)
    return Archive(file=file, entries=entries)


def _look_at_the_end(data: bytes) -> None:
    """Refuse a directory that would be long to read: the library makes an object of every entry in it."""
    end = data[-END_SIZE:]
    if not end.startswith(END) or len(end) < END_SIZE:
        raise BadArchiveError(TORN)
    size = int.from_bytes(end[12:16], "little")
    if data[-END_SIZE - LOCATOR_SIZE : -END_SIZE].startswith(END_OF_ZIP64) or size > LARGEST_DIRECTORY:
        raise BadArchiveError("the archive has more entries than calplan writes")


def _look_at(entry: zipfile.ZipInfo) -> None:
    if entry.external_attr >> 16 & KIND_OF_FILE not in REGULAR:
        raise BadArchiveError(f"{entry.filename} is a link, a folder or a device in this archive")
    if entry.flag_bits & ENCRYPTED or entry.compress_type not in PACKED_BY:
        raise BadArchiveError(TORN)


def _too_large(name: str) -> BadArchiveError:
    return BadArchiveError(f"{name} would unpack to an unreasonable size")
