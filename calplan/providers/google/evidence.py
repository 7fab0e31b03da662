"""Google as a source of evidence: everybody in the directory, with the traces of the vendor's application."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, assert_never

from calplan.model.account import Evidence, Observed, TenantFacts
from calplan.model.proof import Basis, Known, Person, Witness
from calplan.model.service import ServiceType
from calplan.model.unknown import UNKNOWN, Unknown
from calplan.providers.base import Capabilities, Memory
from calplan.providers.google.asking import Crew
from calplan.providers.google.capabilities import CAPABILITIES
from calplan.providers.google.connecting import Clock, Servers
from calplan.providers.google.consent_log import read_log, scopes_held
from calplan.providers.google.directory import UNREAD, Directory, Entrant, read_directory
from calplan.providers.google.kept import Held
from calplan.providers.google.scopes import trace_of
from calplan.providers.google.sweeping import Sweeping, by_person
from calplan.providers.google.workspace import NAME, Told, Workspace
from calplan.providers.http.client import Reader

NO_TRACE: Final = Known(traces=())
NO_CLIENTS: Final = (
    "`clientIds` of the Google provider lists no application, so no token can be told to be the vendor's: look its"
    " client id up in the admin console, under security, API controls, app access control"
)


@dataclass(slots=True)
class _Facts:
    """What is known of people; equal facts are one object."""

    _known: dict[tuple[str, ...], Known] = field(default_factory=dict)

    def of(self, entrant: Entrant, scopes: tuple[str, ...] | None) -> Known:
        """What scopes say of somebody; of whom nothing could be read they are ``None``."""
        if entrant.asleep:
            return NO_TRACE
        if scopes is None:
            return UNREAD
        known = self._known.get(scopes)
        if known is None:
            trace = trace_of(scopes)
            known = self._known[scopes] = NO_TRACE if trace is None else Known(traces=(trace,))
        return known


class GoogleEvidence:
    """One customer of Google's that can only be read."""

    capabilities: Capabilities = CAPABILITIES

    def __init__(
        self, workspace: Workspace, servers: Servers, clock: Clock, memory: Memory, max_age: timedelta
    ) -> None:
        self._workspace = workspace
        self._servers = servers
        self._clock = clock
        self._sweeping = Sweeping(workspace=workspace, servers=servers, memory=memory, max_age=max_age)
        self._memory = memory

    def read_people(self) -> Witness:
        """Everybody, by tokens or by the log, as the document says. See ``EvidenceProvider``."""
        now = self._clock()
        directory = self._listed()
        if not self._workspace.clients:
            return self._witness(self._people(directory, {}), now, live=True, failure=NO_CLIENTS)
        match self._workspace.told:
            case Told.BY_TOKENS:
                return self._by_tokens(directory, now)
            case Told.BY_LOG:
                return self._by_log(directory, now)
            case _:
                assert_never(self._workspace.told)

    def read_tenant(self) -> Observed[TenantFacts] | None:
        """Nothing: a Microsoft tenant is none of Google's."""
        return None

    def read_consents(self, users: frozenset[str]) -> frozenset[str] | Unknown:
        """Those of these users who have a token of a configured application at this moment.

        Whom the directory does not have has none there. Where one of the others cannot be asked, it is unknown.
        """
        if not self._workspace.clients:
            return UNKNOWN
        directory = self._listed()
        if directory.failure is not None:
            return UNKNOWN
        named = directory.named(users)
        held: dict[str, Held] = {}
        with Crew(self._servers, self._workspace.clients) as crew:
            for found in crew.ask(sorted({one.id for one in named.values()})):
                held |= found
        if any(held.get(one.id) is None for one in named.values()):
            return UNKNOWN
        return frozenset(login for login, one in named.items() if held[one.id])

    def _listed(self) -> Directory:
        """Everybody who is in the directory now."""
        with Reader(self._servers.users()) as reader:
            return read_directory(reader, self._workspace.customer)

    def _by_tokens(self, directory: Directory, now: datetime) -> Witness:
        with Reader(self._servers.tokens()) as reader:
            reader.sign_in()
        swept = self._sweeping.brought_up_to_date(directory, now)
        people = self._people(directory, {person: _together(held) for person, held in swept.sweep.held.items()})
        return self._witness(people, swept.sweep.header.begun, live=swept.all_now, failure=swept.failure)

    def _by_log(self, directory: Directory, now: datetime) -> Witness:
        log = read_log(self._servers, self._workspace, self._memory, now)
        said = by_person(log.entries, directory)
        clients = self._workspace.clients
        scopes = {person: scopes_held(entries, clients) for person, entries in said.items()}
        failure = directory.failure or log.failure
        return self._witness(self._people(directory, scopes), now, live=log.failure is None, failure=failure)

    def _people(self, directory: Directory, scopes: dict[str, tuple[str, ...] | None]) -> tuple[Person, ...]:
        facts = _Facts()
        return tuple(one.person(facts.of(one, scopes.get(one.id))) for one in directory.entrants.values())

    def _witness(self, people: tuple[Person, ...], as_of: datetime, *, live: bool, failure: str | None) -> Witness:
        workspace = self._workspace
        return Witness(
            basis=Basis.GOOGLE_TOKENS if workspace.told is Told.BY_TOKENS else Basis.GOOGLE_LOG,
            evidence=Evidence(
                source=f"{NAME} customer {workspace.customer}",
                kind="users",
                as_of=as_of,
                records=len(people),
                complete=failure is None,
                live=live,
            ),
            shows=frozenset({ServiceType.GOOGLE}),
            people=people,
            failure=failure,
        )


def _together(held: Held) -> tuple[str, ...] | None:
    """The scopes of all applications."""
    return None if held is None else tuple(sorted(_scopes(held.values())))


def _scopes(each: Iterable[tuple[str, ...]]) -> set[str]:
    return {scope for scopes in each for scope in scopes}
