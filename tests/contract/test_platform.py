"""What every platform promises, held against each one calplan has, and against one that is spoken to over HTTP."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from calplan.model.account import AssistantPair, PrivateAccess
from calplan.model.levels import Group, GroupModel, Groups
from calplan.model.policy import GroupOverride
from calplan.model.settings import AccountSettings, Setting
from calplan.model.unknown import UNMANAGED, Unknown
from calplan.model.user import RawFacts
from calplan.plan.actions import (
    Action,
    EnsureGrant,
    RevokeStale,
    SetConsent,
    SetDomains,
    SetEnabled,
    SetLock,
    SetOAuth,
    SetOverride,
    SetPrivateAccess,
    SetService,
    SetSync,
)
from calplan.policyfile.documents import AccountDocument, ZoomPlatform
from calplan.providers.base import Platform, WritablePlatform
from calplan.providers.catalog import Opening
from calplan.providers.errors import ProviderError
from calplan.providers.local.platform import LocalPlatform
from calplan.providers.local.writing import WritableLocalPlatform
from calplan.sandbox.account.create import AccountContents, UserRecord, create_account
from tests.loopback.adapter import FIVE_ROUTES
from tests.loopback.protocol import FiveRoutes
from tests.loopback.server import serving
from tests.loopback.stage import CREDENTIAL, SECRET
from tests.make import MAPI, account, domains, exchange, facts, google, graph, impersonation, office365_ews, tenant

pytestmark = pytest.mark.loopback

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
PAIR = AssistantPair(user="ann@corp.example", assistant="bob@corp.example")
USERS = {
    "ann@corp.example": facts("google", "write", "read"),
    "bob@corp.example": facts(),
    "old@corp.example": facts("google", "write", "read", status="inactive"),
}
ACTIONS: tuple[Action, ...] = (
    EnsureGrant(scopes=frozenset({"Calendars.Read", "Contacts.Read"})),
    SetDomains(domains=domains("corp.example", "emea.corp.example")),
    SetService(service=graph("read", "read")),
    SetService(service=office365_ews()),
    SetService(service=exchange()),
    SetService(service=exchange(impersonation=impersonation())),
    SetService(service=exchange(impersonation=impersonation(password_version=2))),
    SetService(service=MAPI),
    SetService(service=google("none", "write")),
    SetConsent(on=True),
    SetLock(on=True),
    SetOAuth(on=True),
    SetSync(on=True),
    SetPrivateAccess(pair=PAIR, access=PrivateAccess.MANAGED),
    SetLock(on=False),
    SetOverride(group="g1", setting=Setting.SERVICE, value=graph("read", "read")),
    SetOverride(group="g1", setting=Setting.LOCKED, value=True),
    SetOverride(group="g1", setting=Setting.ENABLED, value=False),
    SetOverride(group="g1", setting=Setting.BIDIRECTIONAL_SYNC, value=False),
    SetOverride(group="g1", setting=Setting.LOCKED, value=False),
    SetOverride(group="g1", setting=Setting.SERVICE, value=UNMANAGED),
    SetEnabled(on=False),
    SetEnabled(on=True),
)
FIELDS = {
    Setting.ENABLED: "enabled",
    Setting.LOCKED: "locked",
    Setting.SERVICE: "service",
    Setting.BIDIRECTIONAL_SYNC: "bidirectional_sync",
}
"""The field of an override in which a setting stands."""


class Kind(NamedTuple):
    """How a platform with the users above is made, opened for reading and for writing, and what it says of itself."""

    make: Callable[[Path], None]
    read: Callable[[Path], Platform]
    write: Callable[[Path], WritablePlatform]
    platform: str
    source: str


def make_local(path: Path) -> None:
    create_account(
        path,
        AccountContents(
            settings=account(),
            users=[UserRecord(email, user) for email, user in USERS.items()],
            tenant=tenant(grant=("User.Read",)),
            assistants={PAIR: PrivateAccess.HIDDEN},
            groups={"g1": "Staff", "g2": "Sales"},
            overrides=[GroupOverride(group="Sales", locked=True)],
        ),
    )


def local(_stack: ExitStack) -> Kind:
    """The account in a file."""
    return Kind(
        make=make_local,
        read=lambda path: LocalPlatform(path, lambda: NOON),
        write=lambda path: WritableLocalPlatform(path, lambda: NOON, GroupModel(kind="legacy")),
        platform="local",
        source="local account contoso.db",
    )


def five_routes(stack: ExitStack) -> Kind:
    """The same account behind a server, for as long as the stack lasts."""
    stack.enter_context(pytest.MonkeyPatch.context()).setenv("CALPLAN_SECRET_ZOOM", SECRET)
    opening = Opening(clock=lambda: NOON)
    documents: dict[Path, AccountDocument] = {}

    def make(path: Path) -> None:
        make_local(path)
        routes = FiveRoutes(path, SECRET, model=GroupModel(kind="legacy"))
        url = stack.enter_context(serving(routes.answer)).url
        stated: dict[str, Any] = {"accountId": "acc", "clientId": "app", "credential": CREDENTIAL}
        stated["endpoints"] = {"api": url, "token": f"{url}/token"}
        documents[path] = AccountDocument(name="corp", platform=ZoomPlatform(stated=stated))

    return Kind(
        make=make,
        read=lambda path: FIVE_ROUTES.read(documents[path], opening),
        write=lambda path: FIVE_ROUTES.write(documents[path], opening),
        platform="zoom",
        source="five routes",
    )


KINDS = {"local": local, "five routes": five_routes}


class State(NamedTuple):
    """Everything a platform shows."""

    settings: AccountSettings
    users: dict[str, RawFacts]
    grant: object
    pairs: dict[AssistantPair, PrivateAccess]
    overrides: dict[str, GroupOverride]


def state_of(platform: Platform) -> State:
    stored, groups = platform.read_tenant(), platform.read_groups().value
    assert not isinstance(groups.overrides, Unknown)
    return State(
        settings=platform.read_settings().value,
        users={
            email: user
            for batch in platform.read_users().batches
            for email, user in zip(batch.emails, batch.facts, strict=True)
        },
        grant=None if stored is None else stored.value.grant,
        pairs=dict(platform.read_assistants().value),
        overrides={one.group: one for one in groups.overrides},
    )


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> Iterator[Kind]:
    with ExitStack() as stack:
        yield KINDS[request.param](stack)


@pytest.fixture
def path(kind: Kind, tmp_path: Path) -> Path:
    where = tmp_path / "contoso.db"
    kind.make(where)
    return where


def is_so(action: Action, state: State) -> bool:
    match action:
        case EnsureGrant(scopes=scopes):
            return isinstance(state.grant, frozenset) and scopes | {"User.Read"} <= state.grant
        case RevokeStale():
            raise AssertionError("no platform but the local one knows consents")
        case SetEnabled(on=on):
            return state.settings.enabled is on
        case SetLock(on=on):
            return state.settings.locked is on
        case SetDomains(domains=wanted):
            return state.settings.allowed_domains == wanted
        case SetService(service=service):
            return state.settings.service == service
        case SetConsent(on=on):
            return state.settings.consent_for_account is on
        case SetOAuth(on=on):
            return state.settings.enforce_oauth is on
        case SetSync(on=on):
            return state.settings.bidirectional_sync is on
        case SetOverride(group=group, setting=setting, value=value):
            stated: object = getattr(state.overrides[group], FIELDS[setting])
            return stated == value
        case SetPrivateAccess(pair=pair, access=access):
            return state.pairs[pair] is access


def test_every_action_is_true_afterwards_and_true_again(kind: Kind, path: Path) -> None:
    platform = kind.write(path)
    for action in ACTIONS:
        receipt = platform.perform(action)
        assert receipt.changed
        assert receipt.at == NOON
        state = state_of(platform)
        assert is_so(action, state), action
        again = platform.perform(action)
        assert not again.changed
        assert state_of(platform) == state
        assert state_of(kind.read(path)) == state


def test_what_is_read_carries_its_evidence(kind: Kind, path: Path) -> None:
    platform = kind.read(path)
    users, stored = platform.read_users(), platform.read_tenant()
    assert stored is not None
    seen = (
        users.evidence,
        stored.evidence,
        platform.read_settings().evidence,
        platform.read_assistants().evidence,
        platform.read_groups().evidence,
    )
    assert [one.kind for one in seen] == ["users", "tenant", "settings", "assistants", "groups"]
    assert [one.records for one in seen] == [3, 1, 1, 1, 2]
    assert {(one.as_of, one.complete, one.live) for one in seen} == {(NOON, True, True)}
    assert {one.source for one in seen} == {kind.source}
    assert sum(len(batch.emails) for batch in users.batches) == users.evidence.records


def test_users_of_every_status_are_read_by_address(kind: Kind, path: Path) -> None:
    assert list(state_of(kind.read(path)).users.items()) == list(USERS.items())


def test_a_flag_of_a_pair_that_does_not_exist_is_refused_and_nothing_changes(kind: Kind, path: Path) -> None:
    platform = kind.write(path)
    before = state_of(platform)
    other = AssistantPair(user="bob@corp.example", assistant="ann@corp.example")
    with pytest.raises(ProviderError) as caught:
        platform.perform(SetPrivateAccess(pair=other, access=PrivateAccess.MANAGED))
    assert not caught.value.outcome_unknown
    assert state_of(platform) == before


def test_groups_are_read_with_what_they_override(kind: Kind, path: Path) -> None:
    assert kind.read(path).read_groups().value == Groups(
        known=(Group(id="g1", name="Staff"), Group(id="g2", name="Sales")),
        overrides=(GroupOverride(group="g2", locked=True),),
    )


def test_a_group_that_states_nothing_any_more_overrides_nothing(kind: Kind, path: Path) -> None:
    platform = kind.write(path)
    assert platform.perform(SetOverride(group="g2", setting=Setting.LOCKED, value=UNMANAGED)).changed
    assert platform.read_groups().value.overrides == ()
    assert not platform.perform(SetOverride(group="g2", setting=Setting.LOCKED, value=UNMANAGED)).changed


def test_an_override_of_a_group_that_does_not_exist_is_refused_and_nothing_changes(kind: Kind, path: Path) -> None:
    platform = kind.write(path)
    before = state_of(platform)
    with pytest.raises(ProviderError, match="the account has no group g3") as caught:
        platform.perform(SetOverride(group="g3", setting=Setting.LOCKED, value=True))
    assert not caught.value.outcome_unknown
    assert state_of(platform) == before


def test_what_can_only_be_read_has_no_way_to_write(kind: Kind, path: Path) -> None:
    assert not hasattr(kind.read(path), "perform")


def test_every_address_of_an_action_can_be_written(kind: Kind, path: Path) -> None:
    platform = kind.read(path)
    assert {
        "integration.enabled",
        "integration.locked",
        "integration.service",
        "allowedDomains",
        "bidirectionalSync",
        "groups",
        "office365.consentForAccount",
        "office365.enforceOAuth",
        "office365.tenantGrant",
        "privateEvents",
    } == platform.capabilities.writable - {"office365.revokeStale", "google.revokeStale"}
    assert platform.capabilities.platform == kind.platform


def test_the_time_is_the_one_that_was_handed_in(path: Path) -> None:
    times = iter([NOON, NOON + timedelta(minutes=1), NOON + timedelta(minutes=2)])
    with WritableLocalPlatform(path, lambda: next(times)) as platform:
        assert platform.perform(SetLock(on=True)).at == NOON
        assert platform.perform(SetLock(on=True)).at == NOON + timedelta(minutes=1)
        assert platform.read_settings().evidence.as_of == NOON + timedelta(minutes=2)
