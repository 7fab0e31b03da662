"""What is exported reads back to the same settings."""

from dataclasses import replace
from pathlib import Path

from hypothesis import assume, given
from hypothesis import strategies as st
from pytest_snapshot.plugin import Snapshot

from calplan.model.account import AssistantPair, PrivateAccess
from calplan.model.diagnostic import errors_in
from calplan.model.domain import Domain
from calplan.model.levels import Group, Groups
from calplan.model.permissions import Permission, Permissions
from calplan.model.policy import GroupOverride
from calplan.model.service import (
    EwsUrl,
    ExchangeEws,
    ExchangeMapi,
    Google,
    Impersonation,
    Office365Ews,
    Office365Graph,
    Service,
)
from calplan.model.settings import ANY, AccountSettings, Setting
from calplan.model.unknown import UNKNOWN, UNMANAGED, Unknown, Unmanaged
from calplan.policyfile.document import Parsed
from calplan.policyfile.line_numbers import Source
from calplan.policyfile.reader import Reading, read
from calplan.policyfile.tree import parse
from calplan.policyfile.writer import policy_text
from calplan.policyfile.yaml_text import is_writable, quoted_text, yaml_lines
from tests.policyfile.make import DAY, account, write

UNKNOWNS: st.SearchStrategy[Unknown] = st.just(UNKNOWN)
FLAGS = st.booleans() | UNKNOWNS
LEVELS = st.sampled_from(Permission)
URLS = st.sampled_from(["https://mail.contoso.com/EWS/Exchange.asmx", "https://MAIL.corp.example:8443/'\"{}[],&*%"])


@st.composite
def permissions(draw: st.DrawFn) -> Permissions:
    calendar, contacts = draw(LEVELS), draw(LEVELS)
    assume(not calendar is contacts is Permission.NONE)
    return Permissions(calendar=calendar, contacts=contacts)


IMPERSONATIONS = st.builds(
    Impersonation,
    account=st.sampled_from(["svc@contoso.com", "SVC@contoso.com", "no address", "on@xn--fa-hia.example", "a\0@b.c"]),
    exchange_version=st.sampled_from(["2016", "SE", "2010", "5.10", "\ud800"]),
    password_version=st.integers(-1, 9) | UNKNOWNS,
)
SERVICES: st.SearchStrategy[Service | Unknown] = (
    st.builds(Office365Graph, permissions=permissions())
    | st.builds(Google, permissions=permissions())
    | st.builds(Office365Ews, ews_url=URLS.map(EwsUrl.parse))
    | st.builds(ExchangeEws, ews_url=URLS.map(EwsUrl.parse), impersonation=IMPERSONATIONS | UNKNOWNS | st.none())
    | st.just(ExchangeMapi())
    | UNKNOWNS
)
DOMAINS = st.sampled_from(["contoso.com", "xn--fa-hia.example", "on.no", "1e3.5", "com", "onmicrosoft.com"]).map(Domain)
SETTINGS = st.builds(
    AccountSettings,
    enabled=FLAGS,
    locked=FLAGS,
    service=SERVICES,
    allowed_domains=st.frozensets(DOMAINS) | st.just(ANY) | UNKNOWNS,
    bidirectional_sync=FLAGS,
    consent_for_account=FLAGS,
    enforce_oauth=FLAGS,
)
SILENCE: st.SearchStrategy[Unmanaged] = st.just(UNMANAGED)
KNOWN_GROUPS = (Group(id="g1", name="Staff"), Group(id="g2", name="on: #"), Group(id="g3", name="g1"))
OVERRIDES = st.lists(
    st.builds(
        GroupOverride,
        group=st.sampled_from([group.id for group in KNOWN_GROUPS]),
        enabled=st.booleans() | SILENCE,
        locked=st.booleans() | SILENCE,
        service=SERVICES.filter(lambda service: service is not UNKNOWN) | SILENCE,
        bidirectional_sync=st.booleans() | SILENCE,
    ),
    min_size=1,
    unique_by=lambda override: override.group,
)
NAMES = st.sampled_from(
    ["contoso", "on", "007", "5.10", "a: b", "#x", "'\"\\", "日本語", "\u2028", "-", "~", "x" * 200]
)
PAIRS = st.dictionaries(
    st.builds(AssistantPair, user=st.just("ceo@contoso.com"), assistant=st.sampled_from(["a@b.c", "pa@contoso.com"])),
    st.sampled_from(PrivateAccess),
    min_size=1,
)


PLAIN = AccountSettings(
    enabled=True,
    locked=False,
    service=ExchangeMapi(),
    allowed_domains=ANY,
    bidirectional_sync=False,
    consent_for_account=False,
    enforce_oauth=False,
)
READ_BOTH = Permissions(calendar=Permission.READ, contacts=Permission.READ)
WITH_LOGIN = ExchangeEws(
    ews_url=EwsUrl.parse("https://mail.contoso.com/EWS/Exchange.asmx"),
    impersonation=Impersonation(account="svc@contoso.com", exchange_version="2016"),
)


def read_back(text: str, name: str) -> Reading:
    write(Path(), {"policy.yaml": text, "account.yaml": account(name=quoted_text(name))})
    return read([Path()], DAY)


@given(SETTINGS, NAMES, st.none() | PAIRS)
def test_an_export_reads_back_to_the_same_settings(
    settings: AccountSettings, name: str, private: dict[AssistantPair, PrivateAccess] | None
) -> None:
    text = policy_text(name=name, account=name, settings=settings, as_of=DAY, private=private)
    reading = read_back(text, name)
    assert errors_in(reading.diagnostics) == ()
    (found,) = reading.policies
    assert (found.policy.name, found.policy.account) == (name, name)
    assert found.policy.settings.over(settings) == settings
    if private is not None:
        told = {pair: access for pair, access in private.items() if access is not PrivateAccess.UNKNOWN}
        assert found.policy.private_events is not None
        assert dict(found.policy.private_events.exceptions) == told


@given(OVERRIDES)
def test_what_groups_override_reads_back_whole_or_is_left_alone(overrides: list[GroupOverride]) -> None:
    groups = Groups(known=KNOWN_GROUPS, overrides=tuple(overrides))
    text = policy_text(name="contoso", account="contoso", settings=PLAIN, as_of=DAY, groups=groups)
    reading = read_back(text, "contoso")
    # The account of this test states no group model, which is what V38 asks for.
    assert {one.code for one in errors_in(reading.diagnostics)} <= {"V38"}
    (found,) = reading.policies
    if found.policy.groups is None:
        assert "# groups: " in text
        assert any(not isinstance(one.service, Unmanaged) for one in overrides)
    else:
        assert tuple(replace(one, group=groups.id_of(one.group)) for one in found.policy.groups) == tuple(overrides)


def test_groups_are_called_by_name_unless_another_group_has_that_id(snapshot: Snapshot) -> None:
    overrides = (
        GroupOverride(group="g1", locked=True, service=Google(permissions=READ_BOTH)),
        GroupOverride(group="g2", enabled=False),
        GroupOverride(group="g3", bidirectional_sync=True),
        GroupOverride(group="elsewhere", service=WITH_LOGIN),
    )
    groups = Groups(known=KNOWN_GROUPS, overrides=overrides)
    snapshot.assert_match(policy_text(name="a", account="a", settings=PLAIN, as_of=DAY, groups=groups), "policy.yaml")


def test_overrides_that_nobody_could_read_are_left_alone_and_none_are_not_mentioned() -> None:
    unread = policy_text(name="a", account="a", settings=PLAIN, as_of=DAY, groups=Groups(overrides=UNKNOWN))
    assert "# groups: not known, so it is left alone" in unread
    assert "groups" not in policy_text(
        name="a", account="a", settings=PLAIN, as_of=DAY, groups=Groups(known=KNOWN_GROUPS)
    )


@given(SETTINGS)
def test_nothing_that_is_known_and_allowed_is_left_out(settings: AccountSettings) -> None:
    text = policy_text(name="contoso", account="contoso", settings=settings, as_of=DAY)
    (found,) = read_back(text, "contoso").policies
    for setting in Setting:
        stated = setting in found.policy.settings.managed
        assert stated is (setting.value.rpartition(".")[2] in _keys(text))


def _keys(text: str) -> set[str]:
    return {line.partition(":")[0].strip() for line in text.splitlines() if not line.lstrip().startswith("#")}


def test_the_same_settings_give_the_same_text(snapshot: Snapshot) -> None:
    url = EwsUrl.parse("https://mail.contoso.com/EWS/Exchange.asmx")
    settings = AccountSettings(
        enabled=True,
        locked=UNKNOWN,
        service=ExchangeEws(
            ews_url=url, impersonation=Impersonation(account="svc@contoso.com", exchange_version="2016")
        ),
        allowed_domains=frozenset({Domain("emea.contoso.com"), Domain("contoso.com")}),
        bidirectional_sync=False,
        consent_for_account=UNKNOWN,
        enforce_oauth=UNKNOWN,
    )
    pairs = {AssistantPair(user="ceo@contoso.com", assistant="pa@contoso.com"): PrivateAccess.MANAGED}
    text = policy_text(name="contoso", account="on", settings=settings, as_of=DAY, private=pairs)
    snapshot.assert_match(text, "policy.yaml")


@given(st.text())
def test_every_text_can_be_quoted(text: str) -> None:
    assume(is_writable(text))
    source = Source("a.yaml", "\n".join(yaml_lines({"block": text, "flow": [{"a": text}, text]})) + "\n")
    ((root,), problems) = parse(source)
    assert Parsed(source, root.node).value == {"block": text, "flow": [{"a": text}, text]}
    assert (problems, root.problems) == ((), ())
