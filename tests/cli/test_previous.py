"""``--previous``: a plan is held against an earlier one, and says in one sentence why it cannot be."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from calplan.cli.exit_codes import ExitCode
from tests.cli.make import LOCKED, USERS, calplan, folder, nothing_kept, saved, state, user


@pytest.fixture
def corp(tmp_path: Path) -> Path:
    return folder(tmp_path / "corp")


def since(*words: str | Path) -> dict[str, Any]:
    said = calplan(*words, "-o", "json")
    assert said.code is ExitCode.DONE, said.err
    found: dict[str, Any] = json.loads(said.out)["since_plan"]
    return found


def test_a_plan_tells_what_moved_since_an_earlier_one(corp: Path) -> None:
    then = saved(corp, "then.plan")
    state(corp, {**LOCKED, "bidirectionalSync": True})
    said = calplan("plan", corp, "--previous", then)
    assert "\nSince plan sha256:" in said.out
    assert "\n  bidirectionalSync: changes now, which it did not (false -> true)\n" in said.out
    assert "### Since plan sha256:" in calplan("plan", corp, "--previous", then, "-o", "markdown").out


def test_the_same_plan_again_says_so_and_keeps_its_id(corp: Path) -> None:
    then = saved(corp, "then.plan")
    said = calplan("plan", corp, "--previous", then)
    assert "Nothing moved: it is the same plan." in said.out
    document = json.loads(calplan("plan", corp, "--previous", then, "-o", "json").out)
    assert document["plan_id"] == document["since_plan"]["plan_id"]


def test_a_saved_plan_keeps_what_moved_and_can_be_held_against_another(corp: Path) -> None:
    then = saved(corp, "then.plan")
    state(corp, {**LOCKED, "bidirectionalSync": True})
    assert calplan("plan", corp, "--previous", then, "--out", "now.plan").code is ExitCode.DONE
    assert since("show", "now.plan") == since("show", "now.plan", "--previous", then)
    turned = since("show", then, "--previous", "now.plan")
    assert [one["address"] for one in turned["changes"]] == ["bidirectionalSync"]
    assert calplan("apply", "now.plan", corp).code is ExitCode.DONE


def test_without_it_nothing_is_compared(corp: Path) -> None:
    assert calplan("apply", corp, "--auto-approve").code is ExitCode.DONE
    assert "since_plan" not in json.loads(calplan("plan", corp, "-o", "json").out)


def test_under_pseudonyms_those_who_moved_have_theirs(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp", users=USERS[1:])
    then = saved(corp, "then.plan")
    (corp / "corp.db").unlink()
    folder(corp, users=[*USERS, user("eve@corp.example")])
    (named,) = since("plan", corp, "--previous", then)["users"]
    assert named["emails"] == ["ann@corp.example", "eve@corp.example"]
    (hidden,) = since("plan", corp, "--previous", then, "--redact")["users"]
    assert len(hidden["emails"]) == 2
    assert all(one.startswith("p-") for one in hidden["emails"])


def test_a_check_answers_in_text_and_compares_nothing(corp: Path) -> None:
    then = saved(corp, "then.plan")
    assert calplan("show", then, "--check", "--previous", then).code is ExitCode.USAGE


def nowhere(_corp: Path) -> tuple[Path, str]:
    return Path("then.plan"), "error: --previous: there is no file then.plan"


def no_plan(corp: Path) -> tuple[Path, str]:
    return corp / "policy.yaml", f"error: --previous takes a saved plan, and {corp / 'policy.yaml'} is none"


def torn(corp: Path) -> tuple[Path, str]:
    then = saved(corp, "then.plan")
    then.write_bytes(then.read_bytes()[:-40])
    return then, "error: then.plan is no plan to trust: "


def of_another_account(corp: Path) -> tuple[Path, str]:
    then = saved(folder(corp.parent / "other", name="other"), "then.plan")
    return then, "error: then.plan is a plan for other, not for corp"


def redacted(corp: Path) -> tuple[Path, str]:
    assert calplan("plan", corp, "--redact", "--out", "then.plan").code is ExitCode.DONE
    return Path("then.plan"), "error: then.plan has pseudonyms for addresses (--redact)"


@pytest.mark.parametrize("make", [nowhere, no_plan, torn, of_another_account, redacted])
def test_what_is_no_plan_of_this_account_is_refused_in_a_sentence(
    make: Callable[[Path], tuple[Path, str]], corp: Path
) -> None:
    file, words = make(corp)
    now = saved(corp, "now.plan")
    for command in (("plan", corp), ("show", now)):
        said = calplan(*command, "--previous", file)
        assert said.code in {ExitCode.INVALID, ExitCode.USAGE}
        assert (said.out, said.err.startswith(words), said.err.count("\n")) == ("", True, 1), said.err
    assert nothing_kept()
