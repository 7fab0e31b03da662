"""Settings files, groups files, assistants files and tenant files."""

from pathlib import Path

import pytest
from pytest_snapshot.plugin import Snapshot

from calplan.model.account import AssistantPair, PrivateAccess
from calplan.model.domain import Domain
from calplan.model.levels import Group
from calplan.model.permissions import Permission, Permissions
from calplan.model.policy import GroupOverride
from calplan.model.service import EwsUrl, ExchangeEws, ExchangeMapi, Google, Impersonation
from calplan.model.settings import ANY, AccountSettings
from calplan.model.unknown import UNKNOWN
from calplan.policyfile.account_files import read_assistants, read_groups, read_tenant
from calplan.policyfile.row_source import InvalidFileError
from calplan.policyfile.settings_file import read_settings
from tests.policyfile.make import SETTINGS, codes, document, policy, refused, write

FILE = Path("live.yaml")
KNOWN = AccountSettings(
    enabled=True,
    locked=False,
    service=ExchangeMapi(),
    allowed_domains=ANY,
    bidirectional_sync=True,
    consent_for_account=False,
    enforce_oauth=False,
)
ALL_UNKNOWN = """\
integration: {enabled: unknown, locked: unknown, service: unknown}
allowedDomains: unknown
bidirectionalSync: unknown
office365: {consentForAccount: unknown, enforceOAuth: unknown}
"""


def with_service(text: str) -> str:
    return policy(SETTINGS.replace("{type: exchange-mapi}", text))


def refusal(content: str | bytes, name: str = "live.yaml") -> str:
    """What a settings file is refused with."""
    write(Path(), {name: content})
    with pytest.raises(InvalidFileError) as raised:
        read_settings(Path(name))
    return refused(raised.value)


def test_settings_are_read_with_their_places() -> None:
    write(Path(), {"live.yaml": policy(SETTINGS)})
    found = read_settings(FILE)
    assert found.settings == KNOWN
    assert found.diagnostics == ()
    assert found.positions["integration.service"].line == 5
    assert found.positions["office365.enforceOAuth"].line == 8


def test_every_setting_may_be_unknown() -> None:
    write(Path(), {"live.yaml": policy(ALL_UNKNOWN)})
    settings = read_settings(FILE).settings
    assert {getattr(settings, name) for name in KNOWN.__slots__} == {UNKNOWN}


def test_parts_of_a_service_may_be_unknown() -> None:
    url = EwsUrl.parse("https://mail.contoso.com/")
    levels = Permissions(calendar=Permission.WRITE, contacts=Permission.UNKNOWN)
    exchange = "type: exchange-ews, ewsUrl: https://mail.contoso.com/, impersonation:"
    account = Impersonation(account="svc@contoso.com", exchange_version="2010")
    services = {
        "{type: google, permissions: {calendar: write, contacts: unknown}}": Google(permissions=levels),
        f"{{{exchange} unknown}}": ExchangeEws(ews_url=url, impersonation=UNKNOWN),
        f"{{{exchange} {{account: svc@contoso.com, exchangeVersion: '2010', passwordVersion: unknown}}}}": ExchangeEws(
            ews_url=url, impersonation=account
        ),
    }
    for text, expected in services.items():
        write(Path(), {"live.yaml": with_service(text)})
        assert read_settings(FILE).settings.service == expected


def test_live_settings_may_be_unwise() -> None:
    write(Path(), {"live.yaml": policy(SETTINGS.replace("any", "[com, onmicrosoft.com]"))})
    assert read_settings(FILE).settings.allowed_domains == frozenset({Domain("com"), Domain("onmicrosoft.com")})


def test_all_missing_fields_are_told_in_one_error(snapshot: Snapshot) -> None:
    assert refusal(policy("{}")).count("error[") == 1
    assert refusal(document("CalendarPolicy", "", "{name: live}")).count("error[") == 1
    spec = "integration: {enabled: true, lockd: true}\nallowedDomains: []\noffice365: {enforceOAuth: maybe}"
    snapshot.assert_match(refusal(policy(spec)), "diagnostics.txt")


def test_what_is_no_live_setting_is_told(snapshot: Snapshot) -> None:
    spec = SETTINGS.replace("enforceOAuth: false", "enforceOAuth: false, tenantGrant: ensure, revokeStale: true")
    spec += "google: {revokeStale: true}\nprivateEvents: {default: hidden}"
    write(Path(), {"live.yaml": policy(spec)})
    found = read_settings(FILE)
    assert found.settings == KNOWN
    assert codes(found.diagnostics) == ["D-IGNORED"] * 4


def test_what_groups_override_is_read_and_a_group_that_states_nothing_is_left_out() -> None:
    groups = """\
groups:
  - {group: ' Sales ', locked: true, service: {type: exchange-mapi}}
  - {group: Staff, inherit: true}
  - {group: g7}
  - {group: g8, enabled: false, bidirectionalSync: true}
"""
    write(Path(), {"live.yaml": policy(SETTINGS + groups)})
    found = read_settings(FILE)
    assert found.settings == KNOWN
    assert found.diagnostics == ()
    assert found.positions["groups[Sales]"].line == 10
    assert found.overrides == (
        GroupOverride(group="Sales", locked=True, service=ExchangeMapi()),
        GroupOverride(group="g8", enabled=False, bidirectional_sync=True),
    )
    write(Path(), {"live.yaml": policy(SETTINGS)})
    assert read_settings(FILE).overrides == ()


def test_a_group_that_overrides_twice_or_out_of_turn_is_refused() -> None:
    assert "S-TWICE" in refusal(policy(SETTINGS + "groups: [{group: Sales, locked: true}, {group: Sales}]"))
    assert "S-VALUE" in refusal(policy(SETTINGS + "groups: [{group: Sales, locked: true, inherit: true}]"))


@pytest.mark.parametrize(
    "case",
    [
        b"",
        b"\xff",
        b"{",
        b"[]",
        b"x: 1",
        policy(SETTINGS) + "---\n" + policy(SETTINGS),
        policy(SETTINGS + "x: 1"),
        with_service("{type: google, permissions: {calendar: none, contacts: none}}"),
        with_service("{type: google, permissions: {calendar: maybe, contacts: none}}"),
        with_service("{type: gogle}"),
        with_service("unknwon"),
        policy(SETTINGS.replace("enabled: true", "enabled: yes")),
        policy(SETTINGS.replace("enabled: true", "enabled: unknwon")),
    ],
    ids=lambda case: case.replace("\n", " ")[-60:] if isinstance(case, str) else case.hex(),
)
def test_a_settings_file_that_is_wrong_is_refused(case: str | bytes) -> None:
    assert refusal(case)


def test_a_settings_file_that_is_not_there_is_refused() -> None:
    with pytest.raises(InvalidFileError) as raised:
        read_settings(Path("nowhere.yaml"))
    assert codes(raised.value.diagnostics) == ["D-UNREADABLE"]
    assert str(raised.value).startswith("nowhere.yaml:1: this cannot be read")


def test_groups_are_read() -> None:
    write(Path(), {"g.yaml": "groups: [{id: g2, name: Staff}, {id: g1, name: ' Executives '}]"})
    assert read_groups(Path("g.yaml")) == (Group(id="g2", name="Staff"), Group(id="g1", name="Executives"))
    write(Path(), {"g.json": '{"groups": []}'})
    assert read_groups(Path("g.json")) == ()


def test_groups_that_are_wrong_are_refused(snapshot: Snapshot) -> None:
    text = "groups:\n  - {id: g1, name: Staff}\n  - {id: g1, nam: x}\n  - {id: 5, name: Staff}\n  - g4\n"
    write(Path(), {"g.yaml": text})
    with pytest.raises(InvalidFileError) as raised:
        read_groups(Path("g.yaml"))
    snapshot.assert_match(refused(raised.value), "diagnostics.txt")


ASSISTANTS_CSV = """\
user,assistant,access,note
CEO@contoso.com, pa@contoso.com ,managed,x
b@contoso.com,pa@contoso.com,,
"""
ASSISTANTS_JSON = """\
{"user": "ceo@contoso.com", "assistant": "PA@contoso.com", "access": "managed"}
{"user": "b@contoso.com", "assistant": "pa@contoso.com"}
"""


@pytest.mark.parametrize("text", [ASSISTANTS_CSV, ASSISTANTS_JSON], ids=["csv", "ndjson"])
def test_assistants_are_read(text: str) -> None:
    write(Path(), {"a": text})
    assert read_assistants(Path("a")) == {
        AssistantPair(user="ceo@contoso.com", assistant="pa@contoso.com"): PrivateAccess.MANAGED,
        AssistantPair(user="b@contoso.com", assistant="pa@contoso.com"): PrivateAccess.UNKNOWN,
    }


def test_assistants_that_are_wrong_are_refused(snapshot: Snapshot) -> None:
    rows = ["user,assistant,access", "a@b.c,d@e.f,hiden", ",d@e.f,hidden", "a@b.c,d@e.f,hidden", "A@b.c,d@e.f,managed"]
    write(Path(), {"a.csv": "\n".join(rows)})
    with pytest.raises(InvalidFileError) as raised:
        read_assistants(Path("a.csv"))
    snapshot.assert_match(refused(raised.value), "diagnostics.txt")


def test_a_tenant_file_is_read() -> None:
    write(Path(), {"t.yaml": document("TenantFacts", "spec: {tenantGrant: [Calendars.Read]}\n", "{name: t}")})
    found, diagnostics = read_tenant(Path("t.yaml"))
    assert found.facts.grant == frozenset({"Calendars.Read"})
    assert diagnostics == ()


@pytest.mark.parametrize("spec", ["{asOf: 2026-02-30}", "{hybrid: unknown}", "{tenantGrant: [Contact.Read]}"])
def test_a_tenant_file_that_is_wrong_is_refused(spec: str) -> None:
    write(Path(), {"t.yaml": document("TenantFacts", f"spec: {spec}\n", "{name: t}")})
    with pytest.raises(InvalidFileError):
        read_tenant(Path("t.yaml"))
