"""No rule is forgotten: each is in a list, each code has a case that fires it and an explanation."""

import re
from collections.abc import Callable
from inspect import getmembers, getsource, isfunction
from pathlib import Path

from calplan.plan.gates import GATE_IDS
from calplan.plan.validity import (
    benchmark_rules,
    change_rules,
    domain_rules,
    evidence_rules,
    ews_rules,
    exchange_version_rules,
    mapi_rules,
    office365_rules,
    people_rules,
    switch_rules,
    sync_rules,
)
from calplan.plan.validity.catalogue import TEXT_RULES
from calplan.plan.validity.live_catalogue import LIVE_RULES
from calplan.policyfile.codes.rule_codes import RULE_CODES
from tests.plan.validity.make import text_said
from tests.plan.validity.test_text_rules import SILENT, SPEAKS
from tests.policyfile.cases import RULES
from tests.policyfile.make import judged

MODULES = (
    benchmark_rules,
    change_rules,
    domain_rules,
    evidence_rules,
    ews_rules,
    exchange_version_rules,
    mapi_rules,
    office365_rules,
    people_rules,
    switch_rules,
    sync_rules,
)
ELSEWHERE = ("test_live_rules.py", "test_level_rules.py", "test_rule_gates.py")
EVERY_CODE = [f"V{number:02}" for number in range(1, 41)]


def codes_of(rules: tuple[Callable[..., object], ...]) -> set[str]:
    return {rule.__name__[:3].upper() for rule in rules}


def test_every_rule_is_in_one_list_and_once() -> None:
    written = sorted(name for module in MODULES for name, _ in getmembers(module, isfunction) if name[0] == "v")
    assert sorted(rule.__name__ for rule in (*TEXT_RULES, *LIVE_RULES)) == written


def test_rules_are_listed_in_the_order_of_their_codes() -> None:
    for rules in (TEXT_RULES, LIVE_RULES):
        assert [rule.__name__ for rule in rules] == sorted(rule.__name__ for rule in rules)


def test_every_code_is_explained() -> None:
    assert list(RULE_CODES) == EVERY_CODE


def test_every_code_has_a_case_that_fires_it() -> None:
    folder = Path(__file__).parent
    elsewhere = {code for name in ELSEWHERE for code in re.findall(r"V[0-9]{2}", (folder / name).read_text("utf-8"))}
    written = {name[:3] for name in RULES}
    assert codes_of(TEXT_RULES) == {case.code for case in SPEAKS} == {code for code, _ in SILENT}
    assert codes_of(LIVE_RULES) <= elsewhere
    assert {*written, *codes_of(TEXT_RULES), *elsewhere} == set(EVERY_CODE)


def weights(code: str) -> set[str]:
    """The severities an explanation speaks of, and ``gate``."""
    return set(re.findall(r"\b(?:error|warning|note|gate)\b", RULE_CODES[code].weighs))


def test_a_rule_weighs_what_its_explanation_says() -> None:
    found: dict[str, set[str]] = {}
    for document in RULES.values():
        for one in judged(document).diagnostics:
            found.setdefault(one.code, set()).add(one.severity.value)
    for case in SPEAKS:
        for one in text_said(case.spec, case.as_of):
            found.setdefault(one.code, set()).add(one.severity.value)
    for rule in LIVE_RULES:
        severities = re.findall(r"Severity\.([A-Z]+)", getsource(rule))
        found.setdefault(rule.__name__[:3].upper(), set()).update(map(str.lower, severities))
    for code in RULE_CODES.keys() & found.keys():
        assert weights(code) - {"gate"} == found[code], code
    unseen = RULE_CODES.keys() - found.keys()
    assert {code: RULE_CODES[code].weighs for code in unseen} == {"V25": "gate `rule.V25`", "V38": "error"}


def test_the_gates_among_the_rules_are_said_to_be_gates() -> None:
    gates = {name.removeprefix("rule.") for name in GATE_IDS if name.startswith("rule.")}
    assert {code for code in RULE_CODES if "gate" in weights(code)} == gates
    assert all(f"gate `rule.{code}`" in RULE_CODES[code].weighs for code in gates)
