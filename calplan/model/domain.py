"""Domain names, compared after UTS #46 mapping and by equality alone (semantics (h))."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Self

import idna

REMEMBERED: Final = 10_000
LONGEST_INPUT: Final = 1000
"""Longer text cannot be a domain (253 octets); the bound keeps mapping cheap."""


class BadDomainError(ValueError):
    """The text is no single domain name. The message says what is wrong, in words."""


@dataclass(frozen=True, slots=True, order=True)
class Domain:
    """A domain in normal form: A-labels, lower case, no final dot. Made by ``Domain.parse``."""

    name: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """The normal form of ``text``.

        Raises:
            BadDomainError: the text cannot be normalised.
        """
        return cls(_normal(text))

    @property
    def parents(self) -> tuple["Domain", ...]:
        """The domains above this one, the nearest first, without itself."""
        labels = self.name.split(".")
        return tuple(Domain(".".join(labels[number:])) for number in range(1, len(labels)))

    @property
    def as_written(self) -> str:
        """The name with the letters that people write, where the normal form has an ``xn--`` label."""
        return ".".join(map(_as_written, self.name.split(".")))

    def __str__(self) -> str:
        return self.name


@lru_cache(maxsize=REMEMBERED)
def _normal(text: str) -> str:
    trimmed = text.strip()
    if not trimmed or len(trimmed) > LONGEST_INPUT:
        raise BadDomainError("longer than any domain name" if trimmed else "no domain name")
    try:
        mapped = idna.uts46_remap(trimmed).removesuffix(".")
        name = idna.encode(mapped).decode("ascii").lower()
    except ValueError as error:  # as all of idna's are
        raise BadDomainError(str(error)) from error
    if name.endswith("."):
        raise BadDomainError("more than one final dot")
    return name


def _as_written(label: str) -> str:
    try:
        return idna.decode(label)
    except ValueError:  # as all of idna's are
        return label


def domain_of(address: str) -> Domain | None:
    """The domain after the last ``@`` of an address, or ``None`` when it has none that can be normalised."""
    _, at, tail = address.rpartition("@")
    if not at:
        return None
    try:
        return Domain.parse(tail)
    except BadDomainError:
        return None
