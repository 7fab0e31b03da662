"""A look at accounts says what works, what to do where it does not, and shows no secret."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from calplan.cli import clock
from calplan.cli.exit_codes import ExitCode
from calplan.sandbox.servers.sign_in import EVERY_SCOPE
from tests.cli.make import Said, calplan, folder, nothing_kept, state, write
from tests.loopback.server import Reply
from tests.loopback.server import serving as scripted
from tests.sandbox.servers.stage import ANN, BOB, SECRET, Stage, serving, write_account

pytestmark = pytest.mark.loopback

PRIVATE = {"privateEvents": {"default": "hidden"}}
RECORD = {
    "apiVersion": "calplan/v1",
    "kind": "PortalRecord",
    "metadata": {"name": "corp-portal", "account": "corp"},
    "attested": {"by": "dana@corp.example", "at": "2026-11-20T09:00:00Z", "portal": "the web portal"},
    "spec": {"integration": {"locked": False}},
}


@pytest.fixture
def stage(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    with serving(monkeypatch) as running:
        yield running


def verdicts(said: Said) -> dict[str, str]:
    """How each line went, by its subject."""
    (account,) = json.loads(said.out)["accounts"]
    return {one["subject"]: one["verdict"] for one in account["checks"]}


def look(expected: ExitCode = ExitCode.DONE, *more: str) -> Said:
    said = calplan("doctor", "corp", "-o", "json", *more)
    assert said.code is expected, said.err + said.out
    assert SECRET not in said.out + said.err
    return said


def test_where_all_is_well_every_line_says_so(stage: Stage) -> None:
    (stage.folder / "record.yaml").write_text(json.dumps(RECORD))
    state(stage.folder, PRIVATE)
    assert set(verdicts(look()).values()) == {"ok"}
    text = calplan("doctor", "corp")
    assert text.last == "9 ok, 0 warn, 0 fail"
    assert "PortalRecord corp-portal, attested by dana@corp.example on 2026-11-20" in text.out
    assert "4 active users" in text.out
    assert nothing_kept()
    assert {one for one in stage.asked() if not one.startswith("GET ")} == {"POST /oauth/token"}


def test_without_a_record_it_says_that_no_setting_is_known(stage: Stage) -> None:
    said = look()
    assert verdicts(said)["settings"] == "warn"
    assert "every setting is unknown" in said.out


def test_a_scope_that_a_plan_needs_ends_with_9_and_is_named(stage: Stage) -> None:
    stage.grant(*(one for one in EVERY_SCOPE if one != "group:read:list_groups:admin"))
    said = look(ExitCode.NOT_AUTHORISED)
    assert verdicts(said)["scopes to plan"] == "fail"
    assert "group:read:list_groups:admin" in said.out
    assert "marketplace.zoom.us" in said.out


def test_the_scopes_to_write_are_needed_once_a_policy_manages_private_events(stage: Stage) -> None:
    stage.grant(*(one for one in EVERY_SCOPE if "assistant" not in one))
    subject = "scopes to apply private events"
    assert verdicts(look())[f"{subject}, which no policy here manages"] == "warn"
    state(stage.folder, PRIVATE)
    found = verdicts(look(ExitCode.NOT_AUTHORISED))
    assert (found[subject], found["scopes to plan"]) == ("fail", "fail")


def test_scopes_that_calplan_can_do_without_are_a_warning(stage: Stage) -> None:
    stage.grant(*(one for one in EVERY_SCOPE if not one.startswith(("report", "account"))))
    assert verdicts(look())["other scopes"] == "warn"


@pytest.mark.parametrize("domains, verdict", [(["corp.example"], "ok"), (["corp.example", "strange.example"], "warn")])
def test_domains_that_the_account_does_not_manage_are_a_warning(domains: list[str], verdict: str, stage: Stage) -> None:
    state(stage.folder, {"allowedDomains": domains})
    said = look()
    assert verdicts(said)["domains"] == verdict
    assert ("does not manage strange.example" in said.out) is (verdict == "warn")
    stage.grant(*(one for one in EVERY_SCOPE if "managed_domains" not in one and "account:read" not in one))
    assert "domains" not in verdicts(look())


def test_a_secret_that_is_not_there_ends_with_9(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CALPLAN_SECRET_ZOOM")
    said = look(ExitCode.NOT_AUTHORISED)
    assert verdicts(said)["secret"] == "fail"
    assert "the variable is not set" in said.out
    assert stage.asked() == []


def test_a_secret_that_is_wrong_ends_with_9_and_says_what_to_compare(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CALPLAN_SECRET_ZOOM", "another-canary")
    said = look(ExitCode.NOT_AUTHORISED)
    assert verdicts(said)["token"] == "fail"
    assert "another-canary" not in said.out + said.err
    assert "platform.accountId" in said.out


def test_a_vendor_that_takes_no_requests_ends_with_10(stage: Stage) -> None:
    busy = Reply(status=503, headers={"retry-after": "3600"})
    with scripted(lambda _asked: busy) as loopback:
        write_account(stage.folder, replace(stage, url=loopback.url))
        said = look(ExitCode.UNREACHABLE)
    assert verdicts(said)["token"] == "fail"
    assert loopback.url.removeprefix("http://") in said.out


def test_a_clock_that_is_off_is_a_warning(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "stamp", lambda: datetime.now(UTC) + timedelta(minutes=5))
    said = look()
    assert verdicts(said)["clock"] == "warn"
    assert "ahead of Zoom" in said.out


def test_a_host_that_nobody_vouches_for_is_refused_before_anything(stage: Stage) -> None:
    stated = json.loads((stage.folder / "account.yaml").read_text())
    stated["spec"]["platform"]["endpoints"]["api"] = "https://evil.example"
    (stage.folder / "account.yaml").write_text(json.dumps(stated))
    said = calplan("doctor", "corp")
    assert said.code is ExitCode.INVALID
    assert "T-HOST" in said.err
    assert stage.asked() == []


def test_of_a_local_account_the_file_is_looked_at_and_not_made() -> None:
    folder(Path("corp"))
    assert verdicts(look())["file"] == "ok"
    assert not Path("corp/corp.db").exists()
    Path("corp/users.ndjson").unlink()
    assert "users.ndjson" in look(ExitCode.INVALID).out
    folder(Path("corp"))
    calplan("plan", "corp")
    assert "4 users" in look().out
    Path("corp/corp.db").write_text("no account")
    assert verdicts(look(ExitCode.INVALID))["file"] == "fail"


def test_one_account_of_several_can_be_looked_at() -> None:
    corp = folder(Path("corp"))
    platform = {"type": "local", "path": "nowhere.db"}
    write(corp / "other.yaml", "Account", {"name": "other"}, {"platform": platform})
    assert calplan("doctor", "corp").code is not ExitCode.DONE
    look(ExitCode.DONE, "--account", "corp")
    said = calplan("doctor", "corp", "--account", "none")
    assert (said.code, "there are: corp, other" in said.err) == (ExitCode.USAGE, True)
    Path("empty").mkdir()
    (Path("empty") / "policy.yaml").write_text((corp / "policy.yaml").read_text())
    assert calplan("doctor", "empty").code is ExitCode.INVALID


def test_a_plan_of_a_zoom_account_writes_by_api_what_has_one_and_by_hand_the_rest(stage: Stage) -> None:
    (stage.folder / "record.yaml").write_text(json.dumps(RECORD))
    exceptions = [{"user": BOB, "assistant": ANN, "access": "managed"}]
    state(stage.folder, {"integration": {"locked": True}, "privateEvents": {"except": exceptions}})
    said = calplan("plan", "corp", "-o", "json")
    changes = {one["address"]: one["mode"] for one in json.loads(said.out)["resource_changes"]}
    assert changes == {"integration.locked": "manual", f"privateEvents[{BOB},{ANN}]": "api"}
    hosts = [one for one in stage.asked() if one.endswith("/assistants")]
    assert len(hosts) == 1, "only the one host that the policy names is asked for"
