"""Words for everything a plan can say."""

from enum import Enum

import pytest

from calplan.impact.outcome import Link, NextStep, Notice, Outcome
from calplan.model.citation import Certainty
from calplan.model.plural import plural
from calplan.model.service import ServiceType
from calplan.model.settings import Setting
from calplan.plan.gates import GATE_IDS
from calplan.plan.kinds import StepKind
from calplan.plan.writes import KEYS
from calplan.render import wording
from calplan.render.counts import population_in_words
from calplan.render.step_wording import INHERITED_KEY, KIND, cost_in_words, gate_advice, gate_in_words, kind_in_words
from calplan.render.values import SETTING, setting_in_words
from calplan.render.wording import listed
from tests.render import make


@pytest.mark.parametrize(
    "kind, words",
    [
        (Outcome, wording.OUTCOME),
        (Outcome, wording.OUTCOME_EXPLAINED),
        (Outcome, wording.OUTCOME_IN_SHORT),
        (Outcome, wording.SYMBOL),
        (Link, wording.CONNECTION),
        (Notice, wording.NOTICE),
        (NextStep, wording.NEXT_STEP),
        (Certainty, wording.CERTAINTY),
        (Setting, SETTING),
        (StepKind, KIND),
    ],
)
def test_every_word_of_a_plan_has_its_words(kind: type[Enum], words: dict[Enum, str]) -> None:
    assert list(words) == list(kind)
    assert len(set(words.values())) == len(words)
    assert all(text.isascii() for text in words.values())


def test_every_service_has_a_name() -> None:
    assert set(wording.SERVICE) == {service.value for service in ServiceType}


def test_everything_a_group_can_state_can_be_left_to_the_account_in_words() -> None:
    assert set(INHERITED_KEY) == set(KEYS.values())


def test_an_outcome_is_named_with_its_words_unless_they_are_the_same() -> None:
    assert wording.outcome_named("disconnected_silent") == "disconnected_silent (disconnected, and not told)"
    assert wording.outcome_named("unaffected") == "unaffected"
    assert wording.outcome_named("new") == "new"


def test_every_gate_says_what_it_watches_and_what_to_do() -> None:
    for gate in (*GATE_IDS, "guardrail.CIS-ZOOM-1.1.5.4"):
        assert gate_in_words(gate) != gate
        assert gate_advice(gate).endswith(".")


def test_words_of_a_newer_calplan_stand_for_themselves() -> None:
    assert wording.outcome_in_words("new") == wording.notice_in_words("new") == "new"
    assert wording.connection_in_words("new") == wording.next_step_in_words("new") == "new"
    assert wording.certainty_in_words("new") == wording.service_in_words("new") == "new"
    assert setting_in_words("new.setting") == gate_in_words("new.setting") == "new.setting"
    assert wording.outcome_in_short("new") == kind_in_words("new") == "new"
    assert wording.rule_in_words("R99") == gate_advice("new") == ""
    assert wording.outcome_of_rule("R99") is None


def test_numbers_and_lists_read_like_sentences() -> None:
    assert [plural(number, "user") for number in (0, 1, 2)] == ["0 users", "1 user", "2 users"]
    assert plural(2, "privilege of", "privileges of") == "2 privileges of"
    assert [listed(list(words)) for words in ("", "a", "ab", "abc")] == ["", "a", "a and b", "a, b and c"]


@pytest.mark.parametrize(
    "lost, at_risk, words",
    [
        (0, 0, "disconnects nobody"),
        (0, 1, "may disconnect 1 user"),
        (2, 0, "disconnects 2 users"),
        (2, 3, "disconnects 2 users, and may disconnect 3 more"),
    ],
)
def test_a_step_disconnects_nobody_only_where_that_is_known(lost: int, at_risk: int, words: str) -> None:
    step = make.step(1, "lock", "integration.locked", lost=lost)
    step["expected"]["at_risk"] = at_risk
    assert cost_in_words(step) == words


def test_whose_connection_nobody_knows_is_not_said_to_have_none() -> None:
    impact = make.impact_of(make.Users([]))
    impact["population"] |= {"active": 3, "excluded": 0, "connected": 1, "connection_unknown": 2}
    assert population_in_words(impact) == "3 active, 1 of them connected, 2 perhaps"
