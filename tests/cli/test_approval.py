"""What has to be said before anything is written: gates with their reason, and a number typed at a terminal."""

import json
import sqlite3
from pathlib import Path

import pytest

from calplan.cli.approval import login_name
from calplan.cli.exit_codes import ExitCode
from calplan.plan.gates import GATE_IDS
from tests.cli.make import Shown, at_a_terminal, calplan, folder, nothing_kept, saved, start, user

QUESTION = "2 users of corp lose their connection. Type that number to go on: "


def asked(answer: str, *words: str, **more: str) -> Shown:
    return at_a_terminal("apply", "corp", *words, answer=answer, wait_for="to go on", **more)


def unchanged(corp: Path) -> bool:
    return calplan("plan", corp, "--detailed-exitcode").code is ExitCode.CHANGES and nothing_kept()


def test_the_right_number_goes_on(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    shown = asked("2\n")
    assert shown.status == 0, shown.screen
    assert QUESTION in shown.screen
    assert "Verified: 4 as forecast" in shown.screen
    assert calplan("plan", corp, "--detailed-exitcode").code is ExitCode.DONE


def test_what_moved_while_the_question_stood_is_not_agreed_to(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    calplan("plan", corp)

    def late() -> str:
        """The answer, after one more user was connected as ann is."""
        account = sqlite3.connect(corp / "corp.db")
        with account:
            account.execute(
                "INSERT INTO users SELECT 'new@corp.example', facts, truth, domain, mailbox FROM users"
                " WHERE email = 'ann@corp.example'"
            )
        account.close()
        return "2\n"

    shown = at_a_terminal("apply", "corp", answer=late, wait_for="to go on")
    assert shown.status == ExitCode.STALE.value
    assert "error: it is not as it was shown any more; nothing was written" in shown.screen
    assert "new@corp.example is now disconnected_prompted (was not among its users)" in shown.screen
    assert unchanged(corp)


def test_a_gate_that_shuts_while_the_question_stands_refuses(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp", notice={"hours": 0, "receipt": "notice.json"})
    plan_id = json.loads(calplan("plan", corp, "-o", "json").out)["plan_id"]
    receipt = corp / "notice.json"
    receipt.write_text(json.dumps({"plan_id": plan_id, "time": "2026-01-01T00:00:00Z"}), encoding="utf-8")

    def late() -> str:
        receipt.unlink()
        return "2\n"

    shown = at_a_terminal("apply", "corp", answer=late, wait_for="to go on")
    assert shown.status == ExitCode.REFUSED.value
    assert "error: refused; nothing was written" in shown.screen
    assert unchanged(corp)


@pytest.mark.parametrize("answer", ["3\n", "\n", "yes\n", "2 users\n", "\u0662\n"])
def test_any_other_answer_writes_nothing(answer: str, tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    shown = asked(answer)
    assert shown.status == 130
    assert "not confirmed; nothing was written" in shown.screen
    assert unchanged(corp)


@pytest.mark.parametrize("key", ["\x03", "\x04"])
def test_leaving_the_question_writes_nothing(key: str, tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    shown = asked(key)
    assert shown.status == 130
    assert "interrupted; nothing was written" in shown.screen
    assert "Traceback" not in shown.screen
    assert unchanged(corp)


def test_without_a_terminal_nobody_is_asked_and_nothing_is_written(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    said = start("apply", "corp")
    assert said.returncode == 64
    assert "there is no terminal to ask on; apply a saved plan, or give --auto-approve" in said.stderr
    assert unchanged(corp)


@pytest.mark.parametrize("name", ["CI", "CALPLAN_IN_AUTOMATION"])
def test_in_automation_nobody_is_asked_not_even_at_a_terminal(name: str, tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    shown = at_a_terminal("apply", "corp", **{name: "true"})
    assert shown.status == 64
    assert unchanged(corp)


def test_a_saved_plan_is_applied_without_a_question(tmp_path: Path) -> None:
    saved(folder(tmp_path / "corp"))
    said = start("apply", "corp.plan")
    assert said.returncode == 0, said.stderr
    assert "to go on" not in said.stdout + said.stderr


def test_auto_approve_lifts_no_gate(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp", limits={"disconnected": 0})
    assert calplan("apply", corp, "--auto-approve").code is ExitCode.REFUSED
    assert unchanged(corp)


@pytest.mark.parametrize(
    "word, hint",
    [
        ("limit.disconected", "did you mean limit.disconnected?"),
        ("disconnected", "did you mean limit.disconnected?"),
        ("evidence", "did you mean evidence.age?"),
        ("everything", "there are: limit.disconnected, "),
        ("all", "there are: limit.disconnected, "),
    ],
)
def test_a_gate_nobody_knows_is_met_with_the_nearest(word: str, hint: str, tmp_path: Path) -> None:
    said = calplan("apply", folder(tmp_path / "corp"), "--allow", word, "--reason", "because")
    assert said.code is ExitCode.USAGE
    assert f"there is no gate '{word}'; {hint}" in said.err


@pytest.mark.parametrize("reason", [None, "", "  "])
def test_a_gate_is_lifted_only_for_a_reason(reason: str | None, tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp", limits={"disconnected": 0})
    words = [] if reason is None else ["--reason", reason]
    said = calplan("apply", corp, "--auto-approve", "--allow", "limit.disconnected", *words)
    assert said.code is ExitCode.USAGE
    assert "--allow needs --reason TEXT" in said.err


def test_lifting_some_gates_leaves_the_others_shut(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp", limits={"disconnected": 0})
    said = calplan("apply", corp, "--auto-approve", "--allow", "limit.disconnected", "--reason", "agreed")
    assert said.code is ExitCode.REFUSED
    assert "limit.silent: 1" in said.err
    assert "limit.disconnected" not in said.err
    assert unchanged(corp)


def test_words_of_a_folder_begin_no_line_of_a_refusal(tmp_path: Path) -> None:
    shut = {"kind": "deny", "cron": "* * * * *", "duration": "1d", "timeZone": "UTC", "reason": "no\n::error::forged"}
    corp = folder(tmp_path / "corp", windows=[shut])
    said = calplan("apply", saved(corp))
    assert said.code is ExitCode.REFUSED
    assert "no\\x0a::error::forged" in said.err
    assert not any(line.startswith("::") for line in said.err.splitlines())


def test_a_name_begins_no_line_of_what_an_apply_says(tmp_path: Path) -> None:
    name = "Staff\n::error::forged"
    members = (user("ann@corp.example", groups=[name], primary_group=name),)
    policy = {"groups": [{"group": name, "locked": True}]}
    corp = folder(tmp_path / "corp", users=members, policy=policy, groups={"model": "legacy"})
    said = calplan("apply", corp, "--auto-approve")
    assert said.code is ExitCode.DONE, said.err
    assert "Staff\\x0a::error::forged" in said.err
    assert not any(line.startswith("::") for line in (said.out + said.err).splitlines())


def test_every_gate_can_be_explained() -> None:
    for gate in GATE_IDS:
        assert calplan("explain", gate).code is ExitCode.DONE


def test_whoever_has_no_name_is_known_by_number(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)

    def nobody(_number: int) -> None:
        raise KeyError

    monkeypatch.setattr("pwd.getpwuid", nobody)
    assert login_name().startswith("uid ")


def test_who_and_why_may_hold_what_is_no_text(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp", limits={"disconnected": 0, "silent": "100%"})
    words = ("--allow", "limit.disconnected", "--reason", "caf\udce9 \x1b[31m", "--by", "\udcff\x1b]0;x\x07")
    said = calplan("apply", corp, "--auto-approve", *words)
    assert said.code is ExitCode.DONE, said.err
    assert "\x1b" not in said.out + said.err
