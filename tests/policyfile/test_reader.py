"""Which files of a PATH are read, and what comes of them."""

import os
from pathlib import Path

import pytest

from calplan.model.diagnostic import Severity, errors_in
from calplan.policyfile.documents import LocalPlatform
from calplan.policyfile.folder import MissingPathError
from calplan.policyfile.loader import load
from calplan.policyfile.reader import Reading, read
from tests.policyfile.make import DAY, SETTINGS, account, assert_has_a_place, codes, document, policy, write

LIVE = document("CalendarPolicy", "spec:\n" + "".join(f"  {line}\n" for line in SETTINGS.splitlines()))
WITH_FILES = account(
    "platform: {type: local, path: contoso.db, create: {users: users.ndjson, settings: live/live.yaml}}"
)


TENANT = (
    "{type: microsoft, tenantId: 00000000-0000-0000-0000-000000000001, clientId: 00000000-0000-0000-0000-000000000002,"
    " appId: 00000000-0000-0000-0000-000000000003, credential: {kind: secret, from: {env: CALPLAN_SECRET_MICROSOFT}}}"
)


def read_here(**files: str | bytes) -> Reading:
    write(Path(), {name.replace("__", "/") + ".yaml": content for name, content in files.items()})
    reading = read([Path()], DAY)
    assert_has_a_place(reading.diagnostics)
    return reading


def test_documents_are_found_in_sub_folders_in_the_order_of_their_names() -> None:
    reading = read_here(b__policy=policy("{}"), a=account(), c=document("TenantFacts", "spec: {}\n", "{name: t}"))
    assert [type(one).__name__ for one in reading.documents] == [
        "AccountDocument",
        "PolicyDocument",
        "TenantFactsDocument",
    ]
    assert reading.diagnostics == ()


def test_several_documents_may_stand_in_one_file() -> None:
    reading = read_here(all=account() + "---\n" + policy("{}") + "---\n")
    assert (len(reading.accounts), len(reading.policies)) == (1, 1)
    assert not reading.has_errors


def test_both_endings_are_read_and_no_others() -> None:
    write(Path(), {"a.yml": account(), "b.YAML": policy("{}"), "c.json": "{", "d.yaml.txt": "{"})
    assert len(read([Path()], DAY).documents) == 2


def test_a_file_named_by_a_document_is_no_part_of_the_folder() -> None:
    reading = read_here(account=WITH_FILES, live__live=LIVE, policy=policy("{}"))
    assert len(reading.policies) == 1
    assert reading.diagnostics == ()


def test_a_broken_file_named_by_a_document_says_nothing_here() -> None:
    reading = read_here(account=WITH_FILES, live__live="apiVersion: calplan/v1\n{", policy=policy("{}"))
    assert reading.diagnostics == ()


def test_a_file_named_by_a_document_is_read_when_asked_for() -> None:
    write(Path(), {"account.yaml": WITH_FILES, "live/live.yaml": LIVE})
    assert len(read([Path(), Path("live/live.yaml")], DAY).policies) == 1


def test_a_policy_named_by_a_scenario_a_receipt_and_a_secret_are_no_part_of_the_folder() -> None:
    scenario = document(
        "Scenario", "spec: {given: {}, when: {policy: tried.yaml}, then: {counts: {unaffected: 0}}}\n", "{name: s}"
    )
    told = account(
        "platform: {type: local, path: contoso.db}\nnotice: {hours: 1, receipt: receipt.yaml}\n"
        "providers:\n  - {type: connections-file, path: connections.yaml}\n"
        "  - {type: google, customer: c, subject: a@contoso.com, clientIds: [x],"
        " credential: {kind: serviceAccount, from: {file: key.yaml}}}"
    )
    reading = read_here(
        s=scenario, a=told, tried=policy("{}"), receipt="{", connections="{", key="password: hunter2: x"
    )
    assert reading.policies == ()
    assert set(codes(reading.diagnostics)) == {"D-TRIED"}


def test_the_state_folder_is_not_searched() -> None:
    write(Path(), {"a.yaml": account(), ".calplan/old.yaml": account(), "b/.calplan/old.yaml": account()})
    assert len(read([Path()], DAY).accounts) == 1


def test_files_of_other_tools_are_ignored_with_a_note() -> None:
    reading = read_here(
        a=account(),
        broken="{{ template }}",
        compose="services: {}",
        empty="",
        kubernetes="apiVersion: v1\nkind: Account\n",
        mixed=policy("{}") + "---\nservices: {}\n",
        text="just words",
    )
    assert not reading.has_errors
    assert codes(reading.diagnostics) == ["D-OTHER"] * 6
    assert {one.severity for one in reading.diagnostics} == {Severity.NOTE}


def test_a_broken_file_that_mentions_us_is_an_error() -> None:
    assert codes(read_here(a=account(), b="apiVersion: calplan/v1\n{").diagnostics) == ["Y-SYNTAX"]
    assert codes(read_here(b=policy("{}").encode("utf-16")).diagnostics) == ["Y-ENCODING"]


def test_what_was_asked_for_by_name_must_be_ours() -> None:
    write(Path(), {"a.yaml": "services: {}", "b.yaml": "{", "c.yaml": "# nothing", "d": policy("{}")})
    assert codes(errors_in(read([Path("a.yaml")], DAY).diagnostics)) == ["D-EMPTY"]
    assert codes(errors_in(read([Path("b.yaml")], DAY).diagnostics)) == ["Y-SYNTAX"]
    assert codes(errors_in(read([Path("c.yaml")], DAY).diagnostics)) == ["Y-EMPTY"]
    assert len(read([Path("d")], DAY).policies) == 1


def test_a_folder_without_documents_is_an_error() -> None:
    assert codes(read([Path()], DAY).diagnostics) == ["D-EMPTY"]


@pytest.mark.parametrize("path", ["nothing", "nothing.yaml", "a\0b", "x" * 5000])
def test_a_path_that_does_not_exist_is_its_own_error(path: str) -> None:
    with pytest.raises(MissingPathError):
        read([Path(path)], DAY)


def test_each_file_is_read_once_whatever_it_is_called() -> None:
    write(Path(), {"a/policy.yaml": policy("{}"), "account.yaml": account()})
    Path("b").symlink_to("a")
    Path("c.yaml").symlink_to("a/policy.yaml")
    Path("a/up").symlink_to("..")
    reading = read([Path(), Path("a"), Path("a/policy.yaml")], DAY)
    assert len(reading.policies) == 1
    assert not reading.has_errors


def test_links_in_a_circle_and_to_nothing_are_told() -> None:
    Path("circle.yaml").symlink_to("circle.yaml")
    Path("nothing.yaml").symlink_to("nowhere")
    reading = read_here(a=account())
    assert codes(reading.diagnostics) == ["D-UNREADABLE", "D-UNREADABLE"]


def test_a_pipe_is_never_opened() -> None:
    os.mkfifo("pipe.yaml")
    assert codes(read_here(a=account()).diagnostics) == ["D-UNREADABLE"]


def test_a_file_that_cannot_be_opened_is_told() -> None:
    Path("folder").mkdir()
    assert codes(load(Path("folder")).diagnostics) == ["D-UNREADABLE"]
    assert codes(load(Path("a\0b")).diagnostics) == ["D-UNREADABLE"]


def test_a_folder_with_the_name_of_a_file_is_a_folder() -> None:
    assert len(read_here(**{"x.yaml__a": account()}).accounts) == 1


def test_a_name_that_is_no_text_can_still_be_shown() -> None:
    name = os.fsdecode(b"\xff.yaml")
    Path(name).write_text("apiVersion: calplan/v1\n")
    reading = read([Path()], DAY)
    assert reading.diagnostics[0].position is not None
    assert reading.diagnostics[0].position.file == "\\xff.yaml"


@pytest.mark.parametrize("change", ["\r\n", "\r"])
def test_line_ends_and_marks_of_other_systems_change_nothing(change: str) -> None:
    text = policy("integration:\n  enabled: true\n  # told\n  locked: wrong")
    plain = read_here(a=account(), p=text).diagnostics
    other = read_here(p="\ufeff" + text.replace("\n", change)).diagnostics
    assert other == plain


def test_paths_are_relative_to_the_file_that_holds_them() -> None:
    write(Path(), {"deep/er/account.yaml": account("platform: {type: local, path: ../contoso.db}")})
    for path, expected in ((Path("deep"), "deep/contoso.db"), (Path("deep/er").absolute(), None)):
        platform = read([path], DAY).accounts[0].platform
        assert isinstance(platform, LocalPlatform)
        assert platform.path == (Path(expected) if expected else Path("deep/contoso.db").absolute())


def test_a_document_that_is_wrong_still_counts_as_being_there() -> None:
    reading = read_here(a=account("platform: {type: local}"), p=policy("{}"), q=policy("x: 1"))
    assert codes(reading.diagnostics) == ["S-MISSING", "D-TWO", "S-UNKNOWN"]


@pytest.mark.parametrize(
    "providers, found",
    [
        ("[{type: connections-file, path: a.csv}, {type: connections-file, path: b.csv}]", []),
        (f"[{TENANT}, {{type: connections-file, path: a.csv}}]", []),
        (f"[{TENANT}, {TENANT}]", ["D-TWO"]),
    ],
)
def test_an_account_asks_one_tenant_since_what_is_written_goes_to_one(providers: str, found: list[str]) -> None:
    reading = read_here(a=account(f"platform: {{type: local, path: a.db}}\nproviders: {providers}"), p=policy("{}"))
    assert codes(reading.diagnostics) == found
    assert all(one.summary == "a second provider of the type `microsoft`" for one in reading.diagnostics)
