"""What can be done at an Exchange server about what a policy states, and on whose word."""

from typing import Final

from calplan.model.settings import Setting
from calplan.providers.base import Ability, Capabilities, Capability

NOT_THERE: Final = "Exchange knows nothing of the vendor's settings"
BY_PROBE: Final = (
    "an apply and a verify open the calendar and contacts of one other mailbox (GetFolder with ExchangeImpersonation);"
    " an administrator gives the role ApplicationImpersonation"
)
BY_HEADER: Final = "the build in the header of every answer; the name of the schema tells no product"
NO_TRACE: Final = "users of EWS on premises leave no trace that could be read"
NOTHING_TO_PROBE: Final = (
    "declared only: MAPI is spoken between Outlook's profile on each Windows machine and its server, and there is"
    " nothing to probe by API"
)

CAPABILITIES: Final = Capabilities(
    platform="exchange",
    table={
        **{one.value: Capability(ability=Ability.NONE, source=NOT_THERE) for one in Setting},
        "exchange.impersonation": Capability(ability=Ability.READ, source=BY_PROBE),
        "exchange.version": Capability(ability=Ability.READ, source=BY_HEADER),
        "exchange-mapi": Capability(ability=Ability.NONE, source=NOTHING_TO_PROBE),
        "groups": Capability(ability=Ability.NONE, source=NOT_THERE),
        "office365.tenantGrant": Capability(ability=Ability.NONE, source="Exchange does not show what a tenant grants"),
        "privateEvents": Capability(ability=Ability.NONE, source=NOT_THERE),
        "users": Capability(ability=Ability.NONE, source=NO_TRACE),
    },
)
