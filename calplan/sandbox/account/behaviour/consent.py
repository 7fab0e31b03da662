"""Somebody must consent before Graph can be authorised (S43, S44).

The platform's own flag decides nothing: consent lives in the Microsoft tenant (A23). It is given for everybody, or by
the user himself if the tenant lets users do that.
"""

import json
from typing import Final

from calplan.model.account import TenantFacts
from calplan.model.service import Office365Graph, Service
from calplan.model.unknown import Unknown
from calplan.sandbox.account.behaviour.person import Person

CALENDAR_SCOPES: Final = {"read": "Calendars.Read", "write": "Calendars.ReadWrite"}
CONTACTS_SCOPES: Final = {"read": "Contacts.Read", "write": "Contacts.ReadWrite"}
FOR_SELF: Final = "managepermissiongrantsforself."
ANYTHING_GOES: Final = "microsoft-user-default-legacy"
MICROSOFT_DECIDES: Final = "microsoft-user-default-recommended"
WITHHELD_BY_MICROSOFT: Final = frozenset({"Calendars.Read", "Calendars.ReadWrite", "Contacts.ReadWrite"})


def scopes_for(service: Service | Unknown) -> frozenset[str]:
    """The scopes that a default of Graph asks for; other services ask for none."""
    if not isinstance(service, Office365Graph):
        return frozenset()
    levels = service.permissions
    scopes = (CALENDAR_SCOPES.get(levels.calendar.value), CONTACTS_SCOPES.get(levels.contacts.value))
    return frozenset(scope for scope in scopes if scope is not None)


def missing(person: Person, service: Service | Unknown, tenant: TenantFacts | None) -> frozenset[str]:
    """The scopes known not to be granted, neither to everybody nor to this user. Names must be equal.

    A tenant or user whose grant is not known is taken to have what is needed.
    """
    if tenant is None or isinstance(tenant.grant, Unknown) or person.facts.own_grant is None:
        return frozenset()
    return scopes_for(service) - tenant.grant - frozenset(json.loads(person.facts.own_grant))


def users_may_consent(service: Service | Unknown, tenant: TenantFacts | None) -> bool:
    """Whether the tenant lets a user consent to the scopes himself.

    A tenant without an entry for users' own consent lets nobody. Microsoft's own selection withholds calendars. What
    any other policy holds is not modelled: such a tenant is taken to allow it.
    """
    if tenant is None or isinstance(tenant.user_consent, Unknown):
        return True
    entries = [entry.lower() for entry in tenant.user_consent]
    policies = {entry.removeprefix(FOR_SELF) for entry in entries if entry.startswith(FOR_SELF)}
    if ANYTHING_GOES in policies:
        return True
    if MICROSOFT_DECIDES in policies:
        return not scopes_for(service) & WITHHELD_BY_MICROSOFT
    return bool(policies)


def withheld(person: Person, service: Service | Unknown, tenant: TenantFacts | None) -> bool:
    """Whether only an admin of the tenant could help this user to authorise the default service."""
    return bool(missing(person, service, tenant)) and not users_may_consent(service, tenant)
