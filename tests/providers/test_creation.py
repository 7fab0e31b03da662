"""Making a local account on first use, and opening it by its document."""

import multiprocessing
from dataclasses import replace
from datetime import UTC, datetime
from multiprocessing.synchronize import Barrier as Meeting
from pathlib import Path

import pytest

from calplan.model.account import AssistantPair, PrivateAccess
from calplan.model.diagnostic import Diagnostic
from calplan.model.levels import Group, GroupModel, Groups
from calplan.model.policy import GroupOverride
from calplan.model.unknown import UNKNOWN
from calplan.plan.actions import SetLock
from calplan.policyfile.documents import AccountDocument, CreateFiles, LocalPlatform
from calplan.providers.base import Platform
from calplan.providers.catalog import Opening, open_platform, open_writable
from calplan.providers.errors import InvalidAccountError
from calplan.providers.invalid_files import InvalidFilesError
from calplan.providers.local.creation import create_from_files, create_plausible
from tests.make import account, facts, tenant

SPAWN = multiprocessing.get_context("spawn")

SETTINGS = """\
apiVersion: calplan/v1
kind: CalendarPolicy
metadata: {name: live, account: contoso}
spec:
  integration:
    enabled: true
    locked: false
    service: {type: google, permissions: {calendar: write, contacts: read}}
  allowedDomains: any
  bidirectionalSync: false
  office365: {consentForAccount: false, enforceOAuth: false}
"""
USERS = """\
email,groups,clients,service,calendar,contacts,auth,mailbox_location,own_grant,colour
Ann@corp.example,Staff;Sales,6.5.3.8712(win),google,write,read,oauth,cloud,,red
bob@corp.example,Staff,,,,,,unknown,unknown,blue
"""
TENANT = """\
apiVersion: calplan/v1
kind: TenantFacts
metadata: {name: contoso, account: contoso}
spec: {hybrid: false, tenantGrant: [Calendars.Read], userConsent: []}
"""


def now() -> datetime:
    return datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def files(tmp_path: Path) -> CreateFiles:
    texts = {
        "users.csv": USERS,
        "live.yaml": SETTINGS,
        "tenant.yaml": TENANT,
        "groups.yaml": "groups: [{id: g1, name: Staff}, {id: g2, name: Sales}]\n",
        "assistants.csv": "user,assistant,access\nann@corp.example,bob@corp.example,managed\n",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text, "utf-8")
    return CreateFiles(
        users=tmp_path / "users.csv",
        settings=tmp_path / "live.yaml",
        tenant=tmp_path / "tenant.yaml",
        groups=tmp_path / "groups.yaml",
        assistants=tmp_path / "assistants.csv",
    )


def document(path: Path, files: CreateFiles | None) -> AccountDocument:
    return AccountDocument(name="contoso", platform=LocalPlatform(path=path, create=files))


def emails(platform: Platform) -> list[str]:
    return [email for batch in platform.read_users().batches for email in batch.emails]


def test_an_account_is_made_on_first_use_and_only_then(tmp_path: Path, files: CreateFiles) -> None:
    path = tmp_path / "contoso.db"
    platform = open_platform(document(path, files), Opening(clock=now))
    assert platform.read_settings().value == account()
    stored = platform.read_tenant()
    assert stored is not None
    assert stored.value == tenant(grant=("Calendars.Read",))
    pair = AssistantPair(user="ann@corp.example", assistant="bob@corp.example")
    assert platform.read_assistants().value == {pair: PrivateAccess.MANAGED}
    (batch,) = platform.read_users().batches
    assert batch.emails == ["ann@corp.example", "bob@corp.example"]
    assert batch.facts[0] == facts("google", "write", "read", groups=("Sales", "Staff"))
    assert batch.facts[1] == facts(clients=(), mailbox_location=None, own_grant=None, groups=("Staff",))
    open_writable(document(path, files), Opening(clock=now)).perform(SetLock(on=True))
    assert open_platform(document(path, files), Opening(clock=now)).read_settings().value.locked is True


OVERRIDES = (
    "  groups: [{group: Sales, locked: true}, {group: g1, bidirectionalSync: true}, {group: g3, inherit: true}]\n"
)


def test_what_groups_override_comes_from_the_settings_file(tmp_path: Path, files: CreateFiles) -> None:
    files.settings.write_text(SETTINGS + OVERRIDES, "utf-8")
    assert open_platform(document(tmp_path / "contoso.db", files), Opening(clock=now)).read_groups().value == Groups(
        known=(Group(id="g1", name="Staff"), Group(id="g2", name="Sales")),
        overrides=(GroupOverride(group="g1", bidirectional_sync=True), GroupOverride(group="g2", locked=True)),
    )


@pytest.mark.parametrize(
    "groups,sentence",
    [
        ("{group: Legal, locked: true}", "the group Legal overrides settings, but the account has no such group"),
        (
            "{group: g2, locked: true}, {group: Sales, enabled: true}",
            "the group Sales overrides settings twice, once as g2",
        ),
    ],
)
def test_an_override_that_the_account_cannot_hold_makes_no_account(
    tmp_path: Path, files: CreateFiles, groups: str, sentence: str
) -> None:
    files.settings.write_text(f"{SETTINGS}  groups: [{groups}]\n", "utf-8")
    with pytest.raises(InvalidAccountError, match=sentence):
        open_platform(document(tmp_path / "contoso.db", files), Opening(clock=now))
    assert not list(tmp_path.glob("*contoso.db*"))


def test_the_account_document_says_how_the_platform_chooses_among_groups(tmp_path: Path, files: CreateFiles) -> None:
    stated = "  groups: [{group: Sales, enabled: false}, {group: Staff, enabled: true}]\n"
    files.settings.write_text(SETTINGS.replace("enabled: true", "enabled: false") + stated, "utf-8")
    cut: dict[str, bool] = {}
    for first, second in (("Sales", "Staff"), ("Staff", "Sales")):
        account_file = document(tmp_path / f"{first}.db", files)
        model = GroupModel(kind="priority", order=(first, second))
        platform = open_writable(replace(account_file, groups=model), Opening(clock=now))
        platform.perform(SetLock(on=True))
        (batch,) = platform.read_users().batches
        cut[first] = batch.facts[0].service == ""
    assert cut == {"Sales": False, "Staff": True}


def test_an_account_remembers_for_which_account_it_was_made(tmp_path: Path, files: CreateFiles) -> None:
    path = tmp_path / "contoso.db"
    for name in ("contoso", "another"):
        stated = AccountDocument(name=name, platform=LocalPlatform(path=path, create=files))
        for platform in (open_platform(stated, Opening(clock=now)), open_writable(stated, Opening(clock=now))):
            evidence = platform.read_settings().evidence
            assert (evidence.account, evidence.by_admin) == ("contoso", UNKNOWN)
    create_from_files(tmp_path / "nobodys.db", files)
    assert (
        open_platform(document(tmp_path / "nobodys.db", None), Opening(clock=now)).read_settings().evidence.account
        is UNKNOWN
    )


def test_writing_makes_it_too(tmp_path: Path, files: CreateFiles) -> None:
    platform = open_writable(document(tmp_path / "contoso.db", files), Opening(clock=now))
    assert emails(platform) == ["ann@corp.example", "bob@corp.example"]


def test_what_is_to_be_said_of_the_files_is_said_once(tmp_path: Path, files: CreateFiles) -> None:
    heard: list[Diagnostic] = []
    open_platform(document(tmp_path / "contoso.db", files), Opening(clock=now, tell=heard.append))
    assert [one.code for one in heard] == ["U-IGNORED", "U-ABSENT"]
    open_platform(document(tmp_path / "contoso.db", files), Opening(clock=now, tell=heard.append))
    assert len(heard) == 2


def test_without_files_a_missing_account_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InvalidAccountError, match="there is no account at"):
        open_platform(document(tmp_path / "contoso.db", None), Opening(clock=now))


def test_a_bad_file_makes_no_account_and_says_where(tmp_path: Path, files: CreateFiles) -> None:
    files.users.write_text("email,service\nann@corp.example,google\nbob@corp.example,fax\n", "utf-8")
    with pytest.raises(InvalidFilesError, match=r"users\.csv:3: .*fax") as caught:
        open_platform(document(tmp_path / "contoso.db", files), Opening(clock=now))
    assert [one.code for one in caught.value.diagnostics] == ["U-WORD"]
    assert not list(tmp_path.glob("*contoso.db*"))


def test_a_missing_file_is_said_so(tmp_path: Path, files: CreateFiles) -> None:
    for name in (files.users, files.settings, files.tenant, files.groups, files.assistants):
        assert name is not None
        text = name.read_bytes()
        name.unlink()
        with pytest.raises(InvalidFilesError, match=name.name):
            open_platform(document(tmp_path / "contoso.db", files), Opening(clock=now))
        name.write_bytes(text)
        assert not list(tmp_path.glob("*contoso.db*"))


def test_a_command_never_overwrites_an_account(tmp_path: Path, files: CreateFiles) -> None:
    create_from_files(tmp_path / "a.db", files)
    with pytest.raises(InvalidAccountError, match="never overwritten"):
        create_from_files(tmp_path / "a.db", files)
    with pytest.raises(InvalidAccountError, match="never overwritten"):
        create_plausible(tmp_path / "a.db", users=3, seed=1)


def test_a_number_of_users_is_enough(tmp_path: Path) -> None:
    create_plausible(tmp_path / "a.db", users=25, seed=1)
    assert len(emails(open_platform(document(tmp_path / "a.db", None), Opening(clock=now)))) == 25


def open_after_meeting(path: Path, files: CreateFiles, meeting: Meeting) -> None:
    meeting.wait(30)
    assert emails(open_platform(document(path, files), Opening(clock=now))) == ["ann@corp.example", "bob@corp.example"]


def test_first_runs_at_once_agree_on_one_account(tmp_path: Path, files: CreateFiles) -> None:
    path, meeting = tmp_path / "contoso.db", SPAWN.Barrier(3)
    processes = [SPAWN.Process(target=open_after_meeting, args=(path, files, meeting)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0, 0]
    assert [one.name for one in tmp_path.glob("*contoso*")] == ["contoso.db"]
