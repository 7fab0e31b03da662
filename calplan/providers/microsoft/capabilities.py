"""What can be done at Microsoft about each thing that a policy states, and on whose word."""

from typing import Final

from calplan.providers.base import Ability, Capabilities, Capability

GRANTS: Final = "GET, POST, PATCH and DELETE /oauth2PermissionGrants of the vendor's application"
LISTED: Final = "GET /users and each one's own grants: consent that was given, no connection of anybody"

CAPABILITIES: Final = Capabilities(
    platform="microsoft",
    table={
        "office365.revokeStale": Capability(ability=Ability.WRITE, source=GRANTS),
        "office365.tenantGrant": Capability(ability=Ability.WRITE, source=GRANTS),
        "users": Capability(ability=Ability.READ, source=LISTED),
    },
)
