"""The shipped scenarios are the decision table, row by row, and they pass."""

from pathlib import Path

import pytest

from calplan.cli.exit_codes import ExitCode
from tests.cli.make import calplan
from tests.cli.rows import BY_ABSENCE, FACETS, NO_SCENARIO, from_the_table, only_user, shipped_scenarios
from tests.impact.table import TABLE

ROWS = [row for row in TABLE if row not in NO_SCENARIO]
WITH_USERS = [row for row in ROWS if row != BY_ABSENCE]


def test_there_is_a_scenario_for_every_row_that_can_have_one(repository: Path) -> None:
    assert set(shipped_scenarios(repository)) == set(ROWS)


@pytest.mark.parametrize("row", WITH_USERS)
def test_a_scenario_expects_what_the_table_says(row: str, repository: Path) -> None:
    spec = shipped_scenarios(repository)[row]
    user = only_user(spec)
    expected = spec["then"]["users"][user["email"]]
    assert row in expected["rules"]
    assert {facet: expected[facet] for facet in FACETS} == from_the_table(row, user)


@pytest.mark.parametrize("row", ROWS)
def test_a_scenario_lies_in_the_file_of_its_family(row: str, repository: Path) -> None:
    family = row[:3]
    (file,) = (repository / "examples" / "scenarios").glob(f"{family}-*.yaml")
    assert f'name: "{row}: ' in file.read_text("utf-8")


def test_they_all_pass_through_the_command_line(repository: Path) -> None:
    said = calplan("test", repository / "examples" / "scenarios")
    assert said.code is ExitCode.DONE, said.out
    assert said.err == ""
    assert said.last == f"Scenarios: {len(ROWS)} passed, 0 failed, of {len(ROWS)}."
    assert said.last in (repository / "examples" / "scenarios" / "README.md").read_text("utf-8")
