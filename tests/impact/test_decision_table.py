"""The rows of the code and the rows of the specification are the same, and each has been seen to fire."""

import re
from types import ModuleType

import pytest

from calplan.impact.decide import ROWS
from calplan.impact.effect import ByClient
from calplan.impact.otherwise import BY_PROMPT
from calplan.model.citation import SENTENCES
from tests.impact import (
    test_allowed_domains,
    test_consent,
    test_full_mailbox,
    test_hybrid,
    test_impersonation,
    test_lock,
    test_mapi,
    test_oauth,
    test_switch_off,
    test_sync,
)
from tests.impact.ranges import DOUBT_THE_WAY_BACK
from tests.impact.table import CONDITIONS, STANDING_ALONE, TABLE

MODULES: tuple[ModuleType, ...] = (
    test_allowed_domains,
    test_consent,
    test_full_mailbox,
    test_hybrid,
    test_impersonation,
    test_lock,
    test_mapi,
    test_oauth,
    test_switch_off,
    test_sync,
)
FIRE_ELSEWHERE = {"R00", "R02", "R17"}
"""Users who are not forecast, add-ons that no setting concerns, and pairs of host and assistant (see tests/plan)."""


def test_both_have_the_same_66_rows_in_the_same_order() -> None:
    assert sorted(ROWS) == sorted(TABLE)
    assert len(TABLE) == 66


@pytest.mark.parametrize("rule", sorted(TABLE))
def test_a_row_says_what_the_table_says(rule: str) -> None:
    row, line = ROWS[rule], TABLE[rule]
    assert row.id == rule
    assert row.connection.value == line.connection.replace("excluded", "same")
    assert ("by_client" if isinstance(row.notice, ByClient) else row.notice.value) == line.notice
    assert row.next_step.value == line.next_step
    assert row.certainty.value == line.certainty
    assert " ".join(row.sentences) == line.source.replace("-", "")
    assert (row.outcome.value if row.outcome else "-") == line.outcome


READS_THE_CLIENT = re.compile(r"client|prompt_capable (yes|no)")
"""A condition that asks of the client, or a notice that the client decides."""


@pytest.mark.parametrize("rule", sorted(TABLE))
def test_a_row_that_reads_the_client_is_marked_for_it(rule: str) -> None:
    line = TABLE[rule]
    reads = READS_THE_CLIENT.search(f"{line.user_condition}; {line.notice}") is not None
    assert ROWS[rule].tests_client is reads


def test_the_rows_that_ask_for_the_prompt_are_found_by_how_they_begin() -> None:
    asking = [rule for rule, line in TABLE.items() if "prompt_capable" in line.user_condition or "by_" in line.notice]
    assert [rule for rule in asking if not rule.startswith(BY_PROMPT)] == []
    assert [start for start in BY_PROMPT if not any(rule.startswith(start) for rule in asking)] == []


def test_the_rows_that_doubt_the_way_back_are_those_that_miss_a_fact_about_it() -> None:
    assert {rule for rule, row in ROWS.items() if row.doubts_return} == DOUBT_THE_WAY_BACK


def test_every_row_rests_on_sentences_that_exist_and_says_something_of_its_own() -> None:
    assert len({row.says for row in ROWS.values()}) == len(ROWS)
    assert {sentence for row in ROWS.values() for sentence in row.sentences} <= SENTENCES.keys()


def test_every_row_has_a_case_in_which_it_fires() -> None:
    fired = {rule for module in MODULES for case in module.CASES for rule in case.rules.split()[:1]}
    assert fired == ROWS.keys() - FIRE_ELSEWHERE


def test_the_second_reading_has_a_condition_for_every_row() -> None:
    assert CONDITIONS.keys() | STANDING_ALONE.keys() | {"R01"} == TABLE.keys() - FIRE_ELSEWHERE


def test_rows_map_to_outcomes_as_often_as_the_specification_counts() -> None:
    outcomes = [line.outcome for line in TABLE.values()]
    counted = {outcome: outcomes.count(outcome) for outcome in outcomes}
    assert counted == {
        "-": 1,
        "disconnected_blocked": 6,
        "disconnected_silent": 4,
        "disconnected_notice_unknown": 4,
        "disconnected_prompted": 2,
        "blocked": 6,
        "at_risk": 9,
        "prompted": 1,
        "automatic": 1,
        "unaffected": 32,
    }
