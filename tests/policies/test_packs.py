"""The packs of guardrails: each rule tried where it holds and where it fires, and the unknown never a silent yes."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from calplan.cli.exit_codes import ExitCode
from calplan.guardrails.rules import Rule, RuleSeverity
from calplan.plan.validity.exchange_online import HOSTS
from calplan.policyfile.packs import pack_file, pack_folder, pack_names
from calplan.policyfile.reader import read
from tests.cli.make import GRAPH, LIVE, LOCKED, UNREAD, calplan, folder, user, write

PACKS: Final = ("change-safety", "cis-zoom-1.0", "least-privilege", "retirements", "scuba-gws", "scuba-m365")
DAY: Final = date(2026, 11, 22)
FRAMEWORKS: Final = {
    "CIS M365": {"6.0.1"},
    "CIS Zoom": {"1.0.0"},
    "Microsoft 365 message center": {"2025-02"},
    "NIST SP 800-53": {"5"},
    "SCuBA GWS": {"1"},
    "SCuBA M365": {"1"},
}
EXAMPLES: Final = ("contoso", "exchange-impersonation", "groups", "mapi-lock", "narrow-permissions")
ADVICE: Final = re.compile(r"[A-Z][^:]*: [a-z][^:]*[^.:]")
"""What is wrong, a colon, and what to do; no full stop, since more follows in the list of gates."""
EWS_ONLINE: Final = {"type": "office365-ews", "ewsUrl": "https://outlook.office365.com/EWS/Exchange.asmx"}
EWS_HERE: Final = {"type": "exchange-ews", "ewsUrl": "https://mail.corp.example/EWS/Exchange.asmx"}
EWS_THERE: Final = {"type": "exchange-ews", "ewsUrl": "https://outlook.office365.com/EWS/Exchange.asmx"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What no Scenario can state: a day, an age, or a policy that calplan's own rules refuse as well."""

    rule: str
    fires: bool
    about: str
    as_of: str = DAY.isoformat()
    service: dict[str, Any] = field(default_factory=lambda: dict(GRAPH))
    policy: dict[str, Any] = field(default_factory=lambda: {"integration": {"enabled": True}})
    users: tuple[dict[str, object], ...] = ()
    facts: bool = False

    @property
    def name(self) -> str:
        return f"{self.rule} {'fires' if self.fires else 'holds'}: {self.about}"


def held(service: str, auth: str, host: str) -> tuple[dict[str, object], ...]:
    return (user("ann@corp.example", service=service, auth=auth, ews_host=host),)


CASES: Final = (
    Case(rule="RET-EWS-ONLINE-SOON", fires=True, about="the day before", as_of="2026-09-30", service=EWS_ONLINE),
    Case(rule="RET-EWS-ONLINE-SOON", fires=False, about="the day itself", as_of="2026-10-01", service=EWS_ONLINE),
    Case(rule="RET-EWS-ONLINE-OFF", fires=False, about="the day before", as_of="2026-09-30", service=EWS_ONLINE),
    Case(rule="RET-EWS-ONLINE-OFF", fires=True, about="the day itself", as_of="2026-10-01", service=EWS_ONLINE),
    Case(
        rule="RET-EWS-ONLINE-OFF",
        fires=False,
        about="the app is allowed",
        as_of="2026-10-01",
        service=EWS_ONLINE,
        policy={"integration": {"service": {**EWS_ONLINE, "ewsAllowListed": True}}},
    ),
    Case(rule="RET-EWS-ONLINE-OFF", fires=False, about="from the removal on", as_of="2027-04-01", service=EWS_ONLINE),
    Case(rule="RET-EWS-ONLINE-GONE", fires=False, about="the day before", as_of="2027-03-31", service=EWS_ONLINE),
    Case(rule="RET-EWS-ONLINE-GONE", fires=True, about="the day itself", as_of="2027-04-01", service=EWS_ONLINE),
    Case(
        rule="RET-EWS-ONLINE-USERS",
        fires=False,
        about="the day before",
        as_of="2026-09-30",
        users=held("office365-ews", "oauth", "outlook.office365.com"),
    ),
    Case(
        rule="RET-EWS-ONLINE-USERS",
        fires=True,
        about="the day itself",
        as_of="2026-10-01",
        users=held("office365-ews", "oauth", "outlook.office365.com"),
    ),
    Case(
        rule="RET-BASIC-ONLINE",
        fires=True,
        about="a password for Exchange Online",
        users=held("office365-ews", "basic", "outlook.office365.com"),
    ),
    Case(
        rule="RET-BASIC-ONLINE",
        fires=False,
        about="before it was removed",
        as_of="2022-09-30",
        users=held("office365-ews", "basic", "outlook.office365.com"),
    ),
    Case(rule="RET-IMPERSONATION-ONLINE", fires=False, about="the day before", as_of="2025-01-31", service=EWS_THERE),
    Case(rule="RET-IMPERSONATION-ONLINE", fires=True, about="the day itself", as_of="2025-02-01", service=EWS_THERE),
    Case(rule="RET-EXCHANGE-2016-2019", fires=False, about="the day before", as_of="2025-10-13", service=EWS_HERE),
    Case(rule="RET-EXCHANGE-2016-2019", fires=True, about="the day itself", as_of="2025-10-14", service=EWS_HERE),
    Case(
        rule="CS-OFF-ALONE",
        fires=True,
        about="off, and the domains with it",
        policy={"integration": {"enabled": False}, "allowedDomains": ["corp.example"]},
    ),
    Case(rule="CS-EVIDENCE", fires=True, about="facts of the tenant without a date", facts=True),
)
PASS_UNKNOWN: Final = {
    # The Account decides these, and what it leaves out has defaults.
    "CS-LIMITS",
    "CS-SILENT-LIMIT",
    # Nobody is known to lose a connection, and the policy of this test asks for nothing.
    "CS-LOCK-APART",
    "CS-NOBODY-STUCK",
    "CS-NOTICE",
    "CS-OFF-ALONE",
    "CS-REVOKE-LOCKED",
    "CS-TOLD",
    "CS-WINDOW",
    # What is not known was read just now, all of it.
    "CS-EVIDENCE",
    # A policy that leaves the service alone widens nothing, leaves nothing, and brings nothing new.
    "LP-LEFT-GOOGLE",
    "LP-LEFT-MICROSOFT",
    "LP-WIDER",
    "SCUBA-GWS.COMMONCONTROLS.10.1v1",
    # Of single users only where the account's service is known; else LP-FULL-MAILBOX speaks.
    "LP-USERS-FULL-MAILBOX",
    # Over, or not yet, on the day of this test.
    "RET-EWS-ONLINE-GONE",
    "RET-EWS-ONLINE-SOON",
}
"""Rules that pass on an account of which nothing is known, each decided by hand."""


def rules_of(pack: str) -> tuple[Rule, ...]:
    (document,) = read((pack_file(pack),), DAY).guardrails
    return document.guardrails.rules


def every_rule() -> Iterator[tuple[str, Rule]]:
    return ((pack, rule) for pack in PACKS for rule in rules_of(pack))


def scenarios(pack: str) -> Path:
    return pack_folder() / "scenarios" / f"{pack}.yaml"


def tried(pack: str) -> dict[str, list[str]]:
    """The rules that a pack's Scenarios expect to fire, by the Scenarios' names."""
    documents = yaml.safe_load_all(scenarios(pack).read_text(encoding="utf-8"))
    return {
        one["metadata"]["name"]: one["spec"]["then"]["guardrails"] for one in documents if one["kind"] == "Scenario"
    }


def statuses(path: Path, *words: str, packs: tuple[str, ...] = PACKS) -> dict[str, str]:
    said = calplan("check", path, *(word for pack in packs for word in ("--pack", pack)), *words, "-o", "json")
    assert said.out, said.err
    return {one["id"]: one["status"] for one in json.loads(said.out)["guardrails"]}


def test_these_are_the_packs() -> None:
    assert pack_names() == PACKS


@pytest.mark.parametrize("pack", PACKS)
def test_a_pack_is_valid_and_bears_the_name_of_its_file(pack: str) -> None:
    reading = read((pack_file(pack),), DAY)
    assert reading.diagnostics == ()
    assert [one.name for one in reading.guardrails] == [pack]
    assert reading.guardrails[0].guardrails.waivers == ()


def test_all_packs_hold_together_since_no_id_stands_twice() -> None:
    ids = [rule.id for _, rule in every_rule()]
    assert len(ids) == len(set(ids))
    assert read(tuple(map(pack_file, PACKS)), DAY).diagnostics == ()


@pytest.mark.parametrize("pack", PACKS)
def test_each_rule_names_a_line_of_a_benchmark_whose_edition_is_known(pack: str) -> None:
    for rule in rules_of(pack):
        assert rule.baselines, rule.id
        for one in rule.baselines:
            assert one.version in FRAMEWORKS[one.framework], (rule.id, one)
            assert one.id, rule.id


def test_all_four_controls_of_the_zoom_benchmark_are_there() -> None:
    cited = {one.id for rule in rules_of("cis-zoom-1.0") for one in rule.baselines}
    assert cited == {"1.1.5.1", "1.1.5.2", "1.1.5.3", "1.1.5.4"}
    by_id = {rule.id: rule.severity for rule in rules_of("cis-zoom-1.0")}
    assert by_id["CIS-ZOOM-1.1.5.2"] is RuleSeverity.AUDIT


@pytest.mark.parametrize("pack", PACKS)
def test_each_message_is_a_sentence_that_says_what_to_do(pack: str) -> None:
    for rule in rules_of(pack):
        assert ADVICE.fullmatch(rule.message), rule.message


@pytest.mark.parametrize("pack", PACKS)
def test_each_rule_says_what_it_does_with_the_unknown(pack: str) -> None:
    parts = pack_file(pack).read_text(encoding="utf-8").split("    - id: ")[1:]
    assert len(parts) == len(rules_of(pack))
    for part in parts:
        assert re.search(r"# (.*[.] )?(Unknown|Never unknown|Not stated)\b", part), part.splitlines()[0]


@pytest.mark.parametrize("pack", PACKS)
def test_the_scenarios_of_a_pack_pass(pack: str) -> None:
    said = calplan("test", scenarios(pack), "--pack", pack, "--as-of", DAY.isoformat())
    assert said.code is ExitCode.DONE, said.out + said.err


@pytest.mark.parametrize("pack", PACKS)
def test_each_scenario_does_what_its_name_says(pack: str) -> None:
    ids = {rule.id for rule in rules_of(pack)}
    for name, fired in tried(pack).items():
        rule, word = name.replace(",", "").replace(":", "").split()[:2]
        assert rule in ids, name
        assert (rule in fired) == {"fires": True, "holds": False}[word], name


@pytest.mark.parametrize("pack", PACKS)
def test_each_rule_is_tried_where_it_holds_and_where_it_fires(pack: str) -> None:
    names = (*tried(pack), *(case.name for case in CASES))
    for rule in rules_of(pack):
        for word in ("holds", "fires"):
            assert any(name.startswith((f"{rule.id} {word}:", f"{rule.id} {word},")) for name in names), (rule.id, word)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_no_scenario_can_state(case: Case, tmp_path: Path) -> None:
    live = {**LIVE, "integration": {"enabled": True, "locked": False, "service": case.service}}
    corp = folder(tmp_path / "corp", policy=case.policy, live=live, users=case.users or (user("bob@corp.example", ""),))
    if case.facts:
        write(corp / "facts.yaml", "TenantFacts", {"name": "corp", "account": "corp"}, {"hybrid": False})
    pack = next(pack for pack, rule in every_rule() if rule.id == case.rule)
    words = () if case.facts else ("--as-of", case.as_of)
    assert statuses(corp, *words, packs=(pack,))[case.rule] == ("violated" if case.fires else "pass")


@pytest.mark.parametrize("name", EXAMPLES)
def test_no_rule_fails_to_be_evaluated_for_an_example(name: str, repository: Path, tmp_path: Path) -> None:
    target = tmp_path / name
    target.mkdir()
    for one in (repository / "examples" / name).iterdir():
        if one.suffix in (".yaml", ".ndjson", ".csv"):
            (target / one.name).write_bytes(one.read_bytes())
    found = statuses(target)
    assert len(found) == len(list(every_rule()))
    assert [rule for rule, status in found.items() if status == "error"] == []


def test_what_nobody_knows_passes_only_where_that_was_decided(tmp_path: Path) -> None:
    stranger = {"email": "ann@corp.example", "service": "unknown"}
    corp = folder(
        tmp_path / "corp", policy={"integration": {"enabled": True}}, live=UNREAD, users=(stranger,), limits={}
    )
    found = statuses(corp, "--as-of", DAY.isoformat())
    assert set(found.values()) == {"pass", "violated"}
    assert {rule for rule, status in found.items() if status == "pass"} == PASS_UNKNOWN


def test_a_lock_on_an_account_that_nobody_knows_is_refused_by_all_that_is_about_users(tmp_path: Path) -> None:
    strangers = [{"email": f"user{number}@corp.example", "service": "unknown"} for number in range(11)]
    found = statuses(
        folder(tmp_path / "corp", policy=LOCKED, live=UNREAD, users=strangers, limits={}), packs=("change-safety",)
    )
    holding = {"CS-LIMITS", "CS-SILENT-LIMIT", "CS-OFF-ALONE", "CS-REVOKE-LOCKED", "CS-EVIDENCE"}
    assert {rule for rule, status in found.items() if status != "violated"} == holding
    assert {found[rule] for rule in holding} == {"pass"}


def test_the_packs_know_every_host_of_exchange_online() -> None:
    by_id = {rule.id: rule.expression for _, rule in every_rule()}
    patterns = [
        pattern
        for expression in by_id.values()
        for pattern in re.findall(r"matches\(\s*'([^']*outlook[^']*)'\)", expression)
    ]
    assert len(patterns) == 5
    assert len(set(patterns)) == 2
    for pattern in patterns:
        before, after = ("https://", "/EWS/Exchange.asmx") if "https" in pattern else ("", "")
        for host in HOSTS:
            for shown in (host, f"emea.{host}", f"{host}:443"):
                assert re.search(pattern, f"{before}{shown}{after}"), (pattern, shown)
        for other in ("mail.corp.example", "outlook.office365.com.corp.example", "myoutlook.office365.com"):
            assert not re.search(pattern, f"{before}{other}{after}"), (pattern, other)


def test_the_packs_are_part_of_every_distribution(repository: Path) -> None:
    text = (repository / "pyproject.toml").read_text(encoding="utf-8")
    assert 'policies = "calplan/policies"' in text
    (only,) = re.findall(r"^only-include = (.*)$", text, re.MULTILINE)
    assert "policies" in json.loads(only)
