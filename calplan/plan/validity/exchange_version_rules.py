"""Which Exchange version an impersonation account may name (V13)."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from calplan.model.diagnostic import Severity
from calplan.model.service import Impersonation
from calplan.model.settings import Setting
from calplan.plan.validity.subject import Subject, Verdict

SUPPORTED: Final = "SE"
UNSUPPORTED_SINCE: Final = {"2013": date(2023, 4, 11), "2016": date(2025, 10, 14), "2019": date(2025, 10, 14)}
"""Microsoft's end of support of the versions that are accepted, apart from SE, which is supported (A14)."""

EXTENDED_UNTIL: Final = date(2026, 10, 31)
"""The end of the month in which the paid extension for 2016 and 2019 ends."""
EXTENDED: Final = frozenset({"2016", "2019"})
NOT_ACCEPTED: Final = "this Exchange version is unknown or too old for impersonation"
NAMED_ONLY_2016: Final = (
    "the article names Exchange 2016 only (S27); 2013, 2019 and SE are accepted, 2010 and older are not (A14)"
)
ONE_OF_THEM: Final = 'write one of "2013", "2016", "2019" and "SE"'


def is_accepted(version: str) -> bool:
    """Whether a policy may name this version of Exchange for an impersonation account."""
    return version == SUPPORTED or version in UNSUPPORTED_SINCE


def v13_exchange_version(subject: Subject) -> Iterator[Verdict]:
    impersonation = subject.after.impersonation
    if not isinstance(impersonation, Impersonation):
        return
    version = impersonation.exchange_version
    accepted = is_accepted(version)
    yield Verdict(
        code="V13",
        severity=Severity.WARNING if accepted else Severity.ERROR,
        at="integration.service.impersonation.exchangeVersion",
        rests_on=frozenset({Setting.SERVICE}),
        summary=_support(version, subject.as_of) if accepted else NOT_ACCEPTED,
        why=NAMED_ONLY_2016,
        help="move to Exchange SE when you can, and try impersonation out first" if accepted else ONE_OF_THEM,
    )


def _support(version: str, as_of: date) -> str:
    end = UNSUPPORTED_SINCE.get(version)
    if end is None:
        return f"Exchange {version} is supported by Microsoft, but the article does not name it"
    if as_of < end:
        return f"Exchange {version} is supported by Microsoft until {end} only"
    verb = "ended in" if as_of > EXTENDED_UNTIL else "lasts until"
    extended = f"; its paid extension {verb} October 2026" if version in EXTENDED else ""
    return f"Exchange {version} is out of support since {end}{extended}"
