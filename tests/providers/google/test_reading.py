"""What is read of a customer's consents over Google's protocol, and what stays unknown."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from calplan.model.proof import Basis
from calplan.model.service import ServiceType
from calplan.model.unknown import UNKNOWN
from calplan.providers.errors import NotAuthorisedError, UnreachableError
from calplan.sandbox.account.create import UserRecord
from calplan.sandbox.servers.google.answers import QUOTA, USER_RATE, Body
from calplan.sandbox.servers.google.consents import AppToken
from tests.make import facts
from tests.providers.google.make import (
    AUTH,
    FOREIGN,
    NOT_READ,
    NOTHING,
    TOKEN,
    USERS,
    Scene,
    google,
    held,
    keys,
    known,
    many,
)
from tests.sandbox.servers.stage import ANN, BOB, DEE, GUY, IDA, PIA

pytestmark = pytest.mark.loopback

EVERYBODY = {
    ANN: held("write", "read"),
    BOB: held("read", "none"),
    DEE: NOTHING,
    GUY: NOTHING,
    IDA: NOTHING,
    PIA: NOTHING,
}


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    with google(monkeypatch) as opened:
        yield opened


def test_everybody_is_read_with_the_levels_of_his_token(scene: Scene) -> None:
    witness = scene.reading().read_people()
    assert known(witness) == EVERYBODY
    assert witness.basis is Basis.GOOGLE_TOKENS
    assert witness.shows == {ServiceType.GOOGLE}
    assert (witness.evidence.complete, witness.evidence.live, witness.failure) == (True, True, None)
    assert (witness.evidence.records, witness.evidence.kind) == (6, "users")
    assert witness.evidence.source == "Google customer my_customer"
    assert scene.reading().read_tenant() is None


def test_everything_goes_over_a_connection_whose_certificate_the_document_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with google(monkeypatch, secure=True) as scene:
        assert known(scene.reading().read_people()) == EVERYBODY
        del scene.stated["caFile"]
        with pytest.raises(UnreachableError, match="no connection came about"):
            scene.reading().read_people()


def test_a_directory_without_anybody_is_complete(monkeypatch: pytest.MonkeyPatch) -> None:
    with google(monkeypatch, users=()) as scene:
        witness = scene.reading().read_people()
    assert (witness.people, witness.evidence.complete, witness.failure) == ((), True, None)


def test_a_directory_of_several_pages_is_read_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    with google(monkeypatch, users=many(520)) as scene:
        witness = scene.reading().read_people()
        assert scene.asked().count(f"GET {USERS}") == 2
        assert sorted(scene.asked_about()) == sorted(person.names[0] for person in witness.people)
    assert len(witness.people) == 520
    assert {person.known for person in witness.people} == {held("write", "read")}
    assert len({id(person.known) for person in witness.people}) == 1, "equal facts are one object"


@pytest.mark.parametrize("body", Body)
@pytest.mark.parametrize("status", [429, 500, 502, 503])
def test_trouble_that_passes_is_waited_for_in_whatever_form_it_is_told(scene: Scene, status: int, body: Body) -> None:
    scene.google.failures.body = body
    scene.set_google(status=status, times=2)
    scene.set_google(scene.google.id_of(ANN), "tokens", status=status, times=3)
    assert known(scene.reading().read_people()) == EVERYBODY
    assert sum(scene.passing.pauses) > 2


@pytest.mark.parametrize("words", [USER_RATE, QUOTA])
@pytest.mark.parametrize("body", [Body.JSON, Body.TEXT, Body.HTML])
def test_a_limit_that_is_told_as_forbidden_is_waited_for(scene: Scene, body: Body, words: object) -> None:
    if body is not Body.JSON and words is USER_RATE:
        words = USER_RATE._replace(message="Quota exceeded for quota metric 'Queries'")
    assert isinstance(words, type(QUOTA))
    scene.google.failures.words[403] = words
    scene.google.failures.body = body
    scene.set_google(status=403, times=2)
    scene.set_google(scene.google.id_of(BOB), "tokens", status=403, times=2)
    assert known(scene.reading().read_people()) == EVERYBODY


def test_a_quota_that_is_met_slows_everybody_down_and_loses_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    with google(monkeypatch, users=many(60)) as scene:
        scene.google.quotas.directory = 10
        witness = scene.reading().read_people()
        assert witness.evidence.complete
        assert {person.known for person in witness.people} == {held("write", "read")}
        assert 403 in {one.status for one in scene.stage.access_log}


def test_a_token_that_ended_is_asked_for_again_once(scene: Scene) -> None:
    scene.stage.fault(f"GET {USERS}/{scene.google.id_of(ANN)}/tokens:expire-token")
    assert known(scene.reading().read_people()) == EVERYBODY
    assert scene.asked().count(f"POST {TOKEN}") == 3, "one to list, one for tokens, and one in its place"


def test_half_an_answer_is_asked_for_again(scene: Scene) -> None:
    scene.stage.fault(f"GET {USERS}:half, GET {USERS}/{scene.google.id_of(ANN)}/tokens:half")
    assert known(scene.reading().read_people()) == EVERYBODY


@pytest.mark.parametrize("missing", ["admin.directory.user.readonly", "admin.directory.user.security"])
def test_a_scope_that_was_not_delegated_is_named(scene: Scene, missing: str) -> None:
    scene.google.grant(*(keys().scopes - {AUTH + missing}))
    with pytest.raises(NotAuthorisedError, match=rf"unauthorized_client.*domain-wide delegation.*{missing}"):
        scene.reading().read_people()


def test_a_scope_that_a_token_lacks_is_named_by_the_answer(scene: Scene) -> None:
    other = f"{AUTH}admin.directory.user"
    scene.google.endpoints = tuple(replace(one, scopes=(other,)) for one in scene.google.endpoints)
    with pytest.raises(NotAuthorisedError, match=rf"does not let calplan do this.*It needs the scope {other}"):
        scene.reading().read_people()


def test_nobody_is_read_where_the_first_page_of_users_fails(scene: Scene) -> None:
    scene.set_google(status=503, times=8)
    with pytest.raises(UnreachableError, match="trouble of its own"):
        scene.reading().read_people()


def test_a_later_page_that_fails_leaves_an_incomplete_witness(monkeypatch: pytest.MonkeyPatch) -> None:
    with google(monkeypatch, users=many(520)) as scene:
        scene.lose_later_pages()
        witness = scene.reading().read_people()
    assert len(witness.people) == 500
    assert (witness.evidence.complete, {person.known for person in witness.people}) == (False, {NOT_READ})
    assert "refused the request" in str(witness.failure)


@pytest.mark.parametrize("status", [403, 404])
def test_of_somebody_whose_tokens_are_refused_nothing_is_known(scene: Scene, status: int) -> None:
    scene.set_google(scene.google.id_of(ANN), "tokens", status=status)
    witness = scene.reading().read_people()
    assert known(witness) == EVERYBODY | {ANN: NOT_READ}
    assert (witness.evidence.complete, witness.failure) == (True, None)


def test_whom_nobody_is_allowed_to_ask_about_is_unread_and_the_reason_is_told(scene: Scene) -> None:
    scene.set_google("*", "tokens", status=403, times=100)
    witness = scene.reading().read_people()
    assert set(known(witness).values()) == {NOT_READ}
    assert not witness.evidence.complete
    assert "Not Authorized to access this resource/api" in str(witness.failure)


def test_a_suspended_or_archived_user_leaves_no_trace(scene: Scene) -> None:
    scene.google.people.suspended.add(ANN)
    scene.google.people.archived.add(BOB)
    assert known(scene.reading().read_people()) == EVERYBODY | {ANN: NOTHING, BOB: NOTHING}


def test_an_application_of_the_same_name_counts_for_nothing(scene: Scene) -> None:
    scene.google.give(DEE, AppToken(client_id=FOREIGN, text="Zoom", scopes=(f"{AUTH}calendar",)))
    assert known(scene.reading().read_people()) == EVERYBODY


def test_tokens_of_several_configured_applications_count_together(scene: Scene) -> None:
    scene.stated["clientIds"] = [*keys().client_ids, FOREIGN]
    scene.google.give(BOB, AppToken(client_id=FOREIGN, text="Zoom", scopes=(f"{AUTH}contacts.readonly",)))
    assert known(scene.reading().read_people())[BOB] == held("read", "read")


def test_a_token_that_opens_neither_calendar_nor_contacts_is_no_trace(scene: Scene) -> None:
    scene.google.consents.scopes_of[ANN] = ("openid", f"{AUTH}drive")
    assert known(scene.reading().read_people())[ANN] == NOTHING


def test_without_a_client_id_nobody_can_tell_anything(scene: Scene) -> None:
    scene.stated["clientIds"] = []
    witness = scene.reading().read_people()
    assert set(known(witness).values()) == {NOT_READ}
    assert "`clientIds`" in str(witness.failure)
    assert not scene.asked("/tokens")
    assert scene.reading().read_consents(frozenset({ANN})) is UNKNOWN


def test_people_have_all_their_addresses(scene: Scene) -> None:
    scene.google.people.aliases[ANN] = ("annie@corp.example", "a.n@fabrikam.example")
    (ann,) = [person for person in scene.reading().read_people().people if person.names == (ANN,)]
    assert set(ann.aliases) >= {"annie@corp.example", "a.n@fabrikam.example"}


def test_who_still_consents_is_asked_at_this_moment_about_these_users_alone(scene: Scene) -> None:
    scene.reading().read_people()
    scene.forget_asked()
    scene.google.people.aliases[BOB] = ("bobby@corp.example",)
    with scene.stage.account as account:
        account.revoke_google(ANN)
    asked = frozenset({ANN, "bobby@corp.example", DEE, "nobody@corp.example"})
    assert scene.reading().read_consents(asked) == frozenset({"bobby@corp.example"})
    assert sorted(scene.asked_about()) == [ANN, BOB, DEE]


def test_who_still_consents_is_unknown_where_one_of_them_cannot_be_asked(scene: Scene) -> None:
    scene.set_google(scene.google.id_of(DEE), "tokens", status=403)
    assert scene.reading().read_consents(frozenset({ANN, DEE})) is UNKNOWN


def test_an_address_with_signs_of_a_url_in_it_names_the_one_user(monkeypatch: pytest.MonkeyPatch) -> None:
    odd = "a/b#c?d%2f@corp.example"
    with google(monkeypatch, users=(UserRecord(odd, facts("google", "read", "none")),)) as scene:
        assert known(scene.reading().read_people()) == {odd: held("read", "none")}
        assert scene.reading().read_consents(frozenset({odd})) == frozenset({odd})
