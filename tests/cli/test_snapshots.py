"""``snapshot`` and ``plan --snapshot``: live state in a file, and a plan of it where nothing live can be read."""

import json
import os
import shutil
import stat
from pathlib import Path
from typing import Any

import pytest

from calplan.cli.exit_codes import ExitCode
from tests.cli.make import GRAPH, LOCKED, Said, calplan, folder, nothing_kept, state, user, write
from tests.cli.test_redact import PEOPLE, key_file

EPOCH = "1795348800"
FORMATS = ("text", "json", "ndjson", "markdown", "checklist", "html", "csv", "github", "gitlab-terraform")


@pytest.fixture
def corp(tmp_path: Path) -> Path:
    return folder(tmp_path / "corp", policy={**LOCKED, "allowedDomains": ["else.example"]})


def taken(corp: Path, *words: str | Path, file: str = "corp.snapshot") -> Path:
    """A snapshot of the folder's account; gives the file."""
    said = calplan("snapshot", corp, "--out", file, *words)
    assert said.code is ExitCode.DONE, said.err
    return Path(file)


def document(said: Said) -> dict[str, Any]:
    assert said.code is ExitCode.DONE, said.err
    return dict(json.loads(said.out))


def alone(corp: Path) -> Path:
    """The documents without the account, as a stranger's pull request has them; gives the folder."""
    fork = Path("fork")
    fork.mkdir()
    for name in ("account.yaml", "policy.yaml"):
        shutil.copy(corp / name, fork)
    return fork


def test_the_plan_of_a_snapshot_is_the_plan_of_the_account(corp: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", EPOCH)
    file = taken(corp)
    live, thawed = (document(calplan("plan", corp, "-o", "json", *more)) for more in ((), ("--snapshot", file)))
    assert thawed.pop("snapshot") == {"taken_at": "2026-11-22T12:00:00+00:00", "age": 0}
    assert live["plan_id"] == thawed["plan_id"]
    # What was asked in this run is as old as the run, whatever stamp it has; what a snapshot holds is not.
    for name in ("evidence", "gates", "assumptions"):
        del live[name], thawed[name]
    assert live == thawed
    for form in ("csv", "ndjson"):
        assert calplan("plan", corp, "-o", form).out == calplan("plan", corp, "-o", form, "--snapshot", file).out


def test_it_needs_no_account_no_state_and_makes_neither(corp: Path) -> None:
    file, fork = taken(corp), alone(corp)
    said = calplan("plan", fork, "--snapshot", file)
    assert said.code is ExitCode.DONE, said.err
    assert sorted(one.name for one in fork.iterdir()) == ["account.yaml", "policy.yaml"]
    assert nothing_kept()
    assert not Path(".calplan").exists()


def test_a_plan_of_an_account_with_secrets_needs_none_of_them(corp: Path) -> None:
    file, fork = taken(corp), alone(corp)
    credential = {"kind": "secret", "from": {"env": "CALPLAN_SECRET_ZOOM"}}
    zoom = {"type": "zoom", "accountId": "a", "clientId": "c", "credential": credential}
    write(fork / "account.yaml", "Account", {"name": "corp"}, {"platform": zoom, "owner": "admin@corp.example"})
    assert calplan("plan", fork).code is ExitCode.NOT_AUTHORISED
    plan = document(calplan("plan", fork, "--snapshot", file, "-o", "json"))
    assert {step["mode"] for step in plan["steps"]} == {"manual"}


def test_a_state_elsewhere_is_not_asked(corp: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = taken(corp)
    monkeypatch.setenv("CALPLAN_STATE", "postgresql://user:secret@db.corp.example/calplan")
    said = calplan("plan", corp, "--snapshot", file)
    assert (said.code, said.err) == (ExitCode.DONE, "")


@pytest.mark.parametrize("form", ["text", "markdown", "html"])
def test_people_are_told_how_old_it_is(corp: Path, form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", EPOCH)
    file = taken(corp)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(EPOCH) + 3 * 3600))
    said = calplan("plan", corp, "--snapshot", file, "-o", form)
    assert "rom a snapshot taken 3h before this plan was made" in said.out
    if form != "html":
        assert "as of 2026-11-22T12:00:00+00:00, 3h old" in said.out
    state(corp, {})
    assert "rom a snapshot taken 3h before this plan was made" in calplan("plan", corp, "--snapshot", file).out


def test_a_plan_of_a_snapshot_can_be_shown_and_is_applied_by_nobody(corp: Path) -> None:
    said = calplan("plan", corp, "--snapshot", taken(corp), "--out", "corp.plan")
    assert said.err.splitlines()[-1] == "Saved to corp.plan, made from a snapshot, to be shown and not applied"
    for form in FORMATS:
        assert calplan("show", "corp.plan", "-o", form).code is ExitCode.DONE
    assert "From a snapshot taken" in calplan("show", "corp.plan").out
    for words in (("impact", "corp.plan"), ("why", "ann@corp.example", "corp.plan")):
        assert calplan(*words).code is ExitCode.DONE, words
    for words in (("apply", "corp.plan", "--auto-approve"), ("show", "corp.plan", "--check")):
        said = calplan(*words)
        assert said.code is ExitCode.INVALID
        assert "error: corp.plan was made from a snapshot (--snapshot), so it can be shown and nothing else" in said.err
    assert nothing_kept()


def test_a_snapshot_is_no_plan_and_says_what_it_is_good_for(corp: Path) -> None:
    file = taken(corp)
    for command in ("apply", "show", "impact"):
        said = calplan(command, file)
        assert said.code is ExitCode.INVALID
        assert said.err == (
            "error: corp.snapshot is a snapshot, which is no plan and cannot be applied. "
            "To plan against it: calplan plan --snapshot corp.snapshot\n"
        )


def test_the_same_account_at_the_same_time_is_the_same_file(corp: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", EPOCH)
    key = key_file()
    for more in ((), ("--redact", "--redact-key", key)):
        assert taken(corp, *more).read_bytes() == taken(corp, *more, file="again").read_bytes()


def test_its_owner_alone_can_read_it_and_is_told_where_that_is_not_so(corp: Path) -> None:
    before = os.umask(0)
    try:
        file, shown = taken(corp), taken(corp, "--redact", file="shown")
    finally:
        os.umask(before)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "note: " not in calplan("plan", corp, "--snapshot", file).err
    for one in (file, shown):
        one.chmod(0o644)
    assert "note: corp.snapshot names users, and not its owner alone can read it" in (
        calplan("plan", corp, "--snapshot", file).err
    )
    assert "note: " not in calplan("plan", corp, "--snapshot", shown).err


def test_a_redacted_snapshot_names_nobody_and_counts_the_same(corp: Path) -> None:
    said = calplan("snapshot", corp, "--out", "shown", "--redact")
    assert "corp with 4 users, with pseudonyms for addresses" in said.err
    live = document(calplan("plan", corp, "-o", "json"))
    thawed = document(calplan("plan", corp, "--snapshot", "shown", "-o", "json"))
    assert thawed["redacted"] is True
    assert live["impact"] == thawed["impact"]
    assert live["resource_changes"] == thawed["resource_changes"]
    for form in FORMATS:
        text = calplan("plan", corp, "--snapshot", "shown", "-o", form, "--users", "all").out
        assert [one for one in PEOPLE if one in text and one != "admin@"] == []
    assert "addresses are pseudonyms" in calplan("plan", corp, "--snapshot", "shown", "-o", "html").out


def test_a_key_gives_the_pseudonyms_of_redacted_plans(corp: Path) -> None:
    key = ("--redact", "--redact-key", key_file())
    named, shown = taken(corp), taken(corp, *key, file="shown")
    rows = calplan("plan", corp, "-o", "csv", "--snapshot", shown).out
    assert rows == calplan("plan", corp, "-o", "csv", *key).out
    assert rows == calplan("plan", corp, "-o", "csv", "--snapshot", named, *key).out
    assert rows == calplan("plan", corp, "-o", "csv", "--snapshot", shown, "--redact").out


def test_the_account_is_the_snapshots_and_no_other(corp: Path) -> None:
    file = taken(corp)
    other = folder(corp.parent / "other", name="other")
    assert calplan("plan", other, "--snapshot", file).code is ExitCode.USAGE
    said = calplan("plan", other, "--snapshot", file, "--account", "other")
    assert said.code is ExitCode.INVALID
    assert said.err.splitlines()[-1] == "error: corp.snapshot is a snapshot of corp, not of other"
    both = corp.parent
    assert document(calplan("plan", both, "--snapshot", file, "-o", "json"))["account"] == "corp"


@pytest.mark.parametrize(
    "content, why",
    [
        (b"", "is no snapshot"),
        (b"email\n", "is no snapshot"),
        (b"PK\x03\x04" + b"x" * 100, "is no snapshot to trust: the file is torn, encrypted or no ZIP archive"),
    ],
)
def test_what_is_no_snapshot_is_one_clear_error(corp: Path, content: bytes, why: str) -> None:
    Path("bad").write_bytes(content)
    said = calplan("plan", corp, "--snapshot", "bad")
    assert said.code is ExitCode.INVALID
    assert said.err == f"error: bad {why}. Take a new one: calplan snapshot --out FILE\n"


def test_a_plan_is_no_snapshot_nor_is_a_folder_or_nothing(corp: Path) -> None:
    calplan("plan", corp, "--out", "corp.plan")
    said = calplan("plan", corp, "--snapshot", "corp.plan")
    assert said.code is ExitCode.INVALID
    assert "the archive is not a calplan snapshot, but a plan" in said.err
    assert calplan("plan", corp, "--snapshot", corp).code is ExitCode.INVALID
    said = calplan("plan", corp, "--snapshot", "nowhere")
    assert (said.code, said.err) == (ExitCode.USAGE, "error: --snapshot: there is no file nowhere\n")


def test_a_file_is_written_whole_or_not_at_all(corp: Path) -> None:
    for place in (corp, Path("nowhere") / "file"):
        said = calplan("snapshot", corp, "--out", place)
        assert said.code is ExitCode.USAGE
        assert "cannot be written" in said.err
    Path("precious").write_text("kept", encoding="utf-8")
    Path("link").symlink_to("precious")
    taken(corp, file="link")
    assert Path("precious").read_text("utf-8") == "kept"
    assert not Path("link").is_symlink()
    assert calplan("snapshot", corp).code is ExitCode.USAGE


def test_scheduling_privileges_are_frozen_where_the_policy_manages_them_or_all_are_asked_for(tmp_path: Path) -> None:
    pairs = tmp_path / "pairs.csv"
    pairs.write_text("user,assistant,access\nann@corp.example,bob@corp.example,hidden\n", encoding="utf-8")
    corp = folder(tmp_path / "corp", create={"assistants": str(pairs)})
    without, every = taken(corp, file="without"), taken(corp, "--assistants", file="every")
    exception = {"user": "ann@corp.example", "assistant": "bob@corp.example", "access": "managed"}
    state(corp, {"privateEvents": {"except": [exception]}})
    said = calplan("plan", corp, "--snapshot", without)
    assert said.code is ExitCode.INVALID
    assert "it holds no scheduling privileges of ann@corp.example" in said.err
    assert "calplan snapshot --assistants" in said.err
    live = document(calplan("plan", corp, "-o", "json"))
    for file in (every, taken(corp, file="managed"), taken(corp, "--redact", file="shown")):
        thawed = document(calplan("plan", corp, "-o", "json", "--snapshot", file))
        assert thawed["resource_changes"] == live["resource_changes"] != []


def test_hostile_names_are_harmless(tmp_path: Path) -> None:
    names = ("<script>alert(1)</script>@corp.example", "=cmd|' /c calc'!a0@corp.example", "a\x1b[31m@corp.example")
    corp = folder(tmp_path / "corp", users=[user(name, groups=["\x1b]0;x\x07", "<b>"]) for name in names])
    for more in ((), ("--redact",)):
        file = taken(corp, *more)
        text, page = (
            calplan("plan", corp, "--snapshot", file, "-o", form, "--users", "all").out for form in ("text", "html")
        )
        assert "\x1b" not in text
        assert "<script>alert" not in page


def test_an_earlier_plan_still_tells_who_changed_groups_unless_nobody_is_named(corp: Path) -> None:
    calplan("plan", corp, "--out", "then.plan")
    then = ("--previous", "then.plan", "-o", "json")
    named, shown = (
        document(calplan("plan", corp, "--snapshot", taken(corp, *more), *then)) for more in ((), ("--redact",))
    )
    assert named["already_happened"]["since"].startswith("the plan then.plan")
    assert shown["already_happened"]["since"] is None
    assert named["origin_since"] == shown["origin_since"] == "the plan then.plan"


def test_a_policy_may_ask_for_anything_else_than_the_one_it_was_taken_with(corp: Path) -> None:
    file = taken(corp)
    state(
        corp, {"integration": {"service": GRAPH}, "google": {"revokeStale": True}, "office365": {"revokeStale": True}}
    )
    live = document(calplan("plan", corp, "-o", "json"))
    thawed = document(calplan("plan", corp, "-o", "json", "--snapshot", file))
    assert live["plan_id"] == thawed["plan_id"]
    assert live["resource_changes"] == thawed["resource_changes"]
