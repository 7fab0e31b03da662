"""The Microsoft tenant as an apply sees it: consent for everybody is ensured, and left over consents are revoked."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from calplan.model.account import Observed, TenantFacts
from calplan.model.proof import Person
from calplan.plan.actions import Action, Consent, EnsureGrant, RevokeStale
from calplan.plan.address_book import CLAIMED, AddressBook
from calplan.policyfile.documents import StatedProvider
from calplan.providers.base import Receipt, WritableEvidenceProvider
from calplan.providers.errors import NotAuthorisedError, ProviderError
from calplan.providers.http.client import Verb, Writer
from calplan.providers.http.retry import Time
from calplan.providers.http.said import RefusedError
from calplan.providers.microsoft.calls import Calls, quoted
from calplan.providers.microsoft.connecting import Clock, Tenant, server_of, tenant_of
from calplan.providers.microsoft.grants import Grants, Principals, grants_of, principals_of
from calplan.providers.microsoft.messages import GrantRow, Page
from calplan.providers.microsoft.permissions import WRITING, naming
from calplan.providers.microsoft.tenant import MicrosoftTenant, people_of
from calplan.providers.observing import Observe, unobserved
from calplan.providers.trust import Trust

GRANTS: Final = "oauth2PermissionGrants"
LONGEST_SCOPE: Final = 3850
"""https://learn.microsoft.com/graph/api/resources/oauth2permissiongrant"""
LOOKS: Final = (0.0, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
"""The pauses before each look at what was written, in seconds: a minute in all, for a directory that lags behind."""
NOT_FOUND: Final = 404
CONFLICT: Final = 409
MOST_NAMED: Final = 5


class WritingCalls(Calls):
    """What can be asked of Graph and told it. Each write may be sent twice: whoever calls looks afterwards."""

    def __init__(self, writer: Writer, time: Time) -> None:
        super().__init__(writer, time)
        self._writer = writer

    def post(self, content: dict[str, str]) -> None:
        self._write("POST", content=content)

    def patch(self, grant: str, scope: str) -> None:
        self._write("PATCH", grant, content={"scope": scope})

    def delete(self, grant: str) -> None:
        self._write("DELETE", grant)

    def _write(self, verb: Verb, *parts: str, content: object = None) -> None:
        granted = self.permissions()
        try:
            self._writer.write(verb, GRANTS, *parts, content=content, idempotent=True)
        except NotAuthorisedError as error:
            raise naming(error, WRITING, granted) from None


class WritableMicrosoftTenant(MicrosoftTenant):
    """A tenant that can also be written; every write looks at the tenant as it stands at that moment."""

    def __init__(self, calls: WritingCalls, tenant: Tenant, clock: Clock) -> None:
        super().__init__(calls, tenant, clock, probe_mailboxes=False)
        self._writing = calls

    def read_tenant(self) -> Observed[TenantFacts]:
        """What the tenant says of itself at this moment, whatever was read before."""
        self._grants = None
        return super().read_tenant()

    def perform(self, action: Action) -> Receipt:
        """Ensure the consent for everybody, or revoke consents that are left over.

        Raises:
            ProviderError: nothing changed, or ``outcome_unknown`` is set.
        """
        match action:
            case EnsureGrant(scopes=scopes):
                return self._ensure(scopes)
            case RevokeStale(consent=Consent.OFFICE365, users=users):
                return self._revoke(users)
            case _:
                raise ProviderError("this is nothing that is set at Microsoft; nothing was changed")

    def _ensure(self, scopes: frozenset[str]) -> Receipt:
        principals = principals_of(self._writing, self._tenant.app_id)
        client = principals.client
        if client is None:
            raise self._never_consented(scopes)
        standing = self._for_all(client, principals)
        if _covers(standing, scopes):
            return Receipt(at=self._clock(), changed=False)
        if standing is None:
            conflict = self._create(client, principals, scopes)
            if conflict is not None:
                standing = self._of_somebody_faster(client, principals)
                if _covers(standing, scopes):
                    # Of two tries the first may have been the one that gave it.
                    return Receipt(at=self._clock(), changed=conflict.outcome_unknown)
        if standing is not None:
            self._writing.patch(standing.id, _scope_of((*standing.scopes, *sorted(scopes - {*standing.scopes}))))
        if not self._seen(lambda: _covers(self._for_all(client, principals), scopes)):
            raise _not_visible("the consent for the whole tenant")
        return Receipt(at=self._clock(), changed=True)

    def _create(self, client: str, principals: Principals, scopes: frozenset[str]) -> RefusedError | None:
        """Give the consent; the refusal where there is one meanwhile, since somebody else gave it."""
        content = {"clientId": client, "consentType": "AllPrincipals", "resourceId": principals.graph}
        try:
            self._writing.post({**content, "scope": _scope_of(tuple(sorted(scopes)))})
        except RefusedError as error:
            if error.status == CONFLICT:
                return error
            raise
        return None

    def _of_somebody_faster(self, client: str, principals: Principals) -> GrantRow | None:
        """The consent that somebody else just gave, which may hold less.

        Raises:
            ProviderError: it does not show; ``outcome_unknown`` is set.
        """
        if not self._seen(lambda: self._for_all(client, principals) is not None):
            raise _not_visible("a consent for the whole tenant")
        return self._for_all(client, principals)

    def _for_all(self, client: str, principals: Principals) -> GrantRow | None:
        """The consent on Graph for the whole tenant, as it stands at this moment."""
        query = {"$filter": f"clientId eq {quoted(client)} and consentType eq 'AllPrincipals'"}
        pages = self._writing.pages(GRANTS, kind=Page[GrantRow], query=query)
        rows = [row for page in pages for row in page.value]
        return next((row for row in rows if _is_for_all(row, client, principals)), None)

    def _revoke(self, users: frozenset[str]) -> Receipt:
        """Take away the own consents of these users to this application, and no other."""
        grants = grants_of(self._writing, self._tenant.app_id)
        if grants.failure is not None:
            raise grants.failure
        wanted = self._ids_of(users, grants)
        rows = _own(grants, wanted)
        for done, row in enumerate(rows):
            self._writing.tell("consents revoked", done, len(rows))
            try:
                self._delete(row)
            except ProviderError as error:
                if done == 0:
                    raise
                message = f"{done:,} of {len(rows):,} consents are revoked, and then: {error}. Again revokes the rest"
                raise ProviderError(message, outcome_unknown=True) from None
        if rows and not self._seen(lambda: not _own(grants_of(self._writing, self._tenant.app_id), wanted)):
            raise _not_visible("the revocation of consents")
        return Receipt(at=self._clock(), changed=bool(rows))

    def _ids_of(self, users: frozenset[str], grants: Grants) -> frozenset[str]:
        """The ids of users; of somebody whom the directory does not have, no consent is left.

        Raises:
            ProviderError: nobody can tell who is meant; nothing was changed.
        """
        directory = self._read_directory()
        if directory.failure is not None:
            raise directory.failure
        book = AddressBook(people_of(grants, directory, {}))
        found = {login: book.find(login) for login in users}
        several = sorted(login for login, one in found.items() if one is CLAIMED)
        if several:
            shown = ", ".join(several[:MOST_NAMED]) + (" and others" if len(several) > MOST_NAMED else "")
            raise ProviderError(
                f"several users of {self._tenant.source} have the address {shown}, so it is unclear whose consent is"
                " meant. Make the addresses differ, or revoke by hand; nothing was changed"
            )
        return frozenset(one.id for one in found.values() if isinstance(one, Person))

    def _delete(self, row: GrantRow) -> None:
        try:
            self._writing.delete(row.id)
        except RefusedError as error:
            if error.status != NOT_FOUND:
                raise

    def _seen(self, look: Callable[[], bool]) -> bool:
        """Whether a look finds what was written; looking ends after a minute.

        Raises:
            ProviderError: nobody could look; ``outcome_unknown`` is set, since something was written.
        """
        for pause in LOOKS:
            self._writing.time.sleep(pause)
            try:
                if look():
                    return True
            except ProviderError as error:
                message = f"Microsoft took it, and what came of it cannot be looked at: {error}"
                raise ProviderError(message, outcome_unknown=True) from None
        return False

    def _never_consented(self, scopes: frozenset[str]) -> ProviderError:
        tenant = self._tenant
        return ProviderError(
            f"nobody in {tenant.source} ever consented to the application {tenant.app_id}, so it is not there to be"
            " granted anything; nothing was changed. Correct `appId`, or let one user connect and apply again, or have"
            f" an administrator consent at {tenant.consent_url(scopes)} plus &redirect_uri= one of the application's"
        )


def _is_for_all(row: GrantRow, client: str, principals: Principals) -> bool:
    return (row.client_id, row.consent_type, row.resource_id) == (client, "AllPrincipals", principals.graph)


def _covers(row: GrantRow | None, scopes: frozenset[str]) -> bool:
    return row is not None and scopes <= {*row.scopes}


def _own(grants: Grants, users: frozenset[str]) -> list[GrantRow]:
    """The consents that these users gave for themselves."""
    return [row for row in grants.rows if row.consent_type == "Principal" and row.principal_id in users]


def _scope_of(scopes: tuple[str, ...]) -> str:
    """Scopes as a consent holds them.

    Raises:
        ProviderError: they are too many for one; nothing was changed.
    """
    scope = " ".join(scopes)
    if len(scope) > LONGEST_SCOPE:
        raise ProviderError(
            f"the consent would hold {len(scope):,} letters of scopes, and Microsoft takes {LONGEST_SCOPE:,}. Remove"
            " scopes that the application does not need; nothing was changed"
        )
    return scope


def _not_visible(what: str) -> ProviderError:
    return ProviderError(
        f"applied, not yet visible: Microsoft took {what} and does not show it after {sum(LOOKS):.0f} seconds. It can"
        " lag behind; run calplan verify in a few minutes",
        outcome_unknown=True,
    )


def write_microsoft(
    stated: StatedProvider,
    file: Path,
    trust: Trust,
    clock: Clock,
    time: Time | None = None,
    *,
    observe: Observe = unobserved,
) -> WritableEvidenceProvider:
    """The tenant, to be written; ``file`` is the Account document.

    Raises:
        ProviderError: its credential cannot be resolved.
    """
    server = server_of(stated, file, trust, time, observe)
    return WritableMicrosoftTenant(WritingCalls(Writer(server), server.time), tenant_of(stated, file), clock)
