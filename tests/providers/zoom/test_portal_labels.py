"""The labels of both generations of the portal: whatever a step can ask of a person has a name and a way to it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import product
from typing import get_args

import pytest

from calplan.model.account import AssistantPair, PrivateAccess
from calplan.model.permissions import Permission, Permissions
from calplan.model.service import EwsUrl, ExchangeMapi, Google, Office365Graph, SecretReference, Service, ServiceType
from calplan.model.settings import ANY, Setting
from calplan.model.unknown import UNKNOWN, UNMANAGED
from calplan.plan.actions import (
    Action,
    EnsureGrant,
    RevokeStale,
    SetConsent,
    SetDomains,
    SetEnabled,
    SetLock,
    SetOAuth,
    SetOverride,
    SetPrivateAccess,
    SetService,
    SetSync,
)
from calplan.plan.guide import Way, manual_steps
from calplan.plan.kinds import StepKind
from calplan.plan.labels import GROUP_NAME, Control, Part
from calplan.plan.steps import Step
from calplan.plan.writes import KEYS
from calplan.providers.zoom.portal_labels import LABELS
from tests import make

PLACE = SecretReference(kind="env", parts=(("env", "CALPLAN_SECRET_EXCHANGE"),))
LOGIN = replace(make.impersonation(), password_from=PLACE)
URL = EwsUrl.parse(make.OWN_SERVER).text


def levels() -> Iterator[Permissions]:
    known = (Permission.NONE, Permission.READ, Permission.WRITE)
    for calendar, contacts in product(known, known):
        if (calendar, contacts) != (Permission.NONE, Permission.NONE):
            yield Permissions(calendar=calendar, contacts=contacts)


def services() -> Iterator[Service]:
    yield from (Office365Graph(permissions=each) for each in levels())
    yield from (Google(permissions=each) for each in levels())
    yield make.office365_ews()
    yield from (make.exchange(impersonation=one) for one in (None, LOGIN, make.impersonation(), UNKNOWN))
    yield ExchangeMapi()


def actions() -> Iterator[Action]:
    for on in (True, False):
        yield from (kind(on=on) for kind in (SetEnabled, SetLock, SetConsent, SetOAuth, SetSync))
        for setting in (Setting.ENABLED, Setting.LOCKED, Setting.BIDIRECTIONAL_SYNC):
            yield SetOverride(group="g1", setting=setting, value=on)
    yield from (SetDomains(domains=one) for one in (ANY, make.domains("b.example", "a.example")))
    for service in services():
        yield SetService(service=service)
        yield SetOverride(group="g1", setting=Setting.SERVICE, value=service)
    yield from (SetOverride(group="g1", setting=setting, value=UNMANAGED) for setting in KEYS)
    yield EnsureGrant(scopes=frozenset({"Contacts.Read", "Calendars.Read"}))
    pair = AssistantPair(user="host@corp.example", assistant="help@corp.example")
    yield from (SetPrivateAccess(pair=pair, access=one) for one in (PrivateAccess.MANAGED, PrivateAccess.HIDDEN))


def step(action: Action, mode: str = "manual") -> Step:
    key = KEYS[action.setting] if isinstance(action, SetOverride) else ""
    return Step(
        id="s1",
        kind=StepKind.KEY,
        mode=mode,
        provider="zoom",
        address=f"groups[R&D [EU].x].{key}" if key else "somewhere",
        action=action,
        depends_on=(),
        expected_lost=0,
        expected_at_risk=0,
        why="",
    )


def ways(action: Action) -> dict[str, Way]:
    return {way.edition: way for way in manual_steps((step(action),), LABELS)["s1"]}


def acts(action: Action, edition: str) -> list[tuple[str, str]]:
    return [(act.field, act.set_to) for act in ways(action)[edition].acts]


def test_both_editions_name_every_part_with_its_day_and_its_article() -> None:
    assert [edition.name for edition in LABELS] == ["newer", "older"]
    for edition in LABELS:
        assert edition.labels.keys() == set(Part)
        assert edition.as_of == date(2026, 11, 22)
        for label in edition.labels.values():
            assert label.source
            assert label.documented or label.note, "what no article says is said to be so"


def test_the_actions_tried_are_of_every_kind() -> None:
    assert {type(action) for action in actions()} == set(get_args(Action)) - {RevokeStale}, "that is done elsewhere"
    asked = {(action.setting, type(action.value)) for action in actions() if isinstance(action, SetOverride)}
    assert {setting for setting, _ in asked} == set(KEYS)


@pytest.mark.parametrize("action", [*actions()], ids=lambda one: type(one).__name__)
def test_every_step_has_a_whole_way_in_both_editions(action: Action) -> None:
    found = ways(action)
    assert list(found) == ["newer", "older"]
    for way in found.values():
        assert way.acts
        assert way.sources
        assert all(act.field and act.set_to for act in way.acts)
        assert GROUP_NAME not in way.path
        assert ("R&D [EU].x" in way.path) is isinstance(action, SetOverride)
        saved = {Control.TEXT, Control.CHOICE, Control.TICK_BOX, Control.PASSWORD}
        assert way.save is any(act.control in saved for act in way.acts)


def test_what_goes_into_one_save_is_on_one_page() -> None:
    for edition in LABELS:
        service = [label for part, label in edition.labels.items() if part.value.startswith(Part.SERVICE.value)]
        domains = [edition.labels[Part.DOMAINS], edition.labels[Part.DOMAIN_LIST]]
        for parts in (service, domains):
            assert len({(label.path, label.group_path) for label in parts}) == 1
        assert all(label.saved for label in service)


def test_the_words_of_every_service_are_those_of_the_articles() -> None:
    known = {one.value for one in ServiceType}
    for edition in LABELS:
        assert edition.labels[Part.SERVICE].words.keys() == known
    graph = SetService(service=make.graph("write", "none"))
    choice = "Choose default calendar and contact services for users"
    levels_chosen = [("Calendar", "Write"), ("Contact", "neither Read nor Write")]
    assert acts(graph, "older") == [
        (choice, "Office 365"),
        ("Authorize with EWS URL", "not ticked"),
        *levels_chosen,
    ]
    assert acts(graph, "newer") == [(choice, "Office 365"), ("Authorize with", "Graph API"), *levels_chosen]
    ews = SetService(service=make.office365_ews())
    url = ("EWS URL", EwsUrl.parse(make.MICROSOFT_SERVER).text)
    assert acts(ews, "older") == [(choice, "Office 365"), ("Authorize with EWS URL", "ticked"), url]
    assert acts(ews, "newer") == [(choice, "Office 365"), ("Authorize with", "Exchange Web Services (EWS)"), url]
    mapi = "Use MAPI to integrate with Zoom desktop client (Windows only)"
    assert acts(SetService(service=ExchangeMapi()), "older") == [
        (choice, "Exchange"),
        ("Choose an integration method", mapi),
    ]


@pytest.mark.parametrize("edition", ["older", "newer"])
def test_impersonation_is_typed_part_by_part_and_its_password_is_only_referred_to(edition: str) -> None:
    start = [
        ("Choose default calendar and contact services for users", "Exchange"),
        ("Choose an integration method", "Use Exchange Web Services API"),
        ("EWS URL", URL),
    ]
    with_login = SetService(service=make.exchange(impersonation=LOGIN))
    assert acts(with_login, edition) == [
        *start,
        ("Use Exchange Impersonation", "ticked"),
        ("Impersonation Account", LOGIN.account),
        ("Account Password", "the password that {env: CALPLAN_SECRET_EXCHANGE} holds"),
        ("Exchange Version", LOGIN.exchange_version),
    ]
    nowhere = SetService(service=make.exchange(impersonation=make.impersonation()))
    assert dict(acts(nowhere, edition))["Account Password"].endswith("the policy does not say where it is kept")
    without = SetService(service=make.exchange())
    assert acts(without, edition) == [*start, ("Use Exchange Impersonation", "not ticked")]
    unread = SetService(service=make.exchange(impersonation=UNKNOWN))
    assert acts(unread, edition) == start


def test_domains_are_typed_in_order_with_commas_and_any_domain_turns_the_list_off() -> None:
    toggle = "Only users in specific domains can integrate calendar and contacts services"
    some = SetDomains(domains=make.domains("b.example", "a.example"))
    for edition in ("older", "newer"):
        assert acts(some, edition) == [(toggle, "on"), ("Domains", "a.example,b.example")]
        assert acts(SetDomains(domains=ANY), edition) == [(toggle, "off")]
        assert not ways(SetDomains(domains=ANY))[edition].save


def test_a_lock_is_confirmed_and_a_group_that_states_none_has_none() -> None:
    for edition in ("older", "newer"):
        (locked,) = ways(SetLock(on=True))[edition].acts
        assert (locked.control, locked.set_to, locked.confirm) == (Control.LOCK_ICON, "locked", "Lock")
        given_back = SetOverride(group="g1", setting=Setting.LOCKED, value=UNMANAGED)
        assert given_back != (unlocked := SetOverride(group="g1", setting=Setting.LOCKED, value=False))
        assert ways(given_back) == ways(unlocked)


def test_a_step_of_calplan_has_no_guide_and_without_labels_there_is_no_way() -> None:
    assert manual_steps((step(SetLock(on=True), "api"),), LABELS) == {}
    assert manual_steps((step(SetLock(on=True)),), ()) == {"s1": ()}
    partial = replace(LABELS[0], labels={Part.LOCKED: LABELS[0].labels[Part.LOCKED]})
    assert manual_steps((step(SetEnabled(on=True)),), (partial,)) == {"s1": ()}
