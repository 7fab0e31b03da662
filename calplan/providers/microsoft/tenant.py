"""The Microsoft tenant as a plan sees it: who consented, what was consented to for everybody, and what users may."""

from collections.abc import Iterator, Mapping
from typing import Final

from calplan.model.account import Evidence, Observed, TenantFacts
from calplan.model.proof import Basis, Known, Person, Witness
from calplan.model.service import ServiceType
from calplan.model.unknown import UNKNOWN, Unknown
from calplan.model.user import text_list
from calplan.plan.address_book import CLAIMED, AddressBook
from calplan.providers.base import Capabilities
from calplan.providers.errors import NotAuthorisedError
from calplan.providers.microsoft.calls import Calls
from calplan.providers.microsoft.capabilities import CAPABILITIES
from calplan.providers.microsoft.connecting import Clock, Tenant
from calplan.providers.microsoft.directory import Directory, aliases_of, directory_of, mailboxes_of, names_of
from calplan.providers.microsoft.grants import Grants, Held, grants_of, hides, traces
from calplan.providers.microsoft.messages import AuthorizationPolicy, UserRow

SHOWS: Final = frozenset({ServiceType.OFFICE365_GRAPH, ServiceType.OFFICE365_EWS})
UNREAD: Final = Known(traces=None)


class MicrosoftTenant:
    """A tenant that can only be read. Consents and users are read once, and consents again where that is asked for."""

    capabilities: Capabilities = CAPABILITIES

    def __init__(self, calls: Calls, tenant: Tenant, clock: Clock, *, probe_mailboxes: bool = True) -> None:
        self._calls = calls
        self._tenant = tenant
        self._clock = clock
        self._probes = probe_mailboxes
        self._grants: Grants | None = None
        self._directory: Directory | None = None

    def read_people(self) -> Witness:
        """Every user with the traces of his own consents.

        Raises:
            ProviderError: nothing could be read.
        """
        grants = self._read_grants()
        directory = self._read_directory()
        places = mailboxes_of(self._calls, directory.rows) if self._probes else {}
        people = tuple(people_of(grants, directory, places))
        failures = [str(one) for one in (grants.failure, directory.failure) if one is not None]
        return Witness(
            basis=Basis.MICROSOFT_GRANTS,
            evidence=self._evidence("users", len(people), complete=not failures),
            shows=SHOWS,
            people=people,
            hides=hides(grants.for_all()),
            failure="; ".join(failures) or None,
        )

    def read_tenant(self) -> Observed[TenantFacts]:
        """What the tenant grants to the application for everybody, and which consents users may give.

        Whether mailboxes are split between the cloud and the premises Graph does not tell of a tenant.
        """
        grants = self._read_grants()
        facts = TenantFacts(
            hybrid=UNKNOWN,
            # Of consents that were not read to their end nobody knows that one is missing.
            grant=grants.for_all() if grants.complete else UNKNOWN,
            user_consent=self._user_consent(),
        )
        return Observed(value=facts, evidence=self._evidence("tenant", 1, complete=grants.complete))

    def read_consents(self, users: frozenset[str]) -> frozenset[str] | Unknown:
        """Those of these users who have a consent of their own left; unknown where that cannot be told of everybody."""
        grants = self._read_grants(again=True)
        directory = self._read_directory()
        if grants.failure is not None:
            raise grants.failure
        book, held = AddressBook(people_of(grants, directory, {})), grants.by_person()
        left = set()
        for login in users:
            person = book.find(login)
            if person is CLAIMED or (person is None and directory.failure is not None):
                return UNKNOWN
            if isinstance(person, Person) and person.id in held:
                left.add(login)
        return frozenset(left)

    def _read_grants(self, *, again: bool = False) -> Grants:
        if self._grants is None or again:
            self._grants = grants_of(self._calls, self._tenant.app_id)
        return self._grants

    def _read_directory(self) -> Directory:
        if self._directory is None:
            self._directory = directory_of(self._calls)
        return self._directory

    def _user_consent(self) -> frozenset[str] | Unknown:
        try:
            policy = self._calls.get("policies", "authorizationPolicy", kind=AuthorizationPolicy)
        except NotAuthorisedError:
            return UNKNOWN
        assigned = policy.default_user_role_permissions.permission_grant_policies_assigned
        return frozenset(assigned) if isinstance(assigned, list) else UNKNOWN

    def _evidence(self, kind: str, records: int, *, complete: bool) -> Evidence:
        return Evidence(
            source=self._tenant.source,
            kind=kind,
            as_of=self._clock(),
            records=records,
            complete=complete,
            live=True,
        )


def people_of(grants: Grants, directory: Directory, places: Mapping[str, str]) -> Iterator[Person]:
    """The users of a directory with what their own consents say; equal facts are one object."""
    held = grants.by_person()
    same: dict[Known, Known] = {}
    for row in directory.rows:
        known = _known(held.get(row.id), places.get(row.id), complete=grants.complete)
        yield _person(row, same.setdefault(known, known))


def _known(held: Held | None, place: str | None, *, complete: bool) -> Known:
    if held is None and not complete:
        return UNREAD._replace(mailbox_location=place)
    found = frozenset[str]() if held is None else held.found
    scopes = () if held is None else held.scopes
    return Known(
        traces=traces(found),
        own_grant=None if scopes is None else text_list(list(scopes)),
        mailbox_location=place,
    )


def _person(row: UserRow, known: Known) -> Person:
    return Person(row.id, names_of(row), aliases_of(row), known)
