"""The rules that do not hold, as ``check`` gives them to other machines."""

import json
from typing import Any

import pytest

from calplan.cli.exit_codes import ExitCode
from calplan.cli.findings import MACHINE_FORMATS
from tests.cli.make import calplan
from tests.cli.test_guardrails import BROKEN, LOSS, OAUTH, ON, corp, waiver


@pytest.mark.parametrize("name", MACHINE_FORMATS)
def test_every_format_names_the_rules_that_do_not_hold_and_no_user(name: str) -> None:
    corp(ON, LOSS, OAUTH, BROKEN, waivers=[waiver()])
    said = calplan("check", "corp", "-o", name)
    assert said.code is ExitCode.REFUSED
    for rule in ("LOSS", "OAUTH", "BROKEN"):
        assert rule in said.out
    assert "user0@corp.example" not in said.out, "whoever reads a pull request need not know whom it hits"
    assert "4 users" in said.out


def test_a_waiver_is_a_suppression_and_an_error_is_an_error_whatever_its_severity() -> None:
    corp(ON, LOSS, OAUTH, BROKEN, waivers=[waiver()])
    log: dict[str, Any] = json.loads(calplan("check", "corp", "-o", "sarif").out)
    results = {one["ruleId"]: one for one in log["runs"][0]["results"]}
    assert results.keys() == {"LOSS", "OAUTH", "BROKEN"}
    assert {rule: one["level"] for rule, one in results.items()} == {
        "LOSS": "error",
        "OAUTH": "note",
        "BROKEN": "error",
    }
    assert [one["justification"] for one in results["OAUTH"]["suppressions"]] == ["it is wanted"]
    places = {one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for one in results.values()}
    assert places == {"corp/guardrails.yaml"}
