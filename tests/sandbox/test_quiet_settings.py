"""OAuth, and the settings that harm nobody."""

from collections.abc import Callable

import pytest

from calplan.model.account import AssistantPair, PrivateAccess, TenantFacts
from calplan.model.unknown import UNKNOWN, Unknown
from calplan.model.user import RawFacts
from calplan.sandbox.account.account import Account
from calplan.sandbox.account.create import AccountContents
from calplan.sandbox.account.errors import UnknownPairError
from tests.make import account, facts, tenant
from tests.sandbox.stage import CUT, HELD, MICROSOFT, NOTHING, after, stage

PAIR = AssistantPair(user="ann@corp.example", assistant="bob@corp.example")

OFFICE365 = [
    facts("office365-graph", "write", "read"),
    facts("office365-ews", ews_host=MICROSOFT),
]


@pytest.mark.parametrize("user", OFFICE365)
@pytest.mark.parametrize("auth,is_cut", [("basic", True), ("oauth", False), ("impersonation", False), (None, False)])
def test_enforcing_oauth_cuts_office_365_by_password_without_a_prompt(
    user: RawFacts, auth: str | None, is_cut: bool
) -> None:
    result = after(user._replace(auth=auth), lambda scene: scene.set_oauth(True))
    assert result.happened == (CUT if is_cut else NOTHING)


@pytest.mark.parametrize("held", ["google w/r", "exchange", "exchange by impersonation", "mapi"])
def test_enforcing_oauth_for_office_365_leaves_other_services_alone(held: str) -> None:
    user = HELD[held]._replace(auth="basic")
    assert after(user, lambda scene: scene.set_oauth(True)).happened == NOTHING


@pytest.mark.parametrize("before,now,is_cut", [(True, False, False), (True, True, False), (UNKNOWN, True, True)])
def test_only_the_step_to_enforcing_cuts(before: bool | Unknown, now: bool, is_cut: bool) -> None:
    result = after(HELD["o365 ews"], lambda scene: scene.set_oauth(now), account(enforce_oauth=before))
    assert (result.happened == CUT) is is_cut


QUIET: dict[str, Callable[[Account], object]] = {
    "consent on": lambda scene: scene.set_consent(True),
    "consent off": lambda scene: scene.set_consent(False),
    "sync on": lambda scene: scene.set_sync(True),
    "sync off": lambda scene: scene.set_sync(False),
    "grant": lambda scene: scene.ensure_grant(frozenset({"Calendars.Read"})),
}


@pytest.mark.parametrize("write", QUIET)
@pytest.mark.parametrize("held", [*HELD, "nothing"])
@pytest.mark.parametrize("locked", [False, True])
def test_some_settings_harm_nobody(write: str, held: str, locked: bool) -> None:
    user = HELD.get(held, facts())
    settings = account(
        locked=locked, consent_for_account=write == "consent off", bidirectional_sync=write == "sync off"
    )
    result = after(user, QUIET[write], settings, tenant(grant=()))
    assert (result.facts, result.happened) == (user, NOTHING)


def test_a_grant_is_widened_and_keeps_what_it_held() -> None:
    with stage(facts(), tenant=tenant(grant={"User.Read"})) as scene:
        assert scene.ensure_grant(frozenset({"Calendars.Read"})).changed
        assert not scene.ensure_grant(frozenset({"Calendars.Read"})).changed
        assert scene.tenant() == tenant(grant={"User.Read", "Calendars.Read"})


@pytest.mark.parametrize("known", [None, tenant(grant=UNKNOWN, hybrid=UNKNOWN, user_consent=UNKNOWN)])
def test_a_grant_made_where_nothing_was_known_is_known(known: TenantFacts | None) -> None:
    with stage(facts(), tenant=known) as scene:
        scene.ensure_grant(frozenset({"Calendars.Read"}))
        assert scene.tenant() == tenant(grant={"Calendars.Read"}, hybrid=UNKNOWN, user_consent=UNKNOWN)


def test_private_access_flips_existing_pairs_only() -> None:
    contents = AccountContents(settings=account(), users=(), assistants={PAIR: PrivateAccess.HIDDEN})
    with Account.in_memory(contents) as scene:
        assert scene.set_private_access(PAIR, PrivateAccess.MANAGED).changed
        assert not scene.set_private_access(PAIR, PrivateAccess.MANAGED).changed
        with pytest.raises(UnknownPairError, match=r"bob@corp\.example has given no scheduling privilege to ann"):
            scene.set_private_access(AssistantPair(user=PAIR.assistant, assistant=PAIR.user), PrivateAccess.MANAGED)
