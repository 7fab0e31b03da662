"""What a policy asks for where it states nothing more than settings."""

from dataclasses import replace

from calplan.model.diagnostic import Position
from calplan.model.policy import CalendarPolicy, GroupOverride
from calplan.model.settings import WantedSettings

PLAIN = CalendarPolicy(name="contoso", account="contoso", settings=WantedSettings())


def test_a_policy_asks_for_nothing_that_it_does_not_state() -> None:
    asked = (PLAIN.ensure_tenant_grant, PLAIN.office365_revoke_stale, PLAIN.google_revoke_stale, PLAIN.ews_allow_listed)
    assert not any(asked)
    assert PLAIN.groups is None
    assert PLAIN.private_events is None
    assert not GroupOverride(group="Sales").inherit


def test_where_a_policy_is_written_is_no_part_of_what_it_means() -> None:
    assert replace(PLAIN, positions={"integration": Position(file="policy.yaml", line=1, column=1)}) == PLAIN
