"""The policy that sets a run back: what it says, whom it would hurt, and what it cannot bring back."""

import json
import os
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from pytest_snapshot.plugin import Snapshot

from calplan.cli.exit_codes import ExitCode
from tests.cli.make import GOOGLE, GRAPH, LIVE, LOCKED, UNREAD, Said, calplan, folder, state, user

EWS: dict[str, Any] = {
    "type": "exchange-ews",
    "ewsUrl": "https://mail.corp.example/EWS/Exchange.asmx",
    "impersonation": {
        "account": "svc@corp.example",
        "exchangeVersion": "2016",
        "passwordFrom": {"env": "CALPLAN_SECRET_EWS"},
        "passwordVersion": 1,
    },
}
STAFF = tuple(
    user(f"{name}@corp.example", service="office365-graph", primary_group="Staff", groups=["Staff", "Labs"])
    for name in ("ann", "bob")
)


def applied(corp: Path, *words: str) -> str:
    """Apply what the folder wants; gives the id of the run."""
    said = calplan("apply", corp, "--auto-approve", "--no-verify", *words)
    assert said.code is ExitCode.DONE, said.err
    store = sqlite3.connect(".calplan/state.db")
    try:
        ((run,),) = store.execute("SELECT id FROM runs ORDER BY started_at DESC LIMIT 1").fetchall()
    finally:
        store.close()
    return str(run)


def committed(corp: Path, said: Said) -> None:
    """Put the policy that was printed into the place of the folder's."""
    (corp / "policy.yaml").write_text(said.out, encoding="utf-8")


def live(corp: Path) -> str:
    return calplan("export", corp).out.partition("spec:")[2]


def without_id(text: str, run: str) -> str:
    return text.replace(run[:8], "XXXXXXXX").replace(today(), "YYYY-MM-DD")


def today() -> str:
    return calplan("plan", "corp", "-o", "json").out.partition('"as_of": "')[2][:10]


def test_what_a_run_changed_is_set_back_and_everything_else_stays(snapshot: Snapshot) -> None:
    corp = folder(Path("corp"), policy={**LOCKED, "allowedDomains": "any", "bidirectionalSync": True})
    run = applied(corp)
    said = calplan("rollback", run)
    assert said.code is ExitCode.DONE
    snapshot.assert_match(without_id(said.out, run), "policy.yaml")


def test_the_policy_is_planned_and_applied_like_any_other(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp", policy={**LOCKED, "allowedDomains": ["corp.example"]})
    calplan("plan", corp)
    before = live(corp)
    run = applied(corp)
    assert live(corp) != before
    committed(corp, calplan("rollback", run))
    assert calplan("validate", corp).code is ExitCode.DONE
    assert applied(corp) != run
    assert live(corp) == before


def test_nothing_is_written_by_it(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    run = applied(corp)
    before = {name: name.read_bytes() for name in (corp / "corp.db", corp / "policy.yaml", Path(".calplan/state.db"))}
    calplan("rollback", run)
    assert before == {name: name.read_bytes() for name in before}


def test_those_who_were_disconnected_are_counted_as_they_are_today(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    said = calplan("rollback", applied(corp))
    assert "# This is no undo: whoever lost a connection sets it up again, or stays without.\n" in said.out
    assert "# By its forecast that run disconnected 2 users: 2 have no connection today.\n" in said.out


def test_a_beginning_of_the_id_suffices_and_an_unknown_run_is_a_mistake(tmp_path: Path) -> None:
    run = applied(folder(tmp_path / "corp"))
    assert calplan("rollback", run[:8]).code is ExitCode.DONE
    assert calplan("rollback", "ffffffff-0").code is ExitCode.USAGE


def test_without_any_state_there_is_no_run(tmp_path: Path) -> None:
    folder(tmp_path / "corp")
    assert calplan("rollback", "1be8f0ab").code is ExitCode.USAGE
    assert not Path(".calplan").exists()


def test_it_is_written_to_a_file_that_can_be_committed(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    run = applied(corp)
    said = calplan("rollback", run, "--out", corp / "policy.yaml")
    assert (said.code, said.out) == (ExitCode.DONE, "")
    assert "By its forecast that run disconnected 2 users: 2 have no connection today." in said.err
    assert f"Written to {corp / 'policy.yaml'}, and applied to nothing." in said.err
    assert calplan("plan", corp, "--detailed-exitcode").code is ExitCode.CHANGES


def test_what_is_wrong_with_it_is_told_by_the_line_it_has_in_the_file(tmp_path: Path) -> None:
    live = {**LIVE, "groups": [{"group": "Staff", "enabled": False}]}
    policy = {**LOCKED, "groups": []}
    corp = folder(tmp_path / "corp", users=STAFF, live=live, policy=policy, groups={"model": "legacy"})
    said = calplan("rollback", applied(corp), "--out", "back.yaml")
    assert said.code is ExitCode.INVALID
    line, _, _ = said.err.partition("--> back.yaml:")[2].partition(":")
    assert Path("back.yaml").read_text(encoding="utf-8").splitlines()[int(line) - 1].endswith("enabled: false}")
    assert f"{line} |     - {{group: Staff, enabled: false}}" in said.err


def test_what_nobody_knew_before_is_left_alone_and_said_so(tmp_path: Path) -> None:
    unread = {**UNREAD, "integration": {"enabled": True, "locked": False, "service": "unknown"}}
    policy = {"integration": {"locked": True}, "allowedDomains": "any", "bidirectionalSync": True}
    corp = folder(tmp_path / "corp", live=unread, policy=policy)
    said = calplan("rollback", applied(corp, "--allow", "rule.V17", "--reason", "a test"))
    assert "  # allowedDomains: nobody knew it before that run, so it is left alone\n" in said.out
    assert "  # bidirectionalSync: nobody knew it before that run, so it is left alone\n" in said.out
    assert "locked: false" in said.out
    committed(corp, said)
    assert calplan("plan", corp, "--detailed-exitcode").code is ExitCode.CHANGES


def test_a_password_that_was_replaced_does_not_come_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALPLAN_SECRET_EWS", "canary")
    newer: Any = {**EWS, "impersonation": {**EWS["impersonation"], "passwordVersion": 2}}
    before = {**LIVE, "integration": {"enabled": True, "locked": False, "service": EWS}}
    corp = folder(tmp_path / "corp", live=before, policy={"integration": {"service": newer}})
    said = calplan("rollback", applied(corp))
    assert said.code is ExitCode.DONE
    assert (
        "# the password that run replaced cannot come back, since nobody can read it: the newer one stays\n" in said.out
    )
    assert "passwordVersion: 2" in said.out
    assert "env: CALPLAN_SECRET_EWS" in said.out
    assert "canary" not in said.out + said.err


def test_an_impersonation_account_that_went_comes_back_without_its_password(tmp_path: Path) -> None:
    before = {**LIVE, "integration": {"enabled": True, "locked": False, "service": EWS}}
    corp = folder(tmp_path / "corp", live=before, policy={"integration": {"service": GRAPH}})
    said = calplan("rollback", applied(corp))
    assert "# the password of the impersonation account is not known: say in `passwordFrom` where it lives" in said.out
    assert "account: svc@corp.example" in said.out
    committed(corp, said)
    assert calplan("validate", corp).code is ExitCode.DONE


def test_groups_are_set_back_one_by_one_and_the_list_stays_whole(tmp_path: Path) -> None:
    groups = [{"group": "Staff", "bidirectionalSync": True}, {"group": "Labs", "service": GOOGLE}]
    before = {**LIVE, "groups": [{"group": "Labs", "service": GOOGLE}]}
    corp = folder(
        tmp_path / "corp", live=before, policy={**LOCKED, "groups": groups}, users=STAFF, groups={"model": "legacy"}
    )
    said = calplan("rollback", applied(corp))
    listed = said.out.partition("  groups:\n")[2]
    assert "group: Labs" in listed
    assert "Staff" not in listed
    committed(corp, said)
    assert "groups[Staff]" in calplan("plan", corp).out


def test_a_list_of_groups_that_comes_to_nothing_says_so(tmp_path: Path) -> None:
    groups = [{"group": "Staff", "bidirectionalSync": True}]
    corp = folder(tmp_path / "corp", policy={**LOCKED, "groups": groups}, users=STAFF, groups={"model": "legacy"})
    assert "\n  groups: []\n" in calplan("rollback", applied(corp)).out


def test_scopes_that_were_granted_stay(tmp_path: Path) -> None:
    corp = folder(
        tmp_path / "corp",
        policy={**LOCKED, "office365": {"tenantGrant": "ensure"}},
        platform={
            "type": "local",
            "path": "corp.db",
            "create": {"users": "users.ndjson", "settings": "live.yaml", "tenant": "stored.yaml"},
        },
    )
    facts = {"hybrid": False, "tenantGrant": [], "userConsent": []}
    document = {"apiVersion": "calplan/v1", "kind": "TenantFacts", "metadata": {"name": "t"}, "spec": facts}
    (corp / "stored.yaml").write_text(json.dumps(document), encoding="utf-8")
    said = calplan("rollback", applied(corp))
    assert "tenantGrant: left out: calplan takes no granted scope away, so what that run granted stays" in said.out
    committed(corp, said)
    assert calplan("plan", corp).code is ExitCode.DONE


def test_documents_that_moved_are_found_by_path(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    run = applied(corp)
    os.rename(corp, tmp_path / "elsewhere")  # noqa: PTH104 - a folder
    assert calplan("rollback", run).code is ExitCode.USAGE
    assert calplan("rollback", run, "--path", tmp_path / "elsewhere").code is ExitCode.DONE


def test_a_policy_that_moved_on_meanwhile_plays_no_part(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    run = applied(corp)
    state(corp, {"bidirectionalSync": True})
    said = calplan("rollback", run)
    assert "bidirectionalSync" not in said.out
    assert "locked: false" in said.out


def test_a_name_cannot_become_part_of_the_policy(tmp_path: Path) -> None:
    """Names stand in the comment above the policy; one with a line end in it must not end the comment."""
    evil = "Labs\nspec: {integration: {enabled: false}}\n#"
    users = (user("ann@corp.example", service="office365-graph", primary_group=evil, groups=[evil]),)
    policy = {**LOCKED, "groups": [{"group": evil, "bidirectionalSync": True}]}
    corp = folder(tmp_path / "corp", policy=policy, users=users, groups={"model": "legacy"})
    said = calplan("rollback", applied(corp))
    assert "groups[Labs\\nspec" in said.out or "groups[Labs\\x0aspec" in said.out
    committed(corp, said)
    assert calplan("export", corp).code is calplan("validate", corp).code is ExitCode.DONE
    assert "integration.enabled" not in calplan("plan", corp).out.partition("unchanged")[0]
