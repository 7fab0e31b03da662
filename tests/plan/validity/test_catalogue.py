"""No rule is forgotten: each is in a list, each code has a case that fires it and an explanation."""

import re
from collections.abc import Callable
from inspect import getmembers, isfunction
from pathlib import Path

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
from calplan.plan.validity.catalogue import LIVE_RULES, TEXT_RULES
from calplan.policyfile.codes.rule_codes import RULE_CODES
from tests.plan.validity.test_text_rules import SILENT, SPEAKS
from tests.policyfile.cases import RULES

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
