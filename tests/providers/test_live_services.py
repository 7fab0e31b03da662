"""Which services hold for anybody, which decides whether silence means that somebody is not connected."""

import pytest

from calplan.model.levels import Group, Groups
from calplan.model.policy import GroupOverride
from calplan.model.service import ServiceType
from calplan.model.unknown import UNKNOWN, Unknown
from calplan.providers.joined import live_services
from tests import make

LABS = (Group(id="g1", name="Labs"),)
GOOGLE, GRAPH = ServiceType.GOOGLE, ServiceType.OFFICE365_GRAPH


@pytest.mark.parametrize(
    "groups, found",
    [
        (Groups(), {GOOGLE}),
        (Groups(known=LABS), {GOOGLE}),
        (Groups(known=LABS, overrides=(GroupOverride(group="Labs", service=make.graph()),)), {GOOGLE, GRAPH}),
        (Groups(known=LABS, overrides=(GroupOverride(group="Labs", locked=True),)), {GOOGLE}),
        (Groups(known=LABS, overrides=UNKNOWN), UNKNOWN),
        (Groups(overrides=UNKNOWN), {GOOGLE}),
    ],
)
def test_a_service_that_a_group_may_have_is_reckoned_with(groups: Groups, found: set[ServiceType] | Unknown) -> None:
    live = live_services(make.account(), groups)
    assert live == (found if isinstance(found, Unknown) else frozenset(found))


def test_an_account_whose_service_nobody_read_has_any() -> None:
    assert live_services(make.account(service=UNKNOWN), Groups()) is UNKNOWN
