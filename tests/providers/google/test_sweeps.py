"""A sweep that is broken off goes on where it was, and a finished one is brought up to date by the log."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest

from calplan.providers.base import Forgetful
from calplan.providers.google.asking import CHUNK
from calplan.sandbox.servers.google.consents import AppToken
from calplan.sandbox.servers.google.token_log import AUTHORIZE, REVOKE
from tests.providers.google.make import AUTH, DAY, LOG, NOT_READ, NOTHING, TOKEN, Scene, google, held, keys, known, many
from tests.sandbox.servers.stage import ANN, BOB, DEE, GUY, IDA, PIA

pytestmark = pytest.mark.loopback

HOUR = timedelta(hours=1)


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    """An account whose users were all read an hour ago, and who had consented long before."""
    with google(monkeypatch) as opened:
        assert opened.reading().read_people().evidence.live
        opened.ahead = HOUR
        opened.forget_asked()
        yield opened


def test_a_finished_sweep_is_not_repeated_and_shows_its_age(scene: Scene) -> None:
    began = scene.stage.clock()
    witness = scene.reading().read_people()
    assert scene.asked_about() == []
    assert (witness.evidence.live, witness.evidence.complete) == (False, True)
    assert witness.evidence.as_of is not None
    assert abs(witness.evidence.as_of - began) < timedelta(minutes=1)
    assert known(witness)[ANN] == held("write", "read")


def test_exactly_those_are_asked_again_whom_the_log_names(scene: Scene) -> None:
    with scene.stage.account as account:
        account.revoke_google(ANN)
    scene.google.consents.scopes_of[BOB] = (f"{AUTH}calendar",)
    scene.google.log.add(AUTHORIZE, BOB, token=scene.google.consents.held(BOB)[0])
    witness = scene.reading().read_people()
    assert sorted(scene.asked_about()) == [ANN, BOB]
    assert known(witness)[ANN] == NOTHING
    assert known(witness)[BOB] == held("write", "none")
    assert not witness.evidence.live


def test_the_log_is_asked_for_each_event_of_each_application_and_never_for_their_use(scene: Scene) -> None:
    scene.reading().read_people()
    assert scene.asked(LOG) == [f"GET {LOG}"] * 2


def test_an_entry_that_comes_a_day_late_is_still_seen(scene: Scene) -> None:
    token = scene.google.consents.held(ANN)[0]
    scene.reading().read_people()
    scene.forget_asked()
    at = scene.stage.clock() - timedelta(hours=20)
    scene.google.log.add(REVOKE, ANN, token=token, at=at)
    scene.reading().read_people()
    assert scene.asked_about() == [ANN]


def test_what_the_log_says_of_another_application_asks_nobody_again(scene: Scene) -> None:
    scene.google.give(DEE, AppToken(client_id="999.apps.googleusercontent.com", text="Zoom", scopes=("openid",)))
    scene.reading().read_people()
    assert scene.asked_about() == []


def test_what_was_learnt_from_the_log_is_kept(scene: Scene) -> None:
    with scene.stage.account as account:
        account.revoke_google(ANN)
    scene.reading().read_people()
    scene.stage.fault(f"GET {LOG}:503x20")
    assert known(scene.reading().read_people())[ANN] == NOTHING


def test_somebody_new_is_asked_about_and_nobody_else(scene: Scene) -> None:
    scene.google.people.add("new@corp.example")
    witness = scene.reading().read_people()
    assert scene.asked_about() == ["new@corp.example"]
    assert known(witness)["new@corp.example"] == NOTHING


def test_somebody_who_is_gone_is_shown_no_more(scene: Scene) -> None:
    scene.google.people.vanished.add(ANN)
    assert set(known(scene.reading().read_people())) == {BOB, DEE, GUY, IDA, PIA}


def test_whoever_could_not_be_read_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    with google(monkeypatch) as scene:
        scene.set_google(scene.google.id_of(ANN), "tokens", status=403)
        assert known(scene.reading().read_people())[ANN] == NOT_READ
        scene.forget_asked()
        assert known(scene.reading().read_people())[ANN] == held("write", "read")
        assert scene.asked_about() == [ANN]


def test_without_the_scope_for_the_log_everybody_is_swept_again(scene: Scene) -> None:
    scene.google.grant(*(keys().scopes - {f"{AUTH}admin.reports.audit.readonly"}))
    witness = scene.reading().read_people()
    assert sorted(scene.asked_about()) == sorted([ANN, BOB, DEE, GUY, IDA, PIA])
    assert (witness.evidence.live, witness.evidence.complete) == (True, True)


def test_of_somebody_who_changed_and_cannot_be_asked_nothing_is_known_any_more(scene: Scene) -> None:
    with scene.stage.account as account:
        account.revoke_google(ANN)
    scene.set_google(scene.google.id_of(ANN), "tokens", status=500, times=8)
    witness = scene.reading().read_people()
    assert known(witness)[ANN] == NOT_READ
    assert (known(witness)[BOB], witness.evidence.complete) == (held("read", "none"), False)
    assert known(scene.reading().read_people())[ANN] == NOTHING


def test_users_who_are_always_refused_leave_the_others_complete(monkeypatch: pytest.MonkeyPatch) -> None:
    with google(monkeypatch, users=many(30)) as scene:
        for number in range(10):
            scene.set_google(scene.google.id_of(f"u{number:05d}@corp.example"), "tokens", status=403, times=9)
        for _run in range(3):
            witness = scene.reading().read_people()
            assert (witness.evidence.complete, witness.failure) == (True, None)
            assert sum(one == NOT_READ for one in known(witness).values()) == 10


def test_a_log_that_is_out_of_reach_costs_nothing_of_what_is_known(scene: Scene) -> None:
    scene.stage.fault(f"GET {LOG}:503x20")
    witness = scene.reading().read_people()
    assert scene.asked_about() == []
    assert (witness.evidence.live, witness.evidence.complete) == (False, False)
    assert "keeps throttling" in str(witness.failure)
    assert known(witness)[ANN] == held("write", "read")


def test_a_log_whose_quota_is_met_is_waited_for(scene: Scene) -> None:
    scene.stage.fault(f"GET {LOG}:503x3")
    assert scene.reading().read_people().evidence.complete
    assert sum(scene.passing.pauses) >= 2.5 + 5 + 10


@pytest.mark.parametrize("ahead", [DAY, timedelta(days=30), -HOUR])
def test_a_sweep_that_is_too_old_or_of_tomorrow_is_made_anew(scene: Scene, ahead: timedelta) -> None:
    scene.ahead = ahead
    witness = scene.reading().read_people()
    assert len(scene.asked_about()) == 6
    assert witness.evidence.live


@pytest.mark.parametrize("number", [0, 1])
def test_what_a_memory_cannot_give_back_is_read_again(scene: Scene, number: int) -> None:
    scene.memory.keep(scene.source, number, b'{"form": 1, "begun": ')
    witness = scene.reading().read_people()
    assert len(scene.asked_about()) == 6
    assert known(witness)[ANN] == held("write", "read")
    scene.forget_asked()
    assert scene.reading().read_people().evidence.complete
    assert scene.asked_about() == []


@pytest.mark.parametrize("other", ["clientIds", "subject", "customer"])
def test_what_was_read_for_others_is_not_taken_for_ours(scene: Scene, other: str) -> None:
    before = scene.source
    scene.stated[other] = ["other"] if other == "clientIds" else "admin@fabrikam.example"
    assert scene.source != before


def test_a_connection_that_is_lost_leaves_what_was_read_and_the_next_run_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with google(monkeypatch, users=many(2 * CHUNK)) as scene:
        scene.passing.along = None
        scene.lose_tokens_after(CHUNK)
        witness = scene.reading().read_people()
        read = {email for email, one in known(witness).items() if one != NOT_READ}
        assert len(read) == CHUNK
        assert (witness.evidence.complete, witness.evidence.live) == (False, False)
        assert "were not read" in str(witness.failure)
        assert re.search("trouble of its own|could not be reached", str(witness.failure))
        scene.find_tokens_again()
        scene.forget_asked()
        again = scene.reading().read_people()
        assert not read & set(scene.asked_about())
        assert len(scene.asked_about()) == CHUNK
        assert set(known(again).values()) == {held("write", "read")}
        assert (again.evidence.complete, again.evidence.live, again.failure) == (True, False, None)
        assert again.evidence.as_of == witness.evidence.as_of


def test_a_hopeless_sweep_stops_before_everybody_was_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    with google(monkeypatch, users=many(3 * CHUNK)) as scene:
        scene.passing.along = None
        scene.lose_tokens_after(0)
        witness = scene.reading().read_people()
        assert len(set(scene.asked_about())) < CHUNK
        assert set(known(witness).values()) == {NOT_READ}
        assert f"{3 * CHUNK:,} of {3 * CHUNK:,}" in str(witness.failure)


def test_a_credential_that_ends_in_mid_sweep_is_not_tried_for_everybody(monkeypatch: pytest.MonkeyPatch) -> None:
    with google(monkeypatch, users=many(3 * CHUNK)) as scene:
        scene.end_credential_after(CHUNK + 20)
        witness = scene.reading().read_people()
        assert "unauthorized_client" in str(witness.failure)
        assert sum(one == held("write", "read") for one in known(witness).values()) >= CHUNK
        assert scene.asked().count(f"POST {TOKEN}") < 40


def test_a_memory_of_another_form_is_none(scene: Scene) -> None:
    memory = scene.memory
    assert isinstance(memory, Forgetful)
    (header, *_) = memory.parts(scene.source)
    memory.keep(scene.source, 0, header.content.replace(b'"form":1', b'"form":2'))
    assert scene.reading().read_people().evidence.live


def test_levels_are_read_anew_from_the_scopes_that_are_kept(scene: Scene) -> None:
    parts = scene.memory.parts(scene.source)
    content = parts[1].content.replace(b"auth/calendar.readonly", b"auth/calendar.events")
    assert content != parts[1].content
    scene.memory.keep(scene.source, 1, content)
    assert known(scene.reading().read_people())[BOB] == held("write", "none")
