"""Which account, which documents, which plan: told by what is there, never by a name."""

import json
from pathlib import Path

import pytest

from calplan.cli.exit_codes import ExitCode
from tests.cli.make import LOCKED, calplan, folder, saved


def test_a_plan_is_known_by_its_content_whatever_it_is_called(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    for name in ("policy.yaml", "plan", "corp.db", "-"):
        saved(corp, name)
        assert calplan("show", "--", name).last.startswith("Plan: 2 to change")
        assert calplan("why", "ann@corp.example", "--", name).code is ExitCode.DONE
        assert calplan("impact", "--", name).code is ExitCode.DONE
    assert calplan("apply", "--", "policy.yaml").code is ExitCode.DONE


def test_documents_are_known_by_their_content_whatever_they_are_called(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    both = "".join(f"---\n{(corp / name).read_text('utf-8')}\n" for name in ("account.yaml", "policy.yaml"))
    (corp / "corp.plan").write_text(both, encoding="utf-8")
    assert calplan("plan", corp / "corp.plan").last.startswith("Plan: 2 to change")
    assert calplan("apply", corp / "corp.plan", "--auto-approve").code is ExitCode.DONE
    shown = calplan("show", corp / "corp.plan")
    assert shown.code is ExitCode.INVALID
    assert "is no saved plan. Make one: calplan plan --out FILE" in shown.err


def test_a_folder_is_no_plan(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp.plan")
    assert calplan("show", corp).code is ExitCode.INVALID
    assert calplan("plan", corp).code is ExitCode.DONE


def test_the_folder_one_stands_in_is_the_default(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder(tmp_path / "corp"))
    assert calplan("plan").code is ExitCode.DONE
    assert calplan("validate").out == "Valid: 0 errors, 0 warnings.\n"
    assert calplan("export").out.startswith("apiVersion: calplan/v1\n")
    assert calplan("why", "ANN@corp.example ").out.startswith("ann@corp.example: disconnected")
    assert calplan("impact").code is ExitCode.DONE
    assert calplan("apply", "--auto-approve").code is ExitCode.DONE


def test_of_several_accounts_one_is_named(tmp_path: Path) -> None:
    folder(tmp_path / "all" / "one", name="one")
    folder(tmp_path / "all" / "two", name="two")
    for command in (["plan"], ["apply"], ["impact"], ["export"], ["why", "ann@corp.example"]):
        said = calplan(*command, "all")
        assert said.code is ExitCode.USAGE
        assert "one, two. Use --account NAME" in said.err
        assert "all/one/one.db" not in {str(path) for path in Path().rglob("*.db")}
    assert json.loads(calplan("plan", "all", "--account", "two", "-o", "json").out)["account"] == "two"
    assert not (tmp_path / "all" / "one" / "one.db").exists()
    assert calplan("export", "all", "--account", "one").out.count("account: one") == 1
    assert calplan("apply", "all", "--account", "one", "--auto-approve").code is ExitCode.DONE


def test_an_account_nobody_knows_is_told_which_there_are(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    for command in (["plan"], ["apply"], ["impact"], ["export"], ["why", "ann@corp.example"]):
        said = calplan(*command, corp, "--account", "nobody")
        assert said.code is ExitCode.USAGE
        assert "'nobody'" in said.err
        assert "corp" in said.err


def test_a_saved_plan_is_for_one_account_only(tmp_path: Path) -> None:
    plan = saved(folder(tmp_path / "corp"))
    said = calplan("apply", plan, "--account", "another")
    assert said.code is ExitCode.USAGE
    assert said.err == "error: corp.plan is a plan for corp, not for another\n"
    assert calplan("apply", plan, "--account", "corp").code is ExitCode.DONE


def test_a_saved_plan_finds_its_documents_or_is_told_where_they_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corp = folder(tmp_path / "corp")
    plan = saved(Path("corp")).absolute()
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    lost = calplan("apply", plan)
    assert lost.code is ExitCode.USAGE
    assert "the plan was made from corp, which is not there. Say where that is: PATH after the plan" in lost.err
    assert calplan("apply", plan, "../corp").code is ExitCode.DONE
    assert calplan("plan", corp, "--detailed-exitcode").code is ExitCode.DONE


def test_limits_come_from_the_documents_and_never_from_the_plan(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    plan = saved(corp)
    folder(corp, limits={"disconnected": 1, "silent": "100%"})
    refused = calplan("apply", plan)
    assert refused.code is ExitCode.REFUSED
    assert "limit.disconnected: 2, limit 1" in refused.err


def test_a_user_nobody_knows_is_met_with_the_nearest(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    said = calplan("why", "anne@corp.example", corp)
    assert said.code is ExitCode.USAGE
    assert "Did you mean ann@corp.example" in said.err


def test_an_inactive_user_is_said_to_be_inactive(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp", users=[{"email": "ann@corp.example", "status": "inactive", "service": ""}])
    said = calplan("why", "ann@corp.example", corp)
    assert said.code is ExitCode.USAGE
    assert "inactive or pending" in said.err


def test_a_run_is_found_by_the_beginning_of_its_id_if_there_is_only_one(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    applied = calplan("apply", corp, "--auto-approve", "--no-verify")
    run = applied.last.split()[-1].rstrip(".")
    assert calplan("verify", run[:8]).code is ExitCode.DONE
    for name in ("", "zzz", "%", "_", run + "0", "\udcff"):
        assert calplan("verify", name).code is ExitCode.USAGE


def test_a_run_is_verified_from_anywhere_its_documents_lie(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    corp = folder(tmp_path / "a:b" / "corp")
    applied = calplan("apply", "a:b/corp", "--auto-approve", "--no-verify")
    run = applied.last.split()[-1].rstrip(".")
    assert calplan("verify", run).code is ExitCode.DONE
    corp.rename(tmp_path / "moved")
    assert calplan("verify", run).code is ExitCode.USAGE
    assert calplan("verify", run, "--path", "moved").code is ExitCode.DONE
    monkeypatch.chdir(tmp_path / "moved")
    assert calplan("verify", run).code is ExitCode.USAGE


def test_a_second_path_has_no_place_beside_documents(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    said = calplan("apply", corp, corp)
    assert said.code is ExitCode.USAGE
    assert "is no saved plan, so a second PATH has no place" in said.err


def test_export_then_plan_shows_no_change(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp", policy=None)
    (corp / "policy.yaml").write_text(calplan("export", corp).out, encoding="utf-8")
    assert calplan("plan", corp, "--detailed-exitcode").code is ExitCode.DONE
    folder(corp, policy=LOCKED)
    assert calplan("plan", corp, "--detailed-exitcode").code is ExitCode.CHANGES
