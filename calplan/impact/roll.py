"""A digest of who is active and what is known of each, the same however users were coded and in whatever pages."""

import hashlib
import json
from array import array
from collections.abc import Mapping, Sequence
from typing import Final

from calplan.impact.roster import NUMBERS
from calplan.model.proof import Basis
from calplan.model.user import RawFacts

LOWEST_FIRST: Final = array("I", [1]).tobytes()[:1] == b"\x01"
"""Whether this machine writes the lowest byte of a number first, as the digest has it."""
AT_ONCE: Final = 65_536


class Roll:
    """Takes active users in the order of their addresses, and gives the digest at the end.

    ``words`` says what the number that stands with each user means; it may grow while users are taken.
    """

    def __init__(self, words: Mapping[int, str]) -> None:
        self._words = words
        self._names = hashlib.sha256()
        self._boxes = hashlib.sha256()
        self._numbers = array(NUMBERS)

    def add(self, emails: Sequence[str], numbers: "array[int]", mailboxes: Mapping[str, str]) -> None:
        """Take some users."""
        if not emails:
            return
        self._names.update(_bytes("\n".join(emails) + "\n"))
        self._numbers.extend(numbers)
        for email in sorted(mailboxes):
            self._boxes.update(_bytes(f"{email}\n{mailboxes[email]}\n"))

    def digest(self) -> str:
        """The digest."""
        met = set(self._numbers)
        used = sorted({self._words[number] for number in met})
        places = {word: place for place, word in enumerate(used)}
        of_number = {number: places[self._words[number]] for number in met}
        ranks = hashlib.sha256()
        for start in range(0, len(self._numbers), AT_ONCE):
            some = array("I", list(map(of_number.__getitem__, self._numbers[start : start + AT_ONCE])))
            if not LOWEST_FIRST:
                some.byteswap()
            ranks.update(some.tobytes())
        parts = [self._names.hexdigest(), ranks.hexdigest(), self._boxes.hexdigest(), *used]
        return hashlib.sha256(_bytes(json.dumps(parts))).hexdigest()


def words_of(raw: RawFacts, basis: Basis) -> str:
    """What is known of a class, as one text."""
    return json.dumps([*raw, basis.value], ensure_ascii=True, separators=(",", ":"))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
