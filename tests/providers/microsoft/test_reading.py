"""What is read of a tenant: people with their own consents, what is granted for all, and what users may do."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from calplan.model.account import TenantFacts
from calplan.model.proof import Basis, Known, Trace
from calplan.model.service import ServiceType
from calplan.model.unknown import UNKNOWN
from calplan.sandbox.account.create import UserRecord
from calplan.sandbox.servers.answer import Answer
from calplan.sandbox.servers.faults import parse
from calplan.sandbox.servers.microsoft.asked import Ask
from calplan.sandbox.servers.microsoft.batch import Batch
from calplan.sandbox.servers.microsoft.login import Signed
from calplan.sandbox.servers.microsoft.people import Names
from tests.make import facts
from tests.providers.microsoft.make import (
    ANN,
    BESIDE,
    BOB,
    CAT,
    DAN,
    EVE,
    KEYS,
    NOTHING_GRANTED,
    SIGN_IN,
    Tenant,
    by_login,
    tenant,
)
from tests.providers.zoom.make import NOON

pytestmark = pytest.mark.loopback

GRAPH, EWS = ServiceType.OFFICE365_GRAPH, ServiceType.OFFICE365_EWS
LOOKUPS = ["GET /servicePrincipals", "GET /servicePrincipals", "GET /oauth2PermissionGrants"]


@pytest.fixture
def corp(monkeypatch: pytest.MonkeyPatch) -> Iterator[Tenant]:
    with tenant(monkeypatch) as running:
        yield running


def scopes(*own: str) -> str:
    return json.dumps(sorted([*own, *BESIDE]), separators=(",", ":"))


def test_everybody_is_found_with_the_traces_of_his_own_consents(corp: Tenant) -> None:
    witness = corp.people()
    assert by_login(witness.people) == {
        ANN: Known((Trace(GRAPH, "write", "read"),), scopes("Calendars.ReadWrite", "Contacts.Read")),
        BOB: Known((Trace(GRAPH, "read", "none"),), scopes("Calendars.Read")),
        CAT: Known((Trace(EWS),), '["EWS.AccessAsUser.All"]'),
        DAN: Known((), "[]"),
        EVE: Known((), "[]"),
    }
    assert (witness.basis, witness.shows, witness.hides) == (Basis.MICROSOFT_GRANTS, frozenset({GRAPH, EWS}), False)
    evidence = witness.evidence
    assert (evidence.kind, evidence.records, evidence.complete, evidence.live) == ("users", 5, True, True)
    assert (evidence.source, evidence.as_of) == (f"Microsoft tenant {corp.microsoft.keys.tenant_id}", NOON)
    assert witness.failure is None


def test_equal_facts_are_one_object(corp: Tenant) -> None:
    known = by_login(corp.people().people)
    assert known[DAN] is known[EVE]


def test_people_and_tenant_rest_on_one_reading(corp: Tenant) -> None:
    provider = corp.reading(probe_mailboxes=False)
    provider.read_tenant()
    provider.read_people()
    assert corp.stage.asked()[:2] == SIGN_IN
    assert corp.asked() == [*LOOKUPS, "GET /policies/authorizationPolicy", "GET /users"]


def test_a_plan_sends_nothing_but_reads(corp: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    inner: list[str] = []
    usual = Batch._one

    def noted(batch: Batch, ask: Ask, signed: Signed) -> Answer:
        inner.append(ask.method)
        return usual(batch, ask, signed)

    monkeypatch.setattr(Batch, "_one", noted)
    provider = corp.reading()
    provider.read_people()
    provider.read_tenant()
    provider.read_consents(frozenset({ANN}))
    assert [one for one in corp.stage.asked() if not one.startswith("GET")] == [
        SIGN_IN[1],
        "POST /microsoft/graph/v1.0/$batch",
    ]
    assert inner == ["GET"] * 5


@pytest.mark.parametrize(
    "own, traces",
    [
        (["Calendars.Read", "Calendars.ReadWrite"], [Trace(GRAPH, "write", "none")]),
        (["Contacts.ReadWrite"], [Trace(GRAPH, "none", "write")]),
        (["Calendars.Read.Shared", "Calendars.ReadBasic", "Contacts.ReadWrite.Shared"], []),
        (["Calendars.Read", "EWS.AccessAsUser.All"], [Trace(GRAPH, "read", "none"), Trace(EWS)]),
        (["Mail.Send"], []),
    ],
)
def test_scopes_are_traces_of_services(own: list[str], traces: list[Trace], monkeypatch: pytest.MonkeyPatch) -> None:
    with tenant(monkeypatch, users=[UserRecord(ANN, facts("", own_grant=own))]) as corp:
        known = by_login(corp.people().people)[ANN]
    assert known.traces == tuple(traces)
    assert set(json.loads(known.own_grant or "null")) >= set(own)


def test_an_empty_directory_is_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    with tenant(monkeypatch, users=[]) as corp:
        witness = corp.people()
    assert (list(witness.people), witness.evidence.complete, witness.evidence.records) == ([], True, 0)


@pytest.mark.parametrize("size", [1, 2])
def test_every_page_is_read_and_an_empty_one_in_the_middle_is_no_end(size: int, corp: Tenant) -> None:
    whole = by_login(corp.people().people)
    corp.microsoft.graph.pages.size = size
    corp.microsoft.graph.pages.empty = frozenset({2})
    corp.stage.access_log.clear()
    witness = corp.people()
    assert witness.failure is None
    assert by_login(witness.people) == whole
    assert witness.evidence.complete
    assert corp.asked().count("GET /users") == 5 // size + 1 + 1 * (size == 2)


def test_names_and_aliases_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    with tenant(monkeypatch, users=[UserRecord(ANN, facts("")), UserRecord(BOB, facts(""))]) as corp:
        upn = "b_old.example#EXT#@corp.onmicrosoft.example"
        corp.microsoft.graph.people.names[ANN] = Names(
            user_principal_name="a1@corp.example", aliases=("Ann.A@corp.example",)
        )
        corp.microsoft.graph.people.names[BOB] = Names(user_principal_name=upn)
        ann, bob = corp.people().people
    assert (ann.names, set(ann.aliases)) == (("a1@corp.example", ANN), {ANN, "a1@corp.example", "Ann.A@corp.example"})
    assert bob.names == (upn, BOB)


def test_where_mailboxes_lie_is_told_from_evidence_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    people = {
        "cloud": ("cloud", "cloud"),
        "room": ("cloud", "cloud"),
        "premises": ("on-premises", "on-premises"),
        "unlicensed": ("cloud", "on-premises"),
        "nobody-knows": ("unknown", None),
        "guest": ("cloud", None),
    }
    users = [UserRecord(f"{name}@corp.example", facts("", mailbox_location=at)) for name, (at, _) in people.items()]
    with tenant(monkeypatch, users=users) as corp:
        corp.microsoft.graph.people.unlicensed.add("unlicensed@corp.example")
        corp.microsoft.graph.people.guests.add("guest@corp.example")
        corp.microsoft.graph.people.purposes["room@corp.example"] = "room"
        known = by_login(corp.reading().read_people().people)
    assert {name.partition("@")[0]: one.mailbox_location for name, one in known.items()} == {
        name: expected for name, (_, expected) in people.items()
    }


def test_mailboxes_are_asked_for_twenty_at_a_time_and_throttled_ones_again(monkeypatch: pytest.MonkeyPatch) -> None:
    users = [UserRecord(f"u{number:02}@corp.example", facts("")) for number in range(41)]
    with tenant(monkeypatch, users=users) as corp:
        corp.microsoft.graph.throttling.retry_after = 7
        corp.microsoft.batch.faults.add(parse("GET /users/*/mailboxSettings:429x3"))
        known = by_login(corp.reading().read_people().people)
    assert {one.mailbox_location for one in known.values()} == {"cloud"}
    assert corp.asked("POST") == ["POST /$batch"] * 4
    assert corp.passing.pauses == [7.0]


def test_mailboxes_that_stay_throttled_are_unknown(corp: Tenant) -> None:
    corp.microsoft.batch.faults.add(parse("GET /users/*/mailboxSettings:429x1000"))
    witness = corp.reading().read_people()
    assert {one.mailbox_location for one in by_login(witness.people).values()} == {None}
    assert witness.evidence.complete
    assert corp.asked("POST") == ["POST /$batch"] * 5


@pytest.mark.parametrize("batch", ["POST /$batch:503x100", "POST /$batch:halfx100"])
def test_without_an_answer_mailboxes_are_unknown_and_people_known(batch: str, corp: Tenant) -> None:
    corp.fault(batch)
    witness = corp.reading().read_people()
    assert {one.mailbox_location for one in by_login(witness.people).values()} == {None}
    assert witness.evidence.complete


def test_without_the_permission_no_mailbox_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    with tenant(monkeypatch, keys=replace(KEYS, permissions=frozenset({"Directory.Read.All"}))) as corp:
        known = by_login(corp.reading().read_people().people)
    assert {one.mailbox_location for one in known.values()} == {None}
    assert corp.asked("POST") == []


def test_what_is_granted_for_all_is_told_of_graph_and_of_ews_wherever_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    granted = replace(NOTHING_GRANTED, grant=frozenset({"Calendars.Read", "EWS.AccessAsUser.All"}))
    with tenant(monkeypatch, facts_of_tenant=granted) as corp:
        provider = corp.reading(probe_mailboxes=False)
        observed = provider.read_tenant()
        witness = provider.read_people()
    assert observed is not None
    assert observed.value == TenantFacts(
        hybrid=UNKNOWN,
        grant=frozenset({"Calendars.Read", "EWS.AccessAsUser.All", *BESIDE}),
        user_consent=NOTHING_GRANTED.user_consent,
    )
    assert (observed.evidence.complete, observed.evidence.live) == (True, True)
    assert witness.hides


@pytest.mark.parametrize(
    "grant, hides",
    [(["EWS.AccessAsUser.All"], True), (["Contacts.Read"], True), (["Files.Read"], False), ([], False)],
)
def test_a_consent_for_all_hides_people_where_it_is_about_calendars_or_contacts(
    grant: list[str], hides: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    with tenant(monkeypatch, facts_of_tenant=replace(NOTHING_GRANTED, grant=frozenset(grant))) as corp:
        assert corp.people().hides is hides


def test_no_consent_for_all_is_an_empty_one(corp: Tenant) -> None:
    observed = corp.reading().read_tenant()
    assert observed is not None
    assert observed.value == NOTHING_GRANTED


def test_what_users_may_consent_to_is_unknown_without_the_permission(monkeypatch: pytest.MonkeyPatch) -> None:
    with tenant(monkeypatch, keys=replace(KEYS, permissions=frozenset({"Directory.Read.All"}))) as corp:
        observed = corp.reading().read_tenant()
    assert observed is not None
    assert observed.value == replace(NOTHING_GRANTED, user_consent=UNKNOWN)


def test_an_application_that_nobody_ever_consented_to_is_known_to_have_no_consent(corp: Tenant) -> None:
    corp.microsoft.graph.tenant.app_is_known = False
    provider = corp.reading(probe_mailboxes=False)
    witness, observed = provider.read_people(), provider.read_tenant()
    assert set(by_login(witness.people).values()) == {Known((), "[]")}
    assert (len(witness.people), witness.evidence.complete, witness.hides) == (5, True, False)
    assert observed is not None
    assert (observed.value.grant, observed.evidence.complete) == (frozenset(), True)
    assert "GET /oauth2PermissionGrants" not in corp.asked()


def test_consents_are_asked_for_anew(corp: Tenant) -> None:
    provider = corp.reading(probe_mailboxes=False)
    provider.read_people()
    corp.stage.access_log.clear()
    everybody = frozenset({ANN, BOB, CAT, DAN, "Ann@Corp.Example", "nobody@corp.example"})
    assert provider.read_consents(everybody) == frozenset({ANN, BOB, CAT, "Ann@Corp.Example"})
    assert corp.asked() == LOOKUPS
    with corp.stage.account as account:
        account.set_own_grant(ANN, frozenset())
    assert provider.read_consents(everybody) == frozenset({BOB, CAT})


def test_whose_consent_is_left_is_unknown_where_two_have_the_address(corp: Tenant) -> None:
    corp.microsoft.graph.people.names[BOB] = Names(user_principal_name="b@corp.example", mail=ANN)
    provider = corp.reading()
    assert provider.read_consents(frozenset({ANN})) is UNKNOWN
    assert provider.read_consents(frozenset({CAT})) == frozenset({CAT})
