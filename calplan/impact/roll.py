"""A digest of who is active and what is known of each, the same however users were coded and in whatever pages."""

import hashlib
import json
from array import array
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from calplan.model.proof import Basis
from calplan.model.user import RawFacts

LOWEST_FIRST: Final = array("I", [1]).tobytes()[:1] == b"\x01"
"""Whether this machine writes the lowest byte of a number first, as the digest has it."""


class Roll:
    """Takes active users in the order of their addresses, and gives the digest at the end."""

    def __init__(self) -> None:
        self._names = hashlib.sha256()
        self._boxes = hashlib.sha256()
        self._classes = array("I")

    def add(self, emails: Sequence[str], classes: Iterable[int], mailboxes: Mapping[str, str]) -> None:
        """Take some users, with a number for the class of each."""
        if not emails:
            return
        self._names.update(_bytes("\n".join(emails) + "\n"))
        self._classes.extend(classes)
        for email in sorted(mailboxes):
            self._boxes.update(_bytes(f"{email}\n{mailboxes[email]}\n"))

    def digest(self, words: Mapping[int, str]) -> str:
        """The digest; ``words`` says what the number of a class stands for."""
        used = sorted({words[number] for number in set(self._classes)})
        places = {word: place for place, word in enumerate(used)}
        ranks = array("I", (places[words[number]] for number in self._classes))
        if not LOWEST_FIRST:
            ranks.byteswap()
        parts = [self._names.hexdigest(), hashlib.sha256(ranks.tobytes()).hexdigest(), self._boxes.hexdigest(), *used]
        return hashlib.sha256(_bytes(json.dumps(parts))).hexdigest()


def words_of(raw: RawFacts, basis: Basis) -> str:
    """What is known of a class, as one text."""
    return json.dumps([*raw, basis.value], ensure_ascii=True, separators=(",", ":"))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
