"""Valid documents as typed values."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from calplan.model.account import AssistantPair, PrivateAccess, PrivateEvents, TenantFacts
from calplan.model.domain import Domain
from calplan.model.levels import GroupModel
from calplan.model.limits import Limit, Limits, MaxEvidenceAge, Tolerance
from calplan.model.permissions import Permission, Permissions
from calplan.model.policy import CalendarPolicy, GroupOverride
from calplan.model.service import (
    EwsUrl,
    ExchangeEws,
    ExchangeMapi,
    Google,
    Impersonation,
    Office365Ews,
    Office365Graph,
    SecretReference,
)
from calplan.model.settings import ANY, WantedSettings
from calplan.model.times import Freeze, Notice
from calplan.model.unknown import UNKNOWN
from calplan.policyfile.documents import (
    AccountDocument,
    ConnectionsFile,
    CreateFiles,
    LocalPlatform,
    PolicyDocument,
    StatedProvider,
    TenantFactsDocument,
    ZoomPlatform,
)
from tests import make
from tests.policyfile.make import account, document, judged, policy, service

WHOLE = """\
integration:
  enabled: true
  locked: true
  service: {type: office365-graph, permissions: {calendar: write, contacts: read}}
allowedDomains: [Contoso.com., emea.contoso.com, contoso.com]
bidirectionalSync: true
office365: {consentForAccount: true, enforceOAuth: false, tenantGrant: ensure, revokeStale: true}
google: {revokeStale: true}
privateEvents:
  default: hidden
  except: [{user: CEO@contoso.com, assistant: pa@contoso.com, access: managed}]
groups:
  - {group: Executives, service: {type: exchange-mapi}, locked: true, enabled: true, bidirectionalSync: false}
  - {group: Staff, inherit: true}
"""
PAIR = AssistantPair(user="ceo@contoso.com", assistant="pa@contoso.com")


def the_policy(text: str) -> CalendarPolicy:
    (found,) = judged(text).documents
    assert isinstance(found, PolicyDocument)
    return found.policy


def the_account(text: str) -> AccountDocument:
    (found,) = judged(text, "folder/account.yaml").documents
    assert isinstance(found, AccountDocument)
    return found


def test_a_whole_policy_is_read() -> None:
    graph = Office365Graph(permissions=Permissions(calendar=Permission.WRITE, contacts=Permission.READ))
    assert the_policy(policy(WHOLE)) == CalendarPolicy(
        name="contoso",
        account="contoso",
        settings=WantedSettings(
            enabled=True,
            locked=True,
            service=graph,
            allowed_domains=frozenset({Domain("contoso.com"), Domain("emea.contoso.com")}),
            bidirectional_sync=True,
            consent_for_account=True,
            enforce_oauth=False,
        ),
        groups=(
            GroupOverride(
                group="Executives", service=ExchangeMapi(), locked=True, enabled=True, bidirectional_sync=False
            ),
            GroupOverride(group="Staff", inherit=True),
        ),
        ensure_tenant_grant=True,
        office365_revoke_stale=True,
        google_revoke_stale=True,
        private_events=PrivateEvents(default=PrivateAccess.HIDDEN, exceptions=((PAIR, PrivateAccess.MANAGED),)),
    )


def test_a_group_states_by_itself_that_its_tenant_allows_ews() -> None:
    ews = "type: office365-ews, ewsUrl: 'https://outlook.office365.com/EWS/Exchange.asmx'"
    for more, allowed in ((", ewsAllowListed: true", True), (", ewsAllowListed: false", False), ("", False)):
        found = judged(policy(f"groups: [{{group: A, service: {{{ews}{more}}}}}]"), as_of=date(2026, 1, 1)).documents[0]
        assert isinstance(found, PolicyDocument)
        assert found.policy.groups is not None
        assert found.policy.groups[0].ews_allow_listed is allowed


def test_what_a_policy_does_not_state_is_unmanaged() -> None:
    assert the_policy(policy("{}")) == CalendarPolicy(name="contoso", account="contoso", settings=WantedSettings())
    assert the_policy(policy("allowedDomains: any")).settings == WantedSettings(allowed_domains=ANY)


def test_every_setting_knows_where_it_stands() -> None:
    positions = the_policy(policy(WHOLE)).positions
    places = {address: (place.line, place.column) for address, place in positions.items()}
    assert places["integration.service"] == (8, 14)
    assert places["integration.service.permissions.contacts"] == (8, 79)
    assert places["allowedDomains[emea.contoso.com]"] == (9, 34)
    assert places["privateEvents[ceo@contoso.com,pa@contoso.com]"] == (15, 14)
    assert places["groups[Staff]"] == (18, 7)
    assert places["groups[Executives].service.type"] == (17, 43)
    assert places["groups[Executives].locked"] == (17, 67)
    assert places["metadata.account"] == (3, 36)
    assert "google.revokeStale" in places


def test_every_service_is_read() -> None:
    ews = EwsUrl.parse("https://mail.contoso.com/EWS/Exchange.asmx")
    office = EwsUrl.parse("https://outlook.office365.com/EWS/Exchange.asmx")
    levels = Permissions(calendar=Permission.READ, contacts=Permission.NONE)
    stated = {
        "{type: google, permissions: {calendar: read, contacts: none}}": Google(permissions=levels),
        f"{{type: office365-ews, ewsUrl: '{office.text}', ewsAllowListed: true}}": Office365Ews(ews_url=office),
        f"{{type: exchange-ews, ewsUrl: '{ews.text}'}}": ExchangeEws(ews_url=ews),
        "{type: exchange-mapi}": ExchangeMapi(),
    }
    for text, expected in stated.items():
        found = the_policy(service(text))
        assert found.settings.service == expected
        assert found.ews_allow_listed is ("ewsAllowListed" in text)


def test_an_impersonation_account_is_read_with_a_reference_to_its_password() -> None:
    references = {
        "{env: CALPLAN_SECRET_EWS}": SecretReference(kind="env", parts=(("env", "CALPLAN_SECRET_EWS"),)),
        "{file: /run/secrets/ews}": SecretReference(kind="file", parts=(("file", "/run/secrets/ews"),)),
        "{keyring: {service: a, username: b}}": SecretReference(
            kind="keyring", parts=(("service", "a"), ("username", "b"))
        ),
        "{vault: {path: a, key: b}}": SecretReference(kind="vault", parts=(("path", "a"), ("key", "b"))),
    }
    for text, expected in references.items():
        stated = f"{{account: svc@contoso.com, exchangeVersion: SE, passwordVersion: 3, passwordFrom: {text}}}"
        found = the_policy(service(f"{{type: exchange-ews, ewsUrl: https://m.contoso.com, impersonation: {stated}}}"))
        assert isinstance(found.settings.service, ExchangeEws)
        impersonation = found.settings.service.impersonation
        assert impersonation == Impersonation(account="svc@contoso.com", exchange_version="SE", password_version=3)
        assert isinstance(impersonation, Impersonation)
        assert impersonation.password_from == expected


def test_a_whole_account_is_read() -> None:
    found = the_account(
        account(
            "platform:\n  type: local\n  path: contoso.db\n  create: {users: u.csv, settings: ../live.yaml,"
            " tenant: t.yaml, groups: g.yaml, assistants: /a.csv}\n"
            "providers: [{type: connections-file, path: c.csv}, {type: exchange, probeMailbox: p@contoso.com}]\n"
            "groups: {model: priority, order: [Executives, Staff]}\nowner: admin@contoso.com\n"
            'limits: {disconnected: 5% or 10, silent: 3, blocked: "4", unknown: 2%, pairs: 0}\n'
            "maxEvidenceAge: {users: 90m, portal: 1d, tenant: 30s}\ntolerance: {surprises: 1, falseAlarms: 7%}\n"
            "windows: [{kind: deny, cron: 0 20 * * 5, duration: 4h, timeZone: Europe/Berlin, reason: office hours}]\n"
            "freezes: [{from: 2026-12-20, to: 2027-01-06}]\nnotice: {hours: 72, receipt: notice.json}"
        )
    )
    assert found == AccountDocument(
        name="contoso",
        platform=LocalPlatform(
            path=Path("folder/contoso.db"),
            create=CreateFiles(
                users=Path("folder/u.csv"),
                settings=Path("live.yaml"),
                tenant=Path("folder/t.yaml"),
                groups=Path("folder/g.yaml"),
                assistants=Path("/a.csv"),
            ),
        ),
        providers=(
            ConnectionsFile(path=Path("folder/c.csv")),
            StatedProvider(type="exchange", stated={"type": "exchange", "probeMailbox": "p@contoso.com"}),
        ),
        groups=GroupModel(kind="priority", order=("Executives", "Staff")),
        owner="admin@contoso.com",
        limits=Limits(
            disconnected=Limit(percent=5, count=10),
            silent=Limit(count=3),
            blocked=Limit(count=4),
            unknown=Limit(percent=2),
            pairs=Limit(count=0),
        ),
        max_evidence_age=MaxEvidenceAge(
            users=timedelta(minutes=90), portal=timedelta(days=1), tenant=timedelta(seconds=30)
        ),
        tolerance=Tolerance(surprises=Limit(count=1), false_alarms=Limit(percent=7)),
        windows=((make.window("0 20 * * 5", kind="deny", reason="office hours"),),),
        freezes=(Freeze(first=date(2026, 12, 20), last=date(2027, 1, 6)),),
        notice=Notice(hours=72, receipt="folder/notice.json"),
    )
    assert {"platform.create.users", "limits.silent", "providers[1]"} <= found.positions.keys()


def test_an_account_is_silent_about_most_things() -> None:
    expected = AccountDocument(name="contoso", platform=LocalPlatform(path=Path("folder/contoso.db")))
    assert the_account(account()) == expected
    nothing_listed = "platform: {type: local, path: contoso.db}\nwindows: []\nfreezes: []"
    assert the_account(account(nothing_listed)) == expected
    zoom = "type: zoom, accountId: a, clientId: b, credential: {kind: secret, from: {env: CALPLAN_SECRET_A}}"
    platform = the_account(account(f"platform: {{{zoom}}}")).platform
    assert isinstance(platform, ZoomPlatform)
    assert platform.stated["accountId"] == "a"


def test_tenant_facts_are_read_and_what_they_leave_out_is_unknown() -> None:
    spec = "{hybrid: false, tenantGrant: [Calendars.Read], userConsent: [], asOf: 2026-11-22, source: portal}"
    whole, silent = (
        judged(document("TenantFacts", f"spec: {text}\n", metadata)).documents[0]
        for text, metadata in ((spec, "{name: t, account: contoso}"), ("{}", "{name: t}"))
    )
    assert isinstance(whole, TenantFactsDocument)
    assert isinstance(silent, TenantFactsDocument)
    assert whole.facts == TenantFacts(hybrid=False, grant=frozenset({"Calendars.Read"}), user_consent=frozenset())
    assert (whole.as_of, whole.source, whole.account) == (datetime(2026, 11, 22, tzinfo=UTC), "portal", "contoso")
    assert silent.facts == TenantFacts(hybrid=UNKNOWN, grant=UNKNOWN, user_consent=UNKNOWN)
    assert (silent.as_of, silent.source, silent.account) == (None, None, None)


def test_json_is_yaml_too() -> None:
    text = (
        '{"apiVersion": "calplan/v1", "kind": "CalendarPolicy", "metadata": {"name": "a", "account": "b"}, "spec": {}}'
    )
    assert the_policy(text) == CalendarPolicy(name="a", account="b", settings=WantedSettings())
