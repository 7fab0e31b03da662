"""Where EWS is reached, and until when (V06, V07, V08)."""

from collections.abc import Iterator
from datetime import date
from typing import Final
from urllib.parse import urlsplit

from calplan.model.diagnostic import Severity
from calplan.model.service import ExchangeEws, Office365Ews
from calplan.model.settings import Setting
from calplan.plan.validity.exchange_online import is_exchange_online
from calplan.plan.validity.subject import Subject, Verdict

USUAL_PATH: Final = "/ews/exchange.asmx"
OFF_BY_DEFAULT: Final = date(2026, 10, 1)
GONE: Final = date(2027, 4, 1)
"""Microsoft's two dates for EWS in Exchange Online: off unless a tenant allows it, then off for everybody."""

URL: Final = "integration.service.ewsUrl"
TYPE: Final = "integration.service.type"
SERVICE: Final = frozenset({Setting.SERVICE})


def v06_usual_path(subject: Subject) -> Iterator[Verdict]:
    service = subject.after.service
    if not isinstance(service, (Office365Ews, ExchangeEws)):
        return
    if urlsplit(service.ews_url.text).path.lower() != USUAL_PATH:
        yield Verdict(
            code="V06",
            severity=Severity.WARNING,
            at=URL,
            rests_on=SERVICE,
            summary="the path of `ewsUrl` is unusual",
            why="Exchange answers at /EWS/Exchange.asmx; nobody could connect through a path that leads nowhere",
            help="check the path with whoever runs the Exchange server",
        )


def v07_exchange_online_is_not_exchange(subject: Subject) -> Iterator[Verdict]:
    service = subject.after.service
    if isinstance(service, ExchangeEws) and is_exchange_online(service.ews_url.host):
        yield Verdict(
            code="V07",
            severity=Severity.ERROR,
            at=URL,
            rests_on=SERVICE,
            summary=f"`{service.ews_url.host}` is Exchange Online, not an Exchange server of yours",
            why="Microsoft removed the impersonation role there in 2025, and signing in by password before that",
            help="use `type: office365-graph`",
        )


def v08_ews_is_switched_off(subject: Subject) -> Iterator[Verdict]:
    if not isinstance(subject.after.service, Office365Ews):
        return
    refused = subject.as_of >= GONE or (subject.as_of >= OFF_BY_DEFAULT and not subject.ews_allow_listed)
    tense = "is gone" if subject.as_of >= GONE else "is off by default" if refused else "is being switched off"
    allow = f"; until {GONE} a tenant that allows EWS can say so with `ewsAllowListed: true`"
    yield Verdict(
        code="V08",
        severity=Severity.ERROR if refused else Severity.WARNING,
        at=TYPE,
        rests_on=SERVICE,
        summary=f"EWS in Exchange Online {tense}",
        why=f"Microsoft turns it off by default on {OFF_BY_DEFAULT} and for everybody on {GONE};"
        f" this is judged as of {subject.as_of}",
        help="move to `type: office365-graph`" + (allow if refused and subject.as_of < GONE else ""),
    )
