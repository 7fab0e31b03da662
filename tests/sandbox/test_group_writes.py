"""What a write at one level does to the users to whom it applies, and to nobody else."""

import sqlite3
from collections.abc import Callable, Iterable
from contextlib import closing
from pathlib import Path

import pytest

from calplan.model.levels import GroupModel
from calplan.model.policy import GroupOverride
from calplan.model.service import Service
from calplan.model.settings import AccountSettings, Setting
from calplan.model.unknown import UNMANAGED, Unmanaged
from calplan.model.user import RawFacts
from calplan.sandbox.account.account import Account, Event
from calplan.sandbox.account.behaviour.barriers import Barrier
from calplan.sandbox.account.behaviour.person import Happening
from calplan.sandbox.account.create import AccountContents, UserRecord, create_account
from calplan.sandbox.account.errors import AccountError, BadOverrideError, CorruptAccountError, UnknownGroupError
from tests.make import MAPI, NEW_MAC, account, exchange, facts, google, graph, impersonation

PRIORITY = GroupModel(kind="priority", order=("Sales", "Staff"))
STAFF, SALES, BOTH, NOBODY = "staff@corp.example", "sales@corp.example", "both@corp.example", "nobody@corp.example"
MEMBERS = {STAFF: ("Staff",), SALES: ("Sales",), BOTH: ("Sales", "Staff"), NOBODY: ()}
ON_GOOGLE = facts("google", "write", "read")
SALES_ON_GRAPH = GroupOverride(group="Sales", service=graph())


def company(
    user: RawFacts = ON_GOOGLE,
    settings: AccountSettings | None = None,
    overrides: Iterable[GroupOverride] = (),
    model: GroupModel = PRIORITY,
) -> Account:
    """An account with a user in Staff, one in Sales, one in both (primarily in Sales), and one in no group."""
    users = [
        UserRecord(
            email, user._replace(groups=facts(groups=groups).groups, primary_group=groups[0] if groups else None)
        )
        for email, groups in MEMBERS.items()
    ]
    contents = AccountContents(settings=settings or account(), users=users, overrides=overrides)
    return Account.in_memory(contents, model)


def touched(scene: Account) -> dict[str, set[str]]:
    """What everybody noticed who noticed anything."""
    found: dict[str, set[str]] = {}
    for event in scene.events():
        found.setdefault(event.email, set()).add(event.what.value)
    return found


CUT_AND_TOLD = {"disconnected", "prompted"}


def state(setting: Setting, value: bool | Service | Unmanaged, group: str = "Sales") -> Callable[[Account], object]:
    return lambda scene: scene.set_override(group, setting, value)


def test_an_override_that_locks_forces_the_groups_default_on_its_members_only() -> None:
    with company(overrides=[SALES_ON_GRAPH]) as scene:
        scene.set_override("Sales", Setting.LOCKED, True)
        assert touched(scene) == {SALES: CUT_AND_TOLD, BOTH: CUT_AND_TOLD}


def test_another_default_of_a_group_under_its_lock_hits_its_members_only() -> None:
    with company(overrides=[GroupOverride(group="Sales", locked=True)]) as scene:
        scene.set_override("Sales", Setting.SERVICE, graph())
        assert touched(scene) == {SALES: CUT_AND_TOLD, BOTH: CUT_AND_TOLD}


def test_another_default_of_a_group_without_a_lock_disconnects_nobody() -> None:
    with company() as scene:
        scene.set_override("Sales", Setting.SERVICE, graph())
        assert touched(scene) == {}
        assert scene.truth_of(SALES).service == "google"


def test_a_group_that_is_turned_off_cuts_its_members_only() -> None:
    with company() as scene:
        scene.set_override("Sales", Setting.ENABLED, False)
        assert touched(scene) == {SALES: {"disconnected"}, BOTH: {"disconnected"}}
        assert scene.barriers_for(SALES) == (Barrier.DISABLED,)
        assert scene.can_set_up(STAFF)


def test_a_group_that_is_turned_on_again_begins_afresh() -> None:
    off = GroupOverride(group="Sales", enabled=False, locked=True)
    with company(overrides=[off]) as scene:
        scene.set_override("Sales", Setting.ENABLED, UNMANAGED)
        assert touched(scene) == {SALES: {"prompted"}, BOTH: {"prompted"}}
        assert scene.truth_of(SALES).service == ""


def test_the_accounts_lock_kills_exceptions_and_forces_its_default_on_the_group() -> None:
    on_graph = facts("office365-graph", "write", "read")
    with company(on_graph, account(service=graph()), [GroupOverride(group="Sales", service=google())]) as scene:
        scene.set_service(google("read", "read"))
        assert touched(scene) == {}
        scene.set_locked(True)
        assert touched(scene) == dict.fromkeys(MEMBERS, CUT_AND_TOLD)


def test_the_accounts_lock_leaves_alone_who_was_locked_to_the_same_by_his_group() -> None:
    with company(account_graph := facts("office365-graph", "write", "read"), account(service=graph())) as scene:
        scene.set_override("Sales", Setting.LOCKED, True)
        scene.set_locked(True)
        assert touched(scene) == {}
        assert scene.truth_of(SALES).service == account_graph.service


def test_the_accounts_lock_turns_on_afresh_a_group_that_was_off() -> None:
    with company(overrides=[GroupOverride(group="Sales", enabled=False)]) as scene:
        scene.set_locked(True)
        assert touched(scene) == {SALES: {"prompted"}, BOTH: {"prompted"}}


def test_the_accounts_lock_taken_off_lets_a_groups_lock_show() -> None:
    exception = GroupOverride(group="Sales", service=graph(), locked=True)
    with company(settings=account(locked=True), overrides=[exception]) as scene:
        scene.set_locked(False)
        assert touched(scene) == {SALES: CUT_AND_TOLD, BOTH: CUT_AND_TOLD}


@pytest.mark.parametrize(
    "write",
    [
        state(Setting.LOCKED, True),
        state(Setting.SERVICE, graph()),
        state(Setting.ENABLED, False),
        state(Setting.BIDIRECTIONAL_SYNC, True),
    ],
)
def test_while_the_account_is_locked_an_override_does_nothing(write: Callable[[Account], object]) -> None:
    with company(settings=account(locked=True)) as scene:
        write(scene)
        assert touched(scene) == {}
        assert scene.can_set_up(SALES)


def test_taking_a_lock_of_a_group_away_leaves_everybody_as_he_is() -> None:
    with company(overrides=[GroupOverride(group="Sales", service=google(), locked=True)]) as scene:
        scene.set_override("Sales", Setting.LOCKED, UNMANAGED)
        scene.set_override("Sales", Setting.SERVICE, UNMANAGED)
        assert touched(scene) == {}
        assert scene.groups().overrides == ()


def test_taking_an_exception_away_uncovers_the_lock_of_the_next_group() -> None:
    overrides = [SALES_ON_GRAPH, GroupOverride(group="Staff", locked=True, service=MAPI)]
    on_graph = facts("office365-graph", "write", "read")
    with company(on_graph, overrides=overrides) as scene:
        scene.set_override("Sales", Setting.SERVICE, UNMANAGED)
        assert touched(scene) == {BOTH: CUT_AND_TOLD}


def test_the_account_cannot_reach_a_group_that_speaks_for_itself() -> None:
    with company(overrides=[GroupOverride(group="Sales", locked=True, service=google())]) as scene:
        scene.set_service(graph())
        assert touched(scene) == {}
        scene.set_enabled(False)
        assert touched(scene) == {email: {"disconnected"} for email in MEMBERS}


def test_turning_the_account_off_passes_by_a_group_that_is_on() -> None:
    with company(overrides=[GroupOverride(group="Sales", enabled=True)]) as scene:
        scene.set_enabled(False)
        assert touched(scene) == {STAFF: {"disconnected"}, NOBODY: {"disconnected"}}
        assert scene.can_set_up(SALES)


def test_the_older_model_lets_a_second_groups_lock_win() -> None:
    with company(overrides=[SALES_ON_GRAPH], model=GroupModel()) as scene:
        scene.set_override("Staff", Setting.LOCKED, True)
        assert touched(scene) == {}
        assert scene.truth_of(BOTH).service == "google"
        scene.set_override("Staff", Setting.SERVICE, graph())
        assert touched(scene) == {STAFF: CUT_AND_TOLD, BOTH: CUT_AND_TOLD}


def test_impersonation_of_a_group_serves_its_members_only() -> None:
    on_premises = facts(mailbox_location="on-premises")
    with company(on_premises) as scene:
        scene.set_override("Sales", Setting.SERVICE, exchange(impersonation=impersonation()))
        assert touched(scene) == {SALES: {"synced"}, BOTH: {"synced"}}
        scene.set_override("Sales", Setting.SERVICE, UNMANAGED)
        assert touched(scene) == {SALES: {"synced", "disconnected"}, BOTH: {"synced", "disconnected"}}


def test_a_lock_that_shows_takes_before_an_impersonation_that_ends() -> None:
    by_login = facts("exchange-ews", ews_host="mail.corp.example", auth="impersonation", mailbox_location="on-premises")
    logs_in = GroupOverride(group="Sales", service=exchange(impersonation=impersonation()))
    with company(by_login, overrides=[logs_in, GroupOverride(group="Staff", locked=True)]) as scene:
        scene.set_override("Sales", Setting.SERVICE, UNMANAGED)
        assert touched(scene) == {SALES: {"disconnected"}, BOTH: CUT_AND_TOLD}


def test_oauth_and_domains_pass_by_a_group_that_is_off() -> None:
    by_password = facts("office365-ews", ews_host="outlook.office365.com", auth="basic")
    with company(by_password, overrides=[GroupOverride(group="Sales", enabled=False)]) as scene:
        scene.set_oauth(True)
        assert touched(scene) == {STAFF: {"disconnected"}, NOBODY: {"disconnected"}}


def test_who_sets_up_meets_the_settings_of_his_own_group() -> None:
    overrides = [GroupOverride(group="Sales", service=MAPI, locked=True), GroupOverride(group="Staff", service=graph())]
    with company(facts(clients=(NEW_MAC,)), overrides=overrides) as scene:
        assert scene.barriers_for(SALES) == (Barrier.PLATFORM,)
        assert not scene.reconnect(SALES)
        assert scene.reconnect(STAFF)
        assert scene.reconnect(NOBODY)
        assert (scene.truth_of(STAFF).service, scene.truth_of(NOBODY).service) == ("office365-graph", "google")


def test_an_override_is_written_once_and_logged_under_its_address() -> None:
    with company() as scene:
        assert scene.set_override("Sales", Setting.ENABLED, False).number == 1
        assert not scene.set_override("Sales", Setting.ENABLED, False).changed
        assert len(scene.events()) == 2
        assert scene.set_override("Sales", Setting.ENABLED, UNMANAGED).number == 2
        assert not scene.set_override("Sales", Setting.ENABLED, UNMANAGED).changed
        assert scene._connection.execute("SELECT setting, value FROM writes").fetchall() == [
            ("groups[Sales].integration.enabled", "false"),
            ("groups[Sales].integration.enabled", "null"),
        ]
        assert scene.events()[0] == Event(1, BOTH, Happening.DISCONNECTED)


def test_a_group_may_be_named_by_id_or_name() -> None:
    contents = AccountContents(settings=account(), users=(), groups={"g1": "Staff", "g2": "g1"})
    with Account.in_memory(contents) as scene:
        scene.set_override("Staff", Setting.LOCKED, True)
        assert not scene.set_override("g1", Setting.LOCKED, True).changed
        assert scene.groups().overrides == (GroupOverride(group="g1", locked=True),)


def test_a_group_the_account_does_not_have_is_named_and_nothing_is_written() -> None:
    with company() as scene:
        with pytest.raises(UnknownGroupError, match="the account has no group Legal"):
            scene.set_override("Legal", Setting.LOCKED, True)
        with pytest.raises(AccountError, match="a group cannot state allowedDomains for itself"):
            scene.set_override("Sales", Setting.ALLOWED_DOMAINS, True)
        assert scene.groups().overrides == ()


STRANGE = ("]", "a].integration.locked", "groups[x]", "line\nbreak", "\N{SNOWMAN}", "'; --")


def test_overrides_are_stored_whole_whatever_a_group_is_called() -> None:
    overrides = tuple(
        GroupOverride(group=group, enabled=True, locked=False, service=exchange(), bidirectional_sync=True)
        for group in sorted(STRANGE)
    )
    contents = AccountContents(settings=account(), users=(), groups={one: one for one in STRANGE}, overrides=overrides)
    with Account.in_memory(contents) as scene:
        assert scene.groups().overrides == overrides
        assert scene.settings() == account()


@pytest.mark.parametrize(
    "overrides,sentence",
    [
        (
            [GroupOverride(group="Legal", locked=True)],
            "the group Legal overrides settings, but the account has no such",
        ),
        (
            [GroupOverride(group="g1"), GroupOverride(group="Staff")],
            "the group Staff overrides settings twice, once as g1",
        ),
    ],
)
def test_an_override_an_account_cannot_hold_leaves_no_account(
    tmp_path: Path, overrides: list[GroupOverride], sentence: str
) -> None:
    contents = AccountContents(settings=account(), users=(), groups={"g1": "Staff"}, overrides=overrides)
    with pytest.raises(BadOverrideError, match=sentence):
        create_account(tmp_path / "a.db", contents)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "name,value",
    [
        ("groups[Sales].integration.locked", "{"),
        ("groups[Sales].integration.locked", '"unknown"'),
        ("groups[Sales].integration.locked", "1"),
        ("groups[Sales].integration.enabled", "null"),
        ("groups[Sales].integration.service", "true"),
        ("groups[Sales].integration.service", '{"type":"fax"}'),
        ("groups[Legal].integration.locked", "true"),
        ("groups[Sales].allowedDomains", '"any"'),
        ("groups[].integration.locked", "true"),
        ("groups[Sales]", "true"),
    ],
)
def test_overrides_that_calplan_never_wrote_are_damage(tmp_path: Path, name: str, value: str) -> None:
    path = tmp_path / "a.db"
    users = [UserRecord(SALES, facts(groups=("Sales",)))]
    create_account(path, AccountContents(settings=account(), users=users))
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("INSERT INTO settings VALUES (?, ?)", (name, value))
    with Account.open(path) as scene:
        for use in (scene.groups, lambda: scene.set_locked(True), lambda: scene.can_set_up(SALES)):
            with pytest.raises(CorruptAccountError, match=r"groups? (that is not there )?overrides?"):
                use()
