"""What several levels do in one commit: turn off while others change, and force a new service (V28, V33, V36)."""

from dataclasses import replace

import pytest

from calplan.model.limits import Limit
from calplan.model.policy import GroupOverride
from calplan.model.settings import WantedSettings
from tests import make
from tests.plan.validity.make import EXECUTIVES, LABS, STAFF, grouped, member, plan_said, planned, summaries

# V28


OFF_FOR_ALL = WantedSettings(enabled=False)
TO_GRAPH = WantedSettings(service=make.graph())


@pytest.mark.parametrize(
    "after, live, wanted, place, others",
    [
        (OFF_FOR_ALL, (), (GroupOverride(group=LABS, enabled=True),), "integration.enabled", "`groups[Labs].enabled`"),
        (OFF_FOR_ALL, (), (GroupOverride(group="g3", locked=True),), "integration.enabled", "`groups[g3].locked`"),
        (
            OFF_FOR_ALL,
            (),
            (GroupOverride(group=LABS, bidirectional_sync=True),),
            "integration.enabled",
            ".bidirectionalSync`",
        ),
        (OFF_FOR_ALL, (GroupOverride(group=LABS, locked=True),), (), "integration.enabled", "`groups[Labs].locked`"),
        (TO_GRAPH, (), (GroupOverride(group="g3", enabled=False),), "groups[g3]", "`integration.service`"),
        (
            WantedSettings(),
            (),
            (GroupOverride(group=LABS, enabled=False, locked=True),),
            "groups[Labs]",
            "`groups[Labs].locked`",
        ),
        (
            WantedSettings(),
            (),
            (GroupOverride(group=LABS, enabled=False, bidirectional_sync=True),),
            "groups[Labs]",
            "`groups[Labs].bidirectionalSync`",
        ),
        (
            WantedSettings(locked=True, allowed_domains=make.domains("corp.example")),
            (),
            (
                GroupOverride(group=STAFF, service=make.graph()),
                GroupOverride(group=LABS, enabled=False),
                GroupOverride(group="g1", enabled=False),
            ),
            "groups[g1]",
            "`integration.locked`, `allowedDomains`, `groups[Staff].service`",
        ),
    ],
)
def test_whatever_changes_beside_a_level_that_goes_off_is_named_once(
    after: WantedSettings,
    live: tuple[GroupOverride, ...],
    wanted: tuple[GroupOverride, ...],
    place: str,
    others: str,
) -> None:
    plan = planned(grouped(after=after, live=live), wanted)
    assert plan_said(plan, "V28") == [("V28", "error", place)]
    (summary,) = summaries(plan, "V28")
    level = "" if place == "integration.enabled" else f" for `{place}`"
    assert summary.startswith(f"the integration is off{level}, and other settings change as well: ")
    assert summary.endswith(others)
    assert plan.errored


@pytest.mark.parametrize(
    "after, live, wanted",
    [
        (OFF_FOR_ALL, (), None),
        (OFF_FOR_ALL, (GroupOverride(group=LABS, enabled=True, locked=True),), None),
        (OFF_FOR_ALL, (), (GroupOverride(group=LABS, enabled=False), GroupOverride(group=STAFF, enabled=False))),
        (WantedSettings(), (), (GroupOverride(group=LABS, enabled=False), GroupOverride(group=STAFF, enabled=False))),
        (
            WantedSettings(bidirectional_sync=True, consent_for_account=True),
            (),
            (GroupOverride(group=LABS, enabled=False), GroupOverride(group=STAFF, bidirectional_sync=True)),
        ),
        (TO_GRAPH, (), (GroupOverride(group=LABS, enabled=True, locked=True),)),
        (TO_GRAPH, (GroupOverride(group=LABS, enabled=False),), None),
        (TO_GRAPH, (GroupOverride(group=LABS, enabled=False),), (GroupOverride(group="g3", enabled=False),)),
        (
            WantedSettings(),
            (GroupOverride(group=LABS, enabled=False),),
            (GroupOverride(group=LABS, enabled=False, bidirectional_sync=True),),
        ),
    ],
)
def test_levels_may_go_off_together_and_beside_switches_of_other_levels(
    after: WantedSettings, live: tuple[GroupOverride, ...], wanted: tuple[GroupOverride, ...] | None
) -> None:
    assert summaries(planned(grouped(after=after, live=live), wanted), "V28") == []


def test_a_level_that_stays_off_changes_nothing_but_switches() -> None:
    live = (GroupOverride(group=LABS, enabled=False),)
    hidden = (GroupOverride(group=LABS, enabled=False, service=make.graph()),)
    assert plan_said(planned(grouped(live=live), hidden), "V28") == [("V28", "error", "groups[Labs]")]
    off = make.account(enabled=False)
    assert plan_said(planned(grouped(off), (GroupOverride(group=LABS, locked=True),)), "V28") == [
        ("V28", "error", "groups[Labs]")
    ]
    assert plan_said(planned(grouped(off, live=(GroupOverride(group=LABS, locked=True),)), ()), "V28") == [
        ("V28", "error", "(groups[Labs].enabled)")
    ]
    on = (GroupOverride(group=LABS, enabled=True, service=make.graph()),)
    assert summaries(planned(grouped(off), on), "V28") == []
    assert summaries(planned(grouped(make.account(locked=True), live=live), hidden), "V28") == []


# V33


def test_a_group_that_moves_from_graph_to_ews_is_warned_of() -> None:
    stage = grouped(make.account(service=make.graph()))
    ews = (GroupOverride(group=LABS, service=make.exchange()),)
    assert plan_said(planned(stage, ews), "V33") == [("V33", "warning", "groups[Labs]")]
    before_locked = grouped(
        make.account(locked=True), WantedSettings(locked=False), live=(GroupOverride(group=LABS, locked=True),)
    )
    assert summaries(planned(before_locked, ews), "V33") == []


# V36


USERS = {
    "e@corp.example": member("g1"),
    "s@corp.example": member("g2"),
    "n@corp.example": make.facts("google", "write", "read", groups=("g9",), primary_group="g9"),
}


@pytest.mark.parametrize(
    "after, live, wanted, places",
    [
        (
            TO_GRAPH,
            (),
            (GroupOverride(group=EXECUTIVES, locked=True), GroupOverride(group=STAFF, locked=True)),
            ["groups[Executives]"],
        ),
        (
            TO_GRAPH,
            (),
            (GroupOverride(group=STAFF, locked=True), GroupOverride(group=EXECUTIVES, locked=True)),
            ["groups[Executives]"],
        ),
        (WantedSettings(), (), (GroupOverride(group="g1", locked=True, service=make.graph()),), ["groups[g1]"]),
        (replace(TO_GRAPH, locked=True), (), (GroupOverride(group=EXECUTIVES, locked=True),), ["integration.locked"]),
        (
            WantedSettings(locked=True),
            (GroupOverride(group=STAFF, service=make.graph()),),
            None,
            ["integration.locked"],
        ),
        (WantedSettings(locked=True), (), (GroupOverride(group=EXECUTIVES, locked=True, service=make.graph()),), []),
        (TO_GRAPH, (), (GroupOverride(group=LABS, locked=True),), []),
        (TO_GRAPH, (GroupOverride(group=STAFF, locked=True),), None, []),
        (
            WantedSettings(),
            (),
            (GroupOverride(group=EXECUTIVES, locked=True), GroupOverride(group=STAFF, service=make.graph())),
            [],
        ),
    ],
)
def test_a_new_service_and_a_lock_from_any_two_levels_are_warned_of_once(
    after: WantedSettings,
    live: tuple[GroupOverride, ...],
    wanted: tuple[GroupOverride, ...] | None,
    places: list[str],
) -> None:
    # In Staff somebody is on Graph, as the group's own service would have it, and so loses it to the account's lock.
    users = {**USERS, "g@corp.example": member("g2", "office365-graph")}
    none_lost = replace(make.NO_LIMITS, disconnected=Limit(count=0))
    plan = planned(replace(grouped(after=after, users=users, live=live), limits=none_lost), wanted)
    assert plan_said(plan, "V36") == [("V36", "warning", place) for place in places]
    assert summaries(planned(grouped(after=after, users=users, live=live), wanted), "V36") == []
    assert all("live:" not in one for one in summaries(plan, "V36"))
