"""A saved plan is applied as it was reviewed, or not at all."""

import json
import sqlite3
import subprocess
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from calplan.cli import clock
from calplan.cli.chosen import choose
from calplan.cli.exit_codes import ExitCode
from calplan.cli.wiring import Planned, make_plan, open_account
from calplan.plan.planfile import pack
from calplan.state.place import Place
from calplan.state.store import Store
from tests.cli.make import (
    GOOGLE,
    LOCKED,
    PROGRAM,
    UNLIMITED,
    USERS,
    Said,
    calplan,
    folder,
    moved,
    saved,
    state,
    surroundings,
    user,
    write,
)
from tests.state.make import OWNER


def planned(corp: Path) -> Planned:
    chosen = choose((corp,))
    return make_plan(chosen, open_account(chosen.account))


def refused_as_stale(said: Said, corp: Path) -> bool:
    """Whether nothing was written, and the last line says what to do."""
    lines = said.err.splitlines()
    return (
        said.code is ExitCode.STALE
        and "error: the saved plan is stale; nothing was written" in lines
        and lines[-1] == "  Make a new one: calplan plan --out FILE"
        and calplan("plan", corp).code is ExitCode.DONE
    )


def rewritten(corp: Path, users: tuple[dict[str, object], ...]) -> None:
    """Put other users into the account, as days do."""
    (corp / "corp.db").unlink()
    folder(corp, users=users)


def test_a_plan_on_which_nothing_moved_is_applied(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    assert calplan("apply", saved(corp)).code is ExitCode.DONE
    assert calplan("plan", corp, "--detailed-exitcode").code is ExitCode.DONE


def test_a_plan_is_applied_once(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    plan = saved(corp)
    assert calplan("apply", plan).code is ExitCode.DONE
    again = calplan("apply", plan)
    assert refused_as_stale(again, corp)
    assert "settings: integration.locked was false when planned and is true now" in again.err


def test_a_plan_is_applied_once_even_where_the_clock_that_it_is_applied_by_is_behind(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    Path("corp.plan").write_bytes(pack(planned(corp).parts, created_at=clock.now() + timedelta(minutes=4)))
    assert calplan("apply", "corp.plan").code is ExitCode.DONE
    (corp / "corp.db").unlink()
    said = calplan("apply", "corp.plan")
    assert refused_as_stale(said, corp)
    assert ", and a plan is applied once" in said.err


def test_documents_that_change_while_the_run_lock_is_waited_for_count(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    plan = saved(corp)
    store = Store.open(Place.of(None))
    lock = store.take("corp", OWNER, "apply")
    words = [*PROGRAM, "apply", str(plan), "--lock-timeout", "30s"]
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True, env=surroundings()) as child:
        assert child.stderr is not None
        assert "waiting up to 30s" in child.stderr.readline()
        state(corp, {**LOCKED, "bidirectionalSync": True})
        store.release(lock)
        store.close()
        _, err = child.communicate(timeout=30)
    assert child.returncode == ExitCode.STALE.value, err
    assert "policy: bidirectionalSync was not set when planned and is true now" in err


def test_comments_layout_and_order_of_a_policy_do_not_count(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp", policy={**LOCKED, "allowedDomains": ["corp.example", "b.example"]})
    plan = saved(corp)
    text = """# words for people

apiVersion: calplan/v1
kind: CalendarPolicy
metadata: {account: corp, name: corp}
spec:
    allowedDomains:   [B.example, corp.example]   # sorted anew
    integration:
        service: {permissions: {contacts: read, calendar: write}, type: office365-graph}
        locked: true
"""
    (corp / "policy.yaml").rename(corp / "renamed.yml")
    (corp / "renamed.yml").write_text(text, encoding="utf-8")
    assert calplan("apply", plan).code is ExitCode.DONE


@pytest.mark.parametrize(
    "policy, how",
    [
        ({**LOCKED, "bidirectionalSync": True}, "policy: bidirectionalSync was not set when planned and is true now"),
        ({"integration": {"locked": True}}, "policy: integration.service was "),
        (
            {"integration": {"locked": False, "service": LOCKED["integration"]["service"]}},
            "policy: integration.locked was true when planned and is false now",
        ),
    ],
)
def test_a_policy_that_means_something_else_makes_a_plan_stale(
    policy: dict[str, object], how: str, tmp_path: Path
) -> None:
    corp = folder(tmp_path / "corp")
    plan = saved(corp)
    state(corp, policy)
    said = calplan("apply", plan)
    assert refused_as_stale(said, corp)
    assert how in said.err


def test_a_setting_that_moved_makes_a_plan_stale_even_if_the_policy_leaves_it_alone(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    plan = saved(corp)
    moved(corp, {"bidirectionalSync": True})
    said = calplan("apply", plan)
    assert refused_as_stale(said, corp)
    assert "settings: bidirectionalSync was false when planned and is true now" in said.err


def test_users_who_are_hurt_more_make_a_plan_stale_and_are_named(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    plan = saved(corp)
    rewritten(
        corp,
        (
            user("ann@corp.example", client="5.1.0(win)"),
            *USERS[1:3],
            user("dan@corp.example"),
            user("new@corp.example"),
        ),
    )
    said = calplan("apply", plan)
    assert refused_as_stale(said, corp)
    assert "population: 3 users would be hurt more: " in said.err
    assert "ann@corp.example is now disconnected_silent (was disconnected_prompted)" in said.err
    assert "dan@corp.example is now disconnected_prompted (was not harmed)" in said.err
    assert "new@corp.example is now disconnected_prompted (was not among its users)" in said.err


def test_users_who_are_hurt_less_or_are_gone_do_not_make_a_plan_stale(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    plan = saved(corp)
    rewritten(corp, (user("bob@corp.example"), *USERS[2:], user("eve@corp.example", service="")))
    assert calplan("apply", plan).code is ExitCode.DONE


def test_of_many_users_who_are_hurt_more_the_first_are_named_and_the_rest_counted(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    plan = saved(corp)
    rewritten(corp, tuple(user(f"user{number:02}@corp.example") for number in range(25)))
    said = calplan("apply", plan)
    assert refused_as_stale(said, corp)
    assert "25 users would be hurt more: " in said.err
    assert ", and 15 more" in said.err
    assert said.err.count("user0") == 10


def test_a_plan_expires_after_a_day(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    parts = planned(corp).parts
    for age, code in ((timedelta(hours=25), ExitCode.STALE), (timedelta(hours=23), ExitCode.DONE)):
        Path("corp.plan").write_bytes(pack(parts, created_at=clock.now() - age))
        said = calplan("apply", "corp.plan")
        assert said.code is code, said.err
        assert ("time: the plan expired at " in said.err) is (code is ExitCode.STALE)


def test_a_plan_from_a_clock_that_is_ahead_is_stale(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    parts = planned(corp).parts
    for ahead, code in ((timedelta(minutes=10), ExitCode.STALE), (timedelta(minutes=4), ExitCode.DONE)):
        Path("corp.plan").write_bytes(pack(parts, created_at=clock.now() + ahead))
        said = calplan("apply", "corp.plan")
        assert said.code is code, said.err
        assert ("which is still to come" in said.err) is (code is ExitCode.STALE)


def test_a_plan_made_for_another_day_is_stale(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    said = calplan("plan", corp, "--as-of", "2031-05-04", "--out", "corp.plan")
    assert "2031-05-04" in said.out.splitlines()[0]
    applied = calplan("apply", "corp.plan")
    assert refused_as_stale(applied, corp)
    assert "time: the plan was made for 2031-05-04, today is " in applied.err


def test_every_part_that_moved_is_named_at_once(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    Path("corp.plan").write_bytes(pack(planned(corp).parts, created_at=datetime(2020, 2, 2, tzinfo=UTC)))
    moved(corp, {"bidirectionalSync": True})
    state(corp, {**LOCKED, "allowedDomains": ["other.example"]})
    said = calplan("apply", "corp.plan")
    assert said.code is ExitCode.STALE
    assert {line.split(":")[0].strip() for line in said.err.splitlines()[1:-1]} >= {
        "policy",
        "settings",
        "population",
        "time",
    }


def test_a_check_says_that_a_plan_holds_and_how_its_gates_stand(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp", limits={"disconnected": 0})
    plan = saved(corp)
    said = calplan("show", plan, "--check")
    assert said.code is ExitCode.DONE
    assert "  refused  limit.disconnected" in said.out
    assert said.last.startswith("Fresh: nothing that the plan rests on has moved. It is good until ")
    assert not Path(".calplan").exists()


def test_a_check_says_what_moved_in_the_words_of_an_apply(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    plan = saved(corp)
    moved(corp, {"bidirectionalSync": True})
    checked, applied = calplan("show", plan, "--check"), calplan("apply", plan)
    assert checked.code is applied.code is ExitCode.STALE
    assert checked.err == applied.err
    assert "Fresh" not in checked.out


def test_a_check_takes_the_documents_of_a_path(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    plan = saved(corp)
    (tmp_path / "moved").mkdir()
    corp.rename(tmp_path / "moved" / "corp")
    assert calplan("show", plan, "--check").code is ExitCode.USAGE
    assert calplan("show", plan, tmp_path / "moved" / "corp", "--check").code is ExitCode.DONE


@pytest.mark.parametrize("words", [("corp",), ("--check", "-o", "json")])
def test_options_of_show_that_do_not_go_together_are_refused(words: tuple[str, ...], tmp_path: Path) -> None:
    assert calplan("show", saved(folder(tmp_path / "corp")), *words).code is ExitCode.USAGE


def test_what_the_tenant_granted_meanwhile_makes_a_plan_stale(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp", policy={**LOCKED, "office365": {"tenantGrant": "ensure"}})
    now = clock.now().isoformat()
    facts = {"hybrid": False, "tenantGrant": [], "userConsent": [], "asOf": now}
    write(corp / "tenant.yaml", "TenantFacts", {"name": "t", "account": "corp"}, facts)
    plan = saved(corp)
    write(
        corp / "tenant.yaml",
        "TenantFacts",
        {"name": "t", "account": "corp"},
        {**facts, "tenantGrant": ["Contacts.Read"]},
    )
    said = calplan("apply", plan)
    assert refused_as_stale(said, corp)
    assert "settings: office365.tenantGrant changed since the plan was made: added Contacts.Read" in said.err


def test_no_option_lifts_staleness(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    plan = saved(corp)
    state(corp, {**LOCKED, "bidirectionalSync": True})
    gates = [part for gate in ("limit.disconnected", "evidence.age", "live.unknown") for part in ("--allow", gate)]
    assert calplan("apply", plan, "--auto-approve", *gates, "--reason", "now").code is ExitCode.STALE


def test_an_account_that_is_gone_is_not_made_anew_out_of_a_plan(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    plan = saved(corp)
    (corp / "corp.db").unlink()
    spec = {"platform": {"type": "local", "path": "corp.db"}, "limits": UNLIMITED}
    write(corp / "account.yaml", "Account", {"name": "corp"}, spec)
    (corp / "live.yaml").unlink()
    said = calplan("apply", plan)
    assert said.code is ExitCode.INVALID
    assert "there is no account at " in said.err
    assert not (corp / "corp.db").exists()


def test_a_plan_with_nothing_to_do_is_stale_once_there_is_something(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp", policy={"integration": {"service": GOOGLE}})
    plan = saved(corp)
    assert calplan("apply", plan).last == "Nothing to apply: the account is as the policy wants it."
    moved(corp, LOCKED)
    assert calplan("apply", plan).code is ExitCode.STALE


def test_the_plan_a_run_kept_is_the_plan_that_was_applied(tmp_path: Path) -> None:
    plan = saved(folder(tmp_path / "corp"))
    assert calplan("apply", plan).code is ExitCode.DONE
    with zipfile.ZipFile(plan) as archive:
        plan_id = json.loads(archive.read("manifest.json"))["plan_id"]
    store = sqlite3.connect(".calplan/state.db")
    try:
        assert store.execute("SELECT plan_id, account, status FROM runs").fetchall() == [(plan_id, "corp", "applied")]
    finally:
        store.close()
