"""What is taken away at Google: the configured applications' tokens of exactly these users, and nothing else."""

from collections.abc import Iterator

import pytest

from calplan.model.unknown import UNKNOWN
from calplan.plan.actions import Consent, EnsureGrant, RevokeStale
from calplan.providers.errors import ProviderError, UnreachableError
from calplan.providers.google.capabilities import CAPABILITIES
from calplan.sandbox.account.create import UserRecord
from calplan.sandbox.servers.google.consents import AppToken
from tests.make import facts
from tests.providers.google.make import AUTH, FOREIGN, NOTHING, USERS, Scene, google, held, keys, known, many
from tests.sandbox.servers.stage import ANN, BOB, DEE

pytestmark = pytest.mark.loopback


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    with google(monkeypatch) as opened:
        yield opened


def revoke(*users: str) -> RevokeStale:
    return RevokeStale(consent=Consent.GOOGLE, users=frozenset(users))


def clients_of(scene: Scene, login: str) -> list[str]:
    """The applications that hold a token of somebody."""
    return [token.client_id for token in scene.google.consents.held(login)]


def deleted(scene: Scene) -> list[str]:
    return [one for one in scene.asked() if one.startswith("DELETE")]


def test_the_token_of_exactly_this_user_is_taken_away(scene: Scene) -> None:
    receipt = scene.writing().perform(revoke(ANN))
    assert receipt.changed
    assert (clients_of(scene, ANN), clients_of(scene, BOB)) == ([], list(keys().client_ids))
    (client,) = keys().client_ids
    place = f"{USERS}/{scene.google.id_of(ANN)}/tokens/{client}"
    assert [one for one in scene.asked() if "/tokens" in one] == [f"GET {place}", f"DELETE {place}"]


def test_to_take_it_away_twice_changes_nothing_and_sends_nothing(scene: Scene) -> None:
    assert scene.writing().perform(revoke(ANN, BOB)).changed
    scene.forget_asked()
    assert not scene.writing().perform(revoke(ANN, BOB)).changed
    assert deleted(scene) == []


def test_an_application_of_the_same_name_keeps_its_token(scene: Scene) -> None:
    scene.google.give(ANN, AppToken(client_id=FOREIGN, text="Zoom", scopes=(f"{AUTH}calendar",)))
    scene.google.give(DEE, AppToken(client_id=FOREIGN, text="Zoom", scopes=(f"{AUTH}calendar",)))
    scene.writing().perform(revoke(ANN, DEE))
    assert (clients_of(scene, ANN), clients_of(scene, DEE)) == ([FOREIGN], [FOREIGN])
    assert len(deleted(scene)) == 1


def test_every_configured_application_loses_its_token(scene: Scene) -> None:
    scene.stated["clientIds"] = [*keys().client_ids, "an/odd?client#id"]
    scene.google.give(ANN, AppToken(client_id="an/odd?client#id", text="Zoom", scopes=(f"{AUTH}calendar",)))
    assert scene.writing().perform(revoke(ANN)).changed
    assert clients_of(scene, ANN) == []


def test_an_alias_means_its_user_and_somebody_who_is_not_there_nobody(scene: Scene) -> None:
    scene.google.people.aliases[ANN] = ("annie@corp.example",)
    assert scene.writing().perform(revoke("Annie@Corp.Example", "nobody@corp.example")).changed
    assert clients_of(scene, ANN) == []


def test_an_address_that_two_users_claim_stops_everything_before_anything_is_written(scene: Scene) -> None:
    scene.google.people.aliases[ANN] = ("both@corp.example",)
    scene.google.people.aliases[BOB] = ("both@corp.example",)
    with pytest.raises(ProviderError, match=r"several users .* claim the address both@corp\.example"):
        scene.writing().perform(revoke(DEE, "both@corp.example"))
    assert not scene.asked("/tokens")


def test_an_address_with_signs_of_a_url_in_it_names_the_one_user(monkeypatch: pytest.MonkeyPatch) -> None:
    odd = "a/b#c?d%2f@corp.example"
    users = (UserRecord(odd, facts("google", "read", "none")), UserRecord(ANN, facts("google", "read", "none")))
    with google(monkeypatch, users=users) as scene:
        assert scene.writing().perform(revoke(odd)).changed
        assert (clients_of(scene, odd), clients_of(scene, ANN)) == ([], list(keys().client_ids))


def test_a_token_that_is_gone_when_it_is_deleted_is_gone(scene: Scene) -> None:
    (client,) = keys().client_ids
    scene.stage.fault(f"DELETE {USERS}/{scene.google.id_of(ANN)}/tokens/{client}:404")
    assert scene.writing().perform(revoke(ANN)).changed


def test_an_answer_that_is_lost_is_asked_for_again(scene: Scene) -> None:
    (client,) = keys().client_ids
    scene.stage.fault(f"DELETE {USERS}/{scene.google.id_of(ANN)}/tokens/{client}:drop-after")
    assert scene.writing().perform(revoke(ANN)).changed
    assert clients_of(scene, ANN) == []
    assert len(deleted(scene)) == 2


def test_a_write_whose_end_nobody_knows_says_so(scene: Scene) -> None:
    scene.stage.fault(f"DELETE {USERS}/{scene.google.id_of(ANN)}/tokens/*:drop-afterx20")
    with pytest.raises(UnreachableError) as lost:
        scene.writing().perform(revoke(ANN))
    assert lost.value.outcome_unknown


def test_what_was_done_before_it_failed_is_told_and_the_next_try_goes_on(scene: Scene) -> None:
    order = sorted([ANN, BOB])
    scene.stage.fault(f"DELETE {USERS}/{scene.google.id_of(order[1])}/tokens/*:403")
    with pytest.raises(ProviderError, match="1 of 2 users are revoked") as stopped:
        scene.writing().perform(revoke(ANN, BOB))
    assert stopped.value.outcome_unknown
    assert scene.writing().perform(revoke(ANN, BOB)).changed
    assert clients_of(scene, ANN) + clients_of(scene, BOB) == []


def test_a_first_user_who_is_refused_leaves_nothing_changed(scene: Scene) -> None:
    scene.stage.fault(f"DELETE {USERS}/*/tokens/*:403")
    with pytest.raises(ProviderError) as refused:
        scene.writing().perform(revoke(ANN))
    assert not refused.value.outcome_unknown
    assert clients_of(scene, ANN) == list(keys().client_ids)


def test_nothing_is_written_where_not_everybody_could_be_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    with google(monkeypatch, users=many(520)) as scene:
        scene.lose_later_pages()
        with pytest.raises(ProviderError, match="nothing was revoked"):
            scene.writing().perform(revoke("u00000@corp.example"))
        assert not scene.asked("/tokens")


def test_what_was_taken_away_is_gone_from_what_is_remembered(scene: Scene) -> None:
    assert known(scene.reading().read_people())[ANN] == held("write", "read")
    scene.writing().perform(revoke(ANN))
    scene.stage.fault("GET /google/admin/reports/v1/activity/users/all/applications/token:500x20")
    witness = scene.reading().read_people()
    assert (known(witness)[ANN], known(witness)[BOB]) == (NOTHING, held("read", "none"))
    assert scene.reading().read_consents(frozenset({ANN, BOB})) == frozenset({BOB})


def test_nothing_else_can_be_written(scene: Scene) -> None:
    for action in (RevokeStale(consent=Consent.OFFICE365, users=frozenset({ANN})), EnsureGrant(scopes=frozenset())):
        with pytest.raises(ProviderError, match="nothing was changed"):
            scene.writing().perform(action)
    assert not scene.asked()
    assert CAPABILITIES.writable == {"google.revokeStale"}


def test_without_a_client_id_nothing_is_revoked(scene: Scene) -> None:
    scene.stated["clientIds"] = []
    with pytest.raises(ProviderError, match="Nothing was revoked"):
        scene.writing().perform(revoke(ANN))
    assert scene.writing().read_consents(frozenset({ANN})) is UNKNOWN
    assert not scene.asked()
