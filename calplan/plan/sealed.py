"""Files of calplan's own that travel: an archive whose manifest says what it is and vouches for every member."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from calplan.plan.archive import Archive, BadArchiveError, Packed, opened
from calplan.plan.fingerprint import canonical_text

MANIFEST: Final = "manifest.json"
MEGABYTE: Final = 1024**2
LARGEST_MANIFEST: Final = MEGABYTE
VERSION: Final = re.compile(r"([0-9]{1,9})\.([0-9]{1,9})", re.ASCII)
PREFIX: Final = "calplan."
OURS: Final = re.compile(r"calplan\.([a-z]{1,20})")


class OtherKindError(BadArchiveError):
    """The archive is something else; ``kind`` says what where it is another file of calplan's own."""

    def __init__(self, wanted: str, stated: object) -> None:
        known = OURS.fullmatch(stated) if isinstance(stated, str) else None
        self.kind = None if known is None else known[1]
        super().__init__(f"the archive is not a calplan {wanted}{f', but a {self.kind}' if self.kind else ''}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One kind of such file: its name in sentences, its format's version, and the bytes of each member at most.

    ``beside`` are members that may be there and that the manifest does not vouch for.
    """

    noun: str
    version: str
    bounds: Mapping[str, int]
    beside: frozenset[str] = frozenset()

    @property
    def format(self) -> str:
        """The name by which a manifest calls it."""
        return f"{PREFIX}{self.noun}"

    def manifest(self, stated: Mapping[str, object], members: Mapping[str, Packed]) -> bytes:
        """The manifest that vouches for these members."""
        vouched = {name: {"sha256": one.sha256, "size": one.size} for name, one in members.items()}
        return encoded({"format": self.format, "format_version": self.version, **stated, "members": vouched})

    def minor(self, written: object) -> int:
        """The minor part of a format version; a later one may have added keys and members.

        Raises:
            BadArchiveError: it is of another major version.
        """
        found = VERSION.fullmatch(str(written))
        if found is None:
            raise BadArchiveError(f"the {self.noun} does not say in which format it was saved")
        if found[1] != self.version.partition(".")[0]:
            message = f"the {self.noun} was saved in format {found[0]}, which this version of calplan does not read"
            raise BadArchiveError(message)
        return int(found[2])


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """Such a file, opened: its manifest as data and as bytes. No member was read yet."""

    form: Form
    archive: Archive
    head: bytes
    manifest: Mapping[str, object]

    def pieces(self, name: str) -> Iterator[bytes]:
        """A member piece by piece; whether the manifest vouches for them is known at the end.

        Raises:
            BadArchiveError: it is too large, damaged, or was changed after the file was saved.
        """
        total = hashlib.sha256()
        for piece in self.archive.pieces(name, self.form.bounds[name]):
            total.update(piece)
            yield piece
        stated = self.manifest.get("members")
        entry = stated.get(name) if isinstance(stated, dict) else None
        if not isinstance(entry, dict) or entry.get("sha256") != total.hexdigest():
            raise BadArchiveError(f"{name} was changed after the {self.form.noun} was saved")

    def read(self, name: str) -> bytes:
        """A member that the manifest vouches for.

        Raises:
            BadArchiveError: as for ``pieces``.
        """
        return b"".join(self.pieces(name))

    def beside(self, name: str) -> bytes | None:
        """A member that the manifest does not vouch for, if it is there."""
        return self.archive.read(name, LARGEST_MANIFEST) if name in self.archive.entries else None


def unsealed(data: bytes, form: Form) -> Sealed:
    """The file of this form that these bytes are.

    Raises:
        BadArchiveError: they are none, of a newer major version, or with other members than it has.
    """
    archive = opened(data)
    lacks = BadArchiveError(f"the archive does not hold the members of a {form.noun}")
    if MANIFEST not in archive.entries:
        raise lacks
    head = archive.read(MANIFEST, LARGEST_MANIFEST)
    manifest = object_in(head, MANIFEST)
    stated = manifest.get("format")
    if stated != form.format:
        raise OtherKindError(form.noun, stated)
    newer = form.minor(manifest.get("format_version")) > int(form.version.partition(".")[2])
    names = archive.entries.keys() - {MANIFEST} - form.beside
    if not names >= form.bounds.keys() or (names > form.bounds.keys() and not newer):
        raise lacks
    return Sealed(form=form, archive=archive, head=head, manifest=manifest)


def encoded(value: object) -> bytes:
    """JSON as it is saved; a file name that is no text keeps its bytes."""
    return (canonical_text(value) + "\n").encode("utf-8", "surrogatepass")


def object_in(data: bytes, name: str) -> dict[str, object]:
    """The JSON object in a member.

    Raises:
        BadArchiveError: it holds something else.
    """
    try:
        value = json.loads(data, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise BadArchiveError(f"{name} is not JSON") from error
    if not isinstance(value, dict):
        raise BadArchiveError(f"{name} does not hold an object")
    return value


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object in which no key stands twice: two readers could take different ones."""
    found = dict(pairs)
    if len(found) < len(pairs):
        message = "a key stands twice"
        raise ValueError(message)
    return found


def moment_in(text: object, noun: str) -> datetime:
    """A time of a file, which has to say its zone.

    Raises:
        ValueError: it is no time.
    """
    moment = datetime.fromisoformat(str(text))
    if moment.tzinfo is None:
        raise BadArchiveError(f"the {noun}'s times have no time zone")
    return moment
