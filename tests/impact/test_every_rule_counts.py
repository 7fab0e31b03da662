"""No rule is idle and no order is chance: without one, or with two of them swapped, a case goes wrong."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from itertools import pairwise

import pytest

from calplan.diff import Transition
from calplan.impact import allowed_domains, consent, decide, hybrid, impersonation, lock, mapi, oauth, switch_off
from calplan.impact.allowed_domains import R05B
from calplan.impact.decide import RULES, Rule
from calplan.impact.effect import Finding, found
from calplan.impact.facts import Case as OneClass
from calplan.impact.facts import case_of, cohort_of
from calplan.impact.outcome import (
    BARRED,
    DISCONNECTED,
    HARMED,
    NEXT_STEPS,
    NOT_TOLD,
    NOTICES,
    OUTCOMES,
    Link,
    NextStep,
    Notice,
    Outcome,
    UserOutcome,
)
from calplan.impact.terms import Terms
from calplan.impact.untouched import R01
from calplan.model.citation import STRONG_TO_WEAK, Certainty
from calplan.model.domain import Domain
from calplan.model.settings import Setting
from calplan.model.user import decode
from tests import make
from tests.impact import table, test_impersonation, test_oauth, test_unread_settings
from tests.impact.cases import ON_GOOGLE, check
from tests.impact.test_decision_table import MODULES

BUILD_ON_OTHERS: tuple[Rule, ...] = (
    lock.assess,
    impersonation.assess_loss,
    oauth.assess,
    mapi.assess,
    hybrid.assess,
    lock.assess_unread,
    consent.assess,
    allowed_domains.assess_standing_bar,
)
"""Rules that ask which rows have fired."""


KINDS = {"disconnected": DISCONNECTED, "not told": NOT_TOLD, "barred": BARRED, "harmed": HARMED}


def case_with(move: Transition) -> OneClass:
    """Somebody on Google with a new client, under a change."""
    cohort = cohort_of(decode(ON_GOOGLE), Domain.parse("corp.example"), 0)
    return case_of(Terms(move=move), cohort, make.tenant())


LOCKED = case_with(Transition(before=make.account(), after=make.account(locked=True)))
IN_DOUBT = case_with(Transition(before=make.account(), after=make.account(), in_doubt=True))


def checks() -> Iterator[Callable[[], None]]:
    """The cases of the rules' own tests and of unread settings, and one whose levels nobody can tell."""
    for module in MODULES:
        for case in module.CASES:
            yield partial(check, case)
    for case in (*test_unread_settings.UNMANAGED, *test_unread_settings.MANAGED):
        yield partial(test_unread_settings.test_an_unread_setting_fires_the_rows_that_alarm_more, *case)
    yield test_impersonation.test_a_loss_that_the_lock_brings_already_is_not_reported_again
    yield test_oauth.test_a_loss_that_lock_or_list_bring_already_is_not_reported_again
    yield test_unread_settings.test_an_outcome_that_rests_on_an_unread_setting_names_it
    yield test_unread_settings.test_where_nobody_knows_whether_the_account_is_on_everything_is_unsure
    yield test_unread_settings.test_a_loss_that_rests_on_an_unread_setting_does_not_hide_one_that_is_certain
    yield test_unread_settings.test_whoever_must_authorise_again_may_lack_consent_where_nobody_read_the_service
    yield whoever_is_in_doubt_is_at_risk


def whoever_is_in_doubt_is_at_risk() -> None:
    one = decide.decide(IN_DOUBT, last_client_only=False)
    assert one.rules == ("R10d",)
    assert one.rests_on == {Setting.LOCKED}


def noticed() -> bool:
    """Whether a case goes wrong."""
    for run in checks():
        try:
            run()
        except AssertionError:
            return True
    return False


def test_as_it_is_no_case_goes_wrong() -> None:
    assert not noticed()


@pytest.mark.parametrize("number", range(len(RULES)), ids=lambda number: RULES[number].__module__.rpartition(".")[2])
def test_without_a_rule_a_case_goes_wrong(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decide, "RULES", (*RULES[:number], *RULES[number + 1 :]))
    assert noticed()


def test_without_the_rows_that_stand_alone_a_case_goes_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(switch_off, "assess_off", lambda _case: ())
    assert noticed()


@pytest.mark.parametrize("rule", BUILD_ON_OTHERS, ids=lambda rule: f"{rule.__module__}.{rule.__name__}")
def test_a_rule_that_builds_on_others_comes_after_them(rule: Rule, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decide, "RULES", (rule, *(one for one in RULES if one is not rule)))
    assert noticed()


def test_the_orders_are_those_of_the_specification() -> None:
    for members, words in (
        (OUTCOMES, table.PRECEDENCE),
        (NOTICES, table.NOTICES),
        (NEXT_STEPS, table.NEXT_STEPS),
        (STRONG_TO_WEAK, table.STRONG_TO_WEAK),
    ):
        assert tuple(one.value for one in members) == words


def test_the_kinds_of_outcomes_are_those_of_the_specification() -> None:
    words = {kind: {one.value for one in members} for kind, members in KINDS.items()}
    assert words == {
        "disconnected": {word for word in table.PRECEDENCE if word.startswith("disconnected_")},
        "not told": {"disconnected_silent", "disconnected_notice_unknown"},
        "barred": {"disconnected_blocked", "blocked"},
        "harmed": set(table.PRECEDENCE) - {"prompted", "automatic", "unaffected"},
    }


def saying(
    outcome: Outcome = Outcome.UNAFFECTED,
    notice: Notice = Notice.NONE,
    next_step: NextStep = NextStep.NONE,
    certainty: Certainty = Certainty.DOCUMENTED,
) -> Finding:
    """The finding of a made-up row."""
    return found(replace(R01, outcome=outcome, notice=notice, next_step=next_step, certainty=certainty))


def together(*fired: Finding) -> UserOutcome:
    return decide.outcome_of(LOCKED, fired, last_client_only=False)


@pytest.mark.parametrize("worse, milder", list(pairwise(OUTCOMES)))
def test_of_two_outcomes_the_worse_is_said(worse: Outcome, milder: Outcome) -> None:
    for fired in ((saying(worse), saying(milder)), (saying(milder), saying(worse))):
        assert together(*fired).outcome is worse


@pytest.mark.parametrize("worse, milder", list(pairwise(NOTICES)))
def test_of_two_notices_the_worse_is_said(worse: Notice, milder: Notice) -> None:
    for fired in ((saying(notice=worse), saying(notice=milder)), (saying(notice=milder), saying(notice=worse))):
        assert together(*fired).notice is worse


@pytest.mark.parametrize("pressing, other", list(pairwise(NEXT_STEPS)))
def test_of_two_next_steps_the_more_pressing_is_said(pressing: NextStep, other: NextStep) -> None:
    one, two = saying(next_step=pressing), saying(next_step=other)
    assert together(one, two).next_step is together(two, one).next_step is pressing


@pytest.mark.parametrize("stronger, weaker", list(pairwise(STRONG_TO_WEAK)))
def test_of_two_certainties_the_weaker_is_said(stronger: Certainty, weaker: Certainty) -> None:
    one, two = saying(certainty=stronger), saying(certainty=weaker)
    assert together(one, two).certainty is together(two, one).certainty is weaker


@pytest.mark.parametrize("stronger, weaker", list(pairwise((Link.LOST, Link.AT_RISK, Link.GAINED))))
def test_of_two_links_the_more_alarming_is_said(stronger: Link, weaker: Link) -> None:
    rows = [found(replace(R01, connection=link)) for link in (weaker, stronger)]
    assert together(*rows).connection is stronger


@pytest.mark.parametrize("link", Link)
def test_what_is_told_of_a_loss_or_a_risk_is_what_the_rows_of_it_tell(link: Link) -> None:
    one, other = saying(notice=Notice.PROMPT_POSSIBLE), saying(notice=Notice.NO_PROMPT)
    fired = (replace(one, row=replace(one.row, connection=link)), other)
    speaks_for_itself = link in (Link.LOST, Link.AT_RISK)
    assert together(*fired).notice is (Notice.PROMPT_POSSIBLE if speaks_for_itself else Notice.NO_PROMPT)


def test_where_the_client_decides_and_was_not_asked_nobody_knows_what_is_told() -> None:
    assert found(R05B).notice is Notice.UNKNOWN
