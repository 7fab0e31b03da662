"""Rules where groups state something: in which words, under the account's lock, and of how many users."""

from dataclasses import replace
from datetime import date

import pytest

from calplan.model.diagnostic import Diagnostic, Severity
from calplan.model.levels import GroupModel, Groups
from calplan.model.policy import GroupOverride
from calplan.model.settings import WantedSettings
from calplan.model.unknown import UNKNOWN
from calplan.model.user import RawFacts
from calplan.plan.gates import Gate, GateStatus
from calplan.plan.plan import Plan
from tests import make
from tests.plan.validity.make import (
    EXECUTIVES,
    KNOWN,
    LABS,
    STAFF,
    grouped,
    member,
    plan_said,
    planned,
    summaries,
    with_code,
)

OFF = date(2026, 10, 1)
UNKNOWN_GRANT = make.tenant(grant=UNKNOWN)


# In the policy's own words


@pytest.mark.parametrize("word", ["Labs", "g3"])
@pytest.mark.parametrize("live", ["Labs", "g3"])
def test_a_group_is_told_by_the_word_of_the_policy_whatever_the_account_calls_it(word: str, live: str) -> None:
    stage = grouped(live=(GroupOverride(group=live, bidirectional_sync=True),))
    (found,) = with_code(planned(stage, (GroupOverride(group=word, bidirectional_sync=True),)).diagnostics, "V31")
    assert found.address == f"groups[{word}].bidirectionalSync"
    assert found.position is not None
    assert found.position.file == f"groups[{word}]"


@pytest.mark.parametrize("live", ["Labs", "g3"])
def test_a_live_group_that_the_policy_leaves_alone_is_told_by_its_name(live: str) -> None:
    (found,) = with_code(
        planned(grouped(live=(GroupOverride(group=live, bidirectional_sync=True),))).diagnostics, "V31"
    )
    assert found.address == "groups[Labs].bidirectionalSync"
    assert found.position is None
    assert found.summary.endswith("(live: `groups[Labs].bidirectionalSync`, which the policy leaves alone)")


@pytest.mark.parametrize("word", ["Labs", "g3"])
@pytest.mark.parametrize("allowed", [True, False])
def test_a_policy_says_of_a_group_that_its_tenant_allows_ews_whatever_it_calls_the_group(
    word: str, allowed: bool
) -> None:
    ews = GroupOverride(group=word, service=make.office365_ews(), ews_allow_listed=allowed)
    for live in ((), (GroupOverride(group="g3", service=make.office365_ews()),)):
        found = plan_said(planned(replace(grouped(live=live), as_of=OFF), (ews,)), "V08")
        assert found == [("V08", "warning" if allowed else "error", f"groups[{word}]")]


# Under the account's lock


@pytest.mark.parametrize("stated", ["policy", "live"])
def test_under_the_lock_what_groups_state_of_the_integration_is_judged_by_v37_alone(stated: str) -> None:
    override = GroupOverride(group=LABS, service=make.office365_ews(), enabled=True)
    stage = grouped(make.account(locked=True), live=(override,) if stated == "live" else ())
    plan = planned(replace(stage, as_of=OFF), None if stated == "live" else (override,))
    assert {one.code for one in plan.diagnostics if one.address and "groups" in one.address} == {"V37"}
    unlocked = planned(replace(stage, before=make.account(), as_of=OFF), None if stated == "live" else (override,))
    assert "V08" in {one.code for one in unlocked.diagnostics}


def test_a_group_under_the_lock_neither_forces_nor_shuts_out_anybody() -> None:
    locking = (GroupOverride(group=LABS, service=make.graph(), locked=True),)
    for locked, status in ((True, GateStatus.PASS), (False, GateStatus.REFUSE)):
        stage = replace(grouped(make.account(locked=locked)), facts_of_tenant=UNKNOWN_GRANT)
        assert gate(planned(stage, locking), "rule.V17").status is status
    listed = make.account(enabled=False, allowed_domains=make.domains("other.example"))
    for locked, status in ((True, GateStatus.PASS), (False, GateStatus.REFUSE)):
        stage = grouped(replace(listed, locked=locked))
        assert gate(planned(stage, (GroupOverride(group=LABS, enabled=True),)), "rule.V25").status is status


def gate(plan: Plan, name: str) -> Gate:
    return next(one for one in plan.gates if one.id == name)


def test_a_group_on_office365_makes_consent_count_unless_the_account_is_locked() -> None:
    graph = (GroupOverride(group=LABS, service=make.graph()),)
    for locked, codes in ((True, ["V15"]), (False, [])):
        stage = grouped(make.account(locked=locked, consent_for_account=True))
        assert [one[0] for one in plan_said(planned(stage, graph), "V15")] == codes


def test_sync_of_a_group_is_judged_under_the_lock_too_with_the_accounts_service() -> None:
    stage = grouped(make.account(locked=True, service=make.google("read")))
    plan = planned(stage, (GroupOverride(group=LABS, service=make.google(), bidirectional_sync=True),))
    assert plan_said(plan, "V29") == [("V29", "warning", "groups[Labs]")]
    assert plan_said(plan, "V37") == [("V37", "warning", "groups[Labs]")]


# V37


@pytest.mark.parametrize(
    "stated, live, remark",
    [
        (True, False, None),
        (False, False, "`integration.locked`"),
        (True, True, "`groups[Labs]`"),
        (False, True, "`integration.locked` and `groups[Labs]`"),
    ],
)
def test_an_override_without_effect_is_said_to_be_live_where_it_is(
    stated: bool, live: bool, remark: str | None
) -> None:
    off = (GroupOverride(group=LABS, enabled=False),)
    stage = grouped(
        make.account(locked=not stated),
        WantedSettings(locked=True) if stated else WantedSettings(),
        live=off if live else (),
    )
    end = "" if remark is None else f" (live: {remark}, which the policy leaves alone)"
    assert summaries(planned(stage, None if live else off), "V37") == [
        f"what `groups[Labs]` states of the integration has no effect while the account is locked{end}"
    ]


def test_a_group_that_states_sync_alone_is_not_silenced_and_neither_is_one_the_policy_removes() -> None:
    locked = make.account(locked=True)
    assert summaries(planned(grouped(locked), (GroupOverride(group=LABS, bidirectional_sync=True),)), "V37") == []
    assert summaries(planned(grouped(locked, live=(GroupOverride(group=LABS, locked=True),)), ()), "V37") == []


# Counts


def elsewhere(count: int, group: str, location: str) -> dict[str, RawFacts]:
    facts = member(group)._replace(mailbox_location=location)
    return {f"{group}-{location}-{number}@corp.example": facts for number in range(count)}


MAILBOXES = {
    **elsewhere(1, "g1", "on-premises"),
    **elsewhere(2, "g2", "unknown"),
    **elsewhere(4, "g3", "on-premises"),
    **elsewhere(8, "g9", "unknown"),
    **elsewhere(3, "g3", "cloud"),
}


def test_mailboxes_are_counted_where_their_service_comes_from() -> None:
    stage = grouped(make.account(service=make.graph()), users=MAILBOXES)
    groups = (
        GroupOverride(group=EXECUTIVES, service=make.graph("read")),
        GroupOverride(group="g2", locked=True),
        GroupOverride(group=LABS, service=make.google()),
    )
    assert hybrid(planned(stage, groups)) == {
        "integration.service.type": "0 mailboxes on premises, 10 unknown",
        "groups[Executives].service.type": "1 mailboxes on premises, 0 unknown",
    }
    locked = replace(stage, before=make.account(service=make.graph(), locked=True))
    assert hybrid(planned(locked, groups)) == {"integration.service.type": "5 mailboxes on premises, 10 unknown"}
    assert hybrid(planned(stage)) == {"integration.service.type": "5 mailboxes on premises, 10 unknown"}


def hybrid(plan: Plan) -> dict[str | None, str]:
    found = with_code(plan.diagnostics, "V14")
    return {one.address: one.summary.partition(": ")[2].partition(" (live")[0] for one in found}


def test_a_group_without_hybrid_mailboxes_is_not_warned_of_unless_the_tenant_is_declared_hybrid() -> None:
    graph = (GroupOverride(group=EXECUTIVES, service=make.graph()), GroupOverride(group=STAFF, service=make.graph()))
    stage = grouped(users=elsewhere(2, "g1", "on-premises"))
    assert list(hybrid(planned(stage, graph))) == ["groups[Executives].service.type"]
    declared = replace(stage, facts_of_tenant=make.tenant(hybrid=True))
    assert [one[1:] for one in plan_said(planned(declared, graph), "V14")] == [
        ("error", "groups[Executives]"),
        ("error", "groups[Staff]"),
    ]


def test_who_loses_mapi_is_counted_under_the_lock_that_takes_it() -> None:
    on_mac = member("g1", "exchange-mapi")._replace(clients=make.facts(clients=(make.NEW_MAC,)).clients)
    users = {f"{number}@corp.example": on_mac for number in range(2)}
    users["s@corp.example"] = on_mac._replace(groups=member("g2").groups, primary_group="g2")
    stage = grouped(make.account(service=make.MAPI), users=users)
    plan = planned(
        stage, (GroupOverride(group=EXECUTIVES, locked=True), GroupOverride(group=STAFF, locked=True, enabled=True))
    )
    loses = {one.address: one.summary.rpartition("; ")[2] for one in with_code(plan.diagnostics, "V09")}
    assert loses == {"groups[Executives].locked": "2 lose it", "groups[Staff].locked": "1 loses it"}
    everybody = planned(
        replace(stage, after=WantedSettings(locked=True)), (GroupOverride(group=EXECUTIVES, locked=True),)
    )
    assert summaries(everybody, "V09") == ["MAPI under the lock: only users on Windows keep the integration; 3 lose it"]


def test_where_nobody_read_what_groups_state_everybody_counts_as_the_accounts() -> None:
    stage = grouped(make.account(service=make.graph()), users=elsewhere(2, "g1", "on-premises"))
    unread = replace(stage, groups=Groups(known=KNOWN, overrides=UNKNOWN))
    assert hybrid(planned(unread)) == {"integration.service.type": "2 mailboxes on premises, 0 unknown"}


# V38


def v38(order: tuple[str, ...]) -> list[Diagnostic]:
    stage = replace(
        grouped(users={"e@corp.example": member("g1")}), group_model=GroupModel(kind="priority", order=order)
    )
    return with_code(planned(stage, (GroupOverride(group=EXECUTIVES, locked=True),)).diagnostics, "V38")


def test_a_group_has_its_priority_by_id_or_name_but_not_by_both() -> None:
    assert v38(("g1",)) == v38(("Executives", "Staff")) == []
    (found,) = v38(("Staff", "g1", "Labs", "Executives"))
    assert found.severity is Severity.ERROR
    assert found.summary == "`g1` and `Executives` in `groups.order` of the Account are one group"
    assert len(v38(("g1", "g2", "Executives", "Staff"))) == 2
