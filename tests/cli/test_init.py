"""A new folder of documents: asked for on a terminal or given by flags, made whole or not at all, and usable."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from calplan.cli import clock
from calplan.cli.exit_codes import ExitCode
from calplan.model.policy import Attested
from calplan.model.service import ExchangeEws, Impersonation, ServiceType, type_of
from calplan.model.unknown import UNKNOWN, Unknown
from calplan.policyfile.reader import read
from tests.cli.make import USERS, Said, at_a_terminal, calplan
from tests.cli.portal import attested_platform

FILES = {"account.yaml", "policy.yaml", "guardrails.yaml", ".gitignore", "README.md"}
ACCOUNT = {"--name": "corp", "--owner": "admin@corp.example"}
SEEN = {
    "--enabled": "on",
    "--locked": "off",
    "--service": "google",
    "--calendar": "write",
    "--contacts": "read",
    "--domains": "any",
    "--consent": "on",
    "--oauth": "off",
    "--sync": "off",
}
ZOOM = {
    "--platform": "zoom",
    **ACCOUNT,
    "--account-id": "a1",
    "--client-id": "c1",
    **SEEN,
    "--groups": "none",
    "--by": "ann@corp.example",
}


def init(folder: Path, flags: Mapping[str, str], **other: str) -> Said:
    words = {**flags, **{f"--{name.replace('_', '-')}": answer for name, answer in other.items()}}
    return calplan("init", folder, *(word for pair in words.items() for word in pair))


def local(tmp_path: Path) -> dict[str, str]:
    users = tmp_path / "users.ndjson"
    users.write_text("".join(json.dumps(one) + "\n" for one in USERS), encoding="utf-8")
    return {"--platform": "local", **ACCOUNT, "--users": str(users), **SEEN}


def record(folder: Path) -> Attested:
    (found,) = read((folder,), clock.today()).portal_records
    return found.attested


def names(folder: Path) -> set[str]:
    return {one.name for one in folder.iterdir()}


def refused(folder: Path, flags: Mapping[str, str], **other: str) -> str:
    said = init(folder, flags, **other)
    assert (said.code, said.out) == (ExitCode.USAGE, ""), said
    assert not folder.exists()
    return said.err


def test_a_local_account_can_be_planned_at_once_and_nothing_changes(tmp_path: Path) -> None:
    corp = tmp_path / "corp"
    said = init(corp, local(tmp_path))
    assert (said.code, said.err) == (ExitCode.DONE, "")
    assert said.out == (
        f"Made in {corp}: account.yaml, policy.yaml, guardrails.yaml, live.yaml, .gitignore, README.md\n"
        f"Next: calplan plan {corp}\n"
    )
    assert names(corp) == {*FILES, "live.yaml"}
    assert calplan("validate", corp).code is ExitCode.DONE
    assert calplan("plan", corp, "--detailed-exitcode").code is ExitCode.DONE


def test_a_zoom_account_begins_with_what_a_person_saw(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    attested_platform(monkeypatch)
    corp = tmp_path / "corp"
    said = init(corp, ZOOM)
    assert said.code is ExitCode.DONE, said.err
    assert "Put the client secret into the environment variable CALPLAN_SECRET_ZOOM, then:\n" in said.out
    assert names(corp) == {*FILES, "portal-record.yaml"}
    seen = record(corp)
    assert (seen.by, seen.portal, seen.overrides) == ("ann@corp.example", "admin portal, account settings", ())
    assert datetime.now(UTC) - seen.at < timedelta(minutes=5)
    (corp / "users.ndjson").write_text("".join(json.dumps(one) + "\n" for one in USERS), encoding="utf-8")
    assert calplan("validate", corp).code is ExitCode.DONE
    planned = calplan("plan", corp, "--detailed-exitcode")
    assert planned.code is ExitCode.DONE, planned.out


def test_what_nobody_knows_is_left_out_of_record_and_policy(tmp_path: Path) -> None:
    corp = tmp_path / "corp"
    flags = {key: "unknown" if key in SEEN else value for key, value in ZOOM.items()}
    del flags["--calendar"], flags["--contacts"]
    said = init(corp, flags, groups="?")
    assert said.code is ExitCode.DONE, said.err
    seen = record(corp)
    assert isinstance(seen.overrides, Unknown)
    assert {seen.settings.enabled, seen.settings.service, seen.settings.allowed_domains} == {UNKNOWN}
    assert (corp / "policy.yaml").read_text(encoding="utf-8").endswith("spec: {}\n")
    assert calplan("validate", corp).code is ExitCode.DONE


@pytest.mark.parametrize("unseen", ["ews-url", "impersonation", "exchange-version"])
def test_a_service_of_which_a_part_is_unknown_is_unknown(tmp_path: Path, unseen: str) -> None:
    flags = {key: value for key, value in ZOOM.items() if key not in ("--calendar", "--contacts")}
    flags |= {
        "--service": "exchange-ews",
        "--ews-url": "https://mail.corp.example/EWS/Exchange.asmx",
        "--impersonation": "SVC@corp.example",
        "--exchange-version": "2016",
    }
    assert init(tmp_path / "whole", flags).code is ExitCode.DONE
    service = record(tmp_path / "whole").settings.service
    assert isinstance(service, ExchangeEws)
    assert service.impersonation == Impersonation(account="svc@corp.example", exchange_version="2016")
    flags[f"--{unseen}"] = "unknown"
    if unseen == "impersonation":
        del flags["--exchange-version"]
    said = init(tmp_path / "part", flags)
    assert said.code is ExitCode.DONE, said.err
    assert record(tmp_path / "part").settings.service is UNKNOWN


@pytest.mark.parametrize("service", [one.value for one in ServiceType])
def test_every_service_can_be_stated(tmp_path: Path, service: str) -> None:
    flags = {**ZOOM, "--service": service}
    if service not in ("google", "office365-graph"):
        del flags["--calendar"], flags["--contacts"]
    if service.endswith("-ews"):
        flags["--ews-url"] = "https://mail.corp.example/EWS/Exchange.asmx"
    if service == "exchange-ews":
        flags["--impersonation"] = "off"
    said = init(tmp_path / "corp", flags)
    assert said.code is ExitCode.DONE, said.err
    found = record(tmp_path / "corp").settings.service
    assert not isinstance(found, Unknown)
    assert type_of(found).value == service


def test_without_a_terminal_the_missing_flags_are_named(tmp_path: Path) -> None:
    corp = tmp_path / "corp"
    left = {key: value for key, value in ZOOM.items() if key not in ("--client-id", "--contacts", "--by")}
    said = refused(corp, left)
    assert "there is no terminal to ask on; say it with --client-id, --contacts, --by (unknown is an answer" in said
    assert "say it with --platform, --owner, --enabled, " in refused(corp, {})


@pytest.mark.parametrize(
    "flag, answer, said",
    [
        ("secret-env", "s3cr3t-canary", "--secret-env takes the name of an environment variable"),
        ("enabled", "perhaps", "--enabled takes on, off or unknown"),
        ("service", "lotus", "--service takes one of: office365-graph, "),
        ("domains", "corp.example,", "--domains takes any, unknown, or domains"),
        ("owner", " ", "--owner takes one line"),
        ("by", "a\nb", "--by takes one line"),
        ("at", "yesterday", "--at takes now, or a date and time"),
        ("at", "2999-01-01", "--at 2999-01-01 is still to come"),
        ("calendar", "none", "--contacts takes read, write or unknown"),
        ("groups", "some", "--groups takes one of: none"),
        ("ews-url", "https://a.example", "--ews-url goes with none of the other answers"),
        ("users", "x.csv", "--users goes with none of the other answers"),
    ],
)
def test_an_answer_that_cannot_be_is_refused_and_never_repeated(
    tmp_path: Path, flag: str, answer: str, said: str
) -> None:
    err = refused(tmp_path / "corp", {**ZOOM, "--contacts": "none"}, **{flag: answer})
    assert said in err
    assert "canary" not in err


def test_answers_that_are_no_valid_document_make_no_folder(tmp_path: Path) -> None:
    said = init(tmp_path / "corp", ZOOM, domains="internal,corp.example", name="x" * 201)
    assert said.code is ExitCode.INVALID
    assert "metadata.name" in said.err
    assert not (tmp_path / "corp").exists()


@pytest.mark.parametrize("name", ["account.yaml", ".gitignore", "README.md", "portal-record.yaml"])
def test_a_file_that_exists_is_never_touched(tmp_path: Path, name: str) -> None:
    corp = tmp_path / "corp"
    corp.mkdir()
    (corp / name).write_text("mine\n", encoding="utf-8")
    said = init(corp, ZOOM)
    assert said.code is ExitCode.USAGE
    assert f"error: {name} in {corp} exist already, and init overwrites nothing" in said.err
    assert (names(corp), (corp / name).read_text(encoding="utf-8")) == ({name}, "mine\n")


def test_an_account_of_that_name_in_the_folder_keeps_it_from_getting_two(tmp_path: Path) -> None:
    corp = tmp_path / "corp"
    assert init(corp / "one", ZOOM).code is ExitCode.DONE
    said = init(corp, ZOOM)
    assert "has documents of an account 'corp' already; give another name with --name" in said.err
    assert init(corp, ZOOM, name="other").code is ExitCode.DONE
    assert calplan("validate", corp).code is ExitCode.DONE


def test_a_folder_that_cannot_be_made_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "corp").write_text("a file", encoding="utf-8")
    said = init(tmp_path / "corp", ZOOM)
    assert said.code is ExitCode.USAGE
    assert "cannot be filled" in said.err


def test_what_calplan_keeps_and_what_holds_secrets_is_left_out_of_the_repository(tmp_path: Path) -> None:
    init(tmp_path / "corp", ZOOM)
    ignored = (tmp_path / "corp" / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert {".calplan/", "*.calplan", "*.db", ".env", "*.env"} <= set(ignored)


def test_every_plan_of_the_folder_is_held_against_the_guardrails_that_were_asked_for(tmp_path: Path) -> None:
    corp = tmp_path / "corp"
    assert init(corp, local(tmp_path), guardrails="change-safety, cis-zoom-1.0").code is ExitCode.DONE
    assert "| `guardrails.yaml` |" in (corp / "README.md").read_text(encoding="utf-8")
    assert calplan("validate", corp).code is ExitCode.DONE
    gates = {one["id"] for one in json.loads(calplan("plan", corp, "-o", "json").out)["gates"]}
    assert {"guardrail.CS-WINDOW", "guardrail.CIS-ZOOM-1.1.5.1"} <= gates
    assert calplan("check", corp).code is ExitCode.REFUSED


def test_without_guardrails_there_is_no_file_of_them(tmp_path: Path) -> None:
    corp = tmp_path / "corp"
    assert init(corp, local(tmp_path), guardrails="none").code is ExitCode.DONE
    assert names(corp) == {*FILES, "live.yaml"} - {"guardrails.yaml"}
    assert "guardrails" not in (corp / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("answer", ["cis", "none, cis-zoom-1.0", "cis-zoom-1.0, cis-zoom-1.0", ""])
def test_guardrails_that_are_not_there_are_refused_with_those_that_are(answer: str, tmp_path: Path) -> None:
    err = refused(tmp_path / "corp", ZOOM, guardrails=answer)
    assert "--guardrails takes none, or of these, each once and with commas between them: change-safety, " in err


def test_on_a_terminal_it_asks_one_by_one_and_nothing_that_a_flag_answers(tmp_path: Path) -> None:
    corp = tmp_path / "corp"
    settings = ["maybe", "on", "unlocked", "google", "write", "read", "", "?", "yes", "", "none"]
    typed = ["zoom", "", "a1", "c1", "", "scuba-gws", "github", "", *settings, "ann@corp.example", "", "the portal"]
    shown = at_a_terminal("init", corp, "--owner", "o@corp.example", answer="\n".join(typed) + "\n", CI="")
    assert shown.status == 0, shown.screen
    assert "It has to be on, off or unknown." in shown.screen
    assert "Look in the portal" in shown.screen
    assert "Whose account is it" not in shown.screen
    assert (corp / ".github" / "workflows" / "calplan-plan.yml").is_file()
    assert {one.name for one in read((corp,), clock.today()).guardrails} == {"scuba-gws"}
    seen = record(corp)
    assert (seen.name, seen.by, seen.portal, seen.overrides) == ("corp", "ann@corp.example", "the portal", ())
    assert (seen.settings.enabled, seen.settings.locked, seen.settings.enforce_oauth) == (True, False, True)
    assert {seen.settings.allowed_domains, seen.settings.consent_for_account} == {UNKNOWN}


def test_whoever_leaves_at_a_question_leaves_nothing(tmp_path: Path) -> None:
    shown = at_a_terminal("init", tmp_path / "corp", answer="\x03", wait_for="Where does the account live", CI="")
    assert shown.status == ExitCode.INTERRUPTED.value
    assert not (tmp_path / "corp").exists()
