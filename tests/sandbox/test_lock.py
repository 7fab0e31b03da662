from dataclasses import replace

import pytest

from calplan.model.service import Service
from calplan.model.unknown import UNKNOWN
from calplan.model.user import RawFacts
from calplan.sandbox.account.account import Account
from calplan.sandbox.account.behaviour.barriers import Barrier
from tests.make import (
    MAPI,
    NEW_MAC,
    NEW_WINDOWS,
    OLD_MAC,
    OLD_WINDOWS,
    account,
    exchange,
    facts,
    google,
    graph,
    impersonation,
    office365_ews,
    tenant,
)
from tests.sandbox.stage import CUT, CUT_AND_TOLD, HELD, NOTHING, TOLD, after

DEFAULTS: dict[str, tuple[Service, set[str]]] = {
    "google w/r": (google(), {"google w/r"}),
    "google r/r": (google("read", "read"), {"google r/r"}),
    "graph w/r": (graph(), {"graph w/r"}),
    "graph r/r": (graph("read", "read"), {"graph r/r"}),
    "o365 ews": (office365_ews(), {"o365 ews"}),
    "exchange": (exchange(), {"exchange", "exchange by impersonation"}),
    "exchange impersonating": (exchange(impersonation=impersonation()), {"exchange", "exchange by impersonation"}),
    "exchange on another path": (
        exchange("https://mail.corp.example/ews/other.asmx"),
        {"exchange", "exchange by impersonation"},
    ),
    "mapi": (MAPI, {"mapi"}),
}
"""Each default service, and who of all who are connected holds the same (S23, A02)."""

CASES = [(name, held) for name in DEFAULTS for held in HELD]


def lock(scene: Account) -> None:
    scene.set_locked(True)


@pytest.mark.parametrize("default,held", CASES)
def test_a_new_lock_disconnects_and_tells_everybody_who_holds_something_different(default: str, held: str) -> None:
    service, same = DEFAULTS[default]
    result = after(HELD[held], lock, account(service=service))
    if held in same:
        assert result.connected
        assert result.happened == NOTHING
    else:
        assert not result.connected
        assert result.happened == CUT_AND_TOLD


@pytest.mark.parametrize("default,held", CASES)
def test_another_default_under_a_lock_acts_like_a_new_lock(default: str, held: str) -> None:
    service, same = DEFAULTS[default]
    before = google("write", "write")
    result = after(HELD[held], lambda scene: scene.set_service(service), account(service=before, locked=True))
    # Turning impersonation on under a lock moves nobody in the cloud; these users are.
    assert result.connected is (held in same)


@pytest.mark.parametrize("default,held", CASES)
def test_another_default_without_a_lock_leaves_who_is_connected_alone(default: str, held: str) -> None:
    service, _ = DEFAULTS[default]
    result = after(HELD[held], lambda scene: scene.set_service(service), account(service=google("write", "write")))
    assert result.happened == NOTHING
    assert result.facts == HELD[held]


@pytest.mark.parametrize("held", HELD)
def test_unlocking_harms_nobody(held: str) -> None:
    for service, _ in DEFAULTS.values():
        result = after(HELD[held], lambda scene: scene.set_locked(False), account(service=service, locked=True))
        assert (result.facts, result.happened) == (HELD[held], NOTHING)


def test_saving_the_same_default_again_under_a_lock_does_nothing() -> None:
    def save_and_lock_again(scene: Account) -> None:
        assert not scene.set_service(google()).changed
        assert not scene.set_locked(True).changed

    result = after(HELD["graph w/r"], save_and_lock_again, account(locked=True))
    assert result.happened == NOTHING
    assert result.connected


@pytest.mark.parametrize(
    "clients,told",
    [
        ((NEW_WINDOWS,), True),
        ((NEW_MAC,), True),
        (("5.2.45108.0831(win)",), True),
        (("5.2.2",), True),
        ((OLD_WINDOWS,), False),
        (("5.2.1",), False),
        ((OLD_MAC,), False),
        ((OLD_WINDOWS, NEW_MAC), True),
        (("5.2.45106.0831(mac)",), False),
        (("-",), False),
        ((), False),
    ],
)
def test_the_prompt_shows_on_a_client_known_to_be_new_enough(clients: tuple[str, ...], told: bool) -> None:
    connected = after(facts("google", "write", "read", clients=clients), lock, account(service=graph()))
    assert connected.happened == (CUT_AND_TOLD if told else CUT)
    unconnected = after(facts(clients=clients), lock, account(service=graph()))
    assert unconnected.happened == (TOLD if told else NOTHING)
    assert not unconnected.connected


def test_who_is_shut_out_by_the_account_is_not_prompted() -> None:
    elsewhere = after(facts(clients=("6.5.3.8712(mac)",)), lock, account(service=MAPI))
    assert elsewhere.happened == NOTHING
    assert elsewhere.barriers == (Barrier.PLATFORM,)


def test_a_client_that_asks_knows_nothing_of_where_the_mailbox_lies() -> None:
    on_premises = after(facts(mailbox_location="on-premises"), lock, account(service=graph()))
    assert on_premises.happened == TOLD
    assert on_premises.barriers == (Barrier.HYBRID,)


@pytest.mark.parametrize(
    "user",
    [
        facts(None),
        facts("unknown"),
        facts("google", None, None),
        facts("google", "write", None),
        facts("google", "unknown", "read"),
    ],
)
def test_who_is_not_known_to_hold_something_different_is_left_alone(user: RawFacts) -> None:
    assert after(user, lock, account(service=google())).happened == NOTHING


def test_one_known_difference_is_enough() -> None:
    user = facts("google", "read", None)
    assert after(user, lock, account(service=google("write", "read"))).happened == CUT_AND_TOLD


@pytest.mark.parametrize("status", ["inactive", "pending"])
def test_who_is_not_active_is_left_alone(status: str) -> None:
    user = facts("google", "write", "read", status=status)
    result = after(user, lock, account(service=graph()))
    assert (result.facts, result.happened) == (user, NOTHING)


@pytest.mark.parametrize(
    "clients,kept",
    [((NEW_WINDOWS,), True), ((OLD_MAC, OLD_WINDOWS), True), ((NEW_MAC,), False), (("6.5.3",), True), ((), True)],
)
def test_mapi_under_a_lock_is_lost_by_who_is_known_to_have_no_windows(clients: tuple[str, ...], kept: bool) -> None:
    result = after(facts("exchange-mapi", clients=clients), lock, account(service=MAPI))
    assert result.connected is kept
    assert result.barriers == (() if kept else (Barrier.PLATFORM,))


def test_a_lock_written_while_the_default_is_unknown_reaches_nobody() -> None:
    result = after(HELD["graph w/r"], lock, replace(account(), service=UNKNOWN))
    assert (result.connected, result.happened) == (True, NOTHING)


def test_a_lock_that_nobody_could_read_counts_as_none() -> None:
    unread = account(locked=UNKNOWN, service=graph())
    assert after(HELD["google w/r"], lock, unread).happened == CUT_AND_TOLD
    saved = after(HELD["google w/r"], lambda scene: scene.set_service(google("read", "read")), unread)
    assert saved.happened == NOTHING


def test_a_blocked_user_is_cut_all_the_same() -> None:
    nothing_granted = tenant(grant=(), user_consent=())
    result = after(HELD["google w/r"], lock, account(service=graph()), nothing_granted)
    assert result.happened == CUT_AND_TOLD
    assert result.barriers == (Barrier.CONSENT,)
