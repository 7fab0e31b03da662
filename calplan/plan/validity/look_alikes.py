"""Domains that look the same to a person, because letters of another script stand for Latin ones."""

from functools import cache
from typing import Final

from confusable_homoglyphs.categories import alias
from confusable_homoglyphs.confusables import confusables_data

from calplan.model.domain import Domain

LATIN: Final = "LATIN"
ANY_SCRIPT: Final = frozenset({"COMMON", "INHERITED"})
"""Digits, hyphens and marks, which belong to no script."""
WRITTEN_TOGETHER: Final = (
    frozenset({LATIN, "HAN", "HIRAGANA", "KATAKANA"}),
    frozenset({LATIN, "HAN", "BOPOMOFO"}),
    frozenset({LATIN, "HAN", "HANGUL"}),
)
"""Scripts that people do mix in one word: the "highly restrictive" level of UTS #39."""


def look(domain: Domain) -> str:
    """What a domain looks like: every letter of another script replaced by the Latin one it is taken for."""
    return "".join(map(_taken_for, domain.as_written))


def mixes_scripts(domain: Domain) -> bool:
    """Whether a label mixes scripts so that one of its letters can be taken for a Latin one."""
    return any(_mixes(label) for label in domain.as_written.split("."))


def _mixes(label: str) -> bool:
    scripts = frozenset(map(_script, label)) - ANY_SCRIPT
    together = any(scripts <= allowed for allowed in WRITTEN_TOGETHER)
    return len(scripts) > 1 and not together and any(_taken_for(sign) != sign for sign in label)


@cache
def _taken_for(sign: str) -> str:
    if sign.isascii() or _script(sign) in {LATIN, *ANY_SCRIPT}:
        return sign
    found = (one["c"] for one in confusables_data.get(sign, ()))
    return next((one.lower() for one in found if len(one) == 1 and one.isascii() and one.isalnum()), sign)


@cache
def _script(sign: str) -> str:
    return str(alias(sign))
