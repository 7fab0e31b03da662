"""Several accounts planned together: each as it is alone, and none hidden by another."""

import json
import os
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from calplan.cli.exit_codes import ExitCode
from calplan.policyfile.schema import schema_of
from tests.cli.fleet.make import STAMP, at_vendor, files, fleet, plan
from tests.cli.make import LIVE, LOCKED, calplan, folder, state, write

FORMATS = ("text", "json", "ndjson", "markdown", "checklist", "html", "csv", "github", "gitlab-terraform")


@pytest.fixture(autouse=True)
def _stamped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", STAMP)


EMBEDDED = {"type": "local", "path": "it.db", "create": {"users": "users.ndjson", "settings": "live.yaml"}}


def test_each_account_is_planned_and_shown_as_it_is_alone() -> None:
    fleet("one", "two")
    state(Path("all/two"), {"integration": {"enabled": False}}, name="two")
    together = plan("--out", "plans", *(word for form in FORMATS for word in ("-o", f"{form}=shown/")))
    assert together.code is ExitCode.DONE, together.err
    for name in ("one", "two"):
        alone = [word for form in FORMATS for word in ("-o", f"{form}={name}.{form}")]
        assert calplan("plan", "all", "--account", name, "--out", f"{name}.plan", *alone).code is ExitCode.DONE
        assert Path(f"plans/{name}.calplan").read_bytes() == Path(f"{name}.plan").read_bytes()
    shown = {name.removeprefix("one."): data for name, data in files("shown").items() if name.startswith("one.")}
    assert sorted(shown.values()) == sorted(Path(f"one.{form}").read_bytes() for form in FORMATS)
    assert len(files("shown")) == 2 * len(FORMATS)


def test_the_summary_has_the_worst_first_and_adds_up() -> None:
    fleet("calm", policy={})
    fleet("loud", "mild")
    folder(Path("all/loud"), name="loud", limits={"silent": 0})
    said = plan("--jobs", "1")
    lines = said.out.splitlines()
    assert [line.split()[0] for line in lines[1:4]] == ["loud", "mild", "calm"]
    assert lines[1].endswith("limit.silent")
    assert said.last.startswith("Fleet: 3 accounts, 0 not planned, 0 with errors, 2 to change, 1 refused by gates. ")
    assert said.last.endswith("of 12.")
    assert "[3/3] " in said.err


def test_the_json_is_as_its_schema_says_and_names_no_user() -> None:
    fleet("one", "two")
    (Path("all/two/users.ndjson")).write_text("no json\n", encoding="utf-8")
    said = plan("-o", "json", "--out", "plans", "--detailed-exitcode")
    document = json.loads(said.out)
    Draft202012Validator(schema_of("fleet")).validate(document)
    assert [(one["account"], one["exit_code"], one["plan"]) for one in document["accounts"]] == [
        ("one", 2, "plans/one.calplan"),
        ("two", 3, None),
    ]
    assert document["exit_code"] == 3
    assert document["totals"]["active"] == 4
    assert "@" not in said.out
    assert files("plans").keys() == {"one.calplan"}


def test_one_failure_hides_no_other_account() -> None:
    fleet("good", "users")
    (Path("all/users/users.ndjson")).write_text("no json\n", encoding="utf-8")
    at_vendor(Path("all"), ["secretless"], "https://api.zoom.us")
    at_vendor(Path("all"), ["stray"], "https://evil.example")
    said = plan("-o", "json", "--detailed-exitcode")
    codes = {one["account"]: one["exit_code"] for one in json.loads(said.out)["accounts"]}
    assert codes == {"good": 2, "users": 3, "secretless": 9, "stray": 3}
    assert said.code is ExitCode.NOT_AUTHORISED
    text = plan().out
    assert "secretless: the secret {env: CALPLAN_SECRET_ZOOM} cannot be resolved: the variable is not set" in text
    assert "users: error[" in said.err
    # What is said of an account alone is said of it here as well, with its name.
    alone = calplan("plan", "all", "--account", "stray")
    assert alone.code is ExitCode.INVALID
    assert {f"stray: {line}" for line in alone.err.splitlines() if line and "error[" in line} <= set(
        said.err.splitlines()
    )


def test_accounts_with_names_that_are_much_alike_or_no_names_of_files_keep_a_plan_each() -> None:
    names = ("corp", ".corp", "..", "a/b", "con~1", "\u00c5" * 100)
    for number, name in enumerate(names):
        folder(Path("all") / str(number), name=name, platform=EMBEDDED)
    said = plan("--out", "plans")
    assert said.code is ExitCode.DONE, said.err
    assert len(files("plans")) == len(names)


def test_the_name_of_an_account_begins_no_line_of_its_own() -> None:
    folder(Path("all") / "x", name="x\n::error::pwned", platform=EMBEDDED)
    said = plan()
    assert not [line for line in said.err.splitlines() if line.startswith("::")]


def test_an_error_in_the_documents_of_one_account_stops_that_one_alone() -> None:
    fleet("good", "wrong", "apart")
    write(Path("all/wrong/policy.yaml"), "CalendarPolicy", {"name": "wrong", "account": "wrong"}, {"integrations": {}})
    Path("all/apart/policy.yaml").unlink()
    said = plan("-o", "json")
    accounts = {one["account"]: one for one in json.loads(said.out)["accounts"]}
    assert accounts.keys() == {"good", "wrong"}
    assert accounts["good"]["exit_code"] == 0
    assert accounts["wrong"]["exit_code"] == 3
    assert accounts["wrong"]["error"].startswith("all/wrong/policy.yaml:")
    assert said.code is ExitCode.INVALID
    assert "note: no policy for apart, so nothing is planned there" in said.err


def test_a_plan_with_errors_is_shown_and_not_saved() -> None:
    fleet("good")
    open_to_strangers = {**LIVE, "allowedDomains": ["corp.example", "gmail.com"]}
    folder(Path("all/wrong"), name="wrong", live=open_to_strangers, policy={"bidirectionalSync": True})
    said = plan("--out", "plans", "-o", "text", "-o", "json=plans.json", "-o", "ndjson=users/")
    assert said.code is ExitCode.INVALID
    wrong = json.loads(Path("plans.json").read_text(encoding="utf-8"))["accounts"][1]
    assert (wrong["exit_code"], wrong["plan"], wrong["forecast"]["errored"]) == (3, None, True)
    assert wrong["forecast"]["errors"] == ["V20"]
    assert said.out.splitlines()[1].endswith("errors: V20")
    assert files("plans").keys() == {"good.calplan"}
    assert files("users").keys() == {"good.ndjson", "wrong.ndjson"}


def test_documents_in_one_file_fail_one_by_one() -> None:
    fleet("good", "wrong")
    write(Path("all/wrong/policy.yaml"), "CalendarPolicy", {"name": "wrong", "account": "wrong"}, {"integrations": {}})
    parts = [Path(f"all/{name}/policy.yaml") for name in ("good", "wrong")]
    Path("all/policies.yaml").write_text("".join(f"---\n{one.read_text('utf-8')}\n" for one in parts), "utf-8")
    for one in parts:
        one.unlink()
    codes = {one["account"]: one["exit_code"] for one in json.loads(plan("-o", "json").out)["accounts"]}
    assert codes == {"good": 0, "wrong": 3}


def test_a_file_that_cannot_be_read_is_told_of_and_fails_the_whole() -> None:
    fleet("good")
    Path("all/other.yaml").write_text("apiVersion: calplan/v1\nkind: [\n", encoding="utf-8")
    said = plan("--out", "plans")
    assert said.code is ExitCode.INVALID
    assert "all/other.yaml: has errors, and nobody knows about which account" in said.out
    assert files("plans").keys() == {"good.calplan"}
    assert json.loads(plan("-o", "json").out)["unread"] == ["all/other.yaml"]


def test_an_error_in_what_holds_for_all_accounts_stops_all() -> None:
    root = fleet("one", "two")
    rule = {"id": "R", "severity": "deny", "expression": "policy.nothing == 1", "message": "m"}
    write(root / "rules.yaml", "Guardrails", {"name": "rules"}, {"rules": [rule]})
    said = plan()
    assert (said.code, said.out) == (ExitCode.INVALID, "")
    assert not list(root.rglob("*.db"))


def test_guardrails_hold_for_every_account_in_every_process() -> None:
    root = fleet("one", "two")
    rule = {"id": "R", "severity": "deny", "expression": "policy.integration.locked != true", "message": "m"}
    each = {"id": "E", "severity": "warn", "each": "user", "expression": "user.outcome != 'prompted'", "message": "m"}
    write(root / "rules.yaml", "Guardrails", {"name": "rules"}, {"rules": [rule, each]})
    here, there = plan("--jobs", "1", "--out", "here"), plan("--jobs", "2", "--out", "there")
    assert here.out.count("guardrail.R") == 2
    assert files("here") == files("there")
    assert here.out.replace("here", "there") == there.out


def test_some_accounts_are_named_one_by_one_and_the_others_left_alone() -> None:
    fleet("one", "two", "three")
    said = calplan("plan", "all", "--account", "three", "--account", "one", "--account", "three")
    assert said.last.startswith("Fleet: 2 accounts, ")
    assert not Path("all/two/two.db").exists()
    unknown = calplan("plan", "all", "--account", "one", "--account", "nobody")
    assert unknown.code is ExitCode.USAGE
    assert "'nobody'; there are: one, three, two" in unknown.err


def test_terms_from_outside_hold_for_each_account(monkeypatch: pytest.MonkeyPatch) -> None:
    fleet("one", "two")
    fleet("one", root="gates", limits={"silent": 0})
    monkeypatch.setenv("CALPLAN_GATES", "gates")
    said = plan("-o", "json")
    accounts = {one["account"]: one for one in json.loads(said.out)["accounts"]}
    assert accounts["one"]["forecast"]["refused_by"] == ["limit.silent"]
    assert accounts["two"]["exit_code"] == 3
    assert "no Account document named 'two'" in accounts["two"]["error"]


def test_what_moved_since_the_last_run_is_told_as_it_is_alone() -> None:
    root = fleet("one", "two")
    assert calplan("apply", root, "--account", "one", "--auto-approve").code is ExitCode.DONE
    state(root / "one", {**LOCKED, "bidirectionalSync": True}, name="one")
    plan("-o", "json=shown/")
    alone = calplan("plan", root, "--account", "one", "-o", "json").out
    assert '"origin": "commit"' in alone
    assert Path("shown/one.json").read_text(encoding="utf-8") == alone


def test_signed_plans_are_signed_one_by_one() -> None:
    fleet("one", "two")
    Path("key").write_text(KEY, encoding="utf-8")
    os.chmod("key", 0o600)  # noqa: PTH101
    assert plan("--out", "plans", "--sign-key", "key").code is ExitCode.DONE
    calplan("plan", "all", "--account", "one", "--out", "alone", "--sign-key", "key")
    assert Path("plans/one.calplan").read_bytes() == Path("alone").read_bytes()


@pytest.mark.parametrize(
    "words, why",
    [
        (("--account", "one", "--jobs", "2"), "--jobs and --executor are for several accounts"),
        (("--account", "all", "-o", "html"), "-o html=DIR/"),
        (("--account", "all", "-o", "nonsense"), "'nonsense' is no output"),
        (("--account", "all", "-o", "html=a/", "-o", "html=a/"), "two outputs for one place"),
        (("--account", "all", "--previous", "x"), "--previous is the plan of one account"),
        (("--account", "all", "--redact"), "names no user"),
        (("--account", "all", "--jobs", "2", "--executor", "tls://h:1"), "name one"),
        (("--account", "all", "--out", "file"), "a file is there"),
        (("--account", "all", "--jobs", "0"), "0 is not in the range"),
        (("--account", "all", "--sign-key", "file"), "--sign-key"),
    ],
)
def test_what_has_no_meaning_for_several_accounts_is_refused(words: tuple[str, ...], why: str) -> None:
    fleet("one")
    Path("file").write_text("x", encoding="utf-8")
    said = calplan("plan", "all", *words)
    assert said.code is ExitCode.USAGE
    assert why in said.err


KEY = """\
-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF
-----END PRIVATE KEY-----
"""
