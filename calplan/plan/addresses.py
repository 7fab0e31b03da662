"""How a plan names what it changes that no setting of the account has a name for."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from calplan.impact.private_events import PairChange
    from calplan.impact.resolve import Levels
    from calplan.model.account import AssistantPair

GRANT_ADDRESS: Final = "office365.tenantGrant"


def group_address(group: str, levels: "Levels") -> str:
    """The address of a group's override: the group by its name, or by its id where another group has that name."""
    return f"groups[{levels.groups.name_of(group)}]"


def groups_in_order(groups: Iterable[str], levels: "Levels") -> list[str]:
    """Groups in an order that does not depend on the one they are listed in."""
    return sorted(groups, key=lambda group: group_address(group, levels))


def pair_address(change: "PairChange") -> str:
    """The address of the scheduling privilege that changes."""
    return address_of_pair(change.pair)


def address_of_pair(pair: "AssistantPair") -> str:
    """The address of one scheduling privilege."""
    return f"privateEvents[{pair.user},{pair.assistant}]"
