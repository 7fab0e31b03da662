"""What Google can be asked and told about each thing that a policy states, and on whose word."""

from typing import Final

from calplan.providers.base import Ability, Capabilities, Capability

REVOKES: Final = "DELETE admin/directory/v1/users/{userKey}/tokens/{clientId}, for the configured client ids alone"
LISTED: Final = "GET admin/directory/v1/users with their tokens, or the token log of admin/reports/v1: consent alone"

CAPABILITIES: Final = Capabilities(
    platform="google",
    table={
        "google.revokeStale": Capability(ability=Ability.WRITE, source=REVOKES),
        "users": Capability(ability=Ability.READ, source=LISTED),
    },
)
