"""In which language each user reads: a CSV file, or one JSON object per line, with ``email`` and ``language``."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from calplan.policyfile.json_rows import Value
from calplan.policyfile.row_source import lines_of
from calplan.policyfile.rows import rows_of
from calplan.policyfile.translate import listed

LANGUAGE: Final = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8})*")
"""A tag such as ``de`` or ``de-at``, in lower case: it names a folder."""


def language_tag(text: str) -> str | None:
    """A language as its tag, or ``None`` for what is none; ``de_AT`` is ``de-at``."""
    tag = text.strip().lower().replace("_", "-")
    return tag if LANGUAGE.fullmatch(tag) else None


def languages_in(path: Path, offered: Sequence[str]) -> dict[str, str]:
    """The language of each address (trimmed, lower case) in a file, as one of those offered.

    ``de-at`` is answered with ``de`` where only that is offered. An empty language says nothing.

    Raises:
        InvalidFileError: a row has no address, names a language that is not offered, or an address comes twice.
    """
    lines = lines_of(path)
    errors = lines.errors
    found: dict[str, str] = {}
    seen: set[str] = set()
    for line, fields in rows_of(lines, required=("email", "language")):
        email, word = _text(fields.get("email")), _text(fields.get("language"))
        if not email or word is None:
            errors.add("U-VALUE", line, "a row needs `email` and `language`, both of them text")
            continue
        address = email.lower()
        if address in seen:
            errors.add("U-TWICE", line, "an earlier row has the same `email`")
        seen.add(address)
        chosen = _offered(word, offered)
        if chosen:
            found[address] = chosen
        elif word:
            advice = f"there are {listed(offered)}: add it to --lang, or leave the field empty"
            errors.add("U-VALUE", line, "the language of this row is not among those asked for", advice)
    errors.raise_if_any()
    return found


def _text(value: Value) -> str | None:
    return value.strip() if isinstance(value, str) else None


def _offered(word: str, offered: Sequence[str]) -> str | None:
    tag = language_tag(word)
    while tag and tag not in offered:
        tag = tag.rpartition("-")[0]
    return tag or None
