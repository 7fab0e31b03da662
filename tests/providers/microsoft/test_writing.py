"""The two writes: a consent for everybody that holds what is needed, and consents of users that are taken away."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from calplan.plan.actions import Action, Consent, EnsureGrant, RevokeStale, SetLock
from calplan.providers.errors import NotAuthorisedError, ProviderError, UnreachableError
from calplan.sandbox.servers.microsoft.held import GRAPH, Grant
from calplan.sandbox.servers.microsoft.ids import principal_id
from calplan.sandbox.servers.microsoft.keys import PLAN
from calplan.sandbox.servers.microsoft.people import Names
from tests.providers.microsoft.make import ANN, BOB, CAT, DAN, EVE, KEYS, NOTHING_GRANTED, Tenant, id_of, tenant
from tests.providers.zoom.make import NOON, Passing

pytestmark = pytest.mark.loopback

READ = frozenset({"Calendars.Read", "Contacts.Read"})
ENSURE = EnsureGrant(scopes=READ)
CLIENT = principal_id(KEYS.app_id)
FOREIGN = "openid Files.Read  offline_access"


@pytest.fixture
def corp(monkeypatch: pytest.MonkeyPatch) -> Iterator[Tenant]:
    with tenant(monkeypatch) as running:
        yield running


def revoking(*users: str) -> RevokeStale:
    return RevokeStale(consent=Consent.OFFICE365, users=frozenset(users))


def for_all(corp: Tenant) -> str | None:
    """The text of the consent for everybody, as the tenant holds it."""
    found = corp.microsoft.graph.held.one(Grant(CLIENT, GRAPH, None, "").id)
    return None if found is None else found.scope


def give(corp: Tenant, scope: str) -> None:
    """Somebody consents for everybody."""
    corp.microsoft.graph.held.write(Grant(CLIENT, GRAPH, None, scope))


def people_with_consent(corp: Tenant) -> set[str]:
    rows = corp.microsoft.graph.held.everything()
    return {row.principal for row in rows if row.principal is not None and row.client == CLIENT}


def writes(corp: Tenant) -> list[str]:
    return [one for one in corp.asked() if not one.startswith("GET")]


def test_a_consent_that_is_missing_is_given(corp: Tenant) -> None:
    receipt = corp.perform(ENSURE)
    assert (receipt.changed, receipt.at) == (True, NOON)
    assert for_all(corp) == "Calendars.Read Contacts.Read"
    assert writes(corp) == ["POST /oauth2PermissionGrants"]


def test_one_that_holds_less_is_given_the_rest_and_keeps_its_own_in_their_order(corp: Tenant) -> None:
    give(corp, f"{FOREIGN} Contacts.Read")
    assert corp.perform(ENSURE).changed
    assert for_all(corp) == "openid Files.Read offline_access Contacts.Read Calendars.Read"
    (write,) = writes(corp)
    assert write.startswith("PATCH /oauth2PermissionGrants/")


def test_one_that_holds_enough_is_left_alone(corp: Tenant) -> None:
    give(corp, f"{FOREIGN} Contacts.Read Calendars.Read")
    assert not corp.perform(ENSURE).changed
    assert writes(corp) == []


def test_doing_it_twice_is_as_good_as_once(corp: Tenant) -> None:
    assert corp.perform(ENSURE).changed
    assert not corp.perform(ENSURE).changed
    assert corp.perform(revoking(ANN)).changed
    assert not corp.perform(revoking(ANN)).changed
    assert [one.split(" ")[0] for one in writes(corp)] == ["POST", "DELETE"]


def test_read_and_write_are_different_scopes(corp: Tenant) -> None:
    give(corp, "Calendars.ReadWrite Contacts.Read")
    assert corp.perform(ENSURE).changed
    assert for_all(corp) == "Calendars.ReadWrite Contacts.Read Calendars.Read"


def test_an_application_that_is_not_in_the_tenant_is_refused_with_the_address_to_consent_at(corp: Tenant) -> None:
    corp.microsoft.graph.tenant.app_is_known = False
    with pytest.raises(ProviderError, match="nothing was changed") as caught:
        corp.perform(ENSURE)
    assert not caught.value.outcome_unknown
    url = (
        f"{corp.stage.url}/microsoft/login/{KEYS.tenant_id}/v2.0/adminconsent?client_id={KEYS.app_id}"
        "&scope=https%3A%2F%2Fgraph.microsoft.com%2FCalendars.Read%20https%3A%2F%2Fgraph.microsoft.com%2FContacts.Read"
    )
    assert url in str(caught.value)
    assert writes(corp) == []


def test_more_scopes_than_a_consent_can_hold_are_refused(corp: Tenant) -> None:
    give(corp, " ".join(f"Foreign.Scope{number:04}" for number in range(200)))
    many = frozenset(f"Wanted.Scope{number}" for number in range(20))
    with pytest.raises(ProviderError, match=r"Microsoft takes 3,850.*nothing was changed") as caught:
        corp.perform(EnsureGrant(scopes=many))
    assert not caught.value.outcome_unknown
    assert writes(corp) == []


@pytest.mark.parametrize("meanwhile, changed", [("Calendars.Read Contacts.Read", False), ("Contacts.Read", True)])
def test_whoever_was_faster_is_looked_at_and_added_to(meanwhile: str, changed: bool, corp: Tenant) -> None:
    # Somebody consents, and the directory does not show it at once.
    corp.microsoft.graph.lag.reads = 2
    give(corp, meanwhile)
    corp.microsoft.graph.lag.wrote(Grant(CLIENT, GRAPH, None, "").id, None)
    corp.microsoft.graph.lag.reads = 0
    assert corp.perform(ENSURE).changed is changed
    assert for_all(corp) == " ".join(dict.fromkeys([*meanwhile.split(), *sorted(READ)]))
    assert [one.split(" ")[0] for one in writes(corp)] == (["POST", "PATCH"] if changed else ["POST"])


def test_an_answer_that_is_lost_does_no_harm(corp: Tenant) -> None:
    corp.fault("POST /oauth2PermissionGrants:drop-after")
    assert corp.perform(ENSURE).changed
    assert for_all(corp) == "Calendars.Read Contacts.Read"
    corp.fault("DELETE /oauth2PermissionGrants/*:drop-after")
    assert corp.perform(revoking(ANN)).changed
    assert id_of(ANN) not in people_with_consent(corp)


@pytest.mark.parametrize("kind", ["429", "503", "507", "half", "drop"])
@pytest.mark.parametrize("scopes", ["", "Contacts.Read"])
def test_passing_trouble_is_waited_out(kind: str, scopes: str, corp: Tenant) -> None:
    if scopes:
        give(corp, scopes)
    corp.fault(f"POST /oauth2PermissionGrants:{kind}x2")
    corp.fault(f"PATCH /oauth2PermissionGrants/*:{kind}x2")
    corp.fault(f"DELETE /oauth2PermissionGrants/*:{kind}x2")
    assert corp.perform(ENSURE).changed
    assert frozenset((for_all(corp) or "").split()) == READ
    assert corp.perform(revoking(ANN, BOB)).changed
    assert people_with_consent(corp) == {id_of(CAT)}


def test_what_shows_late_is_waited_for(corp: Tenant) -> None:
    corp.microsoft.graph.lag.reads = 3
    assert corp.perform(ENSURE).changed
    assert corp.passing.pauses == [0.0, 1.0, 2.0, 4.0]
    assert corp.perform(revoking(ANN)).changed


@pytest.mark.parametrize("action", [ENSURE, revoking(ANN)])
def test_what_does_not_show_in_a_minute_is_applied_and_in_doubt(action: Action, corp: Tenant) -> None:
    corp.microsoft.graph.lag.reads = 1000
    with pytest.raises(ProviderError, match=r"applied, not yet visible.*calplan verify") as caught:
        corp.perform(action)
    assert caught.value.outcome_unknown
    assert sum(corp.passing.pauses) == 60.0
    assert len(writes(corp)) == 1


def test_what_cannot_be_looked_at_afterwards_is_in_doubt(corp: Tenant) -> None:
    class Planting(Passing):
        """Graph breaks down at the pause before the first look."""

        __slots__ = ()

        def sleep(self, seconds: float) -> None:
            Passing.sleep(self, seconds)
            corp.fault("GET /oauth2PermissionGrants:503x9")

    corp.passing = Planting(along=corp.stage)
    with pytest.raises(ProviderError, match="what came of it cannot be looked at") as caught:
        corp.perform(ENSURE)
    assert caught.value.outcome_unknown
    assert for_all(corp) == "Calendars.Read Contacts.Read"


def test_a_write_of_which_nobody_knows_whether_it_took_place_is_in_doubt(corp: Tenant) -> None:
    corp.fault("DELETE /oauth2PermissionGrants/*:500x6")
    with pytest.raises(UnreachableError) as caught:
        corp.perform(revoking(ANN))
    assert caught.value.outcome_unknown


def test_without_the_permission_to_write_nothing_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    with tenant(monkeypatch, keys=replace(KEYS, permissions=PLAN)) as corp:
        for action in (ENSURE, revoking(ANN)):
            with pytest.raises(NotAuthorisedError, match="Authorization_RequestDenied") as caught:
                corp.perform(action)
            assert "lacks the permission DelegatedPermissionGrant.ReadWrite.All" in str(caught.value)
            assert not caught.value.outcome_unknown
        assert for_all(corp) is None
        assert id_of(ANN) in people_with_consent(corp)


def test_exactly_these_users_lose_their_consents_and_nothing_else_is_touched(corp: Tenant) -> None:
    held = corp.microsoft.graph.held
    give(corp, "Calendars.Read")
    other = Grant(principal_id("another"), GRAPH, id_of(ANN), "Calendars.Read")
    held.others[other.id] = other
    before = {row.id for row in held.everything()}
    assert corp.perform(revoking(ANN, CAT, "nobody@corp.example")).changed
    gone = before - {row.id for row in held.everything()}
    assert {row.split("/")[-1] for row in writes(corp)} == gone
    assert len(gone) == 2
    assert people_with_consent(corp) == {id_of(BOB)}
    assert for_all(corp) == "Calendars.Read"
    assert other.id in held.others


def test_whoever_has_no_consent_has_none_to_lose(corp: Tenant) -> None:
    assert not corp.perform(revoking(DAN, EVE, "nobody@corp.example")).changed
    assert writes(corp) == []


def test_users_are_found_by_any_of_their_addresses(corp: Tenant) -> None:
    corp.microsoft.graph.people.names[ANN] = Names(
        user_principal_name="a1@corp.example", mail="ann.a@corp.example", aliases=(ANN,)
    )
    assert corp.perform(revoking(ANN.upper())).changed
    assert id_of(ANN) not in people_with_consent(corp)


def test_where_two_users_have_the_address_nobody_loses_anything(corp: Tenant) -> None:
    corp.microsoft.graph.people.names[BOB] = Names(mail=ANN)
    with pytest.raises(ProviderError, match=r"have the address ann@corp\.example.*nothing was changed") as caught:
        corp.perform(revoking(ANN, CAT))
    assert not caught.value.outcome_unknown
    assert writes(corp) == []


def test_revoking_that_stops_half_way_says_how_far_it_came_and_can_be_done_again(corp: Tenant) -> None:
    first, second, _ = sorted(
        (row for row in corp.microsoft.graph.held.everything() if row.principal),
        key=lambda row: row.principal != id_of(ANN),
    )
    corp.fault(f"DELETE /oauth2PermissionGrants/{second.id}:403")
    with pytest.raises(ProviderError, match="1 of 2 consents are revoked, and then: ") as caught:
        corp.perform(revoking(ANN, BOB if second.principal == id_of(BOB) else CAT))
    assert caught.value.outcome_unknown
    assert first.id not in {row.id for row in corp.microsoft.graph.held.everything()}
    assert corp.perform(revoking(ANN, BOB, CAT)).changed
    assert people_with_consent(corp) == set()


@pytest.mark.parametrize("fault", ["GET /oauth2PermissionGrants:503x100", "GET /users:503x100"])
def test_what_cannot_be_read_whole_is_not_revoked(fault: str, corp: Tenant) -> None:
    corp.fault(fault)
    with pytest.raises(ProviderError, match="trouble of its own") as caught:
        corp.perform(revoking(ANN))
    assert not caught.value.outcome_unknown
    assert writes(corp) == []


@pytest.mark.parametrize("action", [SetLock(on=True), RevokeStale(consent=Consent.GOOGLE, users=frozenset({ANN}))])
def test_nothing_else_is_written(action: Action, corp: Tenant) -> None:
    with pytest.raises(ProviderError, match="nothing that is set at Microsoft"):
        corp.perform(action)
    assert corp.stage.asked() == []


def test_a_writer_reads_as_well(corp: Tenant) -> None:
    provider = corp.writing()
    assert provider.perform(ENSURE).changed
    observed = provider.read_tenant()
    assert observed is not None
    assert observed.value == replace(NOTHING_GRANTED, grant=READ)
    assert provider.perform(revoking(BOB)).changed
    assert provider.read_consents(frozenset({ANN, BOB})) == frozenset({ANN})
