"""The steps of a plan: which there are, in which order, and how many users each disconnects."""

from dataclasses import replace
from itertools import pairwise, permutations, product

import pytest

from calplan.diff import Transition
from calplan.model.account import AssistantPair, PrivateAccess, PrivateEvents
from calplan.model.service import Office365Ews, Service
from calplan.model.settings import ANY, AccountSettings, Domains, WantedSettings
from calplan.model.unknown import UNKNOWN
from calplan.plan.actions import EnsureGrant, SetDomains, SetEnabled, SetLock, SetOAuth, SetService
from calplan.plan.changes import setting_changes
from calplan.plan.kinds import (
    WHY,
    WHY_ALONE,
    WHY_CHEAPEST,
    WHY_OAUTH_FIRST,
    StepKind,
    canonical,
    inversions,
    whole,
    why_here,
)
from calplan.plan.steps import in_turn
from calplan.plan.writes import settings_after
from tests import make
from tests.impact.test_worked_example import AFTER, BEFORE, TENANT, users

ORDER = ("disable", "unlock", "set_domains", "set_service", "set_consent", "lock", "set_oauth", "enable", "set_sync")
WITHOUT_OAUTH = tuple(kind for kind in ORDER if kind != "set_oauth")
ORDER_TO_OFFICE365_EWS = (*WITHOUT_OAUTH[:3], "set_oauth", *WITHOUT_OAUTH[3:])

SWITCH = (False, True)
SERVICES: tuple[Service, ...] = (make.google(), make.graph(), make.office365_ews())
LISTS: tuple[Domains, ...] = (ANY, make.domains("corp.example"))
STATES = tuple(
    replace(
        make.account(enabled=enabled, locked=locked, service=service, allowed_domains=listed),
        bidirectional_sync=sync,
        consent_for_account=consent,
        enforce_oauth=oauth,
    )
    for enabled, locked, service, listed in product(SWITCH, SWITCH, SERVICES, LISTS)
    for sync, consent, oauth in product(SWITCH, repeat=3)
)
"""192 states; every pair of them is 36,864 combinations of changes."""


def kinds_for(before: AccountSettings, after: AccountSettings) -> set[str]:
    """The kinds a change needs, by an own list."""
    pairs = {
        "enable": not before.enabled and after.enabled,
        "disable": before.enabled and not after.enabled,
        "lock": not before.locked and after.locked,
        "unlock": before.locked and not after.locked,
        "set_domains": before.allowed_domains != after.allowed_domains,
        "set_service": before.service != after.service,
        "set_consent": before.consent_for_account != after.consent_for_account,
        "set_oauth": before.enforce_oauth != after.enforce_oauth,
        "set_sync": before.bidirectional_sync != after.bidirectional_sync,
    }
    return {kind for kind, needed in pairs.items() if needed}


def test_every_combination_of_changes_is_written_in_canonical_order() -> None:
    for before, after in product(STATES, repeat=2):
        kinds = [write.kind.value for write in make.direct_writes(before, after)]
        order = ORDER_TO_OFFICE365_EWS if isinstance(after.service, Office365Ews) else ORDER
        needed = kinds_for(before, after)
        assert set(kinds) == needed
        # The consent switch belongs with the service; without one it harms nobody wherever it stands.
        free = set() if "set_service" in needed else {"set_consent"}
        assert [one for one in kinds if one not in free] == [one for one in order if one in needed - free]


def test_every_combination_of_writes_ends_in_the_wanted_state() -> None:
    for before, after in product(STATES[::5], STATES[::3]):
        state = before
        for write in make.direct_writes(before, after):
            assert settings_after(write.action, state) != state
            state = settings_after(write.action, state)
        assert state == after


def test_grant_comes_first_and_private_events_last_and_oauth_moves_for_office365_ews_alone() -> None:
    every = frozenset(StepKind)
    for to_office365_ews, middle in ((False, ORDER), (True, ORDER_TO_OFFICE365_EWS)):
        order = whole(canonical(every, to_office365_ews=to_office365_ews), every)
        assert [kind.value for kind in order] == ["ensure_grant", *middle, "revoke_stale", "set_private_access"]


def test_a_setting_nobody_read_is_written_when_wanted_and_left_when_not() -> None:
    for name, write in (
        ("enabled", SetEnabled(on=True)),
        ("locked", SetLock(on=False)),
        ("service", SetService(service=make.google())),
        ("allowed_domains", SetDomains(domains=ANY)),
        ("enforce_oauth", SetOAuth(on=False)),
    ):
        before = make.altered(make.account(), name, UNKNOWN)
        assert [one.action for one in make.direct_writes(before, make.account())] == [write]
        assert make.direct_writes(before, before) == ()


D, U, K, L, A, E = (
    StepKind.DOMAINS,
    StepKind.UNLOCK,
    StepKind.KEY,
    StepKind.LOCK,
    StepKind.OAUTH,
    StepKind.ENABLE,
)


@pytest.mark.parametrize(
    "kind, order, reason",
    [
        (StepKind.GRANT, (D, K), WHY[StepKind.GRANT]),
        (StepKind.SYNC, (), WHY[StepKind.SYNC]),
        (D, (D, K, L), WHY[D]),
        (D, (L, D), WHY_CHEAPEST),
        (D, (D, K), WHY_CHEAPEST),
        (D, (D,), WHY_ALONE),
        (U, (U, K), WHY[U]),
        (U, (K, U), WHY_CHEAPEST),
        (K, (L, K), WHY[K]),
        (L, (D, K, L, A), WHY[L]),
        (L, (L, K), WHY_CHEAPEST),
        (L, (K, L, D), WHY_CHEAPEST),
        (A, (L, A), WHY[A]),
        (A, (K, A), WHY_CHEAPEST),
        (A, (A, L), WHY_CHEAPEST),
        (A, (A,), WHY_ALONE),
        (E, (K, E), WHY[E]),
        (E, (E, K), WHY_CHEAPEST),
    ],
)
def test_a_reason_is_given_only_where_it_holds(kind: StepKind, order: tuple[StepKind, ...], reason: str) -> None:
    assert why_here(kind, order, to_office365_ews=False) == reason


def test_oauth_before_the_service_is_for_office365_through_ews_alone() -> None:
    assert why_here(A, (A, K), to_office365_ews=True) == WHY_OAUTH_FIRST
    assert why_here(A, (A, K), to_office365_ews=False) == WHY_CHEAPEST
    assert why_here(A, (L, A), to_office365_ews=True) == WHY[A]
    assert WHY.keys() == set(StepKind)


def test_an_order_is_measured_by_the_pairs_that_stand_the_other_way_round() -> None:
    assert [inversions(order, (D, K, L)) for order in permutations((D, K, L))] == [0, 1, 1, 2, 2, 3]


WORKED = make.Scene(before=BEFORE, after=make.wanted(AFTER), users=users(), facts_of_tenant=TENANT)


def test_the_worked_example_loses_two_none_and_thirteen() -> None:
    steps = WORKED.plan().steps
    assert [(step.kind, step.expected_lost) for step in steps] == [
        (StepKind.DOMAINS, 2),
        (StepKind.KEY, 0),
        (StepKind.LOCK, 13),
    ]


def test_steps_are_numbered_and_each_waits_for_the_one_before() -> None:
    steps = replace(WORKED, ensure_tenant_grant=True, facts_of_tenant=make.tenant(())).plan().steps
    assert [step.id for step in steps] == ["s1", "s2", "s3", "s4"]
    assert steps[0].depends_on == ()
    for earlier, later in pairwise(steps):
        assert later.depends_on == (earlier.id,)
    assert steps[0].action == EnsureGrant(scopes=frozenset({"Calendars.ReadWrite", "Contacts.Read"}))


def test_flags_wait_for_nothing_and_settings_wait_for_the_setting_or_the_grant_before_them() -> None:
    pair = AssistantPair(user="ann@corp.example", assistant="bo@corp.example")
    scene = replace(
        WORKED,
        ensure_tenant_grant=True,
        facts_of_tenant=make.tenant(()),
        private_events=PrivateEvents(default=PrivateAccess.HIDDEN, exceptions=()),
        assistants={pair: PrivateAccess.MANAGED, replace(pair, user="cy@corp.example"): PrivateAccess.MANAGED},
    )
    steps = scene.plan().steps
    assert [(step.id, step.depends_on) for step in steps] == [
        ("s1", ()),
        ("s2", ("s1",)),
        ("s3", ("s2",)),
        ("s4", ("s3",)),
        ("s5", ()),
        ("s6", ()),
    ]
    assert [step.depends_on for step in in_turn((steps[4], *steps[2:4]))] == [(), (), ("s3",)]


def test_who_performs_a_step_follows_from_its_address() -> None:
    modes = {"integration.locked": "api", "allowedDomains": "manual"}
    steps = replace(WORKED, modes=modes).plan().steps
    assert [step.mode for step in steps] == ["manual", "manual", "api"]


def test_an_impersonated_user_without_a_recorded_server_is_lost_by_the_steps_as_by_the_change() -> None:
    """He is on the server of the account as it stands before, also when the service was saved and the lock comes."""
    login = make.impersonation()
    before = make.account(service=make.exchange("https://owa.corp.example/EWS/Exchange.asmx", login))
    after = make.account(service=make.exchange(make.OWN_SERVER, login), locked=True)
    user = make.facts("exchange-ews", auth="impersonation", mailbox_location="on-premises")
    plan = make.Scene(before=before, after=make.wanted(after), users={"ann@corp.example": user}).plan()
    assert plan.impact.lose.certain == 1
    assert sum(step.expected_lost for step in plan.steps) == 1


def test_a_connection_that_was_lost_is_not_lost_again_when_the_account_is_on_again() -> None:
    off, on = make.account(enabled=False), make.account()
    locked = make.account(locked=True, service=make.graph())
    found = make.assessment(on, locked, {"ann@corp.example": make.facts("google", "write", "read")})
    for states, losses in (
        ((off, on, locked), (0, 0)),
        ((on, off, on, locked), (1, 0, 0)),
        ((on, locked, on, locked), (1, 0, 0)),
    ):
        assert make.losses_by_state(states, found, make.tenant()) == losses


def test_a_connection_that_was_gained_on_the_way_can_be_lost_on_the_way() -> None:
    on, off = make.account(service=make.exchange(impersonation=make.impersonation())), make.account()
    found = make.assessment(off, on, {"ann@corp.example": make.facts(mailbox_location="on-premises")})
    assert make.losses_by_state((off, on, off), found, make.tenant()) == (0, 1)


@pytest.mark.parametrize(
    "address, before, after, reversibility",
    [
        ("bidirectionalSync", make.account(), make.account(bidirectional_sync=True), "reversible"),
        ("office365.consentForAccount", make.account(), make.account(consent_for_account=True), "reversible"),
        ("integration.locked", make.account(), make.account(locked=True), "setting-only"),
        ("integration.enabled", make.account(), make.account(enabled=False), "setting-only"),
        ("integration.service", make.account(), make.account(service=make.graph()), "setting-only"),
        (
            "integration.service",
            make.account(service=make.exchange(impersonation=make.impersonation())),
            make.account(service=make.graph()),
            "irreversible",
        ),
        (
            "integration.service",
            make.account(service=make.exchange()),
            make.account(service=make.exchange(impersonation=make.impersonation())),
            "setting-only",
        ),
    ],
)
def test_a_change_says_what_of_it_can_be_taken_back(
    address: str, before: AccountSettings, after: AccountSettings, reversibility: str
) -> None:
    (change,) = setting_changes(Transition(before=before, after=after), {}, {})
    assert (change.address, change.reversibility, change.actions) == (address, reversibility, ("update",))


def test_a_policy_that_states_nothing_changes_nothing() -> None:
    plan = replace(WORKED, after=WantedSettings()).plan()
    assert (plan.changes, plan.steps, plan.after.account) == ((), (), BEFORE)
