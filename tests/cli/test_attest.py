"""A person says that manual steps of a run were done; the PortalRecord states it, and the run goes on."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from calplan.cli import clock
from calplan.cli.exit_codes import ExitCode
from calplan.model.account import AssistantPair, PrivateAccess
from calplan.model.policy import Attested
from calplan.policyfile.documents import TenantFactsDocument
from calplan.policyfile.reader import Reading, read
from calplan.state.place import Place
from calplan.state.run_lock import Owner
from calplan.state.store import Store
from tests.cli.make import GRAPH, LOCKED, Said, calplan, state, user, write
from tests.cli.portal import PAIR, SEEN, attest_all, attested_platform, zoom_folder

LONG_AGO = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
YEARS = {"portal": "9000d"}
LONERS = (user("ann@corp.example", groups=[]), user("bob@corp.example", groups=[]))
"""Users whose settings no group could decide."""


@pytest.fixture(autouse=True)
def pairs(monkeypatch: pytest.MonkeyPatch) -> dict[AssistantPair, PrivateAccess]:
    return attested_platform(monkeypatch)


def waiting(corp: Path) -> str:
    """Apply until a person has to do something; gives the run."""
    said = calplan("apply", corp, "--auto-approve", "--no-verify")
    assert said.code is ExitCode.WAITING, said.err
    return said.err.partition("run ")[2].split()[0]


def attested(run: str, *words: str, by: str = "bob@corp.example") -> Said:
    said = calplan("attest", run, *words, "--by", by)
    assert said.code is ExitCode.DONE, said.err
    return said


def refused(run: str, *words: str, code: ExitCode = ExitCode.USAGE) -> str:
    said = calplan("attest", run, *words, "--by", "bob@corp.example")
    assert (said.code, said.out) == (code, ""), said
    return said.err


def documents(corp: Path) -> Reading:
    reading = read((corp,), clock.today())
    assert not reading.has_errors
    return reading


def record(corp: Path) -> Attested:
    (found,) = documents(corp).portal_records
    return found.attested


def tenant(corp: Path) -> TenantFactsDocument:
    (found,) = documents(corp).tenant_facts
    return found


def text(corp: Path) -> str:
    return (corp / "portal-record.yaml").read_text(encoding="utf-8")


def kinds(run: str) -> list[str]:
    store = Store.open(Place.of(None))
    try:
        return [one.kind for one in store.records(run)]
    finally:
        store.close()


def test_the_steps_that_were_done_stand_in_the_record_as_planned_and_the_run_ends(tmp_path: Path) -> None:
    corp = zoom_folder(tmp_path / "corp")
    run = waiting(corp)
    said = attested(run)
    assert said.out == (
        "s1 attested by bob@corp.example: set the default service to Office 365 through Microsoft Graph"
        " (calendar write, contacts read)\n"
        "s2 attested by bob@corp.example: lock the settings for every user\n"
        f"Written to {corp / 'portal-record.yaml'}. Commit it with the policy.\n"
        f"To go on: calplan apply --resume {run}\n"
    )
    assert kinds(run) == ["begin", "outcome", "status", "attest", "attest", "written"]
    seen = record(corp).settings
    assert (seen.locked, seen.enabled) == (True, True)
    assert calplan("apply", "--resume", run, "--no-verify").code is ExitCode.DONE
    assert calplan("plan", corp, "--detailed-exitcode").code is ExitCode.DONE


def test_one_step_at_a_time_in_the_order_of_the_plan(tmp_path: Path) -> None:
    corp = zoom_folder(tmp_path / "corp")
    run = waiting(corp)
    assert "s2 comes after s1, which is not done; do that first; nothing was written" in refused(run, "s2")
    said = attested(run, "s1")
    assert said.out.splitlines()[-2:] == [
        "Next by hand: s2: lock the settings for every user",
        f"To go on: calplan apply --resume {run}",
    ]
    assert record(corp).settings.locked is False
    assert "s1 was attested already" in refused(run, "s1")
    assert calplan("apply", "--resume", run).code is ExitCode.WAITING
    attested(run, "s2")
    assert "no step of this run waits for a person; to go on: calplan apply --resume " + run in refused(run)
    assert calplan("apply", "--resume", run, "--no-verify").code is ExitCode.DONE
    assert "was applied; nothing of it waits for a person" in refused(run)


def test_steps_that_calplan_does_and_steps_that_are_not_there_cannot_be_attested(
    tmp_path: Path, pairs: dict[AssistantPair, PrivateAccess]
) -> None:
    corp = zoom_folder(tmp_path / "corp", policy={**LOCKED, "privateEvents": {"default": "managed"}})
    run = waiting(corp)
    assert "this run has no step 's9'; it has s1, s2, s3" in refused(run, "s9")
    assert "s3 is a step that calplan does itself, so nobody has to attest it" in refused(run, "s3")
    assert "there is no run 'beef'" in refused("beef")
    attested(run)
    resumed = calplan("apply", "--resume", run, "--no-verify")
    assert resumed.code is ExitCode.DONE, resumed.err
    assert resumed.out.startswith("Nothing was left to apply in run "), "calplan did its own before it waited"
    assert pairs[PAIR] is PrivateAccess.MANAGED


def test_while_another_run_holds_the_account_nothing_is_attested(tmp_path: Path) -> None:
    corp = zoom_folder(tmp_path / "corp")
    run, before = waiting(corp), text(corp)
    store = Store.open(Place.of(None))
    lock = store.take("corp", Owner(who="eve", host="h", pid=1, link=None), "apply")
    assert "eve" in refused(run, code=ExitCode.LOCKED)
    store.release(lock)
    store.close()
    assert text(corp) == before
    attested(run)


@pytest.mark.parametrize(
    "words, said",
    [
        (("--at", "2999-01-01T00:00:00Z"), "is still to come, and only what was done can be attested"),
        (("--at", "2026-01-01T00:00:00Z"), "so none of its steps was done before; correct --at"),
        (("--at", "yesterday"), "is no date and time"),
        (("--portal", "a\nb"), "--portal must be one line of 1 to 500 letters and signs"),
        (("--portal", "x" * 501), "--portal must be one line of 1 to 500 letters and signs"),
        (("--by", "  "), "--by must be one line of 1 to 320 letters and signs"),
    ],
)
def test_what_cannot_be_so_is_refused(tmp_path: Path, words: tuple[str, ...], said: str) -> None:
    corp = zoom_folder(tmp_path / "corp")
    run, before = waiting(corp), text(corp)
    answer = calplan("attest", run, "--by", "bob@corp.example", *words)
    assert (answer.code, answer.out) == (ExitCode.USAGE, "")
    assert said in answer.err
    assert (text(corp), kinds(run)) == (before, ["begin", "outcome", "status"])


def test_somebody_has_to_say_it(tmp_path: Path) -> None:
    run = waiting(zoom_folder(tmp_path / "corp"))
    said = calplan("attest", run)
    assert said.code is ExitCode.USAGE
    assert "--by" in said.err


def test_a_step_makes_the_fields_that_nobody_looked_at_no_younger(tmp_path: Path) -> None:
    corp = zoom_folder(tmp_path / "corp", at=LONG_AGO, maxEvidenceAge=YEARS)
    run = waiting(corp)
    attested(run, "s1")
    attested(run, "s2", by="cyd@corp.example")
    seen = record(corp)
    assert (seen.by, seen.at, seen.portal) == ("ann@corp.example", LONG_AGO, "admin portal")
    since = [line for line in text(corp).splitlines() if line.startswith("# Attested since: ")]
    assert [line.partition(" at ")[0] for line in since] == [
        "# Attested since: integration.service by bob@corp.example",
        "# Attested since: integration.locked by cyd@corp.example",
    ]
    assert all(line.endswith(f" of run {run[:8]})") for line in since)


def test_who_looked_at_every_field_makes_the_record_young(tmp_path: Path) -> None:
    corp = zoom_folder(tmp_path / "corp", at=LONG_AGO, maxEvidenceAge=YEARS)
    run = waiting(corp)
    attested(run, "s1")
    now = clock.now().replace(microsecond=0)
    attested(run, "s2", "--all-seen", "--at", now.isoformat(), "--portal", "the new portal")
    seen = record(corp)
    assert (seen.by, seen.at, seen.portal) == ("bob@corp.example", now, "the new portal")
    assert "Attested since" not in text(corp)


def test_a_field_that_is_attested_again_is_told_once(tmp_path: Path) -> None:
    corp = zoom_folder(tmp_path / "corp", at=LONG_AGO, maxEvidenceAge=YEARS)
    first = waiting(corp)
    attested(first)
    assert calplan("apply", "--resume", first, "--no-verify").code is ExitCode.DONE
    state(corp, {"integration": {"locked": False}})
    second = waiting(corp)
    attested(second, by="cyd@corp.example")
    since = [line for line in text(corp).splitlines() if line.startswith("# Attested since: ")]
    assert [line.split()[3:6] for line in since] == [
        ["integration.service", "by", "bob@corp.example"],
        ["integration.locked", "by", "cyd@corp.example"],
    ]


def test_a_record_of_nothing_but_what_was_done_is_as_young_as_that(tmp_path: Path) -> None:
    corp = zoom_folder(
        tmp_path / "corp",
        policy={"integration": {"enabled": False}},
        seen={"integration": {"enabled": True}},
        at=LONG_AGO,
        users=LONERS,
        maxEvidenceAge=YEARS,
    )
    run = waiting(corp)
    attested(run)
    assert record(corp).by == "bob@corp.example"
    assert datetime.now(UTC) - record(corp).at < timedelta(minutes=5)


def test_an_account_without_a_record_gets_one_beside_its_document(tmp_path: Path) -> None:
    corp = zoom_folder(tmp_path / "corp", policy={"integration": {"enabled": False}}, seen=None, users=LONERS)
    gates = ("--allow", "live.unknown", "--allow", "evidence.age", "--reason", "first record")
    said = calplan("apply", corp, "--auto-approve", *gates)
    run = said.err.partition("run ")[2].split()[0]
    assert said.code is ExitCode.WAITING, said.err
    (corp / "portal-record.yaml").write_text("a: {file: of another tool}\n", encoding="utf-8")
    made = corp / "portal-record-corp.yaml"
    assert f"Written to {made}." in attested(run, "--portal", "Account Settings").out
    seen = record(corp)
    assert (seen.settings.enabled, seen.name, seen.by, seen.portal) == (
        False,
        "corp",
        "bob@corp.example",
        "Account Settings",
    )
    assert "    # locked: not attested, so it is unknown" in made.read_text(encoding="utf-8")


def test_a_record_that_nothing_would_read_is_not_made(tmp_path: Path) -> None:
    corp = zoom_folder(tmp_path / "corp", policy={"integration": {"enabled": False}}, seen=None, users=LONERS)
    write(corp / "both.yaml", "CalendarPolicy", {"name": "corp", "account": "corp"}, {})
    both = [(corp / name).read_text(encoding="utf-8") for name in ("account.yaml", "policy.yaml")]
    (corp / "both.yaml").write_text("\n---\n".join(both), encoding="utf-8")
    gates = ("--allow", "live.unknown", "--allow", "evidence.age", "--reason", "first record")
    said = calplan("apply", corp / "both.yaml", "--auto-approve", *gates)
    run = said.err.partition("run ")[2].split()[0]
    assert f"Give their folder: --path {corp}" in refused(run)
    (corp / "both.yaml").unlink()
    attested(run, "--path", str(corp))


def test_a_file_with_other_documents_is_left_alone(tmp_path: Path) -> None:
    corp = zoom_folder(tmp_path / "corp")
    both = f"{text(corp)}---\n{(corp / 'policy.yaml').read_text(encoding='utf-8')}"
    (corp / "portal-record.yaml").write_text(both, encoding="utf-8")
    (corp / "policy.yaml").unlink()
    run = waiting(corp)
    assert "holds other documents too" in refused(run, code=ExitCode.INVALID)
    assert (text(corp), kinds(run)) == (both, ["begin", "outcome", "status"])


def test_a_record_that_is_broken_is_a_sentence_and_nothing_is_kept(tmp_path: Path) -> None:
    corp = zoom_folder(tmp_path / "corp")
    run = waiting(corp)
    (corp / "portal-record.yaml").write_text("apiVersion: calplan/v1\nkind: PortalRecord\n", encoding="utf-8")
    assert "error[S-MISSING]" in refused(run, code=ExitCode.INVALID)
    assert kinds(run) == ["begin", "outcome", "status"]


def test_comments_above_a_record_stay_and_of_others_is_told(tmp_path: Path) -> None:
    corp = zoom_folder(tmp_path / "corp", at=LONG_AGO, maxEvidenceAge=YEARS)
    (corp / "portal-record.yaml").write_text(f"# ours\n#  and ours\n{text(corp)}# lost\n", encoding="utf-8")
    run = waiting(corp)
    said = attested(run, "s1")
    assert (
        said.err
        == f"note: comments between the lines of {corp / 'portal-record.yaml'} were not kept; those above them were\n"
    )
    assert text(corp).startswith("# ours\n# and ours\n# Attested since: ")
    assert attested(run, "s2").err == ""


def test_after_a_crash_between_journal_and_record_it_is_said_again_and_written(tmp_path: Path) -> None:
    corp = zoom_folder(tmp_path / "corp", at=LONG_AGO, maxEvidenceAge=YEARS)
    run = waiting(corp)
    store = Store.open(Place.of(None))
    at = clock.now().isoformat()
    store.record(run, "attest", {"step": "s1", "by": "ann@corp.example", "at": at})
    store.close()
    attested(run, "s2")
    assert record(corp).settings.locked is True
    assert "# Attested since: integration.service by ann@corp.example" in text(corp)
    assert kinds(run)[-3:] == ["attest", "attest", "written"]
    assert calplan("apply", "--resume", run, "--no-verify").code is ExitCode.DONE


def test_a_record_that_was_set_back_can_be_attested_again(tmp_path: Path) -> None:
    corp = zoom_folder(tmp_path / "corp")
    run, before = waiting(corp), text(corp)
    attested(run)
    (corp / "portal-record.yaml").write_text(before, encoding="utf-8")
    assert "no step of this run waits for a person" in refused(run)
    attested(run, "s1", by="cyd@corp.example")
    assert "# Attested since: integration.service by cyd@corp.example" in text(corp)
    attested(run, "s2")
    assert kinds(run)[3:] == ["attest", "attest", "written", "attest", "written", "attest", "written"]
    assert calplan("apply", "--resume", run, "--no-verify").code is ExitCode.DONE


def group_policy(*groups: Mapping[str, object]) -> dict[str, object]:
    return {"groups": list(groups)}


def test_what_a_group_states_is_attested_by_its_steps(tmp_path: Path) -> None:
    seen = {**SEEN, "groups": [{"group": "g2", "enabled": True, "bidirectionalSync": True}]}
    policy = group_policy(
        {"group": "Executives", "locked": True, "service": GRAPH}, {"group": "Staff", "enabled": True}
    )
    corp = zoom_folder(
        tmp_path / "corp", policy=policy, seen=seen, groups={"model": "priority", "order": ["Executives", "Staff"]}
    )
    run = waiting(corp)
    attested(run)
    overrides = record(corp).overrides
    assert isinstance(overrides, tuple)
    by_word = {one.group: one for one in overrides}
    assert by_word.keys() == {"Executives", "g2"}
    assert (by_word["Executives"].locked, by_word["g2"].enabled) == (True, True)
    resumed = calplan("apply", "--resume", run, "--no-verify")
    assert resumed.code is ExitCode.DONE, resumed.err
    assert calplan("plan", corp, "--detailed-exitcode").code is ExitCode.DONE


def test_one_group_cannot_be_attested_while_the_others_are_unknown(tmp_path: Path) -> None:
    policy = group_policy({"group": "Executives", "enabled": False})
    corp = zoom_folder(tmp_path / "corp", policy=policy, groups={"model": "legacy"})
    run = waiting(corp)
    attest_all(corp, {key: value for key, value in SEEN.items() if key != "groups"})
    assert "the PortalRecord does not say what groups override" in refused(run)


def test_the_grant_of_the_tenant_is_attested_in_its_own_document(tmp_path: Path) -> None:
    policy = {**LOCKED, "office365": {"tenantGrant": "ensure"}}
    corp = zoom_folder(tmp_path / "corp", policy=policy)
    run = waiting(corp)
    said = attested(run)
    assert f"Written to {corp / 'tenant.yaml'}, {corp / 'portal-record.yaml'}." in said.out
    facts = tenant(corp)
    assert facts.facts.grant == frozenset({"Calendars.ReadWrite", "Contacts.Read"})
    assert facts.source == "attested by bob@corp.example"
    resumed = calplan("apply", "--resume", run, "--no-verify")
    assert resumed.code is ExitCode.DONE, resumed.err


def test_facts_of_a_tenant_that_were_there_keep_their_age(tmp_path: Path) -> None:
    policy = {**LOCKED, "office365": {"tenantGrant": "ensure"}}
    corp = zoom_folder(tmp_path / "corp", policy=policy, maxEvidenceAge={"tenant": "9000d"})
    known = {"hybrid": False, "tenantGrant": ["User.Read"], "asOf": "2026-01-02", "source": "an export"}
    write(corp / "facts.yaml", "TenantFacts", {"name": "contoso"}, known)
    run = waiting(corp)
    attested(run)
    facts = tenant(corp)
    assert facts.facts.grant == frozenset({"Calendars.ReadWrite", "Contacts.Read", "User.Read"})
    assert facts.facts.hybrid is False
    assert (facts.as_of, facts.source, facts.account) == (datetime(2026, 1, 2, tzinfo=UTC), "an export", None)


def test_the_log_says_who_attested_what(tmp_path: Path) -> None:
    corp = zoom_folder(tmp_path / "corp")
    run = waiting(corp)
    attested(run, "s1", "--at", clock.now().replace(microsecond=0).isoformat())
    lines = calplan("log", run).out.splitlines()
    assert "s1: bob@corp.example says it was done at 20" in lines[-2]
    assert lines[-1].endswith(f"what was attested of s1 stands in {corp / 'portal-record.yaml'}")
    assert calplan("log", run, "--verify-chain").code is ExitCode.DONE


def test_a_login_is_attested_without_its_password(tmp_path: Path) -> None:
    login = {
        "account": "svc@corp.example",
        "exchangeVersion": "2016",
        "passwordVersion": 3,
        "passwordFrom": {"env": "CALPLAN_SECRET_EWS"},
    }
    url = "https://mail.corp.example/EWS/Exchange.asmx"
    service = {"type": "exchange-ews", "ewsUrl": url, "impersonation": login}
    corp = zoom_folder(tmp_path / "corp", policy={"integration": {"service": service}})
    run = waiting(corp)
    attested(run)
    assert "CALPLAN_SECRET" not in text(corp)
    assert "passwordVersion: 3" in text(corp)
    resumed = calplan("apply", "--resume", run, "--no-verify")
    assert resumed.code is ExitCode.DONE, resumed.err
    assert "google" not in text(corp)
