"""What would have to be otherwise for a user: every kind of change, pairs, and the order of the answers."""

from typing import Final

import pytest

from calplan.impact.outcome import Notice, Outcome
from calplan.impact.resolve import Levels
from calplan.model.account import TenantFacts
from calplan.model.levels import Group, GroupModel, Groups
from calplan.model.policy import GroupOverride
from calplan.model.service import Service
from calplan.model.settings import AccountSettings, Setting
from calplan.model.unknown import UNKNOWN, Unknown
from calplan.model.user import RawFacts, text_list
from calplan.plan.service_parts import Part
from calplan.plan.why.counterfactual import counterfactual
from calplan.plan.why.suppositions import (
    ClientAdded,
    Connected,
    DomainListed,
    GrantHeld,
    GrantLeft,
    OverrideLeft,
    OverridesLeft,
    SettingLeft,
    Situation,
    Supposition,
)
from tests import make

LEGACY: Final = GroupModel(kind="legacy")
PRIORITY: Final = GroupModel(kind="priority", order=("g1", "g2"))
KNOWN: Final = (Group(id="g1", name="Executives"), Group(id="g2", name="Staff"))
LOCK: Final = SettingLeft(setting=Setting.LOCKED)
SERVICE: Final = SettingLeft(setting=Setting.SERVICE)
DOMAINS: Final = SettingLeft(setting=Setting.ALLOWED_DOMAINS)
ON_GOOGLE: Final = make.facts("google", "write", "read")
OUTSIDE: Final = DomainListed(domain=next(iter(make.domains("corp.example"))))


def situation(
    before: AccountSettings,
    after: AccountSettings,
    raw: RawFacts = ON_GOOGLE,
    *,
    tenant: TenantFacts | None = None,
    ensures_grant: bool = False,
    was: tuple[GroupOverride, ...] | Unknown = (),
    now: tuple[GroupOverride, ...] | Unknown = (),
    model: GroupModel = PRIORITY,
) -> Situation:
    return Situation(
        before=Levels(account=before, groups=Groups(known=KNOWN, overrides=was), model=model),
        after=Levels(account=after, groups=Groups(known=KNOWN, overrides=now), model=model),
        tenant=tenant or make.tenant(),
        ensures_grant=ensures_grant,
        email="ann@corp.example",
        raw=raw,
    )


def answers(now: Situation) -> dict[tuple[Supposition, ...], Outcome]:
    """What spares the user the outcome he has, in the order it is told."""
    assert now.outcome is not None
    return {one.changes: one.forecast.outcome for one in counterfactual(now, now.outcome.outcome)}


def graph_locked(**more: object) -> AccountSettings:
    settings = make.account(service=make.graph(), locked=True)
    for name, value in more.items():
        settings = make.altered(settings, name, value)
    return settings


def test_a_changed_setting_that_stays_as_it_is_spares_him() -> None:
    found = answers(situation(make.account(), graph_locked()))
    assert found[(LOCK,)] is Outcome.UNAFFECTED
    assert found[(SERVICE,)] is Outcome.UNAFFECTED


@pytest.mark.parametrize(
    "now, part",
    [
        (situation(make.account(), make.account(service=make.google("read", "read"), locked=True)), Part.CALENDAR),
        (situation(make.account(), make.account(service=make.google("write", "none"), locked=True)), Part.CONTACTS),
        (
            situation(
                make.account(service=make.exchange()),
                make.account(service=make.exchange("https://other.corp.example/EWS/Exchange.asmx"), locked=True),
                make.facts("exchange-ews", ews_host="mail.corp.example", auth="basic"),
            ),
            Part.EWS_URL,
        ),
        (
            situation(
                make.account(service=make.exchange(impersonation=make.impersonation())),
                make.account(service=make.exchange(impersonation=make.impersonation("new@corp.example"))),
                make.facts("exchange-ews", ews_host="mail.corp.example", auth="impersonation"),
            ),
            Part.IMPERSONATION,
        ),
        (
            situation(
                make.account(service=make.office365_ews("https://outlook.office365.com/EWS/Exchange.asmx")),
                make.account(service=make.office365_ews("https://outlook.office.com/EWS/Exchange.asmx"), locked=True),
                make.facts("office365-ews", ews_host="outlook.office365.com"),
            ),
            Part.EWS_URL,
        ),
    ],
)
def test_a_part_that_is_all_that_changes_stands_for_the_service(now: Situation, part: Part) -> None:
    found = answers(now)
    assert found[(SettingLeft(setting=Setting.SERVICE, part=part),)] is Outcome.UNAFFECTED
    assert (SERVICE,) not in found


def test_a_part_of_a_service_counts_apart_where_more_changes() -> None:
    held = make.facts("google", "write", "none")
    now = situation(make.account(), make.account(service=make.google("read", "none"), locked=True), held)
    found = answers(now)
    assert found[(SettingLeft(setting=Setting.SERVICE, part=Part.CALENDAR),)] is Outcome.UNAFFECTED
    assert (SettingLeft(setting=Setting.SERVICE, part=Part.CONTACTS),) not in found
    assert (SERVICE,) not in found


def test_no_part_is_tried_that_would_leave_no_permission_at_all() -> None:
    before = make.account(service=make.google("none", "read"))
    now = situation(before, make.account(service=make.graph("write", "none"), locked=True))
    assert (SettingLeft(setting=Setting.SERVICE, part=Part.CALENDAR),) not in answers(now)


@pytest.mark.parametrize(
    "name, value, setting",
    [
        ("enabled", False, Setting.ENABLED),
        ("allowed_domains", make.domains("partner.example"), Setting.ALLOWED_DOMAINS),
        ("locked", True, Setting.LOCKED),
    ],
)
def test_each_account_setting_can_stay(name: str, value: object, setting: Setting) -> None:
    held = make.facts("google", "read", "read")
    now = situation(make.account(), make.altered(make.account(), name, value), held)
    assert answers(now)[(SettingLeft(setting=setting),)] is Outcome.UNAFFECTED


def test_enforced_oauth_can_stay_off() -> None:
    before, held = make.account(service=make.office365_ews()), make.facts("office365-ews", auth="basic")
    now = situation(before, make.altered(before, "enforce_oauth", True), held)
    assert answers(now)[(SettingLeft(setting=Setting.ENFORCE_OAUTH),)] is Outcome.UNAFFECTED


def test_a_setting_nobody_read_can_stay_unread() -> None:
    now = situation(make.account(allowed_domains=UNKNOWN), make.account(allowed_domains=make.domains("x.example")))
    assert [*answers(now).items()] == [((DOMAINS,), Outcome.UNAFFECTED), ((OUTSIDE,), Outcome.UNAFFECTED)]


def test_his_domain_can_be_on_the_list() -> None:
    now = situation(make.account(), make.account(allowed_domains=make.domains("partner.example")))
    assert [*answers(now)] == [(DOMAINS,), (OUTSIDE,)]


def test_a_list_that_nobody_read_can_hold_his_domain() -> None:
    settings = graph_locked(allowed_domains=UNKNOWN)
    now = situation(make.account(allowed_domains=UNKNOWN), settings, make.facts(""))
    assert now.outcome is not None
    assert now.outcome.outcome is Outcome.AT_RISK
    assert answers(now)[(OUTSIDE,)] is Outcome.PROMPTED


@pytest.mark.parametrize(
    "clients, added, told",
    [
        ((make.OLD_WINDOWS,), "5.2.2(win)", Outcome.DISCONNECTED_PROMPTED),
        ((make.OLD_MAC,), "5.2.2(mac)", Outcome.DISCONNECTED_PROMPTED),
        ((), "5.2.2(win)", Outcome.DISCONNECTED_PROMPTED),
        (("-",), "5.2.2(win)", Outcome.DISCONNECTED_PROMPTED),
    ],
)
def test_a_client_that_prompts_is_on_the_platform_he_has(clients: tuple[str, ...], added: str, told: Outcome) -> None:
    now = situation(make.account(), graph_locked(), make.facts("google", "write", "read", clients=clients))
    assert now.outcome is not None
    found = {one.changes: one.forecast for one in counterfactual(now, now.outcome.outcome)}
    assert found[(ClientAdded(client=added),)].outcome is told
    assert found[(ClientAdded(client=added),)].notice is Notice.PROMPT


def test_where_mapi_is_locked_a_client_on_windows_is_what_a_mac_user_lacks() -> None:
    now = situation(
        make.account(),
        make.account(service=make.MAPI, locked=True),
        make.facts("google", "write", "read", clients=(make.NEW_MAC,)),
    )
    found = answers(now)
    assert found[(ClientAdded(client="5.2.2(win)"),)] is Outcome.DISCONNECTED_PROMPTED
    assert (ClientAdded(client="5.2.2(mac)"),) not in found


def test_the_tenant_can_hold_the_grant_he_needs() -> None:
    now = situation(make.account(), graph_locked(), tenant=make.tenant(grant=()))
    assert now.outcome is not None
    assert now.outcome.outcome is Outcome.DISCONNECTED_BLOCKED
    scopes = frozenset({"Calendars.ReadWrite", "Contacts.Read"})
    assert answers(now)[(GrantHeld(scopes=scopes),)] is Outcome.DISCONNECTED_PROMPTED


def test_without_the_step_that_widens_the_grant_he_is_told_what_he_is_spared_from() -> None:
    now = situation(make.account(), graph_locked(), tenant=make.tenant(grant=()), ensures_grant=True)
    assert now.outcome is not None
    assert now.outcome.outcome is Outcome.DISCONNECTED_PROMPTED
    assert answers(now)[(GrantLeft(),)] is Outcome.DISCONNECTED_BLOCKED


def test_what_he_holds_can_equal_what_is_enforced() -> None:
    found = answers(situation(make.account(), graph_locked()))
    assert found[(Connected(service=make.graph()),)] is Outcome.UNAFFECTED


@pytest.mark.parametrize("held", [make.facts(None), make.facts("google", None, None)])
def test_an_unknown_connection_can_equal_what_is_enforced(held: RawFacts) -> None:
    after = make.account(locked=True)
    assert answers(situation(make.account(), after, held))[(Connected(service=make.google()),)] is Outcome.UNAFFECTED


@pytest.mark.parametrize(
    "service", [make.exchange(), make.office365_ews(), make.MAPI, make.google("read", "none"), make.graph()]
)
def test_every_service_can_be_held(service: Service) -> None:
    now = situation(make.account(), make.account(service=service, locked=True), make.facts("google", "write", "write"))
    assert answers(now)[(Connected(service=service),)] is Outcome.UNAFFECTED


def test_what_his_group_states_can_stay_key_by_key() -> None:
    override = GroupOverride(group="Executives", locked=True, service=make.graph())
    now = situation(make.account(), make.account(), replace_groups(ON_GOOGLE, "Executives"), now=(override,))
    assert [*answers(now).items()] == [
        ((OverrideLeft(group="g1", setting=Setting.LOCKED),), Outcome.UNAFFECTED),
        ((OverrideLeft(group="g1", setting=Setting.SERVICE),), Outcome.UNAFFECTED),
        ((Connected(service=make.graph()),), Outcome.UNAFFECTED),
    ]


def test_what_his_group_states_no_more_can_stay() -> None:
    own = (GroupOverride(group="g1", locked=False),)
    account = make.account(service=make.graph(), locked=True)
    now = situation(make.account(service=make.graph()), account, replace_groups(ON_GOOGLE, "g1"), was=own)
    assert (OverrideLeft(group="g1", setting=Setting.LOCKED),) not in answers(now)
    unlocked = make.account(service=make.graph())
    later = (GroupOverride(group="g1", locked=True),)
    moved = situation(unlocked, unlocked, replace_groups(ON_GOOGLE, "g1"), was=own, now=later)
    assert answers(moved)[(OverrideLeft(group="g1", setting=Setting.LOCKED),)] is Outcome.UNAFFECTED


@pytest.mark.parametrize(
    "setting, override",
    [
        (Setting.ENABLED, GroupOverride(group="g1", enabled=False)),
        (Setting.LOCKED, GroupOverride(group="g1", locked=True)),
    ],
)
def test_a_primary_group_counts_as_one_of_his_groups(setting: Setting, override: GroupOverride) -> None:
    held = make.facts("google", "read", "read", groups=(), primary_group="Executives")
    now = situation(make.account(), make.account(), held, now=(override,), model=LEGACY)
    assert answers(now)[(OverrideLeft(group="g1", setting=setting),)] is Outcome.UNAFFECTED


def test_sync_of_a_group_spares_nobody_anything() -> None:
    override = GroupOverride(group="g1", locked=True, bidirectional_sync=True)
    now = situation(make.account(), make.account(), make.facts("google", "read", groups=["g1"]), now=(override,))
    assert [*answers(now)] == [(OverrideLeft(group="g1", setting=Setting.LOCKED),), (Connected(service=make.google()),)]


def test_a_part_of_the_service_of_his_group_can_stay() -> None:
    was = (GroupOverride(group="g1", locked=True, service=make.google()),)
    later = (GroupOverride(group="g1", locked=True, service=make.google("read", "read")),)
    now = situation(make.account(), make.account(), replace_groups(ON_GOOGLE, "g1"), was=was, now=later)
    part = OverrideLeft(group="g1", setting=Setting.SERVICE, part=Part.CALENDAR)
    assert answers(now)[(part,)] is Outcome.UNAFFECTED


def test_groups_he_is_not_in_are_no_matter() -> None:
    override = GroupOverride(group="g2", locked=True, service=make.graph())
    now = situation(make.account(), graph_locked(), replace_groups(ON_GOOGLE, "g1"), now=(override,))
    assert not [one for changes in answers(now) for one in changes if isinstance(one, OverrideLeft)]


def test_where_nobody_read_what_groups_state_they_can_go_on_as_they_are() -> None:
    override = GroupOverride(group="g1", locked=True, service=make.graph())
    now = situation(
        make.account(), make.account(), replace_groups(ON_GOOGLE, "g1"), was=UNKNOWN, now=(override,), model=LEGACY
    )
    assert answers(now)[(OverridesLeft(),)] is Outcome.UNAFFECTED


def test_where_nobody_knows_his_groups_all_of_them_can_go_on_as_they_are() -> None:
    override = GroupOverride(group="g1", locked=True, service=make.graph())
    held = make.facts("google", "write", "read", groups=None)
    now = situation(make.account(), make.account(), held, now=(override,))
    assert [*answers(now)] == [(OverridesLeft(),)]
    same = situation(make.account(), graph_locked(), held, was=(override,), now=(override,))
    assert (OverridesLeft(),) not in answers(same)


def test_two_fields_together_are_tried_when_no_single_change_is_enough() -> None:
    after = make.account(enabled=False, allowed_domains=make.domains("partner.example"))
    assert answers(situation(make.account(), after)) == {
        (SettingLeft(setting=Setting.ENABLED), DOMAINS): Outcome.UNAFFECTED
    }


def test_three_walls_are_too_many() -> None:
    after = make.account(enabled=False, locked=True, service=make.MAPI, allowed_domains=make.domains("partner.example"))
    now = situation(make.account(), after, make.facts("google", "write", "read", clients=(make.NEW_MAC,)))
    assert now.outcome is not None
    assert now.outcome.outcome is Outcome.DISCONNECTED_BLOCKED
    assert answers(now) == {}


def test_a_service_and_a_part_of_it_are_no_pair() -> None:
    after = make.account(enabled=False, service=make.google("read", "none"))
    held = make.facts("google", "write", "read")
    now = situation(make.account(enabled=UNKNOWN), after, held)
    for one in counterfactual(now, Outcome.DISCONNECTED_BLOCKED):
        services = [
            part.part for part in one.changes if isinstance(part, SettingLeft) and part.setting is SERVICE.setting
        ]
        assert len(services) < 2 or None not in services


def test_answers_come_field_by_field_and_then_fact_by_fact() -> None:
    after = graph_locked(allowed_domains=make.domains("partner.example"), bidirectional_sync=True)
    now = situation(make.account(), after, make.facts("google", "write", "read", clients=(make.OLD_MAC,)))
    assert [*answers(now)] == [(DOMAINS,), (OUTSIDE,)]
    silent = situation(make.account(), graph_locked(), make.facts("google", "write", "read", clients=(make.OLD_MAC,)))
    assert [*answers(silent)] == [
        (LOCK,),
        (SERVICE,),
        (ClientAdded(client="5.2.2(mac)"),),
        (Connected(service=make.graph()),),
    ]


def test_how_clients_and_groups_are_listed_is_no_matter() -> None:
    override = GroupOverride(group="Executives", locked=True, service=make.graph())
    clients = [make.OLD_WINDOWS, make.OLD_MAC]
    first, second = (
        situation(
            make.account(),
            make.account(),
            make.facts("google", "write", "read", clients=order, groups=names),
            now=(override,),
        )
        for order, names in ((clients, ["Executives", "Staff"]), (clients[::-1], ["Staff", "g1"]))
    )
    assert answers(first) == answers(second)


def replace_groups(raw: RawFacts, *names: str) -> RawFacts:
    return raw._replace(groups=text_list([*names]))
