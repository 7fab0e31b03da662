"""A shelf in a file without a name: what many users come to while they are read is held nowhere else."""

import tempfile
from typing import Final

from calplan.impact.roster import Packed, Shelf

IN_MEMORY: Final = 4 * 1024**2
"""Bytes that are not worth a file."""


class Spool(Shelf):
    """Pages one after the other, in memory at first; closing it is the end of them."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed by ``close``
        self._places: list[tuple[int, str, str, tuple[int, int, int]]] = []
        self._end = 0

    def put(self, page: Packed) -> int:
        parts = (page.emails, page.kinds, page.mailboxes)
        sizes = (len(page.emails), len(page.kinds), len(page.mailboxes))
        self._file.seek(self._end)
        self._file.write(b"".join(parts))
        self._places.append((self._end, page.first, page.last, sizes))
        self._end += sum(sizes)
        return len(self._places) - 1

    def get(self, number: int) -> Packed:
        start, first, last, (emails, kinds, mailboxes) = self._places[number]
        self._file.seek(start)
        data = self._file.read(emails + kinds + mailboxes)
        return Packed(first, last, data[:emails], data[emails : emails + kinds], data[emails + kinds :])

    def close(self) -> None:
        """Let go of everything."""
        self._file.close()
