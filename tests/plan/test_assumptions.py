"""Which open questions a plan lists, and what it says its counts become if one was read wrongly."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from calplan.diff import Transition
from calplan.impact.otherwise import Basis
from calplan.impact.readings import ALTERNATIVES, AMBIGUITIES, Reading
from calplan.model.policy import CalendarPolicy
from calplan.model.settings import AccountSettings, WantedSettings
from calplan.model.unknown import UNKNOWN
from calplan.model.user import RawFacts, text_list
from calplan.plan.assumptions import RELIED_ON, assumptions_of
from calplan.plan.plan import Plan
from tests import make
from tests.impact.cases import CORP, NOBODY, ON_GOOGLE, ON_GRAPH, WHO_KNOWS, old, unsure
from tests.impact.worlds import CONSENTS

ANN, BO, EMEA = "ann@corp.example", "bo@partner.example", "ed@emea.corp.example"
GONE = ON_GOOGLE._replace(status="inactive")
SYNCED = make.facts("exchange-ews", ews_host="mail.corp.example", auth="impersonation")
PREMISES = make.facts(mailbox_location="on-premises")
BUILD = make.facts("google", "write", "read", clients=("5.2.45106.0831(mac)",))
MIXED = make.facts("google", "write", "read", clients=(make.OLD_WINDOWS, make.NEW_WINDOWS))
EXCHANGE = make.account(service=make.exchange())
IMPERSONATED = make.account(service=make.exchange(impersonation=make.impersonation()))
NEWER_EXCHANGE = make.account(service=make.exchange(impersonation=make.impersonation(exchange_version="2019")))
LOCKED = make.account(locked=True)
TO_GRAPH = make.account(locked=True, service=make.graph())
LISTED = make.account(allowed_domains=CORP)
OFF = make.account(enabled=False)
NARROW = make.account(service=make.google("read", "read"))
CONSENTING = replace(TO_GRAPH, consent_for_account=True)
LONG_AGO = make.NOW - timedelta(days=400)


def scene(
    after: AccountSettings, *users: RawFacts, before: AccountSettings | None = None, email: str = ANN
) -> make.Scene:
    """A change for users whose addresses are numbered."""
    people = {f"u{number}{email[email.index('@') :]}": one for number, one in enumerate(users)}
    return make.Scene(before=before or make.account(), after=make.wanted(after), users=people)


def mailbox(one: make.Scene, address: str) -> make.Scene:
    return replace(one, mailboxes={"u0@corp.example": address})


def ungranted(one: make.Scene) -> make.Scene:
    return replace(one, facts_of_tenant=make.tenant(()))


LISTED_BY: Mapping[str, tuple[make.Scene, ...]] = {
    "A01": (
        scene(LOCKED, ON_GOOGLE),
        scene(LOCKED, make.facts("google", "write", "unknown")),
        scene(replace(LOCKED, service=make.MAPI), make.facts("exchange-mapi", auth=None)),
    ),
    "A02": (scene(TO_GRAPH, ON_GOOGLE), scene(TO_GRAPH, old()), scene(TO_GRAPH, unsure())),
    "A03": (scene(LOCKED, NOBODY), scene(LOCKED, old(""))),
    "A04": (scene(NARROW, ON_GOOGLE), scene(make.account(service=make.graph()), NOBODY)),
    "A05": (scene(NARROW, ON_GOOGLE),),
    "A06": (
        scene(TO_GRAPH, ON_GOOGLE, before=LOCKED),
        scene(TO_GRAPH, before=LOCKED),
        replace(
            scene(TO_GRAPH, ON_GOOGLE, before=make.account(locked=UNKNOWN)), after=WantedSettings(service=make.graph())
        ),
    ),
    "A07": (scene(OFF, ON_GOOGLE), scene(OFF, WHO_KNOWS)),
    "A08": (scene(make.account(), ON_GOOGLE, before=OFF),),
    "A09": (scene(LISTED, NOBODY, email=EMEA), scene(make.account(), NOBODY, before=LISTED, email=EMEA)),
    "A10": (scene(LISTED, NOBODY), scene(LISTED, NOBODY, email=BO), scene(make.account(), NOBODY, before=LISTED)),
    "A11": (
        mailbox(scene(LISTED, NOBODY), "ann@partner.example"),
        mailbox(scene(make.account(), NOBODY, before=LISTED), "ann@mail.corp.example"),
    ),
    "A12": (scene(LISTED, ON_GOOGLE, email=BO),),
    "A13": (scene(LISTED, ON_GOOGLE, email=BO),),
    "A14": (scene(NEWER_EXCHANGE, NOBODY), scene(replace(NEWER_EXCHANGE, locked=True), before=NEWER_EXCHANGE)),
    "A15": (scene(IMPERSONATED, PREMISES, before=EXCHANGE),),
    "A16": (scene(replace(IMPERSONATED, allowed_domains=CORP), PREMISES, before=EXCHANGE, email=BO),),
    "A17": (
        scene(make.account(locked=True, service=make.google("read", "none")), NOBODY),
        scene(make.account(locked=True), NOBODY, before=make.account(service=make.graph("none", "read"))),
        scene(LOCKED, make.facts("google", "none", "write")),
        scene(LOCKED, make.facts("google", "write", "none")),
        scene(LOCKED, make.facts("google", "none", "none")),
        scene(make.account(service=make.graph()), make.facts("google", "write", "none")),
    ),
    "A18": (scene(TO_GRAPH, MIXED),),
    "A19": (scene(TO_GRAPH, unsure()), scene(LISTED, unsure(), email=BO)),
    "A20": (scene(TO_GRAPH, BUILD),),
    "A21": (
        scene(EXCHANGE, SYNCED, before=IMPERSONATED),
        scene(make.account(enforce_oauth=True), make.facts("office365-graph", "write", "read", auth="basic")),
    ),
    "A22": (
        scene(make.account(), ON_GOOGLE, before=make.account(consent_for_account=True)),
        scene(make.account(), WHO_KNOWS, before=make.account(consent_for_account=True)),
        scene(make.account(), ON_GOOGLE, before=make.account(consent_for_account=UNKNOWN)),
    ),
    "A23": (
        ungranted(scene(CONSENTING, ON_GOOGLE)),
        ungranted(scene(CONSENTING, NOBODY)),
        replace(scene(CONSENTING, ON_GOOGLE), facts_of_tenant=None),
        replace(scene(CONSENTING, ON_GOOGLE), facts_of_tenant=make.tenant((), CONSENTS["yes"])),
    ),
    "A24": (scene(TO_GRAPH, ON_GOOGLE), scene(OFF, ON_GOOGLE), scene(LISTED, ON_GOOGLE, email=BO)),
    "A25": (scene(IMPERSONATED), scene(IMPERSONATED, before=IMPERSONATED)),
    "A26": (scene(LISTED), scene(replace(LISTED, locked=True), before=LISTED)),
    "A27": (
        replace(scene(LOCKED, ON_GOOGLE), read_at=LONG_AGO),
        replace(scene(make.account(), ON_GOOGLE), read_at=LONG_AGO),
        replace(scene(LOCKED, ON_GOOGLE), read_at=None),
    ),
    "A28": (scene(make.account()), scene(TO_GRAPH, ON_GOOGLE)),
    "A29": (),
}

NOT_LISTED_BY: Mapping[str, tuple[make.Scene, ...]] = {
    "A01": (scene(LOCKED, GONE), scene(LOCKED, WHO_KNOWS, NOBODY), scene(NARROW, ON_GOOGLE)),
    "A02": (scene(LOCKED, ON_GOOGLE), scene(make.account(service=make.graph()), ON_GOOGLE)),
    "A03": (scene(LOCKED, ON_GOOGLE), scene(make.account(service=make.graph()), NOBODY)),
    "A04": (scene(TO_GRAPH, ON_GOOGLE), scene(LISTED, ON_GOOGLE)),
    "A05": (
        scene(replace(NARROW, locked=True), ON_GOOGLE),
        scene(make.account(service=make.google("write", "write")), ON_GOOGLE),
        scene(make.account(service=make.graph("read", "none")), ON_GOOGLE),
    ),
    "A06": (
        scene(TO_GRAPH, ON_GOOGLE),
        scene(replace(LOCKED, allowed_domains=CORP), ON_GOOGLE, before=LOCKED),
        scene(TO_GRAPH, ON_GOOGLE, before=replace(OFF, locked=True)),
        scene(make.account(service=make.graph()), ON_GOOGLE, before=LOCKED),
    ),
    "A07": (scene(OFF, NOBODY), scene(LOCKED, ON_GOOGLE)),
    "A08": (scene(OFF, ON_GOOGLE),),
    "A09": (
        scene(LISTED, NOBODY, GONE, email=BO),
        scene(LISTED, NOBODY),
        scene(LISTED, GONE, email=EMEA),
        scene(LOCKED, NOBODY, email=EMEA),
        scene(replace(LISTED, allowed_domains=make.domains("corp.example", "emea.corp.example")), NOBODY, email=EMEA),
    ),
    "A10": (scene(LOCKED, NOBODY), scene(replace(LISTED, locked=True), NOBODY, before=LISTED)),
    "A11": (
        scene(LISTED, NOBODY),
        mailbox(scene(LISTED, NOBODY), "other@corp.example"),
        mailbox(scene(LISTED, GONE), "ann@partner.example"),
        mailbox(scene(LOCKED, NOBODY), "ann@partner.example"),
    ),
    "A12": (scene(LISTED, NOBODY, WHO_KNOWS, email=BO), scene(LISTED, ON_GOOGLE)),
    "A13": (scene(LISTED, NOBODY, WHO_KNOWS, email=BO), scene(LISTED, ON_GOOGLE)),
    "A14": (
        scene(IMPERSONATED),
        scene(EXCHANGE, before=NEWER_EXCHANGE),
        scene(replace(NEWER_EXCHANGE, enabled=False)),
        scene(LOCKED),
    ),
    "A15": (scene(IMPERSONATED, NOBODY, before=EXCHANGE), scene(LOCKED, PREMISES)),
    "A16": (
        scene(replace(IMPERSONATED, allowed_domains=CORP), PREMISES, before=EXCHANGE),
        scene(replace(IMPERSONATED, allowed_domains=CORP), NOBODY, before=EXCHANGE, email=BO),
        scene(
            replace(IMPERSONATED, allowed_domains=CORP),
            make.facts(mailbox_location="on-premises", clients=(make.MIDDLE_WINDOWS,)),
            before=EXCHANGE,
            email=BO,
        ),
        scene(replace(IMPERSONATED, allowed_domains=CORP), PREMISES, before=IMPERSONATED, email=BO),
    ),
    "A17": (scene(TO_GRAPH, ON_GOOGLE), scene(LISTED, make.facts("google", "write", "none"))),
    "A18": (
        scene(TO_GRAPH, ON_GOOGLE),
        scene(TO_GRAPH, make.facts("office365-graph", "write", "read", clients=(make.OLD_WINDOWS, make.NEW_MAC))),
        scene(TO_GRAPH, MIXED._replace(status="pending")),
    ),
    "A19": (scene(TO_GRAPH, ON_GOOGLE, old(), BUILD), scene(TO_GRAPH, unsure("")), scene(LOCKED, unsure())),
    "A20": (scene(TO_GRAPH, ON_GOOGLE, old(), unsure()), scene(LOCKED, BUILD)),
    "A21": (
        scene(EXCHANGE, SYNCED._replace(clients=text_list([make.OLD_MAC])), before=IMPERSONATED),
        scene(TO_GRAPH, ON_GOOGLE),
    ),
    "A22": (
        scene(make.account(consent_for_account=True), ON_GOOGLE),
        scene(make.account(), NOBODY, before=make.account(consent_for_account=True)),
        scene(LOCKED, ON_GOOGLE),
    ),
    "A23": (
        ungranted(scene(TO_GRAPH, ON_GOOGLE)),
        scene(CONSENTING, ON_GOOGLE),
        ungranted(scene(CONSENTING, ON_GRAPH)),
        scene(make.account(consent_for_account=True), ON_GOOGLE),
    ),
    "A24": (scene(LOCKED, ON_GOOGLE), scene(TO_GRAPH, NOBODY, WHO_KNOWS)),
    "A25": (scene(EXCHANGE), replace(scene(LOCKED, before=IMPERSONATED), after=WantedSettings(locked=True))),
    "A26": (scene(make.account(), before=LISTED), replace(scene(LOCKED), after=WantedSettings(locked=True))),
    "A27": (scene(LOCKED, ON_GOOGLE), replace(scene(LOCKED, NOBODY, WHO_KNOWS, GONE), read_at=LONG_AGO)),
    "A28": (),
    "A29": tuple(scene(one, ON_GOOGLE) for one in (LOCKED, TO_GRAPH, OFF, LISTED)),
}


def listed(plan: Plan) -> list[str]:
    return [one.reading.value for one in plan.assumptions]


@pytest.mark.parametrize("name", LISTED_BY)
def test_a_plan_lists_what_it_relies_on(name: str) -> None:
    for number, one in enumerate(LISTED_BY[name]):
        assert name in listed(one.plan()), number


@pytest.mark.parametrize("name", NOT_LISTED_BY)
def test_a_plan_lists_nothing_it_does_not_rely_on(name: str) -> None:
    for number, one in enumerate(NOT_LISTED_BY[name]):
        assert name not in listed(one.plan()), number


def test_every_open_question_is_tried_both_ways() -> None:
    names = [one.value for one in Reading]
    assert [*LISTED_BY] == [*NOT_LISTED_BY] == names
    assert [one.value for one in RELIED_ON] == names
    assert [name for name in names if not LISTED_BY[name]] == ["A29"]
    assert [name for name in names if not NOT_LISTED_BY[name]] == ["A28"]


def test_a_source_that_knows_the_last_client_alone_is_a_reading_wherever_a_prompt_counts() -> None:
    for after, relies in ((TO_GRAPH, True), (make.account(bidirectional_sync=True), False)):
        move = Transition(before=make.account(), after=after)
        people = make.population({ANN: ON_GOOGLE}, last_client_only=True)
        basis = Basis(assessment=make.assess_move(move, people, make.tenant()), tenant=make.tenant())
        policy = CalendarPolicy(name="contoso", account="contoso", settings=make.wanted(after))
        found = {one.reading: one.if_wrong for one in assumptions_of(basis, policy, frozenset())}
        assert (Reading.A18 in found) is relies
        assert not found.get(Reading.A18)


def test_old_settings_alone_make_no_connection_doubtful() -> None:
    move = Transition(before=make.account(), after=LOCKED)
    basis = Basis(
        assessment=make.assess_move(move, make.population({ANN: ON_GOOGLE}), make.tenant()), tenant=make.tenant()
    )
    policy = CalendarPolicy(name="contoso", account="contoso", settings=make.wanted(LOCKED))
    for kinds, doubtful in ((frozenset({"settings", "tenant"}), False), (frozenset({"users"}), True)):
        assert (Reading.A27 in {one.reading for one in assumptions_of(basis, policy, kinds)}) is doubtful


def test_without_a_change_only_what_still_matters_is_listed() -> None:
    same = scene(IMPERSONATED, SYNCED, MIXED, unsure(), before=IMPERSONATED)
    assert listed(same.plan()) == ["A25", "A28"]
    assert listed(replace(same, read_at=LONG_AGO).plan()) == ["A25", "A27", "A28"]
    assert listed(scene(LISTED, ON_GOOGLE, before=LISTED, email=EMEA).plan()) == ["A28"]


def test_figures_are_given_for_readings_that_have_another_one_and_for_no_others() -> None:
    found: dict[str, set[bool]] = {}
    for one in [one for scenes in LISTED_BY.values() for one in scenes]:
        for assumption in one.plan().assumptions:
            found.setdefault(assumption.reading.value, set()).add(assumption.if_wrong is not None)
    assert found == {one.value: {one in ALTERNATIVES} for one in Reading if one is not Reading.A29}


def test_the_document_says_question_and_reading_and_moves_only_the_counts_that_change() -> None:
    document = scene(LOCKED, ON_GOOGLE, ON_GOOGLE, old(), NOBODY).parts().document
    by_id = {one["id"]: one for one in document["assumptions"]}
    assert [*by_id] == ["A01", "A03", "A28"]
    said = AMBIGUITIES[Reading.A01]
    assert by_id["A01"]["text"] == f"{said.question} {said.reading}"
    assert by_id["A01"]["if_wrong"] == {
        "disconnected_silent": 1,
        "disconnected_prompted": 2,
        "unaffected": -3,
        "told": 2,
    }
    assert by_id["A03"]["if_wrong"] is None
    unmoved = scene(TO_GRAPH, ON_GOOGLE).parts().document
    assert {one["id"]: one["if_wrong"] for one in unmoved["assumptions"]}["A02"] == {}


def test_the_figures_are_those_of_the_tenant_as_the_plan_leaves_it() -> None:
    ensured = replace(ungranted(scene(CONSENTING, ON_GOOGLE)), ensure_tenant_grant=True)
    assert "A23" not in listed(ensured.plan())
