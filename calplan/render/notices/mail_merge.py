"""The list of recipients as a table for a mail merge: who gets which message, and the words to insert."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from calplan.render.csv import csv_line
from calplan.render.notices.audience import Situation
from calplan.render.untrusted import for_csv

COLUMNS: Final = (
    "email",
    "language",
    "group",
    "outcome",
    "next_step",
    "file",
    "subject",
    "date",
    "what",
    "before",
    "after",
    "domain",
)


def recipients_csv(
    recipients: Iterable[tuple[str, Situation]], inserted: Mapping[Situation, Mapping[str, str]]
) -> Iterator[str]:
    """The header, then a line for each user who is told, by address. ``inserted`` has the words of each situation."""
    yield f"{','.join(COLUMNS)}\n"
    tails: dict[Situation, str] = {}
    for email, situation in recipients:
        tail = tails.get(situation)
        if tail is None:
            words = {
                "language": situation.language,
                "group": situation.group,
                "outcome": situation.about,
                "next_step": situation.next_step,
                **inserted[situation],
            }
            tail = tails[situation] = csv_line([for_csv(words[name]) for name in COLUMNS[1:-1]])
        domain = email.rpartition("@")[2]
        yield f"{csv_line([for_csv(email)])},{tail},{csv_line([for_csv(domain)])}\n"
