"""Whether a user could set the integration up by himself, and what he gets when he does."""

import pytest

from calplan.model.service import Service
from calplan.model.user import RawFacts
from calplan.sandbox.account.behaviour.barriers import Barrier
from calplan.sandbox.account.errors import UnknownUserError
from tests.make import (
    MAPI,
    NEW_MAC,
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
from tests.sandbox.stage import ANN, HOST, MICROSOFT, NOTHING, seen, stage

SELF = "ManagePermissionGrantsForSelf."
LEGACY = f"{SELF}microsoft-user-default-legacy"
RECOMMENDED = f"{SELF}microsoft-user-default-recommended"


@pytest.mark.parametrize("locked", [False, True])
@pytest.mark.parametrize(
    "service,user,barrier,needs_lock",
    [
        (MAPI, facts(clients=(NEW_MAC,)), Barrier.PLATFORM, True),
        (graph(), facts(mailbox_location="on-premises"), Barrier.HYBRID, True),
        (google(), facts(mailbox_location="on-premises", clients=(NEW_MAC,)), None, False),
        (graph(), facts(mailbox_location=None), None, False),
        (MAPI, facts(clients=()), None, False),
    ],
)
def test_a_default_out_of_reach_is_a_barrier_under_a_lock_only(
    service: Service, user: RawFacts, barrier: Barrier | None, needs_lock: bool, locked: bool
) -> None:
    with stage(user, account(service=service, locked=locked), tenant()) as scene:
        expected = (barrier,) if barrier and (locked or not needs_lock) else ()
        assert scene.barriers_for(ANN) == expected
        assert scene.can_set_up(ANN) is (not expected)


@pytest.mark.parametrize(
    "grant,own,policies,levels,free",
    [
        (("Calendars.ReadWrite", "Contacts.Read"), (), (), ("write", "read"), True),
        (("Calendars.ReadWrite",), ("Contacts.Read",), (), ("write", "read"), True),
        (("Calendars.ReadWrite",), (), (), ("write", "none"), True),
        (("Calendars.ReadWrite", "Contacts.ReadWrite"), (), (), ("write", "read"), False),
        (("Calendars.ReadWrite", "Contacts.Read"), (), (), ("read", "read"), False),
        ((), (), (), ("read", "none"), False),
        ((), (), (LEGACY,), ("read", "none"), True),
        ((), (), (LEGACY.upper(),), ("write", "write"), True),
        ((), (), (RECOMMENDED,), ("read", "none"), False),
        ((), (), (RECOMMENDED,), ("none", "write"), False),
        ((), (), (RECOMMENDED,), ("none", "read"), True),
        ((), (), (RECOMMENDED, LEGACY), ("write", "write"), True),
        ((), (), (f"{SELF}our-own",), ("write", "write"), True),
        ((), (), ("ManagePermissionGrantsForOwnedResource.microsoft-all",), ("read", "none"), False),
        ((), (), ("microsoft-user-default-legacy",), ("read", "none"), False),
        ((), None, (), ("read", "none"), True),
    ],
)
def test_somebody_must_consent_to_graph(
    grant: tuple[str, ...],
    own: tuple[str, ...] | None,
    policies: tuple[str, ...],
    levels: tuple[str, str],
    free: bool,
) -> None:
    for flag in (False, True):
        settings = account(service=graph(*levels), consent_for_account=flag)
        with stage(facts(own_grant=own), settings, tenant(grant=grant, user_consent=policies)) as scene:
            assert scene.barriers_for(ANN) == (() if free else (Barrier.CONSENT,))


def test_a_tenant_nobody_knows_of_bars_nobody() -> None:
    with stage(facts(), account(service=graph())) as scene:
        assert scene.can_set_up(ANN)


@pytest.mark.parametrize(
    "service,enforced,expected",
    [
        (google("read", "none"), False, ("google", None, "read", "none", "oauth")),
        (graph(), False, ("office365-graph", None, "write", "read", "oauth")),
        (office365_ews(), False, ("office365-ews", MICROSOFT, None, None, "basic")),
        (office365_ews(), True, ("office365-ews", MICROSOFT, None, None, "oauth")),
        (exchange(), True, ("exchange-ews", HOST, None, None, "basic")),
        (exchange(impersonation=impersonation()), False, ("exchange-ews", HOST, None, None, "basic")),
        (MAPI, False, ("exchange-mapi", None, None, None, "basic")),
    ],
)
def test_who_reconnects_gets_what_the_account_offers(
    service: Service, enforced: bool, expected: tuple[str | None, ...]
) -> None:
    with stage(facts(), account(service=service, enforce_oauth=enforced), tenant()) as scene:
        assert scene.reconnect(ANN)
        assert scene.truth_of(ANN)[1:6] == expected
        assert not scene.reconnect(ANN)
        scene.set_locked(True)
        assert seen(scene).happened == NOTHING


def test_who_consents_himself_holds_the_grant_from_then_on() -> None:
    free = tenant(grant=("Contacts.Read",), user_consent=(LEGACY,))
    with stage(facts(own_grant=("User.Read",)), account(service=graph()), free) as scene:
        assert scene.reconnect(ANN)
        assert scene.truth_of(ANN).own_grant == '["Calendars.ReadWrite","User.Read"]'


@pytest.mark.parametrize(
    "service,user",
    [
        (MAPI, facts(clients=(NEW_MAC,))),
        (graph(), facts(mailbox_location="on-premises")),
        (google(), facts(status="inactive")),
        (google(), facts(None)),
    ],
)
def test_nobody_reconnects_to_what_he_cannot_use(service: Service, user: RawFacts) -> None:
    with stage(user, account(service=service), tenant()) as scene:
        before = scene.truth_of(ANN)
        assert not scene.reconnect(ANN)
        assert scene.truth_of(ANN) == before


def test_nobody_reconnects_past_a_barrier() -> None:
    for settings in (account(enabled=False), account(allowed_domains=domains("else.example"))):
        with stage(facts(), settings) as scene:
            assert not scene.reconnect(ANN)


def test_a_user_the_account_does_not_have_is_named() -> None:
    with stage(facts()) as scene, pytest.raises(UnknownUserError, match="zoe@corp"):
        scene.can_set_up("zoe@corp.example")
