"""Writes as transactions: numbered, logged, repeated without harm, and shown only as far as a source shows."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from calplan.model.unknown import UNKNOWN
from calplan.model.user import RawFacts
from calplan.sandbox.account.account import Account, Event
from calplan.sandbox.account.behaviour.person import Happening
from calplan.sandbox.account.classes import normal_facts
from calplan.sandbox.account.create import AccountContents, UserRecord, create_account
from calplan.sandbox.account.errors import AccountError
from calplan.sandbox.account.plausible import SETTINGS, TENANT, plausible_contents, plausible_users
from calplan.sandbox.account.read import read_users
from calplan.sandbox.account.settings_text import (
    settings_from_rows,
    settings_to_rows,
    tenant_from_rows,
    tenant_to_rows,
)
from tests.make import (
    MAPI,
    OLD_WINDOWS,
    account,
    domains,
    exchange,
    facts,
    google,
    graph,
    impersonation,
    office365_ews,
    tenant,
)
from tests.sandbox.stage import ANN, HOST, stage

ANN_AND_BOB = (
    UserRecord(ANN, facts("google", "write", "read")),
    UserRecord("bob@else.example", facts("google", "read", "read", clients=(OLD_WINDOWS,))),
)


def test_events_say_who_noticed_what_of_which_write() -> None:
    with Account.in_memory(AccountContents(settings=account(), users=ANN_AND_BOB)) as scene:
        assert scene.set_consent(True).number == 1
        assert scene.set_domains(domains("corp.example")).number == 2
        assert scene.set_locked(True).number == 3
        assert scene.set_service(graph()).number == 4
        assert scene.events() == (
            Event(2, "bob@else.example", Happening.DISCONNECTED),
            Event(4, ANN, Happening.DISCONNECTED),
            Event(4, ANN, Happening.PROMPTED),
        )
        assert scene.events(after=2) == scene.events()[1:]


def test_a_write_that_fails_half_way_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    create_account(path, AccountContents(settings=account(service=graph()), users=ANN_AND_BOB))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            "CREATE TRIGGER fault BEFORE UPDATE ON users WHEN old.email LIKE 'bob%'"
            " BEGIN SELECT RAISE(ABORT, 'the disk is gone'); END"
        )
    with Account.open(path) as scene:
        before = scene.truths()
        with pytest.raises(AccountError, match="the disk is gone"):
            scene.set_locked(True)
        assert scene.settings().locked is False
        assert scene.truths() == before
        assert scene.events() == ()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TRIGGER fault")
    with Account.open(path) as scene:
        assert scene.set_locked(True).number == 1
        assert len(scene.events()) == 3


SERVICES = (
    google("read", "none"),
    graph("none", "write"),
    office365_ews(),
    MAPI,
    exchange(),
    exchange(impersonation=UNKNOWN),
    exchange("https://mail.corp.example:444/x", impersonation=impersonation(password_version=UNKNOWN)),
    UNKNOWN,
)


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("flag", [True, False, UNKNOWN])
def test_settings_are_stored_whole(service: object, flag: object) -> None:
    for allowed in (UNKNOWN, domains("a.example", "b.example")):
        settings = account(
            service=service,  # type: ignore[arg-type]
            enabled=flag,  # type: ignore[arg-type]
            locked=flag,  # type: ignore[arg-type]
            allowed_domains=allowed,
        )
        assert settings_from_rows(settings_to_rows(settings)) == settings


def test_tenant_facts_are_stored_whole() -> None:
    for known in (tenant(), tenant(grant=UNKNOWN, user_consent=UNKNOWN, hybrid=UNKNOWN), tenant(grant=())):
        assert tenant_from_rows(tenant_to_rows(known)) == known
    assert tenant_from_rows({}) is None


@pytest.mark.parametrize(
    "words,normal",
    [
        (facts("google", "none", "none"), facts()),
        (facts("unknown"), facts(None)),
        (facts("google", "", "unknown", auth="unknown"), facts("google", auth=None)),
        (facts("exchange-ews", "read", "read", ews_host="MAIL.corp.example:443"), facts("exchange-ews", ews_host=HOST)),
        (facts("google", "read", "read", ews_host=HOST), facts("google", "read", "read")),
        (facts("", mailbox_location="unknown"), facts("", mailbox_location=None)),
        (facts("exchange-ews", auth="impersonation"), facts("exchange-ews", auth="impersonation", ews_host=HOST)),
        (facts("office365-ews", auth="impersonation"), facts("office365-ews", auth="impersonation")),
    ],
)
def test_equal_facts_are_stored_alike(words: RawFacts, normal: RawFacts) -> None:
    assert normal_facts(words, account(service=exchange())) == normal


def test_a_source_that_shows_no_connection_shows_none_afterwards_either() -> None:
    truth = facts("google", "write", "read")
    hidden = truth._replace(service=None, calendar=None, contacts=None, auth=None)
    with stage(hidden, truth=truth) as scene:
        scene.set_service(graph())
        scene.set_locked(True)
        assert scene.truth_of(ANN) == facts()
        assert shown(scene) == hidden
        assert scene.reconnect(ANN)
        assert scene.truth_of(ANN).service == "office365-graph"
        assert shown(scene) == hidden


def test_what_was_hidden_acts_all_the_same() -> None:
    truth = facts("google", "write", "read", clients=(OLD_WINDOWS,))
    with stage(truth._replace(clients="[]", auth=None), account(service=graph()), truth=truth) as scene:
        scene.set_locked(True)
        assert [event.what for event in scene.events()] == [Happening.DISCONNECTED]
        assert shown(scene) == facts(clients=())
        assert scene.truth_of(ANN) == facts(clients=(OLD_WINDOWS,))


def shown(scene: Account) -> RawFacts:
    (page,) = read_users(scene._connection)
    return page.facts[0]


def test_a_number_and_a_seed_make_one_account_and_another_seed_another() -> None:
    assert list(plausible_users(300, 7)) == list(plausible_users(300, 7))
    assert list(plausible_users(300, 7)) != list(plausible_users(300, 8))
    assert list(plausible_users(300, 7))[:100] == list(plausible_users(100, 7))


def test_a_plausible_account_has_somebody_for_every_rule() -> None:
    users = list(plausible_users(2000, 1))
    services = {(user.truth or user.facts).service for user in users}
    assert services == {"google", "office365-graph", "office365-ews", "exchange-ews", "exchange-mapi", ""}
    assert {user.facts.status for user in users} == {"active", "inactive", "pending"}
    assert {user.facts.mailbox_location for user in users} == {"cloud", "on-premises", None}
    assert {user.email.partition("@")[2] for user in users} == {
        "contoso.com",
        "emea.contoso.com",
        "fabrikam.com",
        "partner.example",
    }
    assert all(user.truth != user.facts for user in users)
    with Account.in_memory(plausible_contents(users=200, seed=1)) as scene:
        assert scene.settings() == SETTINGS
        assert scene.tenant() == TENANT
        scene.set_service(graph())
        scene.set_locked(True)
        assert {event.what for event in scene.events()} == {Happening.DISCONNECTED, Happening.PROMPTED}
