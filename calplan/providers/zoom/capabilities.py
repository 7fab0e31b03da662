"""What can be done at Zoom about each thing that a policy states, and on whose word."""

from typing import Final

from calplan.model.settings import Setting
from calplan.providers.base import Ability, Capabilities, Capability
from calplan.providers.zoom.portal_labels import LABELS

NO_API: Final = "the vendor's API has no call or field for it; a person reads and sets it in the web portal"
NO_API_FOR_GROUPS: Final = f"groups are read by GET /groups; for what they override, {NO_API}"
PRIVILEGES: Final = "GET, POST and DELETE /users/{id}/assistants; a changed privilege is taken away and given again"
LISTED: Final = "GET /users: addresses, status, groups and the last client; no connection of anybody"
AT_MICROSOFT: Final = "Zoom does not show what a Microsoft tenant grants"
AT_GOOGLE: Final = "Zoom does not show what users granted it at Google"

CAPABILITIES: Final = Capabilities(
    platform="zoom",
    table={
        **{one.value: Capability(ability=Ability.ATTEST, source=NO_API) for one in Setting},
        "groups": Capability(ability=Ability.ATTEST, source=NO_API_FOR_GROUPS),
        "office365.tenantGrant": Capability(ability=Ability.NONE, source=AT_MICROSOFT),
        "office365.revokeStale": Capability(ability=Ability.NONE, source=AT_MICROSOFT),
        "google.revokeStale": Capability(ability=Ability.NONE, source=AT_GOOGLE),
        "privateEvents": Capability(ability=Ability.WRITE, source=PRIVILEGES),
        "users": Capability(ability=Ability.READ, source=LISTED),
    },
    labels=LABELS,
)
