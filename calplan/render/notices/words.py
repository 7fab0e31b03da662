"""What messages insert: the words of a language, and what all messages share."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import reduce
from typing import Final

from calplan.render.notices.audience import TOLD
from calplan.render.notices.sources import SETTINGS, WORDS, WORDS_CODE, NoticeError, Source, Sources
from calplan.render.untrusted import for_terminal

MONTHS: Final = 12
ALL_OF_THEM: Final = 100
WHAT: Final = ("both", "calendar", "contacts")
TABLES: Final = ("what", "service", "outcome", "sees", "answer")
KNOWN: Final = frozenset({"product", "sender", "help_desk", "tickets"})

Table = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """Of 100 users how many ask the help desk, from few to many: an assumption."""

    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """What all messages have in common, and the share of users that asks the help desk by what they were told."""

    product: str
    sender: str
    help_desk: str
    tickets: Mapping[str, Share]


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The words of one language; ``tables`` by name, such as ``service``."""

    tables: Mapping[str, Table]
    months: tuple[str, ...]
    form: str

    def day(self, day: date) -> str:
        """A day as the language writes it."""
        parts = {"{day}": str(day.day), "{month}": self.months[day.month - 1], "{year}": str(day.year)}
        return reduce(lambda text, name: text.replace(name, parts[name]), parts, self.form)


def shared(sources: Sources) -> Shared:
    """What ``notices.toml`` says.

    Raises:
        NoticeError: it is not as it has to be.
    """
    source = sources.get(SETTINGS)
    values = _toml(source)
    unknown = sorted(values.keys() - KNOWN)
    if unknown:
        raise NoticeError(
            WORDS_CODE, f"{source.place}: there is no `{unknown[0]}`; there are {', '.join(sorted(KNOWN))}"
        )
    tickets = _part(values, "tickets", source)
    return Shared(
        product=_text(values.get("product", "Zoom"), "product", source),
        sender=_text(values.get("sender", ""), "sender", source),
        help_desk=_text(values.get("help_desk", ""), "help_desk", source),
        tickets={name: _share(tickets.get(name), name, source) for name in TOLD},
    )


def words(sources: Sources, language: str) -> Words:
    """The words of a language.

    Raises:
        NoticeError: there are none, or they are not as they have to be.
    """
    source = sources.get(f"{language}/{WORDS}")
    values = _toml(source)
    dates = _part(values, "date", source)
    form, months = dates.get("form"), dates.get("months")
    if not isinstance(months, list) or len(months) != MONTHS:
        raise NoticeError(WORDS_CODE, f"{source.place}: `months` of [date] has to list twelve names")
    tables = {
        name: {key: _text(value, f"{name}.{key}", source) for key, value in _part(values, name, source).items()}
        for name in sorted({*values, *TABLES} - {"date"})
    }
    missing = [name for name in WHAT if name not in tables["what"]]
    if missing:
        raise NoticeError(WORDS_CODE, f"{source.place}: [what] lacks `{missing[0]}`")
    return Words(
        tables=tables, months=tuple(_text(one, "months", source) for one in months), form=_text(form, "form", source)
    )


def _toml(source: Source) -> dict[str, object]:
    try:
        return tomllib.loads(source.text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise NoticeError(WORDS_CODE, f"{source.place}: this is no TOML: {error}") from error


def _part(values: Mapping[str, object], name: str, source: Source) -> dict[str, object]:
    part = values.get(name)
    if not isinstance(part, dict):
        raise NoticeError(WORDS_CODE, f"{source.place}: the table [{name}] is missing")
    return part


def _text(value: object, name: str, source: Source) -> str:
    if not isinstance(value, str):
        raise NoticeError(WORDS_CODE, f"{source.place}: `{name}` has to be text between quotes")
    return for_terminal(value)


def _share(value: object, name: str, source: Source) -> Share:
    match value:
        case [int() | float() as low, int() | float() as high] if 0 <= low <= high <= ALL_OF_THEM:
            return Share(low=low, high=high)
        case _:
            raise NoticeError(
                WORDS_CODE, f"{source.place}: `{name}` of [tickets] has to be two numbers from 0 to 100, low to high"
            )
