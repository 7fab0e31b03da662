"""Levels of an account for tests: three groups, what they may state, and who is in them."""

from calplan.impact.resolve import Levels
from calplan.impact.standing import Membership
from calplan.model.levels import GroupModel, Groups
from calplan.model.policy import GroupOverride
from calplan.model.settings import AccountSettings
from calplan.model.unknown import UNKNOWN, Unknown
from tests import make

LEGACY = GroupModel(kind="legacy")
PRIORITY = GroupModel(kind="priority", order=("execs", "staff", "labs"))
GRAPH, MAPI, WIDE = make.graph(), make.MAPI, make.google("write", "write")

STAFF_GRAPH = GroupOverride(group="staff", service=GRAPH)
STAFF_MAPI = GroupOverride(group="staff", service=MAPI)
EXECS_MAPI = GroupOverride(group="execs", service=MAPI)
EXECS_LOCK = GroupOverride(group="execs", locked=True)
EXECS_LOCK_MAPI = GroupOverride(group="execs", service=MAPI, locked=True)
LABS_LOCK_MAPI = GroupOverride(group="labs", service=MAPI, locked=True)
LABS_LOCK_WIDE = GroupOverride(group="labs", service=WIDE, locked=True)
LABS_OFF = GroupOverride(group="labs", enabled=False)
LABS_SYNC = GroupOverride(group="labs", bidirectional_sync=True)
STAFF_SYNC = GroupOverride(group="staff", bidirectional_sync=True)


def levels(*overrides: GroupOverride, model: GroupModel = LEGACY, account: AccountSettings | None = None) -> Levels:
    return Levels(account=account or make.account(), groups=Groups(overrides=overrides), model=model)


def member(*groups: str, primary: str | Unknown = UNKNOWN) -> Membership:
    return Membership(groups=frozenset(groups), primary=primary)
