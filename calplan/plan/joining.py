"""How evidence becomes a connection (semantics (k)): traces of consent, a file, what was known last, and silence.

The platform knows its own connections best. What it does not show is told from traces: one service's trace is that
service, two services' are a conflict and nobody knows. A file outranks the traces that were known before it. No trace
means no connection only where every source that would show the live service was read to its end and knows the person;
a tenant-wide grant, Exchange and MAPI leave no trace, so there it means nothing. What nobody can tell is what was known
last, while that is not too old.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Final, NamedTuple

from calplan.impact.stated import Stated, StatedRow
from calplan.model.proof import Basis, Known, Person, Trace, Witness
from calplan.model.service import ServiceType
from calplan.model.unknown import Unknown
from calplan.model.user import RawFacts, UserBatch
from calplan.plan.address_book import AddressBook, Several, claims, normal
from calplan.plan.gates import CLOCK_SKEW

NOTHING: Final = "[]"
NO_SERVICE: Final = ""
BY_OAUTH: Final = "oauth"
ACTIVE: Final = "active"
AGES_AGO: Final = datetime.min.replace(tzinfo=UTC)


class Why(Enum):
    """Why nobody can tell whether somebody is connected."""

    CONFLICT = "traces of two services"
    UNREAD = "a source could not be read"
    SHARED = "an address that several people share"
    HIDDEN = "hidden behind the tenant-wide grant"
    ELSEWHERE = "in no directory that was read"
    NO_SOURCE = "no source shows the live service"


class LastKnown(NamedTuple):
    """The connection somebody was known to have, and when; an empty ``service`` is none."""

    service: str
    ews_host: str | None
    calendar: str | None
    contacts: str | None
    auth: str | None
    as_of: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Everything that is known beside the platform.

    ``live`` are the services that hold for anybody now, unknown where nobody read them. ``last_known`` is by login
    address in normal form; what is older than ``max_age`` at ``at`` is not used. ``first_seen`` says by login address
    since when the trace of each service is known, where it was met before.
    """

    witnesses: tuple[Witness, ...]
    files: tuple[Stated, ...]
    last_known: Mapping[str, LastKnown]
    first_seen: Mapping[str, Mapping[str, datetime]]
    live: frozenset[ServiceType] | Unknown
    at: datetime
    max_age: timedelta


@dataclass(slots=True, kw_only=True)
class Joined:
    """What came of a join; complete once its users were read to the end.

    ``unknown`` counts the users of whom nobody can tell, by why, ``unread`` those whom a source could not tell of.
    ``conflicts`` names those with traces of two services, ``shared`` those whose address several people share,
    ``outranked`` those of whom a file says otherwise than newer evidence. ``holders`` are login addresses with consents
    of their own that are nobody else's, by the basis they were read on.
    ``seen`` is since when each trace is known, ``established`` what was found out now.
    ``ages`` and ``used`` are, by source, the oldest fact that was used (``None`` where one says no age) and how many.
    ``stated`` are the users whose connection a file states, and as of when it does.
    """

    unknown: Counter[Why] = field(default_factory=Counter)
    unread: Counter[str] = field(default_factory=Counter)
    conflicts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    shared: list[str] = field(default_factory=list)
    outranked: list[str] = field(default_factory=list)
    holders: dict[Basis, set[str]] = field(default_factory=dict)
    established: dict[str, LastKnown] = field(default_factory=dict)
    ages: dict[str, datetime | None] = field(default_factory=dict)
    used: Counter[str] = field(default_factory=Counter)
    seen: dict[str, dict[str, datetime]] = field(default_factory=dict)
    stated: dict[str, datetime | None] = field(default_factory=dict)

    def use(self, source: str, as_of: datetime | None) -> None:
        """Note that a fact of a source was used."""
        self.used[source] += 1
        held = self.ages.get(source, as_of)
        self.ages[source] = None if held is None or as_of is None else min(held, as_of)


class _Told(NamedTuple):
    """What one witness tells of one user: ``None`` stands for nobody of this address in its directory.

    ``alone``: he was found by his login address, and nobody else's leads to the same person.
    """

    witness: Witness
    known: Known | Several | None
    alone: bool = False


def join(batches: Iterable[UserBatch], sources: Sources, joined: Joined) -> Iterator[UserBatch]:
    """The users with what is known of their connections; ``joined`` is filled while they are read."""
    pages = list(batches)
    joiner = _Joiner(sources, joined, {email: page.mailboxes.get(email) for page in pages for email in page.emails})
    for page in pages:
        rows = [
            joiner.row(email, raw, page.mailboxes.get(email))
            for email, raw in zip(page.emails, page.facts, strict=True)
        ]
        mailboxes = dict(page.mailboxes)
        mailboxes.update({email: row.mailbox for email, row in zip(page.emails, rows, strict=True) if row.mailbox})
        yield UserBatch(
            emails=page.emails,
            facts=[row.facts for row in rows],
            mailboxes=mailboxes,
            bases=[row.basis for row in rows],
        )


class _Row(NamedTuple):
    facts: RawFacts
    basis: Basis
    mailbox: str | None


class _Joiner:
    def __init__(self, sources: Sources, joined: Joined, mailboxes: Mapping[str, str | None]) -> None:
        self._sources = sources
        self._joined = joined
        self._books = [(one, AddressBook(one.people)) for one in sources.witnesses]
        lookups = {normal(email): self._other(normal(email), box) for email, box in mailboxes.items()}
        self._claims = [claims(book, one.people, lookups) for one, book in self._books]
        self._shared: dict[RawFacts, RawFacts] = {}
        self._counts = True

    def row(self, email: str, raw: RawFacts, mailbox: str | None) -> _Row:
        """One user with all that is known of him."""
        login = normal(email)
        stated = self._stated(login)
        other = self._other(login, mailbox)
        told = tuple(self._told(number, login, other) for number in range(len(self._books)))
        self._counts = raw.status == ACTIVE
        self._note_holders(email, told)
        facts = _filled(raw, told, stated)
        if raw.service is not None:
            return _Row(self._one(facts), Basis.PLATFORM, None if mailbox else other)
        held, basis = self._connection(email, login, told, stated)
        return _Row(self._one(facts._replace(**held._asdict())), basis, None if mailbox else other)

    def _stated(self, login: str) -> StatedRow | None:
        """The row of a file; how old one is that says to be from the future nobody knows."""
        row = next((one for file in self._sources.files if (one := file.rows.get(login))), None)
        if row is None or row.as_of is None or row.as_of - self._sources.at <= CLOCK_SKEW:
            return row
        return row._replace(as_of=None)

    def _other(self, login: str, mailbox: str | None) -> str | None:
        """The address of somebody's mailbox, where it is another one than his login address."""
        stated = self._stated(login)
        return mailbox or (stated.mailbox if stated is not None else None)

    def _told(self, number: int, login: str, other: str | None) -> _Told:
        witness, book = self._books[number]
        found = book.find(login, other)
        if not isinstance(found, Person):
            return _Told(witness, found)
        claim = self._claims[number][found.id]
        if claim not in (1, login):
            return _Told(witness, Several.CLAIMED)
        return _Told(witness, found.known, alone=claim == 1 and book.find(login) is found)

    def _connection(
        self, email: str, login: str, told: Sequence[_Told], stated: StatedRow | None
    ) -> "tuple[_Held, Basis]":
        """The connection of one user, and on what that rests."""
        traces = {one.service: (one, each.witness) for each in told for one in _traces(each)}
        since = [self._since(login, one, witness) for one, witness in traces.values()]
        if stated is not None and stated.facts.service is not None:
            against = since or [one.evidence.as_of for one in _denying(stated.facts.service, told)]
            if all(_is_newer(stated, one) for one in against):
                return self._by_file(email, login, stated)
            if self._counts and stated.facts.service not in {one.value for one in traces}:
                self._joined.outranked.append(email)
        why = self._doubt(told, traces.keys())
        if why in (Why.CONFLICT, Why.SHARED, Why.UNREAD):
            self._name(email, why, traces, told)
            return self._in_doubt(login, told, why)
        if traces:
            ((trace, witness),) = traces.values()
            held = _of_trace(trace)
            self._establish(login, held, witness.evidence.as_of)
            return held, witness.basis
        if why is not None:
            return self._in_doubt(login, told, why)
        self._establish(login, _NONE, min(one.witness.evidence.as_of or AGES_AGO for one in told))
        return _NONE, Basis.NO_TRACE

    def _since(self, login: str, trace: Trace, witness: Witness) -> datetime | None:
        """Since when a trace is known: a file from later was written by somebody who could know of it."""
        read, service = witness.evidence.as_of, trace.service.value
        seen = self._sources.first_seen.get(login, {}).get(service)
        since = read if seen is None or read is None else min(seen, read)
        if since is not None:
            self._joined.seen.setdefault(login, {})[service] = since
        return since

    def _name(self, email: str, why: Why, services: Iterable[ServiceType], told: Sequence[_Told]) -> None:
        """Note who it is that nobody can tell about; of users who are not active nobody asks."""
        if not self._counts:
            return
        if why is Why.CONFLICT:
            self._joined.conflicts[email] = tuple(sorted(one.value for one in services))
        elif why is Why.SHARED:
            self._joined.shared.append(email)
        else:
            self._joined.unread.update(one.witness.evidence.source for one in told if _unread(one))

    def _doubt(self, told: Sequence[_Told], services: Iterable[ServiceType]) -> Why | None:
        """Why nobody can tell, or ``None`` where what was found, or that nothing was, can be believed."""
        found = frozenset(services)
        if len(found) > 1:
            return Why.CONFLICT
        if any(isinstance(one.known, Several) for one in told):
            return Why.SHARED
        if any(map(_unread, told)):
            return Why.UNREAD
        if found:
            return None
        live = self._sources.live
        shown = [one for one in told if isinstance(one.known, Known)]
        if any(one.witness.hides for one in shown):
            return Why.HIDDEN
        if isinstance(live, Unknown) or not live <= frozenset().union(*(one.witness.shows for one in told)):
            return Why.NO_SOURCE
        seen = frozenset().union(*(one.witness.shows for one in shown))
        return None if live <= seen else Why.ELSEWHERE

    def _in_doubt(self, login: str, told: Sequence[_Told], why: Why) -> "tuple[_Held, Basis]":
        """What was known last, unless something read now speaks against it."""
        last = self._sources.last_known.get(login)
        if last is not None and why is not Why.CONFLICT and self._holds(last, told):
            self._joined.use(Basis.LAST_KNOWN.value, last.as_of)
            return _Held(last.service, last.ews_host, last.calendar, last.contacts, last.auth), Basis.LAST_KNOWN
        self._joined.unknown[why] += self._counts
        return _UNTOLD, Basis.PLATFORM

    def _holds(self, last: LastKnown, told: Sequence[_Told]) -> bool:
        if self._sources.at - last.as_of > self._sources.max_age:
            return False
        if any(_traces(one) for one in told):
            return False
        if not last.service:
            return True
        return not any(_denying(last.service, told))

    def _by_file(self, email: str, login: str, stated: StatedRow) -> "tuple[_Held, Basis]":
        facts = stated.facts
        source = next(one.source for one in self._sources.files if login in one.rows)
        self._joined.use(source, stated.as_of)
        self._joined.stated[email] = stated.as_of
        held = _Held(facts.service, facts.ews_host, facts.calendar, facts.contacts, facts.auth)
        self._establish(login, held, stated.as_of)
        return held, Basis.CONNECTIONS_FILE

    def _establish(self, login: str, held: "_Held", as_of: datetime | None) -> None:
        """Have something that was found out kept, if anybody knows when it was so."""
        if as_of is not None and held.service is not None:
            found = LastKnown(held.service, held.ews_host, held.calendar, held.contacts, held.auth, as_of)
            self._joined.established[login] = found

    def _note_holders(self, email: str, told: Sequence[_Told]) -> None:
        for one in told:
            if _traces(one) and one.alone:
                self._joined.holders.setdefault(one.witness.basis, set()).add(email)

    def _one(self, facts: RawFacts) -> RawFacts:
        return self._shared.setdefault(facts, facts)


class _Held(NamedTuple):
    """The part of the facts that a connection is."""

    service: str | None
    ews_host: str | None
    calendar: str | None
    contacts: str | None
    auth: str | None


_NONE: Final = _Held(NO_SERVICE, None, None, None, None)
_UNTOLD: Final = _Held(None, None, None, None, None)


def _of_trace(trace: Trace) -> _Held:
    return _Held(trace.service.value, None, trace.calendar, trace.contacts, BY_OAUTH)


def _traces(told: _Told) -> tuple[Trace, ...]:
    return told.known.traces or () if isinstance(told.known, Known) else ()


def _denying(service: str, told: Sequence[_Told]) -> Iterator[Witness]:
    """The sources by which a connection is gone: each would show it, was read, knows the person and hides nobody."""
    for one in told:
        silent = isinstance(one.known, Known) and one.known.traces == () and not one.witness.hides
        if silent and service in {shown.value for shown in one.witness.shows}:
            yield one.witness


def _is_newer(stated: StatedRow, moment: datetime | None) -> bool:
    return stated.as_of is not None and moment is not None and stated.as_of > moment


def _unread(told: _Told) -> bool:
    """Whether a witness should know of somebody and could not be read that far."""
    if isinstance(told.known, Known):
        return told.known.traces is None
    return told.known is None and not told.witness.evidence.complete


def _filled(raw: RawFacts, told: Sequence[_Told], stated: StatedRow | None) -> RawFacts:
    """The platform's facts with what the directories know better, and with what nobody else states from the file."""
    known = [one.known for one in told if isinstance(one.known, Known)]
    file = None if stated is None else stated.facts
    grants = [*(one.own_grant for one in known), raw.own_grant, file and file.own_grant]
    places = [*(one.mailbox_location for one in known), raw.mailbox_location, file and file.mailbox_location]
    return raw._replace(
        own_grant=next((one for one in grants if one is not None), None),
        mailbox_location=next((one for one in places if one), None),
        groups=raw.groups if raw.groups is not None or file is None else file.groups,
        primary_group=raw.primary_group or (file.primary_group if file is not None else None),
        clients=raw.clients if raw.clients != NOTHING or file is None else file.clients,
    )
