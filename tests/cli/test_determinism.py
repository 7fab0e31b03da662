"""The same input gives the same bytes; where only the time differs, the same plan id."""

import json
import os
import zipfile
from pathlib import Path

import pytest

from calplan.cli.exit_codes import ExitCode
from tests.cli.make import LOCKED, UNLIMITED, USERS, calplan, folder, start, user

FORMATS = ("text", "json", "ndjson", "markdown", "checklist", "csv")
EPOCH = "1790000000"


def plan_id(*words: str | Path) -> str:
    identity = json.loads(calplan("plan", *words, "-o", "json").out)["plan_id"]
    assert isinstance(identity, str)
    return identity


def test_the_same_input_at_the_same_time_gives_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    corp = folder(tmp_path / "corp", policy={**LOCKED, "allowedDomains": ["corp.example", "b.example", "a.example"]})
    monkeypatch.setenv("SOURCE_DATE_EPOCH", EPOCH)
    runs = []
    for seed in ("1", "2"):
        (tmp_path / seed).mkdir()
        monkeypatch.chdir(tmp_path / seed)
        words = [part for name in FORMATS for part in ("-o", f"{name}=plan.{name}")]
        said = start("plan", corp, "--out", "corp.plan", "--users", "all", *words, PYTHONHASHSEED=seed)
        assert said.returncode == 0, said.stderr
        runs.append({name: Path(name).read_bytes() for name in sorted(os.listdir())})  # noqa: PTH208 - names
    assert runs[0].keys() == {"corp.plan", *(f"plan.{name}" for name in FORMATS)}
    assert runs[0] == runs[1]


def test_the_time_that_was_asked_for_is_the_one_outputs_carry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    corp = folder(tmp_path / "corp")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    plan = json.loads(calplan("plan", corp, "-o", "json", "--out", "corp.plan").out or "{}")
    assert plan["as_of"] == "1970-01-01"
    assert {one["as_of"] for one in plan["evidence"]} == {"1970-01-01T00:00:00+00:00"}
    with zipfile.ZipFile("corp.plan") as archive:
        assert json.loads(archive.read("manifest.json"))["created_at"] == "1970-01-01T00:00:00+00:00"


@pytest.mark.parametrize("epoch", ["yesterday", "-1", "1e9", "1.5", " 5", "9" * 30, "253402300799", "\u0661"])
def test_a_time_that_is_none_is_64(epoch: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    corp = folder(tmp_path / "corp")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", epoch)
    said = calplan("plan", corp)
    assert said.code is ExitCode.USAGE
    assert said.err.endswith("error: SOURCE_DATE_EPOCH must be a number of seconds since 1970\n")


def test_a_plan_made_again_later_and_elsewhere_is_the_same_plan(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corp = folder(tmp_path / "corp")
    (tmp_path / "far" / "away").mkdir(parents=True)
    (tmp_path / "link").symlink_to(corp)
    wanted = plan_id(corp)
    for spelling in ("corp", "./corp/", "far/../corp", "link", str(corp.absolute())):
        assert plan_id(spelling) == wanted
    monkeypatch.setenv("SOURCE_DATE_EPOCH", EPOCH)
    assert plan_id("corp") == wanted
    monkeypatch.chdir(tmp_path / "far" / "away")
    assert plan_id("../../corp") == wanted
    monkeypatch.chdir(corp)
    assert plan_id() == wanted


def test_neither_comments_nor_limits_nor_lifted_gates_make_another_plan(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    wanted = plan_id(corp)
    policy = (corp / "policy.yaml").read_text("utf-8")
    (corp / "policy.yaml").write_text(f"# a comment\n\n{policy}\n", encoding="utf-8")
    folder(corp, policy=None, limits={**UNLIMITED, "silent": 0})
    assert plan_id(corp) == wanted


def test_the_order_of_a_users_file_makes_no_other_plan(tmp_path: Path) -> None:
    one = folder(tmp_path / "one" / "corp")
    two = folder(tmp_path / "two" / "corp", users=reversed(USERS))
    assert plan_id(one) == plan_id(two)


def test_another_user_or_another_policy_makes_another_plan(tmp_path: Path) -> None:
    ids = {
        plan_id(folder(tmp_path / "one" / "corp")),
        plan_id(folder(tmp_path / "two" / "corp", users=[*USERS, user("eve@corp.example", service="")])),
        plan_id(folder(tmp_path / "three" / "corp", policy={**LOCKED, "bidirectionalSync": False})),
        plan_id(folder(tmp_path / "four" / "corp", policy={"integration": {"locked": True}})),
    }
    assert len(ids) == 4


def test_a_plan_that_is_expired_when_it_is_saved_is_not_called_good(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    said = calplan("plan", folder(tmp_path / "corp"), "--out", "corp.plan")
    assert said.code is ExitCode.DONE
    assert said.err.endswith(
        "to be shown and not applied: by SOURCE_DATE_EPOCH it expired at 1970-01-02T00:00:00+00:00\n"
    )
    assert calplan("apply", "corp.plan").code is ExitCode.STALE
