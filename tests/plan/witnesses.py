"""What sources beside the platform say of a few people, and what came of joining it."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from calplan.impact.stated import Stated, StatedRow
from calplan.model.account import Evidence
from calplan.model.proof import Basis, Known, Person, Trace, Witness
from calplan.model.service import ServiceType
from calplan.model.unknown import Unknown
from calplan.model.user import RawFacts, UserBatch
from calplan.plan.joining import Joined, LastKnown, Sources, join
from tests.make import facts

NOW: Final = datetime(2026, 11, 22, 12, tzinfo=UTC)
ANN, BOB = "ann@corp.example", "bob@corp.example"
GOOGLE, GRAPH, EWS = ServiceType.GOOGLE, ServiceType.OFFICE365_GRAPH, ServiceType.OFFICE365_EWS
ON_GOOGLE: Final = Trace(GOOGLE, "write", "read")
ON_GRAPH: Final = Trace(GRAPH, "write", "read")
NO_TRACE: Final = Known(traces=())
UNTOLD: Final = facts(None, own_grant=None, mailbox_location=None)


def person(name: str, known: Known, *, aliases: tuple[str, ...] = (), number: str = "") -> Person:
    return Person(id=number or name, names=(name,), aliases=aliases, known=known)


def evidence(source: str, *, as_of: datetime | None = NOW, complete: bool = True) -> Evidence:
    return Evidence(source=source, kind="users", as_of=as_of, records=1, complete=complete, live=True)


def google(*people: Person, complete: bool = True, as_of: datetime = NOW) -> Witness:
    return Witness(
        basis=Basis.GOOGLE_TOKENS,
        evidence=evidence("Google", as_of=as_of, complete=complete),
        shows=frozenset({GOOGLE}),
        people=people,
        failure=None if complete else "it broke off",
    )


def microsoft(*people: Person, hides: bool = False, complete: bool = True) -> Witness:
    return Witness(
        basis=Basis.MICROSOFT_GRANTS,
        evidence=evidence("Microsoft", complete=complete),
        shows=frozenset({GRAPH, EWS}),
        people=people,
        hides=hides,
        failure=None if complete else "it broke off",
    )


def stated(service: str | None = "google", *, as_of: datetime | None, email: str = ANN, **more: str) -> Stated:
    row = StatedRow(facts=facts(service, **more), mailbox=None, evidence=None, as_of=as_of)
    return Stated(rows={email: row}, notes=(), source="connections file c.csv")


def joined(
    *witnesses: Witness,
    users: Mapping[str, RawFacts] | None = None,
    files: tuple[Stated, ...] = (),
    last: Mapping[str, LastKnown] | None = None,
    seen: Mapping[str, Mapping[str, datetime]] | None = None,
    live: frozenset[ServiceType] | Unknown = frozenset({GOOGLE}),
    mailboxes: Mapping[str, str] | None = None,
) -> tuple[dict[str, tuple[RawFacts, Basis]], Joined]:
    people = {ANN: UNTOLD} if users is None else users
    sources = Sources(
        witnesses=witnesses,
        files=files,
        last_known=last or {},
        first_seen=seen or {},
        live=live,
        at=NOW,
        max_age=timedelta(hours=24),
    )
    report = Joined()
    batch = UserBatch(emails=[*people], facts=[*people.values()], mailboxes=dict(mailboxes or {}))
    rows: dict[str, tuple[RawFacts, Basis]] = {}
    for page in join([batch], sources, report):
        assert page.bases is not None
        rows |= {email: (raw, basis) for email, raw, basis in zip(page.emails, page.facts, page.bases, strict=True)}
    return rows, report


def told(rows: Mapping[str, tuple[RawFacts, Basis]], email: str = ANN) -> tuple[str | None, str | None, str | None]:
    raw, _ = rows[email]
    return raw.service, raw.calendar, raw.contacts


def held(service: str, hours: float) -> LastKnown:
    as_of = NOW - timedelta(hours=hours)
    if not service:
        return LastKnown(service, None, None, None, None, as_of)
    return LastKnown(service, None, "write", "read", "oauth", as_of)
