"""Every consent that was given to the vendor's application in a tenant, and what follows of it for people."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from calplan.model.proof import Trace
from calplan.model.service import ServiceType
from calplan.providers.errors import ProviderError
from calplan.providers.http.message import text_of
from calplan.providers.microsoft.calls import Calls, quoted
from calplan.providers.microsoft.messages import GrantRow, Page, PrincipalRow

GRAPH_APP: Final = "00000003-0000-0000-c000-000000000000"
"""The id of Graph's own application, the same in every tenant."""
EWS: Final = "EWS.AccessAsUser.All"
"""It may hang on Graph or on Exchange Online, so it counts wherever it is found."""
LEVELS: Final = {"write": "ReadWrite", "read": "Read"}
"""The word of a permission by level, highest first; variants such as ``Calendars.Read.Shared`` are none of them."""
CALENDARS: Final = "Calendars"
CONTACTS: Final = "Contacts"


@dataclass(frozen=True, slots=True, kw_only=True)
class Principals:
    """What two applications are in a tenant; ``client`` is the vendor's, ``None`` where nobody ever consented to it."""

    client: str | None
    graph: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """The scopes that somebody's own consents hold on Graph, and EWS wherever it is. ``None``: not all was read."""

    scopes: tuple[str, ...] | None
    found: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grants:
    """The consents to the vendor's application. ``failure`` says why these may not be all."""

    principals: Principals
    rows: tuple[GrantRow, ...]
    failure: ProviderError | None = None

    @property
    def complete(self) -> bool:
        """Whether there is no other."""
        return self.failure is None

    def for_all(self) -> frozenset[str]:
        """The scopes that were consented to for the whole tenant, as far as they were read."""
        return self._scopes(one for one in self.rows if one.consent_type == "AllPrincipals")

    def by_person(self) -> dict[str, Held]:
        """What people hold by their own consents, by id; nobody is in it who holds none that was read."""
        rows: dict[str, list[GrantRow]] = {}
        for row in self.rows:
            if row.consent_type == "Principal":
                rows.setdefault(text_of(row.principal_id), []).append(row)
        return {person: self._held(own) for person, own in rows.items()}

    def _held(self, rows: list[GrantRow]) -> Held:
        found = self._scopes(rows)
        # There is one consent for each application that is consented on, so that of Graph is all there is of Graph.
        known = self.complete or any(row.resource_id == self.principals.graph for row in rows)
        return Held(scopes=tuple(sorted(found)) if known else None, found=found)

    def _scopes(self, rows: Iterable[GrantRow]) -> frozenset[str]:
        return frozenset(
            scope for row in rows for scope in row.scopes if row.resource_id == self.principals.graph or scope == EWS
        )


def principals_of(calls: Calls, app_id: str) -> Principals:
    """What the vendor's application and Graph are in the tenant.

    Raises:
        ProviderError: they cannot be read.
    """
    client = _principal(calls, app_id)
    graph = _principal(calls, GRAPH_APP)
    if graph is None:
        raise ProviderError(
            "Microsoft Graph shows no service principal of its own in this tenant; nothing was taken from it"
        )
    return Principals(client=client, graph=graph)


def _principal(calls: Calls, app_id: str) -> str | None:
    query = {"$filter": f"appId eq {quoted(app_id)}", "$select": "id"}
    page = calls.get("servicePrincipals", kind=Page[PrincipalRow], query=query)
    return page.value[0].id if page.value else None


def grants_of(calls: Calls, app_id: str) -> Grants:
    """Every consent to the vendor's application; where reading breaks off later on, those that were read by then.

    Raises:
        ProviderError: none could be read.
    """
    principals = principals_of(calls, app_id)
    rows: list[GrantRow] = []
    if principals.client is None:
        return Grants(principals=principals, rows=())
    begun = False
    try:
        for page in calls.pages(
            "oauth2PermissionGrants",
            kind=Page[GrantRow],
            query={"$filter": f"clientId eq {quoted(principals.client)}"},
            what="consents",
        ):
            rows += _ours(page, principals.client)
            begun = True
    except ProviderError as error:
        if not begun:
            raise
        return Grants(principals=principals, rows=tuple(rows), failure=error)
    return Grants(principals=principals, rows=tuple(rows))


def _ours(page: Page[GrantRow], client: str) -> list[GrantRow]:
    """The consents of a page.

    Raises:
        ProviderError: one was not asked for, or says of nobody that he consented.
    """
    for row in page.value:
        if row.client_id != client:
            raise ProviderError(
                "Microsoft Graph shows consents to an application nobody asked for; its filter is not kept"
            )
        if row.consent_type == "Principal" and not text_of(row.principal_id):
            raise ProviderError("Microsoft Graph shows a consent of one user without saying whose")
    return page.value


def traces(scopes: frozenset[str]) -> tuple[Trace, ...]:
    """What a person's scopes are traces of."""
    calendar, contacts = level_of(CALENDARS, scopes), level_of(CONTACTS, scopes)
    found = []
    if (calendar, contacts) != ("none", "none"):
        found.append(Trace(ServiceType.OFFICE365_GRAPH, calendar, contacts))
    if EWS in scopes:
        found.append(Trace(ServiceType.OFFICE365_EWS))
    return tuple(found)


def level_of(area: str, scopes: frozenset[str]) -> str:
    """The highest level of one area that scopes give."""
    return next((level for level, word in LEVELS.items() if f"{area}.{word}" in scopes), "none")


def hides(scopes: frozenset[str]) -> bool:
    """Whether consent for the whole tenant stands for people without one of their own."""
    return any(one == EWS or one.startswith((f"{CALENDARS}.", f"{CONTACTS}.")) for one in scopes)
