"""Whether the world moved under a saved plan: each of the four parts, and what does not count."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calplan.impact.outcome import OUTCOMES
from calplan.model.account import AssistantPair, PrivateAccess, PrivateEvents
from calplan.model.levels import Group, Groups
from calplan.model.limits import Limits
from calplan.model.policy import GroupOverride
from calplan.model.service import SecretReference
from calplan.model.settings import AccountSettings, WantedSettings
from calplan.model.unknown import UNKNOWN
from calplan.plan.moved_values import moved as moved_in_words
from calplan.plan.planfile import SavedPlan, unpack
from calplan.plan.staleness import HARMED_WORDS, RANK, Moved, policy_parts, staleness
from tests import make
from tests.make import Scene

LOCK = WantedSettings(locked=True, service=make.google("read", "none"))
USERS = {
    "ann@corp.example": make.facts("google", "write", "read"),
    "bo@corp.example": make.facts("google", "write", "read", clients=()),
    "cy@corp.example": make.facts(),
}
SCENE = Scene(after=LOCK, users=USERS)


def moved(then: Scene, now: Scene) -> tuple[Moved, ...]:
    fresh = now.parts()
    return staleness(unpack(then.packed()), dict(fresh.policy), fresh.document, now.assessed(), now.now)


def parts(then: Scene, now: Scene) -> list[str]:
    return [one.part for one in moved(then, now)]


def test_nothing_moved() -> None:
    assert moved(SCENE, SCENE) == ()


def test_time_alone_is_harmless_until_the_plan_expires() -> None:
    assert moved(SCENE, replace(SCENE, now=SCENE.now + timedelta(hours=11, minutes=59))) == ()
    assert moved(SCENE, replace(SCENE, now=SCENE.now + timedelta(hours=24))) == ()
    (late,) = moved(SCENE, replace(SCENE, now=SCENE.now + timedelta(hours=24, seconds=1)))
    assert (late.part, late.how) == ("time", "the plan expired at 2026-11-23T12:00:00+00:00")


def test_another_day_is_a_move() -> None:
    (other,) = moved(SCENE, replace(SCENE, as_of=SCENE.as_of + timedelta(days=1)))
    assert other == Moved(part="time", how="the plan was made for 2026-11-22, today is 2026-11-23")


def test_other_rules_are_a_move() -> None:
    saved = unpack(SCENE.packed())
    fresh = SCENE.parts()
    older = replace(saved, rules_version="0")
    found = staleness(older, dict(fresh.policy), fresh.document, SCENE.assessed(), SCENE.now)
    assert [(one.part, one.how) for one in found] == [("time", "the plan was made under rules 0, now 1")]


def test_a_policy_that_says_something_else_is_a_move_and_both_sides_are_shown() -> None:
    (other,) = moved(SCENE, replace(SCENE, after=replace(LOCK, bidirectional_sync=False)))
    assert other == Moved(part="policy", how="bidirectionalSync was not set when planned and is false now")


@pytest.mark.parametrize(
    "name, value",
    [
        ("enabled", UNKNOWN),
        ("locked", UNKNOWN),
        ("service", make.google("read", "read")),
        ("allowed_domains", make.domains("corp.example")),
        ("enforce_oauth", True),
    ],
)
def test_live_settings_that_changed_are_a_move(name: str, value: object) -> None:
    assert "settings" in parts(SCENE, replace(SCENE, before=make.altered(SCENE.before, name, value)))


def test_a_setting_that_became_unknown_and_one_that_became_known_are_moves() -> None:
    unread = replace(SCENE, before=make.account(locked=UNKNOWN))
    became = [one.how for one in moved(SCENE, unread) if one.part == "settings"]
    assert became == ["integration.locked was false when planned and is unknown now"]
    back = [one.how for one in moved(unread, SCENE) if one.part == "settings"]
    assert back == ["integration.locked was unknown when planned and is false now"]


GRAPH = Scene(
    after=WantedSettings(service=make.graph()), ensure_tenant_grant=True, facts_of_tenant=make.tenant(()), users=USERS
)


def test_a_grant_that_changed_what_is_left_to_grant_is_a_move() -> None:
    (granted,) = moved(GRAPH, replace(GRAPH, facts_of_tenant=make.tenant()))
    assert (granted.part, granted.how) == (
        "settings",
        "office365.tenantGrant was none when planned and is as wanted now",
    )


PAIR = AssistantPair(user="ann@corp.example", assistant="bo@corp.example")
PAIRS = Scene(
    private_events=PrivateEvents(default=PrivateAccess.HIDDEN, exceptions=()),
    assistants={PAIR: PrivateAccess.MANAGED},
    users=USERS,
)


def test_a_scheduling_privilege_that_changed_is_a_move_and_is_not_called_a_grant() -> None:
    (flag,) = moved(PAIRS, replace(PAIRS, assistants={PAIR: PrivateAccess.HIDDEN}))
    assert flag.part == "settings"
    assert "Microsoft" not in flag.how


def test_a_harmed_user_more_is_a_move_and_one_less_is_not() -> None:
    more = replace(SCENE, users={**USERS, "dan@corp.example": USERS["ann@corp.example"]})
    (grown,) = moved(SCENE, more)
    assert grown.part == "population"
    assert "dan@corp.example is now disconnected_prompted (was not among its users)" in grown.how
    assert moved(more, SCENE) == ()


def test_a_user_who_is_not_harmed_may_come_and_go() -> None:
    more = replace(SCENE, users={**USERS, "dan@corp.example": make.facts()})
    assert moved(SCENE, more) == moved(more, SCENE) == ()


# Users of this plan with each outcome from 1 to 6, and one who is not harmed.
LISTED = replace(LOCK, allowed_domains=make.domains("corp.example"))
WITH = {
    "disconnected_blocked": ("partner.example", make.facts("google", "write", "read")),
    "disconnected_silent": ("corp.example", make.facts("google", "write", "read", clients=(make.OLD_MAC,))),
    "disconnected_notice_unknown": ("corp.example", make.facts("google", "write", "read", clients=())),
    "disconnected_prompted": ("corp.example", make.facts("google", "write", "read")),
    "at_risk": ("corp.example", make.facts("unknown")),
    "prompted": ("corp.example", make.facts()),
}
IN_CORP = [name for name, (domain, _) in WITH.items() if domain == "corp.example"]


@pytest.mark.parametrize("then", IN_CORP)
@pytest.mark.parametrize("now", IN_CORP)
def test_a_user_may_move_to_a_milder_outcome_but_not_to_a_worse_one(then: str, now: str) -> None:
    scenes = [Scene(after=LISTED, users={"ann@corp.example": WITH[name][1]}) for name in (then, now)]
    worse = now in HARMED_WORDS and RANK[now] < (RANK[then] if then in HARMED_WORDS else 99)
    assert parts(*scenes) == (["population"] if worse else [])


def test_the_ranks_are_the_numbers_of_the_specification() -> None:
    assert {outcome.value for outcome in OUTCOMES[:6]} == HARMED_WORDS
    assert [RANK[outcome.value] for outcome in OUTCOMES] == [*range(1, 10)]
    for name, (domain, raw) in WITH.items():
        one = make.forecast(make.account(), WantedSettings.over(LISTED, make.account()), raw, email=f"a@{domain}")
        assert one is not None
        assert one.outcome.value == name


def test_only_the_first_ten_of_many_users_are_named() -> None:
    crowd = {f"u{number:02}@corp.example": USERS["ann@corp.example"] for number in range(12)}
    (grown,) = moved(SCENE, replace(SCENE, users={**USERS, **crowd}))
    assert grown.how.startswith("12 users would be hurt more: u00@corp.example")
    assert grown.how.endswith("and 2 more")
    assert "u10@" not in grown.how


def test_several_parts_are_all_named() -> None:
    now = replace(
        SCENE,
        after=replace(LOCK, consent_for_account=True),
        before=make.account(bidirectional_sync=True),
        users={**USERS, "dan@corp.example": USERS["ann@corp.example"]},
        now=SCENE.now + timedelta(days=2),
        as_of=SCENE.as_of + timedelta(days=2),
    )
    assert parts(SCENE, now) == ["policy", "settings", "population", "time", "time"]


def test_evidence_limits_and_version_are_no_moves() -> None:
    now = replace(SCENE, read_at=None, limits=Limits())
    saved: SavedPlan = unpack(SCENE.packed())
    fresh = now.parts(version="9.9")
    assert staleness(saved, dict(fresh.policy), fresh.document, now.assessed(), now.now) == ()


def test_what_others_read_of_the_users_does_not_count_unless_it_harms() -> None:
    renamed = {email: raw._replace(groups='["New"]') for email, raw in USERS.items()}
    assert moved(SCENE, replace(SCENE, users=renamed)) == ()


def test_moving_the_secret_of_the_impersonation_account_is_a_move() -> None:
    """Who approved a password from one place did not approve one from another."""
    login = make.impersonation()
    other = replace(login, password_from=SecretReference(kind="env", parts=(("env", "CALPLAN_SECRET_X"),)))
    then = replace(SCENE, after=replace(LOCK, service=make.exchange(impersonation=login)))
    now = replace(SCENE, after=replace(LOCK, service=make.exchange(impersonation=other)))
    assert parts(then, now) == ["policy"]


@pytest.mark.parametrize(
    "then, now, how",
    [
        (
            SCENE.before,
            make.account(service=make.graph("write", "read")),
            (
                "integration.service was google calendar write, contacts read when planned "
                "and is office365-graph calendar write, contacts read now"
            ),
        ),
        (
            make.account(service=make.exchange()),
            make.account(service=make.exchange(impersonation=make.impersonation(password_version=UNKNOWN))),
            (
                f"integration.service was exchange-ews {make.OWN_SERVER}, impersonation off when planned and is "
                f"exchange-ews {make.OWN_SERVER}, impersonation svc@corp.example "
                "(Exchange 2016, password version unknown) now"
            ),
        ),
        (
            make.account(allowed_domains=make.domains("a.example", "b.example")),
            make.account(allowed_domains=make.domains("b.example", "c.example")),
            "allowedDomains changed since the plan was made: added c.example; removed a.example",
        ),
        (
            SCENE.before,
            make.account(allowed_domains=make.domains("b.example", "c.example")),
            "allowedDomains was any when planned and is 2 entries (b.example, c.example) now",
        ),
        (
            make.account(allowed_domains=make.domains(*(f"d{number:02}.example" for number in range(25)))),
            make.account(allowed_domains=make.domains()),
            (
                "allowedDomains changed since the plan was made: removed "
                f"{', '.join(f'd{number:02}.example' for number in range(10))}, and 15 more"
            ),
        ),
    ],
)
def test_from_what_to_what_a_setting_moved_is_said_in_words(
    then: AccountSettings, now: AccountSettings, how: str
) -> None:
    found = moved(replace(SCENE, before=then), replace(SCENE, before=now))
    assert Moved(part="settings", how=how) in found


SALES = Group(id="g1", name="Sales")
GROUPS = replace(SCENE, groups=Groups(known=(SALES,), overrides=(GroupOverride(group="g1", locked=True),)))


def test_what_a_group_states_is_said_by_its_name() -> None:
    none = replace(SCENE, groups=Groups(known=(SALES,)))
    (gone,) = moved(GROUPS, none)
    assert gone.how == "group Sales stated locked true when planned and states nothing now"
    unread, *_ = moved(GROUPS, replace(SCENE, groups=Groups(known=(SALES,), overrides=UNKNOWN)))
    assert unread.how == "group Sales stated locked true when planned and states something nobody read now"


def test_groups_that_nobody_reads_any_more_are_a_move_even_where_they_stated_nothing() -> None:
    unread = replace(SCENE, groups=Groups(known=(SALES,), overrides=UNKNOWN))
    assert Moved(part="settings", how="groups was read when planned and is not read now") in moved(SCENE, unread)


@pytest.mark.parametrize(
    "modes, how",
    [
        ({}, "integration.locked was to be done by calplan through local when planned and is to be done by hand now"),
        (None, "integration.locked was to be done by hand when planned and is to be done by calplan through local now"),
    ],
)
def test_who_does_a_step_is_part_of_what_was_agreed_to(modes: dict[str, str] | None, how: str) -> None:
    """A step that a person has to do leaves the account half done until he does it."""
    by_hand = replace(SCENE, modes={})
    then, now = (by_hand, SCENE) if modes is None else (SCENE, by_hand)
    assert Moved(part="settings", how=how) in moved(then, now)


def test_each_field_of_a_policy_that_moved_is_named() -> None:
    then = replace(SCENE, wanted_groups=(GroupOverride(group="Sales", locked=True),))
    now = replace(
        SCENE,
        wanted_groups=(GroupOverride(group="Staff", enabled=False),),
        ensure_tenant_grant=True,
        private_events=PrivateEvents(default=PrivateAccess.HIDDEN, exceptions=((PAIR, PrivateAccess.MANAGED),)),
    )
    said = [one.how for one in moved(then, now) if one.part == "policy"]
    assert said == [
        "groups[Sales] was locked true when planned and is not set now",
        "groups[Staff] was not set when planned and is enabled false now",
        "office365.tenantGrant was not set when planned and is ensure now",
        "privateEvents was not set when planned and is stated now",
        "privateEvents.default was not set when planned and is hidden now",
        "privateEvents.except was not set when planned and is 1 entry (ann@corp.example bo@corp.example managed) now",
    ]


def test_a_plan_from_a_clock_that_is_ahead_is_a_move() -> None:
    ahead = replace(SCENE, now=SCENE.now - timedelta(minutes=5, seconds=1))
    (time,) = moved(SCENE, ahead)
    assert time.part == "time"
    assert time.how == (
        "the plan was made at 2026-11-22T12:00:00+00:00, which is still to come: it is 2026-11-22T11:54:59+00:00 here"
    )
    assert moved(SCENE, replace(SCENE, now=SCENE.now - timedelta(minutes=5))) == ()


KEYS = st.sampled_from(["type", "permissions", "impersonation", "passwordFrom", "ewsUrl", "ensureGrant"])
FORGED = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
)


@given(FORGED)
def test_no_value_that_a_forger_could_write_brings_the_words_down(then: object) -> None:
    """Whatever was written into a plan file, the refusal is a sentence."""
    assert moved_in_words("allowedDomains", then, [then])
    assert policy_parts({"office365": then, "groups": then, "privateEvents": then, "x": then}) is not None
