"""What the tenant says of apps and of consent: service principals, and the policy on who may consent."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from calplan.model.unknown import Unknown
from calplan.sandbox.account.read import read_tenant
from calplan.sandbox.servers.answer import Answer
from calplan.sandbox.servers.microsoft.asked import CONTEXT, Ask, denied, not_found
from calplan.sandbox.servers.microsoft.held import OTHER_APP
from calplan.sandbox.servers.microsoft.ids import EXCHANGE_APP, GRAPH_APP, principal_id
from calplan.sandbox.servers.microsoft.keys import MicrosoftKeys
from calplan.sandbox.servers.microsoft.paging import Listing, Pages
from calplan.sandbox.servers.world import World

Words = Mapping[str, str]
"""Ids by the words that stand for them."""
PROPERTIES: Final = (
    "id",
    "appId",
    "displayName",
    "accountEnabled",
    "servicePrincipalType",
    "oauth2PermissionScopes",
    "appRoles",
)
# https://learn.microsoft.com/graph/permissions-reference
SCOPES: Final = {
    "Calendars.Read": "465a38f9-76ea-45b9-9f34-9e8b0d4b0b42",
    "Calendars.ReadWrite": "1ec239c2-d7c9-4623-a91a-a9775856bb36",
    "Contacts.Read": "ff74d97f-43af-4b68-9f2a-b77ee6968c5d",
    "Contacts.ReadWrite": "d56682ec-c09e-4743-aaf4-1a3aac4caa21",
    "Calendars.Read.Shared": "2b9c4092-424d-4249-948d-b43879977640",
    "Calendars.ReadWrite.Shared": "12466101-c9b8-439a-8589-dd09ee67e8e9",
    "Calendars.ReadBasic": "662d75ba-a364-42ad-adee-f5f880ea4878",
    "Contacts.Read.Shared": "242b9d9e-ed24-4d09-9a52-f43769beb9d4",
    "Contacts.ReadWrite.Shared": "afb6c84b-06be-49af-80bb-8f3f77004eab",
}
EWS_SCOPES: Final = {"EWS.AccessAsUser.All": "9769c687-087d-48ac-9cb3-c37dde652038"}
ROLES: Final = {
    "Directory.Read.All": "7ab1d382-f21e-4acd-a863-ba3e13f7da61",
    "DelegatedPermissionGrant.ReadWrite.All": "8e8e4742-1d95-4f68-9d56-6ee75648c72a",
    "MailboxSettings.Read": "40f97065-369a-49f4-947c-6a255697ae91",
    "User.Read.All": "df021288-bdef-4463-88db-98f22de89214",
    "Application.Read.All": "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30",
}


@dataclass(slots=True, kw_only=True)
class Tenant:
    """The endpoints. The platform's app is there once anybody consented to it: ``app_is_known``."""

    world: World
    keys: MicrosoftKeys
    pages: Pages
    app_is_known: bool = True
    app_is_enabled: bool = True

    def clients(self) -> frozenset[str]:
        """The object ids of every service principal."""
        return frozenset(str(one["id"]) for one in self._principals())

    def list_principals(self, ask: Ask) -> Answer:
        """GET /servicePrincipals"""
        ask.only("$filter", "$select", "$count")
        wanted, selected = ask.clauses("appId"), ask.selected(frozenset(PROPERTIES), PROPERTIES)

        def rows() -> list[dict[str, object]]:
            return [one for one in self._principals() if one["appId"] == wanted.get("appId", one["appId"])]

        def show(row: dict[str, object]) -> dict[str, object]:
            return {name: row[name] for name in selected}

        of = f"servicePrincipals({','.join(selected)})" if "$select" in ask.query else "servicePrincipals"
        return self.pages.answer(ask, Listing(of=of, rows=rows, show=show))

    def show_principal(self, ask: Ask) -> Answer:
        """GET /servicePrincipals/{client} and /servicePrincipals(appId='{app}')"""
        ask.only("$select")
        selected = ask.selected(frozenset(PROPERTIES), PROPERTIES)
        name, word = ("appId", ask.names["app"]) if "app" in ask.names else ("id", ask.names["client"])
        found = next((one for one in self._principals() if one[name] == word), None)
        if found is None:
            raise not_found(word)
        fields = {name: found[name] for name in selected}
        return Answer(body={"@odata.context": f"{CONTEXT}servicePrincipals/$entity", **fields})

    def authorization_policy(self, ask: Ask) -> Answer:
        """GET /policies/authorizationPolicy; a tenant of which the file does not know it does not tell."""
        ask.only()
        with self.world.view() as connection:
            tenant = read_tenant(connection, self.world.path)
        if tenant is None or isinstance(tenant.user_consent, Unknown):
            raise denied()
        stated = {
            "@odata.context": f"{CONTEXT}policies/authorizationPolicy/$entity",
            "id": "authorizationPolicy",
            "displayName": "Authorization Policy",
            "defaultUserRolePermissions": {
                "allowedToCreateApps": False,
                "permissionGrantPoliciesAssigned": sorted(tenant.user_consent),
            },
        }
        return Answer(body=stated)

    def _principals(self) -> list[dict[str, object]]:
        platform = [_principal(self.keys.app_id, "Zoom", enabled=self.app_is_enabled)] if self.app_is_known else []
        return [
            *platform,
            _principal(self.keys.client_id, "calplan"),
            _principal(OTHER_APP, "Timesheets"),
            _principal(GRAPH_APP, "Microsoft Graph", scopes=SCOPES, roles=ROLES),
            _principal(EXCHANGE_APP, "Office 365 Exchange Online", scopes=EWS_SCOPES),
        ]


def _principal(
    app: str, name: str, *, enabled: bool = True, scopes: Words | None = None, roles: Words | None = None
) -> dict[str, object]:
    offered = [{"id": one, "value": word, "type": "User", "isEnabled": True} for word, one in (scopes or {}).items()]
    given = [
        {"id": one, "value": word, "allowedMemberTypes": ["Application"], "isEnabled": True}
        for word, one in (roles or {}).items()
    ]
    return {
        "id": principal_id(app),
        "appId": app,
        "displayName": name,
        "accountEnabled": enabled,
        "servicePrincipalType": "Application",
        "oauth2PermissionScopes": offered,
        "appRoles": given,
    }
